//! What stands against a case, as rows: answered and shown flags, late acts, terms that will have
//! passed. An overdue term depends on the day of the question, so its row says from which day.

use litopys_domain::act::RecordedAct;
use litopys_domain::law::defects::{Raised, asks_others, shown, standing};
use litopys_domain::law::fold::{CaseState, Related};
use litopys_domain::law::laws::Laws;

use super::rows::{CaseRow, DefectRow, Texts};

/// The flags that a case's acts showed; each is judged once, for its position never changes.
#[derive(Debug, Default)]
pub(super) struct Shown {
    raised: Raised,
    judged: usize,
}

impl Shown {
    /// Whether judging what was not yet judged looks at cases beside this one.
    pub(super) fn asks_others(&self, laws: &Laws, acts: &[RecordedAct]) -> bool {
        acts[self.judged..].iter().any(|act| asks_others(laws, act))
    }

    /// Judges the acts that were not yet.
    pub(super) fn judge(&mut self, laws: &Laws, acts: &[RecordedAct], related: &[Related<'_>]) {
        for (index, act) in acts.iter().enumerate().skip(self.judged) {
            let flags = shown(laws, &acts[..=index], related, act);
            if !flags.is_empty() {
                self.raised.insert(act.hash, flags);
            }
        }
        self.judged = acts.len();
    }

    /// The rows of `reads.defects`; `case` is the case after all its acts.
    pub(super) fn rows(&self, laws: &Laws, row: &CaseRow, case: &CaseState<'_>) -> Vec<DefectRow> {
        let found = standing(laws, case, &self.raised).into_iter().enumerate();
        let rows = found.map(|(n, one)| DefectRow {
            case_id: row.id.clone(),
            n,
            rule: one.rule,
            defect: one.defect.as_ref().map(|named| named.code.clone()),
            title: one.defect.map(|named| named.title),
            severity: one.severity,
            certainty: one.certainty,
            basis: Texts(one.basis),
            says: one.says,
            found: one.found,
            act: one.act,
            statement: one.statement.to_string(),
            position: one.position,
            since: one.since,
            answer: one.answer,
            clock: one.clock,
            due: one.due,
            number: row.number.clone(),
            procedure: row.procedure.clone(),
            office: row.office.clone(),
        });
        rows.collect()
    }
}
