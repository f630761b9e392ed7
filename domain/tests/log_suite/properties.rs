//! What holds for every input: round trips, proofs of every place, and refusal without panic.

use litopys_domain::log::tile::{TileKind, parse_bundle, push_entry};
use litopys_domain::log::{
    Batch, Checkpoint, CheckpointPolicy, CompactRange, Hash, Note, OfflineProof, ProofPlan,
    TileBuilder, TilePath, VerifierKey, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{Tree, entry, offline_proof, signer, stored_partials, tree};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn hashes_have_one_text(bytes in any::<[u8; 32]>()) {
        let hash = Hash::from_bytes(bytes);
        prop_assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        prop_assert_eq!(Hash::from_base64(&hash.to_base64()).unwrap(), hash);
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(&json, &format!("\"{hash}\""));
        prop_assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        let upper = hash.to_string().to_uppercase();
        prop_assert_eq!(upper.parse::<Hash>().is_ok(), upper == hash.to_string());
    }

    #[test]
    fn a_range_is_read_at_its_size_only(size in 0..1_u64 << 62, extra in 0..3_usize, short in any::<bool>()) {
        let length = 32 * size.count_ones() as usize;
        let bytes = vec![7; length];
        let range = CompactRange::decode(size, &bytes).unwrap();
        prop_assert_eq!(range.encode(), bytes);
        let wrong = if short { length.saturating_sub(extra) } else { length + extra };
        prop_assert_eq!(CompactRange::decode(size, &vec![7; wrong]).is_ok(), wrong == length);
    }

    #[test]
    fn every_leaf_is_proved_and_nothing_else(size in 1..=1234_u64, index in any::<Index>(), tampering in tampering()) {
        let tree = tree();
        let index = index.index(usize::try_from(size).unwrap()) as u64;
        let (leaf, root) = (Hash::leaf(&entry(index)), tree.root(size));
        let proof = tree.assemble(&ProofPlan::inclusion(index, size).unwrap());
        prop_assert!(verify_inclusion(leaf, index, &proof, size, root).is_ok());

        let other = (index + 1) % size;
        prop_assert_eq!(verify_inclusion(leaf, other, &proof, size, root).is_ok(), other == index);
        let wrong = Hash::leaf(b"something else");
        prop_assert!(verify_inclusion(wrong, index, &proof, size, root).is_err());
        prop_assert!(verify_inclusion(leaf, index, &proof, size, wrong).is_err());
        let tampered = tampering.of(&proof);
        prop_assert!(verify_inclusion(leaf, index, &tampered, size, root).is_err());
    }

    #[test]
    fn every_beginning_is_proved_and_nothing_else(new in 1..=1234_u64, old in any::<Index>(), tampering in tampering()) {
        let tree = tree();
        let old = old.index(usize::try_from(new).unwrap() + 1) as u64;
        let (old_root, root) = (tree.root(old), tree.root(new));
        let proof = tree.assemble(&ProofPlan::consistency(old, new).unwrap());
        prop_assert!(verify_consistency(old, old_root, &proof, new, root).is_ok());

        let wrong = Hash::leaf(b"something else");
        prop_assert!(verify_consistency(old, wrong, &proof, new, root).is_err());
        if old > 0 {
            // The empty log is the beginning of every log, whatever its root.
            prop_assert!(verify_consistency(old, old_root, &proof, new, wrong).is_err());
        }
        let tampered = tampering.of(&proof);
        prop_assert!(verify_consistency(old, old_root, &tampered, new, root).is_err());
        prop_assert!(new == old || verify_consistency(new, root, &proof, old, old_root).is_err());
    }

    #[test]
    fn proofs_of_any_numbers_are_refused_calmly(a in any::<u64>(), b in any::<u64>(), count in 0..70_usize) {
        let hash = Hash::leaf(b"");
        let proof = vec![hash; count];
        prop_assert!(verify_inclusion(hash, a, &proof, b, hash).is_err() || b == 1);
        prop_assert!(verify_consistency(a, hash, &proof, b, hash).is_err() || a == b);
        prop_assert_eq!(ProofPlan::inclusion(a, b).is_ok(), a < b);
        prop_assert_eq!(ProofPlan::consistency(a, b).is_ok(), a <= b);
    }

    #[test]
    fn a_plan_names_the_tiles_of_its_nodes(size in 1..=u64::MAX, index in any::<u64>()) {
        let index = index % size;
        let plan = ProofPlan::inclusion(index, size).unwrap();
        for node in plan.nodes() {
            prop_assert!(plan.tiles().contains(&node.tile()));
            // A full subtree ends within the log and leaves the leaf itself out.
            let width = 1_u128 << node.level;
            let leaves = u128::from(node.index) * width..(u128::from(node.index) + 1) * width;
            prop_assert!(leaves.end <= u128::from(size) && !leaves.contains(&u128::from(index)));
        }
        let missing = plan.assemble(|_| None);
        prop_assert_eq!(missing.is_err(), size > 1);
    }

    #[test]
    fn a_batch_proves_its_leaves(before in 0..700_u64, count in 1..600_u64, index in any::<Index>()) {
        let mut batch = Batch::new(Tree::of_entries(before).builder().clone());
        for position in before..before + count {
            prop_assert_eq!(batch.push(Hash::leaf(&entry(position))), position);
        }
        let whole = Tree::of_entries(before + count);
        prop_assert_eq!(batch.builder(), whole.builder());
        for (id, bytes) in batch.tiles() {
            prop_assert_eq!(&whole.tile(*id), bytes);
        }
        let full = |size: u64| (size >> 8) + (size >> 16);
        prop_assert_eq!(batch.tiles().len() as u64, full(before + count) - full(before));

        let position = before + index.index(usize::try_from(count).unwrap()) as u64;
        let proof = batch.prove(position).unwrap();
        let plan = ProofPlan::inclusion(position, before + count).unwrap();
        prop_assert_eq!(&proof, &whole.assemble(&plan));
        let (leaf, root) = (Hash::leaf(&entry(position)), batch.builder().root());
        prop_assert!(verify_inclusion(leaf, position, &proof, before + count, root).is_ok());
        prop_assert!(batch.prove(before + count).is_err());
    }

    #[test]
    fn a_builder_resumes_from_what_is_stored(size in 0..1300_u64, wrong in any::<Index>()) {
        let whole = Tree::of_entries(size);
        let range = whole.builder().range().clone();
        let mut partials = stored_partials(&whole, size);
        let resumed = TileBuilder::resume(range.clone(), &partials).unwrap();
        prop_assert_eq!(&resumed, whole.builder());

        let count = partials.iter().map(Vec::len).sum::<usize>();
        if count > 0 {
            let hash = partials.iter_mut().flatten().nth(wrong.index(count)).unwrap();
            *hash = Hash::leaf(hash.as_bytes());
            prop_assert!(TileBuilder::resume(range.clone(), &partials).is_err());
            partials.iter_mut().rfind(|hashes| !hashes.is_empty()).unwrap().pop();
            prop_assert!(TileBuilder::resume(range, &partials).is_err());
        }
    }

    #[test]
    fn tile_paths_have_one_text(entries in any::<bool>(), level in 0..64_u8, index in any::<u64>(), width in 1..=256_u16) {
        let kind = if entries { TileKind::Entries } else { TileKind::Hashes { level } };
        match TilePath::new(kind, index, width) {
            Ok(path) => prop_assert_eq!(path.to_string().parse::<TilePath>().unwrap(), path),
            Err(_) => prop_assert!(index > u64::MAX / 256),
        }
    }

    #[test]
    fn what_reads_as_a_path_prints_the_same(path in "tile/([0-9]{1,3}|entries)/(x?[0-9]{1,4}/?){1,8}(\\.p/?[0-9+-]{0,4})?|\\PC{0,40}") {
        if let Ok(read) = path.parse::<TilePath>() {
            prop_assert_eq!(read.to_string(), path);
            let _ = read.size_needed();
        }
    }

    #[test]
    fn bundles_come_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..=256)) {
        let mut bundle = Vec::new();
        for entry in &entries {
            push_entry(&mut bundle, entry).unwrap();
        }
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(parse_bundle(&bundle, width).unwrap(), entries);
        prop_assert!(parse_bundle(&bundle, width + 1).is_err());
        prop_assert!(parse_bundle(&bundle, width - 1).is_err());
        prop_assert!(parse_bundle(&bundle[..bundle.len() - 1], width).is_err());
    }

    #[test]
    fn bundles_are_refused_calmly(bytes in prop::collection::vec(any::<u8>(), 0..300), width in any::<u16>()) {
        if let Ok(entries) = parse_bundle(&bytes, width) {
            let mut again = Vec::new();
            for entry in entries {
                push_entry(&mut again, entry).unwrap();
            }
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn a_changed_byte_spoils_a_checkpoint(size in 1..=u64::MAX, root in any::<[u8; 32]>(), place in any::<Index>(), flip in 1..=255_u8) {
        let signer = signer();
        let checkpoint = Checkpoint::new("ledger.example/a", size, Hash::from_bytes(root)).unwrap();
        let mut note = checkpoint.sign(&signer).unwrap().to_string().into_bytes();
        let policy = CheckpointPolicy::log_only("ledger.example/a", signer.key().clone());
        prop_assert_eq!(policy.open(&note).unwrap().checkpoint, checkpoint);
        let place = place.index(note.len());
        note[place] ^= flip;
        prop_assert!(policy.open(&note).is_err());
    }

    #[test]
    fn offline_proofs_come_back(index in 0..1234_u64, extra in prop::option::of(prop::collection::vec(any::<u8>(), 0..50)), place in any::<Index>(), flip in 1..128_u8) {
        let file = offline_proof(index, extra);
        let leaf = Hash::leaf(&entry(index));
        let policy = CheckpointPolicy::log_only("ledger.example/a", signer().key().clone());
        let text = file.to_string();
        let read = text.parse::<OfflineProof>().unwrap();
        prop_assert_eq!(&read, &file);
        prop_assert!(read.verify(leaf, &policy).is_ok());
        prop_assert!(read.verify(Hash::leaf(b"something else"), &policy).is_err());

        // Only the extra data may change without harm: nobody has signed it.
        let mut changed = text.into_bytes();
        let place = place.index(changed.len());
        changed[place] ^= flip;
        let changed = String::from_utf8(changed).ok().and_then(|text| text.parse().ok());
        let sound = changed.filter(|changed: &OfflineProof| changed.verify(leaf, &policy).is_ok());
        if let Some(sound) = sound {
            prop_assert_eq!(OfflineProof { extra: file.extra.clone(), ..sound }, file);
        }
    }

    #[test]
    fn what_reads_prints_the_same(text in "\\PC{0,30}(\n{1,2}\\PC{0,9}){0,6}\n?") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text.as_str());
        }
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), text.as_str());
        }
        if let Ok(proof) = text.parse::<OfflineProof>() {
            prop_assert_eq!(proof.to_string(), text.as_str());
        }
        prop_assert!(text.parse::<VerifierKey>().is_err());
    }

    #[test]
    fn note_shaped_text_prints_the_same(text in "[a-z \n]{0,20}\n", lines in prop::collection::vec("\u{2014} [a-zа-я.+ ]{0,5} ?[A-Za-z0-9+/]{4,12}={0,2}", 0..5)) {
        let text = format!("{text}\n{}\n", lines.join("\n"));
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text);
            prop_assert!(note.verify(&[signer().key()]).is_err());
        }
    }

    #[test]
    fn bytes_are_refused_calmly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Note::parse(&bytes).is_err());
        prop_assert!(CompactRange::decode(u64::MAX, &bytes).is_err());
    }
}

/// One way to spoil a proof.
#[derive(Debug)]
enum Tampering {
    Flip(Index, u8),
    Drop(Index),
    Add(Index),
}

impl Tampering {
    fn of(&self, proof: &[Hash]) -> Vec<Hash> {
        let mut proof = proof.to_vec();
        match self {
            // An empty proof can only grow.
            Self::Flip(..) | Self::Drop(_) if proof.is_empty() => proof.push(Hash::EMPTY_ROOT),
            Self::Flip(place, bit) => {
                let place = place.index(proof.len());
                let hash = &mut proof[place];
                let mut bytes = *hash.as_bytes();
                bytes[usize::from(bit / 8)] ^= 1 << (bit % 8);
                *hash = Hash::from_bytes(bytes);
            }
            Self::Drop(place) => {
                proof.remove(place.index(proof.len()));
            }
            Self::Add(place) => proof.insert(place.index(proof.len() + 1), Hash::EMPTY_ROOT),
        }
        proof
    }
}

fn tampering() -> impl Strategy<Value = Tampering> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(place, bit)| Tampering::Flip(place, bit)),
        any::<Index>().prop_map(Tampering::Drop),
        any::<Index>().prop_map(Tampering::Add),
    ]
}
