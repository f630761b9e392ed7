//! The signed statement: one shape for every act of the ledger (DESIGN §3).

mod shape;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::canonical::{self, CanonicalError};
use crate::ids::{ContentHash, StatementHash, StreamId};
use crate::legal_time::LegalTime;
use crate::sealed::SealedDigest;

/// `litopys/1` means Ed25519, SHA-256 and the fields of [`Statement`].
pub const VERSION: &str = "litopys/1";
/// Longest statement, in bytes of its canonical form.
pub const STATEMENT_BYTES_MAX: usize = 60 * 1024;
/// Most signers of one act.
pub const SIGNERS_MAX: usize = 16;

/// What an officer, a service or the ledger signs. Fields are public data: a statement is made,
/// rendered to its canonical text, signed, and from then on read only from that text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub version: String,
    /// The origin of the ledger this is meant for; no replay into another one.
    pub ledger: String,
    pub stream: StreamId,
    /// The last act the signer looked at; absent when the act opens its stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<StatementHash>,
    pub nonce: Uuid,
    /// The act's id, such as `ForcedReturnDecided`; cqrs-es's event type.
    pub act: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<LawRef>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<StreamId>,
    /// Open facts only, typed by the procedure.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
    /// Digests of personal and special fields (RFC 9901).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, SealedDigest>,
    /// What is served, corrected, suspended, rebutted or overridden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<StatementHash>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<FlagAnswer>,
    pub occurred_at: LegalTime,
    /// Code list CL-SOURCE.
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    pub signers: Vec<Signer>,
}

/// The law an act of a case was taken under, as published in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawRef {
    pub procedure: String,
    /// The day from which the edition is in force.
    pub edition: jiff::civil::Date,
    pub package: ContentHash,
}

/// A document that was relied on, or only shown. The digest is SHA-256(16-byte salt ‖ bytes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub document: ContentHash,
    #[serde(rename = "use")]
    pub used: EvidenceUse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceUse {
    ReliedOn,
    Shown,
}

/// The letter that was or will be handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    pub document: ContentHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// The signer's answer to a flag that a rule raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagAnswer {
    pub rule: String,
    pub answer: Answer,
    /// Digest of the reason; free text is never open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SealedDigest>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    Accepted,
    Disputed,
    Unavoidable,
}

/// Who decided, where the signers only record it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// One signer and the post he or she signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// `officer/…`, `service/…` or `ledger/…`.
    pub by: StreamId,
    /// Code list CL-ROLE.
    pub role: String,
    /// CL-TO, four digits for a unit, CL-PLACE for a centre; none for services and the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

/// Why a text is no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    #[error("the statement has {0} bytes; 61,440 are allowed: move texts into documents")]
    Size(usize),
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    #[error("`{pointer}`: {message}")]
    Field { pointer: String, message: String },
    #[error("version `{0}` is not known here; this program writes `litopys/1`")]
    Version(String),
}

impl StatementError {
    /// Where in the statement, as an RFC 6901 pointer.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Field { pointer, .. }
            | Self::Canonical(CanonicalError::Narrowed { pointer, .. }) => pointer,
            Self::Version(_) => "/version",
            Self::Size(_) | Self::Canonical(_) => "",
        }
    }
}

impl Statement {
    /// Reads a statement at the door: canonical form, known fields, well-formed values.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        if text.len() > STATEMENT_BYTES_MAX {
            return Err(StatementError::Size(text.len()));
        }
        match canonical::read::<Self>(text).filter(|statement| statement.version == VERSION) {
            Some(statement) => shape::check(&statement).map(|()| statement),
            // The way that can say what is wrong, and where.
            None => Self::from_value(canonical::parse(text)?),
        }
    }

    fn from_value(value: Value) -> Result<Self, StatementError> {
        if let Some(version) = value.get("version").and_then(Value::as_str)
            && version != VERSION
        {
            return Err(StatementError::Version(crate::ids::clipped(version)));
        }
        let statement: Self =
            serde_path_to_error::deserialize(value).map_err(|error| StatementError::Field {
                pointer: pointer_of(error.path()),
                message: error.inner().to_string(),
            })?;
        shape::check(&statement)?;
        Ok(statement)
    }

    /// The canonical text: what is signed, hashed, stored and verified.
    pub fn to_text(&self) -> String {
        canonical::to_string(self)
    }

    /// Checks a statement made in memory: whether its text would be read at the door.
    pub fn check(&self) -> Result<(), StatementError> {
        Self::parse(&self.to_text()).map(|_| ())
    }
}

pub(crate) fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{key}")),
            Segment::Enum { variant } => Some(format!("/{variant}")),
            Segment::Unknown => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_statement_reads_back_from_its_text() {
        let statement = testing::statement();
        assert_eq!(Statement::parse(&statement.to_text()).unwrap(), statement);
    }

    /// Changes one thing in a sound statement and expects the pointer of the complaint.
    fn refused(change: impl FnOnce(&mut Value), pointer: &str) {
        let mut value: Value = serde_json::from_str(&testing::statement().to_text()).unwrap();
        change(&mut value);
        let error = Statement::parse(&value.to_string()).unwrap_err();
        assert_eq!(error.pointer(), pointer, "{error}");
    }

    #[test]
    fn shapes_are_refused_with_their_place() {
        refused(|s| s["extra"] = 1.into(), "/extra");
        refused(|s| s["facts"]["leave_by"] = 1.5.into(), "/facts/leave_by");
        refused(|s| s["facts"]["Bad"] = 1.into(), "/facts/Bad");
        refused(|s| s["version"] = "litopys/2".into(), "/version");
        refused(|s| s["occurred_at"] = "yesterday".into(), "/occurred_at");
        refused(|s| s["signers"] = serde_json::json!([]), "/signers");
        refused(
            |s| s["signers"][0]["by"] = "person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79".into(),
            "/signers/0/by",
        );
        refused(|s| s["act"] = "decided".into(), "/act");
        refused(|s| s["basis"] = serde_json::json!(["b", "a"]), "/basis");
        refused(|s| s["basis"] = serde_json::json!(["a", "a"]), "/basis");
        refused(|s| _ = s.as_object_mut().unwrap().remove("law"), "/law");
        refused(|s| s["nonce"] = "0192f0c4-7d1e-4c2a-9b43-1f6f0d3a5e78".into(), "/nonce");
        refused(|s| s["law"]["package"] = "AB".into(), "/law/package");
    }

    #[test]
    fn a_long_statement_is_refused() {
        let mut statement = testing::statement();
        statement.facts.insert("note".to_owned(), "x".repeat(STATEMENT_BYTES_MAX).into());
        let error = Statement::parse(&statement.to_text()).unwrap_err();
        assert!(matches!(error, StatementError::Size(_)), "{error}");
    }
}
