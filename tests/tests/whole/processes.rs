//! Several writers on one database: one total order, nobody starves, and a verdict holds at the
//! act's position whoever recorded what it rests on.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::ToSpan as _;
use litopys_api::clock::Clock;
use litopys_api::draft::DraftRequest;
use litopys_api::record::{RecordError, SignedAct};
use litopys_domain::act::Act;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_tests::agency::{Agency, Who, author, object};
use litopys_tests::chain::{self, Shared};
use litopys_tests::client::{Client, Posting};
use litopys_tests::forced_return;
use litopys_tests::installed::{Installed, Tokens};
use serde_json::json;
use tokio::task::JoinSet;

/// Two open ledgers on one database: two processes, as far as the database can tell.
async fn two_agencies() -> (Agency, Agency) {
    let database = database().await;
    let first = Agency::found(database.options(Role::Writer), Clock::system()).await.unwrap();
    let keys = first.keys.clone();
    let second = Agency::open(database.options(Role::Writer), Clock::system(), keys).unwrap();
    while second.ledger.tail().size() < first.ledger.tail().size() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (first, second)
}

async fn open_case(agency: &Agency) -> (StreamId, StreamId) {
    let person = agency.person().await.unwrap();
    let draft = agency.draft(forced_return::opened(&agency.keys, &person).unwrap()).await.unwrap();
    let case = draft.stream.clone();
    agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
    (case, person)
}

async fn share_one_database(processes: usize) {
    const CALLERS: usize = 12;
    const TIME: Duration = Duration::from_secs(6);
    let (installed, keys, (cases, size)) = Installed::found(async |agency: &Agency| {
        let law = chain::law_today(agency)?;
        let today = agency.ledger.today(&agency.ledger.tail().world());
        let shared = Shared::new(&agency.keys, law, today, agency.ledger.clock().now())?;
        let person = agency.person().await?;
        // All about one person would serialise on that person; each case gets its own.
        let mut cases = vec![chain::forced_return(&shared, &person)?];
        for _ in 0..400 {
            cases.push(chain::forced_return(&shared, &agency.person().await?)?);
        }
        Ok((cases, agency.ledger.tail().size()))
    })
    .await
    .unwrap();
    let tokens = Tokens::new(&installed, &keys).unwrap();
    let waiting: Vec<VecDeque<Posting>> =
        cases.iter().map(|case| tokens.postings(case).into()).collect();
    let waiting = Arc::new(Mutex::new(waiting));
    let cluster = installed.start_database().await.unwrap();
    let served: Vec<_> = (0..processes).map(|_| installed.serve_over(&cluster).unwrap()).collect();
    let counts: Vec<_> = served.iter().map(|_| Arc::new(AtomicUsize::new(0))).collect();
    let deadline = std::time::Instant::now() + TIME;
    let mut calls = JoinSet::new();
    for (process, count) in served.iter().zip(&counts) {
        for _ in 0..CALLERS {
            let (waiting, count, address) =
                (Arc::clone(&waiting), Arc::clone(count), process.address);
            calls.spawn(async move {
                let mut client = Client::connect(address).await.unwrap();
                while std::time::Instant::now() < deadline {
                    let Some(mut case) = waiting.lock().unwrap().pop() else { return };
                    while let Some(act) = case.pop_front() {
                        let answer = client.post(&act).await.unwrap();
                        assert_eq!(answer.status, 201, "{}", answer.body);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    }
    calls.join_all().await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    for process in served {
        process.stop().unwrap();
    }
    drop(cluster);
    let counts: Vec<_> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    let total: usize = counts.iter().sum();
    println!("{processes} processes recorded {counts:?}");
    let half_a_share = total / processes / 2;
    assert!(counts.iter().all(|count| *count >= half_a_share), "{counts:?}");
    let report = installed.audit().await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.events, size + total as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_one_database() {
    share_one_database(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_share_one_database() {
    share_one_database(4).await;
}

/// A note signed by the clerk, ready to be recorded.
async fn signed_note(agency: &Agency, case: &StreamId) -> SignedAct {
    let draft = agency.draft(forced_return::note(&agency.keys, case).unwrap()).await.unwrap();
    agency.signed(&draft.statement, draft.disclosures).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_act_follows_the_revocation_of_its_signer() {
    let (first, second) = two_agencies().await;
    let mut notes = Vec::new();
    for number in 0..120 {
        let (case, _) = open_case(&first).await;
        let agency = if number % 2 == 0 { &first } else { &second };
        notes.push((number, signed_note(&first, &case).await, Arc::clone(&agency.ledger)));
    }
    let clerk = PublicKey::of(&first.keys.signing_key(Who::Clerk).unwrap());
    let revocation = DraftRequest {
        stream: Some(first.keys.stream(Who::Clerk).unwrap()),
        facts: object(json!({"key": clerk.thumbprint(), "reason": "COMPROMISED"})),
        ..first.request("KeyRevoked", &[Who::Administrator]).unwrap()
    };
    let revocation = first.draft(revocation).await.unwrap();
    let revocation = first.signed(&revocation.statement, Vec::new()).unwrap();
    // Fifty on each side of the revocation, all at once: some share a batch with it.
    let mut calls = JoinSet::new();
    let behind = notes.split_off(100);
    let later = notes.split_off(50);
    for (_, note, ledger) in notes {
        calls.spawn(async move { ledger.record(note).await });
    }
    let ledger = Arc::clone(&second.ledger);
    let revoked = tokio::spawn(async move { ledger.record(revocation).await });
    for (_, note, ledger) in later {
        calls.spawn(async move { ledger.record(note).await });
    }
    let revoked = revoked.await.unwrap().unwrap().receipt.position;
    for (_, note, ledger) in behind {
        calls.spawn(async move { ledger.record(note).await });
    }
    let (mut before, mut refused) = (0, 0);
    for outcome in calls.join_all().await {
        match outcome {
            Ok(recorded) => {
                assert!(recorded.receipt.position < revoked, "an act stands behind the revocation");
                before += 1;
            }
            Err(RecordError::Refused(violations)) => {
                assert_eq!(violations[0].code, "key-ended");
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    println!("{before} notes stand before the revocation, {refused} were refused");
    assert!(refused >= 20 && before + refused == 120);
}

/// The decision was signed while nothing stood against it; the application comes at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn no_return_is_decided_behind_an_application_for_protection() {
    const ROUNDS: usize = 1_000;
    let (first, second) = two_agencies().await;
    let today = first.ledger.today(&first.ledger.tail().world());
    let leave_by = today.checked_add(14.days()).unwrap();
    let (mut decided_first, mut flagged) = (0, 0);
    for round in 0..ROUNDS {
        let (case, person) = open_case(&first).await;
        let decision = forced_return::decided(&first.keys, &case, &person, leave_by).unwrap();
        let decision = first.draft(decision).await.unwrap();
        let application = DraftRequest {
            procedure: Some("international-protection".to_owned()),
            subjects: vec![person],
            facts: object(json!({"place": "TO"})),
            author: author("R-APP"),
            ..first.request("ProtectionIntentionExpressed", &[Who::Clerk]).unwrap()
        };
        let application = first.draft(application).await.unwrap();
        let decision = first.signed(&decision.statement, decision.disclosures).unwrap();
        let application = first.signed(&application.statement, application.disclosures).unwrap();
        let (one, other) = if round % 2 == 0 { (&first, &second) } else { (&second, &first) };
        let (decision, application) =
            tokio::join!(one.ledger.record(decision), other.ledger.record(application));
        let application = application.unwrap().receipt.position;
        match decision {
            Ok(decision) => {
                assert!(
                    decision.receipt.position < application,
                    "a decision behind the application"
                );
                decided_first += 1;
            }
            Err(RecordError::Refused(violations)) => {
                assert!(violations.iter().any(|v| v.code == "flag-unanswered"), "{violations:?}");
                flagged += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    println!("{decided_first} decisions stand before the application, {flagged} were flagged");
    assert!(decided_first > 0 && flagged > 0, "both orders must occur");
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_drafts_are_signed_at_human_speed() {
    let database = database().await;
    let agency = Agency::found(database.options(Role::Writer), Clock::system()).await.unwrap();
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let leave_by = today.checked_add(14.days()).unwrap();
    let mut drafts = Vec::new();
    for _ in 0..41 {
        let (case, person) = open_case(&agency).await;
        let request = forced_return::decided(&agency.keys, &case, &person, leave_by).unwrap();
        drafts.push((case, agency.draft(request).await.unwrap()));
    }
    let officer = json!({"officer": agency.keys.stream(Who::Clerk).unwrap()});
    for (case, _) in &drafts {
        agency.act(forced_return::note(&agency.keys, case).unwrap()).await.unwrap();
        let assigned = DraftRequest {
            stream: Some(case.clone()),
            facts: object(officer.clone()),
            ..agency.request("Assigned", &[Who::Clerk]).unwrap()
        };
        agency.act(assigned).await.unwrap();
    }
    let (case, overtaken) = drafts.pop().unwrap();
    let document = litopys_domain::ids::ContentHash::of(b"a new document");
    let attached = DraftRequest {
        stream: Some(case),
        evidence: vec![
            serde_json::from_value(json!({"document": document, "use": "shown"})).unwrap(),
        ],
        ..agency.request("DocumentAttached", &[Who::Clerk]).unwrap()
    };
    let attached = agency.act(attached).await.unwrap();
    for (_, draft) in drafts {
        agency.record_text(&draft.statement, draft.disclosures).await.unwrap();
    }
    let overtaken = agency.signed(&overtaken.statement, overtaken.disclosures).unwrap();
    let Err(RecordError::Moved(new)) = agency.ledger.record(overtaken).await else {
        panic!("a material act was overlooked")
    };
    let attached = Act::from_payload(&attached.receipt.payload).unwrap().hash();
    assert!(new.contains(&attached), "the answer names what is new");
}
