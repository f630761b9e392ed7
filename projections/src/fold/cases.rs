//! Cases: their rows, and the acts that the fold needs to make them.

use std::collections::{BTreeMap, HashMap};

use litopys_domain::act::RecordedAct;
use sqlx::PgPool;
use uuid::Uuid;

use super::rows::{CaseRow, Rows, TimelineRow};
use super::units;
use super::world::World;
use crate::error::{ProjectionError, corrupt, signed};
use crate::feed::EventRow;

/// Beyond so many acts in memory the cases are forgotten and read again when next touched.
const ACTS_MAX: usize = 50_000;

/// Recently touched cases, by id.
#[derive(Debug, Default)]
pub(super) struct Cases {
    known: HashMap<String, Vec<RecordedAct>>,
    acts: usize,
}

impl Cases {
    /// Folds the batch's new acts, by case.
    pub(super) async fn take(
        &mut self,
        pool: &PgPool,
        world: &World,
        batch: BTreeMap<String, Vec<RecordedAct>>,
        rows: &mut Rows,
    ) -> Result<(), ProjectionError> {
        if self.acts > ACTS_MAX {
            *self = Self::default();
        }
        self.load(pool, &batch).await?;
        for (id, new) in batch {
            let acts = self.known.entry(id).or_default();
            let before = acts.len();
            self.acts += new.len();
            for act in new {
                check_next(acts, &act)?;
                acts.push(act);
            }
            rows_of(world, acts, before, rows)?;
        }
        Ok(())
    }

    /// Reads the earlier acts of cases that are not in memory.
    async fn load(
        &mut self,
        pool: &PgPool,
        batch: &BTreeMap<String, Vec<RecordedAct>>,
    ) -> Result<(), ProjectionError> {
        let mut ids = Vec::new();
        let mut below = u64::MAX;
        for (id, acts) in batch {
            let Some(first) = acts.first() else { continue };
            below = below.min(first.position);
            if first.sequence > 1 && !self.known.contains_key(id) {
                ids.push(id.clone());
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let rows = sqlx::query_as!(
            EventRow,
            r#"select position, aggregate_type, aggregate_id, sequence, leaf_hash,
                      payload::text as "payload!"
                 from events
                where aggregate_type = 'case' and aggregate_id = any ($1) and position < $2
                order by position"#,
            &ids,
            signed(below),
        )
        .fetch_all(pool)
        .await?;
        self.acts += rows.len();
        for row in rows {
            let act = row.act()?;
            let acts = self.known.entry(row.aggregate_id).or_default();
            check_next(acts, &act)?;
            acts.push(act);
        }
        Ok(())
    }
}

/// A stream has no holes.
fn check_next(acts: &[RecordedAct], next: &RecordedAct) -> Result<(), ProjectionError> {
    let expected = acts.len() as u64 + 1;
    if next.sequence == expected {
        return Ok(());
    }
    let reason =
        format!("sequence {} of {} follows {}", next.sequence, next.statement.stream, acts.len());
    Err(corrupt("events", "sequence", next.position, reason))
}

/// The rows of one case; acts from index `before` on are new.
fn rows_of(
    world: &World,
    acts: &[RecordedAct],
    before: usize,
    rows: &mut Rows,
) -> Result<(), ProjectionError> {
    let (Some(opening), Some(last)) = (acts.first(), acts.last()) else { return Ok(()) };
    let id = opening.statement.stream.id();
    if before > 0 {
        let id = Uuid::try_parse(id);
        rows.cases_before
            .push(id.map_err(|error| corrupt("events", "aggregate_id", last.position, error))?);
    }
    rows.timeline.extend(acts[before..].iter().map(|act| timeline_row(world, act)));
    units::fold(world, acts, before, rows);
    rows.cases.push(case_row(world, opening, last, acts));
    Ok(())
}

fn case_row(
    world: &World,
    opening: &RecordedAct,
    last: &RecordedAct,
    acts: &[RecordedAct],
) -> CaseRow {
    let cited = acts.iter().rev().find_map(|act| act.statement.law.as_ref());
    let law = cited.and_then(|cited| world.law(cited));
    let mut subjects: Vec<_> =
        acts.iter().flat_map(|act| &act.statement.subjects).map(ToString::to_string).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let citizenship = acts.iter().rev().find_map(|act| act.statement.facts.get("citizenship"));
    CaseRow {
        id: opening.statement.stream.id().to_owned(),
        number: opening.number.clone(),
        procedure: cited.map(|cited| cited.procedure.clone()).unwrap_or_default(),
        procedure_title: law.map(|law| law.title.clone()),
        state: None,
        state_title: None,
        disputed: false,
        closed: false,
        office: opening.statement.signers.first().and_then(|signer| signer.office.clone()),
        citizenship: citizenship.and_then(|code| code.as_str()).map(str::to_owned),
        subjects,
        opened: world.legal_date(&opening.statement),
        acts: acts.len(),
        last_act: last.statement.act.clone(),
        last_statement: last.hash.to_string(),
        last_position: last.position,
        last_recorded_at: last.recorded_at,
        flags_open: 0,
        defects: 0,
        next_due: None,
    }
}

fn timeline_row(world: &World, act: &RecordedAct) -> TimelineRow {
    let statement = &act.statement;
    TimelineRow {
        case_id: statement.stream.id().to_owned(),
        sequence: act.sequence,
        position: act.position,
        statement: act.hash.to_string(),
        act: statement.act.clone(),
        act_title: world.act_law(statement).map(|law| law.title.clone()),
        occurred_at: statement.occurred_at,
        legal_date: world.legal_date(statement),
        recorded_at: act.recorded_at,
        source: statement.source.clone(),
        author: statement.author.clone(),
        signers: statement.signers.clone(),
        procedure: statement.law.as_ref().map(|law| law.procedure.clone()),
        edition: statement.law.as_ref().map(|law| law.edition),
        package: statement.law.as_ref().map(|law| law.package.to_string()),
        concerns: statement.concerns.iter().map(ToString::to_string).collect(),
        flags: statement.flags.clone(),
    }
}
