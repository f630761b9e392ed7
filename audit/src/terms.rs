//! Terms and calendars, counted a second way (DESIGN §2): from the published texts themselves,
//! with day numbers and a table of working days instead of dates and steps.
//!
//! The rules are CNT-1 to CNT-3, CNT-7 and CNT-9 of `rules/1`: a term starts the day after its
//! beginning; months end on the same day number or the month's last day; a last day that is not
//! a working day moves to the next one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use litopys_domain::law::fold::Point;
use serde::Deserialize;

/// Terms outside these years are not counted here.
const YEAR_FIRST: i16 = 1990;
const YEAR_LAST: i16 = 2150;

/// The clocks of one edition that run for a fixed length.
#[derive(Debug, Default)]
pub struct Terms {
    clocks: HashMap<String, Term>,
}

/// A length of time with what it is counted by.
#[derive(Debug)]
pub struct Term {
    length: Length,
    rolls: bool,
    /// Days on which the term stands still: first and first-after, as day numbers.
    pauses: Vec<(i64, i64)>,
    calendar: Arc<WorkingDays>,
    /// Acts that suspend, resume or extend it: then its end is another question.
    changed_by: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Hours(i64),
    Days(i64),
    WorkingDays(i64),
    Months(i64),
}

/// For every day, how many working days came before it.
#[derive(Debug)]
struct WorkingDays {
    first: i64,
    before: Vec<u32>,
}

#[derive(Deserialize)]
struct EditionText {
    calendar: Option<String>,
    #[serde(default)]
    clocks: BTreeMap<String, ClockText>,
}

#[derive(Deserialize)]
struct ClockText {
    within: Option<String>,
    #[serde(default)]
    rolls: Option<bool>,
    #[serde(default)]
    pauses: Vec<String>,
    calendar: Option<String>,
    #[serde(default)]
    suspends: Vec<Trigger>,
    #[serde(default)]
    resumes: Vec<Trigger>,
    #[serde(default)]
    extends: BTreeMap<String, serde_json::Value>,
}

/// An act, or an act under a condition.
#[derive(Deserialize)]
#[serde(untagged)]
enum Trigger {
    Always(String),
    When { act: String },
}

impl Trigger {
    fn act(&self) -> &str {
        match self {
            Self::Always(act) | Self::When { act } => act,
        }
    }
}

#[derive(Deserialize)]
struct CalendarText {
    weekend: Vec<String>,
    #[serde(default)]
    holidays: Vec<Holiday>,
    #[serde(default)]
    worked: Vec<Window>,
    #[serde(default)]
    moved: Vec<Moved>,
    #[serde(default)]
    suspensions: Vec<Window>,
}

#[derive(Deserialize)]
struct Holiday {
    day: Option<String>,
    date: Option<Date>,
    since: Option<Date>,
    until: Option<Date>,
}

#[derive(Deserialize)]
struct Window {
    id: Option<String>,
    since: Date,
    until: Option<Date>,
}

#[derive(Deserialize)]
struct Moved {
    date: Date,
    is: String,
}

impl Terms {
    /// Reads an edition's clocks and the calendars they name, from their published texts.
    pub fn read(edition: &str, calendars: &HashMap<String, Arc<str>>) -> Result<Self, String> {
        let edition: EditionText = serde_json::from_str(edition).map_err(|e| e.to_string())?;
        let mut read: HashMap<&str, (CalendarText, Arc<WorkingDays>)> = HashMap::new();
        for (id, text) in calendars {
            let text: CalendarText = serde_json::from_str(text).map_err(|e| e.to_string())?;
            let table = Arc::new(WorkingDays::new(&text));
            read.insert(id, (text, table));
        }
        let mut clocks = HashMap::new();
        for (id, clock) in edition.clocks {
            let Some(within) = &clock.within else { continue };
            let length = Length::read(within).ok_or_else(|| format!("`{within}` of {id}"))?;
            let name = clock.calendar.as_deref().or(edition.calendar.as_deref());
            let name = name.unwrap_or("UA");
            let (text, table) = read.get(name).ok_or_else(|| format!("no calendar {name}"))?;
            clocks.insert(id, Term::new(length, &clock, text, table));
        }
        Ok(Self { clocks })
    }

    pub fn get(&self, clock: &str) -> Option<&Term> {
        self.clocks.get(clock)
    }
}

impl Term {
    fn new(
        length: Length,
        clock: &ClockText,
        calendar: &CalendarText,
        table: &Arc<WorkingDays>,
    ) -> Self {
        let named =
            |window: &&Window| window.id.as_ref().is_some_and(|id| clock.pauses.contains(id));
        let mut pauses: Vec<_> =
            calendar.suspensions.iter().filter(named).map(Window::days).collect();
        pauses.sort_unstable();
        let triggers = clock.suspends.iter().chain(&clock.resumes).map(Trigger::act);
        let triggers = triggers.chain(clock.extends.keys().map(String::as_str));
        let act = |trigger: &str| trigger.split('(').next().unwrap_or_default().to_owned();
        Self {
            length,
            rolls: clock.rolls.unwrap_or(true),
            pauses,
            calendar: Arc::clone(table),
            changed_by: triggers.map(act).collect(),
        }
    }

    /// Whether an act of this id may have moved the end.
    pub fn is_changed_by(&self, act: &str) -> bool {
        self.changed_by.iter().any(|trigger| trigger == act)
    }

    /// The end of the term that began at `start`; none outside the years counted here.
    pub fn due(&self, start: Point, zone: &TimeZone) -> Option<Point> {
        let day = number(start.date(zone));
        let end = match self.length {
            Length::Hours(hours) => {
                let from = match start {
                    Point::Instant(at) => at,
                    Point::Date(_) => midnight(day + 1, zone)?,
                };
                let end = from.checked_add(SignedDuration::from_hours(hours)).ok()?;
                return Some(Point::Instant(end));
            }
            Length::Days(days) => day.checked_add(days)?,
            Length::WorkingDays(days) => self.calendar.after(day, days)?,
            Length::Months(months) => months_after(start.date(zone), months)?,
        };
        let end = self.paused(day, end);
        let end = if self.rolls { self.calendar.from(end)? } else { end };
        Some(Point::Date(date(end)?))
    }

    /// Every day of a pause between the beginning and the end, as it moves, adds a day.
    fn paused(&self, start: i64, end: i64) -> i64 {
        let mut end = end;
        for (since, until) in &self.pauses {
            let from = (*since).max(start + 1);
            if from <= end && from < *until {
                end = end.saturating_add(until - from);
            }
        }
        end
    }
}

impl Length {
    fn read(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = text[..digits].parse().ok()?;
        Some(match &text[digits..] {
            "h" => Self::Hours(count),
            "d" => Self::Days(count),
            "wd" => Self::WorkingDays(count),
            "m" => Self::Months(count),
            "y" => Self::Months(count.checked_mul(12)?),
            _ => return None,
        })
    }
}

impl WorkingDays {
    fn new(calendar: &CalendarText) -> Self {
        let first = number(Date::constant(YEAR_FIRST, 1, 1));
        let last = number(Date::constant(YEAR_LAST, 12, 31));
        let mut working: Vec<bool> = (first..=last).map(|day| !calendar.is_weekend(day)).collect();
        let mut set = |day: i64, is: bool| {
            let slot = usize::try_from(day - first).ok();
            if let Some(slot) = slot.and_then(|at| working.get_mut(at)) {
                *slot = is;
            }
        };
        let worked = |day: i64| {
            calendar
                .worked
                .iter()
                .map(Window::days)
                .any(|(since, until)| since <= day && day < until)
        };
        for day in calendar.holidays.iter().flat_map(Holiday::days).filter(|day| !worked(*day)) {
            set(day, false);
        }
        for moved in &calendar.moved {
            set(number(moved.date), moved.is == "working");
        }
        let mut count = 0;
        let before = working.into_iter().map(|is| {
            let before = count;
            count += u32::from(is);
            before
        });
        Self { first, before: before.collect() }
    }

    fn at(&self, day: i64) -> Option<u32> {
        self.before.get(usize::try_from(day - self.first).ok()?).copied()
    }

    /// The day on which `count` working days after `day` have begun.
    fn after(&self, day: i64, count: i64) -> Option<i64> {
        if count == 0 {
            return Some(day);
        }
        let target = i64::from(self.at(day + 1)?) + count;
        let target = u32::try_from(target).ok()?;
        // The first day that has `target` working days before it follows the one looked for.
        let follows = self.before.partition_point(|before| *before < target);
        (follows < self.before.len()).then(|| self.first + i64::try_from(follows).unwrap_or(0) - 1)
    }

    /// The day itself, or the next working day.
    fn from(&self, day: i64) -> Option<i64> {
        self.after(day - 1, 1)
    }
}

impl CalendarText {
    /// 1 January 1970 was a Thursday.
    fn is_weekend(&self, day: i64) -> bool {
        const NAMES: [&str; 7] =
            ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
        let name = NAMES[usize::try_from(day.rem_euclid(7)).unwrap_or(0)];
        self.weekend.iter().any(|off| off == name)
    }
}

impl Holiday {
    fn days(&self) -> Vec<i64> {
        if let Some(date) = self.date {
            return vec![number(date)];
        }
        let Some((month, day)) = self.day.as_deref().and_then(|day| day.split_once('-')) else {
            return Vec::new();
        };
        let (Ok(month), Ok(day)) = (month.parse(), day.parse()) else { return Vec::new() };
        let (since, until) = (self.since.map(number), self.until.map(number));
        (YEAR_FIRST..=YEAR_LAST)
            .filter_map(|year| Date::new(year, month, day).ok())
            .map(number)
            .filter(|day| since.is_none_or(|s| s <= *day) && until.is_none_or(|u| *day < u))
            .collect()
    }
}

impl Window {
    fn days(&self) -> (i64, i64) {
        (number(self.since), self.until.map_or(i64::MAX, number))
    }
}

/// Days since 1 January 1970 in the Gregorian calendar, by counting 400-year cycles from March.
fn number(date: Date) -> i64 {
    let (year, month, day) =
        (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let march_year = year - i64::from(month <= 2);
    let cycle = march_year.div_euclid(400);
    let of_cycle = march_year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    cycle * 146_097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719_468
}

fn date(day: i64) -> Option<Date> {
    let seconds = day.checked_mul(86_400)?;
    Some(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date())
}

fn midnight(day: i64, zone: &TimeZone) -> Option<Timestamp> {
    Some(date(day)?.to_zoned(zone.clone()).ok()?.timestamp())
}

/// The same day number, or the last of a shorter month.
fn months_after(start: Date, months: i64) -> Option<i64> {
    let month = i64::from(start.year()) * 12 + i64::from(start.month()) - 1 + months;
    let first = |month: i64| {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let of_year = i8::try_from(month.rem_euclid(12) + 1).ok()?;
        Some(number(Date::new(year, of_year, 1).ok()?))
    };
    let (begin, next) = (first(month)?, first(month + 1)?);
    Some((begin + i64::from(start.day()) - 1).min(next - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: &str = r#"{"holidays":[{"day":"01-01"},{"date":"2026-04-13"}],
        "moved":[{"date":"2020-01-11","is":"working"}],
        "suspensions":[{"id":"C165","since":"2022-02-28","until":"2022-06-01"}],
        "weekend":["saturday","sunday"],"worked":[{"since":"2022-03-15","until":"2025-01-01"}]}"#;

    fn due(clock: &str, start: &str) -> String {
        let edition = format!(r#"{{"clocks":{{"c":{clock}}}}}"#);
        let calendars = HashMap::from([("UA".to_owned(), Arc::from(CALENDAR))]);
        let terms = Terms::read(&edition, &calendars).unwrap();
        let zone = TimeZone::get("Europe/Kyiv").unwrap();
        let start = match start.parse() {
            Ok(at) => Point::Instant(at),
            Err(_) => Point::Date(start.parse().unwrap()),
        };
        match terms.get("c").unwrap().due(start, &zone).unwrap() {
            Point::Date(date) => date.to_string(),
            Point::Instant(at) => at.to_string(),
        }
    }

    #[test]
    fn a_procedure_names_its_calendar() {
        let edition = r#"{"calendar":"IT","clocks":{"c":{"within":"1wd"}}}"#;
        let calendars = HashMap::from([("IT".to_owned(), Arc::from(CALENDAR))]);
        assert!(Terms::read(edition, &calendars).unwrap().get("c").is_some());
        assert!(Terms::read(&edition.replace("IT", "XX"), &calendars).is_err());
    }

    #[test]
    fn day_numbers_are_those_of_the_calendar() {
        for day in [-719_468, -1, 0, 11_016, 19_782, 47_482] {
            assert_eq!(number(date(day).unwrap()), day);
        }
        assert_eq!(number(Date::constant(1970, 1, 1)), 0);
        assert_eq!(number(Date::constant(2000, 2, 29)), 11_016);
    }

    /// Test vectors of the reference (procedures.md, TV-…) and edges of the calendar.
    #[test]
    fn terms_of_the_reference() {
        for (clock, start, expected) in [
            (r#"{"within":"15wd"}"#, "2025-03-03", "2025-03-24"),
            (r#"{"within":"2m"}"#, "2025-03-24", "2025-05-26"),
            (r#"{"within":"1y"}"#, "2023-06-01", "2024-06-03"),
            (r#"{"within":"6m"}"#, "2023-11-06", "2024-05-06"),
            (r#"{"within":"2y"}"#, "2022-03-10", "2024-03-11"),
            (r#"{"within":"5wd"}"#, "2025-06-12", "2025-06-19"),
            (r#"{"within":"1m"}"#, "2024-01-31", "2024-02-29"),
            (r#"{"within":"10d","rolls":false}"#, "2025-03-05", "2025-03-15"),
            (r#"{"within":"1d"}"#, "2024-12-31", "2025-01-02"),
            (r#"{"within":"1d"}"#, "2023-12-31", "2024-01-01"),
            (r#"{"within":"1wd"}"#, "2020-01-10", "2020-01-11"),
            (r#"{"within":"1wd"}"#, "2026-04-10", "2026-04-14"),
            (r#"{"within":"10d","pauses":["C165"],"rolls":false}"#, "2022-02-25", "2022-06-08"),
            (r#"{"within":"24h"}"#, "2025-03-10T09:00:00Z", "2025-03-11T09:00:00Z"),
            (r#"{"within":"24h"}"#, "2025-03-10", "2025-03-11T22:00:00Z"),
        ] {
            assert_eq!(due(clock, start), expected, "{clock} from {start}");
        }
    }
}
