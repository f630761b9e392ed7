//! The runner: exactly once under kills, loud failure, one runs and others stand by.

use std::time::Duration;

use litopys_migrations::Role;
use litopys_projections::reads::{reflected, wait_for};
use litopys_projections::{ProjectionError, Runner, Status};

use crate::feed::{kill_projectors, tamper};
use crate::ledger::{Ledger, running, until};

/// Each case has as many timeline rows as acts, and its row agrees.
async fn consistent(ledger: &Ledger) {
    let wrong: Option<String> = sqlx::query_scalar(
        "select string_agg(coalesce(c.id::text, e.aggregate_id), ' ')
           from (select aggregate_id, count(*) acts, max(position) last from events
                  where aggregate_type = 'case' group by 1) e
           full join reads.cases c on c.id = e.aggregate_id::uuid
           left join lateral (select count(*) entries from reads.timeline t
                               where t.case_id = c.id) t on true
          where c.acts is distinct from e.acts or c.last_position is distinct from e.last
             or t.entries is distinct from e.acts",
    )
    .fetch_one(&ledger.pool)
    .await
    .unwrap();
    assert_eq!(wrong, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn aborted_between_and_in_batches_each_act_counts_once() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(60, 20);
    ledger.append(drafts).await;
    let mut options = ledger.options();
    options.feed.page_max = 20;
    let (mut starts, mut seen) = (0, Vec::new());
    loop {
        let runner = Runner::start(options.clone());
        // Shorter and longer than a start takes, so that it is cut short everywhere.
        tokio::time::sleep(Duration::from_millis(20 + starts * 173 % 1000)).await;
        drop(runner);
        starts += 1;
        let size: Option<u64> = match reflected(&ledger.pool).await {
            Ok(position) => position.map(|position| position + 1),
            Err(_) => continue, // not made yet
        };
        seen.push(size.unwrap_or(0));
        if size == Some(ledger.size) || starts > 200 {
            break;
        }
    }
    let between = seen.iter().filter(|size| (1..ledger.size).contains(size)).count();
    assert!(between > 0, "no start was cut short between batches: {seen:?}");
    assert!(seen.is_sorted());
    let runner = ledger.project().await;
    consistent(&ledger).await;
    drop(runner);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_connections_lose_and_repeat_nothing() {
    let mut ledger = Ledger::new().await;
    let runner = Runner::start(ledger.options());
    let mut killed = 0;
    for round in 0_u32..30 {
        let drafts = ledger.notes(20 + round, 3);
        ledger.append(drafts).await;
        tokio::time::sleep(Duration::from_millis(u64::from(5 * (round % 5)))).await;
        killed += kill_projectors(&ledger.pool).await;
    }
    assert!(killed > 20, "only {killed} connections were killed");
    running(&runner, ledger.size).await;
    consistent(&ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_row_stops_it_loudly_and_mending_starts_it_again() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(10, 30);
    ledger.append(drafts).await;
    let at = ledger.size - 40;
    tamper(&ledger.pool, "create table kept as select * from events").await;
    let change = format!("update events set leaf_hash = statement_sha256 where position = {at}");
    tamper(&ledger.pool, &change).await;

    let runner = Runner::start(ledger.options());
    let stopped = until(&runner, |status| matches!(status, Status::Stopped { .. })).await;
    let Status::Stopped { error, size } = stopped else { unreachable!() };
    assert!(matches!(*error, ProjectionError::Corrupt { table: "events", .. }), "{error}");
    assert!(error.to_string().contains(&format!("row {at}")), "{error}");
    assert!(size <= at && size + 100 > at, "stopped at {size}, corrupt at {at}");
    assert_eq!(reflected(&ledger.pool).await.unwrap(), Some(size - 1));
    drop(runner);

    let mend =
        "update events e set leaf_hash = k.leaf_hash from kept k where k.position = e.position";
    tamper(&ledger.pool, mend).await;
    let runner = ledger.project().await;
    consistent(&ledger).await;
    drop(runner);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_runs_the_others_stand_by_and_take_over() {
    let mut ledger = Ledger::new().await;
    let first = ledger.project().await;
    let second = Runner::start(ledger.options());
    until(&second, |status| matches!(status, Status::Standby)).await;
    let drafts = ledger.notes(20, 10);
    ledger.append(drafts).await;
    running(&first, ledger.size).await;
    assert!(matches!(*second.status().borrow(), Status::Standby));
    drop(first);
    let drafts = ledger.notes(20, 10);
    ledger.append(drafts).await;
    running(&second, ledger.size).await;
    consistent(&ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_can_wait_for_a_position() {
    let mut ledger = Ledger::new().await;
    let runner = ledger.project().await;
    let reader = ledger.database.pool(Role::Writer);
    let wanted = ledger.size + 9;
    let short = Duration::from_millis(50);
    let early = wait_for(&reader, wanted, short).await.unwrap_err();
    assert!(matches!(early, ProjectionError::TimedOut { wanted: w, .. } if w == wanted), "{early}");
    let waiting =
        tokio::spawn(async move { wait_for(&reader, wanted, Duration::from_secs(30)).await });
    let drafts = ledger.notes(10, 1);
    ledger.append(drafts).await;
    assert_eq!(waiting.await.unwrap().unwrap(), wanted);
    drop(runner);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_shape_is_left_alone() {
    let ledger = Ledger::new().await;
    drop(ledger.project().await);
    sqlx::query("update reads.progress set version = 999").execute(&ledger.pool).await.unwrap();
    let runner = Runner::start(ledger.options());
    let stopped = until(&runner, |status| matches!(status, Status::Stopped { .. })).await;
    let Status::Stopped { error, .. } = stopped else { unreachable!() };
    assert!(matches!(*error, ProjectionError::Newer { found: 999, .. }), "{error}");
}
