//! What statements concern, and what the engine's own acts may not do.

use super::{Court, says};
use crate::{
    law::{
        engine::EngineAct,
        file::ActKind,
        fold::{ActStatus, FoldedAct},
    },
    violation::Violation,
};

impl<'a> Court<'a, '_> {
    /// The one act an engine act concerns.
    pub(super) fn concerned(&self) -> Option<&FoldedAct<'a>> {
        let hash = self.statement.concerns.first()?;
        self.now.acts.iter().find(|act| act.hash == *hash)
    }

    pub(super) fn check_concerns(&mut self) {
        let statement = self.statement;
        for (index, hash) in statement.concerns.iter().enumerate() {
            if !self.now.acts.iter().any(|act| act.hash == *hash) {
                self.refuse(says::unknown_concern(index));
            }
        }
        let Some(engine) = self.act.engine.filter(|engine| engine.concerns_one()) else { return };
        if statement.concerns.len() != 1 {
            self.refuse(says::concerns_one(&self.act.id));
            return;
        }
        let violation = self.concerned().and_then(|target| self.unfit(engine, target));
        if let Some(violation) = violation {
            self.refuse(violation);
        }
    }

    /// Why an engine act may not concern this act.
    fn unfit(&self, engine: EngineAct, target: &FoldedAct<'_>) -> Option<Violation> {
        let kind = self.law.act(target.acts_as()).map(|law| law.kind);
        match engine {
            EngineAct::EnteredInError => self.unfit_for_error(target),
            EngineAct::StopLifted | EngineAct::StopOverridden => {
                let stands = self.before.stops.iter().any(|stop| stop.act == target.hash);
                (!stands).then(|| says::no_stop(target.act))
            }
            _ if engine.is_court_outcome() && kind != Some(ActKind::Decision) => {
                Some(says::not_a_decision(target.act))
            }
            _ if target.date > self.item.date => Some(says::before_its_object(target.date)),
            _ if target.status != ActStatus::Effective => Some(says::not_effective(target.act)),
            // What an officer recorded from the judgment, a dispute case may still put.
            EngineAct::DecisionUpheld => None,
            EngineAct::SuspensionLifted if !self.is_put() => {
                target.suspended_on.is_none().then(|| says::not_suspended(target.act))
            }
            _ if engine.is_court_outcome() && !self.is_put() => {
                target.annulled_on.map(says::annulled_before)
            }
            _ => None,
        }
    }

    /// What was handed over, or opened a case that went on, is not taken back as a slip.
    fn unfit_for_error(&self, target: &FoldedAct<'_>) -> Option<Violation> {
        if target.served_on.is_some() {
            return Some(says::already_served(target.act));
        }
        if target.status == ActStatus::EnteredInError {
            return Some(says::not_effective(target.act));
        }
        let opening = self.now.opened.is_some_and(|opened| opened.act == target.hash);
        let went_on = self.now.acts.iter().any(|act| {
            act.is_effective()
                && act.hash != target.hash
                && !self.law.act(act.act).is_some_and(|law| law.immaterial)
        });
        (opening && went_on).then(|| says::opened_the_case(target.act))
    }
}
