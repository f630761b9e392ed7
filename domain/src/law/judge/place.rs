//! Time, transition, and what a late act does to the acts behind it.

use jiff::{ToSpan, civil::Date};

use super::{Court, Flag, Item, View, fold, says, sort};
use crate::{
    ids::StatementHash,
    law::{
        engine::{BEFORE_SWITCH, EngineAct, OUT_OF_ORDER},
        file::{ActKind, Precision, Severity},
        fold::{ActStatus, Blocked, ClockState, possible},
    },
    legal_time::LegalTime,
    violation::{Certainty, Violation},
};

impl<'a> Court<'a, '_> {
    pub(super) fn check_time(&mut self) {
        let time = self.statement.occurred_at;
        let fits = match (self.act.engine, self.act.at) {
            (Some(EngineAct::LegacyRecordAttested), _) => true,
            (Some(_), _) => !time.is_reduced(),
            (None, Precision::Date) => matches!(time, LegalTime::Date(_)),
            (None, Precision::Instant) => matches!(time, LegalTime::Instant(_)),
        };
        if !fits {
            self.refuse(says::wrong_precision(self.act.at));
        }
        if self.item.date > self.view.date.saturating_add(1.day()) {
            self.refuse(says::in_the_future(self.item.date, self.view.date));
        }
    }

    pub(super) fn check_transition(&mut self) {
        let settles = self.act.immaterial || self.is_engine(EngineAct::StateDetermined);
        if self.now.is_out_of_order && !settles {
            self.refuse(says::state_disputed(self.now.state, self.now.other_state));
            return;
        }
        let Some(act) = self.law.act(&self.act.id) else {
            self.refuse(says::unknown_act(&self.act.id, &self.law.procedure, self.law.edition));
            return;
        };
        // A case that later acts have opened already is not opened a second time before them.
        let opened_later = self.before.state.is_none() && self.now.state.is_some();
        match possible(self.before, self.law, act, &self.item) {
            Err(blocked) => {
                self.refuse(says::impossible(blocked, self.law, act, self.before.state));
            }
            Ok(()) if opened_later && !self.is_engine(EngineAct::LegacyRecordAttested) => {
                self.refuse(says::impossible(Blocked::AlreadyOpen, self.law, act, self.now.state));
            }
            Ok(()) => self.check_ripe(),
        }
    }

    /// A service act of the ledger waits for the recording allowance.
    fn check_ripe(&mut self) {
        if self.act.kind != ActKind::Service {
            return;
        }
        let mut fired = self.before.clocks.iter().filter(|clock| {
            clock.is_running() && clock.law.fires.as_deref() == Some(self.act.id.as_str())
        });
        // Of several terms that fire one act, one that is ripe on this day is enough.
        let ripe = |clock: &&ClockState<'_>| {
            self.view.date > clock.waits_until() && self.item.date == clock.fires_on()
        };
        if fired.clone().any(|clock| ripe(&clock)) {
            return;
        }
        let Some(clock) = fired.next() else { return };
        let (ripe, on) = (clock.waits_until(), clock.fires_on());
        if self.view.date <= ripe {
            self.refuse(says::not_ripe(ripe));
        }
        if self.item.date != on {
            self.refuse(says::fires_on(on));
        }
    }

    /// Replays the acts that stand later in law. A presumption that falls must be named; other acts
    /// that fall put the case out of order.
    pub(super) fn replay(&mut self, items: &[Item<'a>]) {
        if !self.verdict.refusals.is_empty() {
            return;
        }
        let mut all = items.to_vec();
        all.push(self.item);
        sort(&mut all);
        let position = self.view.position.saturating_add(1);
        let after = fold(self.laws, &all, View { date: Date::MAX, position });
        for act in after.acts.iter().filter(|act| act.status == ActStatus::Impossible) {
            let stood = self.now.acts.iter().any(|one| one.hash == act.hash && one.is_effective());
            if !stood {
                continue;
            }
            let kind = act.law.and_then(|law| law.act(act.act)).map(|law| law.kind);
            if kind == Some(ActKind::Service) {
                self.refuse(self.falls(act.hash, act.act));
            } else {
                self.flag(Flag {
                    rule: OUT_OF_ORDER.to_owned(),
                    severity: Severity::U,
                    answered: None,
                    says: says::out_of_order(act.act),
                    mend: Some(says::determine_state()),
                    basis: Vec::new(),
                    certainty: Certainty::Design,
                });
            }
        }
    }

    /// What an act says that lets a presumption fall without naming it.
    fn falls(&self, hash: StatementHash, presumed: &str) -> Violation {
        match self.act.engine {
            Some(engine) if engine.mends() => says::unsettles(hash, presumed),
            Some(engine) if engine.concerns_one() => says::rebuts_first(hash, presumed),
            _ => says::rebuts(hash, presumed),
        }
    }

    /// An own decision dated before a change of law that has come since.
    pub(super) fn check_backdating(&mut self) {
        let own = self.statement.author.is_none()
            && self.act.kind != ActKind::Service
            && self.act.engine.is_none();
        let procedure = &self.law.procedure;
        let switch = self.laws.switch_between(procedure, self.item.date, self.view.date);
        let Some(on) = switch.filter(|_| own) else { return };
        self.flag(Flag {
            rule: BEFORE_SWITCH.to_owned(),
            severity: Severity::U,
            answered: None,
            says: says::before_switch(self.item.date, on),
            mend: None,
            basis: Vec::new(),
            certainty: Certainty::Design,
        });
    }
}
