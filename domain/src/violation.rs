//! What is wrong with an act, said so that a person can mend it.

use serde::Serialize;

/// How far a rule is verified (procedures.md 0.1). `design` is never cited to a court.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    Sure,
    Check,
    Design,
}

/// One text in both languages of the service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub en: String,
    pub uk: String,
}

impl Words {
    pub fn new(en: impl Into<String>, uk: impl Into<String>) -> Self {
        Self { en: en.into(), uk: uk.into() }
    }
}

/// Why a statement is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Stable kebab-case code; the last part of the problem `type` (RFC 9457 §3.1.1).
    pub code: &'static str,
    /// RFC 6901 pointer into the statement, `/facts/leave_by`.
    pub pointer: String,
    pub says: Words,
    /// How to mend it.
    pub mend: Words,
    /// The rule of the procedure that refuses, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
}

impl Violation {
    pub fn new(code: &'static str, pointer: impl Into<String>, says: Words, mend: Words) -> Self {
        Self { code, pointer: pointer.into(), says, mend, rule: None, certainty: None }
    }
}
