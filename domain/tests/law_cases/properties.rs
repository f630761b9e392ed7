//! The fold and the judgment under arbitrary records.

use std::sync::LazyLock;

use jiff::ToSpan;
use litopys_domain::{
    ids::StatementHash,
    law::{
        fold::{View, state},
        judge::judge_again,
        laws::Laws,
    },
};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{Case, date, laws};

static LAWS: LazyLock<Laws> = LazyLock::new(laws);

const ACTS: [&str; 25] = [
    "Collected",
    "Decided",
    "ProsecutorTold",
    "Prolonged",
    "Stayed",
    "StayLifted",
    "Departed",
    "Overdue",
    "Cancelled",
    "LetterServed",
    "EnteredInError",
    "DecisionAnnulled",
    "StateDetermined",
    "LegacyRecordAttested",
    "CaseTakenOver",
    "SubjectCorrected",
    "Transferred",
    "TransferReceived",
    "Linked",
    "Stopped",
    "StopLifted",
    "StopOverridden",
    "DecisionSuspended",
    "DecisionRemitted",
    "DecisionUpheld",
];

/// Act, days after the start, and the earlier act it concerns.
type Step = (usize, i32, Option<usize>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..ACTS.len(), 0..60_i32, proptest::option::of(0..8_usize));
    proptest::collection::vec(step, 0..14)
}

/// Records whatever comes, sound or not.
fn told(steps: &[Step]) -> Case<'static> {
    let mut case = Case::new(&LAWS, "return", 1);
    let mut hashes: Vec<StatementHash> = Vec::new();
    for (act, days, concerned) in steps {
        let day = date("2025-03-01").saturating_add(days.days());
        let instant = matches!(ACTS[*act], "Decided" | "ProsecutorTold");
        let at = if instant { format!("{day}T09:00:00Z") } else { day.to_string() };
        let facts = json!({
            "leave_by": "2025-04-01", "new_leave_by": "2025-04-20", "state": "decided",
            "ground": "1", "minor": false, "running": ["decide", "leave", "gone"],
            "started_on": ["2025-03-01", "2025-03-02", "x"], "to_office": "46",
            "case": "case/x", "link": "FAMILY", "blocks": ["Departed"], "until": "2025-03-20"
        });
        let mut draft = case.draft(ACTS[*act], &at, facts);
        draft.nonce = uuid(hashes.len());
        draft.concerns =
            concerned.and_then(|index| hashes.get(index).copied()).into_iter().collect();
        hashes.push(case.record(draft));
    }
    case
}

fn uuid(number: usize) -> uuid::Uuid {
    format!("0192f0c4-7d1e-7c2a-9b43-1f6f0d3a{number:04x}").parse().unwrap()
}

fn shown(acts: &[litopys_domain::act::RecordedAct], view: View) -> String {
    serde_json::to_string(&state(&LAWS, acts, view)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_in_which_acts_are_given_does_not_matter(steps in steps()) {
        let case = told(&steps);
        let mut turned = case.acts.clone();
        turned.reverse();
        let view = case.view();
        prop_assert_eq!(shown(&case.acts, view), shown(&turned, view));
    }

    #[test]
    fn a_view_sees_nothing_recorded_later(steps in steps(), cut in 0..14_usize) {
        let case = told(&steps);
        let cut = cut.min(case.acts.len());
        let view = View::new(case.today, 100 + cut as u64);
        prop_assert_eq!(shown(&case.acts, view), shown(&case.acts[..cut], view));
    }

    #[test]
    fn every_act_can_be_judged_anywhere(steps in steps(), act in 0..ACTS.len(), days in 0..60_i32) {
        let case = told(&steps);
        let day = date("2025-03-01").saturating_add(days.days());
        let candidate = case.draft(ACTS[act], &day.to_string(), json!({"state": "decided"}));
        let verdict = case.judge(&candidate);
        for refusal in &verdict.refusals {
            prop_assert!(!refusal.says.en.is_empty() && !refusal.says.uk.is_empty());
        }
    }

    #[test]
    fn a_recorded_act_is_judged_again_as_it_was(steps in steps()) {
        let mut case = Case::new(&LAWS, "return", 1);
        let mut before = Vec::new();
        for (act, days, _) in &steps {
            let day = date("2025-03-01").saturating_add(days.days());
            let mut candidate = case.draft(ACTS[*act], &day.to_string(), json!({}));
            candidate.nonce = uuid(before.len());
            before.push(serde_json::to_string(&case.judge(&candidate)).unwrap());
            case.record(candidate);
        }
        for (act, verdict) in case.acts.iter().zip(&before) {
            let again = judge_again(&LAWS, &case.acts, &[], act);
            prop_assert_eq!(&serde_json::to_string(&again).unwrap(), verdict);
        }
    }
}
