//! What rules ask about detention, decisions in court and other open cases.

use std::sync::LazyLock;

use jiff::{ToSpan, civil::Date};
use litopys_domain::{act::RecordedAct, law::laws::Laws};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{Case, date, flags, laws};

static LAWS: LazyLock<Laws> = LazyLock::new(laws);

/// Places and releases, by their day; what is not possible is recorded all the same and skipped.
fn told(number: u8, steps: &[(bool, i32)]) -> Case<'static> {
    let mut case = Case::new(&LAWS, "holding", number);
    for (places, days) in steps {
        let day = date("2025-01-01").saturating_add(days.days());
        let (act, at) = if *places {
            ("Placed", format!("{day}T09:00:00Z"))
        } else {
            ("Released", day.to_string())
        };
        let mut draft = case.draft(act, &at, json!({}));
        draft.nonce =
            format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3a{number:02x}{:02x}", case.acts.len())
                .parse()
                .unwrap();
        case.record(draft);
    }
    case
}

/// As told, earlier in the log than every act of the first case.
fn before(case: Case<'_>) -> Vec<RecordedAct> {
    let mut acts = case.acts;
    for act in &mut acts {
        act.position -= 50;
    }
    acts
}

/// The flags of a prolongation that says since when somebody is held.
fn prolonged(case: &Case<'_>, on: Date, since: Date) -> Vec<String> {
    let draft = case.draft("Prolonged", &on.to_string(), json!({"since": since.to_string()}));
    flags(&case.judge(&draft)).into_iter().map(str::to_owned).collect()
}

/// Day by day: held on a day is who was inside at the end of the day before, or is placed on it.
fn counted(cases: &[Vec<(bool, i32)>], until: i32) -> Option<Date> {
    let inside = |steps: &[(bool, i32)], day: i32| {
        steps.iter().rfind(|(_, on)| *on <= day).is_some_and(|(places, _)| *places)
    };
    let held_on = |steps: &[(bool, i32)], day: i32| {
        inside(steps, day - 1) || steps.iter().any(|(places, on)| *places && *on == day)
    };
    let days = (0..=until).filter(|day| cases.iter().any(|steps| held_on(steps, *day))).count();
    let now = cases.iter().any(|steps| inside(steps, until));
    let back = i32::try_from(days).unwrap() - 1 - until;
    now.then(|| date("2025-01-01").saturating_sub(back.days()))
}

/// Placed, released, placed … on ascending days.
fn steps() -> impl Strategy<Value = Vec<(bool, i32)>> {
    proptest::collection::vec(0..20_i32, 0..7).prop_map(|gaps| {
        let mut day = 0;
        let place = |(index, gap): (usize, i32)| {
            day += gap;
            (index % 2 == 0, day)
        };
        gaps.into_iter().enumerate().map(place).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn held_since_agrees_with_a_count_day_by_day(
        own in steps(), second in steps(), third in steps(), until in 0..120_i32
    ) {
        let mut case = told(1, &own);
        case.related = vec![before(told(2, &second)), before(told(3, &third))];
        let on = date("2025-01-01").saturating_add(until.days());
        let expected = counted(&[own, second, third], until);
        let found = prolonged(&case, on, expected.unwrap_or(on));
        prop_assert_eq!(found.contains(&"HC-NOBODY".to_owned()), expected.is_none());
        prop_assert!(!found.contains(&"HC-SINCE".to_owned()), "not since {expected:?}");
        let wrong = expected.unwrap_or(on).saturating_add(1.day());
        let found = prolonged(&case, on, wrong);
        prop_assert_eq!(found.contains(&"HC-SINCE".to_owned()), expected.is_some());
    }
}

#[test]
fn a_placement_counts_the_earlier_ones() {
    let mut case = told(1, &[]);
    case.related = vec![before(told(2, &[(true, 0), (false, 9)]))];
    let again = |at: &str| {
        let draft = case.draft("Placed", at, json!({}));
        flags(&case.judge(&draft)).contains(&"HC-AGAIN")
    };
    assert!(again("2025-03-01T09:00:00Z"), "ten days were served");
    assert!(!again("2024-12-31T09:00:00Z"), "not yet");
}

#[test]
fn detention_of_another_person_does_not_count() {
    let mut case = told(1, &[(true, 20)]);
    let mut other = before(told(2, &[(true, 0), (false, 9)]));
    for act in &mut other {
        let mut statement = (*act.statement).clone();
        statement.subjects = vec!["person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e00".parse().unwrap()];
        act.statement = statement.into();
    }
    case.related = vec![other];
    let start = date("2025-01-21");
    assert!(!prolonged(&case, date("2025-01-23"), start).contains(&"HC-SINCE".to_owned()));
}

#[test]
fn the_last_outcome_in_court_counts() {
    let mut case = told(1, &[(true, 0)]);
    let placed = case.acts[0].hash;
    let stands = |case: &Case<'_>, on: &str| {
        !prolonged(case, date(on), date(on)).contains(&"HC-FORCE".to_owned())
    };
    assert!(stands(&case, "2025-01-05"));
    let mut stood = true;
    for (number, (outcome, still)) in [
        ("DecisionSuspended", false),
        ("DecisionUpheld", true),
        ("DecisionAnnulled", false),
        ("DecisionSuspended", false),
        ("DecisionUpheld", true),
        ("DecisionChanged", false),
        ("DecisionUpheld", true),
        ("DecisionRemitted", false),
    ]
    .into_iter()
    .enumerate()
    {
        let day = format!("2025-01-{}", 10 + number);
        let mut draft = case.draft(outcome, &day, json!({}));
        draft.concerns = vec![placed];
        case.record(draft);
        assert_eq!(stands(&case, &day), still, "{outcome} on {day}");
        let before = format!("2025-01-{:02}", 9 + number);
        assert_eq!(stands(&case, &before), stood, "the day before {day}");
        stood = still;
    }
    assert!(!stands(&Case::new(&LAWS, "holding", 3), "2025-01-05"), "there is none");
}

#[test]
fn hours_are_counted_from_the_instant_of_an_act() {
    let case = told(1, &[(true, 0)]);
    let late = |on: &str| prolonged(&case, date(on), date(on)).contains(&"HC-HOURS".to_owned());
    assert!(!late("2025-01-04"));
    assert!(late("2025-01-05"));
}

#[test]
fn another_case_is_open_until_it_is_final_or_closed() {
    let mut other = Case::new(&LAWS, "return", 2);
    other.act("Collected", "2025-01-02", json!({}));
    let open = |other: &Case<'static>, on: &str| {
        let mut case = told(1, &[(true, 0)]);
        let mut acts = other.acts.clone();
        for act in &mut acts {
            act.position -= 50;
        }
        case.related = vec![acts];
        prolonged(&case, date(on), date(on)).contains(&"HC-RETURN".to_owned())
    };
    assert!(!open(&other, "2025-01-01"), "not yet opened");
    assert!(open(&other, "2025-01-02"));
    other.act("Closed", "2025-01-10", json!({}));
    assert!(open(&other, "2025-01-09"));
    assert!(!open(&other, "2025-01-10"));
}
