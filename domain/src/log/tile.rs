//! C2SP `tlog-tiles`: the hashes of the tree stored 256 to a tile, and the entries 256 to a bundle.
//!
//! Tile `(L, N)` holds the roots of the full subtrees of `256^L` leaves numbered `256 N` to
//! `256 N + 255`; a tile that has all 256 is *full* and never changes again.

mod builder;
mod bundle;
mod path;

pub use builder::{ResumeError, TileBuilder};
pub use bundle::{BUNDLE_BYTES_MAX, BundleError, ENTRY_BYTES_MAX, parse_bundle, push_entry};
pub use path::{TileKind, TilePath, TilePathError};

use super::hash::{HASH_BYTES, Hash};
use super::node::NodeAddress;
use super::range::fold_right;

/// Levels of the tree in one tile.
pub(super) const TILE_LEVEL_BITS: u8 = 8;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 1 << TILE_LEVEL_BITS;

/// Bytes of a full tile.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// Which tile: its level (0 holds leaf hashes) and its place within the level, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes, 1 for roots of 256 leaves, 2 for roots of 65,536 leaves …
    pub level: u8,
    /// Place among the tiles of this level.
    pub index: u64,
}

/// The rightmost, not yet full tile of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialTile {
    /// Which tile.
    pub id: TileId,
    /// Hashes in it, 1 to 255.
    pub width: u16,
}

/// The bytes of one tile, full or partial, to read hashes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile<'a> {
    id: TileId,
    hashes: &'a [[u8; HASH_BYTES]],
}

/// Why bytes are not a tile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not 1 to 256 hashes of 32 bytes.
    #[error("tile {}/{} is 32 to {TILE_BYTES} bytes in steps of 32, found {found}", id.level, id.index)]
    Length {
        /// Which tile.
        id: TileId,
        /// Bytes given.
        found: usize,
    },
}

impl<'a> Tile<'a> {
    /// Looks at `bytes` as tile `id`.
    pub fn new(id: TileId, bytes: &'a [u8]) -> Result<Self, TileError> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() || hashes.is_empty() || bytes.len() > TILE_BYTES {
            return Err(TileError::Length { id, found: bytes.len() });
        }
        Ok(Self { id, hashes })
    }

    /// Which tile it is.
    pub fn id(&self) -> TileId {
        self.id
    }

    /// The hashes one after another, as a tile is stored and served. The tile of a smaller log is
    /// the beginning of these bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.hashes.as_flattened()
    }

    /// The hashes in order.
    pub fn hashes(&self) -> impl DoubleEndedIterator<Item = Hash> {
        self.hashes.iter().copied().map(Hash::from_bytes)
    }

    /// Root over all 256 hashes, which is a hash of the next level; `None` for a partial tile.
    pub fn root(&self) -> Option<Hash> {
        subtree_root(self.hashes).filter(|_| self.hashes.len() == usize::from(TILE_WIDTH))
    }

    /// Hash of a full subtree that lies in this tile; `None` when it lies in another tile, or
    /// further right than the tile reaches.
    pub fn node(&self, address: NodeAddress) -> Option<Hash> {
        (address.tile() == self.id).then_some(())?;
        subtree_root(self.hashes.get(address.span())?)
    }
}

/// The not yet full tile of every level of a tree of `size` leaves, leaves first; levels whose
/// tiles are all full, or that have none, are left out.
pub fn partial_tiles(size: u64) -> Vec<PartialTile> {
    (0..8_u8)
        .filter_map(|level| {
            let hashes = size >> (level * TILE_LEVEL_BITS);
            let width =
                u16::try_from(hashes % u64::from(TILE_WIDTH)).ok().filter(|width| *width > 0)?;
            let id = TileId { level, index: hashes / u64::from(TILE_WIDTH) };
            Some(PartialTile { id, width })
        })
        .collect()
}

/// Root over a run of hashes whose number is a power of two.
fn subtree_root(hashes: &[[u8; HASH_BYTES]]) -> Option<Hash> {
    let mut range = super::CompactRange::new();
    for hash in hashes {
        range.push(Hash::from_bytes(*hash));
    }
    fold_right(range.hashes().iter().copied())
}
