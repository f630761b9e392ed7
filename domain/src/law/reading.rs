//! What pages, pictures and comparisons of the law ask of an edition, in the words of its file.

use std::fmt;

use jiff::civil::Date;

use super::{
    file::Pending,
    model::{ActLaw, ClockLaw, ExtendLaw, Law, Length, RuleLaw, StartLaw, To, Trigger, TriggerLaw},
    rule::Rule,
};

/// One way an act leads to a state, or puts an outcome into another case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way<'a> {
    /// The condition; none where it always holds, or where none before it does.
    pub when: Option<&'a str>,
    pub to: &'a str,
}

/// What an act of every case does to the state here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineWay<'a> {
    pub act: &'a str,
    /// The act it must concern.
    pub of: Option<&'a str>,
    /// The states it moves from; `None` is any.
    pub from: Option<&'a [String]>,
    pub to: &'a str,
}

/// One way a clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartWay<'a> {
    pub on: &'a Trigger,
    pub when: Option<&'a str>,
    /// What it counts from, where that is not the act itself.
    pub from: Option<&'a str>,
    /// Its last day, where that is a date of the case.
    pub until: Option<&'a str>,
}

impl Law {
    /// What engine acts do to the state, in the order of the file.
    pub fn engine_ways(&self) -> impl Iterator<Item = EngineWay<'_>> {
        self.on.iter().flat_map(|(act, moves)| {
            moves.iter().map(move |one| EngineWay {
                act,
                of: one.of.as_deref(),
                from: one.from.as_deref(),
                to: &one.to,
            })
        })
    }

    /// The switches up to this edition at which pending cases kept states and clocks.
    pub fn kept_by_pending(&self) -> impl Iterator<Item = Date> {
        self.switches.iter().filter(|(_, pending)| *pending == Pending::Old).map(|(on, _)| *on)
    }
}

impl ActLaw {
    /// Where it leads; empty where the state stays.
    pub fn ways(&self) -> Vec<Way<'_>> {
        match &self.to {
            To::Stays => Vec::new(),
            To::State(state) => vec![Way { when: None, to: state }],
            To::Cases(cases) => ways(cases),
        }
    }

    /// What it puts into the case of the decision that a dispute attacks.
    pub fn outcomes(&self) -> Vec<Way<'_>> {
        self.puts.as_ref().map(|puts| ways(&puts.acts)).unwrap_or_default()
    }

    /// The date it is in time by, where that is not its own.
    pub fn counts_by(&self) -> Option<&str> {
        self.in_time_by.as_ref().map(Rule::text)
    }
}

fn ways(cases: &[(Option<Rule>, String)]) -> Vec<Way<'_>> {
    cases.iter().map(|(when, to)| Way { when: when.as_ref().map(Rule::text), to }).collect()
}

impl RuleLaw {
    /// The condition under which it refuses or flags.
    pub fn condition(&self) -> &str {
        self.condition.text()
    }

    /// The file it stands in: the procedure's own, included law, or the engine's.
    pub fn file(&self) -> &str {
        &self.origin.file
    }
}

impl ClockLaw {
    pub fn start_ways(&self) -> impl Iterator<Item = StartWay<'_>> {
        self.starts.iter().map(StartLaw::way)
    }

    /// How long it runs, such as `15wd`; nothing where it ends on a date of the case.
    pub fn length(&self) -> Option<String> {
        self.length.map(|length| length.to_string())
    }

    /// How long the ledger waits for a late record before it signs.
    pub fn waits(&self) -> Option<String> {
        let none = matches!(self.allowance, Length::Days(0));
        (!none).then(|| self.allowance.to_string())
    }

    /// Whether a last day that is not a working day moves on (CNT-2).
    pub fn moves_to_working_day(&self) -> bool {
        self.rolls
    }

    /// What extends it, and to what: a new whole length or a last day.
    pub fn extensions(&self) -> impl Iterator<Item = (&Trigger, String)> {
        self.extends.iter().map(|(on, extend)| {
            let to = match extend {
                ExtendLaw::Within(length) => length.to_string(),
                ExtendLaw::Until(rule) => rule.text().to_owned(),
            };
            (on, to)
        })
    }
}

impl StartLaw {
    fn way(&self) -> StartWay<'_> {
        StartWay {
            on: &self.on,
            when: self.when.as_ref().map(Rule::text),
            from: self.from.as_ref().map(Rule::text),
            until: self.until.as_ref().map(Rule::text),
        }
    }
}

/// `DecisionSuspended(X)`, or `Stopped when …`.
impl fmt::Display for TriggerLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            None => self.on.fmt(f),
            Some(when) => write!(f, "{} when {}", self.on, when.text()),
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            None => f.write_str(&self.act),
            Some(of) => write!(f, "{}({of})", self.act),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Months(n) if n % 12 == 0 && *n != 0 => write!(f, "{}y", n / 12),
            Self::Months(n) => write!(f, "{n}m"),
            Self::Days(n) => write!(f, "{n}d"),
            Self::WorkingDays(n) => write!(f, "{n}wd"),
            Self::Hours(n) => write!(f, "{n}h"),
        }
    }
}
