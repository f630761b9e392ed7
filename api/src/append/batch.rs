//! One batch: submissions become payloads, leaves, tiles and rows.

use std::collections::HashMap;
use std::sync::Arc;

use litopys_domain::act::{Act, Place, RecordedAct};
use litopys_domain::ids::StreamId;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::{self, Hash, NoteSigner, TileBuilder};

use super::{SealedDisclosure, Submission};
use crate::reader::Head;
use crate::receipt::Receipt;
use crate::stored::{StoredError, corrupt};

/// Which gap-free series a case is numbered in: `80-FR-2026-000123` without year and count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberFor {
    pub office: String,
    /// The procedure's short code.
    pub procedure: String,
    pub year: i16,
}

/// The last number given in each series that this process knows.
pub(super) type Numbers = HashMap<NumberFor, i64>;

/// A completed batch, ready for its statement.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) first: u64,
    pub(super) log: log::Batch,
    pub(super) recorded_at: RecordedAt,
    pub(super) rows: Vec<Row>,
    pub(super) numbers: Numbers,
    /// Whether it tells others, in the same transaction, how large the log is now.
    pub(super) announces: bool,
}

/// One act's row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) recorded: RecordedAct,
    pub(super) payload: String,
    pub(super) new_subjects: Vec<StreamId>,
    pub(super) disclosures: Vec<SealedDisclosure>,
}

/// Gives each act its place after `builder`'s last leaf.
pub(super) fn complete<'s>(
    builder: &TileBuilder,
    numbers: &Numbers,
    recorded_at: RecordedAt,
    submissions: impl Iterator<Item = &'s Submission>,
) -> Result<Batch, StoredError> {
    let mut batch = Batch::after(builder, recorded_at);
    for submission in submissions {
        batch.push(submission, numbers)?;
    }
    Ok(batch)
}

/// Rows that another process wrote, taken in after `builder`'s last leaf; never empty.
pub(super) fn of_others(builder: &TileBuilder, foreign: Vec<super::sql::Foreign>) -> Batch {
    let last = foreign.last().map(|row| row.recorded.recorded_at);
    let epoch = RecordedAt::new(jiff::Timestamp::UNIX_EPOCH);
    let mut batch = Batch::after(builder, last.unwrap_or(epoch));
    for super::sql::Foreign { recorded, payload } in foreign {
        batch.log.push(recorded.leaf);
        if let Some((series, count)) = recorded.number.as_deref().and_then(NumberFor::parse) {
            batch.numbers.insert(series, count);
        }
        let row = Row { recorded, payload, new_subjects: Vec::new(), disclosures: Vec::new() };
        batch.rows.push(row);
    }
    batch
}

impl Batch {
    fn after(builder: &TileBuilder, recorded_at: RecordedAt) -> Self {
        Self {
            first: builder.size(),
            log: log::Batch::new(builder.clone()),
            recorded_at,
            rows: Vec::new(),
            numbers: HashMap::new(),
            announces: true,
        }
    }

    fn push(&mut self, submission: &Submission, known: &Numbers) -> Result<(), StoredError> {
        let number = submission.number.as_ref().map(|series| {
            let last = self.numbers.get(series).or_else(|| known.get(series)).copied();
            let next = last.unwrap_or(0) + 1;
            self.numbers.insert(series.clone(), next);
            series.numbered(next)
        });
        let place = Place {
            sequence: submission.after.map_or(1, |(sequence, _)| sequence + 1),
            previous: submission.after.map(|(_, leaf)| leaf),
            number,
            recorded_at: self.recorded_at,
        };
        let mut act = submission.act.clone();
        act.place = Some(place.clone());
        let unplaced = || corrupt("log_head", "size", self.first);
        let payload = act.to_payload().ok_or_else(unplaced)?;
        let leaf = Hash::leaf(payload.as_bytes());
        let position = self.log.push(leaf);
        self.rows.push(Row {
            recorded: recorded(&act, position, place, leaf),
            payload,
            new_subjects: submission.new_subjects.clone(),
            disclosures: submission.disclosures.clone(),
        });
        Ok(())
    }

    pub(super) fn size(&self) -> u64 {
        self.log.builder().size()
    }

    /// The receipts of all rows under one checkpoint; only after the COMMIT is known.
    pub(super) fn receipts(&self, signer: &NoteSigner) -> Result<Vec<Arc<Receipt>>, StoredError> {
        let head = Head { size: self.size(), root: self.log.builder().root() };
        let checkpoint = head.sign(signer)?;
        let receipt = |row: &Row| {
            let position = row.recorded.position;
            let inclusion =
                self.log.prove(position).map_err(|_| corrupt("log_head", "size", position))?;
            let (payload, checkpoint) = (row.payload.clone(), checkpoint.clone());
            Ok(Arc::new(Receipt { position, payload, inclusion, checkpoint }))
        };
        self.rows.iter().map(receipt).collect()
    }
}

fn recorded(act: &Act, position: u64, place: Place, leaf: Hash) -> RecordedAct {
    RecordedAct {
        statement: Arc::clone(act.statement()),
        hash: act.hash(),
        position,
        sequence: place.sequence,
        number: place.number,
        recorded_at: place.recorded_at,
        leaf,
    }
}

impl NumberFor {
    /// The number as it stands in the opening act.
    pub fn numbered(&self, count: i64) -> String {
        let Self { office, procedure, year } = self;
        format!("{office}-{procedure}-{year}-{count:06}")
    }

    /// Reads a number back.
    pub fn parse(number: &str) -> Option<(Self, i64)> {
        let mut parts = number.rsplitn(4, '-');
        let count = parts.next()?.parse().ok()?;
        let year = parts.next()?.parse().ok()?;
        let procedure = parts.next()?.to_owned();
        let office = parts.next()?.to_owned();
        Some((Self { office, procedure, year }, count))
    }
}
