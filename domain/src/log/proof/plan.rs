//! Which stored hashes a proof is made of, and how (RFC 9162 §2.1.3.1 and §2.1.4.1).

use std::collections::BTreeSet;

use crate::log::hash::Hash;
use crate::log::node::NodeAddress;
use crate::log::tile::TileId;

/// The recipe of one proof: the full subtrees it needs, so that a caller can fetch all of their
/// tiles in one query, and how they combine into the proof's hashes.
///
/// A subtree in a tile that was not full at the size of the proof may meanwhile be found in the
/// full tile; both give the same hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofPlan {
    /// The full subtrees under all hashes of the proof, in the proof's order.
    nodes: Vec<NodeAddress>,
    /// For each hash of the proof how many neighbouring subtrees are under it, left to right: one
    /// where the hash is a full subtree itself, several where it is the ragged right edge.
    widths: Vec<usize>,
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
        let mut plan = Self::default();
        while end - start > 1 {
            let middle = start + left_width(end - start);
            if index < middle {
                plan.add(middle, end);
                end = middle;
            } else {
                plan.add(start, middle);
                start = middle;
            }
        }
        Ok(plan.reversed())
    }

    /// Proof that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves;
    /// empty for an empty old tree and for equal sizes.
    pub fn consistency(old_size: u64, new_size: u64) -> Result<Self, PlanError> {
        if old_size > new_size {
            return Err(PlanError::Sizes { old_size, new_size });
        }
        let (mut start, mut end) = (0, new_size);
        let mut plan = Self::default();
        while old_size != 0 && old_size != end {
            let middle = start + left_width(end - start);
            if old_size <= middle {
                plan.add(middle, end);
                end = middle;
            } else {
                plan.add(start, middle);
                start = middle;
            }
        }
        // Left out where it is the whole old tree, whose root the verifier has.
        if start > 0 {
            plan.add(start, end);
        }
        Ok(plan.reversed())
    }

    /// Every full subtree whose hash is needed.
    pub fn nodes(&self) -> impl Iterator<Item = NodeAddress> {
        self.nodes.iter().copied()
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
        let mut proof = Vec::with_capacity(self.widths.len());
        let mut rest = self.nodes.as_slice();
        for width in &self.widths {
            let (step, after) = rest.split_at(*width);
            let mut hash = None;
            for node in step.iter().rev() {
                let left = source(*node).ok_or(PlanError::Missing(*node))?;
                hash = Some(hash.map_or(left, |right| Hash::node(&left, &right)));
            }
            // A step spans at least one leaf, so it has a hash.
            proof.extend(hash);
            rest = after;
        }
        Ok(proof)
    }

    /// Adds the next hash towards the leaf: the subtree over the leaves `start..end`.
    ///
    /// It falls into full subtrees, largest first, as `start` is a multiple of that one's width.
    fn add(&mut self, start: u64, end: u64) {
        let before = self.nodes.len();
        let mut at = start;
        while at < end {
            let height = (end - at).ilog2();
            // `ilog2` of a u64 is at most 63.
            let level = u8::try_from(height).unwrap_or(u8::MAX);
            self.nodes.push(NodeAddress { level, index: at >> height });
            at += 1 << height;
        }
        self.nodes[before..].reverse();
        self.widths.push(self.nodes.len() - before);
    }

    /// Turns the order from the root down into that of a proof, from the leaf up.
    fn reversed(mut self) -> Self {
        self.nodes.reverse();
        self.widths.reverse();
        self
    }
}

/// Leaves of the left child of a tree of `width` ≥ 2 leaves: the largest power of two below it.
fn left_width(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}
