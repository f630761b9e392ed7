//! What people are told of what the ledger owes and cannot sign.
//!
//! Nobody answers for the ledger, so what a violation says to its signer helps nobody where an
//! officer can do something else.

use jiff::civil::Date;
use litopys_domain::ids::StreamId;
use litopys_domain::violation::{Violation, Words};

/// What would be refused, and what people can do.
pub(super) fn refused(act: &str, why: &Violation) -> (Words, Words) {
    let says = Words::new(
        format!("The ledger owes {act} and cannot sign it. {}", why.says.en),
        format!("Реєстр має внести {act}, але не може. {}", why.says.uk),
    );
    (says, mend_term())
}

/// What the ledger does not owe though the term passed, and what people can do.
pub(super) fn withheld(act: &str, on: Date, why: &Violation) -> (Words, Words) {
    let mend = match why.code {
        "state-disputed" => Words::new(
            format!("{}; the ledger signs then what is still due", why.mend.en),
            format!("{}; тоді реєстр підпише те, що ще належить", why.mend.uk),
        ),
        "no-edition" => mend_law(on),
        "impossible-transition" => mend_term(),
        _ => why.mend.clone(),
    };
    (passed(act, on, &why.says), mend)
}

/// What was taken back after the ledger had signed it, and what people can do.
pub(super) fn signed_before(act: &str, on: Date) -> (Words, Words) {
    let why = Words::new(
        "It was signed once and taken back, and the ledger does not say a thing twice",
        "Його вже було внесено й відкликано, а двічі того самого реєстр не вносить",
    );
    let mend = Words::new(
        "Record what ended or prolonged the term",
        "Внесіть те, що завершило чи продовжило строк",
    );
    (passed(act, on, &why), mend)
}

fn passed(act: &str, on: Date, why: &Words) -> Words {
    Words::new(
        format!(
            "The term passed, {act} of {on} is due, and the ledger does not sign it. {}",
            why.en
        ),
        format!("Строк сплив, належить {act} від {on}, але реєстр його не вносить. {}", why.uk),
    )
}

fn mend_term() -> Words {
    Words::new(
        "Record what ended or prolonged the term, or enter in error the act that stands in the way",
        "Внесіть те, що завершило чи продовжило строк, або позначте внесеним помилково акт, що заважає",
    )
}

pub(super) fn put(act: &str, dispute: &StreamId, why: &Words) -> Words {
    Words::new(
        format!("The ledger owes {act} from {dispute} and cannot sign it. {}", why.en),
        format!("Реєстр має внести {act} з {dispute}, але не може. {}", why.uk),
    )
}

pub(super) fn no_such_case(case: &StreamId) -> Words {
    Words::new(
        format!("{case}, which the claim names, is not in the ledger"),
        format!("{case}, яку названо в позові, немає в реєстрі"),
    )
}

pub(super) fn no_law(on: Date) -> Words {
    Words::new(
        format!("No edition of the case's procedure that was in force on {on} is published"),
        format!("Не оприлюднено редакції процедури справи, чинної станом на {on}"),
    )
}

pub(super) fn mend_law(on: Date) -> Words {
    Words::new(
        format!("An administrator publishes the edition in force on {on}; the ledger signs then"),
        format!("Адміністратор оприлюднює редакцію, чинну станом на {on}; тоді реєстр підпише сам"),
    )
}

pub(super) fn mend_claim(dispute: &StreamId) -> Words {
    Words::new(
        format!(
            "Correct in {dispute} which case and decision are disputed: ClericalErrorCorrected"
        ),
        format!("Виправте у {dispute}, яку справу і яке рішення оскаржено: ClericalErrorCorrected"),
    )
}

/// What lets the case take the outcome, by what refuses it.
pub(super) fn mend_put(dispute: &StreamId, on: Date, why: &Violation) -> Words {
    match why.code {
        "unknown-concern" | "unfit-concern" => mend_claim(dispute),
        "no-edition" | "unknown-act" => mend_law(on),
        _ => Words::new(
            format!("{}; the ledger signs then", why.mend.en),
            format!("{}; тоді реєстр підпише сам", why.mend.uk),
        ),
    }
}
