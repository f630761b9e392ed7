//! The crates `tlog_tiles` and `signed_note` must say the same, on the vector files and on more.

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use litopys_domain::log::note::KeyKind;
use litopys_domain::log::tile::partial_tiles;
use litopys_domain::log::{
    Checkpoint, Hash, NodeAddress, Note, NoteSigner, ProofPlan, TileId, TilePath, VerifierKey,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use serde_json::Value;
use signed_note::{StandardSigner, VerifierList};
use tlog_tiles::HashReader;

use crate::support::{Tree, bytes, hash, hashes, list, number, text, tree, vectors};

/// Serves our stored tiles in the other crate's numbering.
impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let hashes = indexes.iter().map(|index| {
            let (level, index) = tlog_tiles::split_stored_hash_index(*index);
            theirs(self.node(NodeAddress { level, index }).unwrap())
        });
        Ok(hashes.collect())
    }
}

#[test]
fn same_verdict_on_every_inclusion_vector() {
    let file = vectors("inclusion");
    let cases = list(&file, "valid", 165).iter().chain(list(&file, "invalid", 19));
    for case in cases {
        let (index, size) = (number(case, "index"), number(case, "size"));
        let (leaf, root) = (hash(case, "leaf_hash_hex"), hash(case, "root_hex"));
        let proof = hashes(case, "proof_b64");
        let ours = verify_inclusion(leaf, index, &proof, size, root);
        let other =
            tlog_tiles::check_record(&all_theirs(&proof), size, theirs(root), index, theirs(leaf));
        assert_eq!(ours.is_ok(), other.is_ok(), "{case}");
    }
}

#[test]
fn same_verdict_on_every_consistency_vector() {
    let file = vectors("consistency");
    let cases = list(&file, "valid", 165).iter().chain(list(&file, "invalid", 14));
    for case in cases {
        let (old_size, new_size) = (number(case, "old_size"), number(case, "new_size"));
        let (old, new) = (hash(case, "old_root_hex"), hash(case, "new_root_hex"));
        let proof = hashes(case, "proof_b64");
        let ours = verify_consistency(old_size, old, &proof, new_size, new);
        let other = tlog_tiles::check_tree(
            &all_theirs(&proof),
            new_size,
            theirs(new),
            old_size,
            theirs(old),
        );
        assert_eq!(ours.is_ok(), other.is_ok(), "{case}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn same_proofs_and_roots((old, new) in sizes(), index in any::<prop::sample::Index>()) {
        let tree = tree();
        let index = index.index(usize::try_from(new).unwrap()) as u64;
        let other = tlog_tiles::prove_record(new, index, tree).unwrap();
        let ours = tree.assemble(&ProofPlan::inclusion(index, new).unwrap());
        prop_assert_eq!(all_theirs(&ours), other);

        let other = tlog_tiles::prove_tree(new, old, tree).unwrap();
        let ours = tree.assemble(&ProofPlan::consistency(old, new).unwrap());
        prop_assert_eq!(all_theirs(&ours), other);

        prop_assert_eq!(theirs(tree.root(new)), tlog_tiles::tree_hash(new, tree).unwrap());
    }

    #[test]
    fn same_tiles(level in 0..8_u8, index in 0..1_u64 << 40, width in 1..=256_u16) {
        let other = tlog_tiles::Tile::new(8, level, index, u32::from(width), false).path();
        let kind = litopys_domain::log::tile::TileKind::Hashes { level };
        let ours = TilePath::new(kind, index, width).unwrap().to_string();
        // The other crate writes the older layout, with the height of tiles in front.
        prop_assert_eq!(ours, other.replacen("tile/8/", "tile/", 1));
    }

    #[test]
    fn same_partial_tiles(size in 0..1_u64 << 50) {
        let all = tlog_tiles::Tile::new_tiles(8, size - size % 256, size);
        let all = all.iter().filter(|tile| tile.width() < 256);
        let other = all.map(|tile| (tile.level(), tile.level_index(), tile.width()));
        let ours = partial_tiles(size).into_iter().filter(|tile| tile.id.level == 0);
        let ours = ours.map(|tile| (tile.id.level, tile.id.index, u32::from(tile.width)));
        prop_assert_eq!(ours.collect::<Vec<_>>(), other.collect::<Vec<_>>());
    }

    #[test]
    fn same_signatures(seed in any::<[u8; 32]>(), text in "[^\\x00-\\x1f]{0,80}\n(\n[a-z]{0,9}\n)?") {
        let secret = SigningKey::from_bytes(&seed);
        let ours = NoteSigner::new("ledger.example/a", secret.clone()).unwrap();
        let vkey = signed_note::new_ed25519_verifier_key("ledger.example/a", &secret.verifying_key());
        prop_assert_eq!(ours.key().to_string(), vkey.as_str());

        let note = Note::sign(&text, &[&ours]).unwrap().to_string();
        let mut other = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        other.add_sigs(&[&standard_signer(&secret, &vkey)]).unwrap();
        prop_assert_eq!(note.as_bytes(), other.to_bytes());

        let known = VerifierList::new(vec![Box::new(Strict::new(&vkey.parse().unwrap()))]);
        let other = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        prop_assert_eq!(other.verify(&known).unwrap().0.len(), 1);
    }
}

#[test]
fn same_tile_bytes() {
    let tree = tree();
    let all = tlog_tiles::Tile::new_tiles(8, 0, tree.builder().size());
    assert!(all.len() > 3, "full and partial tiles of two levels");
    for tile in all {
        let id = TileId { level: tile.level(), index: tile.level_index() };
        assert_eq!(tree.tile(id), tile.read_data(tree).unwrap());
    }
}

#[test]
fn same_verdict_on_every_note_vector() {
    let file = vectors("signed-note");
    let keys = parse_keys(list(&file, "trusted_vkeys", 3));
    let cases = list(&file, "valid", 9).iter().chain(list(&file, "invalid", 29));
    for case in cases {
        let note = case.get("note").map_or_else(
            || bytes(case, "note_hex"),
            |note| note.as_str().unwrap().as_bytes().to_vec(),
        );
        assert_same_verdict(&note, &keys, case);
    }
    let file = vectors("cosignature");
    let cases = list(&file, "valid", 5).iter().chain(list(&file, "invalid", 11));
    for case in cases {
        assert_same_verdict(text(case, "note").as_bytes(), &keys, case);
    }
}

#[test]
fn same_verdict_on_every_checkpoint_vector() {
    let file = vectors("checkpoint");
    let cases = list(&file, "valid", 7).iter().chain(list(&file, "invalid_bodies", 20));
    for case in cases {
        let ours = text(case, "text").parse::<Checkpoint>();
        let other = tlog_tiles::Checkpoint::from_bytes(text(case, "text").as_bytes());
        assert_eq!(ours.is_ok(), other.is_ok(), "{case}");
        if let (Ok(ours), Ok(other)) = (ours, other) {
            assert_eq!(ours.to_string().as_bytes(), other.to_bytes());
            assert_eq!(theirs(ours.root()), *other.hash());
        }
    }
}

fn assert_same_verdict(note: &[u8], keys: &[VerifierKey], case: &Value) {
    let known = keys.iter().collect::<Vec<_>>();
    let ours = Note::parse(note).and_then(|note| Ok(note.verify(&known)?.len()));
    let known = VerifierList::new(keys.iter().map(|key| Box::new(Strict::new(key)) as _).collect());
    let other =
        signed_note::Note::from_bytes(note).and_then(|note| Ok(note.verify(&known)?.0.len()));
    assert_eq!(ours.ok(), other.ok(), "{case}");
}

/// A verifier for the other crate that knows both kinds of keys, written apart from ours.
struct Strict {
    name: String,
    id: u32,
    kind: KeyKind,
    public: VerifyingKey,
}

impl Strict {
    fn new(key: &VerifierKey) -> Self {
        Self {
            name: key.name().to_owned(),
            id: u32::from_str_radix(&key.id().to_string(), 16).unwrap(),
            kind: key.kind(),
            public: VerifyingKey::from_bytes(key.public_bytes()).unwrap(),
        }
    }
}

impl signed_note::Verifier for Strict {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let (message, signature) = match self.kind {
            KeyKind::Ed25519 => (text.to_vec(), signature),
            KeyKind::CosignatureV1 => {
                if signature.len() != 72 || signature[0] > 0x7f {
                    return false;
                }
                let time = u64::from_be_bytes(signature[..8].try_into().unwrap());
                let header = format!("cosignature/v1\ntime {time}\n");
                ([header.as_bytes(), text].concat(), &signature[8..])
            }
        };
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.public.verify_strict(&message, &signature).is_ok())
    }
}

fn standard_signer(secret: &SigningKey, vkey: &str) -> StandardSigner {
    use base64::Engine;
    let secret = [&[1], secret.as_bytes().as_slice()].concat();
    let secret = base64::engine::general_purpose::STANDARD.encode(secret);
    let (name, rest) = vkey.split_once('+').unwrap();
    StandardSigner::new(&format!("PRIVATE+KEY+{name}+{}+{secret}", &rest[..8])).unwrap()
}

fn sizes() -> impl Strategy<Value = (u64, u64)> {
    (1..=tree().builder().size()).prop_flat_map(|new| (1..=new, Just(new)))
}

fn parse_keys(keys: &[Value]) -> Vec<VerifierKey> {
    keys.iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect()
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

fn all_theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().copied().map(theirs).collect()
}
