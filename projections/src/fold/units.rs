//! Which acts of a case count in statistics, and from which position to which.
//!
//! An act counts where its edition says what it `feeds`; an attested paper record counts as the
//! decision it holds. A feed is written `table` or `table/OUTCOME`. What is entered in error or
//! annulled stops counting; a corrected act counts with its corrected facts.

use std::collections::HashMap;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::engine::EngineAct;
use litopys_domain::law::file::ActKind;
use litopys_domain::law::model::ActLaw;
use serde::Serialize;
use serde_json::{Map, Value};

use super::rows::{ClosedUnit, Rows, UnitRow};
use super::world::World;

/// How an act counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    pub(crate) kind: &'static str,
    pub(crate) feeds: Vec<String>,
    pub(crate) procedure: String,
    pub(crate) act: String,
    pub(crate) outcome: String,
    pub(crate) citizenship: Option<String>,
    pub(crate) office: Option<String>,
    pub(crate) legal_date: Date,
}

/// Adds what the acts of a case from index `new` on opened and closed.
pub(super) fn fold(world: &World, acts: &[RecordedAct], new: usize, rows: &mut Rows) {
    let relevant = |act: &RecordedAct| voids(act).is_some() || counted_law(world, act).is_some();
    if !acts[new..].iter().any(relevant) {
        return;
    }
    let mut before = counting(world, &acts[..new]);
    for end in new..acts.len() {
        if relevant(&acts[end]) {
            let after = counting(world, &acts[..=end]);
            step(&before, &after, &acts[end], rows);
            before = after;
        }
    }
}

type Counting = HashMap<StatementHash, Counted>;

fn step(before: &Counting, after: &Counting, act: &RecordedAct, rows: &mut Rows) {
    let changed = |hash: &StatementHash| before.get(hash) != after.get(hash);
    for hash in before.keys().filter(|hash| changed(hash)) {
        close(hash.to_string(), act.position, rows);
    }
    for (hash, counted) in after.iter().filter(|(hash, _)| changed(hash)) {
        rows.units.push(UnitRow {
            statement: hash.to_string(),
            case_id: act.statement.stream.id().to_owned(),
            counted: counted.clone(),
            from_position: act.position,
            to_position: None,
        });
    }
}

/// A unit opened in this very batch is not in the table yet.
fn close(statement: String, position: u64, rows: &mut Rows) {
    let mut open = rows.units.iter_mut().rev();
    match open.find(|unit| unit.statement == statement && unit.to_position.is_none()) {
        Some(unit) => unit.to_position = Some(position),
        None => rows.closed_units.push(ClosedUnit { statement, to_position: position }),
    }
}

/// What counts after these acts, by the statement that counts.
fn counting(world: &World, acts: &[RecordedAct]) -> Counting {
    let standing = standing(acts);
    let mut counting = Counting::new();
    let mut citizenship = None;
    for (act, standing) in acts.iter().zip(&standing) {
        if let Some(code) = standing.then(|| code(&act.statement.facts, "citizenship")).flatten() {
            citizenship = Some(code);
        }
        let Some(law) = standing.then(|| counted_law(world, act)).flatten() else { continue };
        let facts = corrected_facts(act, acts);
        let own = code(&facts, "citizenship");
        let unit = Counted {
            kind: kind(law.kind),
            feeds: law.feeds.iter().map(|feed| table(feed).to_owned()).collect(),
            procedure: act.statement.law.as_ref().map_or("", |l| &l.procedure).to_owned(),
            act: law.id.clone(),
            outcome: outcome(law, &facts),
            citizenship: own.or_else(|| citizenship.clone()),
            office: act.statement.signers.first().and_then(|signer| signer.office.clone()),
            legal_date: world.legal_date(&act.statement),
        };
        counting.insert(act.hash, unit);
    }
    counting
}

/// The law of the act that counts: the act itself, or the decision a paper record holds.
fn counted_law<'w>(world: &'w World, act: &RecordedAct) -> Option<&'w ActLaw> {
    let law = world.law(act.statement.law.as_ref()?)?;
    let id = match EngineAct::parse(&act.statement.act) {
        Some(EngineAct::LegacyRecordAttested) => act.statement.facts.get("decision")?.as_str()?,
        _ => &act.statement.act,
    };
    law.act(id).filter(|law| !law.feeds.is_empty())
}

/// Whether each act stands: no later act that stands itself says otherwise. Read backwards, so
/// that an error about an error is seen first.
fn standing(acts: &[RecordedAct]) -> Vec<bool> {
    let mut void: Vec<StatementHash> = Vec::new();
    let mut standing = vec![true; acts.len()];
    for (index, act) in acts.iter().enumerate().rev() {
        standing[index] = !void.contains(&act.hash);
        if standing[index] && voids(act) == Some(Voids::Wholly) {
            void.extend(&act.statement.concerns);
        }
    }
    standing
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voids {
    /// What it concerns no longer counts.
    Wholly,
    /// What it concerns counts with other facts.
    Corrects,
}

fn voids(act: &RecordedAct) -> Option<Voids> {
    match EngineAct::parse(&act.statement.act)? {
        EngineAct::EnteredInError | EngineAct::DecisionAnnulled => Some(Voids::Wholly),
        EngineAct::ClericalErrorCorrected => Some(Voids::Corrects),
        _ => None,
    }
}

/// The act's facts, overlaid with those of the corrections that stand.
fn corrected_facts(act: &RecordedAct, acts: &[RecordedAct]) -> Map<String, Value> {
    let mut facts = act.statement.facts.clone();
    let standing = standing(acts);
    for (later, standing) in acts.iter().zip(standing) {
        if standing
            && voids(later) == Some(Voids::Corrects)
            && later.statement.concerns.contains(&act.hash)
        {
            facts.extend(later.statement.facts.clone());
        }
    }
    facts
}

fn table(feed: &str) -> &str {
    feed.split_once('/').map_or(feed, |(table, _)| table)
}

/// What the edition says, else a fact of that name, else the act itself.
fn outcome(law: &ActLaw, facts: &Map<String, Value>) -> String {
    let declared = law.feeds.iter().find_map(|feed| feed.split_once('/'));
    declared
        .map(|(_, outcome)| outcome.to_owned())
        .or_else(|| code(facts, "outcome"))
        .unwrap_or_else(|| law.id.clone())
}

fn code(facts: &Map<String, Value>, name: &str) -> Option<String> {
    facts.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn kind(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Decision => "decision",
        ActKind::Step => "step",
        ActKind::External => "external",
        ActKind::Service => "service",
    }
}
