//! What stands against cases, told from the events alone.

use litopys_audit::defects::{CaseDefects, defects};
use litopys_domain::ids::StreamId;
use litopys_domain::law::defects::{Found, OpenDefect};
use litopys_domain::law::file::Severity;
use litopys_domain::statement::{Answer, Author};
use litopys_domain::violation::Certainty;
use litopys_migrations::Role;
use serde_json::{Value, json};

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

/// What is told of competence at a decision of 2 March, in a ledger in which `acts` of the officer's
/// own stream came first and `later` ones after it.
async fn of_competence(acts: &[(&str, Value)], later: &[(&str, Value)]) -> Vec<OpenDefect> {
    let mut ledger = Ledger::founded();
    let (administrator, stream) = (ledger.administrator.clone(), ledger.officer.signer.by.clone());
    for (act, facts) in acts {
        ledger.act(&stream, act, facts.clone(), &[&administrator]);
    }
    let case = decided(&mut ledger, "2026-03-02", "2026-03-02T07:30:00Z");
    for (act, facts) in later {
        ledger.act(&stream, act, facts.clone(), &[&administrator]);
    }
    let found = told(&ledger, Some(&case), None).await.remove(0).defects;
    found.into_iter().filter(|one| one.rule == "DEF-046").collect()
}

#[tokio::test]
async fn a_signature_is_held_to_the_competence_of_its_day() {
    let granted = |course: &str, from: &str, until: &str| {
        ("CompetenceGranted", json!({"course": course, "from": from, "until": until}))
    };
    let ended = |on: &str| {
        ("CompetenceEnded", json!({"course": "C-RET", "on": on, "reason": "LEGAL-CHANGE"}))
    };
    let (first, last) = ("2026-03-02", "2026-03-02");
    let none: [(&str, Value); 0] = [];
    // Both ends count.
    assert_eq!(of_competence(&[granted("C-RET", first, "2027-03-01")], &none).await, []);
    assert_eq!(of_competence(&[granted("C-RET", "2025-03-03", last)], &none).await, []);
    let year = granted("C-RET", "2025-06-01", "2026-05-31");
    assert_eq!(of_competence(&[year.clone(), ended(last)], &none).await, []);
    for acts in [
        [granted("C-RET", "2026-03-03", "2027-03-02")].as_slice(),
        &[granted("C-RET", "2025-03-02", "2026-03-01")],
        &[granted("C-DET", "2025-03-02", "2027-03-01")],
        &[year.clone(), ended("2026-03-01")],
    ] {
        let found = of_competence(acts, &none).await;
        let [one] = found.as_slice() else { panic!("{acts:?}: {found:?}") };
        assert_eq!((one.act.as_str(), one.severity), ("ForcedReturnDecided", Severity::D));
        assert!(one.says.uk.ends_with("не має чинної компетентності C-RET на 2026-03-02"));
    }
    // A change of the law that came to the registry only later.
    assert_eq!(of_competence(&[year], &[ended("2026-02-27")]).await.len(), 1);
}

#[tokio::test]
async fn who_records_what_another_decided_needs_no_competence() {
    let mut ledger = Ledger::founded();
    let officer = ledger.officer.clone();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    let mut statement = ledger.step_statement(&case, &person, Step::Decided, &officer);
    let author = json!({"role": "R-DPSU"});
    statement.author = Some(serde_json::from_value::<Author>(author).unwrap());
    ledger.record(&statement, &[&officer]);
    let found = told(&ledger, Some(&case), None).await;
    let shown = found.iter().flat_map(|case| &case.defects);
    let shown: Vec<_> = shown.filter(|one| one.act == "ForcedReturnDecided").collect();
    assert!(!shown.is_empty(), "the decision has no number");
    assert!(shown.iter().all(|one| one.rule != "DEF-046"), "{found:#?}");
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
