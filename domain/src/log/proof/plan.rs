//! Which stored hashes a proof is made of, and how (RFC 9162 §2.1.3.1 and §2.1.4.1).

use std::collections::BTreeSet;

use crate::log::hash::Hash;
use crate::log::node::NodeAddress;
use crate::log::range::fold_right;
use crate::log::tile::TileId;

/// The recipe of one proof: the full subtrees it needs, so that a caller can fetch all of their
/// tiles in one query, and how they combine into the proof's hashes.
///
/// A subtree in a tile that was not full at the size of the proof may meanwhile be found in the
/// full tile; both give the same hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofPlan {
    /// For each hash of the proof the neighbouring full subtrees under it, left to right: one where
    /// the hash is a full subtree itself, several where it is the ragged right edge.
    steps: Vec<Vec<NodeAddress>>,
}

/// Why a proof cannot be planned or assembled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The leaf is not in a tree of this size.
    #[error("position {index} is not in a log of {size} leaves")]
    Index {
        /// Position asked for.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("a log of {old_size} leaves cannot be the beginning of one of {new_size}")]
    Sizes {
        /// Leaves of the older tree.
        old_size: u64,
        /// Leaves of the newer tree.
        new_size: u64,
    },
    /// The source of hashes does not have one that the log must have.
    #[error("the log's hash at level {} place {} is missing: is its tile stored?", .0.level, .0.index)]
    Missing(NodeAddress),
}

impl ProofPlan {
    /// Proof that the leaf at position `index` is in the tree of `size` leaves.
    pub fn inclusion(index: u64, size: u64) -> Result<Self, PlanError> {
        if index >= size {
            return Err(PlanError::Index { index, size });
        }
        let (mut start, mut end) = (0, size);
        let mut steps = Vec::new();
        while end - start > 1 {
            let middle = start + left_width(end - start);
            if index < middle {
                steps.push(full_subtrees(middle, end));
                end = middle;
            } else {
                steps.push(full_subtrees(start, middle));
                start = middle;
            }
        }
        steps.reverse();
        Ok(Self { steps })
    }

    /// Proof that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves;
    /// empty for an empty old tree and for equal sizes.
    pub fn consistency(old_size: u64, new_size: u64) -> Result<Self, PlanError> {
        if old_size > new_size {
            return Err(PlanError::Sizes { old_size, new_size });
        }
        let (mut start, mut end) = (0, new_size);
        let mut steps = Vec::new();
        while old_size != 0 && old_size != end {
            let middle = start + left_width(end - start);
            if old_size <= middle {
                steps.push(full_subtrees(middle, end));
                end = middle;
            } else {
                steps.push(full_subtrees(start, middle));
                start = middle;
            }
        }
        // Left out where it is the whole old tree, whose root the verifier has.
        if start > 0 {
            steps.push(full_subtrees(start, end));
        }
        steps.reverse();
        Ok(Self { steps })
    }

    /// Every full subtree whose hash is needed.
    pub fn nodes(&self) -> impl Iterator<Item = NodeAddress> {
        self.steps.iter().flatten().copied()
    }

    /// Every tile that holds a needed hash, or the hashes it is computed from, each once.
    pub fn tiles(&self) -> BTreeSet<TileId> {
        self.nodes().map(NodeAddress::tile).collect()
    }

    /// The proof, with the hashes of [`ProofPlan::nodes`] taken from `source`, each asked for once.
    pub fn assemble(
        &self,
        mut source: impl FnMut(NodeAddress) -> Option<Hash>,
    ) -> Result<Vec<Hash>, PlanError> {
        let mut proof = Vec::with_capacity(self.steps.len());
        let mut hashes = Vec::new();
        for step in &self.steps {
            hashes.clear();
            for node in step {
                hashes.push(source(*node).ok_or(PlanError::Missing(*node))?);
            }
            // A step always spans at least one leaf.
            proof.extend(fold_right(hashes.iter().copied()));
        }
        Ok(proof)
    }
}

/// Leaves of the left child of a tree of `width` ≥ 2 leaves: the largest power of two below it.
fn left_width(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

/// The full subtrees over the leaves `start..end`, largest first, where `start` is a multiple of
/// the first one's width.
fn full_subtrees(start: u64, end: u64) -> Vec<NodeAddress> {
    let mut subtrees = Vec::with_capacity((end - start).count_ones() as usize);
    let mut at = start;
    while at < end {
        let height = (end - at).ilog2();
        // `ilog2` of a u64 is at most 63.
        let level = u8::try_from(height).unwrap_or(u8::MAX);
        subtrees.push(NodeAddress { level, index: at >> height });
        at += 1 << height;
    }
    subtrees
}
