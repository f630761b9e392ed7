//! An act: a signed statement and, once recorded, its place. The one event type of every stream.

use std::borrow::Borrow;
use std::sync::Arc;

use cqrs_es::DomainEvent;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

use crate::dsse;
use crate::ids::StatementHash;
use crate::keys::{Signature, Thumbprint};
use crate::legal_time::RecordedAt;
use crate::log::Hash;
use crate::statement::{Statement, StatementError};

/// Longest payload: what an entry of a C2SP tlog-tiles bundle can hold.
pub const PAYLOAD_BYTES_MAX: usize = 65_535;

/// A statement with its exact signed text and signatures, not yet or already placed.
#[derive(Debug, Clone)]
pub struct Act {
    text: Arc<str>,
    statement: Arc<Statement>,
    hash: StatementHash,
    pub signatures: Vec<SignedBy>,
    pub place: Option<Place>,
    /// The leaf's place in the log, known to whoever read it there; not part of the payload.
    pub position: Option<u64>,
}

/// One signature, in the order of the statement's signers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedBy {
    pub key: Thumbprint,
    pub signature: Signature,
}

/// What the appender sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1 in each stream.
    pub sequence: u64,
    /// Leaf hash of the stream's act before; absent at sequence 1.
    pub previous: Option<Hash>,
    /// The case's number, in its opening act only.
    pub number: Option<String>,
    pub recorded_at: RecordedAt,
}

/// Why a payload is not an act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error("{signatures} signatures for {signers} signers: one each, in the same order")]
    Signatures { signatures: usize, signers: usize },
    #[error("the act would take {0} bytes with its signatures; 65,535 are allowed")]
    Size(usize),
    #[error("the payload is not the canonical form of an act: {0}")]
    Payload(String),
}

impl Act {
    /// Reads a signed statement at the door; signatures are checked by whoever knows the keys.
    pub fn new(text: &str, signatures: Vec<SignedBy>) -> Result<Self, ActError> {
        let statement = Statement::parse(text)?;
        let act = Self {
            hash: StatementHash::of(text.as_bytes()),
            text: text.into(),
            statement: Arc::new(statement),
            signatures,
            place: None,
            position: None,
        };
        let (signatures, signers) = (act.signatures.len(), act.statement.signers.len());
        if signatures != signers {
            return Err(ActError::Signatures { signatures, signers });
        }
        let bytes = payload_bytes_max(text.len(), signatures);
        if bytes > PAYLOAD_BYTES_MAX {
            return Err(ActError::Size(bytes));
        }
        Ok(act)
    }

    /// Reads a recorded payload; anything but the canonical form is refused.
    pub fn from_payload(payload: &str) -> Result<Self, ActError> {
        let read: Payload<&RawValue> =
            serde_json::from_str(payload).map_err(|error| ActError::Payload(error.to_string()))?;
        let act = Self::placed(read)?;
        if act.to_payload().as_deref() == Some(payload) {
            return Ok(act);
        }
        Err(ActError::Payload("its bytes differ from their canonical form".to_owned()))
    }

    fn placed<S: Borrow<RawValue>>(payload: Payload<S>) -> Result<Self, ActError> {
        let mut act = Self::new(payload.statement.borrow().get(), payload.signatures)?;
        act.place = Some(Place {
            sequence: payload.sequence,
            previous: payload.previous,
            number: payload.number,
            recorded_at: payload.recorded_at,
        });
        Ok(act)
    }

    pub fn statement(&self) -> &Arc<Statement> {
        &self.statement
    }

    /// The statement's exact canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn hash(&self) -> StatementHash {
        self.hash
    }

    /// The act as the log holds it, once it has place and position.
    pub fn recorded(&self) -> Option<RecordedAct> {
        let (place, position) = (self.place.as_ref()?, self.position?);
        Some(RecordedAct {
            statement: Arc::clone(&self.statement),
            hash: self.hash,
            position,
            sequence: place.sequence,
            number: place.number.clone(),
            recorded_at: place.recorded_at,
            leaf: Hash::leaf(self.to_payload()?.as_bytes()),
        })
    }

    /// What every signature is over.
    pub fn pae(&self) -> Vec<u8> {
        dsse::pae(dsse::STATEMENT_TYPE, self.text.as_bytes())
    }

    /// The payload's bytes, the leaf of the log; none while the act has no place.
    ///
    /// JCS sorts the statement behind all other fields, so its signed bytes are a substring.
    pub fn to_payload(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        let head = PlacedHead {
            number: place.number.as_deref(),
            previous: place.previous,
            recorded_at: place.recorded_at,
            sequence: place.sequence,
            signatures: &self.signatures,
        };
        // The fields stand in the order of JCS, which for strings and small integers is what
        // serde_json writes.
        let mut payload = serde_json::to_string(&head).ok()?;
        payload.reserve(self.text.len() + STATEMENT_KEY.len() + 1);
        payload.pop();
        payload.push_str(STATEMENT_KEY);
        payload.push_str(&self.text);
        payload.push('}');
        Some(payload)
    }
}

const STATEMENT_KEY: &str = r#","statement":"#;

/// Upper bound of a payload's size, known before signing is asked for.
pub fn payload_bytes_max(statement_bytes: usize, signers: usize) -> usize {
    const PLACE_BYTES_MAX: usize = 320;
    const SIGNATURE_BYTES: usize = 160;
    statement_bytes + PLACE_BYTES_MAX + signers * SIGNATURE_BYTES
}

#[derive(Serialize)]
struct PlacedHead<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Hash>,
    recorded_at: RecordedAt,
    sequence: u64,
    signatures: &'a [SignedBy],
}

impl PartialEq for Act {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.signatures == other.signatures && self.place == other.place
    }
}

impl Serialize for Act {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payload =
            self.to_payload().ok_or_else(|| ser::Error::custom("the act has no place yet"))?;
        RawValue::from_string(payload).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Payload::<Box<RawValue>>::deserialize(deserializer)?;
        Self::placed(payload).map_err(de::Error::custom)
    }
}

/// With the statement's text borrowed, or owned where the deserializer has it at no one place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<S> {
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    previous: Option<Hash>,
    recorded_at: RecordedAt,
    sequence: u64,
    signatures: Vec<SignedBy>,
    statement: S,
}

impl DomainEvent for Act {
    fn event_type(&self) -> String {
        self.statement.act.clone()
    }

    fn event_version(&self) -> String {
        self.statement.version.clone()
    }
}

/// An act as it stands in the log: what the law, projections and the auditor fold over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAct {
    pub statement: Arc<Statement>,
    pub hash: StatementHash,
    /// The leaf's place in the log, from 0.
    pub position: u64,
    pub sequence: u64,
    pub number: Option<String>,
    pub recorded_at: RecordedAt,
    pub leaf: Hash,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canonical, testing};

    #[test]
    fn a_payload_holds_the_signed_bytes_and_reads_back() {
        let mut act = testing::act();
        act.place = Some(Place {
            sequence: 2,
            previous: Some(Hash::leaf(b"one")),
            number: None,
            recorded_at: "2026-11-22T10:15:30.123456Z".parse().unwrap(),
        });
        let payload = act.to_payload().unwrap();
        assert!(payload.contains(act.text()));
        assert_eq!(Act::from_payload(&payload).unwrap(), act);
        let value: serde_json::Value = serde_json::from_str(&payload).unwrap();
        assert_eq!(canonical::to_string(&value), payload);
        assert_eq!(serde_json::from_value::<Act>(value).unwrap(), act, "as postgres-es reads it");
        assert!(payload.len() <= payload_bytes_max(act.text().len(), 1));
    }

    #[test]
    fn a_payload_with_another_byte_is_refused() {
        let mut act = testing::act();
        act.place = Some(Place {
            sequence: 1,
            previous: None,
            number: Some("80-FR-2026-000123".to_owned()),
            recorded_at: "2026-11-22T10:15:30.123456Z".parse().unwrap(),
        });
        let payload = act.to_payload().unwrap();
        Act::from_payload(&payload).unwrap();
        assert!(Act::from_payload(&payload.replace("\"sequence\":1", "\"sequence\": 1")).is_err());
        assert!(Act::from_payload(&payload.replacen('{', "{\"a\":1,", 1)).is_err());
    }
}
