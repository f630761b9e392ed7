//! Terms of every length under calendars made up at random: the writer's fold and the auditor's
//! count must name the same end, and hours are the hours of the clock on the wall nowhere.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use litopys_audit::judgment::Books;
use litopys_audit::terms::Terms;
use litopys_domain::act::RecordedAct;
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::fold::{ClockStatus, Point, View, state};
use litopys_domain::law::package::Package;
use litopys_domain::log::Hash;
use litopys_domain::statement::Statement;
use proptest::prelude::*;
use serde_json::json;

/// Clocks whose ends both count.
const LENGTHS: [&str; 12] =
    ["1h", "72h", "1d", "10d", "30d", "1wd", "5wd", "15wd", "1m", "6m", "1y", "3y"];

/// Days since 2020-01-01 and what they are.
#[derive(Debug, Clone)]
struct Made {
    weekend: Vec<&'static str>,
    holidays: Vec<i32>,
    worked: Option<(i32, i32)>,
    moved: Vec<(i32, bool)>,
    windows: Vec<(i32, i32)>,
}

fn made() -> impl Strategy<Value = Made> {
    let weekend = prop_oneof![Just(vec!["saturday", "sunday"]), Just(vec!["friday"]), Just(vec![])];
    let days = || 0..1_500_i32;
    let holidays = proptest::collection::btree_set(days(), 0..40);
    let moved = proptest::collection::btree_map(days(), any::<bool>(), 0..20);
    let worked = proptest::option::of((days(), 1..700_i32));
    // One window after another, as law files have them.
    let windows = proptest::collection::vec((1..300_i32, 1..200_i32), 0..3);
    (weekend, holidays, worked, moved, windows).prop_map(
        |(weekend, holidays, worked, moved, windows)| Made {
            weekend,
            holidays: holidays.into_iter().collect(),
            worked,
            moved: moved.into_iter().collect(),
            windows,
        },
    )
}

fn day(number: i32) -> Date {
    Date::constant(2020, 1, 1).saturating_add(number.days())
}

impl Made {
    fn yaml(&self) -> String {
        let mut text = "id: UA\ntitle: {en: Made, uk: Створений}\n".to_owned();
        writeln!(text, "weekend: [{}]", self.weekend.join(", ")).unwrap();
        text += "holidays:\n  - {day: \"01-01\", en: New Year, uk: Новий рік}\n";
        for number in &self.holidays {
            writeln!(text, "  - {{date: {}, en: Day, uk: День}}", day(*number)).unwrap();
        }
        if let Some((from, length)) = self.worked {
            let until = day(from + length);
            writeln!(text, "worked:\n  - {{since: {}, until: {until}}}", day(from)).unwrap();
        }
        if !self.moved.is_empty() {
            text += "moved:\n";
            for (number, works) in &self.moved {
                let is = if *works { "working" } else { "off" };
                writeln!(text, "  - {{date: {}, is: {is}}}", day(*number)).unwrap();
            }
        }
        text += "suspensions:\n  - {id: STILL, since: 2019-01-01, until: 2019-02-01}\n";
        let mut from = 0;
        for (gap, length) in &self.windows {
            from += gap;
            let until = day(from + length);
            writeln!(text, "  - {{id: STILL, since: {}, until: {until}}}", day(from)).unwrap();
            from += length;
        }
        text
    }

    /// Day by day, without the engine's calendar.
    fn is_working(&self, date: Date) -> bool {
        let number = (date - day(0)).get_days();
        if let Some((_, works)) = self.moved.iter().find(|(moved, _)| *moved == number) {
            return *works;
        }
        let name = date.strftime("%A").to_string().to_lowercase();
        let holiday = self.holidays.contains(&number) || (date.month(), date.day()) == (1, 1);
        let worked = self.worked.is_some_and(|(from, n)| from <= number && number < from + n);
        !self.weekend.contains(&name.as_str()) && (!holiday || worked)
    }
}

/// A procedure of one state whose opening act starts every clock.
fn procedure() -> String {
    let mut text = r#"id: timed
short: TM
title: {en: Timed, uk: Строкова}
law: ["L3773:26"]
since: 2000-01-01
certainty: sure
opened_by: [Begun]
switches: []
states: {open: {en: Open, uk: Відкрита}, shut: {en: Shut, uk: Закрита, final: true}}
acts:
  Begun: {title: {en: Begun, uk: Розпочато}, kind: step, at: instant, to: open, signed_by: [R-TO-OFF]}
  Begun2: {title: {en: Done, uk: Зроблено}, kind: step, at: instant, from: any, to: shut, signed_by: [R-TO-OFF]}
  Held: {title: {en: Held, uk: Зупинено}, kind: step, from: any, signed_by: [R-TO-OFF]}
  Released: {title: {en: Released, uk: Поновлено}, kind: step, from: any, signed_by: [R-TO-OFF]}
clocks:
"#
    .replace("Begun2", "Ended");
    let mut clock = |id: &str, length: &str, more: &str| {
        let title = format!("title: {{en: Clock {length}, uk: Строк {length}}}");
        let rest = format!("starts: [Begun], stops: [Ended], within: {length}, informs: true");
        writeln!(text, "  {id}: {{{title}, {rest}{more}}}").unwrap();
    };
    for (index, length) in LENGTHS.iter().enumerate() {
        clock(&format!("plain-{index}"), length, "");
        if !length.ends_with('h') {
            clock(&format!("flat-{index}"), length, ", rolls: false");
            clock(&format!("paused-{index}"), length, ", pauses: [STILL]");
        }
    }
    clock("held", "30d", ", suspends: [Held], resumes: [Released]");
    text
}

fn books(calendar: &str) -> Books {
    let procedure = procedure();
    let shared = LAW_FILES.iter().filter(|(path, _)| path.starts_with("codes/")).copied();
    let own = [("procedures/timed.yaml", procedure.as_str()), ("calendars/UA.yaml", calendar)];
    let book =
        LawBook::read(shared.filter(|(path, _)| !path.contains("COUNTRY")).chain(own)).unwrap();
    let texts = book.package("timed", Date::constant(2000, 1, 1)).unwrap();
    let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
    let package = Package::load(&texts.manifest, &fetch).unwrap();
    let calendars = package.manifest.calendars.iter();
    let calendars: HashMap<_, _> =
        calendars.map(|(id, hash)| (id.clone(), fetch(*hash).unwrap())).collect();
    let edition = fetch(package.manifest.edition.sha256).unwrap();
    let mut books = Books::new(TimeZone::get("Europe/Kyiv").unwrap());
    books.count_by(&package, Terms::read(&edition, &calendars).unwrap());
    books.publish(0, Arc::new(package));
    books
}

fn recorded(books: &Books, act: &str, at: &str, sequence: u64) -> RecordedAct {
    let package = books.laws().in_force("timed", Date::constant(2020, 1, 1), 9).unwrap().hash;
    let statement: Statement = serde_json::from_value(json!({
        "version": "litopys/1", "ledger": "ledger.example/test",
        "stream": "case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e01",
        "nonce": format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e{sequence:02x}"), "act": act,
        "law": {"procedure": "timed", "edition": "2000-01-01", "package": package},
        "occurred_at": at, "source": "NATIVE",
        "signers": [{"by": "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e02", "role": "R-TO-OFF", "office": "80"}],
    }))
    .unwrap();
    RecordedAct {
        hash: StatementHash::of(statement.to_text().as_bytes()),
        statement: Arc::new(statement),
        position: 10 + sequence,
        sequence,
        number: None,
        recorded_at: "2035-01-01T00:00:00.000000Z".parse().unwrap(),
        leaf: Hash::leaf(b""),
    }
}

/// The ends of all clocks of a case.
fn ends(books: &Books, acts: &[RecordedAct]) -> Vec<(String, Point)> {
    let whole = state(books.laws(), acts, View::new(Date::MAX, u64::MAX));
    whole.clocks.iter().map(|clock| (clock.clock.to_owned(), clock.due)).collect()
}

/// Midnight of the last Sunday of a month, in days since 1970 (which began on a Thursday).
fn last_sunday(year: i16, month: i8) -> i64 {
    let last = Date::constant(year, month, 31);
    let number = i64::from((last - Date::constant(1970, 1, 1)).get_days());
    number - (number + 4).rem_euclid(7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_methods_name_the_same_ends(made in made(), starts in proptest::collection::vec((0..1_400_i32, 0..86_400_i64), 8)) {
        let books = books(&made.yaml());
        for (number, second) in starts {
            let noon = day(number).to_zoned(TimeZone::UTC).unwrap().timestamp();
            let at = noon.checked_add(jiff::SignedDuration::from_secs(second)).unwrap();
            let acts = [recorded(&books, "Begun", &at.to_string(), 1)];
            let whole = state(books.laws(), &acts, View::new(Date::MAX, u64::MAX));
            let counted = books.count_terms(&acts, &whole);
            prop_assert!(counted.wrong.is_empty(), "{:#?}", counted.wrong);
            prop_assert_eq!(counted.counted, whole.clocks.len() as u64);
            for clock in whole.clocks.iter().filter(|clock| clock.clock.starts_with("plain-")) {
                if let Point::Date(end) = clock.due {
                    prop_assert!(made.is_working(end), "{} ends on {}", clock.clock, end);
                }
            }
        }
    }

    /// A suspension keeps what is left of the term, to the day.
    #[test]
    fn a_term_that_stood_still_goes_on_for_what_was_left(made in made(), start in 0..1_300_i32, ran in 0..30_i32, stood in 0..400_i32) {
        let books = books(&made.yaml());
        let begun = format!("{}T10:00:00Z", day(start));
        let (held, released) = (day(start + ran), day(start + ran + stood));
        let mut acts = vec![recorded(&books, "Begun", &begun, 1)];
        let end = |acts: &[RecordedAct]| ends(&books, acts).into_iter().find(|(id, _)| id == "held").unwrap().1;
        let Point::Date(first) = end(&acts) else { panic!("a day") };
        acts.push(recorded(&books, "Held", &held.to_string(), 2));
        let whole = state(books.laws(), &acts, View::new(Date::MAX, u64::MAX));
        let clock = whole.clocks.iter().find(|clock| clock.clock == "held").unwrap();
        prop_assert!(matches!(clock.status, ClockStatus::Suspended { .. }), "it stands still");
        acts.push(recorded(&books, "Released", &released.to_string(), 3));
        let mut expected = first.saturating_add(stood.days());
        while !made.is_working(expected) {
            expected = expected.saturating_add(1.day());
        }
        prop_assert_eq!(end(&acts), Point::Date(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Hours are counted in elapsed seconds, so that an hour that the clock on the wall skips or
    /// repeats is neither given nor taken (both changes of every year).
    #[test]
    fn hours_run_on_over_both_clock_changes(year in 2001..2036_i16, autumn in any::<bool>(), before in 0..345_600_i64) {
        static BOOKS: std::sync::LazyLock<Books> = std::sync::LazyLock::new(|| {
            let made = Made { weekend: vec!["saturday", "sunday"], holidays: vec![], worked: None, moved: vec![], windows: vec![] };
            books(&made.yaml())
        });
        // Kyiv changes its clocks at 01:00 UTC, on the last Sundays of March and October.
        let change = last_sunday(year, if autumn { 10 } else { 3 }) * 86_400 + 3_600;
        let start = change - before;
        let at = Timestamp::from_second(start).unwrap();
        let acts = [recorded(&BOOKS, "Begun", &at.to_string(), 1)];
        let found = ends(&BOOKS, &acts);
        let end = |id: &str| found.iter().find(|(clock, _)| clock == id).unwrap().1;
        let after = |seconds: i64| Point::Instant(Timestamp::from_second(start + seconds).unwrap());
        prop_assert_eq!(end("plain-0"), after(3_600));
        prop_assert_eq!(end("plain-1"), after(72 * 3_600));
        // The day on which it began is the day in Kyiv: two hours ahead in winter, three in summer.
        let is_summer = autumn;
        let local = start + if is_summer { 3 * 3_600 } else { 2 * 3_600 };
        let date = Date::constant(1970, 1, 1).saturating_add(local.div_euclid(86_400).days());
        let Point::Date(flat) = end("flat-3") else { panic!("a day") };
        prop_assert_eq!(flat, date.saturating_add(10.days()));
    }
}
