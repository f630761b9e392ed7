//! What the auditor found: where, what was expected, what stands there.

mod fault;

use litopys_domain::violation::Violation;
use serde::Serialize;

pub use fault::Fault;

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable kebab-case code.
    pub code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Where no single event contradicts: the positions among which the fault lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    pub expected: String,
    pub found: String,
    pub en: String,
    pub uk: String,
}

/// Positions `from` (inclusive) to `until` (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    pub from: u64,
    pub until: u64,
}

/// Where an event says it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub stream: String,
    pub sequence: i64,
    pub position: i64,
}

impl Finding {
    /// A fault with what was expected and what was found, not yet placed.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, without `&`")]
    pub fn new(fault: Fault, expected: impl ToString, found: impl ToString) -> Self {
        let (code, en, uk) = fault.words();
        Self {
            code,
            stream: None,
            sequence: None,
            position: None,
            interval: None,
            expected: expected.to_string(),
            found: found.to_string(),
            en: en.to_owned(),
            uk: uk.to_owned(),
        }
    }

    /// What the registry or the law says against an act, under its own code and in its words.
    pub fn of_violation(violation: &Violation) -> Self {
        let (says, mend) = (violation.says.clone(), violation.mend.en.clone());
        Self {
            code: violation.code,
            en: says.en,
            uk: says.uk,
            ..Self::new(Fault::RegistryAct, mend, &violation.pointer)
        }
    }

    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.stream = Some(place.stream.clone());
        self.sequence = Some(place.sequence);
        self.position = Some(place.position);
        self
    }

    #[must_use]
    pub fn at_position(mut self, position: i64) -> Self {
        self.position = Some(position);
        self
    }

    #[must_use]
    pub fn within(mut self, from: u64, until: u64) -> Self {
        self.interval = Some(Interval { from, until });
        self
    }
}
