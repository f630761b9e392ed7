//! Clocks while a case is folded.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use serde_json::Value as Json;

use super::{CaseState, Defect, Item, Moment, concerns};
use crate::{
    ids::StatementHash,
    law::{
        calendar::Calendar,
        laws::Laws,
        model::{ClockChange, ClockLaw, ExtendLaw, Law, Length, StartLaw},
        value::Value,
    },
    legal_time::LegalTime,
};

/// A day, or a moment where the law counts hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Point {
    Date(Date),
    Instant(Timestamp),
}

impl Point {
    pub fn date(self, zone: &TimeZone) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Instant(instant) => instant.to_zoned(zone.clone()).date(),
        }
    }

    fn of(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Date(date) => Some(Self::Date(*date)),
            Value::Instant(instant) => Some(Self::Instant(*instant)),
            _ => None,
        }
    }
}

/// A clock that was started.
#[derive(Debug, Clone, Serialize)]
pub struct ClockState<'a> {
    pub clock: &'a str,
    #[serde(skip)]
    pub law: &'a ClockLaw,
    pub started_by: StatementHash,
    pub start: Point,
    pub due: Point,
    /// The day of `due` in the ledger's time zone.
    pub due_on: Date,
    /// Ends that had passed before an act extended the term.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Passed>,
    pub status: ClockStatus,
}

/// The end of a term that was extended only after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Passed {
    pub due: Date,
    /// The act that extended it.
    pub by: StatementHash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockStatus {
    Running,
    /// The term stands still; `left_seconds` were left on `since`.
    Suspended {
        since: Date,
        left_seconds: i64,
    },
    Stopped {
        on: Date,
        by: StatementHash,
        late: bool,
    },
    /// Ran out, and the ledger said so.
    Fired {
        by: StatementHash,
    },
    /// What started it fell away.
    Void {
        by: StatementHash,
    },
}

impl ClockState<'_> {
    pub fn is_running(&self) -> bool {
        self.status == ClockStatus::Running
    }

    /// The legal date of the service act it fires: the day after a last day, the day of a last
    /// moment.
    pub fn fires_on(&self) -> Date {
        match self.due {
            Point::Date(date) => date.saturating_add(1.day()),
            Point::Instant(_) => self.due_on,
        }
    }

    /// The last day before the ledger acts on a passed term: due day and recording allowance.
    pub fn waits_until(&self) -> Date {
        forward(&self.law.calendar, self.due_on, self.law.allowance)
    }

    /// Days on which to warn, ascending.
    pub fn warnings(&self, zone: &TimeZone) -> Vec<Date> {
        let due = self.due_on;
        let back = |length: &Length| match (length, self.due) {
            (Length::Hours(n), Point::Instant(at)) => {
                let hours = SignedDuration::from_hours(i64::from(*n));
                Point::Instant(at.saturating_sub(hours).unwrap_or(at)).date(zone)
            }
            (length, _) => self.law.calendar.back(due, &value(*length)).unwrap_or(due),
        };
        let mut days: Vec<Date> = self.law.warn.iter().map(back).collect();
        days.sort_unstable();
        days
    }

    /// Whether what was done at a moment was done after the term.
    fn is_late(&self, done: Point, zone: &TimeZone) -> bool {
        match (self.due, done) {
            (Point::Instant(due), Point::Instant(at)) => at > due,
            (_, done) => done.date(zone) > self.due_on,
        }
    }
}

/// Applies what an act does to the clocks of its case. The act is the last of `case.acts`.
pub(super) fn run<'a>(laws: &'a Laws, case: &mut CaseState<'a>, law: &'a Law, item: &Item<'a>) {
    let zone = laws.zone();
    if item.statement.act == "CaseTakenOver" {
        take_over(laws, case, law, item);
    }
    let record = item.statement.act == "LegacyRecordAttested";
    let Some(events) = law.clock_events.get(&item.statement.act).filter(|_| !record) else {
        return;
    };
    for event in events {
        if event.of.as_ref().is_some_and(|of| !concerns(case, item.statement, of)) {
            continue;
        }
        let clock = &law.clocks[event.clock];
        if let ClockChange::Start(index) = event.what {
            start(laws, case, law, clock, &clock.starts[index], item);
            continue;
        }
        let condition = clock.condition(event.what);
        if condition.is_some_and(|when| !when.holds(&&Moment::new(laws, law, case, item))) {
            continue;
        }
        let change = match event.what {
            ClockChange::Extend(index) => {
                let Some(due) = extended(laws, case, law, clock, &clock.extends[index].1, item)
                else {
                    continue;
                };
                Change::Extend(due)
            }
            ClockChange::Stop(_) => Change::Stop(done(laws, case, law, item)),
            ClockChange::Suspend(_) => Change::Suspend,
            ClockChange::Resume(_) => Change::Resume,
            ClockChange::Fire | ClockChange::Start(_) => Change::Fire,
        };
        for state in case.clocks.iter_mut().filter(|state| state.clock == clock.id) {
            state.change(&change, item, zone);
        }
    }
}

/// When an act was done as far as terms go: what is handed to the post in time is in time (CNT-4).
fn done<'a>(laws: &'a Laws, case: &CaseState<'a>, law: &'a Law, item: &Item<'a>) -> Point {
    let rule = law.act(&item.statement.act).and_then(|act| act.in_time_by.as_ref());
    let found = rule.and_then(|rule| Point::of(&rule.value(&&Moment::new(laws, law, case, item))));
    found.unwrap_or_else(|| moment(item))
}

enum Change {
    Stop(Point),
    Suspend,
    Resume,
    Extend(Point),
    Fire,
}

impl ClockState<'_> {
    fn change(&mut self, change: &Change, item: &Item<'_>, zone: &TimeZone) {
        let running = self.is_running();
        self.status = match (change, self.status) {
            (Change::Stop(done), ClockStatus::Running | ClockStatus::Suspended { .. }) => {
                let late = running && self.is_late(*done, zone);
                ClockStatus::Stopped { on: item.date, by: item.hash, late }
            }
            (Change::Suspend, ClockStatus::Running) => {
                let left_seconds = seconds_between(moment(item), self.due, zone);
                ClockStatus::Suspended { since: item.date, left_seconds }
            }
            (Change::Resume, ClockStatus::Suspended { left_seconds, .. }) => {
                self.set_due(resumed(self, item, left_seconds, zone), zone);
                ClockStatus::Running
            }
            (Change::Fire, ClockStatus::Running) => ClockStatus::Fired { by: item.hash },
            (Change::Extend(due), ClockStatus::Running) => {
                if self.is_late(moment(item), zone) {
                    self.passed.push(Passed { due: self.due_on, by: item.hash });
                }
                self.set_due(*due, zone);
                ClockStatus::Running
            }
            (_, status) => status,
        };
    }

    fn set_due(&mut self, due: Point, zone: &TimeZone) {
        self.due = due;
        self.due_on = due.date(zone);
    }
}

fn start<'a>(
    laws: &'a Laws,
    case: &mut CaseState<'a>,
    law: &'a Law,
    clock: &'a ClockLaw,
    how: &'a StartLaw,
    item: &Item<'a>,
) {
    let open = |state: &ClockState<'_>| {
        matches!(state.status, ClockStatus::Running | ClockStatus::Suspended { .. })
    };
    if case.clocks.iter().any(|state| state.clock == clock.id && open(state)) {
        return;
    }
    let scope = Moment::new(laws, law, case, item);
    if how.when.as_ref().is_some_and(|when| !when.holds(&&scope)) {
        return;
    }
    let begin = match &how.from {
        None => Some(moment(item)),
        Some(rule) => Point::of(&rule.value(&&scope)),
    };
    let Some(begin) = begin else { return };
    let due = match (&how.until, clock.length) {
        (Some(rule), _) => Point::of(&rule.value(&&scope)).map(|due| rolled(clock, due)),
        (None, Some(length)) => Some(term(clock, begin, length, laws.zone())),
        (None, None) => None,
    };
    let Some(due) = due else { return };
    case.clocks.push(ClockState {
        clock: &clock.id,
        law: clock,
        started_by: item.hash,
        start: begin,
        due,
        due_on: due.date(laws.zone()),
        passed: Vec::new(),
        status: ClockStatus::Running,
    });
}

/// Terms of a paper case go on from the legal days on which they began.
fn take_over<'a>(laws: &'a Laws, case: &mut CaseState<'a>, law: &'a Law, item: &Item<'a>) {
    let facts = &item.statement.facts;
    let list = |name: &str| facts.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let day = |json: &Json| json.as_str().and_then(|text| text.parse::<Date>().ok());
    let ends = list("due_on");
    for (index, (id, start)) in list("running").iter().zip(list("started_on")).enumerate() {
        let clock = law.clocks.iter().find(|clock| Some(clock.id.as_str()) == id.as_str());
        let (Some(clock), Some(start)) = (clock, day(start)) else { continue };
        let start = Point::Date(start);
        let due = match (ends.get(index).and_then(day), clock.length) {
            (Some(end), _) => Point::Date(end),
            (None, Some(length)) => term(clock, start, length, laws.zone()),
            (None, None) => continue,
        };
        case.clocks.push(ClockState {
            clock: &clock.id,
            law: clock,
            started_by: item.hash,
            start,
            due,
            due_on: due.date(laws.zone()),
            passed: Vec::new(),
            status: ClockStatus::Running,
        });
    }
}

fn extended<'a>(
    laws: &'a Laws,
    case: &CaseState<'a>,
    law: &'a Law,
    clock: &'a ClockLaw,
    how: &'a ExtendLaw,
    item: &Item<'a>,
) -> Option<Point> {
    let running =
        case.clocks.iter().rfind(|state| state.clock == clock.id && state.is_running())?;
    match how {
        ExtendLaw::Within(length) => Some(term(clock, running.start, *length, laws.zone())),
        ExtendLaw::Until(rule) => {
            let scope = Moment::new(laws, law, case, item);
            Point::of(&rule.value(&&scope)).map(|due| rolled(clock, due))
        }
    }
}

/// The end of a term (CNT-1 to CNT-3, CNT-5, CNT-9).
fn term(clock: &ClockLaw, begin: Point, length: Length, zone: &TimeZone) -> Point {
    if let Length::Hours(hours) = length {
        let hours = SignedDuration::from_hours(i64::from(hours));
        let start = match begin {
            Point::Instant(at) => at,
            // A day without an hour counts from its end.
            Point::Date(date) => midnight(date.saturating_add(1.day()), zone),
        };
        return Point::Instant(start.saturating_add(hours).unwrap_or(Timestamp::MAX));
    }
    let start = begin.date(zone);
    let due = forward(&clock.calendar, start, length);
    rolled(clock, Point::Date(clock.calendar.prolonged(start, due, &clock.pauses)))
}

fn rolled(clock: &ClockLaw, due: Point) -> Point {
    match due {
        Point::Date(date) if clock.rolls => Point::Date(clock.calendar.roll(date)),
        other => other,
    }
}

fn resumed(state: &ClockState<'_>, item: &Item<'_>, left_seconds: i64, zone: &TimeZone) -> Point {
    const DAY: i64 = 86_400;
    const DAYS_MAX: i64 = 3_660_000;
    match state.due {
        Point::Date(_) => {
            let days = (left_seconds / DAY).clamp(-DAYS_MAX, DAYS_MAX);
            rolled(state.law, Point::Date(item.date.saturating_add(days.days())))
        }
        Point::Instant(_) => {
            let start = match moment(item) {
                Point::Instant(at) => at,
                Point::Date(date) => midnight(date.saturating_add(1.day()), zone),
            };
            let left = SignedDuration::from_secs(left_seconds);
            Point::Instant(start.saturating_add(left).unwrap_or(Timestamp::MAX))
        }
    }
}

fn seconds_between(from: Point, to: Point, zone: &TimeZone) -> i64 {
    if let (Point::Instant(from), Point::Instant(to)) = (from, to) {
        return from.duration_until(to).as_secs();
    }
    i64::from((to.date(zone) - from.date(zone)).get_days()) * 86_400
}

fn midnight(date: Date, zone: &TimeZone) -> Timestamp {
    date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

fn moment(item: &Item<'_>) -> Point {
    match item.statement.occurred_at {
        LegalTime::Instant(at) => Point::Instant(at),
        _ => Point::Date(item.date),
    }
}

fn value(length: Length) -> Value<'static> {
    match length {
        Length::Months(n) => Value::Months(n),
        Length::Days(n) => Value::Days(n),
        Length::WorkingDays(n) => Value::WorkingDays(n),
        Length::Hours(n) => Value::Days(n / 24),
    }
}

fn forward(calendar: &Calendar, start: Date, length: Length) -> Date {
    calendar.forward(start, &value(length)).unwrap_or(start)
}

/// Whether a clock that fires this act has run out by the act's legal date. Acts that no clock of
/// the case fires are outside services' own.
pub(super) fn is_due(clocks: &[ClockState<'_>], act: &str, item: &Item<'_>) -> bool {
    let mut fired =
        clocks.iter().filter(|state| state.law.fires.as_deref() == Some(act)).peekable();
    if fired.peek().is_none() {
        return item
            .statement
            .signers
            .iter()
            .all(|s| s.by.kind() == crate::ids::AggregateType::Service);
    }
    fired.any(|state| {
        state.is_running()
            && match (state.due, item.statement.occurred_at) {
                (Point::Instant(due), LegalTime::Instant(at)) => at >= due,
                (Point::Instant(_), _) => item.date >= state.due_on,
                (Point::Date(due), _) => item.date > due,
            }
    })
}

pub(super) fn defects<'a>(clocks: &[ClockState<'a>], today: Date) -> Vec<Defect<'a>> {
    clocks.iter().flat_map(|state| defects_of(state, today)).collect()
}

/// The ends of one term that passed: those before late extensions, and its last.
fn defects_of<'a>(state: &ClockState<'a>, today: Date) -> impl Iterator<Item = Defect<'a>> {
    let last = match state.status {
        ClockStatus::Running if today > state.waits_until() => Some((state.due_on, None)),
        ClockStatus::Stopped { by, late: true, .. } => Some((state.due_on, Some(by))),
        _ => None,
    };
    let passed = state.passed.iter().map(|passed| (passed.due, Some(passed.by)));
    let ends: Vec<_> = passed.chain(last).collect();
    let law = state.law;
    law.overdue.iter().flat_map(move |overdue| {
        let defect = move |(due, late)| Defect {
            rule: &overdue.id,
            severity: overdue.severity,
            says: &overdue.says,
            clock: &law.id,
            due,
            late,
            certainty: law.certainty,
            basis: &law.basis,
        };
        ends.clone().into_iter().map(defect)
    })
}
