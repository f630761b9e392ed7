//! Builds the tiles of a growing log (C2SP `tlog-tiles`, "Merkle Tree").

use super::{PartialTile, TILE_BYTES, TILE_LEVEL_BITS, Tile, TileId, partial_tiles};
use crate::log::hash::Hash;
use crate::log::node::NodeAddress;
use crate::log::range::CompactRange;

/// The right edge of a log: its compact range and the hashes of every tile that is not full yet.
///
/// Leaf hashes go in by [`TileBuilder::push`], which hands out every tile as it fills. A clone is
/// some 24 KiB, so an append can work on a clone and keep it only once it is committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileBuilder {
    range: CompactRange,
    /// By tile level, the bytes of the partial tile; empty where the last tile is full.
    partials: Vec<Vec<u8>>,
}

/// Why stored hashes do not continue a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// A level's hashes do not number what the size says.
    #[error("the partial tile {}/{} holds {} hashes at this size, found {found}", tile.id.level, tile.id.index, tile.width)]
    Width {
        /// The tile wanted.
        tile: PartialTile,
        /// Hashes given.
        found: usize,
    },
    /// More levels were given than the tree has.
    #[error("a tree of {size} leaves has no partial tile at level {level}, found hashes for one")]
    Level {
        /// Leaves of the tree.
        size: u64,
        /// The level that should be empty.
        level: usize,
    },
    /// The hashes are not those of the compact range.
    #[error(
        "the stored tiles do not add up to the compact range of {size} leaves: tiles, events or log_head were changed"
    )]
    Range {
        /// Leaves of the tree.
        size: u64,
    },
}

impl TileBuilder {
    /// The builder of the empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues the log whose compact range is `range`.
    ///
    /// `partials` holds, by tile level, the hashes of the tiles listed by [`partial_tiles`], empty
    /// for the levels not listed (trailing empty levels may be left out). Level 0 are the last leaf
    /// hashes; above, each is the [`Tile::root`] of a full tile one level down. They are checked
    /// against the range, so that a changed tile cannot be built upon.
    pub fn resume(range: CompactRange, partials: &[Vec<Hash>]) -> Result<Self, ResumeError> {
        let size = range.size();
        check_widths(size, partials)?;
        let mut bytes = Vec::with_capacity(partials.len());
        for hashes in partials {
            let mut tile = Vec::with_capacity(TILE_BYTES);
            tile.extend(hashes.iter().flat_map(Hash::as_bytes));
            bytes.push(tile);
        }
        let builder = Self { range, partials: bytes };
        if !builder.adds_up() {
            return Err(ResumeError::Range { size });
        }
        Ok(builder)
    }

    /// Appends one leaf hash and hands every tile that it fills to `full`, lowest level first.
    ///
    /// A full tile's `bytes` are exactly 8192 and are only lent: copy them to keep them.
    pub fn push(&mut self, leaf: Hash, full: impl FnMut(TileId, &[u8])) {
        self.push_with(leaf, |_, _| {}, full);
    }

    /// As [`TileBuilder::push`], and reports the full subtrees that [`CompactRange::push_with`] does.
    pub(in crate::log) fn push_with(
        &mut self,
        leaf: Hash,
        mut completed: impl FnMut(NodeAddress, Hash),
        mut full: impl FnMut(TileId, &[u8]),
    ) {
        let Self { range, partials } = self;
        range.push_with(leaf, |node, hash| {
            completed(node, hash);
            // Tiles hold the hashes of every eighth level.
            if node.level % TILE_LEVEL_BITS == 0 {
                store(partials, node.tile(), hash, &mut full);
            }
        });
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.range.size()
    }

    /// The compact range, as `log_head` keeps it.
    pub fn range(&self) -> &CompactRange {
        &self.range
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// The bytes of the partial tile of `level`; `None` where the level's last tile is full.
    pub fn partial(&self, level: u8) -> Option<Tile<'_>> {
        let index = self.size().checked_shr((u32::from(level) + 1) * u32::from(TILE_LEVEL_BITS));
        let id = TileId { level, index: index.unwrap_or(0) };
        Tile::new(id, self.partials.get(usize::from(level))?).ok()
    }

    /// Hash of a full subtree that lies in a partial tile; those in full tiles are looked up in the
    /// tiles handed out by [`TileBuilder::push`].
    pub fn node(&self, address: NodeAddress) -> Option<Hash> {
        self.partial(address.tile().level)?.node(address)
    }

    /// Whether the partial tiles give exactly the hashes of the range.
    fn adds_up(&self) -> bool {
        self.range.nodes().all(|(node, hash)| self.node(node) == Some(hash))
    }
}

/// Appends a hash to the partial tile it belongs to, and empties that once it is full.
fn store(
    partials: &mut Vec<Vec<u8>>,
    id: TileId,
    hash: Hash,
    full: &mut impl FnMut(TileId, &[u8]),
) {
    let level = usize::from(id.level);
    // Levels begin one after another, each with the first full tile of the one below.
    if partials.len() <= level {
        partials.resize_with(level + 1, || Vec::with_capacity(TILE_BYTES));
    }
    let tile = &mut partials[level];
    tile.extend_from_slice(hash.as_bytes());
    if tile.len() == TILE_BYTES {
        full(id, tile);
        tile.clear();
    }
}

/// Checks that `partials` has exactly the hashes that a tree of `size` leaves has in partial tiles.
fn check_widths(size: u64, partials: &[Vec<Hash>]) -> Result<(), ResumeError> {
    let wanted = partial_tiles(size);
    for tile in &wanted {
        let found = partials.get(usize::from(tile.id.level)).map_or(0, Vec::len);
        if found != usize::from(tile.width) {
            return Err(ResumeError::Width { tile: *tile, found });
        }
    }
    let is_wanted = |level| wanted.iter().any(|tile| usize::from(tile.id.level) == level);
    match (0..partials.len()).find(|level| !partials[*level].is_empty() && !is_wanted(*level)) {
        Some(level) => Err(ResumeError::Level { size, level }),
        None => Ok(()),
    }
}
