//! What a process keeps in memory says what the database says, also where it began in the middle.

use litopys_api::clock::Clock;
use litopys_api::draft::DraftRequest;
use litopys_domain::act::Act;
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_projections::Recent as _;
use litopys_tests::agency::{Agency, Who, author, object, request};
use litopys_tests::forced_return;
use serde_json::json;

/// The request with which somebody asks for protection.
fn protection(agency: &Agency, person: &litopys_domain::ids::StreamId) -> DraftRequest {
    DraftRequest {
        procedure: Some("international-protection".to_owned()),
        subjects: vec![person.clone()],
        facts: object(json!({"place": "TO"})),
        author: author("R-APP"),
        ..request(&agency.keys, "ProtectionIntentionExpressed", &[Who::Clerk]).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_starts_reads_at_once_what_the_other_one_knows() {
    let database = database().await;
    let writer = || database.options(Role::Writer);
    let warm = Agency::found(writer(), Clock::system()).await.unwrap();
    let person = warm.person().await.unwrap();
    let mut cases = Vec::new();
    for _ in 0..2 {
        let opened = forced_return::opened(&warm.keys, &person).unwrap();
        let opened = warm.draft(opened).await.unwrap();
        warm.record_text(&opened.statement, opened.disclosures).await.unwrap();
        let note = forced_return::note(&warm.keys, &opened.stream).unwrap();
        warm.act(note).await.unwrap();
        cases.push(opened.stream);
    }
    let draft = warm.draft(protection(&warm, &person)).await.unwrap();
    let signed = warm.signed(&draft.statement, draft.disclosures).unwrap();
    let act = Act::new(&signed.statement, signed.signatures.clone()).unwrap();

    let cold = Agency::open(writer(), Clock::system(), warm.keys.clone()).unwrap();
    let size = warm.ledger.tail().size();
    cold.ledger.tail().watch().wait_for(|seen| *seen >= size).await.unwrap();
    assert!(cold.ledger.tail().cached(&cases[0]).is_none(), "nothing is at hand yet");
    cold.ledger.streams().fetch(act.statement()).await;
    let known = cold.ledger.tail().cases_of(&person).expect("the person's cases are at hand");
    assert_eq!(*known, cases, "in the order in which they first named the person");
    for stream in cases.iter().chain([&person]) {
        let read = cold.ledger.tail().cached(stream).expect("each stream is at hand");
        assert_eq!(*read, *warm.ledger.streams().load(stream).await.unwrap(), "{stream}");
        assert!(!read.is_empty());
    }
    let own = cold.ledger.tail().cached(&draft.stream).expect("so is that there is no such case");
    assert!(own.is_empty());
    cold.ledger.record(signed).await.unwrap();
    let after = cold.ledger.tail().cases_of(&person).unwrap();
    assert_eq!(after.last(), Some(&draft.stream), "what is recorded joins it");
}

#[tokio::test(flavor = "multi_thread")]
async fn recent_acts_are_given_whole_or_not_at_all() {
    let database = database().await;
    let writer = || database.options(Role::Writer);
    let warm = Agency::found(writer(), Clock::system()).await.unwrap();
    let person = warm.person().await.unwrap();
    let size = warm.ledger.tail().size();
    let positions = |acts: Vec<litopys_domain::act::RecordedAct>| {
        acts.iter().map(|act| act.position).collect::<Vec<_>>()
    };
    let warm_tail = warm.ledger.tail();
    assert_eq!(positions(warm_tail.recent(0, 10)), (0..10).collect::<Vec<_>>());
    assert_eq!(positions(warm_tail.recent(3, usize::MAX)), (3..size).collect::<Vec<_>>());
    assert_eq!(positions(warm_tail.recent(size, 10)), Vec::<u64>::new());

    let cold = Agency::open(writer(), Clock::system(), warm.keys.clone()).unwrap();
    let tail = cold.ledger.tail();
    tail.watch().wait_for(|seen| *seen >= size).await.unwrap();
    assert!(tail.recent(size - 1, 10).is_empty(), "the person was registered before it began");
    let opened = cold.draft(forced_return::opened(&cold.keys, &person).unwrap()).await.unwrap();
    cold.record_text(&opened.statement, opened.disclosures).await.unwrap();
    assert_eq!(positions(tail.recent(size, 10)), [size]);
    assert!(tail.recent(size - 1, 10).is_empty(), "there is a hole before what it took in itself");
    warm_tail.watch().wait_for(|seen| *seen > size).await.unwrap();
    assert_eq!(positions(warm_tail.recent(size - 1, 10)), [size - 1, size], "read on from another");
    for first in 0..=size {
        let known = positions(tail.recent(first, usize::MAX));
        let whole: Vec<_> = (first..=size).collect();
        assert!(known.is_empty() || known == whole, "from {first}: {known:?}");
    }
}
