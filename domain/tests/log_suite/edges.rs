//! Limits, and single cases that random ones would seldom meet.

use litopys_domain::log::note::{NOTE_BYTES_MAX, SIGNATURES_MAX};
use litopys_domain::log::offline::OFFLINE_PROOF_BYTES_MAX;
use litopys_domain::log::proof::PROOF_HASHES_MAX;
use litopys_domain::log::tile::{ResumeError, push_entry};
use litopys_domain::log::{
    Checkpoint, Hash, NodeAddress, Note, OfflineProof, OfflineProofError, ProofError, ProofPlan,
    Tile, TileBuilder, TileId, TilePath, verify_consistency, verify_inclusion,
};

use crate::support::{Tree, entry, offline_proof, signer, stored_partials, tree};

#[test]
fn limits() {
    let signer = signer();
    assert!(Note::sign("no newline", &[&signer]).is_err());
    assert!(Note::sign("text\n", &[]).is_err());
    assert!(Note::sign("text\n", &[&signer; SIGNATURES_MAX]).is_ok());
    assert!(Note::sign("text\n", &[&signer; SIGNATURES_MAX + 1]).is_err());
    let long = format!("{}\n", "x".repeat(NOTE_BYTES_MAX));
    assert!(Note::sign(&long, &[&signer]).is_err());
    assert!(Note::parse(long.as_bytes()).is_err());

    let line = Note::sign("text\n", &[&signer]).unwrap().signatures()[0].to_string();
    let note = |count| format!("text\n\n{}", format!("{line}\n").repeat(count));
    assert!(Note::parse(note(SIGNATURES_MAX).as_bytes()).is_ok());
    assert!(Note::parse(note(SIGNATURES_MAX + 1).as_bytes()).is_err());

    assert!(push_entry(&mut Vec::new(), &vec![0; 65_535]).is_ok());
    assert!(push_entry(&mut Vec::new(), &vec![0; 65_536]).is_err());
    assert!(Checkpoint::new("", 1, Hash::EMPTY_ROOT).is_err());
    assert!(Checkpoint::new("a\nb", 1, Hash::EMPTY_ROOT).is_err());
    assert!(Checkpoint::new("a", 0, Hash::leaf(b"")).is_err());
}

#[test]
fn offline_proof_limits() {
    let mut file = offline_proof(3, None);
    file.proof = vec![Hash::EMPTY_ROOT; PROOF_HASHES_MAX];
    assert_eq!(file.to_string().parse::<OfflineProof>().unwrap(), file);
    file.proof.push(Hash::EMPTY_ROOT);
    let refused = file.to_string().parse::<OfflineProof>().unwrap_err();
    assert_eq!(refused, OfflineProofError::TooManyHashes);

    let file = offline_proof(3, Some(vec![0; OFFLINE_PROOF_BYTES_MAX]));
    let refused = file.to_string().parse::<OfflineProof>().unwrap_err();
    assert!(matches!(refused, OfflineProofError::TooLong { .. }));
}

#[test]
fn a_proof_of_the_wrong_length_is_refused_for_its_shape() {
    let (tree, size) = (tree(), 1000);
    let (leaf, root, old_root) = (Hash::leaf(&entry(7)), tree.root(size), tree.root(300));
    let inclusion = tree.assemble(&ProofPlan::inclusion(7, size).unwrap());
    let consistency = tree.assemble(&ProofPlan::consistency(300, size).unwrap());
    let longer = |proof: &[Hash]| [proof, &[Hash::EMPTY_ROOT]].concat();
    for proof in [longer(&inclusion), inclusion[1..].to_vec()] {
        let refused = verify_inclusion(leaf, 7, &proof, size, root).unwrap_err();
        assert_eq!(refused, ProofError::Shape { found: proof.len() });
    }
    for proof in [longer(&consistency), consistency[1..].to_vec()] {
        let refused = verify_consistency(300, old_root, &proof, size, root).unwrap_err();
        assert_eq!(refused, ProofError::Shape { found: proof.len() });
    }
}

#[test]
fn only_full_tiles_have_a_root() {
    let id = TileId { level: 0, index: 0 };
    let bytes = tree().tile(id);
    let full = Tile::new(id, &bytes).unwrap();
    assert_eq!(full.root(), Some(tree().root(256)));
    assert_eq!(Tile::new(id, &bytes[..128 * 32]).unwrap().root(), None);
    // A narrower tile knows the nodes within it and no others.
    let narrow = Tile::new(id, &bytes[..100 * 32]).unwrap();
    assert_eq!(narrow.node(NodeAddress { level: 6, index: 0 }), Some(tree().root(64)));
    assert_eq!(narrow.node(NodeAddress { level: 6, index: 1 }), None);
    assert_eq!(narrow.node(NodeAddress { level: 0, index: 256 }), None);
    for length in [0, 31, 33, 257 * 32] {
        assert!(Tile::new(id, &vec![0; length]).is_err());
    }
}

#[test]
fn hashes_of_a_level_without_partial_tile_are_refused() {
    let whole = Tree::of_entries(256);
    let range = whole.builder().range().clone();
    let partials = stored_partials(&whole, 256);
    assert_eq!(partials.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
    let surplus = vec![vec![Hash::EMPTY_ROOT], partials[1].clone()];
    let refused = TileBuilder::resume(range.clone(), &surplus).unwrap_err();
    assert_eq!(refused, ResumeError::Level { size: 256, level: 0 });
    assert!(TileBuilder::resume(range.clone(), &[]).is_err());
    assert!(TileBuilder::resume(range, &partials).is_ok());
}

#[test]
fn a_path_says_how_large_the_log_must_be() {
    for (path, size) in [
        ("tile/0/000.p/1", Some(1)),
        ("tile/0/001", Some(512)),
        ("tile/entries/002.p/3", Some(515)),
        ("tile/1/000.p/2", Some(512)),
        ("tile/2/001.p/1", Some(257 * 65_536)),
        ("tile/7/000.p/255", Some(255 << 56)),
        ("tile/7/000", None),
        ("tile/8/000.p/1", None),
        ("tile/63/000.p/1", None),
    ] {
        assert_eq!(path.parse::<TilePath>().unwrap().size_needed(), size, "{path}");
    }
}
