//! Proofs and tiles of a log of ten million leaves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use litopys_api::reader::LogReader;
use litopys_domain::log::tile::TileKind;
use litopys_domain::log::{Hash, NoteSigner, TileBuilder, TilePath, verify_inclusion};
use sqlx::PgPool;

use super::database::Databases;

/// Leaves of the seeded log.
const LEAVES: u64 = 10_000_000;
/// Proofs and tiles asked for.
const ASKED: u64 = 2_000;
/// Tiles inserted in one statement.
const TILES: usize = 256;

/// The 99th percentile of inclusion proofs, consistency proofs and tiles, in milliseconds.
pub(crate) async fn p99_ms(databases: &Databases) -> anyhow::Result<f64> {
    let database = databases.fresh().await?;
    let pool = databases.pool(&database, 4).await?;
    let root = seed(&pool).await?;
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let reader =
        LogReader::new(pool.clone(), Arc::new(NoteSigner::new("ledger.example/bench", key)?));
    let mut times = Vec::new();
    for asked in 0..ASKED {
        let position = asked.wrapping_mul(0x9e37_79b9_7f4a_7c15) % LEAVES;
        let started = Instant::now();
        let proof = reader.inclusion(position, LEAVES).await?;
        times.push(started.elapsed());
        ensure!(
            verify_inclusion(leaf(position), position, &proof, LEAVES, root).is_ok(),
            "no proof"
        );
        let started = Instant::now();
        reader.consistency(position + 1, LEAVES).await?;
        times.push(started.elapsed());
        let path = TilePath::new(TileKind::Hashes { level: 0 }, position / 256, 256)?;
        if path.size_needed().is_some_and(|needed| needed <= LEAVES) {
            let started = Instant::now();
            reader.tile(&path, LEAVES).await?.context("a full tile is missing")?;
            times.push(started.elapsed());
        }
    }
    pool.close().await;
    databases.forget(&database).await?;
    times.sort_unstable();
    let p99: Duration = times[times.len() * 99 / 100];
    Ok(p99.as_secs_f64() * 1_000.0)
}

fn leaf(position: u64) -> Hash {
    Hash::leaf(&position.to_be_bytes())
}

/// Fills the tiles, and the rows that a partial tile needs; the rest of the rows is never read.
async fn seed(pool: &PgPool) -> anyhow::Result<Hash> {
    let mut builder = TileBuilder::new();
    let (mut levels, mut indexes, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for position in 0..LEAVES {
        builder.push(leaf(position), |id, bytes| {
            levels.push(i16::from(id.level));
            indexes.push(id.index as i64);
            hashes.push(bytes.to_vec());
        });
        if hashes.len() >= TILES || position + 1 == LEAVES {
            sqlx::query(
                "insert into tiles select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])",
            )
            .bind(std::mem::take(&mut levels))
            .bind(std::mem::take(&mut indexes))
            .bind(std::mem::take(&mut hashes))
            .execute(pool)
            .await?;
        }
    }
    for position in LEAVES / 256 * 256..LEAVES {
        sqlx::query(
            "insert into events values ('case', $1, 1, 'Seeded', 'litopys/1', '{}', '{}', $2, $3, $4, now())",
        )
        .bind(position.to_string())
        .bind(position as i64)
        .bind(leaf(position).as_bytes().as_slice())
        .bind(Hash::leaf(format!("statement {position}").as_bytes()).as_bytes().as_slice())
        .execute(pool)
        .await?;
    }
    sqlx::query("update log_head set size = $1, compact_range = $2")
        .bind(LEAVES as i64)
        .bind(builder.range().encode())
        .execute(pool)
        .await?;
    sqlx::query("analyze").execute(pool).await?;
    Ok(builder.root())
}
