//! How fast a rebuild is; prints figures, promises none of them.

use litopys_projections::rebuild;
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
    #[expect(clippy::print_stdout, reason = "the figure is what this is for")]
    {
        println!("rebuild: {} acts in {:?}, {per_second} acts/s", rebuilt.size, rebuilt.took);
    }
}
