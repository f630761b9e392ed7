//! Working days and suspension windows; counting of terms (CNT-1 to CNT-3, CNT-7, CNT-9).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::Deserialize;

use super::{problem::Unready, value::Value};
use crate::violation::{Certainty, Words};

/// A calendar file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarFile {
    pub id: String,
    pub title: Words,
    weekend: Vec<DayName>,
    #[serde(default)]
    holidays: Vec<Holiday>,
    #[serde(default)]
    worked: Vec<Window>,
    #[serde(default)]
    moved: Vec<Moved>,
    #[serde(default)]
    suspensions: Vec<Window>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A day of every year (`day: "01-07"`) or one date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the names of holidays are for the reader of the file")]
struct Holiday {
    day: Option<String>,
    date: Option<Date>,
    since: Option<Date>,
    until: Option<Date>,
    en: String,
    uk: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "basis and certainty are for the reader of the file")]
struct Window {
    id: Option<String>,
    since: Date,
    until: Option<Date>,
    basis: Option<String>,
    certainty: Option<Certainty>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    date: Date,
    is: DayKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DayKind {
    Working,
    Off,
}

/// A dated interval, the end exclusive.
type Interval = (Date, Date);

/// A calendar ready to count with.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    weekend: [bool; 7],
    yearly: Vec<(i8, i8, Interval)>,
    single: BTreeSet<Date>,
    worked: Vec<Interval>,
    moved: BTreeMap<Date, bool>,
    suspensions: BTreeMap<String, Vec<Interval>>,
}

impl Calendar {
    /// Builds the counting tables; the error says which entry is wrong.
    pub fn new(file: &CalendarFile) -> Result<Self, Unready> {
        let mut calendar = Self::default();
        for day in &file.weekend {
            calendar.weekend[*day as usize] = true;
        }
        if calendar.weekend.iter().all(|off| *off) {
            return Err(Unready::at("weekend", 0, "a calendar needs working days"));
        }
        for (index, holiday) in file.holidays.iter().enumerate() {
            let wrong = |message: String| Unready::at("holidays", index, message);
            match (&holiday.day, holiday.date) {
                (None, Some(date)) => _ = calendar.single.insert(date),
                (Some(day), None) => {
                    let (month, day) = month_day(day)
                        .ok_or_else(|| wrong(format!("`{day}` is no day such as \"01-07\"")))?;
                    calendar.yearly.push((month, day, interval(holiday.since, holiday.until)));
                }
                _ => return Err(wrong("a holiday has either `day` or `date`".to_owned())),
            }
        }
        let interval_of = |window: &Window| interval(Some(window.since), window.until);
        calendar.worked = file.worked.iter().map(interval_of).collect();
        calendar.moved = file.moved.iter().map(|m| (m.date, m.is == DayKind::Working)).collect();
        for (index, window) in file.suspensions.iter().enumerate() {
            let nameless = || Unready::at("suspensions", index, "a window needs an `id`");
            let id = window.id.clone().ok_or_else(nameless)?;
            calendar.suspensions.entry(id).or_default().push(interval_of(window));
        }
        Ok(calendar)
    }

    /// Whether a suspension window of this name is declared.
    pub fn has_suspension(&self, id: &str) -> bool {
        self.suspensions.contains_key(id)
    }

    /// Whether people work on a day. In `worked` windows holidays are ordinary days (CNT-7).
    pub fn is_working(&self, date: Date) -> bool {
        if let Some(working) = self.moved.get(&date) {
            return *working;
        }
        if self.weekend[weekday_index(date.weekday())] {
            return false;
        }
        let holiday = self.single.contains(&date)
            || self.yearly.iter().any(|(month, day, when)| {
                (date.month(), date.day()) == (*month, *day) && within(date, *when)
            });
        !holiday || self.worked.iter().any(|when| within(date, *when))
    }

    /// The day itself, or the next working day (CNT-2).
    pub fn roll(&self, date: Date) -> Date {
        let mut day = date;
        while !self.is_working(day) && day < Date::MAX {
            day = day.saturating_add(1.day());
        }
        day
    }

    /// A term counted forward: starts the day after `start` (CNT-1), months end on the same day
    /// number or the last day of the month (CNT-3). `None` where `span` is no length of days; far
    /// dates stop at the year 9999.
    pub fn forward(&self, start: Date, span: &Value<'_>) -> Option<Date> {
        match span {
            Value::Days(n) => Some(start.saturating_add(n.days())),
            Value::Months(n) => Some(start.saturating_add(months(*n))),
            Value::WorkingDays(n) => Some(self.step(start, *n, 1)),
            _ => None,
        }
    }

    /// The same, counted back.
    pub fn back(&self, start: Date, span: &Value<'_>) -> Option<Date> {
        match span {
            Value::Days(n) => Some(start.saturating_sub(n.days())),
            Value::Months(n) => Some(start.saturating_sub(months(*n))),
            Value::WorkingDays(n) => Some(self.step(start, *n, -1)),
            _ => None,
        }
    }

    fn step(&self, start: Date, count: i32, by: i32) -> Date {
        let (mut day, mut left) = (start, count);
        while left > 0 && day < Date::MAX && day > Date::MIN {
            day = day.saturating_add(by.days());
            left -= i32::from(self.is_working(day));
        }
        day
    }

    /// Moves the last day of a term by the days it was suspended between start and end (CNT-9).
    pub fn prolonged(&self, start: Date, due: Date, windows: &[String]) -> Date {
        let mut due = due;
        let mut intervals: Vec<Interval> =
            windows.iter().filter_map(|id| self.suspensions.get(id)).flatten().copied().collect();
        intervals.sort_unstable();
        for (since, until) in intervals {
            let from = since.max(start.saturating_add(1.day()));
            if from <= due && from < until {
                due = due.saturating_add((until - from).get_days().days());
            }
        }
        due
    }
}

/// How many different days lie in periods, first and last days included. A period that ends before
/// it begins has none.
pub fn days_of(mut periods: Vec<(Date, Date)>) -> i64 {
    periods.sort_unstable();
    let mut counted_to = None;
    let mut days = 0;
    for (first, last) in periods {
        let from = counted_to.map_or(first, |end: Date| first.max(end.saturating_add(1.day())));
        if from <= last && counted_to.is_none_or(|end| last > end) {
            days += i64::from((last - from).get_days()) + 1;
            counted_to = Some(last);
        }
    }
    days
}

/// Jiff's spans end at 19,998 years; so does every calendar.
fn months(count: i32) -> jiff::Span {
    const MONTHS_MAX: i32 = 239_976;
    count.min(MONTHS_MAX).months()
}

fn weekday_index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let date: Date = format!("2024-{text}").parse().ok()?;
    (text.len() == 5).then(|| (date.month(), date.day()))
}

fn interval(since: Option<Date>, until: Option<Date>) -> Interval {
    (since.unwrap_or(Date::MIN), until.unwrap_or(Date::MAX))
}

fn within(date: Date, (since, until): Interval) -> bool {
    since <= date && date < until
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn weekends() -> Calendar {
        let yaml = r#"
id: UA
title: {en: Ukraine, uk: Україна}
weekend: [saturday, sunday]
holidays: [{day: "01-01", en: New Year, uk: Новий рік}]
worked: [{since: 2022-03-15}]
moved: [{date: 2020-01-11, is: working}]
suspensions: [{id: C165, since: 2022-02-28, until: 2022-06-01}]
"#;
        Calendar::new(&serde_saphyr::from_str(yaml).unwrap()).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The term `span` from `start`, rolled, is due on `due`.
    fn due(start: &str, span: &str, expected: &str) {
        let span = super::super::value::read_span(span).unwrap();
        let calendar = weekends();
        let found = calendar.roll(calendar.forward(day(start), &span).unwrap());
        assert_eq!(found.to_string(), expected, "{span:?} from {start}");
    }

    #[test]
    fn terms_of_the_reference_vectors() {
        due("2025-03-03", "15wd", "2025-03-24"); // TV-01
        due("2025-03-24", "2m", "2025-05-26"); // TV-02, a Saturday rolls
        due("2023-06-01", "1y", "2024-06-03"); // TV-13, rolled from Saturday
        due("2023-11-06", "6m", "2024-05-06"); // TV-14
        due("2022-03-10", "2y", "2024-03-11"); // TV-16, a Sunday rolls
        due("2025-06-12", "5wd", "2025-06-19"); // TV-20
        due("2025-10-29", "30d", "2025-11-28"); // TV-11
        due("2024-01-31", "1m", "2024-02-29"); // CNT-3
    }

    #[test]
    fn terms_counted_back() {
        let back = |from: &str, n| weekends().back(day(from), &Value::WorkingDays(n)).unwrap();
        assert_eq!(back("2025-12-31", 15), day("2025-12-10")); // TV-15
        assert_eq!(back("2025-09-30", 10), day("2025-09-16")); // TV-24
        assert_eq!(back("2025-09-30", 3), day("2025-09-25"));
    }

    #[test]
    fn holidays_count_as_working_days_in_worked_windows() {
        assert!(!weekends().is_working(day("2020-01-01")));
        assert!(weekends().is_working(day("2025-01-01")));
        assert!(weekends().is_working(day("2020-01-11")), "a moved Saturday");
    }

    proptest::proptest! {
        #[test]
        fn days_of_periods_are_those_of_a_count_day_by_day(
            periods in proptest::collection::vec((0..200_i32, -3..40_i32), 0..12)
        ) {
            let start = day("2024-01-15");
            let at = |n: i32| start.saturating_add(n.days());
            let dates: Vec<_> = periods.iter().map(|(a, n)| (at(*a), at(a + n))).collect();
            let counted = (0..300).filter(|n| dates.iter().any(|(a, b)| *a <= at(*n) && at(*n) <= *b));
            proptest::prop_assert_eq!(days_of(dates.clone()), i64::try_from(counted.count()).unwrap());
        }
    }

    #[test]
    fn suspension_windows_prolong() {
        let windows = ["C165".to_owned()];
        let end = weekends().prolonged(day("2022-02-20"), day("2022-03-20"), &windows);
        assert_eq!(end, day("2022-06-21"), "93 days of suspension");
        let before = weekends().prolonged(day("2022-01-01"), day("2022-02-01"), &windows);
        assert_eq!(before, day("2022-02-01"));
    }
}
