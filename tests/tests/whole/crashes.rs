//! `kill -9` of `litopys` and of Postgres under load, again and again: nothing acknowledged is
//! lost, nothing is there twice, and every receipt still proves.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use litopys_api::receipt::Receipt;
use litopys_domain::log::{CheckpointPolicy, NoteSigner, verify_inclusion};
use litopys_tests::agency::{Agency, Keys, ORIGIN};
use litopys_tests::chain::{self, Shared};
use litopys_tests::client::{Client, Posting};
use litopys_tests::installed::{Installed, Tokens};
use tokio::task::JoinSet;

/// Requests in flight; each caller has one.
const CALLERS: usize = 24;
/// Acts acknowledged between two kills.
const BETWEEN: usize = 110;
/// Time for what is in flight to be somewhere in the middle.
const LINGER: Duration = Duration::from_millis(30);

/// A case whose acts are sent in order; the first may be in flight.
type Case = VecDeque<Posting>;

/// What the callers share.
struct Load {
    waiting: Mutex<Vec<Case>>,
    receipts: Mutex<Vec<Receipt>>,
    acknowledged: AtomicUsize,
    in_flight: AtomicUsize,
    unanswered: AtomicUsize,
    found: AtomicUsize,
}

impl Load {
    /// Sends case after case until the connection breaks; gives back what it held.
    async fn call(self: Arc<Self>, address: SocketAddr) {
        let Ok(mut client) = Client::connect(address).await else { return };
        loop {
            let Some(mut case) = self.waiting.lock().unwrap().pop() else { return };
            while let Some(act) = case.front() {
                self.in_flight.fetch_add(1, Ordering::Relaxed);
                let answer = client.post(act).await;
                self.in_flight.fetch_sub(1, Ordering::Relaxed);
                match answer {
                    Ok(answer) if matches!(answer.status, 200 | 201) => {
                        self.acknowledge(answer.status, answer.json().unwrap());
                        case.pop_front();
                    }
                    // Nothing is known of it: the same bytes go in again later.
                    Ok(answer) if answer.status == 503 => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    Ok(answer) => panic!("{}: {}", answer.status, answer.body),
                    Err(_) => {
                        self.unanswered.fetch_add(1, Ordering::Relaxed);
                        self.waiting.lock().unwrap().push(case);
                        return;
                    }
                }
            }
        }
    }

    fn acknowledge(&self, status: u16, receipt: serde_json::Value) {
        if status == 200 {
            self.found.fetch_add(1, Ordering::Relaxed);
        }
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.receipts.lock().unwrap().push(serde_json::from_value(receipt).unwrap());
    }

    fn start(self: &Arc<Self>, address: SocketAddr) -> JoinSet<()> {
        (0..CALLERS).map(|_| Arc::clone(self).call(address)).collect()
    }

    async fn reached(&self, acknowledged: usize) {
        for _ in 0..6_000 {
            if self.acknowledged.load(Ordering::Relaxed) >= acknowledged {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("only {} acts were acknowledged", self.acknowledged.load(Ordering::Relaxed));
    }
}

/// A ledger with `cases` signed cases waiting.
async fn installed(cases: usize) -> (Installed, Keys, Arc<Load>, usize) {
    let (installed, keys, (bodies, size)) = Installed::found(async |agency: &Agency| {
        let law = chain::law_today(agency)?;
        let today = agency.ledger.today(&agency.ledger.tail().world());
        let shared = Shared::new(&agency.keys, law, today, agency.ledger.clock().now())?;
        let mut bodies = Vec::new();
        for _ in 0..cases {
            let person = agency.person().await?;
            let case = chain::forced_return(&shared, &person)?;
            bodies.push(case);
        }
        Ok((bodies, agency.ledger.tail().size()))
    })
    .await
    .unwrap();
    let tokens = Tokens::new(&installed, &keys).unwrap();
    let waiting = bodies.iter().map(|case| tokens.postings(case).into()).collect();
    let load = Load {
        waiting: Mutex::new(waiting),
        receipts: Mutex::default(),
        acknowledged: AtomicUsize::new(0),
        in_flight: AtomicUsize::new(0),
        unanswered: AtomicUsize::new(0),
        found: AtomicUsize::new(0),
    };
    (installed, keys, Arc::new(load), usize::try_from(size).unwrap())
}

/// After the kills: the rest goes in, the audit is clean, and every receipt proves.
async fn finish(installed: &Installed, keys: &Keys, load: &Arc<Load>, before: usize) {
    let served = installed.serve().unwrap();
    load.start(served.address).join_all().await;
    assert!(load.waiting.lock().unwrap().is_empty(), "everything was sent in the end");
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    served.stop().unwrap();
    let report = installed.audit().await.unwrap();
    let receipts = load.receipts.lock().unwrap();
    let positions: BTreeSet<_> = receipts.iter().map(|receipt| receipt.position).collect();
    assert_eq!(positions.len(), receipts.len(), "no act is acknowledged at two positions");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(usize::try_from(report.events).unwrap(), before + receipts.len());
    let signer = NoteSigner::new(ORIGIN, keys.ledger.clone()).unwrap();
    let policy = CheckpointPolicy::log_only(ORIGIN, signer.key().clone());
    for receipt in receipts.iter() {
        let opened = policy.open(receipt.checkpoint.as_bytes()).unwrap();
        let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_inclusion(receipt.leaf(), receipt.position, &receipt.inclusion, size, root).unwrap();
    }
}

/// Prints a line a kill and returns how many unanswered acts were found recorded.
fn say(kill: usize, load: &Load, unanswered_before: usize, found_before: usize) {
    println!(
        "kill {kill}: {} acknowledged, {} unanswered, {} of those before found recorded",
        load.acknowledged.load(Ordering::Relaxed),
        load.unanswered.load(Ordering::Relaxed) - unanswered_before,
        load.found.load(Ordering::Relaxed) - found_before,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn litopys_is_killed_twenty_times() {
    const KILLS: usize = 20;
    let (installed, keys, load, before) =
        installed(KILLS * (BETWEEN + CALLERS) / chain::ACTS + 60).await;
    for kill in 1..=KILLS {
        let (unanswered, found) =
            (load.unanswered.load(Ordering::Relaxed), load.found.load(Ordering::Relaxed));
        let start = load.acknowledged.load(Ordering::Relaxed);
        let mut served = installed.serve().unwrap();
        let calls = load.start(served.address);
        load.reached(start + BETWEEN).await;
        tokio::time::sleep(LINGER).await;
        served.kill().unwrap();
        calls.join_all().await;
        say(kill, &load, unanswered, found);
        let lost = load.unanswered.load(Ordering::Relaxed) - unanswered;
        assert!(lost >= 16, "{lost} requests were in flight");
    }
    finish(&installed, &keys, &load, before).await;
    let (unanswered, found) =
        (load.unanswered.load(Ordering::Relaxed), load.found.load(Ordering::Relaxed));
    println!("{unanswered} unanswered in all, {found} of them were recorded");
    assert!(found > 0 && found < unanswered, "both kinds of unanswered must occur");
}

/// The server goes on and starts Postgres again; what was in flight is answered by whether it is
/// in the log, or refused with 503 and sent again.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_killed_ten_times() {
    const KILLS: usize = 10;
    let (installed, keys, load, before) =
        installed(KILLS * (BETWEEN + 3 * CALLERS) / chain::ACTS + 60).await;
    let served = installed.serve().unwrap();
    let calls = load.start(served.address);
    for kill in 1..=KILLS {
        load.reached(load.acknowledged.load(Ordering::Relaxed) + BETWEEN).await;
        let pid = installed.server_pid().unwrap().to_string();
        // Counted before the kill: once it has happened, callers are answered 503 and wait a while.
        let in_flight = load.in_flight.load(Ordering::Relaxed);
        assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        let acknowledged = load.acknowledged.load(Ordering::Relaxed);
        load.reached(acknowledged + CALLERS).await;
        let found = load.found.load(Ordering::Relaxed);
        println!(
            "kill {kill}: {acknowledged} acknowledged, {in_flight} in flight, {found} found recorded"
        );
        assert!(in_flight >= 16, "{in_flight} requests were in flight");
    }
    calls.join_all().await;
    served.stop().unwrap();
    finish(&installed, &keys, &load, before).await;
}
