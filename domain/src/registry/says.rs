//! What the registry's refusals say, in both languages.

use super::{RegistryAct, RegistryActError};
use crate::statement::Signer;
use crate::violation::{Violation, Words};

pub(super) fn refuse(
    code: &'static str,
    pointer: impl Into<String>,
    says: Words,
    mend: Words,
) -> Violation {
    Violation::new(code, pointer, says, mend)
}

pub(super) fn forged(i: usize, signer: &Signer) -> Violation {
    refuse(
        "forged-signature",
        format!("/signatures/{i}/signature"),
        Words::new(
            format!("the signature of {} does not match the statement", signer.by),
            format!("підпис {} не відповідає тексту", signer.by),
        ),
        Words::new("sign the exact bytes of the draft", "підпишіть точний текст проєкту"),
    )
}

pub(super) fn no_post(i: usize, says: Words) -> Violation {
    refuse(
        "no-post",
        format!("/signers/{i}"),
        says,
        Words::new(
            "sign in a post held today, or have the appointment recorded first",
            "підпишіть за посадою, яку обіймаєте сьогодні, або спершу внесіть призначення",
        ),
    )
}

pub(super) fn no_administrator() -> Words {
    Words::new("not an administrator of this ledger", "не адміністратор цього реєстру")
}

pub(super) fn another_ledger(origin: &str, found: &str) -> Violation {
    refuse(
        "another-ledger",
        "/ledger",
        Words::new(
            format!("signed for the ledger `{}`", crate::ids::clipped(found)),
            format!("підписано для реєстру «{}»", crate::ids::clipped(found)),
        ),
        Words::new(
            format!("this is `{origin}`: draft it here"),
            format!("це «{origin}»: складіть проєкт тут"),
        ),
    )
}

pub(super) fn not_founded() -> Violation {
    refuse(
        "no-ledger",
        "/ledger",
        Words::new("this ledger has no genesis yet", "цей реєстр ще не створено"),
        Words::new("run `litopys init`", "виконайте `litopys init`"),
    )
}

pub(super) fn already_founded(origin: &str) -> Violation {
    refuse(
        "already-founded",
        "/act",
        Words::new(
            format!("the ledger `{origin}` is founded"),
            format!("реєстр «{origin}» вже створено"),
        ),
        Words::new("a genesis stands at position 0 only", "акт створення буває лише на позиції 0"),
    )
}

pub(super) fn facts_refused(error: &RegistryActError) -> Violation {
    refuse(
        "invalid-fact",
        error.pointer.clone(),
        Words::new(error.message.clone(), format!("невірне значення: {}", error.message)),
        Words::new("correct the fact", "виправте значення"),
    )
}

pub(super) fn missing_signature(act: &RegistryAct, threshold: usize) -> Violation {
    let needs_threshold =
        matches!(act, RegistryAct::AdministratorsChanged(_) | RegistryAct::LedgerKeyRotated(_));
    let (en, uk) = if needs_threshold {
        (
            format!("needs {threshold} administrators and every key it brings in"),
            format!("потрібні підписи {threshold} адміністраторів і кожного нового ключа"),
        )
    } else {
        (
            "needs an administrator, and the key it brings in".to_owned(),
            "потрібен підпис адміністратора і нового ключа".to_owned(),
        )
    };
    refuse(
        "missing-signature",
        "/signers",
        Words::new(en, uk),
        Words::new("add the signatures that are missing", "додайте підписи, яких бракує"),
    )
}
