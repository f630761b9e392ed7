//! What the units behind published figures must be: the case is folded after each of its acts,
//! and a unit stands from the position at which it appears until it changes or goes.

use std::collections::BTreeMap;

use litopys_domain::act::RecordedAct;
use litopys_domain::law::fold::{ActStatus, CaseState, FoldedAct};
use litopys_domain::law::laws::Laws;
use litopys_domain::law::model::ActLaw;
use serde_json::{Value, json};

use super::case::whole;

/// The rows of `statistics_units.decisions` about a case; `last` is the case after all acts.
pub(super) fn rows(laws: &Laws, acts: &[RecordedAct], last: &CaseState<'_>) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut open: BTreeMap<String, Value> = BTreeMap::new();
    for (index, act) in acts.iter().enumerate() {
        let counted = if index + 1 == acts.len() {
            counting(last)
        } else {
            counting(&whole(laws, &acts[..=index]))
        };
        for (statement, unit) in &open {
            if counted.get(statement).map(|unit| &unit["counted"]) != Some(&unit["counted"]) {
                rows.push(row(act, statement, unit, Some(act.position)));
            }
        }
        let kept = |statement: &String, unit: &Value| {
            let before = open.get(statement).filter(|before| before["counted"] == unit["counted"]);
            before.map_or(json!(act.position), |before| before["from"].clone())
        };
        open = counted
            .into_iter()
            .map(|(statement, mut unit)| {
                unit["from"] = kept(&statement, &unit);
                (statement, unit)
            })
            .collect();
    }
    if let Some(act) = acts.last() {
        rows.extend(open.iter().map(|(statement, unit)| row(act, statement, unit, None)));
    }
    rows
}

fn row(act: &RecordedAct, statement: &str, unit: &Value, until: Option<u64>) -> Value {
    let mut row = unit["counted"].clone();
    row["statement"] = json!(statement);
    row["case_id"] = json!(act.statement.stream.id());
    row["from_position"] = unit["from"].clone();
    row["to_position"] = json!(until);
    row
}

/// The acts that count now, by their statements.
fn counting(case: &CaseState<'_>) -> BTreeMap<String, Value> {
    let counts = |act: &FoldedAct<'_>| {
        let void = matches!(act.status, ActStatus::EnteredInError | ActStatus::Rebutted);
        let law = act.law?.act(act.acts_as()).filter(|law| !law.feeds.is_empty())?;
        let counted = (!void && act.annulled_on.is_none()).then(|| count(case, act, law))?;
        Some((act.hash.to_string(), json!({"counted": counted})))
    };
    case.acts.iter().filter_map(counts).collect()
}

/// How an act counts. A feed is `table` or `table/OUTCOME`.
fn count(case: &CaseState<'_>, act: &FoldedAct<'_>, law: &ActLaw) -> Value {
    let fact = |act: &FoldedAct<'_>, name: &str| Some(act.fact(name)?.as_str()?.to_owned());
    let feeds = || law.feeds.iter().map(|feed| feed.split_once('/').unwrap_or((feed, "")));
    let declared = feeds().map(|(_, outcome)| outcome.to_owned()).find(|o| !o.is_empty());
    let stating = case
        .acts
        .iter()
        .filter(|other| other.position < act.position && other.status != ActStatus::EnteredInError);
    let stated = stating.filter_map(|other| Some((other.position, fact(other, "citizenship")?)));
    let before = || stated.max_by_key(|(position, _)| *position).map(|(_, code)| code);
    let signer = act.statement.signers.first();
    json!({
        "kind": law.kind,
        "feeds": feeds().map(|(table, _)| table).collect::<Vec<_>>(),
        "procedure": act.law.map(|law| &law.procedure),
        "act": law.id,
        "outcome": declared.or_else(|| fact(act, "outcome")).unwrap_or_else(|| law.id.clone()),
        "citizenship": fact(act, "citizenship").or_else(before),
        "office": signer.and_then(|signer| signer.office.as_ref()),
        "legal_date": act.date,
    })
}
