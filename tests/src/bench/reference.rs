//! The neutral references: plain inserts, batched inserts, and postgres-es as it comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cqrs_es::persist::PersistedEventRepository as _;
use litopys_domain::aggregate::{CaseKind, Stream};
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use uuid::Uuid;

use super::database::Databases;
use super::material::{Row, rows};

/// Callers of the stock repository.
const STOCK_CALLERS: usize = 32;
/// Rows of one statement of the batch reference.
const BATCH_ROWS: usize = 512;

const INSERT: &str = "insert into plain (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position, leaf_hash, statement_sha256, recorded_at) values ($1, $2, $3, $4, $5, $6::json, '{}', $7, $8, $9, now())";

/// A table with the columns and indexes of `events`, and no triggers.
async fn plain_table(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::query("create table plain (like events including all)").execute(pool).await?;
    Ok(())
}

/// Single-row INSERTs, prepared, autocommit, from `connections` connections; rows a second.
pub(crate) async fn plain(
    databases: &Databases,
    connections: u32,
    time: Duration,
) -> anyhow::Result<f64> {
    let database = databases.fresh().await?;
    let pool = databases.pool(&database, connections).await?;
    plain_table(&pool).await?;
    let (position, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (pool, position) = (pool.clone(), Arc::clone(&position));
        tasks.spawn(async move {
            let mut connection = pool.acquire().await?;
            let mut inserted = 0_usize;
            let payload = rows(1).remove(0);
            while started.elapsed() < time {
                let at = position.fetch_add(1, Ordering::Relaxed);
                insert(&mut connection, &payload, at).await?;
                inserted += 1;
            }
            anyhow::Ok(inserted)
        });
    }
    let mut inserted = 0;
    while let Some(done) = tasks.join_next().await {
        inserted += done??;
    }
    let rate = per_second(inserted, started.elapsed());
    pool.close().await;
    databases.forget(&database).await?;
    Ok(rate)
}

async fn insert(
    connection: &mut sqlx::PgConnection,
    row: &Row,
    position: usize,
) -> anyhow::Result<()> {
    let mut hash = [0_u8; 32];
    hash[..8].copy_from_slice(&position.to_be_bytes());
    sqlx::query(INSERT)
        .bind("case")
        .bind(fresh_id(position))
        .bind(1_i64)
        .bind(&row.event_type)
        .bind("litopys/1")
        .bind(&row.payload)
        .bind(i64::try_from(position)?)
        .bind(&row.leaf[..])
        .bind(&hash[..])
        .execute(connection)
        .await?;
    Ok(())
}

fn fresh_id(position: usize) -> String {
    Uuid::from_u128(position as u128 | 0x0192_f0c4_7d1e_7000_8000_0000_0000_0000).to_string()
}

/// Equal rows in batches by one writer; rows a second.
pub(crate) async fn batch(databases: &Databases, time: Duration) -> anyhow::Result<f64> {
    let database = databases.fresh().await?;
    let pool = databases.pool(&database, 1).await?;
    plain_table(&pool).await?;
    let material = rows(BATCH_ROWS);
    let (mut inserted, started) = (0, Instant::now());
    while started.elapsed() < time {
        insert_batch(&pool, &material, inserted).await?;
        inserted += BATCH_ROWS;
    }
    let rate = per_second(inserted, started.elapsed());
    pool.close().await;
    databases.forget(&database).await?;
    Ok(rate)
}

async fn insert_batch(pool: &PgPool, material: &[Row], first: usize) -> anyhow::Result<()> {
    let positions: Vec<i64> = (first..first + material.len()).map(|p| p as i64).collect();
    let ids: Vec<String> = (first..first + material.len()).map(fresh_id).collect();
    let types: Vec<&str> = material.iter().map(|row| row.event_type.as_str()).collect();
    let payloads: Vec<&str> = material.iter().map(|row| row.payload.as_str()).collect();
    let leaves: Vec<&[u8]> = material.iter().map(|row| row.leaf.as_slice()).collect();
    let hashes: Vec<Vec<u8>> = positions
        .iter()
        .map(|position| [position.to_be_bytes().as_slice(), &[0; 24]].concat())
        .collect();
    sqlx::query(
        "insert into plain select 'case', e.id, 1, e.type, 'litopys/1', e.payload::json, '{}', e.position, e.leaf, e.hash, now()
           from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[]) as e (id, type, payload, position, leaf, hash)",
    )
    .bind(ids)
    .bind(types)
    .bind(payloads)
    .bind(positions)
    .bind(leaves)
    .bind(hashes)
    .execute(pool)
    .await?;
    Ok(())
}

/// `PersistedEventRepository::persist` of postgres-es, one event a call; events a second.
pub(crate) async fn stock(databases: &Databases, time: Duration) -> anyhow::Result<f64> {
    let database = databases.fresh().await?;
    let pool = databases.pool(&database, u32::try_from(STOCK_CALLERS)?).await?;
    sqlx::query(
        "create table stock_events (aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null, event_type text not null, event_version text not null, payload json not null, metadata json not null, primary key (aggregate_type, aggregate_id, sequence))",
    )
    .execute(&pool)
    .await?;
    let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..STOCK_CALLERS {
        let (pool, next) = (pool.clone(), Arc::clone(&next));
        tasks.spawn(async move { persist_until(pool, &next, started, time).await });
    }
    let mut persisted = 0;
    while let Some(done) = tasks.join_next().await {
        persisted += done??;
    }
    let rate = per_second(persisted, started.elapsed());
    pool.close().await;
    databases.forget(&database).await?;
    Ok(rate)
}

async fn persist_until(
    pool: PgPool,
    next: &AtomicUsize,
    started: Instant,
    time: Duration,
) -> anyhow::Result<usize> {
    let repository =
        PostgresEventRepository::new(pool).with_tables("stock_events", "stock_snapshots");
    let row = rows(1).remove(0);
    let payload: serde_json::Value = serde_json::from_str(&row.payload)?;
    let mut persisted = 0;
    while started.elapsed() < time {
        let event = cqrs_es::persist::SerializedEvent {
            aggregate_id: fresh_id(next.fetch_add(1, Ordering::Relaxed)),
            sequence: 1,
            aggregate_type: "case".to_owned(),
            event_type: row.event_type.clone(),
            event_version: "litopys/1".to_owned(),
            payload: payload.clone(),
            metadata: serde_json::json!({}),
        };
        repository
            .persist::<Stream<CaseKind>>(&[event], None)
            .await
            .context("postgres-es refused an event")?;
        persisted += 1;
    }
    Ok(persisted)
}

fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}
