//! Reading the log: payloads, tiles, proofs and the current checkpoint (C2SP tlog-tiles).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use litopys_domain::log::tile::{PartialTile, TILE_WIDTH, TileKind, partial_tiles, push_entry};
use litopys_domain::log::{
    Checkpoint, CompactRange, Hash, NodeAddress, NoteSigner, ProofPlan, Tile, TileId, TilePath,
};
use sqlx::PgPool;

use crate::receipt::Receipt;
use crate::stored::{StoredError, corrupt, signed, tiles};

/// Roots of full tiles that are remembered; they never change.
const ROOTS_MAX: usize = 65_536;

/// Serves proofs and tiles from the tables.
#[derive(Debug, Clone)]
pub struct LogReader {
    pool: PgPool,
    signer: Arc<NoteSigner>,
    /// What a partial tile above the leaves is made of: each root would else cost its whole tile.
    roots: Arc<Mutex<HashMap<TileId, Hash>>>,
}

/// A log size with its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
}

impl Head {
    /// The checkpoint as a signed note, named after the signer's key.
    pub(crate) fn sign(self, signer: &NoteSigner) -> Result<String, StoredError> {
        Checkpoint::new(signer.key().name(), self.size, self.root)
            .and_then(|checkpoint| checkpoint.sign(signer))
            .map(|note| note.to_string())
            .map_err(|_| corrupt("log_head", "size", self.size))
    }
}

impl LogReader {
    pub fn new(pool: PgPool, signer: Arc<NoteSigner>) -> Self {
        Self { pool, signer, roots: Arc::default() }
    }

    /// The committed end of the log.
    pub async fn head(&self) -> Result<Head, StoredError> {
        let head =
            sqlx::query!("select size, compact_range from log_head").fetch_one(&self.pool).await?;
        let size = u64::try_from(head.size).map_err(|_| corrupt("log_head", "size", head.size))?;
        let range = CompactRange::decode(size, &head.compact_range)
            .map_err(|_| corrupt("log_head", "compact_range", head.size))?;
        Ok(Head { size, root: range.root() })
    }

    /// A signed note over a committed tree.
    pub fn sign(&self, head: Head) -> Result<String, StoredError> {
        head.sign(&self.signer)
    }

    /// A receipt for an act that is in the log, under the log's present end.
    pub async fn receipt(&self, position: u64) -> Result<Option<Receipt>, StoredError> {
        let head = self.head().await?;
        let payload = sqlx::query_scalar!(
            r#"select payload::text as "payload!" from events where position = $1"#,
            signed(position)
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(payload) = payload.filter(|_| position < head.size) else { return Ok(None) };
        let inclusion = self.inclusion(position, head.size).await?;
        Ok(Some(Receipt { position, payload, inclusion, checkpoint: self.sign(head)? }))
    }

    /// The inclusion proof of the leaf at `position` in the tree of `size` leaves.
    pub async fn inclusion(&self, position: u64, size: u64) -> Result<Vec<Hash>, StoredError> {
        let plan =
            ProofPlan::inclusion(position, size).map_err(|_| corrupt("log_head", "size", size))?;
        self.assemble(&plan, size).await
    }

    /// The proof that the tree of `old` leaves is the beginning of that of `new` leaves.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoredError> {
        let plan =
            ProofPlan::consistency(old, new).map_err(|_| corrupt("log_head", "size", new))?;
        self.assemble(&plan, new).await
    }

    async fn assemble(&self, plan: &ProofPlan, size: u64) -> Result<Vec<Hash>, StoredError> {
        let wanted = plan.tiles();
        let partial: HashMap<TileId, u16> =
            partial_tiles(size).into_iter().map(|PartialTile { id, width }| (id, width)).collect();
        let full: Vec<_> = wanted.iter().copied().filter(|id| !partial.contains_key(id)).collect();
        let mut tiles = self.full_tiles(&full).await?;
        for id in wanted {
            if let Some(width) = partial.get(&id) {
                tiles.insert(id, self.partial_tile(id, *width).await?);
            }
        }
        let node = |address: NodeAddress| {
            let id = address.tile();
            Tile::new(id, tiles.get(&id)?).ok()?.node(address)
        };
        plan.assemble(node).map_err(|_| corrupt("tiles", "hashes", size))
    }

    async fn full_tiles(&self, ids: &[TileId]) -> Result<HashMap<TileId, Vec<u8>>, StoredError> {
        let levels: Vec<i16> = ids.iter().map(|id| id.level.into()).collect();
        let indexes: Vec<i64> = ids.iter().map(|id| signed(id.index)).collect();
        let rows = sqlx::query!(
            r#"select t.level, t.tile_index, t.hashes
                 from unnest($1::smallint[], $2::bigint[]) as w (level, tile_index)
                 join tiles t using (level, tile_index)"#,
            &levels,
            &indexes,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                // Both columns are checked to be small and not negative.
                let level = u8::try_from(row.level).unwrap_or(u8::MAX);
                (TileId { level, index: row.tile_index.unsigned_abs() }, row.hashes)
            })
            .collect())
    }

    /// The first `width` hashes of a tile, whether or not it is full by now.
    async fn partial_tile(&self, id: TileId, width: u16) -> Result<Vec<u8>, StoredError> {
        let first = id.index * u64::from(TILE_WIDTH);
        let until = first + u64::from(width);
        let hashes = match id.level.checked_sub(1) {
            None => tiles::leaf_hashes(&self.pool, first, until).await?,
            Some(below) => self.tile_roots(below, first, until).await?,
        };
        if hashes.len() != usize::from(width) {
            return Err(corrupt("tiles", "hashes", first));
        }
        Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
    }

    /// Roots of the full tiles `first..until` of `level`, from memory as far as they are there.
    async fn tile_roots(
        &self,
        level: u8,
        first: u64,
        until: u64,
    ) -> Result<Vec<Hash>, StoredError> {
        let mut roots = self.remembered(level, first, until);
        let missing = first + roots.len() as u64;
        if missing < until {
            let read = tiles::tile_roots(&self.pool, level, missing, until).await?;
            self.remember(level, missing, &read);
            roots.extend(read);
        }
        Ok(roots)
    }

    /// The leading run of roots that are in memory.
    fn remembered(&self, level: u8, first: u64, until: u64) -> Vec<Hash> {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        (first..until).map_while(|index| roots.get(&TileId { level, index }).copied()).collect()
    }

    fn remember(&self, level: u8, first: u64, read: &[Hash]) {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        if roots.len() + read.len() > ROOTS_MAX {
            roots.clear();
        }
        roots.extend((first..).zip(read).map(|(index, root)| (TileId { level, index }, *root)));
    }

    /// The bytes behind a tile path; none where the log, as of `size`, does not reach that far.
    pub async fn tile(&self, path: &TilePath, size: u64) -> Result<Option<Vec<u8>>, StoredError> {
        if path.size_needed().is_none_or(|needed| needed > size) {
            return Ok(None);
        }
        match path.kind() {
            TileKind::Entries => self.entries(path.index(), path.width()).await.map(Some),
            TileKind::Hashes { .. } => {
                let Some(id) = path.tile() else { return Ok(None) };
                if path.is_full() {
                    Ok(self.full_tiles(&[id]).await?.remove(&id))
                } else {
                    self.partial_tile(id, path.width()).await.map(Some)
                }
            }
        }
    }

    async fn entries(&self, index: u64, width: u16) -> Result<Vec<u8>, StoredError> {
        let first = index * u64::from(TILE_WIDTH);
        let rows = sqlx::query_scalar!(
            r#"select payload::text as "payload!" from events
                where position >= $1 and position < $2 order by position"#,
            signed(first),
            signed(first + u64::from(width)),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut bundle = Vec::new();
        for payload in rows {
            push_entry(&mut bundle, payload.as_bytes())
                .map_err(|_| corrupt("events", "payload", first))?;
        }
        Ok(bundle)
    }
}
