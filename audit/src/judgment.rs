//! One case under the law again: every act at its own position, every term counted a second way.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::ContentHash;
use litopys_domain::law::fold::{CaseState, ClockState, Point, View};
use litopys_domain::law::judge::{Verdict, judge};
use litopys_domain::law::laws::{Laws, Question};
use litopys_domain::law::package::Package;
use litopys_domain::statement::Statement;

use crate::finding::{Fault, Finding, Place};
use crate::terms::Terms;

/// The laws, and their terms as counted here.
#[derive(Debug)]
pub struct Books {
    laws: Laws,
    terms: HashMap<ContentHash, Terms>,
}

/// One act under the law again.
#[derive(Debug)]
pub struct JudgedAct {
    pub findings: Vec<Finding>,
    pub verdict: Verdict,
}

/// What counting the terms of a case a second way came to.
#[derive(Debug, Default)]
pub struct Counted {
    /// How many ends of terms were counted.
    pub counted: u64,
    /// A finding for each that differs.
    pub wrong: Vec<Finding>,
}

impl Books {
    /// No law yet, in the ledger's time zone.
    pub fn new(zone: TimeZone) -> Self {
        Self { laws: Laws::new(zone), terms: HashMap::new() }
    }

    pub fn laws(&self) -> &Laws {
        &self.laws
    }

    /// The terms of a package, read from its texts.
    pub fn count_by(&mut self, package: &Package, terms: Terms) {
        self.terms.insert(package.hash, terms);
    }

    /// A package published at `position` judges acts after it.
    pub fn publish(&mut self, position: u64, package: Arc<Package>) {
        self.laws.publish(position, package);
    }

    /// What the law says against the acts of one case, given in the order of their positions;
    /// `related` are the acts of the other cases they look at.
    pub fn judge(&self, acts: &[RecordedAct], related: &[&[RecordedAct]]) -> Vec<Finding> {
        let each = (0..acts.len()).flat_map(|index| self.judge_act(acts, index, related).findings);
        each.collect()
    }

    /// As [`Self::judge`], of the act at an index alone, after those before it.
    pub fn judge_act(
        &self,
        acts: &[RecordedAct],
        index: usize,
        related: &[&[RecordedAct]],
    ) -> JudgedAct {
        let laws = &self.laws;
        let (before, act) = (&acts[..index], &acts[index]);
        let today = act.recorded_at.timestamp().to_zoned(laws.zone().clone()).date();
        let view = View::new(today, act.position);
        let verdict = judge(laws, before, related, &act.statement, view);
        let place = place(act);
        let refusals = verdict.refusals.iter().map(Finding::of_violation);
        let findings = refusals.chain(stale(laws, before, act)).map(|finding| finding.at(&place));
        let findings = findings.collect();
        JudgedAct { findings, verdict }
    }

    /// Counts every term of a fixed length a second way; `whole` is the fold of the acts.
    pub fn count_terms(&self, acts: &[RecordedAct], whole: &CaseState<'_>) -> Counted {
        let mut counted = Counted::default();
        for clock in &whole.clocks {
            if let Some((due, act)) = self.count(acts, whole, clock) {
                counted.counted += 1;
                if due != clock.due {
                    let text = |point: Point| match point {
                        Point::Date(date) => format!("{} due {date}", clock.clock),
                        Point::Instant(at) => format!("{} due {at}", clock.clock),
                    };
                    let finding = Finding::new(Fault::Term, text(due), text(clock.due));
                    counted.wrong.push(finding.at(&place(act)));
                }
            }
        }
        counted
    }

    /// The end of a term, with the act that started it; none where other acts may have moved it.
    fn count<'r>(
        &self,
        acts: &'r [RecordedAct],
        whole: &CaseState<'_>,
        clock: &ClockState<'_>,
    ) -> Option<(Point, &'r RecordedAct)> {
        let act = acts.iter().find(|act| act.hash == clock.started_by)?;
        // The paper file of a case taken over may say its own ends.
        if act.statement.act == "CaseTakenOver" && act.statement.facts.contains_key("due_on") {
            return None;
        }
        let opened = whole.opened.filter(|opened| opened.act != act.hash);
        let question = Question {
            procedure: &act.statement.law.as_ref()?.procedure,
            date: act.statement.occurred_at.date_in(self.laws.zone()),
            opened: opened.map(|opened| opened.date),
            position: act.position,
        };
        let edition = self.laws.due(question)?.states.hash;
        let term = self.terms.get(&edition)?.get(clock.clock)?;
        if acts.iter().any(|act| term.is_changed_by(&act.statement.act)) {
            return None;
        }
        Some((term.due(clock.start, self.laws.zone())?, act))
    }
}

fn place(act: &RecordedAct) -> Place {
    Place {
        stream: act.statement.stream.to_string(),
        sequence: i64::try_from(act.sequence).unwrap_or(i64::MAX),
        position: i64::try_from(act.position).unwrap_or(i64::MAX),
    }
}

/// An act may follow what its signer saw only past immaterial acts (DESIGN §3).
fn stale(laws: &Laws, before: &[RecordedAct], act: &RecordedAct) -> Option<Finding> {
    let seen = act.statement.seen?;
    let unseen = before.iter().rev().take_while(|one| one.hash != seen);
    let material = |one: &&RecordedAct| !is_immaterial(laws, &one.statement, act.position);
    let missed: Vec<_> = unseen.filter(material).map(|one| one.statement.act.clone()).collect();
    (!missed.is_empty()).then(|| {
        let found = format!("{} came between, unseen", missed.join(", "));
        Finding::new(Fault::SeenStale, "only immaterial acts after the one seen", found)
    })
}

fn is_immaterial(laws: &Laws, statement: &Statement, position: u64) -> bool {
    let Some(cited) = &statement.law else { return false };
    let date = statement.occurred_at.date_in(laws.zone());
    let package = laws.in_force(&cited.procedure, date, position);
    package.and_then(|p| p.law.act(&statement.act)).is_some_and(|act| act.immaterial)
}
