//! How long a judgment takes. Run in release: `cargo test --release -p litopys-domain --test
//! law_cases -- --ignored`.

use std::time::Instant;

use serde_json::json;

use crate::world::{Case, author, date, laws};

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
