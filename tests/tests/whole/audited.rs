//! The auditor over a ledger that the real append path wrote under the real law.

use jiff::ToSpan as _;
use litopys_api::clock::Clock;
use litopys_audit::{Trust, VerifyOptions, verify_all};
use litopys_domain::keys::PublicKey;
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_tests::agency::{Agency, ORIGIN, hash_of};
use litopys_tests::forced_return;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_records_is_sound() {
    let database = database().await;
    let agency = Agency::found(database.options(Role::Writer), Clock::system()).await.unwrap();
    let person = agency.person().await.unwrap();
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let mut acts = 0;
    for _ in 0..3 {
        let opened = forced_return::opened(&agency.keys, &person).unwrap();
        let draft = agency.draft(opened).await.unwrap();
        agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
        let case = draft.stream;
        agency.act(forced_return::note(&agency.keys, &case).unwrap()).await.unwrap();
        let leave_by = today.checked_add(14.days()).unwrap();
        let decision = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
        let decision = agency.act(decision).await.unwrap();
        let served =
            forced_return::served(&agency.keys, &case, hash_of(&decision).unwrap()).unwrap();
        agency.act(served).await.unwrap();
        acts += 4;
    }
    let reader = agency.ledger.reader();
    let head = reader.head().await.unwrap();
    litopys_api::publish::publish(agency.ledger.pool(), reader, None).await.unwrap();
    let genesis = reader.receipt(0).await.unwrap().unwrap();
    let trust = Trust {
        origin: ORIGIN.to_owned(),
        ledger_key: PublicKey::of(&agency.keys.ledger),
        genesis: *litopys_domain::log::Hash::leaf(genesis.payload.as_bytes()).as_bytes(),
        witnesses: Vec::new(),
        quorum: 0,
    };
    let auditor = database.options(Role::Auditor);
    let options = VerifyOptions::default();
    let report = verify_all(&auditor, &trust, &options, |_, _| {}).await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.published), (head.size, head.size));
    assert_eq!((report.cases_judged, report.acts_judged), (3, acts));
}
