//! Which edition judges an act.

use std::sync::Arc;

use jiff::tz::TimeZone;
use litopys_domain::law::{
    laws::{Laws, Question},
    package::{Package, PackageError},
};
use serde_json::json;

use crate::world::{Case, answer, book, date, flags, laws, refusals};

fn editions(
    laws: &Laws,
    on: &str,
    opened: Option<&str>,
    position: u64,
) -> Option<(String, String)> {
    let question =
        Question { procedure: "return", date: date(on), opened: opened.map(date), position };
    laws.due(question)
        .map(|due| (due.law().edition.to_string(), due.states_law().edition.to_string()))
}

fn both(edition: &str) -> (String, String) {
    (edition.to_owned(), edition.to_owned())
}

#[test]
fn the_edition_in_force_on_the_legal_date() {
    let laws = laws();
    assert_eq!(editions(&laws, "2009-12-31", None, 1), None);
    assert_eq!(editions(&laws, "2010-01-01", None, 1), Some(both("2010-01-01")));
    assert_eq!(editions(&laws, "2018-04-28", None, 1), Some(both("2010-01-01")));
    assert_eq!(editions(&laws, "2018-04-29", None, 1), Some(both("2018-04-29")));
    assert_eq!(
        editions(&laws, "2025-01-01", None, 1),
        Some(both("2023-12-15")),
        "general law switches too"
    );
    assert_eq!(editions(&laws, "2025-01-01", None, 0), None, "not published before position 0");
}

#[test]
fn pending_old_keeps_states_and_clocks_of_the_opening_edition() {
    let laws = laws();
    let mixed = Some(("2020-01-01".to_owned(), "2018-04-29".to_owned()));
    assert_eq!(editions(&laws, "2020-02-01", Some("2019-12-01"), 1), mixed);
    assert_eq!(editions(&laws, "2020-02-01", Some("2020-01-01"), 1), Some(both("2020-01-01")));
    assert_eq!(editions(&laws, "2018-05-01", Some("2018-04-01"), 1), Some(both("2018-04-29")));
}

#[test]
fn a_pending_case_keeps_its_old_term() {
    let laws = laws();
    let term = |opened: &str| {
        let mut case = Case::new(&laws, "return", 1);
        let collected = case.draft("Collected", opened, json!({}));
        case.record(collected);
        let state = case.state();
        state.clocks[0].due.date(laws.zone()).to_string()
    };
    assert_eq!(term("2019-12-02"), "2020-02-03", "two months");
    assert_eq!(term("2020-01-02"), "2020-01-23", "fifteen working days");
}

/// `pending: new`: what began goes on by the text it began under; every act after the switch does what
/// the new text says.
#[test]
fn a_term_that_runs_keeps_its_length_when_the_law_changes() {
    let laws = laws();
    let due = |decided: &str| {
        let mut case = Case::new(&laws, "return", 1);
        let collected = case.draft("Collected", "2018-04-02", json!({}));
        case.record(collected);
        let facts = json!({"leave_by": "2018-05-20", "ground": "1", "minor": false});
        let decided = case.draft("Decided", decided, facts);
        case.record(decided);
        let told = case.draft("ProsecutorTold", "2018-05-03T09:00:00Z", json!({"by_phone": true}));
        case.record(told);
        let state = case.state();
        let clock = state.clocks.iter().find(|clock| clock.clock == "prosecutor").unwrap();
        assert!(clock.is_running(), "a call does not stop it");
        serde_json::to_string(&clock.due).unwrap()
    };
    assert_eq!(due("2018-04-28T09:00:00Z"), r#""2018-04-30T09:00:00Z""#, "48 hours, as it began");
    assert_eq!(due("2018-04-29T09:00:00Z"), r#""2018-04-30T09:00:00Z""#, "24 hours");
}

#[test]
fn the_last_package_before_the_position_counts() {
    let old = book();
    let first = old.package("return", date("2018-04-29")).unwrap();
    let mut files = crate::world::FILES.to_vec();
    let sources = files.iter_mut().find(|(path, _)| path.ends_with("CL-SOURCE.yaml")).unwrap();
    let more = format!("{}  - {{code: \"OTHER\", en: Other, uk: Інше}}\n", sources.1);
    sources.1 = &more;
    let new = litopys_domain::law::book::LawBook::read(files).unwrap();
    let second = new.package("return", date("2018-04-29")).unwrap();
    assert_ne!(first.hash, second.hash, "a changed list is a new package");
    let load = |texts: &litopys_domain::law::package::PackageTexts| {
        let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
        Arc::new(Package::load(&texts.manifest, &fetch).unwrap())
    };
    let mut laws = Laws::new(TimeZone::UTC);
    laws.publish(20, load(&second));
    laws.publish(10, load(&first));
    let due = |position| {
        let question =
            Question { procedure: "return", date: date("2025-01-01"), opened: None, position };
        laws.due(question).map(|due| due.package.hash)
    };
    assert_eq!(due(10), None);
    assert_eq!(due(11), Some(first.hash));
    assert_eq!(due(20), Some(first.hash));
    assert_eq!(due(21), Some(second.hash));
}

#[test]
fn a_legal_date_before_a_switch_is_flagged() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.today = date("2023-12-20");
    let mut early = case.draft("Collected", "2023-12-10", json!({}));
    let verdict = case.judge(&early);
    assert_eq!(flags(&verdict), ["ENG-BEFORE-SWITCH"]);
    assert_eq!(refusals(&verdict), ["flag-unanswered /flags"]);
    early.flags = vec![answer("ENG-BEFORE-SWITCH")];
    assert!(case.judge(&early).is_sound());
}

#[test]
fn rules_of_an_edition_end_with_it() {
    let laws = laws();
    let decide = |at: &str| {
        let mut case = Case::new(&laws, "return", 1);
        case.today = date(&at[..10]);
        let collected = case.draft("Collected", &at[..10], json!({}));
        case.record(collected);
        let facts = json!({"leave_by": &at[..10], "ground": "1", "minor": false, "ban": "5y"});
        flags(&case.judge(&case.draft("Decided", at, facts))).contains(&"DEF-020")
    };
    assert!(!decide("2018-04-28T09:00:00Z"));
    assert!(decide("2018-04-29T09:00:00Z"));
}

#[test]
fn packages_are_held_to_their_hashes() {
    let texts = book().package("return", date("2018-04-29")).unwrap();
    let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
    assert!(Package::load(&texts.manifest, &fetch).is_ok());
    let error = Package::load(&texts.manifest, &|_| None).unwrap_err();
    assert!(matches!(error, PackageError::Missing { .. }), "{error}");
    let forged =
        |hash| fetch(hash).map(|text| Arc::<str>::from(text.replace("R-TO-HEAD", "R-TO-OFF")));
    let error = Package::load(&texts.manifest, &forged).unwrap_err();
    assert!(matches!(error, PackageError::Hash { .. }), "{error}");
    let spaced = texts.manifest.replace(':', ": ");
    assert_eq!(Package::load(&spaced, &fetch).unwrap_err(), PackageError::NotCanonical);
    let other = texts.manifest.replace("rules/1", "rules/2");
    let error = Package::load(&other, &fetch).unwrap_err();
    assert!(matches!(error, PackageError::Rules { .. }), "{error}");
}
