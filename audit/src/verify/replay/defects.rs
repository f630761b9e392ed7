//! What the rows about what stands against a case must hold. What stands is `domain`'s, one pure
//! function over the acts; the auditor's own list holds what the read model cannot see, too.

use litopys_domain::act::RecordedAct;
use litopys_domain::law::defects::{Raised, shown, standing};
use litopys_domain::law::fold::{CaseState, Related};
use litopys_domain::law::laws::Laws;
use serde_json::{Value, json};

/// The rows of `reads.defects`; `related` are the cases that share a subject, `row` is the case's
/// own.
pub(super) fn rows(
    laws: &Laws,
    acts: &[RecordedAct],
    related: &[Related<'_>],
    case: &CaseState<'_>,
    row: &Value,
) -> Vec<Value> {
    let flags = |(index, act): (usize, &RecordedAct)| {
        let flags = shown(laws, &acts[..=index], related, act);
        (!flags.is_empty()).then_some((act.hash, flags))
    };
    let raised: Raised = acts.iter().enumerate().filter_map(flags).collect();
    let mut rows = Vec::new();
    for (n, one) in standing(laws, case, &raised).into_iter().enumerate() {
        rows.push(json!({
            "case_id": row["id"],
            "number": row["number"],
            "procedure": row["procedure"],
            "office": row["office"],
            "n": n,
            "rule": one.rule,
            "defect": one.defect.as_ref().map(|named| &named.code),
            "title": one.defect.as_ref().map(|named| &named.title),
            "severity": one.severity,
            "certainty": one.certainty,
            "basis": one.basis,
            "says": one.says,
            "found": one.found,
            "act": one.act,
            "statement": one.statement.to_string(),
            "position": one.position,
            "since": one.since,
            "answer": one.answer,
            "clock": one.clock,
            "due": one.due,
        }));
    }
    rows
}
