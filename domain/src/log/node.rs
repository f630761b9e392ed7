//! Addresses of full subtrees, and where C2SP `tlog-tiles` keeps their hashes.

use super::tile::{TILE_LEVEL_BITS, TileId};

/// A full subtree: the `2^level` leaves from `index * 2^level` on. Level 0 is a leaf.
///
/// Such a node never changes once its leaves exist, so it can be stored for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeAddress {
    /// Height above the leaves, 0 to 63.
    pub level: u8,
    /// Place among the nodes of this level, from 0.
    pub index: u64,
}

impl NodeAddress {
    /// The tile that holds the node, or the hashes from which it is computed in at most eight steps.
    pub fn tile(self) -> TileId {
        TileId {
            level: self.level / TILE_LEVEL_BITS,
            index: self.index >> (TILE_LEVEL_BITS - self.inner_level()),
        }
    }

    /// The subtree of which this one is half.
    #[must_use]
    pub(super) fn parent(self) -> Self {
        Self { level: self.level + 1, index: self.index >> 1 }
    }

    /// The hashes of [`NodeAddress::tile`] that the node spans.
    pub(super) fn span(self) -> std::ops::Range<usize> {
        let inner = self.inner_level();
        let mask = (1_u64 << (TILE_LEVEL_BITS - inner)) - 1;
        // The mask leaves at most eight bits.
        let start = usize::try_from(self.index & mask).unwrap_or_default() << inner;
        start..start + (1 << inner)
    }

    fn inner_level(self) -> u8 {
        self.level % TILE_LEVEL_BITS
    }
}
