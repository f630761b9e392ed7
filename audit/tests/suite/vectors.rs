//! The auditor's notes, checkpoints and proofs against the project's vectors, which neither
//! implementation produced (see `domain/tests/vectors/README.md`).

use litopys_audit::note::{self, NoteKey};
use serde_json::Value;
use tlog_tiles::{Checkpoint, Hash, check_record};

fn vectors(name: &str) -> Value {
    let path = format!("{}/../domain/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array).unwrap();
    assert!(!list.is_empty(), "{pointer}");
    list
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {value}"))
}

fn bytes(value: &Value) -> Vec<u8> {
    match value.get("note_hex") {
        Some(hex) => hex::decode(hex.as_str().unwrap()).unwrap(),
        None => text(value, "note").as_bytes().to_vec(),
    }
}

fn keys(values: &[Value]) -> Vec<NoteKey> {
    values.iter().map(|key| NoteKey::parse(key.as_str().unwrap()).unwrap()).collect()
}

#[test]
fn verifier_keys_have_one_spelling() {
    let vectors = vectors("signed-note.json");
    for case in list(&vectors, "/vkeys_valid") {
        NoteKey::parse(text(case, "vkey")).unwrap();
    }
    for pointer in ["/vkeys_invalid", "/stricter_than_common_libraries/vkeys"] {
        for case in list(&vectors, pointer) {
            assert!(NoteKey::parse(text(case, "vkey")).is_err(), "{}", text(case, "why"));
        }
    }
}

#[test]
fn notes_are_verified_strictly() {
    let vectors = vectors("signed-note.json");
    let keys = keys(list(&vectors, "/trusted_vkeys"));
    for case in list(&vectors, "/valid") {
        let (opened, signed) = note::open(&bytes(case), &keys).unwrap();
        assert_eq!(opened, text(case, "text"));
        assert_eq!(signed.len(), list(case, "/verified_by").len(), "{}", text(case, "why"));
    }
    for pointer in ["/invalid", "/stricter_than_common_libraries/notes"] {
        for case in list(&vectors, pointer) {
            assert!(note::open(&bytes(case), &keys).is_err(), "{}", text(case, "why"));
        }
    }
}

#[test]
fn cosignatures_are_counted_by_public_key() {
    let vectors = vectors("cosignature.json");
    let mut known = keys(list(&vectors, "/witness_vkeys"));
    known.push(NoteKey::parse(text(&vectors, "log_vkey")).unwrap());
    for case in list(&vectors, "/valid") {
        let witnesses = list(case, "/verified_by").len() - 1;
        let open = |quorum| {
            note::open_checkpoint(&bytes(case), "ledger.example/decisions", &known, quorum)
        };
        open(witnesses).unwrap();
        assert!(open(witnesses + 1).is_err(), "{}", text(case, "why"));
    }
    for case in list(&vectors, "/invalid") {
        let opened = note::open_checkpoint(&bytes(case), "ledger.example/decisions", &known, 1);
        assert!(opened.is_err(), "{}", text(case, "why"));
    }
}

#[test]
fn checkpoints_are_read_as_c2sp_writes_them() {
    let vectors = vectors("checkpoint.json");
    let log = [NoteKey::parse(text(&vectors, "log_vkey")).unwrap()];
    for case in list(&vectors, "/valid") {
        let (note, origin) = (text(case, "signed_note").as_bytes(), text(case, "origin"));
        let stated = note::open_checkpoint(note, origin, &log, 0).unwrap();
        assert_eq!(stated.size.to_string(), text(case, "size"));
        assert_eq!(hex::encode(stated.root), text(case, "root_hex"));
        assert!(note::open_checkpoint(note, "another/origin", &log, 0).is_err());
    }
    for case in list(&vectors, "/invalid_bodies") {
        assert!(note::read_checkpoint(text(case, "text")).is_err(), "{}", text(case, "why"));
    }
    let sound = text(&list(&vectors, "/valid")[1], "text");
    Checkpoint::from_bytes(sound.as_bytes()).unwrap();
}

#[test]
fn inclusion_proofs_are_checked_by_the_second_implementation() {
    let vectors = vectors("inclusion.json");
    let verdict = |case: &Value| {
        let hash = |field: &str| -> Hash {
            Hash(hex::decode(text(case, field)).unwrap().try_into().unwrap())
        };
        let proof = case["proof_b64"].as_array().unwrap().iter();
        let proof: Vec<_> = proof.map(|h| Hash::parse_hash(h.as_str().unwrap())).collect();
        let Ok(proof) = proof.into_iter().collect::<Result<Vec<_>, _>>() else { return false };
        let (index, size) = (case["index"].as_u64().unwrap(), case["size"].as_u64().unwrap());
        check_record(&proof, size, hash("root_hex"), index, hash("leaf_hash_hex")).is_ok()
    };
    assert!(list(&vectors, "/valid").iter().all(verdict));
    for case in list(&vectors, "/invalid") {
        assert!(!verdict(case), "{}", text(case, "why"));
    }
}
