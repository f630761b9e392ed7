//! P10. The ledger notes that the term ran out; a late but true act rebuts that.

use anyhow::Context as _;
use litopys_domain::ids::StreamId;
use serde_json::json;

use super::super::stage::Stage;
use super::file::{File, Step};
use super::person;
use crate::cli::act::Answered;

pub(super) struct Returned {
    pub said: String,
    pub case: StreamId,
    pub decision: Answered,
}

pub(super) fn run(stage: &Stage) -> anyhow::Result<Returned> {
    let mut file = File::new(stage, "forced-return", person(stage, "Зразкова", "1990-05-17")?);
    let decided_on = stage.days_ago(44)?;
    let leave_by = stage.days_ago(16)?;
    let opened = json!({"violation": "1", "country": "GEO", "asylum_asked": false,
        "art31_assessed": true});
    file.act(&Step {
        private: Some(("art31_assessment", "Підстав за статтею 31 не виявлено")),
        ..Step::new("ReturnMaterialsCollected", "clerk", stage.days_ago(50)?, opened)
    })?;
    let decided = json!({"leave_by": leave_by, "ground": "1", "minor": false, "country": "GEO",
        "citizenship": "GEO", "art31_cleared": true});
    let decision = file.act(&Step {
        reason: "the materials had to be completed first",
        ..Step::new("ForcedReturnDecided", "head", decided_on, decided).at(10)?
    })?;
    file.act(&Step::new("ProsecutorNotifiedOfReturn", "clerk", decided_on, json!({})).at(12)?)?;
    let served = json!({"channel": "in-person", "appeal_explained": true});
    file.act(&Step {
        of: Some("ForcedReturnDecided"),
        ..Step::new("LetterServed", "clerk", decided_on, served)
    })?;
    file.ledger_acts("ReturnOverdue", stage.days_ago(15)?)?;
    let departed = Step {
        of: Some("ReturnOverdue"),
        ..Step::new("DepartureConfirmed", "clerk", stage.days_ago(17)?, json!({}))
    };
    let departed = file.act(&departed.by("R-DPSU").at(14)?)?;
    file.expect_state("departed", departed.receipt.position)?;
    let case = file.case.clone().context("the case was not opened")?;
    let said = format!("{case}: departed; the overdue return is rebutted");
    Ok(Returned { said, case, decision })
}
