//! Reading of the vector files, and a whole log in memory.

use std::collections::HashMap;
use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use litopys_domain::log::tile::partial_tiles;
use litopys_domain::log::{
    Checkpoint, Hash, NodeAddress, NoteSigner, OfflineProof, ProofPlan, Tile, TileBuilder, TileId,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub(crate) fn vectors(name: &str) -> Value {
    let file = match name {
        "checkpoint" => include_str!("../vectors/checkpoint.json"),
        "consistency" => include_str!("../vectors/consistency.json"),
        "cosignature" => include_str!("../vectors/cosignature.json"),
        "inclusion" => include_str!("../vectors/inclusion.json"),
        "keys" => include_str!("../vectors/keys.json"),
        "merkle" => include_str!("../vectors/merkle.json"),
        "signed-note" => include_str!("../vectors/signed-note.json"),
        "tiles" => include_str!("../vectors/tiles.json"),
        "tlog-proof" => include_str!("../vectors/tlog-proof.json"),
        _ => panic!("no vector file {name}"),
    };
    serde_json::from_str(file).unwrap()
}

/// The cases of a list, which must be as many as the file is known to have.
pub(crate) fn list<'a>(file: &'a Value, field: &str, count: usize) -> &'a [Value] {
    let cases = file[field].as_array().unwrap();
    assert_eq!(cases.len(), count, "cases in {field}");
    cases
}

pub(crate) fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap()
}

pub(crate) fn number(case: &Value, field: &str) -> u64 {
    case[field].as_u64().unwrap()
}

pub(crate) fn bytes(case: &Value, field: &str) -> Vec<u8> {
    hex::decode(text(case, field)).unwrap()
}

pub(crate) fn hash(case: &Value, field: &str) -> Hash {
    text(case, field).parse().unwrap()
}

pub(crate) fn hashes(case: &Value, field: &str) -> Vec<Hash> {
    let values = case[field].as_array().unwrap();
    values.iter().map(|value| Hash::from_base64(value.as_str().unwrap()).unwrap()).collect()
}

/// Leaf `index` of the log that the vector files are about.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A log whose second level has a few hashes and whose last tile is partial, made once.
pub(crate) fn tree() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::of_entries(1234));
    &TREE
}

/// A log as the ledger stores it: full tiles, and a builder for what is not full.
pub(crate) struct Tree {
    full: HashMap<TileId, Vec<u8>>,
    builder: TileBuilder,
}

impl Tree {
    pub(crate) fn of_entries(size: u64) -> Self {
        let mut tree = Self { full: HashMap::new(), builder: TileBuilder::new() };
        for index in 0..size {
            tree.builder.push(Hash::leaf(&entry(index)), |id, bytes| {
                assert!(tree.full.insert(id, bytes.to_vec()).is_none(), "tile handed out twice");
            });
        }
        tree
    }

    /// The right edge.
    pub(crate) fn builder(&self) -> &TileBuilder {
        &self.builder
    }

    /// The bytes of a full or partial tile.
    pub(crate) fn tile(&self, id: TileId) -> Vec<u8> {
        if let Some(bytes) = self.full.get(&id) {
            return bytes.clone();
        }
        let partial = self.builder.partial(id.level).unwrap();
        assert_eq!(partial.id(), id);
        partial.bytes().to_vec()
    }

    /// The root that the log had at an earlier size, by the definition of RFC 9162 §2.1.1.
    pub(crate) fn root(&self, size: u64) -> Hash {
        if size == 0 { Hash::EMPTY_ROOT } else { self.subtree(0, size) }
    }

    fn subtree(&self, start: u64, end: u64) -> Hash {
        if end - start == 1 {
            return self.node(NodeAddress { level: 0, index: start }).unwrap();
        }
        let middle = start + (end - start).next_power_of_two() / 2;
        Hash::node(&self.subtree(start, middle), &self.subtree(middle, end))
    }

    pub(crate) fn node(&self, address: NodeAddress) -> Option<Hash> {
        let id = address.tile();
        match self.full.get(&id) {
            Some(bytes) => Tile::new(id, bytes).unwrap().node(address),
            None => self.builder.node(address),
        }
    }

    pub(crate) fn assemble(&self, plan: &ProofPlan) -> Vec<Hash> {
        plan.assemble(|address| self.node(address)).unwrap()
    }
}

/// What a database has of the partial tiles: leaf hashes, and the roots of full tiles above.
pub(crate) fn stored_partials(tree: &Tree, size: u64) -> Vec<Vec<Hash>> {
    let mut partials = Vec::new();
    for tile in partial_tiles(size) {
        partials.resize(usize::from(tile.id.level) + 1, Vec::new());
        let first = tile.id.index * 256;
        let hashes = (first..first + u64::from(tile.width)).map(|index| match tile.id.level {
            0 => tree.node(NodeAddress { level: 0, index }).unwrap(),
            level => {
                let id = TileId { level: level - 1, index };
                Tile::new(id, &tree.tile(id)).unwrap().root().unwrap()
            }
        });
        partials[usize::from(tile.id.level)] = hashes.collect();
    }
    partials
}

pub(crate) fn offline_proof(index: u64, extra: Option<Vec<u8>>) -> OfflineProof {
    let size = tree().builder().size();
    let checkpoint = Checkpoint::new("ledger.example/a", size, tree().builder().root()).unwrap();
    OfflineProof {
        extra,
        index,
        proof: tree().assemble(&ProofPlan::inclusion(index, size).unwrap()),
        checkpoint: checkpoint.sign(&signer()).unwrap().to_string(),
    }
}

pub(crate) fn signer() -> NoteSigner {
    NoteSigner::new("ledger.example/a", SigningKey::from_bytes(&[7; 32])).unwrap()
}
