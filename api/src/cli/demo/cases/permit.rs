//! P03. A decision that was taken too late is recorded with its defect answered, not hidden.

use anyhow::Context as _;
use serde_json::json;

use super::super::stage::Stage;
use super::file::{File, Step};
use super::person;

pub(super) fn run(stage: &Stage) -> anyhow::Result<String> {
    let person = person(stage, "Приклад", "1988-11-02")?;
    let mut file = File::new(stage, "temporary-residence-document", person);
    let filed = json!({"ground": "EMPLOYMENT", "visa_d": true, "citizenship": "GEO"});
    let filed = Step::new("TemporaryCardApplicationFiled", "head", stage.days_ago(60)?, filed);
    file.act(&filed.by("R-APP"))?;
    let verified = json!({"result": "MATCH"});
    file.act(&Step::new("TemporaryCardIdentityVerified", "clerk", stage.days_ago(59)?, verified))?;
    let valid_until = stage.today.checked_add(jiff::Span::new().days(650))?;
    let decided = json!({"ground": "EMPLOYMENT", "valid_until": valid_until});
    file.flagged(
        &Step {
            reason: "air alarms closed the office for a week",
            ..Step::new("TemporaryCardIssueDecided", "head", stage.days_ago(20)?, decided)
        },
        "DEF-001",
    )?;
    let handed = json!({"valid_until": valid_until});
    let handed = file.act(&Step {
        reason: "the person was abroad",
        ..Step::new("TemporaryCardHandedOver", "clerk", stage.days_ago(12)?, handed)
    })?;
    file.expect_state("valid", handed.receipt.position)?;
    let case = file.case.context("the case was not opened")?;
    Ok(format!("{case}: valid; decided late, DEF-001 answered"))
}
