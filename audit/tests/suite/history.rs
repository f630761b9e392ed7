//! A case told on both time axes.

use litopys_audit::{HistoryOptions, RecordedUntil, history};
use litopys_domain::ids::StreamId;
use litopys_migrations::Role;

use crate::clean::stored;
use crate::ledger::{Ledger, Step};

#[tokio::test]
async fn a_late_act_stands_where_it_counts() {
    let mut ledger = Ledger::founded();
    let officer = ledger.officer.clone();
    let (person, case) = (ledger.register(), StreamId::case(ledger.new_id()));
    for (step, day) in [
        (Step::Collected, "2026-02-01"),
        (Step::Decided, "2026-02-20T10:00:00Z"),
        (Step::Noted, "2026-02-10"),
    ] {
        let mut statement = ledger.step_statement(&case, &person, step, &officer);
        statement.occurred_at = day.parse().unwrap();
        ledger.record(&statement, &[&officer]);
    }
    let auditor = stored(&ledger).await.options(Role::Auditor);
    let told = async |options: HistoryOptions| {
        let told = history(&auditor, &case, &options).await.unwrap();
        assert_eq!(told.number.as_deref(), Some("80-FR-2026-000001"));
        told.acts.into_iter().map(|act| (act.act, act.position, act.late)).collect::<Vec<_>>()
    };
    let opened = ("ReturnMaterialsCollected".to_owned(), 5, false);
    let decided = ("ForcedReturnDecided".to_owned(), 6, false);
    let noted = ("NoteAdded".to_owned(), 7, true);
    let whole = history(&auditor, &case, &HistoryOptions::default()).await.unwrap();
    let state = whole.state.unwrap();
    assert_eq!((state.id.as_str(), state.title.unwrap().en.as_str()), ("decided", "Decided"));
    assert!(state.clocks.iter().any(|clock| clock.clock == "prosecutor"));
    let decision = &whole.acts[2];
    assert_eq!(decision.title.as_ref().unwrap().en, "Forced return decided");
    assert_eq!(decision.from.as_deref(), Some("materials-collected"));
    assert_eq!(decision.to.as_deref(), Some("decided"));
    let all = told(HistoryOptions::default()).await;
    assert_eq!(all, [opened.clone(), noted.clone(), decided.clone()]);
    let recorded_until = Some(RecordedUntil::Position(6));
    let early = told(HistoryOptions { recorded_until, occurred_until: None }).await;
    assert_eq!(early, [opened.clone(), decided]);
    let recorded_at = ledger.rows[6].recorded_at.timestamp();
    let recorded_until = Some(RecordedUntil::Instant(recorded_at));
    let occurred_until = Some("2026-02-10".parse().unwrap());
    let first = told(HistoryOptions { recorded_until, occurred_until }).await;
    assert_eq!(first, std::slice::from_ref(&opened));
    let by_law = told(HistoryOptions { recorded_until: None, occurred_until }).await;
    // Nothing that counts later is looked at, so nothing was overtaken.
    assert_eq!(by_law, [opened, (noted.0, noted.1, false)]);
}

#[tokio::test]
async fn what_a_court_did_is_told() {
    let mut ledger = Ledger::founded();
    let officer = ledger.officer.clone();
    let case = ledger.open();
    let person = ledger.subject_of(&case);
    ledger.step(&case, &person, Step::Decided);
    let decision = ledger.last_of(&case);
    let facts = serde_json::json!({});
    let mut statement = ledger.statement(&case, "DecisionSuspended", &facts, &[&officer]);
    statement.concerns = vec![decision];
    statement.author = Some(litopys_domain::statement::Author {
        role: "R-C1G".into(),
        body: None,
        reference: None,
    });
    statement.occurred_at = "2026-03-02".parse().unwrap();
    ledger.record(&statement, &[&officer]);
    let auditor = stored(&ledger).await.options(Role::Auditor);
    let told = history(&auditor, &case, &HistoryOptions::default()).await.unwrap();
    let decided = told.acts.iter().find(|act| act.act == "ForcedReturnDecided").unwrap();
    assert_eq!(decided.fate.suspended_on, Some("2026-03-02".parse().unwrap()));
    assert_eq!((decided.fate.annulled_on, decided.fate.basis_lost), (None, None));
    let state = told.state.unwrap();
    assert_eq!((state.office.as_deref(), state.on_its_way_to), (Some("80"), None));
}
