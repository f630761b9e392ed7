//! An edition made ready: typed, with every rule compiled once.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

use super::{
    calendar::Calendar,
    file::{ActKind, Example, Kept, OverdueFile, Pending, Precision, Severity, Suspensive},
    lists::{CodeList, Parameter},
    node::Place,
    rule::{Rule, Seen},
    value::Type,
};
use crate::violation::{Certainty, Words};

/// What judges the acts of one procedure between two switches.
#[derive(Debug)]
pub struct Law {
    pub procedure: String,
    /// Stands in case numbers.
    pub short: String,
    pub title: Words,
    pub edition: Date,
    pub states: BTreeMap<String, StateLaw>,
    pub opened_by: Vec<String>,
    /// Dates up to the edition at which pending cases kept the old text.
    pub(crate) switches: Vec<(Date, Pending)>,
    /// The procedure's acts and the engine's.
    pub acts: BTreeMap<String, ActLaw>,
    pub clocks: Vec<ClockLaw>,
    /// Moves of engine acts, by the engine act.
    pub(crate) on: BTreeMap<String, Vec<OnLaw>>,
    /// What an act does to clocks, by the act.
    pub(crate) clock_events: BTreeMap<String, Vec<ClockEvent>>,
    pub lists: BTreeMap<String, Arc<CodeList>>,
    pub parameters: BTreeMap<String, Arc<Parameter>>,
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// The calendar rules count with.
    pub(crate) calendar: Arc<Calendar>,
}

impl Law {
    pub fn act(&self, id: &str) -> Option<&ActLaw> {
        self.acts.get(id)
    }

    /// Whether cases of this procedure dispute decisions of other cases.
    pub fn is_of_disputes(&self) -> bool {
        self.acts.values().any(|act| act.puts.is_some())
    }

    pub fn is_final(&self, state: &str) -> bool {
        self.states.get(state).is_some_and(|state| state.is_final)
    }

    /// Shows every question and parameter of every rule.
    pub fn visit_rules<'a>(&'a self, mut see: impl FnMut(Seen<'a>)) {
        for act in self.acts.values() {
            let own = act.rules.iter().map(|rule| &rule.condition);
            let puts = act.puts.iter().flat_map(PutsLaw::rules);
            for rule in own.chain(act.to.conditions()).chain(&act.in_time_by).chain(puts) {
                rule.visit(&mut see);
            }
        }
        for clock in &self.clocks {
            let starts = clock.starts.iter().flat_map(StartLaw::rules);
            let extends = clock.extends.iter().filter_map(|(_, extend)| match extend {
                ExtendLaw::Until(rule) => Some(rule),
                ExtendLaw::Within(_) => None,
            });
            let triggers = clock.stops.iter().chain(&clock.suspends).chain(&clock.resumes);
            let conditions = triggers.filter_map(|trigger| trigger.when.as_ref());
            for rule in starts.chain(extends).chain(conditions) {
                rule.visit(&mut see);
            }
        }
    }

    /// Whether this edition has a rule, or an overdue defect, of this id.
    pub fn knows_rule(&self, id: &str) -> bool {
        super::engine::FLAGS.contains(&id)
            || self.clocks.iter().any(|c| c.overdue.as_ref().is_some_and(|o| o.id == id))
            || self.acts.values().any(|act| act.rules.iter().any(|rule| rule.id == id))
    }
}

#[derive(Debug, Clone)]
pub struct StateLaw {
    pub title: Words,
    pub is_final: bool,
}

/// One act of an edition.
#[derive(Debug)]
pub struct ActLaw {
    pub id: String,
    pub title: Words,
    pub kind: ActKind,
    pub at: Precision,
    /// Whether it may open a case.
    pub opens: bool,
    pub from: From,
    pub(crate) to: To,
    /// Alternatives; each lists the roles that sign together.
    pub signed_by: Vec<Vec<String>>,
    /// The least number of different signers.
    pub signatures: usize,
    pub on_behalf_of: Vec<String>,
    pub recorded_by: Vec<String>,
    pub services: Vec<String>,
    pub competence: Option<String>,
    pub basis: Vec<String>,
    pub immaterial: bool,
    pub fields: BTreeMap<String, FieldLaw>,
    pub rules: Vec<RuleLaw>,
    pub must_be_served: bool,
    /// When the act was done as far as terms go, where that is not its own date (CNT-4).
    pub(crate) in_time_by: Option<Rule>,
    pub appeal: Vec<String>,
    pub suspensive: Option<Suspensive>,
    pub letter: Option<String>,
    pub feeds: Vec<String>,
    pub certainty: Certainty,
    /// What an act of a dispute puts into the case of the decision it attacks.
    pub(crate) puts: Option<PutsLaw>,
    /// In disputes: the instance of CL-INST that has the dispute after this act.
    pub instance: Option<String>,
    /// Set for the engine's own acts.
    pub engine: Option<super::engine::EngineAct>,
}

impl ActLaw {
    /// Every state it can lead to.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let (one, cases) = match &self.to {
            To::Stays => (None, &[][..]),
            To::State(state) => (Some(state), &[][..]),
            To::Cases(cases) => (None, cases.as_slice()),
        };
        one.into_iter().chain(cases.iter().map(|(_, state)| state)).map(String::as_str)
    }
}

/// What an act puts into another case.
#[derive(Debug)]
pub(crate) struct PutsLaw {
    /// A Ref to the case.
    pub case: Rule,
    /// A Ref to the decision in it.
    pub decision: Rule,
    /// The court outcomes; of them the first whose condition holds.
    pub acts: Vec<(Option<Rule>, String)>,
}

impl PutsLaw {
    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let conditions = self.acts.iter().filter_map(|(when, _)| when.as_ref());
        [&self.case, &self.decision].into_iter().chain(conditions)
    }
}

/// The states an act is possible in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// Every state that is not final.
    Any,
    States(Vec<String>),
}

#[derive(Debug)]
pub(crate) enum To {
    Stays,
    State(String),
    /// The first whose condition holds; the last has none.
    Cases(Vec<(Option<Rule>, String)>),
}

impl To {
    fn conditions(&self) -> impl Iterator<Item = &Rule> {
        let cases = match self {
            Self::Cases(cases) => cases.as_slice(),
            _ => &[],
        };
        cases.iter().filter_map(|(when, _)| when.as_ref())
    }
}

#[derive(Debug, Clone)]
pub struct FieldLaw {
    pub ty: Type,
    pub optional: bool,
    pub kept: Kept,
    pub title: Option<Words>,
    pub purpose: Option<Words>,
    pub keep: Option<String>,
}

#[derive(Debug, Clone)]
pub struct RuleLaw {
    pub id: String,
    pub effect: Effect,
    pub(crate) condition: Rule,
    pub says: Words,
    pub mend: Option<Words>,
    pub basis: Vec<String>,
    pub certainty: Certainty,
    /// An example that fires and one that does not.
    pub(crate) examples: [Option<Example>; 2],
    /// Where the rule stands.
    pub(crate) origin: Origin,
}

/// A file and a place in it; no place where the text came from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub file: String,
    pub at: Place,
}

/// What a rule does when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Refuse,
    Flag(Severity),
}

/// A move that an engine act makes.
#[derive(Debug)]
pub(crate) struct OnLaw {
    /// The act it must concern, if one is named.
    pub of: Option<String>,
    /// The states it moves from; `None` is any, final ones included.
    pub from: Option<Vec<String>>,
    pub to: String,
}

/// An act, or an engine act that concerns one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub act: String,
    pub of: Option<String>,
}

impl Trigger {
    /// Reads `ActId` or `EngineAct(ActId)`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let word = |w: &str| w.starts_with(|c: char| c.is_ascii_uppercase());
        let (act, of) = match text.split_once('(') {
            None => (text, None),
            Some((act, rest)) => (act, Some(rest.strip_suffix(')')?)),
        };
        let fine = word(act) && of.is_none_or(word);
        fine.then(|| Self { act: act.to_owned(), of: of.map(str::to_owned) })
    }
}

#[derive(Debug)]
pub struct ClockLaw {
    pub id: String,
    pub title: Words,
    pub(crate) starts: Vec<StartLaw>,
    pub stops: Vec<TriggerLaw>,
    pub suspends: Vec<TriggerLaw>,
    pub resumes: Vec<TriggerLaw>,
    pub(crate) extends: Vec<(Trigger, ExtendLaw)>,
    pub(crate) length: Option<Length>,
    pub(crate) rolls: bool,
    pub pauses: Vec<String>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) warn: Vec<Length>,
    pub overdue: Option<OverdueFile>,
    pub fires: Option<String>,
    pub(crate) allowance: Length,
    pub informs: bool,
    pub basis: Vec<String>,
    pub certainty: Certainty,
}

/// An act that stops, suspends or resumes a clock, where its condition, seen from it, holds.
#[derive(Debug)]
pub struct TriggerLaw {
    pub on: Trigger,
    pub(crate) when: Option<Rule>,
}

/// One way a clock starts; its rules are seen from that act.
#[derive(Debug)]
pub(crate) struct StartLaw {
    pub on: Trigger,
    pub when: Option<Rule>,
    pub from: Option<Rule>,
    pub until: Option<Rule>,
}

impl StartLaw {
    fn rules(&self) -> impl Iterator<Item = &Rule> {
        [&self.when, &self.from, &self.until].into_iter().flatten()
    }
}

#[derive(Debug)]
pub(crate) enum ExtendLaw {
    /// The new whole length, counted from the start.
    Within(Length),
    Until(Rule),
}

/// A length of time, as a value that owns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Months(i32),
    Days(i32),
    WorkingDays(i32),
    Hours(i32),
}

impl ClockLaw {
    /// Under which condition an act does something to the clock; starts have their own.
    pub(crate) fn condition(&self, change: ClockChange) -> Option<&Rule> {
        let trigger = match change {
            ClockChange::Stop(index) => self.stops.get(index),
            ClockChange::Suspend(index) => self.suspends.get(index),
            ClockChange::Resume(index) => self.resumes.get(index?),
            _ => None,
        };
        trigger?.when.as_ref()
    }
}

impl Length {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        use super::value::{Value, read_span};
        Some(match read_span(text)? {
            Value::Months(n) => Self::Months(n),
            Value::Days(n) => Self::Days(n),
            Value::WorkingDays(n) => Self::WorkingDays(n),
            Value::Hours(n) => Self::Hours(n),
            _ => return None,
        })
    }
}

/// What an act does to one clock; numbers are indices into the clock's lists.
#[derive(Debug)]
pub(crate) struct ClockEvent {
    /// Index into [`Law::clocks`].
    pub clock: usize,
    pub of: Option<String>,
    pub what: ClockChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockChange {
    Start(usize),
    Stop(usize),
    Suspend(usize),
    /// Without an index where the end of a court's suspension resumes it.
    Resume(Option<usize>),
    Extend(usize),
    Fire,
}
