//! What the rows about a case must hold.

use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::law::fold::{ActStatus, CaseState, FoldedAct, Point, View, state};
use litopys_domain::law::laws::Laws;
use litopys_domain::law::next::{put_by, put_from};
use serde_json::{Value, json};

/// The case after all these acts, wherever in time they lie.
pub(super) fn whole<'a>(laws: &'a Laws, acts: &'a [RecordedAct]) -> CaseState<'a> {
    state(laws, acts, View::new(Date::MAX, u64::MAX))
}

/// The row of `reads.cases` and those of `reads.worklist`.
pub(super) fn rows(
    laws: &Laws,
    acts: &[RecordedAct],
    case: &CaseState<'_>,
) -> (Vec<Value>, Vec<Value>) {
    let (Some(opening), Some(last)) = (acts.first(), acts.last()) else {
        return Default::default();
    };
    let law = case.acts.iter().rev().find_map(|act| act.law);
    let cited = opening.statement.law.as_ref().map(|law| law.procedure.as_str());
    let procedure = case.procedure.or(cited).unwrap_or_default();
    let opened_at = opening.statement.signers.first().and_then(|one| one.office.as_deref());
    let office = case.office.or(opened_at);
    let assigned_to = assigned_to(case);
    let clocks = clocks(laws, opening.statement.stream.id(), case, |row| {
        row["number"] = json!(opening.number);
        row["procedure"] = json!(procedure);
        row["state"] = json!(case.state);
        row["office"] = json!(office);
        row["assigned_to"] = json!(assigned_to);
    });
    let asks = clocks.iter().filter(|clock| clock["informs"] == json!(false));
    let next_due = asks.filter_map(|clock| clock["due"].as_str()).min();
    let row = json!({
        "id": opening.statement.stream.id(),
        "number": opening.number,
        "procedure": procedure,
        "procedure_title": law.map(|law| &law.title),
        "state": case.state,
        "state_title": case.state.and_then(|state| Some(&law?.states.get(state)?.title)),
        "disputed": case.is_out_of_order,
        "other_state": case.other_state,
        "is_final": case.is_final,
        "closed": case.is_closed,
        "office": office,
        "assigned_to": assigned_to,
        "citizenship": latest(case, |_| true, "citizenship"),
        "subjects": subjects(case),
        "opened": case.opened.map_or_else(
            || opening.statement.occurred_at.date_in(laws.zone()),
            |opened| opened.date,
        ),
        "acts": acts.len(),
        "last_act": last.statement.act,
        "last_statement": last.hash.to_string(),
        "last_position": last.position,
        "last_recorded_at": last.recorded_at,
        "flags": case.answers.len(),
        "defects": case.defects.iter().filter(|defect| defect.late.is_some()).count(),
        "next_due": next_due,
        "transfer": case.transfer,
        "links": case.links,
        "stops": case.stops,
        "standing": case.acts.iter().map(standing).collect::<Vec<_>>(),
    });
    (vec![row], clocks)
}

/// The people the case is about, sorted.
fn subjects(case: &CaseState<'_>) -> std::collections::BTreeSet<String> {
    case.subjects.iter().map(ToString::to_string).collect()
}

/// What the last act that stands says in a fact.
fn latest(case: &CaseState<'_>, of: impl Fn(&FoldedAct<'_>) -> bool, fact: &str) -> Option<String> {
    let mut standing =
        case.acts.iter().rev().filter(|act| act.status != ActStatus::EnteredInError && of(act));
    standing.find_map(|act| Some(act.fact(fact)?.as_str()?.to_owned()))
}

/// The officer of the last assignment, unless an office has received the case since.
fn assigned_to(case: &CaseState<'_>) -> Option<String> {
    let mut assigned = None;
    for act in case.acts.iter().filter(|act| act.status == ActStatus::Effective) {
        match act.act {
            "Assigned" => assigned = act.fact("officer").and_then(Value::as_str),
            "TransferReceived" => assigned = None,
            _ => {}
        }
    }
    assigned.map(str::to_owned)
}

fn standing(act: &FoldedAct<'_>) -> Value {
    json!({
        "position": act.position,
        "status": act.status,
        "from_state": act.from,
        "to_state": act.to,
        "served_on": act.served_on,
        "annulled_on": act.annulled_on,
        "remitted": act.remitted,
        "suspended_on": act.suspended_on,
        "changed_on": act.changed_on,
        "basis_lost": act.basis_lost,
        "puts": act.puts,
    })
}

/// Clocks that run; `of_case` adds the columns that repeat the case's.
fn clocks(laws: &Laws, id: &str, case: &CaseState<'_>, of_case: impl Fn(&mut Value)) -> Vec<Value> {
    let running = case.clocks.iter().filter(|clock| clock.is_running());
    let rows = running.map(|clock| {
        let due_at = match clock.due {
            Point::Instant(at) => Some(at),
            Point::Date(_) => None,
        };
        let fires_on = clock.law.fires.as_ref().and_then(|_| clock.waits_until().tomorrow().ok());
        let mut row = json!({
            "case_id": id,
            "clock": clock.clock,
            "started_by": clock.started_by.to_string(),
            "title": clock.law.title,
            "due": clock.due_on,
            "due_at": due_at,
            "warn_from": clock.warnings(laws.zone()).first(),
            "fires_on": fires_on,
            "fires": clock.law.fires,
            "informs": clock.law.informs,
        });
        of_case(&mut row);
        row
    });
    rows.collect()
}

/// The rows of `reads.timeline`: one for each act.
pub(super) fn timeline(laws: &Laws, acts: &[RecordedAct], case: &CaseState<'_>) -> Vec<Value> {
    let row = |act: &RecordedAct| {
        let statement = &act.statement;
        let folded = case.acts.iter().find(|folded| folded.hash == act.hash);
        let title = folded.and_then(|folded| Some(&folded.law?.act(&statement.act)?.title));
        let law = statement.law.as_ref();
        json!({
            "case_id": statement.stream.id(),
            "sequence": act.sequence,
            "position": act.position,
            "statement": act.hash.to_string(),
            "act": statement.act,
            "act_title": title,
            "occurred_at": statement.occurred_at,
            "legal_date": statement.occurred_at.date_in(laws.zone()),
            "recorded_at": act.recorded_at,
            "source": statement.source,
            "author": statement.author,
            "signers": statement.signers,
            "procedure": law.map(|law| &law.procedure),
            "edition": law.map(|law| law.edition),
            "package": law.map(|law| law.package.to_string()),
            "concerns": statement.concerns.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "flags": statement.flags,
            "put_by": put_by(statement),
            "put_from": put_from(statement).map(|dispute| dispute.id().to_owned()),
        })
    };
    acts.iter().map(row).collect()
}
