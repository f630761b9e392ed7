//! Cases: their rows, and the acts that the fold needs to make them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::ops::Range;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::law::fold::{ActStatus, CaseState, FoldedAct, Point, Related, View};
use litopys_domain::law::next::{put_by, put_from};
use litopys_domain::law::{self, laws::Laws};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::defects::Shown;
use super::disputes;
use super::rows::{CaseRow, ClockRow, Rows, Standing, Texts, TimelineRow};
use super::units;
use super::world::World;
use crate::error::{ProjectionError, corrupt, signed};
use crate::feed::EventRow;

/// Beyond so many acts in memory the cases are forgotten and read again when next touched.
const ACTS_MAX: usize = 50_000;

/// Recently touched cases, by id.
#[derive(Debug, Default)]
pub(super) struct Cases {
    known: HashMap<String, Known>,
    acts: usize,
}

/// A case's acts, and what they showed.
#[derive(Debug, Default)]
struct Known {
    acts: Vec<RecordedAct>,
    shown: Shown,
}

/// A page of the log: the new acts, by case, and the positions they lie between.
pub(super) struct Batch {
    pub(super) cases: BTreeMap<String, Vec<RecordedAct>>,
    /// The position it begins with, and that behind it.
    pub(super) positions: Range<u64>,
}

impl Cases {
    /// Folds the batch's new acts, by case.
    pub(super) async fn take(
        &mut self,
        pool: &PgPool,
        world: &World,
        batch: Batch,
        rows: &mut Rows,
    ) -> Result<(), ProjectionError> {
        if self.acts > ACTS_MAX {
            *self = Self::default();
        }
        let Batch { cases, positions } = batch;
        let older = cases.iter().filter(|(_, acts)| acts.first().is_some_and(|a| a.sequence > 1));
        self.load(pool, older.map(|(id, _)| id.clone()).collect(), positions.start).await?;
        let mut touched = Vec::with_capacity(cases.len());
        for (id, new) in cases {
            let Known { acts, .. } = self.known.entry(id.clone()).or_default();
            touched.push((id, acts.len()));
            self.acts += new.len();
            for act in new {
                check_next(acts, &act)?;
                acts.push(act);
            }
        }
        // Only now are the other cases as far as this batch, too.
        let mut related = self.relate(pool, world, &touched, &positions).await?;
        for (id, before) in touched {
            let others = related.remove(&id).unwrap_or_default();
            let Some(mut shown) = self.known.get_mut(&id).map(|one| mem::take(&mut one.shown))
            else {
                continue;
            };
            let acts = |id: &String| self.known.get(id).map(|one| one.acts.as_slice());
            let others: Vec<_> = others.iter().filter_map(acts).collect();
            rows_of(world, acts(&id).unwrap_or_default(), (before, &others), &mut shown, rows)?;
            self.known.entry(id).or_default().shown = shown;
        }
        Ok(())
    }

    /// The other cases that judging the touched ones looks at: those of their subjects, and the
    /// disputes that court outcomes come from. A verdict sees of them what its position saw,
    /// whatever is at hand by now.
    async fn relate(
        &mut self,
        pool: &PgPool,
        world: &World,
        touched: &[(String, usize)],
        positions: &Range<u64>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, ProjectionError> {
        let mut asking = Vec::new();
        let mut subjects = BTreeSet::new();
        for (id, _) in touched {
            let Some(Known { acts, shown }) = self.known.get(id) else { continue };
            if shown.asks_others(&world.laws, acts) {
                let named: BTreeSet<_> = acts
                    .iter()
                    .flat_map(|act| &act.statement.subjects)
                    .map(ToString::to_string)
                    .collect();
                let disputes = acts.iter().filter_map(|act| put_from(&act.statement));
                let disputes: BTreeSet<_> =
                    disputes.map(|dispute| dispute.id().to_owned()).collect();
                subjects.extend(named.iter().cloned());
                asking.push((id.clone(), named, disputes));
            }
        }
        let cases = cases_of(pool, subjects.into_iter().collect(), positions.end).await?;
        let mut related = BTreeMap::new();
        for (id, named, mut others) in asking {
            others.extend(named.iter().filter_map(|one| cases.get(one)).flatten().cloned());
            others.remove(&id);
            related.insert(id, others);
        }
        let wanted: BTreeSet<&String> = related.values().flatten().collect();
        self.load(pool, wanted.into_iter().cloned().collect(), positions.start).await?;
        Ok(related)
    }

    /// Reads the acts below `below` of those cases that are not in memory.
    async fn load(
        &mut self,
        pool: &PgPool,
        mut ids: Vec<String>,
        below: u64,
    ) -> Result<(), ProjectionError> {
        ids.retain(|id| !self.known.contains_key(id));
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
            let acts = &mut self.known.entry(row.aggregate_id).or_default().acts;
            check_next(acts, &act)?;
            acts.push(act);
        }
        Ok(())
    }
}

/// The cases that named these subjects below a position, by the subject.
async fn cases_of(
    pool: &PgPool,
    subjects: Vec<String>,
    below: u64,
) -> Result<HashMap<String, Vec<String>>, ProjectionError> {
    let mut cases: HashMap<String, Vec<String>> = HashMap::new();
    if subjects.is_empty() {
        return Ok(cases);
    }
    let rows = sqlx::query!(
        "select subject, aggregate_id from stream_subjects
          where aggregate_type = 'case' and subject = any ($1) and position < $2",
        &subjects,
        signed(below),
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        cases.entry(row.subject).or_default().push(row.aggregate_id);
    }
    Ok(cases)
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

/// The rows of one case; acts from index `before` on are new, `others` are the cases that judging
/// them looks at.
fn rows_of(
    world: &World,
    acts: &[RecordedAct],
    (before, others): (usize, &[Related<'_>]),
    shown: &mut Shown,
    rows: &mut Rows,
) -> Result<(), ProjectionError> {
    let (Some(opening), Some(last)) = (acts.first(), acts.last()) else { return Ok(()) };
    let id = opening.statement.stream.id();
    if before > 0 {
        let id = Uuid::try_parse(id);
        rows.cases_before
            .push(id.map_err(|error| corrupt("events", "aggregate_id", last.position, error))?);
    }
    let state = whole(&world.laws, acts);
    rows.timeline.extend(acts[before..].iter().map(|act| timeline_row(&world.laws, act, &state)));
    units::fold(&world.laws, acts, before, &state, rows);
    let mut case = case_row(&world.laws, acts, (opening, last), &state);
    let clocks = clock_rows(&world.laws, &case, &state);
    case.next_due = clocks.iter().filter(|clock| !clock.informs).map(|clock| clock.due).min();
    rows.worklist.extend(clocks);
    disputes::fold(&case, &state, rows);
    shown.judge(&world.laws, acts, others);
    rows.defects.extend(shown.rows(&world.laws, &case, &state));
    rows.cases.push(case);
    Ok(())
}

/// The case after all these acts, wherever in time they lie.
pub(super) fn whole<'a>(laws: &'a Laws, acts: &'a [RecordedAct]) -> CaseState<'a> {
    law::fold::state(laws, acts, View::new(Date::MAX, u64::MAX))
}

fn case_row(
    laws: &Laws,
    acts: &[RecordedAct],
    (opening, last): (&RecordedAct, &RecordedAct),
    case: &CaseState<'_>,
) -> CaseRow {
    let law = case.acts.iter().rev().find_map(|act| act.law);
    let cited = opening.statement.law.as_ref().map_or("", |law| &law.procedure);
    let opened_at = opening.statement.signers.first().and_then(|one| one.office.as_deref());
    let state_law = case.state.and_then(|state| law?.states.get(state));
    let mut subjects: Vec<_> = case.subjects.iter().map(ToString::to_string).collect();
    subjects.sort_unstable();
    CaseRow {
        id: opening.statement.stream.id().to_owned(),
        number: opening.number.clone(),
        procedure: case.procedure.unwrap_or(cited).to_owned(),
        procedure_title: law.map(|law| law.title.clone()),
        state: case.state.map(str::to_owned),
        state_title: state_law.map(|state| state.title.clone()),
        other_state: case.other_state.map(str::to_owned),
        disputed: case.is_out_of_order,
        is_final: case.is_final,
        closed: case.is_closed,
        office: case.office.or(opened_at).map(str::to_owned),
        assigned_to: assigned_to(case),
        citizenship: latest(case, "", "citizenship"),
        subjects: Texts(subjects),
        opened: case.opened.map_or_else(
            || opening.statement.occurred_at.date_in(laws.zone()),
            |opened| opened.date,
        ),
        acts: acts.len(),
        last_act: last.statement.act.clone(),
        last_statement: last.hash.to_string(),
        last_position: last.position,
        last_recorded_at: last.recorded_at,
        flags: case.answers.len(),
        // Whether a term that still runs has passed depends on the day of the question.
        defects: case.defects.iter().filter(|defect| defect.late.is_some()).count(),
        next_due: None,
        transfer: case.transfer.map(|transfer| json!(transfer)),
        links: json!(case.links),
        stops: json!(case.stops),
        standing: case.acts.iter().map(standing).collect(),
    }
}

/// The latest that an act which stands says in a fact; of any act where none is named.
fn latest(case: &CaseState<'_>, act: &str, fact: &str) -> Option<String> {
    let standing = case.acts.iter().rev().filter(|one| one.status != ActStatus::EnteredInError);
    let mut named = standing.filter(|one| act.is_empty() || one.act == act);
    named.find_map(|one| one.fact(fact)?.as_str().map(str::to_owned))
}

/// The officer in charge; whoever had the case before an office received it is so no more.
fn assigned_to(case: &CaseState<'_>) -> Option<String> {
    let effective = case.acts.iter().rev().filter(|act| act.is_effective());
    let mut moves = effective.filter(|act| matches!(act.act, "Assigned" | "TransferReceived"));
    moves.next()?.fact("officer")?.as_str().map(str::to_owned)
}

fn standing(act: &FoldedAct<'_>) -> Standing {
    Standing {
        position: act.position,
        status: act.status,
        from_state: act.from.map(str::to_owned),
        to_state: act.to.map(str::to_owned),
        served_on: act.served_on,
        annulled_on: act.annulled_on,
        remitted: act.remitted,
        suspended_on: act.suspended_on,
        changed_on: act.changed_on,
        basis_lost: act.basis_lost,
        puts: act.puts.as_ref().map(|put| json!(put)),
    }
}

fn clock_rows(laws: &Laws, row: &CaseRow, case: &CaseState<'_>) -> Vec<ClockRow> {
    let running = case.clocks.iter().filter(|clock| clock.is_running());
    let rows = running.map(|clock| ClockRow {
        case_id: row.id.clone(),
        clock: clock.clock.to_owned(),
        started_by: clock.started_by.to_string(),
        title: clock.law.title.clone(),
        due: clock.due_on,
        due_at: match clock.due {
            Point::Instant(at) => Some(at),
            Point::Date(_) => None,
        },
        warn_from: clock.warnings(laws.zone()).first().copied(),
        fires_on: clock.law.fires.as_ref().and(clock.waits_until().tomorrow().ok()),
        fires: clock.law.fires.clone(),
        informs: clock.law.informs,
        number: row.number.clone(),
        procedure: row.procedure.clone(),
        state: row.state.clone(),
        office: row.office.clone(),
        assigned_to: row.assigned_to.clone(),
    });
    rows.collect()
}

fn timeline_row(laws: &Laws, act: &RecordedAct, case: &CaseState<'_>) -> TimelineRow {
    let statement = &act.statement;
    let folded = case.acts.iter().find(|folded| folded.hash == act.hash);
    let law = folded.and_then(|folded| folded.law?.act(&statement.act));
    TimelineRow {
        case_id: statement.stream.id().to_owned(),
        sequence: act.sequence,
        position: act.position,
        statement: act.hash.to_string(),
        act: statement.act.clone(),
        act_title: law.map(|law| law.title.clone()),
        occurred_at: statement.occurred_at,
        legal_date: statement.occurred_at.date_in(laws.zone()),
        recorded_at: act.recorded_at,
        source: statement.source.clone(),
        author: statement.author.clone(),
        signers: statement.signers.clone(),
        procedure: statement.law.as_ref().map(|law| law.procedure.clone()),
        edition: statement.law.as_ref().map(|law| law.edition),
        package: statement.law.as_ref().map(|law| law.package.to_string()),
        concerns: Texts(statement.concerns.iter().map(ToString::to_string).collect()),
        flags: statement.flags.clone(),
        put_by: put_by(statement),
        put_from: put_from(statement).map(|dispute| dispute.id().to_owned()),
    }
}
