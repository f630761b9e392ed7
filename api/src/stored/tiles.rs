//! Hashes of the log as the tables hold them.

use litopys_domain::log::{Hash, Tile, TileId};
use sqlx::PgExecutor;

use super::{StoredError, corrupt, signed};

/// Leaf hashes of the acts at positions `first..until`.
pub(crate) async fn leaf_hashes(
    executor: impl PgExecutor<'_>,
    first: u64,
    until: u64,
) -> Result<Vec<Hash>, StoredError> {
    let rows = sqlx::query_scalar!(
        "select leaf_hash from events where position >= $1 and position < $2 order by position",
        signed(first),
        signed(until),
    )
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|hash| {
            Hash::try_from(hash.as_slice()).map_err(|_| corrupt("events", "leaf_hash", first))
        })
        .collect()
}

/// Roots of the full tiles `first..until` of `level`: the hashes of the tile above them.
pub(crate) async fn tile_roots(
    executor: impl PgExecutor<'_>,
    level: u8,
    first: u64,
    until: u64,
) -> Result<Vec<Hash>, StoredError> {
    let rows = sqlx::query!(
        "select tile_index, hashes from tiles
          where level = $1 and tile_index >= $2 and tile_index < $3 order by tile_index",
        i16::from(level),
        signed(first),
        signed(until),
    )
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            let id = TileId { level, index: row.tile_index.unsigned_abs() };
            Tile::new(id, &row.hashes)
                .ok()
                .and_then(|tile| tile.root())
                .ok_or_else(|| corrupt("tiles", "hashes", row.tile_index))
        })
        .collect()
}
