//! Recording from the command line: refusals in words.

use litopys_api::ledger::Ledger;
use litopys_api::record::{RecordError, Recorded, SignedAct};
use litopys_domain::violation::Violation;

use super::Refused;

/// Records an act; what the ledger refuses is told rule by rule.
pub(crate) async fn record(ledger: &Ledger, act: SignedAct) -> anyhow::Result<Recorded> {
    ledger.record(act).await.map_err(|error| match error {
        RecordError::Refused(violations) => Refused(in_words(&violations)).into(),
        RecordError::Moved(_) => Refused("the stream moved meanwhile; run it again".into()).into(),
        other => anyhow::Error::new(other),
    })
}

fn in_words(violations: &[Violation]) -> String {
    let lines = violations.iter().map(|violation| {
        format!("  {}: {} ({})", violation.pointer, violation.says.en, violation.mend.en)
    });
    std::iter::once("the ledger refuses the act".to_owned())
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}
