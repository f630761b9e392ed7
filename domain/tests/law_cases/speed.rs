//! How long a judgment takes. Run in release: `cargo test --release -p litopys-domain --test
//! law_cases -- --ignored`.

use std::time::Instant;

use serde_json::json;

use crate::world::{Case, answer, author, date, laws};

/// A case of twelve acts with a rule on another case of twelve.
#[test]
#[ignore = "meaningful in a release build on a quiet machine"]
fn an_act_on_a_case_of_twelve_is_judged_within_a_hundred_microseconds() {
    let laws = laws();
    let mut other = Case::new(&laws, "protection", 2);
    let mut filed = other.draft("Filed", "2024-01-10", json!({}));
    filed.author = Some(author("R-APP"));
    other.take(filed);
    for _ in 1..12 {
        other.act("Assigned", "2024-02-01", json!({"officer": "officer/1"}));
    }
    for act in &mut other.acts {
        act.position -= 50;
    }
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    for _ in 1..12 {
        case.act("Assigned", "2025-03-02", json!({"officer": "officer/1"}));
    }
    case.related = vec![other.acts];
    case.today = date("2025-03-10");
    let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
    let candidate = case.draft("Decided", "2025-03-10T09:00:00Z", facts);
    let mut micros: Vec<u128> = (0..2_000)
        .map(|_| {
            let start = Instant::now();
            let verdict = case.judge(&candidate);
            assert_eq!(verdict.flags[0].rule, "DEF-009");
            start.elapsed().as_nanos() / 1_000
        })
        .collect();
    micros.sort_unstable();
    let median = micros[micros.len() / 2];
    assert!(median < 100, "median {median} µs, p99 {} µs", micros[micros.len() * 99 / 100]);
}

/// Drafting an act on a long case: two hundred acts, every rule, another case of fifty acts.
#[test]
#[ignore = "meaningful in a release build on a quiet machine"]
fn an_act_on_a_case_of_two_hundred_is_judged_within_three_milliseconds() {
    let laws = laws();
    let mut other = Case::new(&laws, "protection", 2);
    let mut filed = other.draft("Filed", "2024-01-10", json!({}));
    filed.author = Some(author("R-APP"));
    other.take(filed);
    for number in 1..50 {
        told(&mut other, "Assigned", "2024-02-01", number, json!({"officer": "officer/1"}));
    }
    for act in &mut other.acts {
        act.position -= 60;
    }
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
    let mut decided = case.draft("Decided", "2025-03-10T09:00:00Z", facts);
    decided.flags = vec![answer("DEF-009")];
    let decision = case.record(decided);
    case.serve(decision, "2025-03-12");
    for number in 3..182 {
        let day = 12 + number / 20;
        let facts = json!({"new_leave_by": "2025-04-20"});
        let (act, facts) = match number % 4 {
            0 => ("Prolonged", facts),
            1 => ("Stayed", json!({})),
            2 => ("StayLifted", json!({})),
            _ => ("Assigned", json!({"officer": "officer/1"})),
        };
        told(&mut case, act, &format!("2025-03-{day}"), number, facts);
        // Every tenth act is a court's, which looks at the whole case again.
        if number % 10 == 0 {
            let court = if number % 20 == 0 { "DecisionSuspended" } else { "DecisionUpheld" };
            let mut outcome = case.draft(court, &format!("2025-03-{day}"), json!({}));
            outcome.concerns = vec![decision];
            case.record(outcome);
        }
    }
    assert_eq!(case.acts.len(), 200);
    case.related = vec![other.acts];
    case.today = date("2025-03-30");
    for (what, day) in [("at the end", "2025-03-29"), ("late", "2025-03-20")] {
        let candidate = case.draft("Prolonged", day, json!({"new_leave_by": "2025-04-25"}));
        let mut micros: Vec<u128> = (0..200)
            .map(|_| {
                let start = Instant::now();
                let verdict = case.judge(&candidate);
                assert_eq!(verdict.from.as_deref(), Some("notified"), "{:?}", verdict.refusals);
                start.elapsed().as_micros()
            })
            .collect();
        micros.sort_unstable();
        let (median, worst) = (micros[100], micros[198]);
        assert!(median < 3_000, "{what}: median {median} µs, p99 {worst} µs");
    }
}

fn told(case: &mut Case<'_>, act: &str, at: &str, number: usize, facts: serde_json::Value) {
    let mut draft = case.draft(act, at, facts);
    draft.nonce = format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3a{number:04x}").parse().unwrap();
    case.record(draft);
}
