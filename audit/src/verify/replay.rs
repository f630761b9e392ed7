//! The read models against a replay of the acts (DESIGN §9; threats, read models).
//!
//! What a row must hold is worked out here again from the acts; the fold of a case, the registry
//! and the law are `domain`'s, shared with the projector. Read models may lag behind: then they
//! are compared with the acts that they say they reflect.

mod case;
mod defects;
mod disputes;
mod signers;
mod units;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use litopys_domain::act::RecordedAct;
use litopys_domain::law::fold::{CaseState, Related};
use litopys_domain::law::laws::Laws;
use serde_json::Value;

use super::findings::Findings;
use super::walk::Walk;
use crate::finding::{Fault, Finding};
use crate::report::Remark;
use crate::store::{CaseTable, ReadProgress, ReadRow, Snapshot, StoreError};

/// The shape of the read models that is known here (projections, `sql/`).
const VERSION: i32 = 5;
/// Columns that hold moments, which JSON may write in several ways.
const INSTANTS: [&str; 3] = ["due_at", "last_recorded_at", "recorded_at"];

/// The comparison under way.
#[derive(Debug)]
pub(crate) struct Replay {
    progress: ReadProgress,
    /// Rows of the read models that were compared.
    pub(crate) rows: u64,
    findings: Findings,
}

/// The rows about one case, as stored: JSON, read where cases are judged side by side.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    size: u64,
    tables: HashMap<&'static str, Vec<String>>,
}

impl Replay {
    /// Finds out what the read models reflect; none, with a remark, where nothing can be compared.
    pub(crate) async fn begin(
        snapshot: &mut Snapshot,
        walk: &Walk,
        remarks: &mut Vec<Remark>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(progress) = snapshot.read_progress().await? else {
            remarks.push(Remark::reads_absent());
            return Ok(None);
        };
        if progress.version != VERSION {
            remarks.push(Remark::reads_version(progress.version, VERSION));
            return Ok(None);
        }
        let (mut findings, all) = (Findings::default(), walk.next_position);
        if progress.size > all {
            let expected = format!("reads.progress.size: {all} or less");
            findings.push(Finding::new(Fault::ReadModel, expected, progress.size));
        } else if progress.size < all {
            remarks.push(Remark::reads_behind(progress.size, all));
        }
        Ok(Some(Self { progress, rows: 0, findings }))
    }

    /// The stored rows about cases, in the order of the cases.
    pub(crate) async fn fetch(
        &mut self,
        snapshot: &mut Snapshot,
        cases: &[&[RecordedAct]],
    ) -> Result<Vec<Stored>, StoreError> {
        let size = self.progress.size.unsigned_abs();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        let (mut ids, mut statements) = (Vec::new(), Vec::new());
        for (index, acts) in cases.iter().enumerate() {
            let Some(opening) = acts.first() else { continue };
            ids.push(opening.statement.stream.id());
            by_key.insert(opening.statement.stream.id().to_owned(), index);
            for act in *acts {
                by_key.insert(act.hash.to_string(), index);
                statements.push(act.hash.to_string());
            }
        }
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let mut stored: Vec<_> =
            cases.iter().map(|_| Stored { size, tables: HashMap::new() }).collect();
        for (table, keys) in [
            (CaseTable::Cases, &ids),
            (CaseTable::Timeline, &ids),
            (CaseTable::Worklist, &ids),
            (CaseTable::Disputes, &ids),
            (CaseTable::Puts, &ids),
            (CaseTable::Defects, &ids),
            (CaseTable::Decisions, &statements),
        ] {
            for (key, row) in snapshot.case_rows(table, keys).await? {
                self.rows += 1;
                let Some(of) = by_key.get(&key).and_then(|at| stored.get_mut(*at)) else {
                    continue;
                };
                of.tables.entry(table.name()).or_default().push(row);
            }
        }
        Ok(stored)
    }

    pub(crate) fn take(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// Compares what is not about a case that was replayed, and hands over what was found. Read
    /// models that were built anew meanwhile show this moment no rows, so they prove nothing.
    pub(crate) async fn end(
        mut self,
        snapshot: &mut Snapshot,
        walk: &mut Walk,
        remarks: &mut Vec<Remark>,
    ) -> Result<u64, StoreError> {
        for row in snapshot.stray_rows(self.progress.size).await? {
            let expected = format!("{}: {}", row.table, row.expected);
            let mut finding = Finding::new(Fault::ReadModel, expected, row.found);
            finding.stream = Some(row.stream);
            self.findings.push(finding);
        }
        // The registry is known as of the log's end only.
        if self.progress.size == walk.next_position {
            self.rows += signers::compare(snapshot, &walk.registry, &mut self.findings).await?;
        }
        if snapshot.read_progress().await? != Some(self.progress) {
            remarks.push(Remark::reads_rebuilt());
            return Ok(0);
        }
        walk.findings.absorb(self.findings);
        Ok(self.rows)
    }
}

impl Stored {
    /// What differs between the rows of a case and its acts; `related` are the cases that share a
    /// subject, `whole` is the case after all of `acts`.
    pub(crate) fn compare(
        &self,
        laws: &Laws,
        acts: &[RecordedAct],
        related: &[Related<'_>],
        whole: &CaseState<'_>,
    ) -> Vec<Finding> {
        let reflected = acts.partition_point(|act| act.position < self.size);
        let acts = &acts[..reflected];
        let Some(opening) = acts.first() else { return Vec::new() };
        let then;
        let state = if reflected == whole.acts.len() {
            whole
        } else {
            then = case::whole(laws, acts);
            &then
        };
        let stream = opening.statement.stream.to_string();
        let mut findings = Vec::new();
        let mut compare = |table: CaseTable, key: &[&str], expected: Vec<Value>| {
            let stored = self.tables.get(table.name()).map_or(&[][..], Vec::as_slice);
            // What is no row of JSON equals no row that is expected.
            let read = |row: &String| serde_json::from_str(row).unwrap_or_default();
            let stored: Vec<ReadRow> = stored.iter().map(read).collect();
            let differ = differences(table.name(), key, &expected, &stored);
            findings.extend(differ.into_iter().map(|mut finding| {
                finding.stream = Some(stream.clone());
                finding
            }));
        };
        let (row, clocks) = case::rows(laws, acts, state);
        let (dispute, puts) = disputes::rows(&row, state);
        compare(CaseTable::Disputes, &["case_id"], dispute);
        compare(CaseTable::Puts, &["statement"], puts);
        let of_case = row.first().cloned().unwrap_or_default();
        compare(CaseTable::Defects, &["n"], defects::rows(laws, acts, related, state, &of_case));
        compare(CaseTable::Cases, &["id"], row);
        compare(CaseTable::Worklist, &["clock", "started_by"], clocks);
        compare(CaseTable::Timeline, &["sequence"], case::timeline(laws, acts, state));
        let units = units::rows(laws, acts, state);
        compare(CaseTable::Decisions, &["statement", "from_position"], units);
        findings
    }
}

/// Compares rows by their keys, column by column.
fn differences(table: &str, key: &[&str], expected: &[Value], stored: &[ReadRow]) -> Vec<Finding> {
    let name = |row: &ReadRow| {
        let part = |column: &&str| row.get(*column).map_or_else(String::new, plain);
        key.iter().map(part).collect::<Vec<_>>().join(" ")
    };
    let mut found: BTreeMap<String, Vec<&ReadRow>> = BTreeMap::new();
    for row in stored {
        found.entry(name(row)).or_default().push(row);
    }
    let mut findings = Vec::new();
    for row in expected.iter().filter_map(Value::as_object) {
        let key = name(row);
        match found.remove(&key).as_deref() {
            Some([only]) => findings.extend(columns(table, &key, row, only)),
            other => {
                let rows = format!("{} rows", other.map_or(0, <[_]>::len));
                findings.push(differs(row, format!("{table} {key}: one row"), rows));
            }
        }
    }
    for (key, rows) in found {
        let row = rows.first().copied().cloned().unwrap_or_default();
        let rows = format!("{} rows", rows.len());
        findings.push(differs(&row, format!("{table} {key}: no row"), rows));
    }
    findings
}

fn columns<'a>(
    table: &'a str,
    key: &'a str,
    expected: &'a ReadRow,
    found: &'a ReadRow,
) -> impl Iterator<Item = Finding> + 'a {
    expected.iter().filter_map(move |(column, value)| {
        let stored = found.get(column).unwrap_or(&Value::Null);
        (!same(column, value, stored)).then(|| {
            let text = format!("{table}.{column} of {key}: {}", plain(value));
            differs(expected, text, plain(stored))
        })
    })
}

/// A finding about a row, placed where the row says its act stands.
fn differs(row: &ReadRow, expected: String, found: String) -> Finding {
    let number = |column: &str| row.get(column).and_then(Value::as_i64);
    let mut finding = Finding::new(Fault::ReadModel, expected, found);
    finding.sequence = number("sequence");
    let places = ["position", "last_position", "from_position"];
    finding.position = places.into_iter().find_map(number);
    finding
}

fn same(column: &str, expected: &Value, found: &Value) -> bool {
    let instant = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    let moments = INSTANTS.contains(&column);
    expected == found
        || (moments && instant(expected).is_some() && instant(expected) == instant(found))
}

/// A value as a reader wants it: texts without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
