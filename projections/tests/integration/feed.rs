//! The feed: in order, nothing skipped, nothing twice, whatever happens to the connection.

use std::time::Duration;

use litopys_migrations::testing::private_cluster;
use litopys_migrations::{Role, schema};
use litopys_projections::{Feed, FeedOptions, ProjectionError};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::ledger::{Ledger, quick};

fn feed(ledger: &Ledger, from: u64) -> Feed {
    Feed::new(&ledger.database.options(Role::Projector), from, quick())
}

/// Reads `count` acts and checks that they are the positions from `from` on.
async fn expect(feed: &mut Feed, from: u64, count: u64) {
    let mut expected = from;
    while expected < from + count {
        for act in feed.next().await.unwrap() {
            assert_eq!(act.position, expected);
            expected += 1;
        }
    }
    assert_eq!((expected, feed.position()), (from + count, from + count));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_in_order_and_new_acts_wake_it() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(10, 25);
    ledger.append(drafts).await;
    let slow = FeedOptions { poll: Duration::from_hours(1), ..quick() };
    let mut feed = Feed::new(&ledger.database.options(Role::Projector), 7, slow);
    expect(&mut feed, 7, 243).await;
    assert!(feed.page().await.unwrap().is_empty());
    for round in 0..3 {
        let waiting = tokio::spawn(async move {
            let page = feed.next().await.unwrap();
            (feed, page)
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let drafts = ledger.notes(1, 1);
        ledger.append(drafts).await;
        let woken = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        let (after, page) = woken.expect("the notification was not heard").unwrap();
        assert_eq!(page.first().map(|act| act.position), Some(250 + round));
        feed = after;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_connection_is_opened_again() {
    let mut ledger = Ledger::new().await;
    let mut feed = feed(&ledger, 0);
    let (mut at, mut killed) = (0, 0);
    for round in 0..12 {
        // Until it listens, too, there is less to kill.
        _ = tokio::time::timeout(Duration::from_millis(30), feed.next()).await;
        let drafts = ledger.notes(5, 10);
        if round % 2 == 0 {
            killed += kill_projectors(&ledger.pool).await;
            ledger.append(drafts).await;
        } else {
            ledger.append(drafts).await;
            killed += kill_projectors(&ledger.pool).await;
        }
        expect(&mut feed, at, 50).await;
        at += 50;
    }
    assert!(killed >= 12, "only {killed} connections were killed");
}

pub(crate) async fn kill_projectors(pool: &PgPool) -> usize {
    let killed: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity
          where usename = 'litopys_projector' and datname = current_database()",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    killed.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_is_followed_on() {
    let cluster = private_cluster().await;
    schema::prepare_database(&cluster.superuser_options("postgres"), "litopys").await.unwrap();
    let pool = PgPoolOptions::new().connect_lazy_with(cluster.superuser_options("litopys"));
    let mut ledger = Ledger::new().await;
    ledger.pool = pool;
    let mut feed = Feed::new(&cluster.options("litopys", Role::Projector), 0, quick());
    let drafts = ledger.notes(10, 5);
    ledger.append(drafts).await;
    expect(&mut feed, 0, 50).await;
    let waiting = tokio::spawn(async move {
        expect(&mut feed, 50, 50).await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.kill().unwrap();
        cluster.start().unwrap();
        cluster
    })
    .await
    .unwrap();
    let drafts = ledger.notes(10, 5);
    ledger.append(drafts).await;
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap().unwrap();
    drop(cluster);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_refused_with_its_place() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(10, 3);
    ledger.append(drafts).await;
    tamper(&ledger.pool, "delete from events where position = 17").await;
    let mut feed = feed(&ledger, 0);
    let error = feed.next().await.unwrap_err();
    assert!(matches!(error, ProjectionError::Gap { expected: 17, found: 18 }), "{error}");
    assert_eq!(feed.position(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_contradicts_itself_is_refused_with_its_place() {
    for (change, column) in [
        ("payload = replace(payload::text, 'NoteAdded', 'NoteMoved')::json", "leaf_hash"),
        ("payload = replace(payload::text, '{\"', '{ \"')::json", "leaf_hash"),
        ("payload = '{}', leaf_hash = sha256('\\x007b7d'::bytea)", "payload"),
        ("leaf_hash = statement_sha256", "leaf_hash"),
        ("sequence = 9", "sequence"),
        ("aggregate_id = 'other'", "aggregate_id"),
    ] {
        let mut ledger = Ledger::new().await;
        let drafts = ledger.notes(5, 2);
        ledger.append(drafts).await;
        tamper(&ledger.pool, &format!("update events set {change} where position = 3")).await;
        let error = feed(&ledger, 0).next().await.unwrap_err();
        let ProjectionError::Corrupt { column: found, row, .. } = &error else {
            panic!("{change}: {error}")
        };
        assert_eq!((*found, row.as_str()), (column, "3"), "{change}");
        assert!(!error.is_transient());
    }
}

/// What only a superuser can do.
pub(crate) async fn tamper(pool: &PgPool, sql: &str) {
    let mut transaction = pool.begin().await.unwrap();
    for statement in ["alter table events disable trigger append_only", sql] {
        sqlx::query(statement).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}
