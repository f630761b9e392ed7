//! Acts of cases are judged again by the law that was due at their position.

use litopys_audit::Report;
use litopys_domain::ids::StreamId;
use litopys_domain::statement::Statement;
use litopys_migrations::Role;
use sqlx::Executor as _;

use crate::clean::{audit, stored};
use crate::ledger::{Hand, Ledger, Step, sealed};

/// Opens a case, records a decision after `change`, and gives the codes found at it.
async fn decided(change: impl FnOnce(&mut Statement)) -> Vec<&'static str> {
    let mut ledger = Ledger::founded();
    let (officer, case) = (ledger.officer.clone(), ledger.open());
    let person = ledger.subject_of(&case);
    let mut statement = ledger.step_statement(&case, &person, Step::Decided, &officer);
    change(&mut statement);
    ledger.record(&statement, &[&officer]);
    codes_at_last(&ledger).await
}

pub(crate) async fn codes_at_last(ledger: &Ledger) -> Vec<&'static str> {
    let report = audit(&stored(ledger).await, &ledger.trust()).await;
    let last = ledger.rows.last().unwrap();
    let at = |report: &Report| report.findings.iter().all(|f| f.position == Some(last.position));
    assert!(at(&report), "{:#?}", report.findings);
    report.findings.iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn a_lawful_decision_is_sound() {
    assert_eq!(decided(|_| {}).await, Vec::<&str>::new());
}

#[tokio::test]
async fn an_unanswered_flag_is_found_and_an_answered_one_is_not() {
    let late = |statement: &mut Statement| {
        statement.facts.insert("leave_by".to_owned(), "2026-05-01".into());
    };
    assert_eq!(decided(late).await, ["flag-unanswered"]);
    let answered = |statement: &mut Statement| {
        late(statement);
        let flag = r#"{"answer": "unavoidable", "rule": "DEF-018"}"#;
        statement.flags = vec![serde_json::from_str(flag).unwrap()];
    };
    assert_eq!(decided(answered).await, Vec::<&str>::new());
}

#[tokio::test]
async fn what_the_law_refuses_is_found() {
    let fact = |name: &'static str, value: &'static str| {
        move |statement: &mut Statement| {
            statement.facts.insert(name.to_owned(), value.into());
        }
    };
    assert_eq!(decided(fact("invented", "x")).await, ["unknown-fact"]);
    let early = |statement: &mut Statement| {
        statement.occurred_at = "2023-12-14T07:30:00Z".parse().unwrap();
    };
    assert!(!decided(early).await.is_empty(), "another edition was in force");
    let twice = |statement: &mut Statement| statement.act = "ReturnMaterialsCollected".to_owned();
    assert!(decided(twice).await.contains(&"wrong-precision"));
}

#[tokio::test]
async fn a_service_act_before_its_term_ran_out_is_found() {
    let mut ledger = Ledger::founded();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    ledger.step(&case, &person, Step::Decided);
    let system: Hand = ledger.system.clone();
    let facts = serde_json::json!({});
    let mut statement = ledger.statement(&case, "ReturnOverdue", &facts, &[&system]);
    statement.subjects = vec![person];
    ledger.record(&statement, &[&system]);
    assert!(!codes_at_last(&ledger).await.is_empty());
}

#[tokio::test]
async fn an_outcome_that_no_dispute_put_is_found() {
    let mut ledger = Ledger::founded();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    ledger.step(&case, &person, Step::Decided);
    let decision = ledger.last_of(&case);
    // Another person's case, so that nothing but the statement itself leads to it.
    let other = ledger.open();
    let by = ledger.last_of(&other);
    let system: Hand = ledger.system.clone();
    let facts = serde_json::json!({"by": by, "dispute": other});
    let mut statement = ledger.statement(&case, "DecisionAnnulled", &facts, &[&system]);
    statement.subjects = vec![person];
    statement.concerns = vec![decision];
    statement.occurred_at = "2026-03-02".parse().unwrap();
    ledger.record(&statement, &[&system]);
    assert_eq!(codes_at_last(&ledger).await, ["not-put"]);
}

#[tokio::test]
async fn unknown_acts_and_subjects_are_found() {
    let mut ledger = Ledger::founded();
    let administrator = ledger.administrator.clone();
    let stream = ledger.officer.signer.by.clone();
    ledger.act(&stream, "Promoted", serde_json::json!({"rank": "1"}), &[&administrator]);
    assert_eq!(codes_at_last(&ledger).await, ["act-unknown"]);
    let mut ledger = Ledger::founded();
    let nobody = StreamId::person(ledger.new_id());
    let case = StreamId::case(ledger.new_id());
    ledger.step(&case, &nobody, Step::Collected);
    assert_eq!(codes_at_last(&ledger).await, ["subject-unknown"]);
}

#[tokio::test]
async fn a_person_with_other_fields_is_found() {
    let registered = async |change: fn(&mut Statement)| {
        let mut ledger = Ledger::founded();
        let (officer, person) = (ledger.officer.clone(), StreamId::person(ledger.new_id()));
        let facts = serde_json::json!({});
        let mut statement = ledger.statement(&person, "PersonRegistered", &facts, &[&officer]);
        change(&mut statement);
        ledger.record(&statement, &[&officer]);
        codes_at_last(&ledger).await
    };
    assert_eq!(registered(|statement| statement.sealed = sealed("given_name")).await, [""; 0]);
    let invented = |statement: &mut Statement| statement.sealed = sealed("shoe_size");
    assert_eq!(registered(invented).await, ["person-field"]);
    let open = |statement: &mut Statement| {
        statement.facts.insert("sex".to_owned(), "F".into());
    };
    assert_eq!(registered(open).await, ["person-field"]);
}

#[tokio::test]
async fn a_number_of_another_year_is_found() {
    let mut ledger = Ledger::founded();
    ledger.publish();
    // In Kyiv the year is over at 22:00 UTC; this ledger numbers its cases as of 2026 regardless.
    ledger.clock = "2026-12-31T21:59:59Z".parse().unwrap();
    ledger.open();
    assert_eq!(codes_at_last(&ledger).await, [""; 0]);
    ledger.clock = "2026-12-31T22:00:00Z".parse().unwrap();
    ledger.open();
    let report = audit(&stored(&ledger).await, &ledger.trust()).await;
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!((finding.code, &*finding.found), ("number-year", "80-FR-2026-000002"));
}

#[tokio::test]
async fn a_package_that_does_not_compile_is_found_and_nothing_is_judged_by_it() {
    let mut ledger = Ledger::founded();
    ledger.open();
    let database = stored(&ledger).await;
    let pool = database.pool(Role::Superuser);
    let sql = "alter table packages disable trigger append_only;
               delete from packages where kind = 'edition';";
    pool.execute(sql).await.unwrap();
    pool.close().await;
    let report = audit(&database, &ledger.trust()).await;
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!((finding.code, finding.position), ("package-unsound", Some(3)));
    assert_eq!(report.cases_judged, 0);
}
