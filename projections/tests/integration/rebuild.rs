//! Rebuilding beside the live read models, and the swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use litopys_migrations::Role;
use litopys_projections::reads::{CaseFilter, cases, reflected};
use litopys_projections::rebuild;
use serde_json::json;
use uuid::Uuid;

use crate::ledger::{Draft, Ledger, TABLES, running};

#[tokio::test(flavor = "multi_thread")]
async fn rebuilt_tables_equal_the_live_ones() {
    let mut ledger = Ledger::founded().await;
    let runner = ledger.project().await;
    for round in 0..10 {
        let mut drafts = ledger.notes(25, 2);
        drafts.extend((0..10).map(|case| decision(&mut ledger, case, round)));
        ledger.append(drafts).await;
        running(&runner, ledger.size).await;
    }
    let live = ledger.dump_all().await;
    let mut told = Vec::new();
    let rebuilt = rebuild(&ledger.options(), |size| told.push(size)).await.unwrap();
    assert_eq!((rebuilt.size, told.last()), (ledger.size, Some(&ledger.size)));
    for (table, (live, rebuilt)) in
        TABLES.iter().zip(live.iter().zip(ledger.dump_all().await.iter()))
    {
        assert_eq!(live, rebuilt, "{table}");
    }
    let rows: Vec<_> = live.iter().map(|table| table.lines().count()).collect();
    assert_eq!(rows[..3], [1, 35, 600]);
    assert!(rows[8] > 30, "units opened, closed and opened again: {rows:?}");
    left_nothing(&ledger).await;
}

/// One act more of a protection case: attested decisions, corrected, annulled, restored.
fn decision(ledger: &mut Ledger, case: u32, round: u32) -> Draft {
    let law = "international-protection";
    let act = ["LegacyRecordAttested", "ClericalErrorCorrected", "DecisionAnnulled", "NoteAdded"];
    let act = act[((case + round) % 4) as usize];
    let facts = match act {
        "LegacyRecordAttested" => {
            json!({"state": "refused", "decision": "ProtectionRefused", "citizenship": "AFG"})
        }
        "ClericalErrorCorrected" => json!({"citizenship": (["SYR", "IRN"][(round % 2) as usize])}),
        _ => json!({}),
    };
    // Some come late, so that legal order is not record order.
    let day = 28 - (round * 7 + case) % 25;
    let earlier = ledger.last_of(1000 + case);
    let mut draft =
        ledger.case(1000 + case, law, act).facts(facts).on(&format!("2026-10-{day:02}"));
    draft.0.concerns = earlier.filter(|_| act != "NoteAdded").into_iter().collect();
    draft
}

/// Only one set of schemas is there.
async fn left_nothing(ledger: &Ledger) {
    let schemas: i64 = sqlx::query_scalar(
        "select count(*) from pg_namespace where nspname ~ '^(reads|statistics)'",
    )
    .fetch_one(&ledger.pool)
    .await
    .unwrap();
    assert_eq!(schemas, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_rebuilds_while_acts_come_in_and_answers_go_out() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(50, 20);
    ledger.append(drafts).await;
    let runner = ledger.project().await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read_on(ledger.database.pool(Role::Writer), Arc::clone(&stop)));
    let options = ledger.options();
    let rebuilding = tokio::spawn(async move {
        let mut sizes = Vec::new();
        for _ in 0..3 {
            sizes.push(rebuild(&options, |_| ()).await.unwrap().size);
        }
        sizes
    });
    // Fewer than a rebuild reads in the same time, on the slowest machine.
    while !rebuilding.is_finished() && ledger.size < 6000 {
        let drafts = ledger.notes(50, 1);
        ledger.append(drafts).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sizes = rebuilding.await.unwrap();
    running(&runner, ledger.size).await;
    stop.store(true, Ordering::Relaxed);
    let (answers, positions) = reader.await.unwrap();
    assert!(answers > 20, "only {answers} answers meanwhile");
    assert!(positions.is_sorted(), "answers went back in time");
    assert!(sizes.is_sorted() && sizes[0] < ledger.size);

    let live = ledger.dump_all().await;
    rebuild(&ledger.options(), |_| ()).await.unwrap();
    assert!(live == ledger.dump_all().await, "rebuilt and live tables differ");
}

/// Asks again and again, as the API would; no answer may fail.
async fn read_on(pool: sqlx::PgPool, stop: Arc<AtomicBool>) -> (usize, Vec<Option<u64>>) {
    let (mut answers, mut positions) = (0, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let answer = cases(&pool, &CaseFilter::default(), None, 5).await.unwrap();
        assert_eq!(answer.rows.len(), 5);
        let sorted = |case: &litopys_projections::reads::Case| (case.opened, case.id);
        let keys: Vec<(Date, Uuid)> = answer.rows.iter().map(sorted).collect();
        assert!(keys.is_sorted_by(|a, b| a > b));
        positions.push(reflected(&pool).await.unwrap());
        answers += 1;
    }
    (answers, positions)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_cut_short_leaves_the_live_tables_and_is_cleared_away() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(50, 40);
    ledger.append(drafts).await;
    let runner = ledger.project().await;
    let live = ledger.dump_all().await;
    let (options, (sender, mut halfway)) =
        (ledger.options(), tokio::sync::mpsc::unbounded_channel());
    let cut = tokio::spawn(async move {
        rebuild(&options, |size| {
            _ = sender.send(size);
        })
        .await
    });
    while halfway.recv().await.is_some_and(|size| size < 500) {}
    cut.abort();
    assert!(cut.await.is_err(), "it was not cut short");
    assert_eq!(live, ledger.dump_all().await);
    rebuild(&ledger.options(), |_| ()).await.unwrap();
    assert_eq!(live, ledger.dump_all().await);
    left_nothing(&ledger).await;
    drop(runner);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_shape_is_rebuilt_at_the_start() {
    let mut ledger = Ledger::new().await;
    let drafts = ledger.notes(10, 3);
    ledger.append(drafts).await;
    drop(ledger.project().await);
    let live = ledger.dump_all().await;
    sqlx::query("update reads.progress set version = 0").execute(&ledger.pool).await.unwrap();
    sqlx::query("delete from reads.cases").execute(&ledger.pool).await.unwrap();
    let runner = ledger.project().await;
    assert_eq!(live, ledger.dump_all().await);
    drop(runner);
}
