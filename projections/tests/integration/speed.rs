//! How fast a rebuild is; prints figures, promises none of them.

use std::collections::BTreeSet;
use std::time::Instant;

use litopys_migrations::Role;
use litopys_projections::reads::{CaseFilter, cases};
use litopys_projections::rebuild;
use litopys_projections::statistics::{DecisionFilter, Dimension, decisions};
use serde_json::json;

use crate::ledger::Ledger;

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_of_twenty_thousand_acts() {
    let mut ledger = Ledger::founded().await;
    let mut case = 1_000;
    while ledger.size < 10_000 {
        let mut drafts = Vec::new();
        for act in 0_u32..42 * 12 {
            drafts.push(ledger.case(case + act % 42, "forced-return", "NoteAdded"));
        }
        case += 42;
        ledger.append(drafts).await;
    }
    while ledger.size < 20_000 {
        let mut drafts = Vec::new();
        for _ in 0..500 {
            case += 1;
            let facts =
                json!({"state": "refused", "decision": "ProtectionRefused", "citizenship": "AFG"});
            let draft = ledger.case(case, "international-protection", "LegacyRecordAttested");
            drafts.push(draft.facts(facts).on("2023"));
        }
        ledger.append(drafts).await;
    }
    let mut options = ledger.options();
    options.feed.page_max = 1000;
    let rebuilt = rebuild(&options, |_| ()).await.unwrap();
    assert_eq!(rebuilt.size, ledger.size);
    let per_second = u128::from(rebuilt.size) * 1000 / rebuilt.took.as_millis().max(1);
    tell(&format!("rebuild: {} acts in {:?}, {per_second} acts/s", rebuilt.size, rebuilt.took));

    let pool = ledger.database.pool(Role::Writer);
    let number = Some("80-FR-2026-015000".to_owned());
    let filters = [
        ("no filter", CaseFilter::default()),
        ("number", CaseFilter { number, ..CaseFilter::default() }),
        ("office", CaseFilter { office: Some("46".to_owned()), ..CaseFilter::default() }),
        ("country", CaseFilter { citizenship: Some("SYR".to_owned()), ..CaseFilter::default() }),
    ];
    for (name, filter) in filters {
        // Often enough for the driver's prepared statement to get a generic plan, if it ever does.
        let started = Instant::now();
        for _ in 0..20 {
            cases(&pool, &filter, None, 50).await.unwrap();
        }
        tell(&format!("cases by {name}: {:?} a page", started.elapsed() / 20));
    }
    let started = Instant::now();
    let by = BTreeSet::from([Dimension::Year, Dimension::Outcome]);
    let table = decisions(&pool, &DecisionFilter::default(), &by, ledger.size).await.unwrap();
    tell(&format!("{} decisions counted in {:?}", table.total, started.elapsed()));
    assert!(table.total > 9_000);
}

#[expect(clippy::print_stdout, reason = "the figures are what this is for")]
fn tell(figure: &str) {
    println!("{figure}");
}
