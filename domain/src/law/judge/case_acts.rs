//! The engine's acts that have more to them than their fields: a case taken over, corrected
//! subjects, transfers, links, and acts that a stop blocks.

use serde_json::Value as Json;

use super::{Court, Flag, says};
use crate::{
    law::{
        engine::{EngineAct, STOPPED, SUBJECT},
        file::{ActKind, Severity},
        fold::{Related, linked_case},
        lists::OFFICES,
    },
    violation::{Certainty, Words},
};

impl Court<'_, '_> {
    pub(super) fn check_engine(&mut self, related: &[Related<'_>]) {
        match self.act.engine {
            None => self.check_stops(),
            Some(EngineAct::CaseTakenOver) => self.check_taken_over(),
            Some(EngineAct::SubjectCorrected) => self.check_subjects(),
            Some(EngineAct::Transferred) => self.check_transfer(),
            Some(EngineAct::TransferReceived) => self.check_receipt(),
            Some(EngineAct::Linked | EngineAct::Unlinked) => self.check_link(),
            Some(engine) if engine.is_court_outcome() => self.check_outcome(related),
            Some(_) => {}
        }
        self.check_former_subjects();
    }

    pub(super) fn text(&self, fact: &str) -> Option<&str> {
        self.statement.facts.get(fact).and_then(Json::as_str)
    }

    pub(super) fn design_flag(&mut self, rule: &str, says: Words, mend: Option<Words>) {
        self.flag(Flag {
            rule: rule.to_owned(),
            severity: Severity::U,
            answered: None,
            says,
            mend,
            basis: Vec::new(),
            certainty: Certainty::Design,
        });
    }

    /// An own act waits for the stop; what another did is recorded, with the doubt. That a term
    /// ran out is nobody's act, so no stop blocks it.
    fn check_stops(&mut self) {
        if self.act.kind == ActKind::Service {
            return;
        }
        let Some(stop) = self.before.stop_of(&self.act.id, self.item.date) else { return };
        let violation = says::stopped(&self.act.id, stop);
        if self.statement.author.is_none() {
            self.refuse(violation);
        } else {
            self.design_flag(STOPPED, violation.says, Some(violation.mend));
        }
    }

    fn check_former_subjects(&mut self) {
        if self.is_engine(EngineAct::SubjectCorrected) {
            return;
        }
        let mut named = self.statement.subjects.iter();
        if let Some(subject) = named.find(|subject| self.before.is_former_subject(subject)) {
            self.design_flag(SUBJECT, says::former_subject(subject), None);
        }
    }

    /// A term with a fixed length is counted from its beginning; any other needs its end.
    fn check_taken_over(&mut self) {
        let list = |name: &str| match self.statement.facts.get(name) {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let (running, starts, ends) = (list("running"), list("started_on"), list("due_on"));
        let mut refusals = Vec::new();
        for (index, id) in running.iter().enumerate() {
            if running[..index].contains(id) {
                refusals.push(says::clock_twice(id));
            }
            let clock = self.law.clocks.iter().find(|clock| clock.id == **id);
            if clock.is_some_and(|clock| clock.length.is_none()) && ends.is_empty() {
                refusals.push(says::clock_without_end(id));
            }
            let start = starts.get(index).and_then(|day| day.parse().ok());
            if start.is_some_and(|start: jiff::civil::Date| start > self.item.date) {
                refusals.push(says::clock_begins_later(id));
            }
        }
        self.verdict.refusals.extend(refusals);
    }

    fn check_subjects(&mut self) {
        let mut now: Vec<_> = self.before.subjects.clone();
        now.sort_unstable();
        if !now.is_empty() && now.iter().copied().eq(&self.statement.subjects) {
            self.refuse(says::same_subjects());
        }
    }

    fn same_body(&self, one: &str, other: &str) -> bool {
        let offices = self.act_law.lists.get(OFFICES);
        let body = |office| offices.and_then(|list| list.body(office, self.item.date));
        one == other || (body(one).is_some() && body(one) == body(other))
    }

    fn check_transfer(&mut self) {
        let same = self
            .text("to_office")
            .zip(self.before.office)
            .is_some_and(|(to, from)| self.same_body(to, from));
        if same {
            self.refuse(says::same_office());
        }
    }

    /// Only the office that is named receives the case.
    fn check_receipt(&mut self) {
        let Some(transfer) = self.before.transfer else { return };
        for (index, signer) in self.statement.signers.iter().enumerate() {
            let office = signer.office.as_deref();
            if !office.is_some_and(|office| self.same_body(office, transfer.to)) {
                self.refuse(says::not_the_receiver(index, transfer.to));
            }
        }
    }

    fn check_link(&mut self) {
        let Some((case, link)) = self.text("case").zip(self.text("link")) else { return };
        let linked = self.before.is_linked(case, link);
        if linked_case(self.statement).is_none() {
            self.refuse(says::no_other_case());
        } else if self.is_engine(EngineAct::Linked) && linked {
            self.refuse(says::already_linked());
        } else if self.is_engine(EngineAct::Unlinked) && !linked {
            self.refuse(says::not_linked());
        }
    }
}
