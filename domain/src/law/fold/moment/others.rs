//! What rules ask about the subjects' other cases.

use jiff::{ToSpan, civil::Date};

use super::{Moment, date};
use crate::{
    ids::StreamId,
    law::{
        calendar::days_of,
        fold::{CaseState, ClockStatus, FoldedAct, View, acts_as, fold, items},
        rule::Question,
        value::Value,
    },
    statement::Statement,
};

impl<'a> Moment<'a, '_> {
    pub(super) fn ask_others(&self, question: &'a Question) -> Value<'a> {
        match question {
            Question::HeldSince { procedure, start, end } => {
                date(self.held_since(procedure, start, end))
            }
            Question::SubjectOpen(procedure) => Value::Bool(self.other_case(procedure, is_open)),
            Question::SubjectHas { procedure, states } => {
                Value::Bool(self.other_case(procedure, |case| in_states(case, states)))
            }
            Question::SubjectTermOpen { procedure, states, clock } => {
                Value::Bool(self.other_case(procedure, |case| {
                    in_states(case, states) && self.term_open(case, clock)
                }))
            }
            Question::SubjectRecorded { procedure, act } => {
                Value::Bool(self.other_case(procedure, |case| {
                    case.acts.iter().any(|a| a.is_effective() && a.acts_as() == act)
                }))
            }
            _ => Value::Absent,
        }
    }

    /// `act.date` less every day on which a subject was held (CNT-6); of several subjects the one
    /// held longest.
    fn held_since(&self, procedure: &str, start: &str, end: &str) -> Option<Date> {
        let today = self.item.date;
        let mut own = Vec::new();
        if self.law.procedure == procedure {
            let acts = self.case.acts.iter().filter(|act| act.hash != self.item.hash);
            let begins = (acts_as(self.statement()) == start).then_some((start, today));
            own = periods(effective(acts).chain(begins), start, end);
        }
        let others: Vec<_> = self
            .other_cases(procedure)
            .map(|case| {
                let periods = periods(effective(case.acts.iter()), start, end);
                (periods, case.subjects)
            })
            .collect();
        let since = |subject: &StreamId| {
            let mut held = own.clone();
            let fitting = others.iter().filter(|(_, subjects)| subjects.contains(&subject));
            held.extend(fitting.flat_map(|(periods, _)| periods));
            let is_held = held.iter().any(|(_, last)| last.is_none());
            let days = held.iter().map(|(first, last)| (*first, last.unwrap_or(today))).collect();
            is_held.then(|| today.saturating_sub((days_of(days) - 1).days()))
        };
        subjects(self.case, self.statement()).filter_map(since).min()
    }

    /// Whether one of the subjects' other cases of a procedure is such.
    fn other_case(&self, procedure: &str, is: impl Fn(&CaseState<'a>) -> bool) -> bool {
        self.other_cases(procedure).any(|case| is(&case))
    }

    /// The subjects' other cases of a procedure, as they stood at this act.
    fn other_cases(&self, procedure: &str) -> impl Iterator<Item = CaseState<'a>> {
        let view = View::new(self.item.date, self.item.position);
        let fitting = self.others.iter().filter(move |acts| {
            let cited = acts.first().and_then(|act| act.statement.law.as_ref());
            cited.is_some_and(|law| law.procedure == procedure)
                && acts.iter().all(|act| act.statement.stream != self.statement().stream)
        });
        fitting
            .map(move |acts| fold(self.laws, &items(self.laws, acts), view))
            .filter(|other| shares_subject(other, self.case, self.statement()))
    }

    /// A term that has not started is open; one that ran past its last day is not, whether or not
    /// the ledger has said so.
    fn term_open(&self, case: &CaseState<'_>, clock: &str) -> bool {
        match case.clocks.iter().rfind(|state| state.clock == clock) {
            None => true,
            Some(state) => match state.status {
                ClockStatus::Running => self.item.date <= state.due_on,
                ClockStatus::Suspended { .. } => true,
                _ => false,
            },
        }
    }
}

fn effective<'t, 'a: 't>(
    acts: impl Iterator<Item = &'t FoldedAct<'a>>,
) -> impl Iterator<Item = (&'a str, Date)> {
    acts.filter(|act| act.is_effective()).map(|act| (act.acts_as(), act.date))
}

/// Periods from a start to the next end; the last may still run.
fn periods<'t>(
    acts: impl Iterator<Item = (&'t str, Date)>,
    start: &str,
    end: &str,
) -> Vec<(Date, Option<Date>)> {
    let mut periods: Vec<(Date, Option<Date>)> = Vec::new();
    for (act, date) in acts {
        match periods.last_mut() {
            Some((_, last @ None)) if act == end => *last = Some(date),
            Some((_, None)) => {}
            _ if act == start => periods.push((date, None)),
            _ => {}
        }
    }
    periods
}

/// The people an act and its case are about. After a correction those that it named count.
fn subjects<'s>(
    case: &'s CaseState<'_>,
    statement: &'s Statement,
) -> impl Iterator<Item = &'s StreamId> {
    let corrects = statement.act == "SubjectCorrected";
    case.subjects.iter().copied().filter(move |_| !corrects).chain(&statement.subjects)
}

fn shares_subject(other: &CaseState<'_>, case: &CaseState<'_>, statement: &Statement) -> bool {
    subjects(case, statement).any(|subject| other.subjects.contains(&subject))
}

/// Neither closed nor final; a case out of order is not settled.
fn is_open(case: &CaseState<'_>) -> bool {
    case.state.is_some() && !case.is_closed && (!case.is_final || case.is_out_of_order)
}

fn in_states(case: &CaseState<'_>, states: &[String]) -> bool {
    let hit = |state: Option<&str>| states.iter().any(|one| Some(one.as_str()) == state);
    hit(case.state) || (case.is_out_of_order && hit(case.other_state))
}
