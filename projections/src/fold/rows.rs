//! The rows a batch writes. Field names are column names: they are inserted by name.

use jiff::civil::Date;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::defects::Found;
use litopys_domain::law::file::Severity;
use litopys_domain::law::fold::ActStatus;
use litopys_domain::legal_time::{LegalTime, RecordedAt};
use litopys_domain::statement::{Answer, Author, FlagAnswer, Signer};
use litopys_domain::violation::{Certainty, Words};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Everything that one batch changes.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) cases: Vec<CaseRow>,
    /// Ids of `cases` that had rows before this batch.
    pub(crate) cases_before: Vec<uuid::Uuid>,
    pub(crate) timeline: Vec<TimelineRow>,
    pub(crate) worklist: Vec<ClockRow>,
    pub(crate) disputes: Vec<DisputeRow>,
    pub(crate) puts: Vec<PutRow>,
    pub(crate) defects: Vec<DefectRow>,
    pub(crate) signatories: Vec<SignatoryRow>,
    pub(crate) posts: Vec<PostRow>,
    pub(crate) competences: Vec<CompetenceRow>,
    pub(crate) persons: Vec<PersonRow>,
    pub(crate) units: Vec<UnitRow>,
    pub(crate) closed_units: Vec<ClosedUnit>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CaseRow {
    pub(crate) id: String,
    pub(crate) number: Option<String>,
    pub(crate) procedure: String,
    pub(crate) procedure_title: Option<Words>,
    pub(crate) state: Option<String>,
    pub(crate) state_title: Option<Words>,
    pub(crate) other_state: Option<String>,
    pub(crate) disputed: bool,
    pub(crate) is_final: bool,
    pub(crate) closed: bool,
    pub(crate) office: Option<String>,
    pub(crate) assigned_to: Option<String>,
    pub(crate) citizenship: Option<String>,
    pub(crate) subjects: Texts,
    pub(crate) opened: Date,
    pub(crate) acts: usize,
    pub(crate) last_act: String,
    pub(crate) last_statement: String,
    pub(crate) last_position: u64,
    pub(crate) last_recorded_at: RecordedAt,
    pub(crate) flags: usize,
    pub(crate) defects: usize,
    pub(crate) next_due: Option<Date>,
    pub(crate) transfer: Option<Value>,
    pub(crate) links: Value,
    pub(crate) stops: Value,
    pub(crate) standing: Vec<Standing>,
}

/// What became of an act; later acts change it, so it is kept with the case.
#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) position: u64,
    pub(crate) status: ActStatus,
    pub(crate) from_state: Option<String>,
    pub(crate) to_state: Option<String>,
    pub(crate) served_on: Option<Date>,
    pub(crate) annulled_on: Option<Date>,
    /// Whether what was annulled is to be decided again.
    pub(crate) remitted: bool,
    pub(crate) suspended_on: Option<Date>,
    pub(crate) changed_on: Option<Date>,
    /// The annulled decision that it rested on.
    pub(crate) basis_lost: Option<StatementHash>,
    /// What it puts into another case: case, decision, act.
    pub(crate) puts: Option<Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TimelineRow {
    pub(crate) case_id: String,
    pub(crate) sequence: u64,
    pub(crate) position: u64,
    pub(crate) statement: String,
    pub(crate) act: String,
    pub(crate) act_title: Option<Words>,
    pub(crate) occurred_at: LegalTime,
    pub(crate) legal_date: Date,
    pub(crate) recorded_at: RecordedAt,
    pub(crate) source: String,
    pub(crate) author: Option<Author>,
    pub(crate) signers: Vec<Signer>,
    pub(crate) procedure: Option<String>,
    pub(crate) edition: Option<Date>,
    pub(crate) package: Option<String>,
    pub(crate) concerns: Texts,
    pub(crate) flags: Vec<FlagAnswer>,
    pub(crate) put_by: Option<StatementHash>,
    pub(crate) put_from: Option<String>,
}

/// A case that disputes a decision of another.
#[derive(Debug, Serialize)]
pub(crate) struct DisputeRow {
    pub(crate) case_id: String,
    pub(crate) number: Option<String>,
    pub(crate) procedure: String,
    pub(crate) state: Option<String>,
    pub(crate) state_title: Option<Words>,
    pub(crate) is_final: bool,
    pub(crate) office: Option<String>,
    pub(crate) opened: Date,
    pub(crate) category: Option<String>,
    pub(crate) instance: Option<String>,
    pub(crate) court: Option<String>,
    pub(crate) court_case_no: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) effect: Option<String>,
    pub(crate) decided_case: Option<String>,
    pub(crate) decision: Option<String>,
}

/// What an act of a dispute puts into another case.
#[derive(Debug, Serialize)]
pub(crate) struct PutRow {
    pub(crate) statement: String,
    pub(crate) dispute: String,
    pub(crate) position: u64,
    pub(crate) case_id: String,
    pub(crate) decision: String,
    pub(crate) act: String,
    pub(crate) legal_date: Date,
}

/// A running clock of a case.
#[derive(Debug, Serialize)]
pub(crate) struct ClockRow {
    pub(crate) case_id: String,
    pub(crate) clock: String,
    pub(crate) started_by: String,
    pub(crate) title: Words,
    pub(crate) due: Date,
    pub(crate) due_at: Option<jiff::Timestamp>,
    pub(crate) warn_from: Option<Date>,
    pub(crate) fires_on: Option<Date>,
    pub(crate) fires: Option<String>,
    pub(crate) informs: bool,
    pub(crate) number: Option<String>,
    pub(crate) procedure: String,
    pub(crate) state: Option<String>,
    pub(crate) office: Option<String>,
    pub(crate) assigned_to: Option<String>,
}

/// Something that stands against a case from a day on.
#[derive(Debug, Serialize)]
pub(crate) struct DefectRow {
    pub(crate) case_id: String,
    /// Its place among those of the case.
    pub(crate) n: usize,
    pub(crate) rule: String,
    pub(crate) defect: Option<String>,
    pub(crate) title: Option<Words>,
    pub(crate) severity: Severity,
    pub(crate) certainty: Certainty,
    pub(crate) basis: Texts,
    pub(crate) says: Words,
    pub(crate) found: Found,
    pub(crate) act: String,
    pub(crate) statement: String,
    pub(crate) position: u64,
    pub(crate) since: Date,
    pub(crate) answer: Option<Answer>,
    pub(crate) clock: Option<String>,
    pub(crate) due: Option<Date>,
    pub(crate) number: Option<String>,
    pub(crate) procedure: String,
    pub(crate) office: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct SignatoryRow {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) administrator: bool,
    pub(crate) key: Option<String>,
    pub(crate) keys: Vec<crate::reads::KeyState>,
    pub(crate) suspensions: Vec<crate::reads::SuspensionSpan>,
    pub(crate) services: Texts,
}

#[derive(Debug, Serialize)]
pub(crate) struct PostRow {
    pub(crate) officer: String,
    pub(crate) role: String,
    pub(crate) office: String,
    pub(crate) from_day: Date,
    pub(crate) until_day: Option<Date>,
    pub(crate) acting_by_order: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CompetenceRow {
    pub(crate) officer: String,
    pub(crate) course: String,
    pub(crate) from_day: Date,
    pub(crate) until_day: Date,
}

#[derive(Debug, Serialize)]
pub(crate) struct PersonRow {
    pub(crate) id: String,
    pub(crate) registered_at: RecordedAt,
    pub(crate) position: u64,
}

/// A counted act, from the position that brought it in.
#[derive(Debug, Serialize)]
pub(crate) struct UnitRow {
    pub(crate) statement: String,
    pub(crate) case_id: String,
    #[serde(flatten)]
    pub(crate) counted: super::units::Counted,
    pub(crate) from_position: u64,
    pub(crate) to_position: Option<u64>,
}

/// The end of a unit that an earlier batch opened.
#[derive(Debug, Serialize)]
pub(crate) struct ClosedUnit {
    pub(crate) statement: String,
    pub(crate) to_position: u64,
}

/// A column of type `text[]`, rendered as the literal that Postgres reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let quoted = |text: &String| text.replace('\\', "\\\\").replace('"', "\\\"");
        let items: Vec<_> = self.0.iter().map(|text| format!("\"{}\"", quoted(text))).collect();
        serializer.collect_str(&format_args!("{{{}}}", items.join(",")))
    }
}
