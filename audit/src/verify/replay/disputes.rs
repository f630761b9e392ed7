//! What the rows about a case of disputes must hold.

use litopys_domain::law::fold::{CaseState, FoldedAct};
use serde_json::{Value, json};

/// The row of `reads.disputes` and those of `reads.puts`, made beside the row of `reads.cases`;
/// none of either for a case of another procedure.
pub(super) fn rows(case_row: &[Value], case: &CaseState<'_>) -> (Vec<Value>, Vec<Value>) {
    let law = case.acts.iter().filter_map(|act| act.law).next_back();
    let (Some(row), Some(law)) = (case_row.first(), law) else { return Default::default() };
    if !law.is_of_disputes() {
        return Default::default();
    }
    let (mut said, mut instance) = (json!({}), Value::Null);
    for act in case.acts.iter().filter(|act| act.is_effective()) {
        let Some(of_law) = act.law.and_then(|law| law.act(act.act)) else { continue };
        if of_law.engine.is_some() {
            continue;
        }
        for fact in ["category", "court", "court_case_no", "outcome", "case", "decision"] {
            if let Some(text) = act.fact(fact).and_then(Value::as_str) {
                said[fact] = json!(text);
            }
        }
        let named = act.fact("instance").and_then(Value::as_str);
        if let Some(code) = named.or(of_law.instance.as_deref()) {
            instance = json!(code);
        }
    }
    // Nothing is put while the acts contradict each other.
    let puts: Vec<_> = case
        .acts
        .iter()
        .filter(|act| !case.is_out_of_order && act.is_effective())
        .filter_map(|act| put(&row["id"], act))
        .collect();
    let dispute = json!({
        "case_id": row["id"],
        "number": row["number"],
        "procedure": row["procedure"],
        "state": row["state"],
        "state_title": row["state_title"],
        "is_final": row["is_final"],
        "office": row["office"],
        "opened": row["opened"],
        "category": said["category"],
        "instance": instance,
        "court": said["court"],
        "court_case_no": said["court_case_no"],
        "outcome": said["outcome"],
        "effect": puts.last().map(|put| &put["act"]),
        "decided_case": said["case"],
        "decision": said["decision"],
    });
    (vec![dispute], puts)
}

fn put(dispute: &Value, act: &FoldedAct<'_>) -> Option<Value> {
    let put = act.puts.as_ref()?;
    Some(json!({
        "statement": act.hash.to_string(),
        "dispute": dispute,
        "position": act.position,
        "case_id": put.case.id(),
        "decision": put.decision.to_string(),
        "act": put.act,
        "legal_date": act.date,
    }))
}
