//! Canonical form, pre-authentication encoding, signatures and disclosures, held to independent
//! vectors (`vectors/README.md`). Every case of every file is counted.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use litopys_domain::keys::{PublicKey, Signature};
use litopys_domain::sealed::{Disclosure, SealedDigest};
use litopys_domain::{canonical, dsse};
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases<'v>(file: &'v Value, list: &str, count: usize) -> &'v [Value] {
    let cases = file[list].as_array().unwrap();
    assert_eq!(cases.len(), count, "{list}");
    cases
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

#[test]
fn canonical_form() {
    let file = vectors(include_str!("vectors/jcs.json"));
    for case in cases(&file, "valid", 10) {
        let value: Value = serde_json::from_str(case["input_utf8"].as_str().unwrap()).unwrap();
        let canonical = case["canonical_utf8"].as_str().unwrap();
        assert_eq!(canonical::to_string(&value), canonical, "{}", case["why"]);
        assert_eq!(serde_jcs::to_string(&value).unwrap(), canonical, "{}", case["why"]);
    }
    for case in cases(&file, "reject", 12) {
        let text = match case["input_utf8"].as_str() {
            Some(text) => text.to_owned(),
            None => {
                match String::from_utf8(hex::decode(case["input_hex"].as_str().unwrap()).unwrap()) {
                    Ok(text) => text,
                    Err(_) => continue, // no UTF-8: a Rust string cannot even hold it
                }
            }
        };
        assert!(canonical::parse(&text).is_err(), "{}", case["why"]);
    }
    for case in cases(&file, "recommended_policy_rejects", 5) {
        let value: Value = serde_json::from_str(case["input_utf8"].as_str().unwrap()).unwrap();
        assert!(canonical::check(&value).is_err(), "{}", case["why"]);
    }
}

#[test]
fn pre_authentication_encoding() {
    let file = vectors(include_str!("vectors/dsse-pae.json"));
    for case in cases(&file, "cases", 5) {
        let payload_type = case["payload_type_utf8"].as_str().unwrap();
        let body = hex::decode(case["payload_hex"].as_str().unwrap()).unwrap();
        let pae = dsse::pae(payload_type, &body);
        assert_eq!(hex::encode(&pae), case["pae_hex"].as_str().unwrap(), "{}", case["why"]);
        let key = PublicKey::from_bytes(&bytes(&case["public_hex"])).unwrap();
        let signature = Signature(bytes(&case["ed25519_by_officer_A_hex"]));
        key.verify_statement(&pae, &signature).unwrap();
        assert!(key.verify_statement(&pae[1..], &signature).is_err(), "{}", case["why"]);
    }
}

#[test]
fn signature_edge_cases() {
    let file = vectors(include_str!("vectors/ed25519-edge.json"));
    for case in cases(&file, "cases", 9) {
        let enrolled = PublicKey::from_bytes(&bytes(&case["public_hex"]));
        let expected = case["our_policy_key_enrolment"].as_bool().unwrap();
        assert_eq!(enrolled.is_ok(), expected, "{}", case["why"]);
        let message = case["message_utf8"].as_str().unwrap().as_bytes();
        let signature = Signature(bytes(&case["signature_hex"]));
        let counts = enrolled.is_ok_and(|key| key.verify_statement(message, &signature).is_ok());
        assert_eq!(counts, case["our_policy_signature"].as_bool().unwrap(), "{}", case["why"]);
    }
}

#[test]
fn disclosures() {
    let file = vectors(include_str!("vectors/sd-jwt-disclosure.json"));
    let mut named = 0;
    for case in cases(&file, "disclosures", 9) {
        let text = case["disclosure"].as_str().unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(case["json_utf8"].as_str().unwrap()), text);
        let digest = case["digest_sha256_b64url"].as_str().unwrap();
        assert_eq!(SealedDigest::of(text).to_string(), digest, "{}", case["why"]);
        let array = case["array"].as_array().unwrap();
        let parsed = Disclosure::parse(text);
        if array.len() != 3 {
            assert!(parsed.is_err(), "our fields have names: {}", case["why"]);
            continue;
        }
        let parsed = parsed.unwrap();
        assert_eq!((parsed.text(), parsed.field.as_str()), (text, array[1].as_str().unwrap()));
        assert_eq!(parsed.value, array[2]);
        named += 1;
    }
    assert!(named >= 6, "{named} named disclosures");
    // From the eighth case on the list is about payload structures that our statements do not have.
    for case in &cases(&file, "reject", 13)[..7] {
        assert!(
            Disclosure::parse(case["disclosure"].as_str().unwrap()).is_err(),
            "{}",
            case["why"]
        );
    }
}

#[test]
fn our_disclosures_open_to_what_was_sealed() {
    let sealed = Disclosure::new([9; 16], "reasons", "Підстави: ст. 26".into());
    let opened = Disclosure::parse(sealed.text()).unwrap();
    assert_eq!(opened, sealed);
    assert_eq!(opened.digest(), SealedDigest::of(sealed.text()));
    let weak = URL_SAFE_NO_PAD.encode(r#"["c2hvcnQ","reasons","x"]"#);
    assert!(Disclosure::parse(&weak).is_err(), "a short salt");
}
