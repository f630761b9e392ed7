//! Which acts of a case count in statistics, and from which position to which.
//!
//! An act counts where its edition says what it `feeds`; an attested paper record counts as the
//! decision it holds. A feed is written `table` or `table/OUTCOME`. What is entered in error,
//! rebutted or annulled stops counting; a corrected act counts with its corrected facts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::file::ActKind;
use litopys_domain::law::fold::{ActStatus, CaseState, FoldedAct};
use litopys_domain::law::laws::Laws;
use litopys_domain::law::model::ActLaw;
use serde::Serialize;

use super::cases::whole;
use super::rows::{ClosedUnit, Rows, Texts, UnitRow};

/// How an act counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    kind: &'static str,
    feeds: Texts,
    procedure: String,
    act: String,
    outcome: String,
    citizenship: Option<String>,
    office: Option<String>,
    legal_date: Date,
}

/// What counts, by the statement that counts.
type Counting = BTreeMap<StatementHash, Counted>;

/// Adds what the acts from index `new` on opened and closed; `now` is the case after all of them.
pub(super) fn fold(
    laws: &Laws,
    acts: &[RecordedAct],
    new: usize,
    now: &CaseState<'_>,
    rows: &mut Rows,
) {
    let matters = |index: &usize| matters(laws, acts, *index, now);
    let Some(first) = (new..acts.len()).find(matters) else { return };
    let mut before = counting(&whole(laws, &acts[..first]));
    for last in (first..acts.len()).filter(matters) {
        let after = if last + 1 == acts.len() {
            counting(now)
        } else {
            counting(&whole(laws, &acts[..=last]))
        };
        step(&before, &after, &acts[last], rows);
        before = after;
    }
}

/// Whether an act can change what counts: it counts itself, speaks of another act, or comes late
/// and so moves others in legal order. That all other acts leave [`counting`] as it is makes the
/// rows independent of where batches end.
fn matters(laws: &Laws, acts: &[RecordedAct], index: usize, now: &CaseState<'_>) -> bool {
    let act = &acts[index];
    let date = |act: &RecordedAct| act.statement.occurred_at.date_in(laws.zone());
    let folded = now.acts.iter().find(|folded| folded.hash == act.hash);
    !act.statement.concerns.is_empty()
        || folded.and_then(counted_law).is_some()
        || acts[..index].iter().any(|earlier| date(earlier) > date(act))
}

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

fn counting(case: &CaseState<'_>) -> Counting {
    let stands = |act: &&FoldedAct<'_>| {
        let void = matches!(act.status, ActStatus::EnteredInError | ActStatus::Rebutted);
        !void && act.annulled_on.is_none()
    };
    let counted = case.acts.iter().filter(stands);
    counted.filter_map(|act| Some((act.hash, count(case, act, counted_law(act)?)))).collect()
}

fn count(case: &CaseState<'_>, act: &FoldedAct<'_>, law: &ActLaw) -> Counted {
    let signer = act.statement.signers.first();
    Counted {
        kind: kind(law.kind),
        feeds: Texts(law.feeds.iter().map(|feed| table(feed).to_owned()).collect()),
        procedure: act.law.map_or("", |law| &law.procedure).to_owned(),
        act: law.id.clone(),
        outcome: outcome(act, law),
        citizenship: code(act, "citizenship").or_else(|| stated_before(case, act)),
        office: signer.and_then(|signer| signer.office.clone()),
        legal_date: act.date,
    }
}

/// The citizenship that the latest act recorded before this one states.
fn stated_before(case: &CaseState<'_>, act: &FoldedAct<'_>) -> Option<String> {
    let before = case
        .acts
        .iter()
        .filter(|other| other.position < act.position && other.status != ActStatus::EnteredInError);
    let stating = before.filter_map(|other| Some((other.position, code(other, "citizenship")?)));
    stating.max_by_key(|(position, _)| *position).map(|(_, code)| code)
}

/// The law of the act that counts: the act itself, or the decision a paper record holds.
fn counted_law<'a>(act: &FoldedAct<'a>) -> Option<&'a ActLaw> {
    act.law?.act(act.acts_as()).filter(|law| !law.feeds.is_empty())
}

fn table(feed: &str) -> &str {
    feed.split_once('/').map_or(feed, |(table, _)| table)
}

/// What the edition says, else a fact of that name, else the act itself.
fn outcome(act: &FoldedAct<'_>, law: &ActLaw) -> String {
    let declared = law.feeds.iter().find_map(|feed| feed.split_once('/'));
    declared
        .map(|(_, outcome)| outcome.to_owned())
        .or_else(|| code(act, "outcome"))
        .unwrap_or_else(|| law.id.clone())
}

fn code(act: &FoldedAct<'_>, name: &str) -> Option<String> {
    act.fact(name).and_then(serde_json::Value::as_str).map(str::to_owned)
}

fn kind(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Decision => "decision",
        ActKind::Step => "step",
        ActKind::External => "external",
        ActKind::Service => "service",
    }
}
