//! Whose signatures count: keys that cannot be told apart, weak keys, and the log as its own witness.

use ed25519_dalek::{Signer, SigningKey};
use litopys_domain::log::note::{KeyError, KeyKind};
use litopys_domain::log::{
    Checkpoint, CheckpointError, CheckpointPolicy, Hash, Note, NoteError, NoteSigner, VerifierKey,
};

const ORIGIN: &str = "ledger.example/a";

#[test]
fn keys_that_share_name_and_id_are_refused() {
    // Found by trying seeds until two ids met; an id is only 32 bits.
    let (first, second) = (signer(32_788), signer(104_693));
    assert_eq!(first.key().id(), second.key().id());
    assert_ne!(first.key(), second.key());
    let note = Note::sign("text\n", &[&first]).unwrap();
    assert!(matches!(
        note.verify(&[first.key(), second.key()]),
        Err(NoteError::AmbiguousKeys { .. })
    ));
    assert_eq!(note.verify(&[first.key(), first.key()]).unwrap().len(), 1);
    assert!(matches!(note.verify(&[second.key()]), Err(NoteError::BadSignature { .. })));
}

#[test]
fn weak_keys_are_refused() {
    // The neutral element, a point of order two, and a non-canonical encoding of the former.
    let neutral = [&[1], [0; 31].as_slice()].concat();
    let order_two = [&[0xec], [0xff; 30].as_slice(), &[0x7f]].concat();
    let not_canonical = [&[0xee], [0xff; 30].as_slice(), &[0x7f]].concat();
    for public in [neutral, order_two, not_canonical] {
        let public = public.try_into().unwrap();
        let key = VerifierKey::new(ORIGIN, KeyKind::Ed25519, &public);
        assert_eq!(key.unwrap_err(), KeyError::Weak);
    }
}

#[test]
fn names_part_cleanly() {
    let public = *signer(1).key().public_bytes();
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\tb", &"a".repeat(1025)] {
        let key = VerifierKey::new(name, KeyKind::Ed25519, &public);
        assert_eq!(key.unwrap_err(), KeyError::Name, "{name:?}");
    }
    assert!(VerifierKey::new("літопис.example/рішення", KeyKind::Ed25519, &public).is_ok());
}

#[test]
fn the_log_is_no_witness_of_itself() {
    let text = checkpoint().to_string();
    let note = checkpoint().sign(&signer(1)).unwrap();
    let own = VerifierKey::new(ORIGIN, KeyKind::CosignatureV1, signer(1).key().public_bytes());
    let other = VerifierKey::new("witness.example", KeyKind::CosignatureV1, &public(2)).unwrap();
    let witnesses = vec![own.unwrap(), other];
    let lines = [cosign(&witnesses[0], 1, &text), cosign(&witnesses[1], 2, &text)];
    let note = format!("{note}{}{}", lines[0], lines[1]);

    let mut policy = CheckpointPolicy { witnesses, quorum: 1, ..policy() };
    let opened = policy.open(note.as_bytes()).unwrap();
    assert_eq!(opened.cosignatures.len(), 1);
    assert_eq!(opened.cosignatures[0].key.name(), "witness.example");
    assert_eq!(opened.cosignatures[0].timestamp, 1_790_000_000);
    policy.quorum = 2;
    let refused = policy.open(note.as_bytes()).unwrap_err();
    assert_eq!(refused, CheckpointError::Quorum { found: 1, quorum: 2 });
}

#[test]
fn keys_have_their_part() {
    let note = checkpoint().sign(&signer(1)).unwrap().to_string();
    let log_as_witness = CheckpointPolicy { witnesses: vec![signer(2).key().clone()], ..policy() };
    let cosigner = VerifierKey::new(ORIGIN, KeyKind::CosignatureV1, &public(1)).unwrap();
    let witness_as_log = CheckpointPolicy { log: cosigner, ..policy() };
    for policy in [log_as_witness, witness_as_log] {
        let refused = policy.open(note.as_bytes()).unwrap_err();
        assert!(matches!(refused, CheckpointError::KeyKind { .. }));
    }
}

#[test]
fn another_key_of_the_log_does_not_open_its_checkpoint() {
    let note = checkpoint().sign(&signer(2)).unwrap().to_string();
    let refused = policy().open(note.as_bytes()).unwrap_err();
    assert_eq!(refused, CheckpointError::Note(NoteError::Unsigned));
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 1, Hash::leaf(b"one")).unwrap()
}

fn policy() -> CheckpointPolicy {
    CheckpointPolicy::log_only(ORIGIN, signer(1).key().clone())
}

/// A signature line of `cosignature/v1`, made as C2SP `tlog-cosignature` says.
fn cosign(key: &VerifierKey, seed: u64, text: &str) -> String {
    use base64::Engine;
    let time = 1_790_000_000_u64;
    let message = format!("cosignature/v1\ntime {time}\n{text}");
    let signature = secret(seed).sign(message.as_bytes()).to_bytes();
    let bytes = [key.id().as_bytes(), &time.to_be_bytes(), &signature].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("\u{2014} {} {base64}\n", key.name())
}

fn signer(seed: u64) -> NoteSigner {
    NoteSigner::new(ORIGIN, secret(seed)).unwrap()
}

fn public(seed: u64) -> [u8; 32] {
    secret(seed).verifying_key().to_bytes()
}

fn secret(seed: u64) -> SigningKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    SigningKey::from_bytes(&bytes)
}
