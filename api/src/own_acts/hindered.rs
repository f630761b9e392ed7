//! What is due and cannot be signed, told to people: the ledger presumes nothing that upsets what
//! others recorded since, so somebody must settle it.

use jiff::civil::Date;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::violation::{Violation, Words};
use serde::Serialize;

use super::{load, owed};
use crate::ledger::Ledger;
use crate::stored::StoredError;

/// A service act that is due and would be refused as the log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hindered {
    pub act: String,
    /// Its legal date.
    pub on: Date,
    /// The term that ran out.
    #[serde(skip)]
    pub clock: String,
    /// The act that started the term.
    #[serde(skip)]
    pub started_by: StatementHash,
    /// Why it is refused.
    pub says: Words,
    /// What people can do about it.
    pub mend: Words,
}

impl Ledger {
    /// What the ledger should sign in a case and cannot; nothing where it merely has not yet.
    ///
    /// # Errors
    /// The case, or what its law looks at, cannot be read.
    pub async fn hindered(&self, case: &StreamId) -> Result<Vec<Hindered>, StoredError> {
        let (acts, view) = load(self, case).await?;
        let world = self.tail().world();
        // The origin of a founded ledger always names its stream.
        let owed = owed(&world, case, &acts, view).unwrap_or_default();
        let mut hindered = Vec::new();
        for (due, statement) in owed {
            let (circumstances, _) =
                self.circumstances(&world, &statement, &acts, view.position).await?;
            let Ok(review) = circumstances.review(&acts, &statement) else { continue };
            if let Some(violation) = review.violations.first() {
                hindered.push(Hindered {
                    says: says(&due.act, violation),
                    mend: mend(),
                    act: due.act,
                    on: due.date,
                    clock: due.clock,
                    started_by: due.started_by,
                });
            }
        }
        Ok(hindered)
    }
}

fn says(act: &str, why: &Violation) -> Words {
    Words::new(
        format!("The ledger owes {act} and cannot sign it. {}", why.says.en),
        format!("Реєстр має внести {act}, але не може. {}", why.says.uk),
    )
}

/// Nobody answers for the ledger, so what the violation says to its signer helps nobody.
fn mend() -> Words {
    Words::new(
        "Record what ended or prolonged the term, or enter in error the act that stands in the way",
        "Внесіть те, що завершило чи продовжило строк, або позначте внесеним помилково акт, що заважає",
    )
}
