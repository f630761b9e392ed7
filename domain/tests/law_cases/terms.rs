//! Clocks of a case.

use litopys_domain::law::fold::{ClockState, ClockStatus};
use serde_json::json;

use crate::world::{Case, answer, author, date, decided, flags, laws, officers, refusals};

fn clock<'s, 'a>(
    state: &'s litopys_domain::law::fold::CaseState<'a>,
    id: &str,
) -> &'s ClockState<'a> {
    state.clocks.iter().rfind(|clock| clock.clock == id).unwrap()
}

#[test]
fn a_late_act_is_recorded_once_its_flag_is_answered() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-03", json!({}));
    let facts = json!({"leave_by": "2025-04-10", "ground": "1", "minor": false});
    let mut late = case.draft("Decided", "2025-03-25T09:00:00Z", facts);
    let verdict = case.judge(&late);
    assert_eq!(flags(&verdict), ["DEF-001"], "due on 2025-03-24 (TV-01)");
    assert_eq!(refusals(&verdict), ["flag-unanswered /flags"]);
    late.flags = vec![answer("DEF-001")];
    case.take(late);
    let state = case.state();
    assert!(matches!(clock(&state, "decide").status, ClockStatus::Stopped { late: true, .. }));
    assert_eq!(state.answers[0].rule, "DEF-001");
}

#[test]
fn hours_run_from_the_minute() {
    let laws = laws();
    let tell = |at: &str| {
        let (case, _) = decided(&laws);
        let verdict = case.judge(&case.draft("ProsecutorTold", at, json!({})));
        verdict.flags.iter().map(|flag| flag.rule.clone()).collect::<Vec<_>>()
    };
    assert!(tell("2025-03-11T09:00:00Z").is_empty());
    assert_eq!(tell("2025-03-11T09:00:01Z"), ["DEF-019"]);
}

/// CNT-4.
#[test]
fn what_is_handed_to_the_post_in_time_is_in_time() {
    let laws = laws();
    let tell = |posted_on: Option<&str>| {
        let (case, _) = decided(&laws);
        let facts = posted_on.map_or(json!({}), |day| json!({"posted_on": day}));
        let verdict = case.judge(&case.draft("ProsecutorTold", "2025-03-13T09:00:00Z", facts));
        assert_eq!(verdict.clocks_stopped.len(), 1);
        flags(&verdict).contains(&"DEF-019")
    };
    assert!(tell(None), "it came two days late");
    assert!(!tell(Some("2025-03-11")), "posted on the last day");
    assert!(tell(Some("2025-03-12")), "posted a day late");
}

#[test]
fn an_open_term_that_passed_is_a_defect() {
    let laws = laws();
    let (case, _) = decided(&laws);
    let rules = |day: &str| -> Vec<String> {
        case.state_on(day).defects.iter().map(|defect| defect.rule.to_owned()).collect()
    };
    assert!(rules("2025-03-11").is_empty());
    assert_eq!(rules("2025-03-12"), ["DEF-019"]);
}

#[test]
fn terms_are_extended_suspended_and_resumed() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.act("Prolonged", "2025-03-20", json!({"new_leave_by": "2025-04-08"}));
    assert_eq!(clock(&case.state(), "leave").due.date(laws.zone()), date("2025-04-08"));
    let court = |case: &mut Case<'_>, act: &str, at: &str| {
        let mut draft = case.draft(act, at, json!({}));
        draft.author = Some(author("R-C1G"));
        draft.signers = officers(&["R-TO-OFF".to_owned()]);
        case.take(draft);
    };
    court(&mut case, "Stayed", "2025-03-29");
    assert!(matches!(clock(&case.state(), "leave").status, ClockStatus::Suspended { .. }));
    let overdue = case.draft("Overdue", "2025-04-09", json!({}));
    assert_eq!(refusals(&case.judge(&overdue)), ["impossible-transition /act"]);
    court(&mut case, "StayLifted", "2025-05-01");
    let state = case.state();
    assert_eq!(
        clock(&state, "leave").due.date(laws.zone()),
        date("2025-05-11"),
        "ten days were left"
    );
}

#[test]
fn an_extension_after_the_term_is_flagged() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    let late = case.draft("Prolonged", "2025-04-02", json!({"new_leave_by": "2025-04-08"}));
    assert_eq!(flags(&case.judge(&late)), ["DEF-002"]);
}

#[test]
fn an_annulled_decision_stops_what_it_started() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let mut annulled = case.draft("DecisionAnnulled", "2025-03-20", json!({"loss": "LS-01"}));
    annulled.author = Some(author("R-C1G"));
    annulled.concerns = vec![decision];
    case.take(annulled);
    let state = case.state();
    assert!(matches!(clock(&state, "prosecutor").status, ClockStatus::Void { .. }));
    assert_eq!(state.acts[1].annulled_on, Some(date("2025-03-20")));
    assert!(state.is_final);
}

#[test]
fn a_term_extended_after_its_end_stays_a_defect() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-03", json!({}));
    let open = |case: &Case<'_>, day: &str| -> Vec<String> {
        let state = case.state_on(day);
        let decide = state.defects.iter().filter(|defect| defect.clock == "decide");
        decide.map(|defect| defect.due.to_string()).collect()
    };
    assert_eq!(open(&case, "2025-03-25"), ["2025-03-24"]);
    let late = case.act("Postponed", "2025-03-26", json!({}));
    assert_eq!(open(&case, "2025-03-27"), ["2025-03-24"], "extended two days too late");
    assert_eq!(case.state().defects[0].late, Some(late));
    assert_eq!(open(&case, "2025-04-08"), ["2025-03-24", "2025-04-07"], "and passed again");
    let facts = json!({"leave_by": "2025-05-01", "ground": "1", "minor": false});
    case.act("Decided", "2025-04-07T09:00:00Z", facts);
    assert_eq!(open(&case, "2025-05-01"), ["2025-03-24"], "decided on the last day");
}

#[test]
fn an_act_stops_or_resumes_under_its_condition() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let by_phone = json!({"by_phone": true});
    let call = case.draft("ProsecutorTold", "2025-03-10T10:00:00Z", by_phone);
    assert!(case.judge(&call).clocks_stopped.is_empty());
    case.take(call);
    assert!(clock(&case.state(), "prosecutor").is_running());
    let written = case.draft("ProsecutorTold", "2025-03-10T11:00:00Z", json!({"by_phone": false}));
    assert_eq!(case.judge(&written).clocks_stopped[0].clock, "prosecutor");
    case.serve(decision, "2025-03-12");
    let court = |case: &mut Case<'_>, act: &str, at: &str, facts: serde_json::Value| {
        let mut draft = case.draft(act, at, facts);
        draft.author = Some(author("R-C1G"));
        draft.signers = officers(&["R-TO-OFF".to_owned()]);
        case.take(draft);
    };
    court(&mut case, "Stayed", "2025-03-20", json!({}));
    court(&mut case, "StayLifted", "2025-03-24", json!({"in_part": true}));
    assert!(!clock(&case.state(), "leave").is_running());
    court(&mut case, "StayLifted", "2025-03-26", json!({}));
    assert!(clock(&case.state(), "leave").is_running());
}
