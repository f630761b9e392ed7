//! Sound values for tests of this package.

use ed25519_dalek::SigningKey;
use serde_json::json;

use crate::act::{Act, SignedBy};
use crate::keys::{PublicKey, sign_statement};
use crate::statement::{Signer, Statement, VERSION};

pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn statement() -> Statement {
    let facts = json!({"leave_by": "2026-12-10", "ground": "1", "minor": false});
    Statement {
        version: VERSION.to_owned(),
        ledger: "ledger.example/test".to_owned(),
        stream: "case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77".parse().unwrap(),
        seen: None,
        nonce: "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78".parse().unwrap(),
        act: "ForcedReturnDecided".to_owned(),
        law: Some(crate::statement::LawRef {
            procedure: "forced-return".to_owned(),
            edition: "2018-04-29".parse().unwrap(),
            package: crate::ids::ContentHash::of(b"package"),
        }),
        subjects: Vec::new(),
        facts: facts.as_object().unwrap().clone(),
        sealed: std::collections::BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: vec!["L3773:26(1)".to_owned()],
        flags: Vec::new(),
        occurred_at: "2026-11-22".parse().unwrap(),
        source: "NATIVE".to_owned(),
        author: None,
        signers: vec![Signer {
            by: "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79".parse().unwrap(),
            role: "R-TO-HEAD".to_owned(),
            office: Some("80".to_owned()),
        }],
    }
}

pub(crate) fn act() -> Act {
    let text = statement().to_text();
    let signature = sign_statement(&key(), &text);
    Act::new(&text, vec![SignedBy { key: PublicKey::of(&key()).thumbprint(), signature }]).unwrap()
}
