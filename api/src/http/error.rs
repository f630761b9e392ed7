//! The one error of the HTTP side. Handlers return it; the gate renders it in the caller's language.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use litopys_domain::act::ActError;
use litopys_domain::canonical::CanonicalError;
use litopys_domain::ids::StatementHash;
use litopys_domain::statement::StatementError;
use litopys_domain::violation::{Violation, Words};
use litopys_projections::ProjectionError;
use litopys_projections::reads::cursor::ListError;

use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue;
use crate::append::SubmitError;
use crate::auth::{Denied, TokenError};
use crate::draft::DraftError;
use crate::record::RecordError;
use crate::stored::StoredError;

/// Seconds after which an overtaken or shed request is worth another try.
const RETRY_AFTER_S: u64 = 1;

/// An act that was recorded since the signer looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unseen {
    /// The statement's SHA-256.
    #[schema(value_type = String)]
    pub statement: StatementHash,
    pub act: String,
    /// Its number in the stream, from 1.
    pub sequence: u64,
    pub position: u64,
}

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no {}", .0.en)]
    NotFound(Words),
    #[error("the method is not allowed here; allowed: {allow}")]
    MethodNotAllowed { allow: String },
    #[error("the body has more than {bytes_max} bytes")]
    BodyTooLarge { bytes_max: usize },
    #[error("the body broke off")]
    UnreadableBody,
    #[error("content type {expected} is expected")]
    MediaType { expected: &'static str },
    #[error("the body is not JSON: {0}")]
    MalformedJson(String),
    #[error("`{pointer}`: {message}")]
    InvalidBody { pointer: String, message: String },
    #[error("`{name}`: {message}")]
    InvalidParameter { name: String, message: String },
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("the stream moved since the signer looked")]
    Moved(Vec<Unseen>),
    #[error(transparent)]
    Stored(#[from] StoredError),
    #[error("the draft cannot be made")]
    Draft(#[from] DraftError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("more requests than one caller may send")]
    RateLimited,
    #[error("more requests at once than are served")]
    Overloaded,
    #[error("the answer took too long")]
    TimedOut,
    #[error("the handler broke off")]
    Panicked,
}

impl HttpError {
    pub fn not_found(en: impl Into<String>, uk: impl Into<String>) -> Self {
        Self::NotFound(Words::new(en, uk))
    }

    /// The last part of the problem's `type`.
    pub fn code(&self) -> Cow<'static, str> {
        let code = match self {
            Self::Token(error) => token_code(*error),
            Self::Denied(denied) => denied_code(*denied),
            Self::NotFound(_) => "not-found",
            Self::MethodNotAllowed { .. } => "method-not-allowed",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::UnreadableBody => "unreadable-body",
            Self::MediaType { .. } => "unsupported-media-type",
            Self::MalformedJson(_) => "malformed-json",
            Self::InvalidBody { .. } => "invalid-body",
            Self::InvalidParameter { .. } => "invalid-parameter",
            Self::Record(error) => record_code(error),
            Self::Moved(_) => "stream-moved",
            Self::Stored(error) => stored_code(error),
            Self::Draft(error) => draft_code(error),
            Self::Projection(error) => projection_code(error),
            Self::RateLimited => "rate-limited",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed-out",
            Self::Panicked => "internal",
        };
        Cow::Borrowed(code)
    }

    pub fn status(&self) -> StatusCode {
        catalogue::find(&self.code()).status
    }

    /// When to try again, where that may help.
    pub fn retry_after_s(&self) -> Option<u64> {
        let again = matches!(
            self.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) || matches!(self, Self::Record(RecordError::Contended));
        again.then_some(RETRY_AFTER_S)
    }

    /// What happened this time, in both languages.
    pub fn detail(&self) -> Words {
        match self {
            Self::NotFound(what) => {
                Words::new(format!("there is no {}", what.en), format!("немає: {}", what.uk))
            }
            Self::MethodNotAllowed { allow } => {
                Words::new(format!("allowed: {allow}"), format!("дозволено: {allow}"))
            }
            Self::BodyTooLarge { bytes_max } => Words::new(
                format!("at most {bytes_max} bytes are taken"),
                format!("приймається щонайбільше {bytes_max} байтів"),
            ),
            Self::MediaType { expected } => {
                Words::new(format!("send {expected}"), format!("надішліть {expected}"))
            }
            Self::Denied(denied) => denied_words(*denied),
            Self::Record(RecordError::Refused(violations)) => violations
                .first()
                .map_or_else(|| Words::new("refused", "не прийнято"), |first| first.says.clone()),
            Self::Moved(new) => Words::new(
                format!("{} acts came in since; look at them and sign again", new.len()),
                format!("відтоді надійшло актів: {}; перегляньте їх і підпишіть знову", new.len()),
            ),
            Self::TimedOut => Words::new(
                "the outcome is unknown; send the same statement again: it is recorded only once",
                "результат невідомий; надішліть той самий акт ще раз: його буде внесено лише раз",
            ),
            Self::Record(RecordError::Database(_)) => Words::new(
                "a value that may stand only once is there already",
                "значення, що може бути лише раз, уже є",
            ),
            Self::Draft(DraftError::Request { words, .. }) => words.clone(),
            Self::Projection(ProjectionError::TimedOut { wanted, at, .. }) => Words::new(
                format!("position {wanted} is not reflected yet; answers stand at {at}"),
                format!("позицію {wanted} ще не враховано; відповіді станом на {at}"),
            ),
            // What these say is for the log, not for the caller.
            Self::Stored(_)
            | Self::Projection(_)
            | Self::Draft(DraftError::Random(_) | DraftError::Stored(_))
            | Self::Panicked
            | Self::Record(RecordError::Stored(_) | RecordError::Vault(_)) => Words::new(
                "tell the operator the instance below",
                "повідомте адміністратору значення instance",
            ),
            other => Words::new(other.to_string(), other.to_string()),
        }
    }

    /// What is wrong with the act or the body, place by place.
    pub fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Record(RecordError::Refused(violations)) => violations.clone(),
            Self::Record(RecordError::Malformed(error)) => vec![malformed(error)],
            Self::Draft(DraftError::Statement(error)) => {
                vec![malformed(&ActError::Statement(error.clone()))]
            }
            Self::Draft(DraftError::Request { pointer, words }) => vec![Violation::new(
                "invalid-draft",
                *pointer,
                words.clone(),
                Words::new("see GET /v1/procedures", "див. GET /v1/procedures"),
            )],
            Self::InvalidBody { pointer, message } => vec![Violation::new(
                "invalid-body",
                pointer.clone(),
                Words::new(message, message),
                Words::new("see the schema in /openapi.json", "див. схему в /openapi.json"),
            )],
            _ => Vec::new(),
        }
    }

    /// The acts that the signer had not seen.
    pub fn unseen(&self) -> &[Unseen] {
        match self {
            Self::Moved(new) => new,
            _ => &[],
        }
    }
}

/// An error on its way to the gate, which knows request and language.
#[derive(Debug, Clone)]
pub(super) struct Unrendered(pub(super) Arc<HttpError>);

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Unrendered(Arc::new(self)));
        response
    }
}

fn malformed(error: &ActError) -> Violation {
    let pointer = match error {
        ActError::Statement(error) => error.pointer().to_owned(),
        ActError::Signatures { .. } => "/signatures".to_owned(),
        ActError::Size(_) | ActError::Payload(_) => String::new(),
    };
    Violation::new(
        act_code(error),
        pointer,
        Words::new(error.to_string(), error.to_string()),
        Words::new("sign the exact bytes of a draft", "підпишіть точний текст проєкту"),
    )
}

fn act_code(error: &ActError) -> &'static str {
    match error {
        ActError::Statement(StatementError::Size(_)) | ActError::Size(_) => "statement-too-large",
        ActError::Statement(StatementError::Version(_)) => "unknown-version",
        ActError::Statement(StatementError::Field { .. }) => "invalid-statement-field",
        ActError::Statement(StatementError::Canonical(error)) => match error {
            CanonicalError::Json { .. } => "statement-not-json",
            CanonicalError::Form { .. } => "not-canonical",
            CanonicalError::Narrowed { .. } => "narrowed-statement",
        },
        ActError::Signatures { .. } => "signature-count",
        ActError::Payload(_) => "not-canonical",
    }
}

fn record_code(error: &RecordError) -> &'static str {
    match error {
        RecordError::Malformed(error) => act_code(error),
        RecordError::Refused(violations) => {
            violations.first().map_or("refused", |first| first.code)
        }
        RecordError::Moved(_) => "stream-moved",
        RecordError::Contended => "contended",
        RecordError::Submit(SubmitError::Full) => "queue-full",
        RecordError::Submit(SubmitError::Stopped) => "stopped",
        RecordError::Database(_) => "refused-by-store",
        RecordError::Vault(_) => "internal",
        RecordError::Stored(error) => stored_code(error),
    }
}

fn stored_code(error: &StoredError) -> &'static str {
    match error {
        StoredError::Database(_) => "database-unavailable",
        StoredError::Corrupt { .. } => "corrupt-data",
    }
}

fn draft_code(error: &DraftError) -> &'static str {
    match error {
        DraftError::Request { .. } => "invalid-draft",
        DraftError::Statement(error) => act_code(&ActError::Statement(error.clone())),
        DraftError::Random(_) => "internal",
        DraftError::Stored(error) => stored_code(error),
    }
}

fn projection_code(error: &ProjectionError) -> &'static str {
    match error {
        ProjectionError::TimedOut { .. } | ProjectionError::Moved { .. } => "not-reflected",
        error if error.is_unmade() => "not-reflected",
        ProjectionError::Database(_) => "database-unavailable",
        _ => "corrupt-data",
    }
}

impl From<ListError> for HttpError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(error) => {
                Self::InvalidParameter { name: "after".to_owned(), message: error.to_string() }
            }
            ListError::Projection(error) => error.into(),
        }
    }
}

fn token_code(error: TokenError) -> &'static str {
    match error {
        TokenError::Missing => "token-missing",
        TokenError::Malformed => "token-malformed",
        TokenError::Algorithm => "token-not-eddsa",
        TokenError::UnknownKey => "token-key-unknown",
        TokenError::Forged => "token-forged",
        TokenError::Expired => "token-expired",
        TokenError::Early => "token-early",
        TokenError::Audience => "token-for-another-ledger",
        TokenError::Issuer => "token-from-another-issuer",
        TokenError::HolderEnded => "token-holder-ended",
        TokenError::Claims => "token-claims",
    }
}

fn denied_code(denied: Denied) -> &'static str {
    match denied {
        Denied::Anonymous => "token-missing",
        Denied::Scope(_) => "not-permitted",
        Denied::NotASigner => "not-a-signer",
        Denied::OtherOffice | Denied::OpensElsewhere | Denied::NotReceived => "other-office",
        Denied::NoPolicy => "no-policy",
    }
}

fn denied_words(denied: Denied) -> Words {
    match denied {
        Denied::Anonymous => Words::new(
            "send `Authorization: Bearer …`; `litopys token` makes one",
            "надішліть `Authorization: Bearer …`; токен видає `litopys token`",
        ),
        Denied::Scope(scopes) => {
            let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            let names = names.join(", ");
            Words::new(
                format!("one of these scopes is needed: {names}"),
                format!("потрібен один із доступів: {names}"),
            )
        }
        Denied::NotASigner => Words::new(
            "an act is handed in by one of its signers",
            "акт подає один із тих, хто його підписав",
        ),
        Denied::OtherOffice => Words::new(
            "the token is for cases of other offices",
            "токен видано для справ інших органів",
        ),
        Denied::OpensElsewhere => Words::new(
            "the token opens cases for its own offices only: sign in a post at one of them first",
            "токен відкриває справи лише для своїх органів: першим підпишіть за посадою в одному з них",
        ),
        Denied::NotReceived => Words::new(
            "the case is on its way to the token's office: record TransferReceived first",
            "справа ще в дорозі до органу, для якого видано токен: спершу внесіть TransferReceived",
        ),
        Denied::NoPolicy => Words::new("this route is closed", "цей шлях закрито"),
    }
}
