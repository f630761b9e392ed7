//! Every problem type the API names by itself: code, status, title. Codes that rules of law or the
//! registry give are problems too; they answer 422 with the violation's own words.

use axum::http::StatusCode;

/// One problem type (RFC 9457 §3.1.1); its URI is `/problems/<code>`.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub code: &'static str,
    pub status: StatusCode,
    /// English and Ukrainian.
    pub title: (&'static str, &'static str),
}

const fn known(
    code: &'static str,
    status: StatusCode,
    en: &'static str,
    uk: &'static str,
) -> Known {
    Known { code, status, title: (en, uk) }
}

use StatusCode as S;

/// Sorted by code.
pub const CATALOGUE: &[Known] = &[
    known("body-too-large", S::PAYLOAD_TOO_LARGE, "The body is too large", "Запит завеликий"),
    known("contended", S::CONFLICT, "Others were faster", "Інші випередили"),
    known(
        "corrupt-data",
        S::INTERNAL_SERVER_ERROR,
        "Stored data is corrupt",
        "Збережені дані пошкоджено",
    ),
    known(
        "database-unavailable",
        S::SERVICE_UNAVAILABLE,
        "The database cannot be reached",
        "База даних недоступна",
    ),
    known("internal", S::INTERNAL_SERVER_ERROR, "Something went wrong here", "Внутрішня помилка"),
    known(
        "invalid-body",
        S::BAD_REQUEST,
        "The body has the wrong shape",
        "Неправильна будова запиту",
    ),
    known(
        "invalid-draft",
        S::UNPROCESSABLE_ENTITY,
        "No draft can be made of this",
        "Із цього не скласти проєкту",
    ),
    known(
        "invalid-parameter",
        S::BAD_REQUEST,
        "A parameter cannot be read",
        "Параметр не читається",
    ),
    known(
        "invalid-statement-field",
        S::UNPROCESSABLE_ENTITY,
        "A field of the statement is wrong",
        "Неправильне поле акта",
    ),
    known("malformed-json", S::BAD_REQUEST, "The body is not JSON", "Запит не є JSON"),
    known(
        "method-not-allowed",
        S::METHOD_NOT_ALLOWED,
        "The method is not allowed here",
        "Метод тут не дозволено",
    ),
    known(
        "narrowed-statement",
        S::UNPROCESSABLE_ENTITY,
        "The statement holds a value that is not allowed",
        "Акт містить недозволене значення",
    ),
    known("no-policy", S::FORBIDDEN, "No policy allows this", "Жодне правило цього не дозволяє"),
    known(
        "not-a-signer",
        S::FORBIDDEN,
        "The caller has not signed this act",
        "Ви не підписали цей акт",
    ),
    known(
        "not-canonical",
        S::UNPROCESSABLE_ENTITY,
        "The statement is not in canonical form",
        "Акт не в канонічній формі",
    ),
    known("not-found", S::NOT_FOUND, "There is no such thing", "Такого немає"),
    known(
        "not-permitted",
        S::FORBIDDEN,
        "The token does not allow this",
        "Токен цього не дозволяє",
    ),
    known(
        "not-reflected",
        S::SERVICE_UNAVAILABLE,
        "Answers do not reflect that much yet",
        "Відповіді ще не враховують цього",
    ),
    known(
        "other-office",
        S::FORBIDDEN,
        "The case belongs to another office",
        "Справа належить іншому органу",
    ),
    known(
        "overloaded",
        S::SERVICE_UNAVAILABLE,
        "Too much is asked at once",
        "Забагато запитів одночасно",
    ),
    known(
        "queue-full",
        S::SERVICE_UNAVAILABLE,
        "Too many acts are waiting",
        "Забагато актів у черзі",
    ),
    known(
        "rate-limited",
        S::TOO_MANY_REQUESTS,
        "Too many requests from one caller",
        "Забагато запитів від одного клієнта",
    ),
    known(
        "refused-by-store",
        S::UNPROCESSABLE_ENTITY,
        "The act does not fit the stored ones",
        "Акт не узгоджується зі збереженими",
    ),
    known(
        "signature-count",
        S::UNPROCESSABLE_ENTITY,
        "Signatures and signers differ in number",
        "Кількість підписів і підписантів різна",
    ),
    known(
        "statement-not-json",
        S::UNPROCESSABLE_ENTITY,
        "The statement is not JSON",
        "Акт не є JSON",
    ),
    known(
        "statement-too-large",
        S::UNPROCESSABLE_ENTITY,
        "The statement is too large",
        "Акт завеликий",
    ),
    known(
        "stopped",
        S::SERVICE_UNAVAILABLE,
        "The ledger takes nothing in at the moment",
        "Реєстр наразі нічого не приймає",
    ),
    known(
        "stream-moved",
        S::CONFLICT,
        "The stream moved since the signer looked",
        "Справа змінилася після перегляду",
    ),
    known(
        "timed-out",
        S::SERVICE_UNAVAILABLE,
        "The answer took too long",
        "Відповідь тривала задовго",
    ),
    known(
        "token-claims",
        S::UNAUTHORIZED,
        "The token's claims cannot be read",
        "Вміст токена не читається",
    ),
    known("token-early", S::UNAUTHORIZED, "The token does not hold yet", "Токен ще не чинний"),
    known("token-expired", S::UNAUTHORIZED, "The token has expired", "Строк дії токена минув"),
    known(
        "token-for-another-ledger",
        S::UNAUTHORIZED,
        "The token is for another ledger",
        "Токен для іншого реєстру",
    ),
    known(
        "token-forged",
        S::UNAUTHORIZED,
        "The token's signature does not match",
        "Підпис токена не збігається",
    ),
    known(
        "token-from-another-issuer",
        S::UNAUTHORIZED,
        "The token comes from another issuer",
        "Токен від іншого видавця",
    ),
    known(
        "token-holder-ended",
        S::UNAUTHORIZED,
        "The token's holder has no key in force",
        "Власник токена не має чинного ключа",
    ),
    known(
        "token-key-unknown",
        S::UNAUTHORIZED,
        "The token's key is unknown",
        "Ключ токена невідомий",
    ),
    known("token-malformed", S::UNAUTHORIZED, "The token cannot be read", "Токен не читається"),
    known("token-missing", S::UNAUTHORIZED, "A token is missing", "Немає токена"),
    known(
        "token-not-eddsa",
        S::UNAUTHORIZED,
        "The token is not signed with EdDSA",
        "Токен підписано не EdDSA",
    ),
    known(
        "unknown-version",
        S::UNPROCESSABLE_ENTITY,
        "The statement's version is unknown",
        "Версія акта невідома",
    ),
    known("unreadable-body", S::BAD_REQUEST, "The body broke off", "Запит обірвався"),
    known(
        "unsupported-media-type",
        S::UNSUPPORTED_MEDIA_TYPE,
        "The content type is not supported",
        "Тип вмісту не підтримується",
    ),
];

/// What a code means; for codes of rules, that an act was refused by one.
pub fn find(code: &str) -> Known {
    match CATALOGUE.binary_search_by(|known| known.code.cmp(code)) {
        Ok(place) => CATALOGUE[place],
        Err(_) => {
            known("refused", S::UNPROCESSABLE_ENTITY, "The act is refused", "Акт не прийнято")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_answer_their_own_status() {
        assert!(CATALOGUE.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(find("stream-moved").status, S::CONFLICT);
        assert_eq!(find("forged-signature").status, S::UNPROCESSABLE_ENTITY);
        assert!(
            CATALOGUE
                .iter()
                .all(|known| known.status.is_client_error() || known.status.is_server_error())
        );
    }
}
