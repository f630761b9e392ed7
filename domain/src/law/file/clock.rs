//! Clocks, as files write them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Many, Severity, TriggersFile};
use crate::violation::{Certainty, Words};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFile {
    pub title: Words,
    /// Acts, or `EngineAct(ActId)`.
    pub starts: Many,
    /// A condition seen from the starting act.
    pub when: Option<String>,
    /// A date or instant seen from the starting act, instead of its own.
    pub starts_from: Option<String>,
    #[serde(default)]
    pub stops: TriggersFile,
    #[serde(default)]
    pub suspends: TriggersFile,
    #[serde(default)]
    pub resumes: TriggersFile,
    #[serde(default)]
    pub extends: BTreeMap<String, ExtendFile>,
    /// A length: `24h`, `30d`, `15wd`, `2m`, `1y`.
    pub within: Option<String>,
    /// A date seen from the starting act.
    pub until: Option<String>,
    /// Whether a last day that is not a working day moves (CNT-2).
    pub rolls: Option<bool>,
    #[serde(default)]
    pub pauses: Many,
    pub calendar: Option<String>,
    #[serde(default)]
    pub warn: Many,
    pub overdue: Option<OverdueFile>,
    /// The service act signed once the term and the recording allowance have passed.
    pub fires: Option<String>,
    pub recording_allowance: Option<String>,
    /// The clock only shows an end, such as a document's validity.
    #[serde(default)]
    pub informs: bool,
    pub basis: Option<Many>,
    pub certainty: Option<Certainty>,
}

/// The new whole length from the start, or a date seen from the extending act.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtendFile {
    pub within: Option<String>,
    pub until: Option<String>,
}

/// The defect of a term that passed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverdueFile {
    pub id: String,
    pub severity: Severity,
    pub says: Words,
    pub mend: Option<Words>,
}
