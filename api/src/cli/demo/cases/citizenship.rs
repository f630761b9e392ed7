//! P14: application, checks, commission, decree, and the commitment that follows it.

use anyhow::Context as _;
use serde_json::json;

use super::super::stage::Stage;
use super::file::{File, Step};
use super::person;

pub(super) fn run(stage: &Stage) -> anyhow::Result<String> {
    let person = person(stage, "Навчальний", "1979-02-23")?;
    let mut file = File::new(stage, "citizenship-acquisition", person);
    let day = |days| stage.days_ago(days);
    let filed = json!({"ground": "3", "foreign_citizenships": ["GEO"], "commitments": ["2", "5"]});
    let filed = Step::new("CitizenshipApplicationFiled", "head", day(310)?, filed);
    file.act(&filed.by("R-APP"))?;
    let checked =
        Step::new("CitizenshipChecksCompleted", "head", day(280)?, json!({"objection": false}));
    file.act(&checked.by("R-SBU"))?;
    let sent = json!({"opinion_attached": true, "category": "SPOUSE", "residence": "36m"});
    file.act(&Step {
        reason: "the checks took the time",
        ..Step::new("AdmissionFileSentToCentral", "deputy head", day(250)?, sent)
    })?;
    let sent = Step {
        reason: "the file was completed first",
        ..Step::new("AdmissionFileSentToCommission", "chief", day(220)?, json!({"admit": true}))
    };
    file.act(&sent)?;
    let proposed = Step {
        reason: "the commission sits once a quarter",
        ..Step::new(
            "AdmissionCommissionProposal",
            "central clerk",
            day(180)?,
            json!({"admit": true}),
        )
    };
    file.act(&proposed.by("R-COM"))?;
    let decree = Step {
        reason: "the decree was signed on that day",
        ..Step::new(
            "AdmissionDecreeSigned",
            "central clerk",
            day(30)?,
            json!({"conditional": true}),
        )
    };
    file.act(&decree.by("R-PRES"))?;
    let fulfilled = Step::new("CommitmentFulfilled", "head", day(5)?, json!({"commitment": "2"}));
    let fulfilled = file.act(&fulfilled.by("R-APP"))?;
    file.expect_state("registered", fulfilled.receipt.position)?;
    let case = file.case.context("the case was not opened")?;
    Ok(format!("{case}: registered"))
}
