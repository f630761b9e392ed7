//! What stands against cases, told from the events alone.

use litopys_audit::defects::{CaseDefects, defects};
use litopys_domain::ids::StreamId;
use litopys_domain::law::defects::Found;
use litopys_domain::law::file::Severity;
use litopys_domain::statement::Answer;
use litopys_domain::violation::Certainty;
use litopys_migrations::Role;

use crate::clean::stored;
use crate::ledger::{Ledger, Step};

/// A return collected and decided on these days, with too long a term whose flag is answered.
fn decided(ledger: &mut Ledger, collected: &str, at: &str) -> StreamId {
    let officer = ledger.officer.clone();
    let (person, case) = (ledger.register(), StreamId::case(ledger.new_id()));
    let mut statement = ledger.step_statement(&case, &person, Step::Collected, &officer);
    statement.occurred_at = collected.parse().unwrap();
    ledger.record(&statement, &[&officer]);
    let mut statement = ledger.step_statement(&case, &person, Step::Decided, &officer);
    statement.occurred_at = at.parse().unwrap();
    statement.facts.insert("leave_by".to_owned(), "2026-05-01".into());
    let flag = r#"{"answer": "unavoidable", "rule": "DEF-018"}"#;
    statement.flags = vec![serde_json::from_str(flag).unwrap()];
    ledger.record(&statement, &[&officer]);
    case
}

async fn told(ledger: &Ledger, case: Option<&StreamId>, on: Option<&str>) -> Vec<CaseDefects> {
    let auditor = stored(ledger).await.options(Role::Auditor);
    let on = on.map(|day| day.parse().unwrap());
    let report = defects(&auditor, case, on).await.unwrap();
    let listed: usize = report.cases.iter().map(|case| case.defects.len()).sum();
    assert_eq!(report.defects, listed as u64);
    report.cases
}

fn rules(case: &CaseDefects) -> Vec<(&str, Found)> {
    case.defects.iter().map(|one| (one.rule.as_str(), one.found)).collect()
}

#[tokio::test]
async fn answered_flags_and_terms_that_ran_out_stand_by_day() {
    let mut ledger = Ledger::founded();
    let case = decided(&mut ledger, "2026-03-02", "2026-03-02T07:30:00Z");
    let today = told(&ledger, None, None).await;
    assert_eq!(today.len(), 1);
    assert_eq!((&today[0].case, today[0].number.as_deref()), (&case, Some("80-FR-2026-000001")));
    let flagged = today[0].defects.iter().find(|one| one.rule == "DEF-018").unwrap();
    assert_eq!((flagged.severity, flagged.certainty), (Severity::U, Certainty::Sure));
    assert_eq!(flagged.answer, Some(Answer::Unavoidable));
    assert!(flagged.defect.as_ref().unwrap().title.uk.contains("30"));
    assert!(!rules(&today[0]).iter().any(|(_, found)| *found == Found::Overdue), "{today:#?}");
    let later = told(&ledger, Some(&case), Some("2026-03-04")).await;
    assert!(rules(&later[0]).contains(&("DEF-019", Found::Overdue)), "{later:#?}");
    let before = told(&ledger, Some(&case), Some("2026-03-01")).await;
    assert!(before.is_empty());
}

#[tokio::test]
async fn what_only_an_auditor_sees_is_told() {
    let mut ledger = Ledger::founded();
    // Recorded on Monday, 2 March: two working days after Thursday, 26 February.
    let late = decided(&mut ledger, "2026-02-25", "2026-02-26T10:00:00Z");
    let found = told(&ledger, Some(&late), None).await;
    let of = |act: &str| -> Vec<(&str, Certainty, Option<Answer>)> {
        let defects = found[0].defects.iter().filter(|one| one.act == act);
        let shown = defects.filter(|one| one.severity == Severity::D);
        shown.map(|one| (one.rule.as_str(), one.certainty, one.answer)).collect()
    };
    assert_eq!(of("ReturnMaterialsCollected"), [("DEF-051", Certainty::Design, None)]);
    assert_eq!(
        of("ForcedReturnDecided"),
        [("DECISION-NO", Certainty::Design, None), ("DEF-046", Certainty::Design, None)],
        "in time, but the officer holds no competence C-RET"
    );
}

#[tokio::test]
async fn a_text_that_was_not_due_is_told() {
    let mut ledger = Ledger::founded();
    let officer = ledger.officer.clone();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    let mut statement = ledger.step_statement(&case, &person, Step::Decided, &officer);
    statement.law.as_mut().unwrap().edition = "2018-04-29".parse().unwrap();
    ledger.record(&statement, &[&officer]);
    let found = told(&ledger, Some(&case), None).await;
    let other = found[0].defects.iter().find(|one| one.rule == "DEF-035").unwrap();
    assert_eq!((other.severity, other.certainty), (Severity::V, Certainty::Sure));
    assert!(other.says.en.starts_with("Cites the text of 2018-04-29"), "{}", other.says.en);
}
