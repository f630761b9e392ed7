//! The Merkle tree over the leaves, rebuilt in one pass with the hashing of `tlog_tiles`
//! (RFC 6962 §2.1; C2SP tlog-tiles).

use tlog_tiles::{EMPTY_HASH, Hash, Tile, node_hash};

/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 256;
const HASH_BYTES: usize = 32;

/// A growing tree: the frontier of complete subtrees and the tiles not yet full.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// Complete subtrees, the largest first, each with its height.
    frontier: Vec<(u32, Hash)>,
    /// The open tile of each level.
    open: Vec<OpenTile>,
}

#[derive(Debug, Clone, Default)]
struct OpenTile {
    index: i64,
    hashes: Vec<u8>,
}

/// A full tile as it must be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    pub level: i16,
    pub index: i64,
    pub hashes: Vec<u8>,
}

impl Tree {
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf hash; full tiles that it completes go to `tiles`.
    pub fn push(&mut self, leaf: [u8; 32], tiles: &mut Vec<FullTile>) {
        self.size += 1;
        let mut node = (0, Hash(leaf));
        while let Some((height, left)) = self.frontier.pop_if(|(height, _)| *height == node.0) {
            node = (height + 1, node_hash(left, node.1));
        }
        self.frontier.push(node);
        self.fill(0, Hash(leaf), tiles);
    }

    fn fill(&mut self, level: usize, hash: Hash, tiles: &mut Vec<FullTile>) {
        if self.open.len() == level {
            self.open.push(OpenTile::default());
        }
        let open = &mut self.open[level];
        open.hashes.extend_from_slice(&hash.0);
        if open.hashes.len() < TILE_WIDTH * HASH_BYTES {
            return;
        }
        let hashes = std::mem::take(&mut open.hashes);
        let above = Tile::subtree_hash(&hashes);
        tiles.push(FullTile {
            level: i16::try_from(level).unwrap_or(i16::MAX),
            index: open.index,
            hashes,
        });
        open.index += 1;
        self.fill(level + 1, above, tiles);
    }

    /// The root of the leaves so far.
    pub fn root(&self) -> [u8; 32] {
        let mut hashes = self.frontier.iter().rev().map(|(_, hash)| *hash);
        let Some(smallest) = hashes.next() else { return EMPTY_HASH.0 };
        hashes.fold(smallest, |right, left| node_hash(left, right)).0
    }

    /// The hashes of the complete subtrees, the largest first, as `log_head` holds them.
    pub fn compact_range(&self) -> Vec<u8> {
        self.frontier.iter().flat_map(|(_, hash)| hash.0).collect()
    }

    /// How many full tiles of each level there are.
    pub fn full_tiles(&self) -> impl Iterator<Item = (i16, i64)> {
        let levels = self.open.iter().enumerate();
        levels.map(|(level, open)| (i16::try_from(level).unwrap_or(i16::MAX), open.index))
    }
}

#[cfg(test)]
mod tests {
    use tlog_tiles::{HashReader, record_hash, stored_hashes_for_record_hash, tree_hash};

    use super::*;

    struct Stored(Vec<Hash>);

    impl HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
            let at = |index: &u64| self.0[usize::try_from(*index).unwrap()];
            Ok(indexes.iter().map(at).collect())
        }
    }

    #[test]
    fn roots_and_tiles_are_those_of_tlog_tiles() {
        let mut tree = Tree::default();
        let mut tiles = Vec::new();
        let mut stored = Stored(Vec::new());
        assert_eq!(tree.root(), EMPTY_HASH.0);
        for n in 0..600_u64 {
            let leaf = record_hash(&n.to_be_bytes());
            let more = stored_hashes_for_record_hash(n, leaf, &stored).unwrap();
            stored.0.extend(more);
            tree.push(leaf.0, &mut tiles);
            assert_eq!(tree.root(), tree_hash(n + 1, &stored).unwrap().0, "size {}", n + 1);
        }
        let expected: Vec<_> = (0..2).map(|n| Tile::new(8, 0, n, 256, false)).collect();
        assert_eq!(tiles.len(), expected.len());
        for (tile, expected) in tiles.iter().zip(expected) {
            assert_eq!(tile.hashes, expected.read_data(&stored).unwrap());
        }
        assert_eq!(tree.compact_range().len(), 32 * 600_u64.count_ones() as usize);
        assert_eq!(tree.full_tiles().collect::<Vec<_>>(), [(0, 2), (1, 0)]);
    }
}
