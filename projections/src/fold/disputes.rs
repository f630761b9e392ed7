//! Disputes about decisions: what they are about, and what they put into the decisions' cases.

use litopys_domain::law::fold::{CaseState, FoldedAct};
use litopys_domain::law::next::acts_put;

use super::rows::{CaseRow, DisputeRow, PutRow, Rows};

/// The rows about a case of a procedure of disputes; none about any other.
pub(super) fn fold(row: &CaseRow, case: &CaseState<'_>, rows: &mut Rows) {
    let law = case.acts.iter().rev().find_map(|act| act.law);
    if !law.is_some_and(litopys_domain::law::model::Law::is_of_disputes) {
        return;
    }
    let puts = acts_put(case);
    rows.disputes.push(DisputeRow {
        case_id: row.id.clone(),
        number: row.number.clone(),
        procedure: row.procedure.clone(),
        state: row.state.clone(),
        state_title: row.state_title.clone(),
        is_final: row.is_final,
        office: row.office.clone(),
        opened: row.opened,
        category: said(case, "category"),
        instance: instance(case),
        court: said(case, "court"),
        court_case_no: said(case, "court_case_no"),
        outcome: said(case, "outcome"),
        effect: puts.last().map(|put| put.act.to_owned()),
        decided_case: said(case, "case"),
        decision: said(case, "decision"),
    });
    rows.puts.extend(puts.iter().map(|put| PutRow {
        statement: put.by.to_string(),
        dispute: row.id.clone(),
        position: case.acts.iter().find(|act| act.hash == put.by).map_or(0, |act| act.position),
        case_id: put.case.id().to_owned(),
        decision: put.decision.to_string(),
        act: put.act.to_owned(),
        legal_date: put.date,
    }));
}

/// The procedure's own acts that stand, the last in legal order first. The acts that every case has
/// speak of other things with the same names.
fn own<'s, 'a>(case: &'s CaseState<'a>) -> impl Iterator<Item = &'s FoldedAct<'a>> {
    case.acts.iter().rev().filter(|act| {
        act.is_effective()
            && act.law.and_then(|law| law.act(act.act)).is_some_and(|law| law.engine.is_none())
    })
}

/// The latest that the dispute's own acts say in a fact.
fn said(case: &CaseState<'_>, fact: &str) -> Option<String> {
    own(case).find_map(|act| Some(act.fact(fact)?.as_str()?.to_owned()))
}

/// The instance that has the dispute: as an act says, or as the law says of the act.
fn instance(case: &CaseState<'_>) -> Option<String> {
    own(case).find_map(|act| {
        let said = act.fact("instance").and_then(|fact| fact.as_str());
        let meant = || act.law?.act(act.act)?.instance.as_deref();
        said.or_else(meant).map(str::to_owned)
    })
}
