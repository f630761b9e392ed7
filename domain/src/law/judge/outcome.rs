//! Court outcomes: recorded by an officer from a judgment, or signed by the ledger where an act of
//! a dispute case puts them.

use jiff::civil::Date;

use super::{Court, says};
use crate::{
    ids::{AggregateType, StatementHash},
    law::{
        engine::{EngineAct, PUT},
        fold::{FoldedAct, Put, Related, View, fold, items},
    },
};

impl Court<'_, '_> {
    /// Whether the ledger signs what a dispute case puts here.
    pub(super) fn is_put(&self) -> bool {
        let mut signers = self.statement.signers.iter();
        self.act.engine.is_some_and(EngineAct::is_court_outcome)
            && self.statement.author.is_none()
            && signers.all(|signer| signer.by.kind() == AggregateType::Ledger)
    }

    pub(super) fn check_outcome(&mut self, related: &[Related<'_>]) {
        if !self.is_put() {
            for fact in ["by", "dispute"] {
                if self.statement.facts.contains_key(fact) {
                    self.refuse(says::only_the_ledger_puts(fact));
                }
            }
            return;
        }
        let by = self.text("by").and_then(|text| text.parse::<StatementHash>().ok());
        let (Some(by), Some(dispute)) = (by, self.text("dispute")) else {
            self.refuse(says::not_put("/facts/by"));
            return;
        };
        let Some(put_on) = self.put_on(related, by, dispute) else {
            self.refuse(says::not_put("/facts/by"));
            return;
        };
        if put_on != self.item.date {
            self.refuse(says::put_on(put_on));
        }
        if self.now.acts.iter().any(|act| act.put_by() == Some(by)) {
            self.refuse(says::already_put());
        }
    }

    /// A dispute that is in view with its parent attacks a decision of it.
    pub(super) fn check_target(&mut self, related: &[Related<'_>], put: &Put<'_>) {
        let mut cases = related.iter();
        let parent =
            cases.find(|acts| acts.first().is_some_and(|act| act.statement.stream == put.case));
        let Some(parent) = parent else { return };
        let view = View { date: Date::MAX, position: self.view.position };
        let case = fold(self.laws, &items(self.laws, parent), view);
        let decided = case.acts.iter().any(|act| act.hash == put.decision && act.is_own_decision());
        if !decided {
            self.design_flag(PUT, says::no_such_decision(&put.case), Some(says::register_again()));
        }
    }

    /// The legal date of the act of a dispute that puts exactly this.
    fn put_on(&self, related: &[Related<'_>], by: StatementHash, dispute: &str) -> Option<Date> {
        let acts = related.iter().find(|acts| {
            acts.first().is_some_and(|act| act.statement.stream.to_string() == dispute)
        })?;
        let view = View { date: Date::MAX, position: self.view.position };
        let case = fold(self.laws, &items(self.laws, acts), view);
        let act = case.acts.iter().find(|act| act.hash == by && act.is_effective())?;
        let put = act.puts.as_ref()?;
        let exactly = put.case == self.statement.stream
            && [put.decision] == self.statement.concerns[..]
            && put.act == self.act.id;
        exactly.then_some(act.date)
    }
}

impl FoldedAct<'_> {
    /// The act of a dispute that put this one into its case.
    pub fn put_by(&self) -> Option<StatementHash> {
        crate::law::next::put_by(self.statement)
    }
}
