//! `kill -9` of the processes that sign what fell due, in the middle of signing: each case gets its
//! act all the same, and gets it once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::Date;
use litopys_domain::act::Act;
use litopys_domain::ids::StreamId;
use litopys_migrations::{Cluster, Role};
use litopys_tests::agency::{Agency, hash_of};
use litopys_tests::forced_return;
use litopys_tests::installed::{Installed, Served};
use sqlx::PgPool;

const CASES: usize = 60;
const PROCESSES: usize = 4;
/// Processes killed at a time; the others go on.
const AT_ONCE: usize = 2;
/// Acts signed since the last kill before the next.
const BETWEEN: usize = 4;
/// Kills that must come while some acts were signed and others were not.
const KILLS_MIN: usize = 3;
const PATIENCE: Duration = Duration::from_secs(30);
/// Rounds in which a second act of a case would come, if one did.
const LINGER: Duration = Duration::from_millis(2_500);

/// A decision served long ago, whose term to leave has passed with its allowance.
async fn overdue(agency: &Agency, today: Date) -> anyhow::Result<StreamId> {
    let keys = &agency.keys;
    let long_ago = today.saturating_sub(60.days());
    let person = agency.person().await?;
    let mut opened = forced_return::opened(keys, &person)?;
    opened.occurred_at = Some(long_ago.to_string().parse()?);
    let opened = agency.act_answering(opened).await?;
    let case = Act::from_payload(&opened.receipt.payload)?.statement().stream.clone();
    let leave_by = today.saturating_sub(40.days());
    let mut decided = forced_return::decided(keys, &case, &person, leave_by)?;
    decided.occurred_at = Some(format!("{long_ago}T09:00:00Z").parse()?);
    let decided = agency.act_answering(decided).await?;
    let mut served = forced_return::served(keys, &case, hash_of(&decided)?)?;
    served.occurred_at = Some(long_ago.to_string().parse()?);
    agency.act_answering(served).await?;
    Ok(case)
}

/// Starts several processes side by side.
fn start(installed: &Installed, cluster: &Cluster, number: usize) -> Vec<Served> {
    std::thread::scope(|scope| {
        let starting: Vec<_> =
            (0..number).map(|_| scope.spawn(|| installed.serve_over(cluster).unwrap())).collect();
        starting.into_iter().map(|served| served.join().unwrap()).collect()
    })
}

/// How many acts of the ledger each case holds.
async fn signed(log: &PgPool) -> BTreeMap<String, i64> {
    sqlx::query_as(
        "select aggregate_id, count(*) from events
          where aggregate_type = 'case' and event_type = 'ReturnOverdue' group by aggregate_id",
    )
    .fetch_all(log)
    .await
    .unwrap()
    .into_iter()
    .collect()
}

/// Waits until so many cases have their act.
async fn reached(log: &PgPool, cases: usize) -> usize {
    let started = Instant::now();
    loop {
        let found = signed(log).await.len();
        if found >= cases {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "only {found} of {CASES} acts were signed");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Kills two of the running processes whenever some more acts are signed, and starts all four again
/// when none is left; returns how many kills came in the middle of the work.
async fn kill_while_signing(installed: &Installed, cluster: &Cluster, log: &PgPool) -> usize {
    let (mut running, mut before, mut kills) = (Vec::new(), 0, 0);
    while before < CASES {
        if running.is_empty() {
            running = start(installed, cluster, PROCESSES);
        }
        let at = reached(log, (before + BETWEEN).min(CASES)).await;
        for mut process in running.drain(..AT_ONCE) {
            process.kill().unwrap();
        }
        if at < CASES {
            kills += 1;
            println!(
                "kill {kills}, {AT_ONCE} processes: {at} of {CASES} acts signed, {} since the last",
                at - before
            );
        }
        before = at;
    }
    kills
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_signed_once_though_its_signers_are_killed() {
    let forced_return = |procedure: &str, _| procedure == "forced-return";
    let founded = Installed::found_under(forced_return, async |agency: &Agency| {
        let today = agency.ledger.today(&agency.ledger.tail().world());
        let mut cases = Vec::new();
        for _ in 0..CASES {
            cases.push(overdue(agency, today).await?);
        }
        Ok((cases, agency.ledger.tail().size()))
    });
    let (installed, _, (cases, size)) = founded.await.unwrap();
    let cluster = installed.start_database().await.unwrap();
    let log = PgPool::connect_with(installed.database(&cluster, Role::Auditor)).await.unwrap();
    assert!(signed(&log).await.is_empty());
    let kills = kill_while_signing(&installed, &cluster, &log).await;
    assert!(kills >= KILLS_MIN, "only {kills} kills came in the middle of the work");

    let running = start(&installed, &cluster, PROCESSES);
    reached(&log, CASES).await;
    tokio::time::sleep(LINGER).await;
    let once: BTreeMap<_, _> = cases.iter().map(|case| (case.id().to_owned(), 1)).collect();
    assert_eq!(signed(&log).await, once);
    for process in running {
        process.stop().unwrap();
    }
    log.close().await;
    drop(cluster);
    let report = installed.audit().await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(report.rows_compared > 0, "{:?}", report.remarks);
    assert_eq!(report.events, size + CASES as u64, "nothing else was signed");
}
