//! People who sign, and the statements they sign.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use litopys_api::clock;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::{PublicKey, Thumbprint, sign_statement};
use litopys_domain::sealed::Disclosure;
use litopys_domain::statement::{Signer, Statement, VERSION};
use serde_json::{Value, json};

use super::app::ORIGIN;

/// Somebody with a key and a post.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) stream: StreamId,
    pub(crate) key: SigningKey,
    pub(crate) role: &'static str,
    pub(crate) office: Option<&'static str>,
}

impl Person {
    pub(crate) fn new(role: &'static str, office: Option<&'static str>) -> Self {
        let key = SigningKey::from_bytes(&clock::random().unwrap());
        Self { stream: StreamId::officer(clock::new_id()), key, role, office }
    }

    pub(crate) fn signer(&self) -> Signer {
        let office = self.office.map(ToOwned::to_owned);
        Signer { by: self.stream.clone(), role: self.role.to_owned(), office }
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey::of(&self.key)
    }

    pub(crate) fn thumbprint(&self) -> Thumbprint {
        self.public().thumbprint()
    }
}

/// A statement outside cases, dated today.
pub(crate) fn statement(
    stream: &StreamId,
    act: &str,
    facts: &Value,
    signers: &[&Person],
) -> Statement {
    Statement {
        version: VERSION.to_owned(),
        ledger: ORIGIN.to_owned(),
        stream: stream.clone(),
        seen: None,
        nonce: clock::new_id(),
        act: act.to_owned(),
        law: None,
        subjects: Vec::new(),
        facts: facts.as_object().cloned().unwrap_or_default(),
        sealed: BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: Vec::new(),
        flags: Vec::new(),
        occurred_at: "2026-11-22".parse().unwrap(),
        source: "NATIVE".to_owned(),
        author: None,
        signers: signers.iter().map(|signer| signer.signer()).collect(),
    }
}

/// The body of `POST /v1/acts`, signed by each signer over the exact text.
pub(crate) fn signed(text: &str, signers: &[&Person], disclosures: &[Disclosure]) -> Value {
    let signatures: Vec<_> = signers
        .iter()
        .map(|signer| json!({"key": signer.thumbprint(), "signature": sign_statement(&signer.key, text)}))
        .collect();
    let disclosures: Vec<_> = disclosures.iter().map(Disclosure::text).collect();
    json!({"statement": text, "signatures": signatures, "disclosures": disclosures})
}

/// The registration of a person: statement and what opens its sealed name.
pub(crate) fn registration(officer: &Person) -> (Statement, Vec<Disclosure>) {
    let stream = StreamId::person(clock::new_id());
    let mut statement = statement(&stream, "PersonRegistered", &json!({}), &[officer]);
    let name = Disclosure::new(clock::random().unwrap(), "family_name", "Шевченко".into());
    statement.sealed.insert("family_name".to_owned(), name.digest());
    (statement, vec![name])
}

/// A sound body that registers a person.
pub(crate) fn registering(officer: &Person) -> Value {
    let (statement, disclosures) = registration(officer);
    signed(&statement.to_text(), &[officer], &disclosures)
}
