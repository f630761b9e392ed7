//! The types of law files, as read from a tree that was cut to one date.
//!
//! All are read through [`super::node`], from YAML or from an edition's JCS text; unknown keys are
//! refused.

mod act;
mod clock;
mod shapes;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

pub use act::{
    ActFile, ActKind, FieldFile, Kept, Precision, PutsFile, RuleFile, Severity, Suspensive,
};
pub use clock::{ClockFile, ExtendFile, OverdueFile};
pub use shapes::{Many, OnFile, ToCase, ToFile, TriggerFile, TriggersFile};

use crate::violation::{Certainty, Words};

/// A procedure on one date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedureFile {
    /// The date the file was cut to; set by the cut.
    pub edition: Date,
    pub id: String,
    /// Two to four capitals that stand in case numbers.
    pub short: String,
    pub title: Words,
    pub subsystem: Option<String>,
    #[serde(default)]
    pub law: Many,
    pub since: Date,
    pub until: Option<Date>,
    pub certainty: Option<Certainty>,
    /// The calendar of its clocks and rules; that of Ukraine where it names none.
    pub calendar: Option<String>,
    #[serde(default)]
    pub includes: Vec<String>,
    #[serde(default)]
    pub opened_by: Vec<String>,
    #[serde(default)]
    pub switches: Vec<Switch>,
    pub states: BTreeMap<String, StateFile>,
    #[serde(default)]
    pub on: BTreeMap<String, OnFile>,
    #[serde(default)]
    pub codes: BTreeMap<String, Vec<CodeFile>>,
    #[serde(default)]
    pub clocks: BTreeMap<String, ClockFile>,
    pub acts: BTreeMap<String, ActFile>,
}

/// General law that procedures include.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneralFile {
    pub edition: Date,
    pub id: String,
    pub kind: GeneralKind,
    pub title: Words,
    #[serde(default)]
    pub law: Many,
    pub since: Date,
    pub until: Option<Date>,
    pub certainty: Option<Certainty>,
    #[serde(default)]
    pub switches: Vec<Switch>,
    #[serde(default)]
    pub codes: BTreeMap<String, Vec<CodeFile>>,
    #[serde(default)]
    pub adds: Vec<Addition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneralKind {
    General,
}

/// Fields and rules that join every act they fit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    pub to: AddTo,
    #[serde(default)]
    pub fields: BTreeMap<String, FieldFile>,
    #[serde(default)]
    pub rules: Vec<RuleFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddTo {
    #[serde(default)]
    pub kinds: Vec<ActKind>,
    #[serde(default)]
    pub acts: Vec<String>,
    #[serde(default)]
    pub except: Vec<String>,
}

/// A dated change of the law and what it does to pending cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub on: Date,
    /// The number of the version register, such as VR-06.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    pub title: Words,
    #[serde(default)]
    pub law: Many,
    #[serde(default)]
    pub pending: Pending,
    pub certainty: Option<Certainty>,
}

/// Whether cases opened before a switch follow the new text or the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pending {
    #[default]
    New,
    /// States and clocks come from the edition of the opening date.
    Old,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateFile {
    pub en: String,
    pub uk: String,
    #[serde(default, rename = "final")]
    pub is_final: bool,
}

/// One code of a list. Dates apply to lists in files of their own; inside a procedure they are cut.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeFile {
    pub code: String,
    pub en: String,
    pub uk: String,
    pub since: Option<Date>,
    /// The first day the code is gone; for offices the day of the merger.
    pub until: Option<Date>,
    pub merged_into: Option<String>,
    pub basis: Option<Many>,
    pub certainty: Option<Certainty>,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// A code list of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    pub id: String,
    pub title: Words,
    pub source: Option<String>,
    pub codes: Vec<CodeFile>,
}

/// A dated parameter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterFile {
    pub id: String,
    pub title: Words,
    #[serde(rename = "type")]
    pub ty: String,
    pub values: Vec<ParameterValue>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterValue {
    pub from: Date,
    pub is: Json,
    pub basis: Option<Many>,
    pub certainty: Option<Certainty>,
}

/// The engine's own acts, the same for every procedure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineFile {
    pub rules: String,
    pub acts: BTreeMap<String, ActFile>,
}

/// The values of a rule's example, by the way the rule writes its questions.
pub type Example = Map<String, Json>;
