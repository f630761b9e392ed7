//! A case told on both time axes.

use litopys_audit::{HistoryOptions, RecordedUntil, history};
use litopys_migrations::Role;
use serde_json::json;

use crate::clean::stored;
use crate::ledger::Ledger;

#[tokio::test]
async fn a_late_act_stands_where_it_counts() {
    let mut ledger = Ledger::founded();
    let officer = ledger.officer.clone();
    let case = litopys_domain::ids::StreamId::case(ledger.new_id());
    for (act, day) in [
        ("ReturnMaterialsCollected", "2026-02-01"),
        ("ForcedReturnDecided", "2026-02-20"),
        ("NoteAdded", "2026-02-10"),
    ] {
        let mut statement = ledger.statement(&case, act, &json!({"ground": "1"}), &[&officer]);
        statement.occurred_at = day.parse().unwrap();
        ledger.record(&statement, &[&officer]);
    }
    let auditor = stored(&ledger).await.options(Role::Auditor);
    let told = async |options: HistoryOptions| {
        let told = history(&auditor, &case, &options).await.unwrap();
        assert_eq!(told.number.as_deref(), Some("80-FR-2026-000001"));
        told.acts.into_iter().map(|act| (act.act, act.position, act.late)).collect::<Vec<_>>()
    };
    let opened = ("ReturnMaterialsCollected".to_owned(), 4, false);
    let decided = ("ForcedReturnDecided".to_owned(), 5, false);
    let noted = ("NoteAdded".to_owned(), 6, true);
    let all = told(HistoryOptions::default()).await;
    assert_eq!(all, [opened.clone(), noted.clone(), decided.clone()]);
    let recorded_until = Some(RecordedUntil::Position(5));
    let early = told(HistoryOptions { recorded_until, occurred_until: None }).await;
    assert_eq!(early, [opened.clone(), decided]);
    let recorded_at = ledger.rows[5].recorded_at.timestamp();
    let recorded_until = Some(RecordedUntil::Instant(recorded_at));
    let occurred_until = Some("2026-02-10".parse().unwrap());
    let first = told(HistoryOptions { recorded_until, occurred_until }).await;
    assert_eq!(first, std::slice::from_ref(&opened));
    let by_law = told(HistoryOptions { recorded_until: None, occurred_until }).await;
    // Nothing that counts later is looked at, so nothing was overtaken.
    assert_eq!(by_law, [opened, (noted.0, noted.1, false)]);
}
