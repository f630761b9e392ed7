//! Acts, their fields and rules, as files write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Example, Many, ToCase, ToFile};
use crate::violation::{Certainty, Words};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActFile {
    pub title: Words,
    pub kind: ActKind,
    #[serde(default)]
    pub at: Precision,
    /// States; `any` is every state that is not final.
    #[serde(default)]
    pub from: Many,
    #[serde(default)]
    pub to: ToFile,
    /// Alternatives; each names the roles that sign together.
    #[serde(default)]
    pub signed_by: Vec<Many>,
    pub signatures: Option<usize>,
    #[serde(default)]
    pub on_behalf_of: Vec<String>,
    #[serde(default)]
    pub recorded_by: Vec<String>,
    #[serde(default)]
    pub services: Vec<String>,
    pub competence: Option<String>,
    #[serde(default)]
    pub basis: Many,
    #[serde(default)]
    pub immaterial: bool,
    #[serde(default)]
    pub fields: BTreeMap<String, FieldFile>,
    #[serde(default)]
    pub rules: Vec<RuleFile>,
    #[serde(default)]
    pub must_be_served: bool,
    /// A date or instant seen from the act that counts for lateness instead of its own, such as the
    /// day it was handed to the post (CNT-4).
    pub in_time_by: Option<String>,
    #[serde(default)]
    pub appeal: Many,
    pub suspensive: Option<Suspensive>,
    pub letter: Option<String>,
    #[serde(default)]
    pub feeds: Many,
    pub puts: Option<PutsFile>,
    /// In disputes: the instance of CL-INST that has the dispute after this act.
    pub instance: Option<String>,
    pub certainty: Option<Certainty>,
}

/// What an act of a dispute puts into the case of the decision it attacks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutsFile {
    /// A rule that gives the case, a Ref.
    pub case: String,
    /// A rule that gives the decision in it, a Ref.
    pub decision: String,
    /// The court outcome: of several the first whose condition holds, nothing where none does.
    pub act: Vec<ToCase>,
}

/// What an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActKind {
    /// Signed by who decides; appealable.
    Decision,
    /// A step on the way.
    Step,
    /// Done by somebody outside; always recorded for an author.
    External,
    /// Signed by the ledger or a service; a presumption that a true act may rebut.
    Service,
}

/// How finely the act's legal time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    #[default]
    Date,
    Instant,
}

/// Whether an appeal stops execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suspensive {
    No,
    Yes,
    ByCourt,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldFile {
    #[serde(rename = "type")]
    pub ty: String,
    #[serde(default)]
    pub optional: bool,
    pub kept: Kept,
    pub title: Option<Words>,
    /// Why a sealed field is kept.
    pub purpose: Option<Words>,
    /// How long a sealed field is kept, such as `75y`.
    pub keep: Option<String>,
}

/// Where a field's value lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In the statement, for ever.
    Open,
    /// In the vault; the statement holds a digest.
    Personal,
    /// As personal, of the special categories of data protection law.
    Special,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    pub id: String,
    pub refuse: Option<String>,
    pub flag: Option<String>,
    pub severity: Option<Severity>,
    pub says: Words,
    pub mend: Option<Words>,
    pub basis: Option<Many>,
    pub certainty: Option<Certainty>,
    pub fires_on: Option<Example>,
    pub silent_on: Option<Example>,
}

/// What a defect does to the act (procedures.md 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Void or annullable by a court. Must be answered.
    V,
    /// Unlawful but curable. Must be answered.
    U,
    /// A defect of data or discipline. Shown.
    D,
}
