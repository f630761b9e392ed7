//! What can be said of one row alone: form, hashes, and that every column says what the payload
//! says. Needs no state, so rows are examined side by side.

use litopys_domain::statement::VERSION;
use tlog_tiles::record_hash;

use crate::finding::{Fault, Finding, Place};
use crate::payload::{self, Entry};
use crate::store::EventRow;

/// A row that was read on its own.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) row: EventRow,
    /// The leaf hash of the payload's bytes, computed here.
    pub(crate) leaf: [u8; 32],
    /// None where the payload is no act that can be interpreted.
    pub(crate) entry: Option<Entry>,
    pub(crate) place: Place,
    pub(crate) findings: Vec<Finding>,
}

impl Examined {
    /// The leaf hash that the database holds, where it differs from the computed one.
    pub(crate) fn logged_leaf(&self) -> [u8; 32] {
        self.row.leaf_hash.as_slice().try_into().unwrap_or(self.leaf)
    }

    /// The exact bytes that the signers signed.
    pub(crate) fn statement_bytes(&self) -> &[u8] {
        let at = self.entry.as_ref().map_or(0..0, |entry| entry.statement_at.clone());
        &self.row.payload.as_bytes()[at]
    }
}

pub(crate) fn examine(row: EventRow) -> Examined {
    let leaf = record_hash(row.payload.as_bytes()).0;
    let read = payload::read(&row.payload);
    let place = place_of(&row, read.as_ref().ok());
    let mut findings = Vec::new();
    let mut found = |fault, expected: &str, found: &str| {
        if expected != found {
            findings.push(Finding::new(fault, expected, found).at(&place));
        }
    };
    if row.leaf_hash != leaf {
        found(Fault::LeafHash, &hex::encode(&row.leaf_hash), &hex::encode(leaf));
    }
    found(Fault::ColumnMetadata, "{}", &row.metadata);
    let entry = match read {
        Ok(entry) => {
            compare_columns(&row, &entry, &mut found);
            if !entry.is_interpreted {
                found(Fault::NotInterpreted, VERSION, &entry.statement.version);
            }
            Some(entry)
        }
        Err(error) => {
            found(Fault::PayloadForm, "an act in canonical form", &error.to_string());
            None
        }
    };
    Examined { row, leaf, entry, place, findings }
}

fn compare_columns(row: &EventRow, entry: &Entry, found: &mut impl FnMut(Fault, &str, &str)) {
    let statement = &entry.statement;
    found(Fault::ColumnAggregateType, statement.stream.kind().as_str(), &row.aggregate_type);
    found(Fault::ColumnAggregateId, statement.stream.id(), &row.aggregate_id);
    found(Fault::ColumnEventType, &statement.act, &row.event_type);
    found(Fault::ColumnEventVersion, &statement.version, &row.event_version);
    if i64::try_from(entry.sequence) != Ok(row.sequence) {
        found(Fault::ColumnSequence, &entry.sequence.to_string(), &row.sequence.to_string());
    }
    if entry.statement_hash.as_bytes() != row.statement_sha256.as_slice() {
        let stored = hex::encode(&row.statement_sha256);
        found(Fault::StatementHash, &entry.statement_hash.to_string(), &stored);
    }
    if entry.recorded_at.microseconds() != row.recorded_at {
        let stored = super::instant(row.recorded_at);
        found(Fault::ColumnRecordedAt, &entry.recorded_at.to_string(), &stored);
    }
}

/// The payload says where it stands; a row whose payload cannot be read, its columns.
fn place_of(row: &EventRow, entry: Option<&Entry>) -> Place {
    let (stream, sequence) = match entry {
        Some(entry) => {
            (entry.statement.stream.to_string(), i64::try_from(entry.sequence).unwrap_or(i64::MAX))
        }
        None => (format!("{}/{}", row.aggregate_type, row.aggregate_id), row.sequence),
    };
    Place { stream, sequence, position: row.position }
}
