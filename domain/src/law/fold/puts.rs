//! What an act of a dispute case puts into the case of the decision it attacks.

use serde::Serialize;

use super::{CaseState, Item, Moment};
use crate::{
    ids::{AggregateType, StatementHash, StreamId},
    law::{
        laws::Laws,
        model::{Law, PutsLaw},
        value::Value,
    },
};

/// A court outcome for another case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Put<'a> {
    /// The case of the decision.
    pub case: StreamId,
    /// The decision it concerns.
    pub decision: StatementHash,
    /// The engine act that the ledger signs there.
    pub act: &'a str,
}

/// What an act puts; none where it names no case or decision, or no outcome fits.
pub(super) fn put<'a>(
    laws: &'a Laws,
    case: &CaseState<'a>,
    law: &'a Law,
    puts: &'a PutsLaw,
    item: &Item<'a>,
) -> Option<Put<'a>> {
    let scope = Moment::new(laws, law, case, item);
    let fits = |(when, _): &&(Option<crate::law::rule::Rule>, String)| {
        when.as_ref().is_none_or(|when| when.holds(&&scope))
    };
    let (_, act) = puts.acts.iter().find(fits)?;
    let Value::Text(parent) = puts.case.value(&&scope) else { return None };
    let Value::Text(decision) = puts.decision.value(&&scope) else { return None };
    let parent: StreamId = parent.parse().ok()?;
    let other = parent.kind() == AggregateType::Case && parent != item.statement.stream;
    let decision = decision.parse().ok().filter(|_| other)?;
    Some(Put { case: parent, decision, act })
}
