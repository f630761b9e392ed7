//! The compact range of a log: the roots of the full subtrees along its right edge, one for every
//! set bit of its size (the decomposition that RFC 9162 §2.1.1 makes at each split).
//!
//! It is all that is needed to append leaves and to know the root.

use super::LEAVES_MAX;
use super::hash::{HASH_BYTES, Hash};
use super::node::NodeAddress;

/// The right edge of a tree of `size` leaves, largest subtree first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    hashes: Vec<Hash>,
}

/// Why stored bytes are not a compact range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The number of bytes does not fit the size.
    #[error("the compact range of {size} leaves is {expected} bytes, found {found}")]
    Length {
        /// Leaves of the tree.
        size: u64,
        /// Bytes that a range of this size has.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// The size is not one of our logs'.
    #[error("a log holds at most {LEAVES_MAX} leaves, found a size of {size}")]
    Size {
        /// Leaves claimed.
        size: u64,
    },
}

impl CompactRange {
    /// The range of the empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The subtree roots, largest subtree first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _| {});
    }

    /// Appends one leaf hash and reports every full subtree that it completes with its root,
    /// smallest first; the first is the leaf itself.
    pub fn push_with(&mut self, leaf: Hash, mut completed: impl FnMut(NodeAddress, Hash)) {
        let mut node = NodeAddress { level: 0, index: self.size };
        let mut hash = leaf;
        completed(node, hash);
        // A right child completes its parent; its left sibling is the range's last hash.
        while node.index & 1 == 1
            && let Some(left) = self.hashes.pop()
        {
            hash = Hash::node(&left, &hash);
            node = node.parent();
            completed(node, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// Address and root of each subtree, largest first.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeAddress, Hash)> {
        let size = self.size;
        let levels = (0..64_u8).rev().filter(move |level| size >> level & 1 == 1);
        // A set bit's subtree is followed only by smaller ones, which the shift drops.
        let addresses = levels.map(move |level| NodeAddress { level, index: (size >> level) - 1 });
        addresses.zip(self.hashes.iter().copied())
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold_right(self.hashes.iter().copied()).unwrap_or(Hash::EMPTY_ROOT)
    }

    /// The hashes one after another, largest subtree first, 32 bytes each.
    pub fn encode(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// Reads what [`CompactRange::encode`] wrote for a log of `size` leaves.
    pub fn decode(size: u64, bytes: &[u8]) -> Result<Self, RangeError> {
        if size > LEAVES_MAX {
            return Err(RangeError::Size { size });
        }
        let expected = size.count_ones() as usize * HASH_BYTES;
        if bytes.len() != expected {
            return Err(RangeError::Length { size, expected, found: bytes.len() });
        }
        let (chunks, _) = bytes.as_chunks::<HASH_BYTES>();
        Ok(Self { size, hashes: chunks.iter().copied().map(Hash::from_bytes).collect() })
    }
}

/// Root over neighbouring full subtrees given from left (largest) to right; `None` without any.
pub(super) fn fold_right(subtrees: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    subtrees.rev().reduce(|right, left| Hash::node(&left, &right))
}
