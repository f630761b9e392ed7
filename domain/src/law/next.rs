//! What may happen next in a case, who must sign it, what it asks for, and why the rest is not
//! possible.

mod due;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

pub use due::{Cited, DueAct, RipeTerm, due_acts, ripe_terms, was_signed};

use super::{
    engine::EngineAct,
    file::{ActKind, Kept, Precision},
    fold::{CaseState, FoldedAct, Item, Point, View, fold, items, possible_act},
    judge::{impossible_act, no_object, stopped_act, term_runs},
    laws::{Laws, Question},
    model::{ActLaw, Law},
};
use crate::{
    act::RecordedAct,
    ids::{StatementHash, StreamId},
    statement::Statement,
    violation::{Violation, Words},
};

/// An act as a possibility.
#[derive(Debug, Clone, Serialize)]
pub struct NextAct {
    pub act: String,
    pub title: Words,
    pub kind: ActKind,
    pub at: Precision,
    /// `None` where the act is possible.
    pub refused: Option<Violation>,
    /// States it may lead to; empty where the state stays.
    pub to: Vec<String>,
    /// Alternatives; the roles of one sign together.
    pub signed_by: Vec<Vec<String>>,
    /// The least number of different signers.
    pub signatures: usize,
    pub on_behalf_of: Vec<String>,
    pub recorded_by: Vec<String>,
    pub competence: Option<String>,
    pub basis: Vec<String>,
    pub must_be_served: bool,
    pub immaterial: bool,
    pub letter: Option<String>,
    /// JSON Schema (2020-12) of the open facts.
    pub facts: Json,
    /// JSON Schema of the values that are sealed.
    pub private: Json,
    /// Terms that wait for this act.
    pub due: Vec<DueTerm>,
    /// The stop that blocks it; what another does may still be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StatementHash>,
    /// The annulled decision that the present state rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_lost: Option<StatementHash>,
}

/// A running clock that an act would stop or that fires it.
#[derive(Debug, Clone, Serialize)]
pub struct DueTerm {
    pub clock: String,
    pub title: Words,
    pub due: Point,
    pub warnings: Vec<Date>,
}

/// Every act of the edition due on `view.date`, the possible ones first. For a case not yet opened
/// give no acts and the procedure.
pub fn next_acts(laws: &Laws, procedure: &str, acts: &[RecordedAct], view: View) -> Vec<NextAct> {
    let items = items(laws, acts);
    let case = fold(laws, &items, View { date: Date::MAX, ..view });
    let question = Question {
        procedure: case.procedure.unwrap_or(procedure),
        date: view.date,
        opened: case.opened.map(|opened| opened.date),
        position: view.position,
    };
    let Some(due) = laws.due(question) else { return Vec::new() };
    let law = due.states_law();
    let fired = due_acts(laws, acts, view);
    let is_due = |act: &ActLaw| fired.iter().any(|due| due.act == act.id);
    let mut next: Vec<_> =
        law.acts.values().map(|act| next_act(laws, &case, law, (act, is_due(act)), view)).collect();
    next.sort_by_key(|act| act.refused.is_some());
    next
}

/// A court outcome that a dispute case puts into the case of a decision. The ledger signs it there,
/// on this date, concerning the decision, with the facts `by` and `dispute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PutAct<'a> {
    /// The case it is put into.
    pub case: StreamId,
    pub decision: StatementHash,
    /// The engine act.
    pub act: &'a str,
    /// The act of the dispute that puts it.
    pub by: StatementHash,
    pub dispute: &'a StreamId,
    /// The legal date of both acts.
    pub date: Date,
}

/// What the acts of a dispute case put into other cases, in legal order; nothing while the dispute
/// is out of order. What a case holds already is told by [`put_by`].
pub fn acts_put<'a>(dispute: &CaseState<'a>) -> Vec<PutAct<'a>> {
    let acts = dispute.acts.iter().filter(|act| act.is_effective() && !dispute.is_out_of_order);
    let put = acts.filter_map(|act| {
        let put = act.puts.clone()?;
        Some(PutAct {
            case: put.case,
            decision: put.decision,
            act: put.act,
            by: act.hash,
            dispute: &act.statement.stream,
            date: act.date,
        })
    });
    put.collect()
}

/// The act of a dispute that put this statement into its case. One act puts once, even if what it
/// put was entered in error later.
pub fn put_by(statement: &Statement) -> Option<StatementHash> {
    let outcome = EngineAct::parse(&statement.act)?.is_court_outcome();
    statement.facts.get("by").filter(|_| outcome)?.as_str()?.parse().ok()
}

/// Outcomes in a case whose act of the dispute does not stand any more, such as a judgment that was
/// taken for final until an appeal came in. Somebody must enter them in error.
pub fn fallen_puts<'p>(
    parent: &'p CaseState<'_>,
    dispute: &CaseState<'_>,
) -> Vec<&'p FoldedAct<'p>> {
    let fell =
        |by: StatementHash| dispute.acts.iter().any(|act| act.hash == by && !act.is_effective());
    let put = parent.acts.iter().filter(|act| act.is_effective());
    put.filter(|act| act.put_by().is_some_and(fell)).collect()
}

/// The dispute case that a statement says it comes from.
pub fn put_from(statement: &Statement) -> Option<StreamId> {
    put_by(statement)?;
    statement.facts.get("dispute")?.as_str()?.parse().ok()
}

/// `due` says whether a term that has passed asks the ledger for the act.
fn next_act(
    laws: &Laws,
    case: &CaseState<'_>,
    law: &Law,
    (act, due): (&ActLaw, bool),
    view: View,
) -> NextAct {
    let stop = case.stop_of(&act.id, view.date).filter(|_| act.engine.is_none());
    let refused = if case.is_out_of_order
        && !act.immaterial
        && act.engine != Some(EngineAct::StateDetermined)
    {
        Some(super::judge::disputed(case))
    } else if act.kind == ActKind::Service {
        // What a clock of the case fires waits for its term, whoever signs it.
        let by_clock = case.clocks.iter().any(|c| c.law.fires.as_deref() == Some(act.id.as_str()));
        let waits = by_clock || act.services.is_empty();
        let possible = possible_act(case, law, act).map_err(|b| impossible_act(b, law, act, case));
        // One that is due has its place on its own day, wherever the case stands since.
        possible.err().or_else(|| waits.then(term_runs)).filter(|_| !due)
    } else if act.engine.is_some_and(|engine| !has_object(case, law, engine)) {
        Some(no_object(&act.id))
    } else {
        let impossible = possible_act(case, law, act).err();
        let stopped = stop.filter(|_| act.kind != ActKind::External);
        impossible
            .map(|blocked| impossible_act(blocked, law, act, case))
            .or_else(|| stopped.map(|stop| stopped_act(&act.id, stop)))
    };
    let rests_on = case.resting_on().filter(|_| act.engine.is_none());
    let fallen = rests_on.and_then(|one| one.annulled_on.map(|_| one.hash).or(one.basis_lost));
    NextAct {
        act: act.id.clone(),
        title: act.title.clone(),
        kind: act.kind,
        at: act.at,
        refused,
        to: act.targets().map(str::to_owned).collect(),
        signed_by: act.signed_by.clone(),
        signatures: act.signatures,
        on_behalf_of: act.on_behalf_of.clone(),
        recorded_by: act.recorded_by.clone(),
        competence: act.competence.clone(),
        basis: act.basis.clone(),
        must_be_served: act.must_be_served,
        immaterial: act.immaterial,
        letter: act.letter.clone(),
        facts: schema(law, act, view.date, |kept| kept == Kept::Open),
        private: schema(law, act, view.date, |kept| kept != Kept::Open),
        due: due_terms(laws, case, act),
        stopped_by: stop.map(|stop| stop.act),
        basis_lost: fallen,
    }
}

/// Whether the case holds anything that an engine act could be about.
fn has_object(case: &CaseState<'_>, law: &Law, engine: EngineAct) -> bool {
    let opening = case.opened.map(|opened| opened.act);
    let mut acts = case.acts.iter().filter(|act| act.is_effective());
    let is_decision = |act: &&FoldedAct<'_>| {
        law.act(act.acts_as()).is_some_and(|law| law.kind == ActKind::Decision)
    };
    match engine {
        EngineAct::StopLifted | EngineAct::StopOverridden => !case.stops.is_empty(),
        EngineAct::Unlinked => !case.links.is_empty(),
        EngineAct::EnteredInError => {
            // What opened the case is taken back only while it stands alone.
            let alone = case.acts.len() == 1;
            acts.any(|act| act.served_on.is_none() && (alone || Some(act.hash) != opening))
        }
        EngineAct::SuspensionLifted => {
            acts.filter(is_decision).any(|act| act.suspended_on.is_some())
        }
        EngineAct::DecisionUpheld => acts.any(|act| is_decision(&act)),
        engine if engine.is_court_outcome() => {
            acts.filter(is_decision).any(|act| act.annulled_on.is_none())
        }
        _ => true,
    }
}

fn due_terms(laws: &Laws, case: &CaseState<'_>, act: &ActLaw) -> Vec<DueTerm> {
    let waits = |clock: &&super::fold::ClockState<'_>| {
        clock.is_running()
            && (clock.law.stops.iter().any(|stop| stop.on.act == act.id)
                || clock.law.fires.as_deref() == Some(act.id.as_str()))
    };
    case.clocks
        .iter()
        .filter(waits)
        .map(|clock| DueTerm {
            clock: clock.clock.to_owned(),
            title: clock.law.title.clone(),
            due: clock.due,
            warnings: clock.warnings(laws.zone()),
        })
        .collect()
}

/// The JSON Schema of an act's fields that are kept in one way.
fn schema(law: &Law, act: &ActLaw, date: Date, which: impl Fn(Kept) -> bool) -> Json {
    let codes = |list: &str| -> Vec<String> {
        let list = law.lists.get(list).map(|list| list.all_on(date));
        list.into_iter().flatten().map(|(code, _)| code.to_owned()).collect()
    };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, field) in act.fields.iter().filter(|(_, field)| which(field.kept)) {
        let mut property = field.ty.schema(&codes);
        if let (Some(title), Some(map)) = (&field.title, property.as_object_mut()) {
            map.insert("title".to_owned(), json!(title.en));
            map.insert("x-title-uk".to_owned(), json!(title.uk));
        }
        properties.insert(name.clone(), property);
        if !field.optional {
            required.push(name.clone());
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        // Records and corrections borrow the fields of another act.
        "additionalProperties": matches!(
            act.engine,
            Some(EngineAct::LegacyRecordAttested | EngineAct::ClericalErrorCorrected)
        ),
        "required": required,
        "properties": properties
    })
}

/// What changed between the act a signer saw and now: material acts recorded after it. Empty where
/// a statement may follow its `seen` (DESIGN §3, signing at human speed).
pub fn material_since<'a>(
    laws: &Laws,
    acts: &'a [RecordedAct],
    seen: StatementHash,
) -> Vec<&'a RecordedAct> {
    let from = acts.iter().find(|act| act.hash == seen).map(|act| act.sequence);
    let later = acts.iter().filter(|act| from.is_none_or(|from| act.sequence > from));
    later.filter(|act| !is_immaterial(laws, act)).collect()
}

fn is_immaterial(laws: &Laws, act: &RecordedAct) -> bool {
    let Some(cited) = &act.statement.law else { return false };
    let item = Item::of(laws, act);
    let question = Question {
        procedure: &cited.procedure,
        date: item.date,
        opened: None,
        position: act.position,
    };
    let due = laws.due_for_record(question);
    due.and_then(|due| due.law().act(&act.statement.act)).is_some_and(|law| law.immaterial)
}
