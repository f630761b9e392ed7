//! The append path against a real Postgres: order, receipts, overtaking, several writers.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use litopys_api::append::{Appended, Appender, AppenderOptions, Key, NumberFor, Submission};
use litopys_api::clock::{self, Clock};
use litopys_api::receipt::Receipt;
use litopys_api::tail::Tail;
use litopys_domain::act::{Act, SignedBy};
use litopys_domain::ids::{ContentHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::log::{CheckpointPolicy, Hash, NoteSigner, verify_inclusion};
use litopys_domain::statement::{LawRef, Signer, Statement, VERSION};
use litopys_migrations::Role;
use litopys_migrations::testing::{TestDatabase, database};
use tokio::sync::watch;

const ORIGIN: &str = "ledger.example/test";

fn ledger_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn appender(database: &TestDatabase) -> (Appender, Arc<Tail>) {
    let tail = Arc::new(Tail::new());
    let options = AppenderOptions {
        database: database.options(Role::Writer),
        signer: Arc::new(NoteSigner::new(ORIGIN, ledger_key()).unwrap()),
        clock: Clock::system(),
        follow: watch::channel(0).1,
        patience: Duration::from_secs(5),
    };
    let (appender, _task) = Appender::start(options, Arc::clone(&tail));
    (appender, tail)
}

/// A signed note in a case; whether the law allows it is not the appender's business.
fn act(stream: &StreamId) -> Act {
    let statement = Statement {
        version: VERSION.to_owned(),
        ledger: ORIGIN.to_owned(),
        stream: stream.clone(),
        seen: None,
        nonce: clock::new_id(),
        act: "NoteAdded".to_owned(),
        law: Some(LawRef {
            procedure: "forced-return".to_owned(),
            edition: "2018-04-29".parse().unwrap(),
            package: ContentHash::of(b"package"),
        }),
        subjects: Vec::new(),
        facts: serde_json::Map::new(),
        sealed: std::collections::BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: Vec::new(),
        flags: Vec::new(),
        occurred_at: "2026-11-22".parse().unwrap(),
        source: "NATIVE".to_owned(),
        author: None,
        signers: vec![Signer {
            by: "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79".parse().unwrap(),
            role: "R-TO-HEAD".to_owned(),
            office: Some("80".to_owned()),
        }],
    };
    let key = SigningKey::from_bytes(&[7; 32]);
    let text = statement.to_text();
    let signature = sign_statement(&key, &text);
    Act::new(&text, vec![SignedBy { key: PublicKey::of(&key).thumbprint(), signature }]).unwrap()
}

fn submission(stream: &StreamId, read_at: u64, after: Option<(u64, Hash)>) -> Submission {
    let number = after.is_none().then(|| NumberFor {
        office: "80".to_owned(),
        procedure: "FR".to_owned(),
        year: 2026,
    });
    Submission {
        act: act(stream),
        read_at,
        reads: vec![Key::from(stream)],
        valid_until_us: None,
        after,
        number,
        new_subjects: Vec::new(),
        disclosures: Vec::new(),
    }
}

/// Appends `acts` acts to one case, reading again whenever another writer was faster.
async fn run_case(appender: Appender, tail: Arc<Tail>, acts: usize) -> Vec<Arc<Receipt>> {
    let stream = StreamId::case(clock::new_id());
    let (mut after, mut receipts) = (None, Vec::new());
    while receipts.len() < acts {
        let submission = submission(&stream, tail.size(), after);
        match appender.submit(submission).await.unwrap() {
            Appended::Recorded(receipt) => {
                after = Some((receipts.len() as u64 + 1, receipt.leaf()));
                receipts.push(receipt);
            }
            Appended::Overtaken => {}
            Appended::Refused(why) => panic!("{why}"),
        }
    }
    receipts
}

fn check(receipts: &[Arc<Receipt>]) {
    let policy = CheckpointPolicy::log_only(
        ORIGIN,
        NoteSigner::new(ORIGIN, ledger_key()).unwrap().key().clone(),
    );
    for receipt in receipts {
        let opened = policy.open(receipt.checkpoint.as_bytes()).unwrap();
        let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_inclusion(receipt.leaf(), receipt.position, &receipt.inclusion, size, root).unwrap();
    }
    let mut positions: Vec<_> = receipts.iter().map(|receipt| receipt.position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (0..receipts.len() as u64).collect::<Vec<_>>());
}

/// The numbers of the series are gap-free, and every case has one.
fn check_numbers(receipts: &[Arc<Receipt>], cases: usize) {
    let acts = receipts.iter().map(|receipt| Act::from_payload(&receipt.payload).unwrap());
    let mut numbers: Vec<_> = acts.filter_map(|act| act.place.unwrap().number).collect();
    numbers.sort();
    let expected: Vec<_> = (1..=cases).map(|n| format!("80-FR-2026-{n:06}")).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_cases_get_one_gap_free_order_and_receipts_that_prove() {
    let database = database().await;
    let (appender, tail) = appender(&database);
    let cases: Vec<_> =
        (0..40).map(|_| tokio::spawn(run_case(appender.clone(), Arc::clone(&tail), 20))).collect();
    let mut receipts = Vec::new();
    for case in cases {
        receipts.extend(case.await.unwrap());
    }
    check(&receipts);
    check_numbers(&receipts, 40);
    let tiles: i64 = sqlx::query_scalar("select count(*) from tiles")
        .fetch_one(&database.pool(Role::Auditor))
        .await
        .unwrap();
    assert_eq!(tiles, 800 / 256);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_appender_continues_the_log() {
    let database = database().await;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let (appender, tail) = appender(&database);
        // The first answer shows that the task has read the end of the log.
        receipts.extend(run_case(appender.clone(), Arc::clone(&tail), 150).await);
    }
    check(&receipts);
    check_numbers(&receipts, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_writers_share_one_order() {
    let database = database().await;
    let mut cases = Vec::new();
    for _ in 0..3 {
        let (appender, tail) = appender(&database);
        cases.extend(
            (0..8).map(|_| tokio::spawn(run_case(appender.clone(), Arc::clone(&tail), 25))),
        );
    }
    let mut receipts = Vec::new();
    for case in cases {
        receipts.extend(case.await.unwrap());
    }
    check(&receipts);
    check_numbers(&receipts, 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_stream_that_moved_is_sent_back() {
    let database = database().await;
    let (appender, tail) = appender(&database);
    let stream = StreamId::case(clock::new_id());
    let first = submission(&stream, tail.size(), None);
    let rival = submission(&stream, tail.size(), None);
    let (first, rival) = tokio::join!(appender.submit(first), appender.submit(rival));
    let outcomes = [first.unwrap(), rival.unwrap()];
    let recorded = outcomes.iter().filter(|o| matches!(o, Appended::Recorded(_))).count();
    assert_eq!(recorded, 1, "two openings of one stream, judged at the same size");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_ended_sends_the_act_back() {
    let database = database().await;
    let (appender, tail) = appender(&database);
    let stream = StreamId::case(clock::new_id());
    let mut late = submission(&stream, tail.size(), None);
    late.valid_until_us = Some(0);
    assert!(matches!(appender.submit(late).await.unwrap(), Appended::Overtaken));
}
