//! Several leaves appended together: their tiles and their inclusion proofs, without reading
//! anything stored (RFC 9162 §2.1.3.1).

use super::hash::Hash;
use super::node::NodeAddress;
use super::proof::{PlanError, ProofPlan};
use super::range::CompactRange;
use super::tile::{TileBuilder, TileId};

/// An append that is prepared beside the log and becomes its state only when it is committed.
///
/// Beside a new leaf's path lie only subtrees of the old right edge and subtrees that the batch
/// itself completes. All of them pass through [`Batch::push`], so that receipts cost no look-up.
#[derive(Clone, Debug)]
pub struct Batch {
    builder: TileBuilder,
    levels: Vec<Level>,
    tiles: Vec<(TileId, Vec<u8>)>,
}

/// Neighbouring nodes of one level.
#[derive(Clone, Debug)]
struct Level {
    /// Place of the first one within the level.
    first: u64,
    hashes: Vec<Hash>,
}

impl Batch {
    /// Starts an append to the log whose right edge is `builder`.
    pub fn new(builder: TileBuilder) -> Self {
        let levels = levels(builder.range());
        Self { builder, levels, tiles: Vec::new() }
    }

    /// Appends one leaf hash and gives its position.
    pub fn push(&mut self, leaf: Hash) -> u64 {
        let Self { builder, levels, tiles } = self;
        let position = builder.size();
        builder.push_with(
            leaf,
            |node, hash| levels[usize::from(node.level)].hashes.push(hash),
            |id, bytes| tiles.push((id, bytes.to_vec())),
        );
        position
    }

    /// The tiles that the batch filled, 8192 bytes each, lower levels first where one leaf filled
    /// several.
    pub fn tiles(&self) -> &[(TileId, Vec<u8>)] {
        &self.tiles
    }

    /// The right edge as it is after the batch.
    pub fn builder(&self) -> &TileBuilder {
        &self.builder
    }

    /// Proves that the leaf at `position`, one of this batch, is in the log as it is after the
    /// batch; for older leaves the hashes may be missing here.
    pub fn prove(&self, position: u64) -> Result<Vec<Hash>, PlanError> {
        ProofPlan::inclusion(position, self.builder.size())?.assemble(|node| self.node(node))
    }

    /// The new right edge, to be kept once the batch is committed.
    pub fn into_builder(self) -> TileBuilder {
        self.builder
    }

    fn node(&self, node: NodeAddress) -> Option<Hash> {
        let level = self.levels.get(usize::from(node.level))?;
        let place = usize::try_from(node.index.checked_sub(level.first)?).ok()?;
        level.hashes.get(place).copied()
    }
}

/// For each level the subtree that it has on the right edge, if any, ready to be continued.
fn levels(range: &CompactRange) -> Vec<Level> {
    let size = range.size();
    let next = (0..=63).map(|level| Level { first: size >> level, hashes: Vec::new() });
    let mut levels: Vec<Level> = next.collect();
    for (node, hash) in range.nodes() {
        levels[usize::from(node.level)] = Level { first: node.index, hashes: vec![hash] };
    }
    levels
}
