//! Reads an event's payload from its bytes: the auditor's own path from text to act.

use std::sync::Arc;

use litopys_domain::act::{RecordedAct, SignedBy};
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::legal_time::{LegalTime, RecordedAt};
use litopys_domain::statement::{SIGNERS_MAX, STATEMENT_BYTES_MAX, Signer, Statement, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::form::{self, FormError};

/// Longest payload: what an entry of a C2SP tlog-tiles bundle can hold.
pub const PAYLOAD_BYTES_MAX: usize = 65_535;

/// What an event's payload says, read from its exact bytes.
#[derive(Debug, Clone)]
pub struct Entry {
    pub number: Option<String>,
    /// Leaf hash of the stream's act before, as claimed.
    pub previous: Option<[u8; 32]>,
    pub recorded_at: RecordedAt,
    pub sequence: u64,
    pub signatures: Vec<SignedBy>,
    pub statement: Arc<Statement>,
    pub statement_hash: StatementHash,
    /// Where the statement's exact bytes stand in the payload.
    pub statement_at: std::ops::Range<usize>,
    /// False for a version that this auditor does not know: of such a statement only what every
    /// version has is read, enough to verify signature, leaf and place.
    pub is_interpreted: bool,
}

impl Entry {
    /// The act as the law reads it. The leaf hash plays no part there and is left empty.
    pub fn recorded_at_position(self, position: i64) -> Option<RecordedAct> {
        Some(RecordedAct {
            statement: self.statement,
            hash: self.statement_hash,
            position: position.try_into().ok()?,
            sequence: self.sequence,
            number: self.number,
            recorded_at: self.recorded_at,
            leaf: [0_u8; 32].as_slice().try_into().ok()?,
        })
    }
}

/// Why a payload is not an act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("the payload has {0} bytes; 65,535 are allowed")]
    Size(usize),
    #[error("not canonical: {0}")]
    Form(#[from] FormError),
    #[error("not a payload: {0}")]
    Payload(String),
    #[error("not a statement: {0}")]
    Statement(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<'a> {
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    previous: Option<StatementHash>,
    recorded_at: RecordedAt,
    sequence: u64,
    signatures: Vec<SignedBy>,
    #[serde(borrow)]
    statement: &'a RawValue,
}

/// Reads a stored payload; its form, its statement's form and shape must be exact.
pub fn read(text: &str) -> Result<Entry, PayloadError> {
    if text.len() > PAYLOAD_BYTES_MAX {
        return Err(PayloadError::Size(text.len()));
    }
    form::check_payload(text)?;
    let payload: Payload<'_> =
        serde_json::from_str(text).map_err(|error| PayloadError::Payload(error.to_string()))?;
    let raw = payload.statement.get();
    let (statement, is_interpreted) = read_statement(raw)?;
    if payload.signatures.len() != statement.signers.len() {
        let (signatures, signers) = (payload.signatures.len(), statement.signers.len());
        return Err(PayloadError::Payload(format!("{signatures} signatures, {signers} signers")));
    }
    // JCS sorts `statement` behind every other field; one byte, `}`, follows it.
    let statement_at = text.len() - 1 - raw.len()..text.len() - 1;
    Ok(Entry {
        number: payload.number,
        previous: payload.previous.map(|hash| hash.0),
        recorded_at: payload.recorded_at,
        sequence: payload.sequence,
        signatures: payload.signatures,
        statement_hash: StatementHash::of(raw.as_bytes()),
        statement: Arc::new(statement),
        statement_at,
        is_interpreted,
    })
}

/// The statement, and whether its version is one that is interpreted here.
fn read_statement(raw: &str) -> Result<(Statement, bool), PayloadError> {
    if raw.len() > STATEMENT_BYTES_MAX {
        return Err(PayloadError::Statement(format!("{} bytes; 61,440 are allowed", raw.len())));
    }
    let statement = match serde_json::from_str::<Statement>(raw) {
        Ok(statement) if statement.version == VERSION => statement,
        Ok(statement) => return Ok((statement, false)),
        // A statement of a later version fails by its fields.
        Err(error) => {
            let later = serde_json::from_str::<AnyVersion>(raw).ok();
            let later = later.filter(|later| later.version != VERSION);
            let fault = || PayloadError::Statement(error.to_string());
            return later.map(|later| (later.statement(), false)).ok_or_else(fault);
        }
    };
    let fault = shape_fault(&statement);
    fault.map_or(Ok((statement, true)), |fault| Err(PayloadError::Statement(fault.into())))
}

/// What a statement of every version has.
#[derive(Deserialize)]
struct AnyVersion {
    version: String,
    ledger: String,
    stream: StreamId,
    seen: Option<StatementHash>,
    nonce: Uuid,
    act: String,
    occurred_at: LegalTime,
    source: String,
    signers: Vec<Signer>,
}

impl AnyVersion {
    fn statement(self) -> Statement {
        Statement {
            version: self.version,
            ledger: self.ledger,
            stream: self.stream,
            seen: self.seen,
            nonce: self.nonce,
            act: self.act,
            law: None,
            subjects: Vec::new(),
            facts: serde_json::Map::new(),
            sealed: std::collections::BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: Vec::new(),
            flags: Vec::new(),
            occurred_at: self.occurred_at,
            source: self.source,
            author: None,
            signers: self.signers,
        }
    }
}

/// What neither types nor canonical form say about a statement (DESIGN §3).
fn shape_fault(statement: &Statement) -> Option<&'static str> {
    let kind = statement.stream.kind();
    let act = statement.act.as_bytes();
    let rules = [
        ((1..=SIGNERS_MAX).contains(&statement.signers.len()), "an act has 1 to 16 signers"),
        (
            act.first().is_some_and(u8::is_ascii_uppercase)
                && act.len() <= 64
                && act.iter().all(u8::is_ascii_alphanumeric),
            "an act id is PascalCase",
        ),
        (
            statement.law.is_some() == (kind == AggregateType::Case),
            "acts of cases name their law, and only they",
        ),
        (matches!(statement.nonce.get_version_num(), 7 | 8), "a nonce is a UUID of version 7 or 8"),
        (
            statement.subjects.iter().all(|s| s.kind() == AggregateType::Person),
            "subjects are person streams",
        ),
        (
            statement.signers.iter().all(|signer| {
                let officer = signer.by.kind() == AggregateType::Officer;
                let system =
                    matches!(signer.by.kind(), AggregateType::Service | AggregateType::Ledger);
                officer || (system && signer.office.is_none())
            }),
            "officers, services and the ledger sign; only officers have an office",
        ),
        (rising_strings(&statement.subjects), "subjects sort by bytes, each once"),
        (statement.concerns.is_sorted_by(|a, b| a < b), "concerns sort by bytes, each once"),
        (statement.basis.is_sorted_by(|a, b| a < b), "basis sorts by bytes, each once"),
        (rising(&statement.evidence), "evidence sorts by its canonical form, each once"),
        (rising(&statement.flags), "flags sort by their canonical form, each once"),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, rule)| rule)
}

fn rising_strings<T: ToString>(items: &[T]) -> bool {
    items.len() < 2 || items.iter().map(ToString::to_string).is_sorted_by(|a, b| a < b)
}

fn rising<T: Serialize>(items: &[T]) -> bool {
    let canonical = |item| serde_jcs::to_string(item).unwrap_or_default();
    items.len() < 2 || items.iter().map(canonical).is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0";

    /// A payload with one signer, `version`, and `extra` before `ledger`.
    fn payload(version: &str, extra: &str) -> String {
        let signature = "A".repeat(86);
        format!(
            r#"{{"recorded_at":"2026-11-22T10:15:30.123456Z","sequence":1,"signatures":[{{"key":"{KEY}","signature":"{signature}"}}],"statement":{{"act":"PersonRegistered",{extra}"ledger":"ledger.example/test","nonce":"0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e78","occurred_at":"2026-11-22","signers":[{{"by":"officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79","office":"80","role":"R-TO-OFF"}}],"source":"NATIVE","stream":"person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77","version":"{version}"}}}}"#
        )
    }

    #[test]
    fn the_statements_bytes_are_found_in_the_payload() {
        let text = payload("litopys/1", "");
        let entry = read(&text).unwrap();
        assert!(entry.is_interpreted);
        let statement = &text[entry.statement_at];
        assert!(statement.starts_with(r#"{"act""#) && statement.ends_with(r#""litopys/1"}"#));
        assert_eq!(entry.statement_hash, StatementHash::of(statement.as_bytes()));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_every_version_goes() {
        let text = payload("litopys/2", r#""invented":["x"],"#);
        let entry = read(&text).unwrap();
        assert!(!entry.is_interpreted);
        assert_eq!(entry.statement.act, "PersonRegistered");
        assert_eq!(entry.signatures.len(), 1);
        assert!(read(&payload("litopys/1", r#""invented":["x"],"#)).is_err());
    }

    #[test]
    fn what_is_no_payload_is_refused() {
        let sound = payload("litopys/1", "");
        for (from, to) in [
            ("\"sequence\":1,", ""),
            ("\"sequence\":1", "\"sequence\":-1"),
            ("\"act\":\"P", "\"act\":\"p"),
            ("officer/", "person/"),
            ("7c2a-9b43-1f6f0d3a5e78", "4c2a-9b43-1f6f0d3a5e78"),
            (".123456Z", ".1Z"),
            ("\"office\":\"80\"", "\"office\":\"\""),
        ] {
            let changed = sound.replacen(from, to, 1);
            assert_ne!(changed, sound, "{from}");
            assert!(read(&changed).is_err(), "{from} → {to}");
        }
        let two = sound.replace(
            "\"signatures\":[",
            &format!(r#""signatures":[{{"key":"{KEY}","signature":"{}"}},"#, "A".repeat(86)),
        );
        assert!(matches!(read(&two), Err(PayloadError::Payload(_))));
    }
}
