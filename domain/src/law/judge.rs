//! The judgment of an act: what refuses it, what flags it, what it would do (DESIGN §1.7, §3, §6).
//!
//! Codes of refusals: `law-missing`, `wrong-law`, `no-edition`, `unknown-act`; `wrong-precision`,
//! `in-the-future`; `impossible-transition`, `state-disputed`, `not-due`, `rebuts-presumption`;
//! `missing-fact`, `unknown-fact`, `wrong-fact`, `unknown-code`, `fact-must-be-sealed`,
//! `missing-sealed`, `unknown-sealed`, `sealed-must-be-open`; `role-may-not-sign`,
//! `role-may-not-record`, `signature-missing`, `author-required`, `author-not-allowed`,
//! `unknown-role`, `only-services`, `unknown-office`; `unknown-source`, `missing-basis`,
//! `unknown-basis`; `unknown-concern`, `unfit-concern`, `already-served`; `stopped`,
//! `same-subjects`, `same-office`, `not-the-receiver`, `unfit-link`, `unfit-term`; `not-put`,
//! `already-put`; `rule-refuses`, `flag-unanswered`, `unknown-rule`.
//!
//! Refused is only what cannot be true or trusted; everything else is a flag. Flags of severity V
//! and U must be answered in the statement. Answers to rules that do not fire are kept and change
//! nothing, since a flag may fall away between drafting and recording; answers to rules the edition
//! does not know are refused.

mod case_acts;
mod engine_acts;
mod facts;
mod flags;
mod outcome;
mod place;
mod says;
mod signers;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    engine::EngineAct,
    file::Severity,
    fold::{
        CaseState, ClockStatus, Item, Moment, Point, Related, View, advance, due_of, fold, items,
        sort, target,
    },
    laws::{Due, Laws},
    model::{ActLaw, Effect, Law, RuleLaw},
    rule::{Question, Seen},
};
use crate::{
    act::RecordedAct,
    ids::{StatementHash, StreamId},
    statement::{Answer, LawRef, Statement},
    violation::{Certainty, Violation, Words},
};

/// The hash of a candidate, which nothing can concern yet.
const CANDIDATE: StatementHash = StatementHash([0; 32]);

/// What the law says about an act.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// Empty where the act may be recorded.
    pub refusals: Vec<Violation>,
    pub flags: Vec<Flag>,
    /// The law the act must cite.
    pub law: Option<LawRef>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// A competence of CL-COMPETENCE the signer should hold.
    pub competence_required: Option<String>,
    pub must_be_served: bool,
    pub immaterial: bool,
    pub clocks_started: Vec<ClockNote>,
    pub clocks_stopped: Vec<ClockNote>,
    /// What the ledger will sign in the case of the decision that a dispute attacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub puts: Option<PutNote>,
}

impl Verdict {
    pub fn is_sound(&self) -> bool {
        self.refusals.is_empty()
    }
}

/// A doubt about an act, and its answer.
#[derive(Debug, Clone, Serialize)]
pub struct Flag {
    pub rule: String,
    pub severity: Severity,
    pub answered: Option<Answer>,
    pub says: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<Words>,
    pub basis: Vec<String>,
    pub certainty: Certainty,
}

/// A clock that an act starts or stops.
#[derive(Debug, Clone, Serialize)]
pub struct ClockNote {
    pub clock: String,
    pub due: Point,
}

/// A court outcome that an act of a dispute puts into another case.
#[derive(Debug, Clone, Serialize)]
pub struct PutNote {
    pub case: StreamId,
    pub decision: StatementHash,
    pub act: String,
}

/// What a candidate is judged against.
struct Court<'a, 's> {
    laws: &'a Laws,
    /// The edition that judges the act itself.
    act_law: &'a Law,
    /// Where states and clocks come from.
    law: &'a Law,
    act: &'a ActLaw,
    statement: &'a Statement,
    item: Item<'a>,
    /// The case before the candidate in legal order.
    before: &'s CaseState<'a>,
    /// The whole case as recorded.
    now: &'s CaseState<'a>,
    view: View,
    verdict: Verdict,
}

/// Judges a candidate for the end of the log.
///
/// `acts` are all recorded acts of its case, `related` those of the subjects' other cases;
/// `view.date` is the ledger's date at `view.position`, the position the candidate would get. Acts
/// at or after that position are not seen, so that a recorded act is judged again by its own
/// position and date of recording.
pub fn judge<'a>(
    laws: &'a Laws,
    acts: &'a [RecordedAct],
    related: &[Related<'a>],
    candidate: &'a Statement,
    view: View,
) -> Verdict {
    let mut items = items(laws, acts);
    items.retain(|item| item.position < view.position);
    let item = Item {
        statement: candidate,
        hash: CANDIDATE,
        position: view.position,
        recorded_on: None,
        number: None,
        date: candidate.occurred_at.date_in(laws.zone()),
    };
    let before = fold(laws, &items, View { date: item.date, ..view });
    let is_last = items.iter().all(|one| one.date <= item.date);
    let whole = (!is_last).then(|| fold(laws, &items, View { date: Date::MAX, ..view }));
    let now = whole.as_ref().unwrap_or(&before);
    let (due, act) = match find_law(laws, &before, now, &item) {
        Ok(found) => found,
        Err(refusal) => return Verdict { refusals: vec![*refusal], ..Verdict::default() },
    };
    let verdict = Verdict::default();
    let mut court = Court {
        laws,
        act_law: due.law(),
        law: due.states_law(),
        act,
        statement: candidate,
        item,
        before: &before,
        now,
        view,
        verdict,
    };
    court.cited(due);
    // What takes an act back, or puts its facts right, changes what stands behind that act.
    let moves_others = !is_last || act.engine.is_some_and(EngineAct::mends);
    court.hear(related, moves_others.then_some(&items[..]));
    court.verdict
}

/// Judges a recorded act again, by the position and the ledger's date at which it was recorded.
pub fn judge_again<'a>(
    laws: &'a Laws,
    acts: &'a [RecordedAct],
    related: &[Related<'a>],
    act: &'a RecordedAct,
) -> Verdict {
    let today = act.recorded_at.timestamp().to_zoned(laws.zone().clone()).date();
    judge(laws, acts, related, &act.statement, View::new(today, act.position))
}

/// The due law and the act in it.
fn find_law<'a>(
    laws: &'a Laws,
    before: &CaseState<'a>,
    now: &CaseState<'a>,
    item: &Item<'a>,
) -> Result<(Due<'a>, &'a ActLaw), Box<Violation>> {
    let statement = item.statement;
    let Some(cited) = &statement.law else { return Err(Box::new(says::law_missing())) };
    let procedure = before.procedure.or(now.procedure).unwrap_or(&cited.procedure);
    if procedure != cited.procedure {
        return Err(Box::new(says::other_procedure(procedure)));
    }
    let due = due_of(laws, before, item)
        .ok_or_else(|| Box::new(says::no_edition(procedure, item.date)))?;
    let act = due
        .law()
        .act(&statement.act)
        .ok_or_else(|| Box::new(says::unknown_act(&statement.act, procedure, due.law().edition)))?;
    Ok((due, act))
}

impl<'a> Court<'a, '_> {
    /// The law that was due, and whether the statement cites it.
    fn cited(&mut self, due: Due<'a>) {
        let right = LawRef {
            procedure: due.law().procedure.clone(),
            edition: due.law().edition,
            package: due.package.hash,
        };
        if self.statement.law.as_ref() != Some(&right) {
            self.refuse(says::wrong_law(&right));
        }
        self.verdict.law = Some(right);
    }

    fn hear(&mut self, related: &[Related<'a>], later: Option<&[Item<'a>]>) {
        let act = self.act;
        self.verdict.competence_required.clone_from(&act.competence);
        self.verdict.must_be_served = act.must_be_served;
        self.verdict.immaterial = act.immaterial;
        self.check_time();
        self.check_transition();
        self.check_facts();
        self.check_sealed();
        self.check_signers();
        self.check_codes();
        self.check_concerns();
        self.check_engine(related);
        self.apply_rules(related);
        self.foresee(related);
        if let Some(items) = later {
            self.replay(items);
        }
        self.check_backdating();
        self.check_answers();
    }

    fn refuse(&mut self, violation: Violation) {
        self.verdict.refusals.push(violation);
    }

    fn apply_rules(&mut self, related: &[Related<'a>]) {
        let moment = Moment::new(self.laws, self.act_law, self.before, &self.item).among(related);
        let firing: Vec<&RuleLaw> =
            self.act.rules.iter().filter(|rule| rule.condition.holds(&&moment)).collect();
        for rule in firing {
            match rule.effect {
                Effect::Refuse => self.refuse(says::rule(rule, pointer(rule))),
                Effect::Flag(severity) => self.flag(Flag {
                    rule: rule.id.clone(),
                    severity,
                    answered: None,
                    says: rule.says.clone(),
                    mend: rule.mend.clone(),
                    basis: rule.basis.clone(),
                    certainty: rule.certainty,
                }),
            }
        }
    }

    /// What the act would do to state and clocks.
    fn foresee(&mut self, related: &[Related<'_>]) {
        self.verdict.from = self.before.state.map(str::to_owned);
        self.verdict.to = self.verdict.from.clone();
        if !self.verdict.refusals.is_empty() {
            return;
        }
        let Some(act) = self.law.act(&self.act.id) else { return };
        if let Some(state) = target(self.laws, self.before, self.law, act, &self.item) {
            self.verdict.to = Some(state.to_owned());
        }
        let after = advance(self.laws, self.before, self.item);
        let mut late = Vec::new();
        for (index, clock) in after.clocks.iter().enumerate() {
            let note = || ClockNote { clock: clock.clock.to_owned(), due: clock.due };
            let earlier = self.before.clocks.get(index).map(|clock| clock.status);
            match (earlier, clock.status) {
                (None, _) => self.verdict.clocks_started.push(note()),
                (Some(old), new) if old == new => {}
                (_, ClockStatus::Stopped { late: is_late, .. }) => {
                    self.verdict.clocks_stopped.push(note());
                    late.extend(
                        clock.law.overdue.as_ref().filter(|_| is_late).map(|o| (clock.law, o)),
                    );
                }
                _ => self.verdict.clocks_stopped.push(note()),
            }
        }
        if let Some(put) = after.acts.last().and_then(|act| act.puts.as_ref()) {
            self.check_target(related, put);
            let (case, act) = (put.case.clone(), put.act.to_owned());
            self.verdict.puts = Some(PutNote { case, decision: put.decision, act });
        }
        for (clock, overdue) in late {
            self.flag(Flag {
                rule: overdue.id.clone(),
                severity: overdue.severity,
                answered: None,
                says: overdue.says.clone(),
                mend: overdue.mend.clone(),
                basis: clock.basis.clone(),
                certainty: clock.certainty,
            });
        }
    }

    fn is_engine(&self, engine: EngineAct) -> bool {
        self.act.engine == Some(engine)
    }
}

/// Why an act is not among the next ones.
pub(super) fn impossible_act(
    blocked: super::fold::Blocked,
    law: &Law,
    act: &ActLaw,
    case: &CaseState<'_>,
) -> Violation {
    says::impossible(blocked, law, act, case.state)
}

/// The case is out of order.
pub(super) fn disputed(case: &CaseState<'_>) -> Violation {
    says::state_disputed(case.state, case.other_state)
}

/// A stop that blocks an act.
pub(super) fn stopped_act(act: &str, stop: &super::fold::Stop<'_>) -> Violation {
    says::stopped(act, stop)
}

/// An engine act for which the case holds nothing it could concern.
pub(super) fn no_object(act: &str) -> Violation {
    says::no_object(act)
}

/// A service act whose term still runs.
pub(super) fn term_runs() -> Violation {
    says::term_runs()
}

/// A closed case, where nothing runs out.
pub(super) fn case_closed() -> Violation {
    says::case_closed()
}

/// A term that did not run on the day on which it should have run out.
pub(super) fn did_not_run(on: Date) -> Violation {
    says::did_not_run(on)
}

/// No law is published under which a case could take an act on a day.
pub(super) fn no_edition(case: &CaseState<'_>, on: Date) -> Violation {
    says::no_edition(case.procedure.unwrap_or_default(), on)
}

/// The first fact a rule asks for is where the mending begins.
fn pointer(rule: &RuleLaw) -> String {
    let mut found = None;
    rule.condition.visit(|seen| {
        if let Seen::Question(Question::Fact { name, .. }) = seen {
            found.get_or_insert_with(|| format!("/facts/{name}"));
        }
    });
    found.unwrap_or_else(|| "/act".to_owned())
}
