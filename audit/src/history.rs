//! The acts of a case on both time axes: when they were recorded, and when they count in law.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::law::fold::{
    ActStatus, CaseState, ClockState, ClockStatus, Point, View, state,
};
use litopys_domain::law::laws::Laws;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::registry::RegistryAct;
use litopys_domain::statement::{Author, FlagAnswer, LawRef, Signer, Statement};
use litopys_domain::violation::Words;
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::laws;
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
    /// What the law makes of the acts told; none where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateTold>,
    pub acts: Vec<HistoryAct>,
}

/// The state of the case, by the law fold over the acts told.
#[derive(Debug, Clone, Serialize)]
pub struct StateTold {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    pub is_final: bool,
    pub is_closed: bool,
    /// The office that has the case, and the one it was handed to and that has not received it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_its_way_to: Option<String>,
    /// Acts that stops name, lifted ones aside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<String>,
    /// The state without the acts that came late, while the case is out of order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    pub clocks: Vec<ClockTold>,
}

/// A term that was started.
#[derive(Debug, Clone, Serialize)]
pub struct ClockTold {
    pub clock: String,
    pub title: Words,
    pub start: Point,
    pub due: Point,
    pub status: ClockStatus,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    /// What became of it: effective, entered in error, rebutted, impossible in its legal place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ActStatus>,
    /// The states between which it moved the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What courts did to it.
    #[serde(flatten)]
    pub fate: Fate,
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

/// What courts did to a decision.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Fate {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annulled_on: Option<Date>,
    /// The annulled decision that it rested on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_lost: Option<StatementHash>,
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
    #[error("the law of the case cannot be loaded; run `litopys-audit verify --all`: {0}")]
    Law(String),
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
    if rows.is_empty() {
        return Err(HistoryError::NoCase(case.clone()));
    }
    let mut told = History { case: case.clone(), number: None, state: None, acts: Vec::new() };
    let mut recorded = Vec::new();
    for row in &rows {
        recorded.extend(tell(&mut told, row, &zone, options)?);
    }
    let law = recorded.iter().find_map(|act| act.statement.law.as_ref());
    if let Some(procedure) = law.map(|law| law.procedure.clone()) {
        let laws = laws::of_procedure(&mut snapshot, &procedure, zone).await?;
        apply_law(&mut told, &laws.map_err(HistoryError::Law)?, &recorded);
    }
    snapshot.close().await?;
    told.acts.sort_by_key(|act| (act.legal_date, act.position));
    mark_late(&mut told.acts);
    Ok(told)
}

/// What the law makes of the acts.
fn apply_law(told: &mut History, laws: &Laws, recorded: &[RecordedAct]) {
    let case = state(laws, recorded, View::new(Date::MAX, u64::MAX));
    for act in &mut told.acts {
        let Some(folded) = case.acts.iter().find(|one| one.hash == act.statement) else { continue };
        let law = folded.law.and_then(|law| law.act(folded.act));
        act.title = law.map(|law| law.title.clone());
        act.status = Some(folded.status);
        (act.from, act.to) = (folded.from.map(str::to_owned), folded.to.map(str::to_owned));
        act.fate = Fate {
            suspended_on: folded.suspended_on,
            changed_on: folded.changed_on,
            annulled_on: folded.annulled_on,
            basis_lost: folded.basis_lost,
        };
    }
    let law = case.acts.last().and_then(|act| act.law);
    told.state = case.state.map(|id| StateTold {
        id: id.to_owned(),
        title: law.and_then(|law| law.states.get(id)).map(|state| state.title.clone()),
        is_final: case.is_final,
        is_closed: case.is_closed,
        office: case.office.map(str::to_owned),
        on_its_way_to: case.transfer.map(|transfer| transfer.to.to_owned()),
        stopped: stopped(&case),
        other: case.other_state.map(str::to_owned),
        clocks: case.clocks.iter().map(clock_told).collect(),
    });
}

fn stopped(case: &CaseState<'_>) -> Vec<String> {
    let acts = case.stops.iter().flat_map(|stop| &stop.blocks);
    let acts: std::collections::BTreeSet<_> = acts.map(|act| (*act).to_owned()).collect();
    acts.into_iter().collect()
}

fn clock_told(clock: &ClockState<'_>) -> ClockTold {
    ClockTold {
        clock: clock.clock.to_owned(),
        title: clock.law.title.clone(),
        start: clock.start,
        due: clock.due,
        status: clock.status,
    }
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
) -> Result<Option<RecordedAct>, HistoryError> {
    let position = row.position;
    let entry = payload::read(&row.payload)
        .map_err(|source| HistoryError::Unreadable { position, source })?;
    let statement = Statement::clone(&entry.statement);
    let legal_date = statement.occurred_at.date_in(zone);
    let recorded = match options.recorded_until {
        Some(RecordedUntil::Position(last)) => position <= last,
        Some(RecordedUntil::Instant(last)) => entry.recorded_at.timestamp() <= last,
        None => true,
    };
    if !recorded || options.occurred_until.is_some_and(|last| legal_date > last) {
        return Ok(None);
    }
    if entry.number.is_some() {
        told.number.clone_from(&entry.number);
    }
    let Statement { act, signers, author, law, basis, flags, concerns, facts, .. } = statement;
    told.acts.push(HistoryAct {
        position,
        sequence: entry.sequence,
        recorded_at: entry.recorded_at,
        legal_date,
        late: false,
        act,
        title: None,
        status: None,
        from: None,
        to: None,
        fate: Fate::default(),
        statement: entry.statement_hash,
        signers,
        author,
        law,
        basis,
        flags,
        concerns,
        facts,
    });
    Ok(entry.recorded_at_position(position))
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
