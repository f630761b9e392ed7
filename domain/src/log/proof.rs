//! Inclusion and consistency proofs (RFC 9162 §2.1.3 and §2.1.4).
//!
//! Sizes and roots are always arguments of their own and must come from a verified checkpoint: a
//! proof binds a size only through its shape, so that some proofs also fit other sizes.

mod plan;

pub use plan::{PlanError, ProofPlan};

use super::hash::Hash;

/// Hashes in the longest inclusion or consistency proof of a log of at most 2^63 leaves, with room
/// for one of `u64` leaves.
pub const PROOF_HASHES_MAX: usize = 64;

/// Why a proof does not prove what is claimed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of this size.
    #[error("position {index} is not in a log of {size} leaves")]
    Index {
        /// Position claimed.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("the log shrank from {old_size} to {new_size} leaves")]
    Shrunk {
        /// Leaves of the older tree.
        old_size: u64,
        /// Leaves of the newer tree.
        new_size: u64,
    },
    /// Too many or too few hashes for the sizes given.
    #[error("the proof's {found} hashes do not fit the position and sizes given")]
    Shape {
        /// Hashes given.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to root {found}, the checkpoint says {expected}")]
    Root {
        /// Root of the verified checkpoint.
        expected: Hash,
        /// Root that the proof leads to.
        found: Hash,
    },
    /// The older tree is not the beginning of the newer one.
    #[error("the proof leads to the old root {found}, the old checkpoint says {expected}")]
    OldRoot {
        /// Root of the older verified checkpoint.
        expected: Hash,
        /// Root that the proof leads to.
        found: Hash,
    },
}

/// Checks that `leaf` (a leaf hash) is at position `index` of the tree of `size` leaves and root
/// `root` (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    proof: &[Hash],
    size: u64,
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let shape = ProofError::Shape { found: proof.len() };
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(shape);
        }
        if node & 1 == 1 || node == last {
            hash = Hash::node(sibling, &hash);
            skip_missing_levels(&mut node, &mut last);
        } else {
            hash = Hash::node(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(shape);
    }
    expect_root(root, hash)
}

/// Checks that the tree of `old_size` leaves and root `old_root` is the beginning of the tree of
/// `new_size` leaves and root `new_root` (RFC 9162 §2.1.4.2).
///
/// The empty log is the beginning of every log and takes an empty proof (C2SP `tlog-witness`).
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    proof: &[Hash],
    new_size: u64,
    new_root: Hash,
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrunk { old_size, new_size });
    }
    let shape = ProofError::Shape { found: proof.len() };
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(shape);
        }
        let expected = if old_size == 0 { Hash::EMPTY_ROOT } else { new_root };
        return if old_root == expected {
            Ok(())
        } else {
            Err(ProofError::OldRoot { expected: old_root, found: expected })
        };
    }
    let (old, new) = consistency_roots(old_size, old_root, proof, new_size).ok_or(shape)?;
    if old != old_root {
        return Err(ProofError::OldRoot { expected: old_root, found: old });
    }
    expect_root(new_root, new)
}

/// The old and the new root that a consistency proof leads to; `None` where its shape is wrong.
fn consistency_roots(
    old_size: u64,
    old_root: Hash,
    proof: &[Hash],
    new_size: u64,
) -> Option<(Hash, Hash)> {
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    // The complete part that both trees share at the node's left edge costs no hash.
    let shared = node.trailing_ones();
    node >>= shared;
    last >>= shared;
    // An old tree that is itself one full subtree is where the proof starts.
    let (first, rest) =
        if old_size.is_power_of_two() { (old_root, proof) } else { split_first(proof)? };
    let (mut old, mut new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            old = Hash::node(sibling, &old);
            new = Hash::node(sibling, &new);
            skip_missing_levels(&mut node, &mut last);
        } else {
            new = Hash::node(&new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((old, new))
}

fn split_first(proof: &[Hash]) -> Option<(Hash, &[Hash])> {
    proof.split_first().map(|(first, rest)| (*first, rest))
}

/// A node at the right edge without a right neighbour moves up unhashed until it is a right child.
fn skip_missing_levels(node: &mut u64, last: &mut u64) {
    if *node & 1 == 0 {
        let levels = if *node == 0 { 0 } else { node.trailing_zeros() };
        *node >>= levels;
        *last >>= levels;
    }
}

fn expect_root(expected: Hash, found: Hash) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(ProofError::Root { expected, found }) }
}
