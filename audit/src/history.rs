//! The acts of a case on both time axes: when they were recorded, and when they count in law.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::registry::RegistryAct;
use litopys_domain::statement::{Author, FlagAnswer, LawRef, Signer, Statement};
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::payload::{self, PayloadError};
use crate::store::{EventRow, Snapshot, StoreError};

/// The last moment of recording that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedUntil {
    /// This position of the log, included.
    Position(i64),
    /// This instant, included.
    Instant(Timestamp),
}

/// Up to where a history is told; everything where nothing is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct HistoryOptions {
    pub recorded_until: Option<RecordedUntil>,
    /// The last legal date, included.
    pub occurred_until: Option<Date>,
}

/// A case as its acts tell it, in the order in which they count in law.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    pub case: StreamId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub acts: Vec<HistoryAct>,
}

/// One act. `legal_date`, then `position`, is its order in law.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryAct {
    pub position: i64,
    pub sequence: u64,
    pub recorded_at: RecordedAt,
    /// The day on which it counts, in the ledger's time zone.
    pub legal_date: Date,
    /// Recorded after an act that counts later.
    pub late: bool,
    pub act: String,
    pub statement: StatementHash,
    pub signers: Vec<Signer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<LawRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<FlagAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<StatementHash>,
    pub facts: serde_json::Map<String, serde_json::Value>,
}

/// Why a history cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this ledger holds no act of {0}")]
    NoCase(StreamId),
    #[error("this ledger has no genesis that can be read; run `litopys-audit verify --all`")]
    NoGenesis,
    #[error("the act at position {position} cannot be read; run `litopys-audit verify --all`")]
    Unreadable { position: i64, source: PayloadError },
}

/// Tells the history of `case`.
pub async fn history(
    database: &PgConnectOptions,
    case: &StreamId,
    options: &HistoryOptions,
) -> Result<History, HistoryError> {
    let mut snapshot = Snapshot::open(database).await?;
    let zone = time_zone(&mut snapshot).await?;
    let rows = snapshot.stream(case.kind().as_str(), case.id()).await?;
    snapshot.close().await?;
    if rows.is_empty() {
        return Err(HistoryError::NoCase(case.clone()));
    }
    let mut told = History { case: case.clone(), number: None, acts: Vec::new() };
    for row in &rows {
        tell(&mut told, row, &zone, options)?;
    }
    told.acts.sort_by_key(|act| (act.legal_date, act.position));
    mark_late(&mut told.acts);
    Ok(told)
}

/// An act is late where one that counts after it was recorded before it.
fn mark_late(acts: &mut [HistoryAct]) {
    let mut earliest = i64::MAX;
    for act in acts.iter_mut().rev() {
        act.late = act.position > earliest;
        earliest = earliest.min(act.position);
    }
}

fn tell(
    told: &mut History,
    row: &EventRow,
    zone: &TimeZone,
    options: &HistoryOptions,
) -> Result<(), HistoryError> {
    let position = row.position;
    let entry = payload::read(&row.payload)
        .map_err(|source| HistoryError::Unreadable { position, source })?;
    let statement = Arc::unwrap_or_clone(entry.statement);
    let legal_date = statement.occurred_at.date_in(zone);
    let recorded = match options.recorded_until {
        Some(RecordedUntil::Position(last)) => position <= last,
        Some(RecordedUntil::Instant(last)) => entry.recorded_at.timestamp() <= last,
        None => true,
    };
    if !recorded || options.occurred_until.is_some_and(|last| legal_date > last) {
        return Ok(());
    }
    if entry.number.is_some() {
        told.number = entry.number;
    }
    let Statement { act, signers, author, law, basis, flags, concerns, facts, .. } = statement;
    told.acts.push(HistoryAct {
        position,
        sequence: entry.sequence,
        recorded_at: entry.recorded_at,
        legal_date,
        late: false,
        act,
        statement: entry.statement_hash,
        signers,
        author,
        law,
        basis,
        flags,
        concerns,
        facts,
    });
    Ok(())
}

/// The ledger's time zone, from its genesis.
async fn time_zone(snapshot: &mut Snapshot) -> Result<TimeZone, HistoryError> {
    let first = snapshot.events(0, 1).await?;
    let entry = first.first().and_then(|row| payload::read(&row.payload).ok());
    let act = entry.and_then(|entry| RegistryAct::read(&entry.statement).ok().flatten());
    match act {
        Some(RegistryAct::LedgerFounded(founded)) => {
            TimeZone::get(&founded.time_zone).map_err(|_| HistoryError::NoGenesis)
        }
        _ => Err(HistoryError::NoGenesis),
    }
}
