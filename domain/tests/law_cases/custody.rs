//! Cases taken over, not accepted, corrected, handed over, linked and stopped.

use litopys_domain::{
    ids::StatementHash,
    law::{
        fold::{ClockState, ClockStatus, Point},
        next::next_acts,
    },
    statement::Statement,
};
use serde_json::json;

use crate::world::{Case, answer, author, date, decided, flags, laws, officers, refusals};

fn roles(roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| (*role).to_owned()).collect()
}

/// A draft that two officers sign.
fn by_two(case: &Case<'_>, act: &str, at: &str, facts: serde_json::Value) -> Statement {
    let mut draft = case.draft(act, at, facts);
    draft.signers = officers(&roles(&["R-TO-HEAD", "R-TO-OFF"]));
    draft
}

fn concerning(mut draft: Statement, hash: StatementHash) -> Statement {
    draft.concerns = vec![hash];
    draft
}

fn clock<'a>(clocks: &'a [ClockState<'a>], id: &str) -> &'a ClockState<'a> {
    clocks.iter().rfind(|clock| clock.clock == id).unwrap()
}

#[test]
fn a_paper_case_is_taken_over_with_its_terms() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    let facts = json!({
        "state": "notified", "running": ["leave", "decide"],
        "started_on": ["2025-03-12", "2025-03-03"], "due_on": ["2025-04-01", "2025-03-24"],
        "pages": 48
    });
    case.act("CaseTakenOver", "2025-03-20", facts);
    let state = case.state();
    assert_eq!(state.state, Some("notified"));
    assert_eq!(state.opened.unwrap().date, date("2025-03-20"));
    assert_eq!(clock(&state.clocks, "leave").start, Point::Date(date("2025-03-12")));
    assert_eq!(clock(&state.clocks, "leave").due, Point::Date(date("2025-04-01")));
    // Fifteen working days counted from the legal start give the same as the file said.
    let mut counted = Case::new(&laws, "return", 2);
    let facts = json!({"state": "collected", "running": ["decide"], "started_on": ["2025-03-03"]});
    counted.act("CaseTakenOver", "2025-03-20", facts);
    assert_eq!(clock(&counted.state().clocks, "decide").due, Point::Date(date("2025-03-24")));
    // The case goes on like any other, and its terms stop.
    let mut left = case.draft("Departed", "2025-03-25", json!({}));
    left.author = Some(author("R-DPSU"));
    case.take(left);
    let state = case.state();
    assert!(matches!(
        clock(&state.clocks, "leave").status,
        ClockStatus::Stopped { late: false, .. }
    ));
}

#[test]
fn what_a_case_taken_over_may_not_say() {
    let laws = laws();
    let case = Case::new(&laws, "return", 1);
    let told = |facts| refusals(&case.judge(&case.draft("CaseTakenOver", "2025-03-20", facts)));
    let pairs = json!({"state": "notified", "running": ["decide"]});
    assert_eq!(told(pairs), ["rule-refuses /facts/running"]);
    let uneven = json!({
        "state": "notified", "running": ["decide", "leave"], "started_on": ["2025-03-01"],
        "due_on": ["2025-04-01"]
    });
    assert_eq!(told(uneven), ["rule-refuses /facts/running", "rule-refuses /facts/due_on"]);
    let endless = json!({"state": "notified", "running": ["leave"], "started_on": ["2025-03-01"]});
    assert_eq!(told(endless), ["unfit-term /facts/running"]);
    let later = json!({"state": "notified", "running": ["decide"], "started_on": ["2025-03-21"]});
    assert_eq!(told(later), ["unfit-term /facts/running"]);
    let twice = json!({
        "state": "notified", "running": ["decide", "decide"],
        "started_on": ["2025-03-01", "2025-03-02"]
    });
    assert_eq!(told(twice), ["unfit-term /facts/running"]);
    let unknown = json!({"state": "gone", "running": ["x"], "started_on": ["2025-03-01"]});
    assert_eq!(told(unknown), ["unknown-code /facts/running", "unknown-code /facts/state"]);
}

#[test]
fn only_the_first_act_takes_a_case_over() {
    let laws = laws();
    let (case, _) = decided(&laws);
    for at in ["2025-03-20", "2025-02-01"] {
        let draft = case.draft("CaseTakenOver", at, json!({"state": "decided"}));
        assert_eq!(refusals(&case.judge(&draft)), ["impossible-transition /act"], "{at}");
    }
}

#[test]
fn an_application_is_not_accepted_where_the_law_has_a_state_for_it() {
    let laws = laws();
    let facts = json!({"ground": "NA-FORM"});
    let mut case = Case::new(&laws, "protection", 1);
    let draft = case.draft("ApplicationNotAccepted", "2025-03-01", facts.clone());
    let verdict = case.judge(&draft);
    assert!(verdict.must_be_served);
    assert_eq!(verdict.to.as_deref(), Some("not-accepted"));
    let refusal = case.take(draft);
    case.serve(refusal, "2025-03-02");
    assert_eq!(case.state().state, Some("told"));
    let again = case.draft("ApplicationNotAccepted", "2025-03-03", facts.clone());
    assert_eq!(refusals(&case.judge(&again)), ["impossible-transition /act"]);
    let other = Case::new(&laws, "return", 2);
    let draft = other.draft("ApplicationNotAccepted", "2025-03-01", facts);
    assert_eq!(refusals(&other.judge(&draft)), ["impossible-transition /act"]);
}

#[test]
fn corrected_subjects_are_those_of_the_case_from_there_on() {
    let laws = laws();
    let (mut case, _) = decided(&laws);
    let wrong = case.subject.clone();
    let right: litopys_domain::ids::StreamId =
        "person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e11".parse().unwrap();
    let mut draft = case.draft("SubjectCorrected", "2025-03-12", json!({}));
    assert_eq!(
        refusals(&case.judge(&draft)),
        ["signature-missing /signers", "same-subjects /subjects"]
    );
    draft.signers = officers(&roles(&["R-TO-HEAD", "R-TO-OFF"]));
    draft.subjects = Vec::new();
    assert_eq!(refusals(&case.judge(&draft)), ["rule-refuses /act"]);
    draft.subjects = vec![right.clone()];
    case.take(draft);
    assert_eq!(case.state().subjects, [&right]);
    assert_eq!(case.state_on("2025-03-11").subjects, [&wrong]);
    // An act that goes on naming the wrong person is doubted.
    let mut note = case.draft("Assigned", "2025-03-13", json!({"officer": "officer/x"}));
    assert_eq!(flags(&case.judge(&note)), ["ENG-SUBJECT"]);
    note.subjects = vec![right];
    assert!(case.judge(&note).flags.is_empty());
}

#[test]
fn guards_follow_corrected_subjects() {
    let laws = laws();
    let mut protection = Case::new(&laws, "protection", 2);
    let mut filed = protection.draft("Filed", "2025-03-01", json!({}));
    filed.author = Some(author("R-APP"));
    protection.take(filed);
    let right = "person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e11".parse().unwrap();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
    let draft = case.draft("Decided", "2025-03-10T09:00:00Z", facts);
    case.see(&protection);
    assert_eq!(flags(&case.judge(&draft)), ["DEF-009"]);
    // The case of protection was another person's.
    let mut corrected = by_two(&protection, "SubjectCorrected", "2025-03-02", json!({}));
    corrected.subjects = vec![right];
    protection.take(corrected);
    case.see(&protection);
    assert!(case.judge(&draft).flags.is_empty());
}

#[test]
fn a_case_stays_with_the_sender_until_it_is_received() {
    let laws = laws();
    let (mut case, _) = decided(&laws);
    let received = |case: &Case<'_>, office: &str| {
        let mut draft = case.draft("TransferReceived", "2025-03-13", json!({"pages": 12}));
        draft.signers[0].office = Some(office.to_owned());
        draft
    };
    let early = received(&case, "46");
    assert_eq!(refusals(&case.judge(&early)), ["impossible-transition /act"]);
    let to = |office: &str| json!({"to_office": office, "ground": "TF-RESIDENCE"});
    let same = case.draft("Transferred", "2025-03-12", to("80"));
    assert_eq!(refusals(&case.judge(&same)), ["same-office /facts/to_office"]);
    case.act("Transferred", "2025-03-12", to("46"));
    {
        let state = case.state();
        assert_eq!((state.office, state.transfer.unwrap().to), (Some("80"), "46"));
    }
    let again = case.draft("Transferred", "2025-03-13", to("46"));
    assert_eq!(refusals(&case.judge(&again)), ["impossible-transition /act"]);
    assert_eq!(
        refusals(&case.judge(&received(&case, "8011"))),
        ["not-the-receiver /signers/0/office"]
    );
    // A unit receives for its body.
    case.take(received(&case, "4601"));
    let state = case.state();
    assert_eq!((state.office, state.transfer.is_none()), (Some("46"), true));
    assert!(case.state_on("2025-03-12").transfer.is_some());
}

#[test]
fn the_office_that_received_a_case_decides_it() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let decision = |case: &Case<'_>, office: &str| {
        let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
        let mut draft = case.draft("Decided", "2025-03-14T09:00:00Z", facts);
        draft.signers[0].office = Some(office.to_owned());
        draft
    };
    assert_eq!(flags(&case.judge(&decision(&case, "46"))), ["DEF-007"]);
    let facts = json!({"to_office": "46", "ground": "TF-RESIDENCE"});
    case.act("Transferred", "2025-03-12", facts);
    assert_eq!(flags(&case.judge(&decision(&case, "46"))), ["DEF-007"]);
    let mut received = case.draft("TransferReceived", "2025-03-13", json!({}));
    received.signers[0].office = Some("46".to_owned());
    case.take(received);
    assert!(case.judge(&decision(&case, "46")).flags.is_empty());
    assert_eq!(flags(&case.judge(&decision(&case, "80"))), ["DEF-007"]);
}

#[test]
fn links_come_and_go() {
    let laws = laws();
    let (mut case, _) = decided(&laws);
    let other = "case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e99";
    let link = |case: &Case<'_>, act: &str, to: &str| {
        case.draft(act, "2025-03-12", json!({"case": to, "link": "FAMILY"}))
    };
    let own = case.acts[0].statement.stream.to_string();
    for (act, to, pointer) in [
        ("Linked", own.as_str(), "case"),
        ("Linked", "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e99", "case"),
        ("Linked", "nonsense", "case"),
        ("Unlinked", other, "link"),
    ] {
        let found = refusals(&case.judge(&link(&case, act, to)));
        assert_eq!(found, [format!("unfit-link /facts/{pointer}")], "{act} {to}");
    }
    case.take(link(&case, "Linked", other));
    assert!(case.state().is_linked(other, "FAMILY"));
    assert_eq!(refusals(&case.judge(&link(&case, "Linked", other))), ["unfit-link /facts/link"]);
    case.take(link(&case, "Unlinked", other));
    assert!(case.state().links.is_empty());
}

#[test]
fn a_stop_blocks_the_acts_it_names() {
    let laws = laws();
    let (mut case, _) = decided(&laws);
    let unfit = case.draft(
        "Stopped",
        "2025-03-11",
        json!({"blocks": ["Overdue"], "ground": "ST-COURT", "until": "2025-03-01"}),
    );
    // That a term ran out is nobody's act; and a stop does not end before it begins.
    assert_eq!(
        refusals(&case.judge(&unfit)),
        ["unknown-code /facts/blocks", "rule-refuses /facts/until"]
    );
    let facts = json!({"blocks": ["Cancelled", "ProsecutorTold"], "ground": "ST-COURT"});
    let stop = case.act("Stopped", "2025-03-11", facts);
    let cancelled = case.draft("Cancelled", "2025-03-12", json!({}));
    let verdict = case.judge(&cancelled);
    assert_eq!(refusals(&verdict), ["stopped /act"]);
    assert!(verdict.refusals[0].mend.en.contains(&stop.to_string()));
    // Before the stop it was free.
    let before = case.draft("Cancelled", "2025-03-10", json!({}));
    assert!(!refusals(&case.judge(&before)).contains(&"stopped /act".to_owned()));
    let next = next_acts(&laws, "return", &case.acts, case.view());
    let next = next.iter().find(|act| act.act == "Cancelled").unwrap();
    assert_eq!(next.refused.as_ref().unwrap().code, "stopped");
    assert_eq!(next.stopped_by, Some(stop));
    // What another did is recorded, and doubted.
    let mut recorded = case.draft("Cancelled", "2025-03-12", json!({}));
    recorded.author = Some(author("R-TO-HEAD"));
    assert_eq!(flags(&case.judge(&recorded)), ["ENG-STOPPED"]);
    recorded.flags = vec![answer("ENG-STOPPED")];
    assert!(case.judge(&recorded).is_sound());
    case.take(concerning(case.draft("StopLifted", "2025-03-12", json!({})), stop));
    assert!(case.judge(&cancelled).is_sound());
}

#[test]
fn an_override_lets_one_act_pass() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let facts = json!({"blocks": ["ProsecutorTold"], "ground": "ST-COURT"});
    let stop = case.act("Stopped", "2025-03-11", facts);
    let ground = json!({"ground": "OV-LIFE"});
    let alone = concerning(case.draft("StopOverridden", "2025-03-11", ground.clone()), stop);
    assert_eq!(refusals(&case.judge(&alone)), ["signature-missing /signers"]);
    let astray =
        concerning(by_two(&case, "StopOverridden", "2025-03-11", ground.clone()), decision);
    assert_eq!(refusals(&case.judge(&astray)), ["unfit-concern /concerns/0"]);
    case.take(concerning(by_two(&case, "StopOverridden", "2025-03-11", ground), stop));
    let told = |case: &Case<'_>, at: &str| {
        let mut draft = case.draft("ProsecutorTold", at, json!({}));
        draft.flags = vec![answer("DEF-019")];
        draft
    };
    // Other acts do not use the override up.
    case.act("Assigned", "2025-03-12", json!({"officer": "officer/x"}));
    case.take(told(&case, "2025-03-12T09:00:00Z"));
    assert_eq!(refusals(&case.judge(&told(&case, "2025-03-13T09:00:00Z"))), ["stopped /act"]);
}

#[test]
fn a_stop_ends_after_its_last_day() {
    let laws = laws();
    let (mut case, _) = decided(&laws);
    let facts = json!({"blocks": ["Cancelled"], "ground": "ST-COURT", "until": "2025-03-15"});
    case.act("Stopped", "2025-03-11", facts);
    let on = |day| refusals(&case.judge(&case.draft("Cancelled", day, json!({}))));
    assert_eq!(on("2025-03-15"), ["stopped /act"]);
    assert!(on("2025-03-16").is_empty());
}

#[test]
fn a_letter_is_deemed_served_on_the_fifth_day() {
    let laws = laws();
    let (case, decision) = decided(&laws);
    let letter = |at: &str, number: bool| {
        let mut facts = json!({
            "channel": "in-person", "deemed": true, "dispatched_on": "2025-03-12",
            "language": "uk", "interpreter": true
        });
        if number {
            facts["postal_number"] = json!("0103300012345");
        }
        concerning(case.draft("LetterServed", at, facts), decision)
    };
    let on = |at| case.judge(&letter(at, true));
    assert_eq!(flags(&on("2025-03-16")), ["ENG-DEEMED"]);
    assert!(on("2025-03-17").is_sound() && flags(&on("2025-03-17")).is_empty());
    assert_eq!(flags(&on("2025-03-18")), ["ENG-DEEMED"]);
    let unproven = case.judge(&letter("2025-03-17", false));
    assert!(unproven.is_sound());
    assert_eq!(flags(&unproven), ["ENG-DISPATCH-PROOF"]);
}
