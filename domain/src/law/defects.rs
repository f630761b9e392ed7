//! What stands against a case: flags answered under signature, flags that were only shown, and
//! terms that passed. One pure function for the read model and the auditor.
//!
//! What is said of an act stands as long as the act does: not once it was entered in error, rebutted
//! or annulled by a court.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    file::Severity,
    fold::{CaseState, ClockState, ClockStatus, FoldedAct, Related},
    judge::{Flag, judge_again},
    laws::Laws,
    lists::{DEFECTS, defect_number},
    model::{ActLaw, Effect, Law, RuleLaw},
    next::put_from,
    rule::Seen,
};
use crate::{
    act::RecordedAct,
    ids::{AggregateType, StatementHash},
    statement::Answer,
    violation::{Certainty, Words},
};

/// The flags that acts raised, by the statement.
pub type Raised = BTreeMap<StatementHash, Vec<Flag>>;

/// One thing that stands against a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenDefect {
    /// The rule or the `overdue` of a clock, such as `DEF-004-LATE`.
    pub rule: String,
    /// Its number and title in CL-DEFECT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<Named>,
    pub severity: Severity,
    pub certainty: Certainty,
    pub basis: Vec<String>,
    pub says: Words,
    pub found: Found,
    /// The act it is about; of a term that still runs the act that started it.
    pub act: String,
    pub statement: StatementHash,
    pub position: u64,
    /// The first day on which it stands: the act's legal date, or the day after a term.
    pub since: Date,
    /// The signer's answer; D is not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// The last day of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// A number of the catalogue and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    pub code: String,
    pub title: Words,
}

/// How a defect shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// A rule holds.
    Flag,
    /// An act came after its term.
    Late,
    /// A term passed, and the act is still missing.
    Overdue,
}

/// The name of a rule in the catalogue, as the law carries it: by its number, or for a flag of the
/// engine by the number that the list gives it.
pub fn named(law: &Law, rule: &str) -> Option<Named> {
    let list = law.lists.get(DEFECTS)?;
    let own = defect_number(rule).unwrap_or(rule);
    let number = list.last(own)?.attributes.get("defect").map_or(own, String::as_str);
    Some(Named { code: number.to_owned(), title: list.last(number)?.title.clone() })
}

/// The flags that a recorded act raised and nobody was asked to answer: those of severity D, and all
/// at what the ledger signed. The others are in the statement, answered. `related` are the cases of
/// [`asks_others`]; what they hold from the act's position on is not seen.
pub fn shown<'a>(
    laws: &'a Laws,
    acts: &'a [RecordedAct],
    related: &[Related<'a>],
    act: &'a RecordedAct,
) -> Vec<Flag> {
    let by_ledger = is_by_ledger(act);
    if !by_ledger && !may_show(laws, act) {
        return Vec::new();
    }
    let mut flags = judge_again(laws, acts, related, act).flags;
    flags.retain(|flag| by_ledger || flag.severity == Severity::D);
    flags
}

/// Whether [`shown`] looks at the other cases of the act's subjects, and at the dispute that a court
/// outcome comes from.
pub fn asks_others(laws: &Laws, act: &RecordedAct) -> bool {
    let by_ledger = is_by_ledger(act);
    let counts = |rule: &&RuleLaw| by_ledger || rule.effect == Effect::Flag(Severity::D);
    (by_ledger && put_from(&act.statement).is_some())
        || own_law(laws, act)
            .is_some_and(|law| law.rules.iter().filter(counts).any(looks_elsewhere))
}

/// Nobody answers for the ledger.
fn is_by_ledger(act: &RecordedAct) -> bool {
    act.statement.signers.iter().all(|signer| signer.by.kind() == AggregateType::Ledger)
}

/// Whether an act can raise a flag of severity D: by a rule, or by coming after its term.
fn may_show(laws: &Laws, act: &RecordedAct) -> bool {
    let Some(law) = own_law(laws, act) else { return false };
    let by_rule = law.rules.iter().any(|rule| rule.effect == Effect::Flag(Severity::D));
    // The clock may be that of an earlier edition.
    by_rule
        || act.statement.law.iter().any(|cited| {
            laws.editions(&cited.procedure).flat_map(|edition| &edition.clocks).any(|clock| {
                clock.overdue.as_ref().is_some_and(|overdue| overdue.severity == Severity::D)
                    && clock.stops.iter().any(|stop| stop.on.act == act.statement.act)
            })
        })
}

fn looks_elsewhere(rule: &RuleLaw) -> bool {
    let mut elsewhere = false;
    rule.condition.visit(|seen| {
        elsewhere |= matches!(seen, Seen::Question(question) if question.asks_other_cases());
    });
    elsewhere
}

/// The law that judged an act at its position.
fn own_law<'a>(laws: &'a Laws, act: &RecordedAct) -> Option<&'a ActLaw> {
    let cited = act.statement.law.as_ref()?;
    let date = act.statement.occurred_at.date_in(laws.zone());
    laws.in_force(&cited.procedure, date, act.position)?.law.act(&act.statement.act)
}

/// Everything that stands against a case, in the order of [`OpenDefect::since`]. `case` is the case
/// after all its acts; overdue terms are told whatever the day, those to come among them.
pub fn standing(laws: &Laws, case: &CaseState<'_>, raised: &Raised) -> Vec<OpenDefect> {
    let mut found = Vec::new();
    let standing = |act: &&FoldedAct<'_>| act.is_effective() && act.annulled_on.is_none();
    for act in case.acts.iter().filter(standing) {
        let mut of_act = flagged(laws, case, act, raised);
        for clock in &case.clocks {
            for (due, _) in late_ends(clock).filter(|(_, by)| *by == act.hash) {
                late(act, clock, due, &mut of_act);
            }
        }
        found.extend(of_act);
    }
    found.extend(case.clocks.iter().filter_map(|clock| overdue(case, clock)));
    found.sort_by(|a, b| (a.since, a.position, &a.rule).cmp(&(b.since, b.position, &b.rule)));
    found
}

/// What was flagged at an act, and what its signers answered.
fn flagged(
    laws: &Laws,
    case: &CaseState<'_>,
    act: &FoldedAct<'_>,
    raised: &Raised,
) -> Vec<OpenDefect> {
    let flags = raised.get(&act.hash).map_or(&[][..], Vec::as_slice);
    let answer = |rule: &str| {
        let mut answers = act.statement.flags.iter();
        answers.find(|answer| answer.rule == rule).map(|answer| answer.answer)
    };
    let mut found: Vec<OpenDefect> =
        flags.iter().map(|flag| of_flag(act, flag, answer(&flag.rule))).collect();
    for answered in &act.statement.flags {
        if flags.iter().any(|flag| flag.rule == answered.rule) {
            continue;
        }
        let flag = meaning(laws, case, act, &answered.rule);
        found.push(of_flag(act, &flag, Some(answered.answer)));
    }
    found
}

fn of_flag(act: &FoldedAct<'_>, flag: &Flag, answer: Option<Answer>) -> OpenDefect {
    OpenDefect {
        defect: act.law.and_then(|law| named(law, &flag.rule)),
        rule: flag.rule.clone(),
        severity: flag.severity,
        certainty: flag.certainty,
        basis: flag.basis.clone(),
        says: flag.says.clone(),
        found: Found::Flag,
        act: act.act.to_owned(),
        statement: act.hash,
        position: act.position,
        since: act.date,
        answer,
        clock: None,
        due: None,
    }
}

/// What a rule means that a signer answered: by the edition of the act, by a clock, or by the list.
fn meaning(laws: &Laws, case: &CaseState<'_>, act: &FoldedAct<'_>, id: &str) -> Flag {
    let cited = act.statement.law.as_ref();
    let package = cited.and_then(|law| laws.in_force(&law.procedure, act.date, act.position));
    let own = package.and_then(|package| package.law.act(&act.statement.act));
    let rule = own.and_then(|act| act.rules.iter().find(|rule| rule.id == id));
    if let Some((rule, Effect::Flag(severity))) = rule.map(|rule| (rule, rule.effect)) {
        return flag(id, severity, &rule.says, &rule.basis, rule.certainty);
    }
    let of_case = case.clocks.iter().map(|clock| clock.law);
    let of_law = act.law.into_iter().flat_map(|law| &law.clocks);
    let clocks = of_case.chain(of_law);
    let mut overdue = clocks.filter_map(|clock| Some((clock, clock.overdue.as_ref()?)));
    if let Some((clock, overdue)) = overdue.find(|(_, overdue)| overdue.id == id) {
        return flag(id, overdue.severity, &overdue.says, &clock.basis, clock.certainty);
    }
    // A flag of the engine, or of an edition that was left meanwhile.
    let entry = act.law.and_then(|law| law.lists.get(DEFECTS)?.last(id));
    let weight = entry.and_then(|entry| entry.attributes.get("severity")?.chars().next());
    let severity = match weight {
        Some('V') => Severity::V,
        Some('D') => Severity::D,
        _ => Severity::U,
    };
    let says = entry.map_or_else(|| Words::new(id, id), |entry| entry.title.clone());
    flag(id, severity, &says, &[], Certainty::Design)
}

fn flag(
    id: &str,
    severity: Severity,
    says: &Words,
    basis: &[String],
    certainty: Certainty,
) -> Flag {
    Flag {
        rule: id.to_owned(),
        severity,
        answered: None,
        says: says.clone(),
        mend: None,
        basis: basis.to_vec(),
        certainty,
    }
}

/// The ends of a term that an act met too late: it stopped or extended the term after them.
fn late_ends(clock: &ClockState<'_>) -> impl Iterator<Item = (Date, StatementHash)> {
    let stopped = match clock.status {
        ClockStatus::Stopped { by, late: true, .. } => Some((clock.due_on, by)),
        _ => None,
    };
    clock.passed.iter().map(|passed| (passed.due, passed.by)).chain(stopped)
}

/// Adds what a clock says of the act that came too late; where that was flagged, its term.
fn late(act: &FoldedAct<'_>, clock: &ClockState<'_>, due: Date, found: &mut Vec<OpenDefect>) {
    let Some(overdue) = &clock.law.overdue else { return };
    let index = found.iter().position(|one| one.rule == overdue.id).unwrap_or_else(|| {
        let law = clock.law;
        let says = flag(&overdue.id, overdue.severity, &overdue.says, &law.basis, law.certainty);
        found.push(of_flag(act, &says, None));
        found.len() - 1
    });
    let Some(defect) = found.get_mut(index).filter(|defect| defect.clock.is_none()) else { return };
    defect.found = Found::Late;
    defect.clock = Some(clock.clock.to_owned());
    defect.due = Some(due);
}

/// A term that runs and has, or will have, passed.
fn overdue(case: &CaseState<'_>, clock: &ClockState<'_>) -> Option<OpenDefect> {
    let overdue = clock.law.overdue.as_ref().filter(|_| clock.is_running())?;
    let starter = case.acts.iter().find(|act| act.hash == clock.started_by)?;
    let says =
        flag(&overdue.id, overdue.severity, &overdue.says, &clock.law.basis, clock.law.certainty);
    Some(OpenDefect {
        found: Found::Overdue,
        since: clock.waits_until().tomorrow().ok()?,
        clock: Some(clock.clock.to_owned()),
        due: Some(clock.due_on),
        ..of_flag(starter, &says, None)
    })
}
