//! What a court does to a decision, and what falls with it (the dossier's effect table).

use super::{ActStatus, CaseState, ClockStatus, FoldedAct, Item};
use crate::{
    ids::StatementHash,
    law::{engine::EngineAct, file::ActKind},
};

impl<'a> CaseState<'a> {
    /// Takes in an effective court outcome, the last of `acts`.
    pub(super) fn take_outcome(&mut self, engine: EngineAct, item: &Item<'a>) {
        let at = self.acts.len().saturating_sub(1);
        for hash in &item.statement.concerns {
            let Some(target) = self.acts.iter_mut().find(|act| act.hash == *hash) else { continue };
            // What stands no more is not touched again, unless a higher court restores it.
            if target.annulled_at.is_some() && engine != EngineAct::DecisionUpheld {
                continue;
            }
            target.suspended_on = None;
            match engine {
                EngineAct::DecisionSuspended => target.suspended_on = Some(item.date),
                EngineAct::DecisionChanged => target.changed_on = Some(item.date),
                EngineAct::DecisionUpheld => target.restore(),
                EngineAct::DecisionAnnulled | EngineAct::DecisionRemitted => {
                    target.annulled_on = Some(item.date);
                    target.annulled_at = Some(at);
                    target.remitted = engine == EngineAct::DecisionRemitted;
                }
                _ => {}
            }
            if engine == EngineAct::DecisionUpheld {
                self.revive_clocks(*hash);
            } else if engine.takes_away() {
                self.void_clocks(*hash, item.hash);
            }
        }
        self.find_lost_bases();
    }

    /// The decision on which the present state rests: the last that moved the case, itself or by
    /// its service.
    pub(crate) fn resting_on(&self) -> Option<&FoldedAct<'a>> {
        let mover = self.acts.iter().rposition(FoldedAct::moved)?;
        self.decision_of(mover).map(|index| &self.acts[index])
    }

    /// The state before the judgment that a higher court now sets aside, where nothing has moved the
    /// case since.
    pub(super) fn state_restored(&self, concerns: &[StatementHash]) -> Option<&'a str> {
        let mut concerned = self.acts.iter().filter(|act| concerns.contains(&act.hash));
        let judgment = self.acts.get(concerned.find_map(|act| act.annulled_at)?)?;
        let last = self.acts.iter().rfind(|act| act.moved())?;
        (last.hash == judgment.hash).then_some(judgment.from?)
    }

    /// A clock that a decision or its service started stands and falls with it.
    fn started_by(&self, decision: StatementHash) -> Vec<StatementHash> {
        let served = self.acts.iter().filter(|act| {
            act.engine() == Some(EngineAct::LetterServed)
                && act.statement.concerns.contains(&decision)
        });
        served.map(|act| act.hash).chain([decision]).collect()
    }

    fn void_clocks(&mut self, decision: StatementHash, by: StatementHash) {
        let started = self.started_by(decision);
        for clock in self.clocks.iter_mut().filter(|clock| started.contains(&clock.started_by)) {
            if matches!(clock.status, ClockStatus::Running | ClockStatus::Suspended { .. }) {
                clock.status = ClockStatus::Void { by };
            }
        }
    }

    fn revive_clocks(&mut self, decision: StatementHash) {
        let started = self.started_by(decision);
        for clock in self.clocks.iter_mut().filter(|clock| started.contains(&clock.started_by)) {
            if matches!(clock.status, ClockStatus::Void { .. }) {
                clock.status = ClockStatus::Running;
            }
        }
    }

    /// A decision loses its basis with a decision that it concerns, or that had led the case to
    /// where it was taken; so does what rests on it in turn. Decisions taken after the judgment
    /// knew of it.
    fn find_lost_bases(&mut self) {
        let mut mover = None;
        for index in 0..self.acts.len() {
            let lost = self.lost_basis(index, mover);
            self.acts[index].basis_lost = lost;
            if self.acts[index].moved() {
                mover = Some(index);
            }
        }
    }

    fn lost_basis(&self, index: usize, mover: Option<usize>) -> Option<StatementHash> {
        let act = &self.acts[index];
        if !act.is_effective() || !act.is_own_decision() {
            return None;
        }
        let concerned = act.statement.concerns.iter();
        let concerned = concerned.filter_map(|hash| self.acts.iter().position(|a| a.hash == *hash));
        let led_here = mover.and_then(|mover| self.decision_of(mover));
        concerned.chain(led_here).find_map(|basis| {
            let basis = self.acts.get(basis)?;
            self.fell_after(basis.hash, index).or_else(|| self.fell_after(basis.basis_lost?, index))
        })
    }

    /// The decision, if it was annulled after the act at this index.
    fn fell_after(&self, decision: StatementHash, index: usize) -> Option<StatementHash> {
        let decision = self.acts.iter().find(|act| act.hash == decision)?;
        decision.annulled_at.filter(|at| *at > index).map(|_| decision.hash)
    }

    /// The decision behind a move: the act itself, or the one it serves.
    fn decision_of(&self, mover: usize) -> Option<usize> {
        let act = self.acts.get(mover)?;
        if act.is_own_decision() {
            return Some(mover);
        }
        let served = act.engine() == Some(EngineAct::LetterServed);
        let hash = act.statement.concerns.first().filter(|_| served)?;
        self.acts.iter().position(|one| one.hash == *hash)
    }
}

impl FoldedAct<'_> {
    fn engine(&self) -> Option<EngineAct> {
        EngineAct::parse(self.act)
    }

    fn moved(&self) -> bool {
        self.status == ActStatus::Effective && self.from != self.to
    }

    /// Whether it is a decision of the procedure, or a record of one.
    pub(crate) fn is_own_decision(&self) -> bool {
        let law = self.law.and_then(|law| law.act(self.acts_as()));
        law.is_some_and(|law| {
            law.kind == ActKind::Decision && law.engine != Some(EngineAct::StateDetermined)
        })
    }

    /// Whether no court has annulled, changed or suspended it.
    pub fn stands(&self) -> bool {
        self.is_effective() && self.annulled_on.or(self.changed_on).or(self.suspended_on).is_none()
    }

    fn restore(&mut self) {
        self.annulled_on = None;
        self.changed_on = None;
        self.annulled_at = None;
        self.remitted = false;
    }
}
