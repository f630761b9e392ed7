//! Every case of the log's vector files (see `tests/vectors/README.md`), counted, so that a case
//! that is skipped in silence fails.

use litopys_domain::log::checkpoint::CheckpointPolicy;
use litopys_domain::log::note::KeyKind;
use litopys_domain::log::tile::{TILE_WIDTH, TileKind, parse_bundle, partial_tiles, push_entry};
use litopys_domain::log::{
    Checkpoint, CompactRange, Hash, Note, NoteSigner, OfflineProof, ProofPlan, Tile, TileBuilder,
    TileId, TilePath, VerifierKey, verify_consistency, verify_inclusion,
};
use serde_json::Value;

use crate::support::{self, Tree, bytes, entry, hash, hashes, list, number, text, vectors};

#[test]
fn leaf_and_node_hashes() {
    let file = vectors("merkle");
    assert_eq!(hash(&file, "empty_root_hex"), Hash::EMPTY_ROOT);
    assert_eq!(CompactRange::new().root(), Hash::EMPTY_ROOT);
    for case in list(&file, "leaf_hash", 5) {
        assert_eq!(Hash::leaf(&bytes(case, "entry_hex")), hash(case, "leaf_hash_hex"));
    }
    for case in list(&file, "node_hash", 1) {
        let node = Hash::node(&hash(case, "left_hex"), &hash(case, "right_hex"));
        assert_eq!(node, hash(case, "node_hash_hex"));
    }
}

#[test]
fn roots() {
    let file = vectors("merkle");
    let mut range = CompactRange::new();
    for case in list(&file, "roots", 59) {
        while range.size() < number(case, "size") {
            range.push(Hash::leaf(&entry(range.size())));
        }
        assert_eq!(range.size(), number(case, "size"));
        assert_eq!(range.root(), hash(case, "root_hex"));
        assert_eq!(range.root().to_base64(), text(case, "root_b64"));
        assert_eq!(CompactRange::decode(range.size(), &range.encode()).unwrap(), range);
    }
}

#[test]
fn inclusion_proofs() {
    let file = vectors("inclusion");
    let tree = Tree::of_entries(70_000);
    let verify = |case: &Value| {
        let (leaf, root) = (hash(case, "leaf_hash_hex"), hash(case, "root_hex"));
        let proof = hashes(case, "proof_b64");
        verify_inclusion(leaf, number(case, "index"), &proof, number(case, "size"), root)
    };
    for case in list(&file, "valid", 165) {
        verify(case).unwrap();
        let plan = ProofPlan::inclusion(number(case, "index"), number(case, "size")).unwrap();
        assert_eq!(tree.assemble(&plan), hashes(case, "proof_b64"));
    }
    for case in list(&file, "invalid", 19) {
        verify(case).expect_err(text(case, "why"));
    }
    let unbound = &file["size_is_not_bound_by_the_proof"];
    for case in list(unbound, "accepted_by_the_bare_algorithm", 3) {
        verify(case).unwrap();
    }
}

#[test]
fn consistency_proofs() {
    let file = vectors("consistency");
    let tree = Tree::of_entries(70_000);
    let verify = |case: &Value| {
        let (old, new) = (hash(case, "old_root_hex"), hash(case, "new_root_hex"));
        let proof = hashes(case, "proof_b64");
        verify_consistency(number(case, "old_size"), old, &proof, number(case, "new_size"), new)
    };
    for case in list(&file, "valid", 165) {
        verify(case).unwrap();
        let sizes = (number(case, "old_size"), number(case, "new_size"));
        let plan = ProofPlan::consistency(sizes.0, sizes.1).unwrap();
        assert_eq!(tree.assemble(&plan), hashes(case, "proof_b64"));
    }
    for case in list(&file, "invalid", 14) {
        verify(case).expect_err(text(case, "why"));
    }
    let unbound = &file["size_is_not_bound_by_the_proof"];
    for case in list(unbound, "accepted_by_the_bare_algorithm", 2) {
        verify(case).unwrap();
    }
}

#[test]
fn tile_paths() {
    let file = vectors("tiles");
    let check = |kind, case: &Value, path: &str| {
        let width = case.get("width").map_or(TILE_WIDTH, |_| width(case, "width"));
        let tile = TilePath::new(kind, number(case, "n"), width).unwrap();
        assert_eq!(tile.to_string(), path);
        assert_eq!(path.parse::<TilePath>().unwrap(), tile);
    };
    for case in list(&file, "index_path", 13) {
        check(TileKind::Entries, case, &format!("tile/entries/{}", text(case, "path")));
    }
    for case in list(&file, "tile_path", 5) {
        let level = u8::try_from(number(case, "level")).unwrap();
        check(TileKind::Hashes { level }, case, text(case, "path"));
    }
    for case in list(&file, "entries_path", 2) {
        check(TileKind::Entries, case, text(case, "path"));
    }
    for path in list(&file, "invalid_paths", 14) {
        let path = path.as_str().unwrap();
        path.parse::<TilePath>().expect_err(path);
    }
}

#[test]
fn tiles_for_each_size() {
    let file = vectors("tiles");
    for case in list(&file, "tiles_for_size", 11) {
        let size = number(case, "size");
        let expected = case["levels"].as_array().unwrap().iter().map(|level| {
            (number(level, "level"), number(level, "full_tiles"), number(level, "partial_width"))
        });
        let partials = partial_tiles(size);
        let levels = (0..7).map(|level| {
            let partial = partials.iter().find(|tile| u64::from(tile.id.level) == level);
            let full = size >> (8 * (level + 1));
            assert!(partial.is_none_or(|tile| tile.id.index == full));
            (level, full, partial.map_or(0, |tile| u64::from(tile.width)))
        });
        let found = levels.filter(|(_, full, width)| full + width > 0).collect::<Vec<_>>();
        assert_eq!(found, expected.collect::<Vec<_>>(), "size {size}");
    }
}

#[test]
fn tile_contents() {
    let file = vectors("tiles");
    let tree = Tree::of_entries(70_000);
    for case in list(&file, "tile_contents", 9) {
        let level = u8::try_from(number(case, "level")).unwrap();
        let id = TileId { level, index: number(case, "n") };
        let found = &tree.tile(id)[..32 * usize::from(width(case, "width"))];
        assert_eq!(support::sha256_hex(found), text(case, "sha256_hex"));
        let first = Tile::new(id, found).unwrap().hashes().next().unwrap();
        assert_eq!(first, hash(case, "first_hash_hex"));
    }
    let mut builder = TileBuilder::new();
    for index in 0..13 {
        builder.push(Hash::leaf(&entry(index)), |_, _| panic!("no tile is full"));
    }
    let tile = builder.partial(0).unwrap();
    assert_eq!(tile.bytes(), bytes(&file, "tile_13_hex"));
}

#[test]
fn entry_bundles() {
    let file = vectors("tiles");
    for case in list(&file, "entry_bundles", 4) {
        let entries = case["entries_hex"].as_array().unwrap();
        let entries: Vec<_> =
            entries.iter().map(|entry| hex::decode(entry.as_str().unwrap()).unwrap()).collect();
        let mut bundle = Vec::new();
        for entry in &entries {
            push_entry(&mut bundle, entry).unwrap();
        }
        assert_eq!(bundle, bytes(case, "bundle_hex"));
        let width = u16::try_from(entries.len()).unwrap();
        assert_eq!(parse_bundle(&bundle, width).unwrap(), entries);
    }
    for case in list(&file, "invalid_bundles", 3) {
        let width = case.get("want_entries").map_or(1, |_| width(case, "want_entries"));
        parse_bundle(&bytes(case, "bundle_hex"), width).expect_err(text(case, "why"));
    }
}

#[test]
fn keys() {
    let file = vectors("keys");
    for case in list(&file, "keys", 6) {
        let public = bytes(case, "public_hex").try_into().unwrap();
        for (kind, id, vkey) in [
            (KeyKind::Ed25519, "keyid01_hex", "vkey01"),
            (KeyKind::CosignatureV1, "keyid04_hex", "vkey04"),
        ] {
            let key = VerifierKey::new(text(case, "name"), kind, &public).unwrap();
            assert_eq!(key.id().to_string(), text(case, id));
            assert_eq!(key.to_string(), text(case, vkey));
            assert_eq!(text(case, vkey).parse::<VerifierKey>().unwrap(), key);
        }
        assert_eq!(signer(case).key().to_string(), text(case, "vkey01"));
    }
}

#[test]
fn verifier_keys() {
    let file = vectors("signed-note");
    for case in list(&file, "vkeys_valid", 4) {
        let key = text(case, "vkey").parse::<VerifierKey>().unwrap();
        assert_eq!(key.to_string(), text(case, "vkey"));
        assert_eq!(key.name(), text(case, "name"));
        assert_eq!(key.id().to_string(), text(case, "key_id_hex"));
        assert_eq!(key.public_bytes().as_slice(), bytes(case, "public_hex"));
        let kind =
            if number(case, "type") == 1 { KeyKind::Ed25519 } else { KeyKind::CosignatureV1 };
        assert_eq!(key.kind(), kind);
    }
    let strict = &file["stricter_than_common_libraries"];
    for case in list(&file, "vkeys_invalid", 7).iter().chain(list(strict, "vkeys", 1)) {
        text(case, "vkey").parse::<VerifierKey>().expect_err(text(case, "why"));
    }
}

#[test]
fn signed_notes() {
    let file = vectors("signed-note");
    let known = verifiers(list(&file, "trusted_vkeys", 3));
    for case in list(&file, "valid", 9) {
        let note = open(text(case, "note").as_bytes(), &known).unwrap();
        assert_eq!(note.0.text(), text(case, "text"));
        assert_eq!(note.0.to_string(), text(case, "note"));
        assert_eq!(note.1, strings(case, "verified_by"));
    }
    let strict = list(&file["stricter_than_common_libraries"], "notes", 2);
    for case in list(&file, "invalid", 29).iter().chain(strict) {
        let note = match case.get("note") {
            Some(note) => note.as_str().unwrap().as_bytes().to_vec(),
            None => bytes(case, "note_hex"),
        };
        open(&note, &known).expect_err(text(case, "why"));
    }
}

#[test]
fn checkpoints() {
    let file = vectors("checkpoint");
    let key = text(&file, "log_vkey").parse::<VerifierKey>().unwrap();
    let keys = vectors("keys");
    let signer = signer(&list(&keys, "keys", 6)[0]);
    for case in list(&file, "valid", 7) {
        let checkpoint: Checkpoint = text(case, "text").parse().unwrap();
        assert_eq!(checkpoint.to_string(), text(case, "text"));
        assert_eq!(checkpoint.origin(), text(case, "origin"));
        assert_eq!(checkpoint.size().to_string(), text(case, "size"));
        assert_eq!(checkpoint.root(), hash(case, "root_hex"));
        assert_eq!(checkpoint.extensions(), strings(case, "extensions"));
        // Ed25519 signatures are deterministic, so signing again gives the same note.
        assert_eq!(checkpoint.sign(&signer).unwrap().to_string(), text(case, "signed_note"));
        let policy = CheckpointPolicy::log_only(text(case, "origin"), key.clone());
        let opened = policy.open(text(case, "signed_note").as_bytes()).unwrap();
        assert_eq!(opened.checkpoint, checkpoint);
        let other = CheckpointPolicy::log_only("other.example/log", key.clone());
        other.open(text(case, "signed_note").as_bytes()).unwrap_err();
    }
    for case in list(&file, "invalid_bodies", 20) {
        text(case, "text").parse::<Checkpoint>().expect_err(text(case, "why"));
    }
}

#[test]
fn cosignatures() {
    let file = vectors("cosignature");
    let mut known = verifiers(list(&file, "witness_vkeys", 2));
    known.insert(0, text(&file, "log_vkey").parse().unwrap());
    let refs = known.iter().collect::<Vec<_>>();
    for case in list(&file, "valid", 5) {
        assert_eq!(
            open(text(case, "note").as_bytes(), &known).unwrap().1,
            strings(case, "verified_by")
        );
        if let Some(timestamp) = case.get("timestamp") {
            let note = Note::parse(text(case, "note").as_bytes()).unwrap();
            let verified = note.verify(&refs).unwrap();
            assert_eq!(verified[1].timestamp, timestamp.as_u64());
        }
    }
    for case in list(&file, "invalid", 11) {
        open(text(case, "note").as_bytes(), &known).expect_err(text(case, "why"));
    }
}

#[test]
fn one_witness_key_under_two_names_counts_once() {
    let file = vectors("cosignature");
    let alias = &file["name_not_committed"];
    let witness = verifiers(list(&file, "witness_vkeys", 2)).swap_remove(0);
    let policy = CheckpointPolicy {
        origin: "ledger.example/decisions".to_owned(),
        log: text(&file, "log_vkey").parse().unwrap(),
        witnesses: vec![witness, text(alias, "alias_vkey").parse().unwrap()],
        quorum: 1,
    };
    assert_eq!(policy.open(text(alias, "note").as_bytes()).unwrap().cosignatures.len(), 1);

    // The note of the first case has the same cosignature under the witness's own name.
    let line = text(alias, "note").lines().last().unwrap();
    let note = format!("{}{line}\n", text(&list(&file, "valid", 5)[0], "note"));
    assert_eq!(policy.open(note.as_bytes()).unwrap().cosignatures.len(), 1);
    let two = CheckpointPolicy { quorum: 2, ..policy };
    two.open(note.as_bytes()).unwrap_err();
}

#[test]
fn offline_proofs() {
    let file = vectors("tlog-proof");
    let policy = CheckpointPolicy {
        origin: "ledger.example/decisions".to_owned(),
        log: text(&file, "log_vkey").parse().unwrap(),
        witnesses: verifiers(list(&file, "witness_vkeys", 1)),
        quorum: 1,
    };
    let verify = |case: &Value| {
        let proof: OfflineProof = text(case, "proof").parse()?;
        assert_eq!(proof.to_string(), text(case, "proof"));
        proof.verify(Hash::leaf(text(case, "entry").as_bytes()), &policy)
    };
    for case in list(&file, "valid", 4) {
        assert_eq!(verify(case).unwrap().cosignatures.len(), 1);
    }
    for case in list(&file, "invalid", 9) {
        verify(case).expect_err(case["why"].as_str().unwrap());
    }
}

fn open(note: &[u8], known: &[VerifierKey]) -> Result<(Note, Vec<String>), String> {
    let note = Note::parse(note).map_err(|error| error.to_string())?;
    let known = known.iter().collect::<Vec<_>>();
    let verified = note.verify(&known).map_err(|error| error.to_string())?;
    let names = verified.iter().map(|signature| signature.key.name().to_owned()).collect();
    Ok((note, names))
}

fn signer(case: &Value) -> NoteSigner {
    let seed = bytes(case, "seed_hex").try_into().unwrap();
    let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
    NoteSigner::new(text(case, "name"), secret).unwrap()
}

fn verifiers(keys: &[Value]) -> Vec<VerifierKey> {
    keys.iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect()
}

fn strings(case: &Value, field: &str) -> Vec<String> {
    let values = case[field].as_array().unwrap();
    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

fn width(case: &Value, field: &str) -> u16 {
    u16::try_from(number(case, field)).unwrap()
}
