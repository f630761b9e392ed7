//! What refuses an act and what flags it.

use litopys_domain::{ids::StatementHash, law::next::next_acts, statement::Statement};
use serde_json::json;

use crate::world::{
    Case, answer, author, date, decided, flags, laws, no_package, officers, refusals,
};

fn decision(case: &Case<'_>) -> Statement {
    let facts = json!({"leave_by": "2025-04-01", "ground": "1", "minor": false});
    case.draft("Decided", "2025-03-10T09:00:00Z", facts)
}

/// Changes one thing in a sound decision and expects these refusals.
#[track_caller]
fn refused(change: impl FnOnce(&mut Statement), expected: &[&str]) {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let mut statement = decision(&case);
    change(&mut statement);
    assert_eq!(refusals(&case.judge(&statement)), expected);
}

#[test]
fn a_sound_act_says_what_it_does() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    let verdict = case.judge(&decision(&case));
    assert!(verdict.is_sound(), "{:?}", verdict.refusals);
    assert_eq!(
        (verdict.from.as_deref(), verdict.to.as_deref()),
        (Some("collected"), Some("decided"))
    );
    assert_eq!(verdict.competence_required.as_deref(), Some("C-RET"));
    assert!(verdict.must_be_served && !verdict.immaterial);
    let names = |notes: &[litopys_domain::law::judge::ClockNote]| {
        notes.iter().map(|note| note.clock.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&verdict.clocks_started), ["prosecutor"]);
    assert_eq!(names(&verdict.clocks_stopped), ["decide"]);
}

#[test]
fn law_time_and_transition() {
    refused(|s| s.law.as_mut().unwrap().package = no_package(), &["wrong-law /law"]);
    refused(|s| s.law.as_mut().unwrap().edition = date("2010-01-01"), &["wrong-law /law"]);
    refused(|s| s.law.as_mut().unwrap().procedure = "other".into(), &["wrong-law /law/procedure"]);
    refused(|s| s.law = None, &["law-missing /law"]);
    refused(|s| s.act = "Renewed".into(), &["unknown-act /act"]);
    refused(|s| s.occurred_at = "2025-03-10".parse().unwrap(), &["wrong-precision /occurred_at"]);
    refused(
        |s| s.act = "Expelled".into(),
        &[
            "wrong-precision /occurred_at",
            "impossible-transition /act",
            "unknown-fact /facts/ground",
            "unknown-fact /facts/leave_by",
            "unknown-fact /facts/minor",
            "signature-missing /signers",
        ],
    );
}

#[test]
fn an_act_lies_at_most_a_day_ahead() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.act("Collected", "2025-03-01", json!({}));
    case.today = date("2025-03-09");
    assert!(case.judge(&decision(&case)).is_sound(), "a day ahead is fine");
    case.today = date("2025-03-08");
    assert_eq!(refusals(&case.judge(&decision(&case))), ["in-the-future /occurred_at"]);
}

#[test]
fn facts_are_declared_typed_and_there() {
    let fact = |name: &'static str, value: serde_json::Value| {
        move |s: &mut Statement| _ = s.facts.insert(name.to_owned(), value)
    };
    refused(fact("leave_by", json!("soon")), &["wrong-fact /facts/leave_by"]);
    refused(fact("ground", json!("9")), &["unknown-code /facts/ground"]);
    refused(fact("age", json!(17)), &["unknown-fact /facts/age"]);
    refused(fact("story", json!("long")), &["fact-must-be-sealed /facts/story"]);
    refused(|s| _ = s.facts.remove("minor"), &["missing-fact /facts/minor"]);
    let digest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    let sealed = move |name: &'static str| {
        move |s: &mut Statement| _ = s.sealed.insert(name.into(), digest.parse().unwrap())
    };
    refused(sealed("story"), &[]);
    refused(sealed("diary"), &["unknown-sealed /sealed/diary"]);
    refused(sealed("ban"), &["sealed-must-be-open /sealed/ban"]);
}

#[test]
fn signers_authors_offices_and_codes() {
    refused(
        |s| s.signers[0].role = "R-TO-OFF".into(),
        &["role-may-not-sign /signers/0/role", "signature-missing /signers"],
    );
    refused(
        |s| {
            s.signers[0].office = Some("26".into());
            s.flags = vec![answer("DEF-007")];
        },
        &["unknown-office /signers/0/office"],
    );
    refused(|s| s.signers[0].office = None, &["unknown-office /signers/0/office"]);
    refused(|s| s.source = "HEARSAY".into(), &["unknown-source /source"]);
    refused(|s| s.basis = vec!["L9999:1".into()], &["unknown-basis /basis/0"]);
    refused(|s| s.basis.clear(), &["missing-basis /basis"]);
    let recorded = |s: &mut Statement| {
        s.author = Some(author("R-SBU"));
        s.signers = officers(&["R-TO-OFF".to_owned()]);
    };
    refused(recorded, &[]);
    refused(|s| s.author = Some(author("R-SBU")), &["role-may-not-record /signers/0/role"]);
    refused(
        |s| {
            recorded(s);
            s.author = Some(author("R-APP"));
        },
        &["flag-unanswered /flags"],
    );
    refused(
        |s| {
            recorded(s);
            s.author = Some(author("R-NOBODY"));
        },
        &["unknown-role /author/role"],
    );
}

#[test]
fn several_sign_together() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.act("Overdue", "2025-04-02", json!({}));
    let mut expelled = case.draft("Expelled", "2025-05-01", json!({}));
    assert!(case.judge(&expelled).is_sound());
    expelled.signers.pop();
    assert_eq!(refusals(&case.judge(&expelled)), ["signature-missing /signers"]);
}

#[test]
fn rules_refuse_or_flag_and_flags_are_answered() {
    let leave = |day: &'static str| {
        move |s: &mut Statement| _ = s.facts.insert("leave_by".into(), day.into())
    };
    refused(leave("2025-03-09"), &["rule-refuses /facts/leave_by"]);
    refused(leave("2025-04-09"), &[]);
    refused(leave("2025-04-10"), &["flag-unanswered /flags"]);
    let answered = |s: &mut Statement| {
        leave("2025-04-10")(s);
        s.flags = vec![answer("DEF-018")];
    };
    refused(answered, &[]);
    refused(|s| s.flags = vec![answer("DEF-018")], &[]);
    refused(|s| s.flags = vec![answer("DEF-999")], &["unknown-rule /flags/0/rule"]);
    refused(|s| _ = s.facts.insert("heard".into(), false.into()), &["flag-unanswered /flags"]);
}

#[test]
fn a_body_that_was_merged_goes_on() {
    let laws = laws();
    let mut case = Case::new(&laws, "return", 1);
    case.today = date("2023-03-01");
    let mut collected = case.draft("Collected", "2023-03-01", json!({}));
    collected.signers[0].office = Some("2601".into());
    case.take(collected);
    case.today = date("2024-03-01");
    let facts = json!({"leave_by": "2023-04-01", "ground": "1", "minor": false});
    let mut statement = case.draft("Decided", "2023-03-10T09:00:00Z", facts.clone());
    statement.signers[0].office = Some("46".into());
    assert_eq!(flags(&case.judge(&statement)), ["DEF-007", "ENG-BEFORE-SWITCH"], "not yet merged");
    let mut statement = case.draft(
        "Decided",
        "2024-01-10T09:00:00Z",
        json!({
        "leave_by": "2024-02-01", "ground": "1", "minor": false}),
    );
    statement.signers[0].office = Some("46".into());
    assert_eq!(flags(&case.judge(&statement)), ["DEF-001"], "merged, but late");
}

/// DEF-009, and TV-20: served on 2025-06-12, the term of five working days ends on 2025-06-19.
#[test]
fn no_return_while_protection_is_open() {
    let laws = laws();
    let decide = |day: &str, related: Vec<litopys_domain::act::RecordedAct>| {
        let mut case = Case::new(&laws, "return", 1);
        case.act("Collected", "2025-06-01", json!({}));
        case.related = vec![related];
        let facts = json!({"leave_by": "2025-07-01", "ground": "1", "minor": false});
        let at = format!("{day}T09:00:00Z");
        let verdict = case.judge(&case.draft("Decided", &at, facts));
        flags(&verdict).contains(&"DEF-009")
    };
    let mut other = Case::new(&laws, "protection", 2);
    other.today = date("2025-06-30");
    let mut filed = other.draft("Filed", "2025-05-01", json!({}));
    filed.author = Some(author("R-APP"));
    other.take(filed);
    // Acts of the other case stand before the candidate in the log.
    let place = |case: &Case<'_>| {
        let mut acts = case.acts.clone();
        for act in &mut acts {
            act.position -= 50;
        }
        acts
    };
    assert!(decide("2025-06-16", place(&other)));
    let refused = other.act("Refused", "2025-06-10", json!({}));
    assert!(decide("2025-06-16", place(&other)), "refused, not served");
    assert!(!decide("2025-04-30", place(&other)), "before it was filed");
    other.serve(refused, "2025-06-12");
    assert!(decide("2025-06-16", place(&other)), "the term runs");
    assert!(decide("2025-06-19", place(&other)), "its last day");
    assert!(!decide("2025-06-20", place(&other)), "it has run out, though nobody said so");
    let mut stranger = place(&other);
    for act in &mut stranger {
        let mut statement = (*act.statement).clone();
        statement.subjects = vec!["person/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e00".parse().unwrap()];
        act.statement = statement.into();
    }
    assert!(!decide("2025-06-16", stranger), "another person");
}

#[test]
fn engine_acts_keep_their_bounds() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let concern = |case: &Case<'_>, act: &str, hash: StatementHash| {
        let mut draft = case.draft(act, "2025-03-20", json!({}));
        draft.concerns = vec![hash];
        draft
    };
    let document = case.draft("DocumentAttached", "2025-03-20", json!({}));
    assert_eq!(refusals(&case.judge(&document)), ["rule-refuses /act"]);
    let mut error = concern(&case, "EnteredInError", decision);
    assert_eq!(refusals(&case.judge(&error)), ["signature-missing /signers"]);
    error.signers = officers(&["R-TO-OFF".to_owned(), "R-TO-HEAD".to_owned()]);
    assert!(case.judge(&error).is_sound());
    let opening = case.acts[0].hash;
    let mut of_opening = error.clone();
    of_opening.concerns = vec![opening];
    assert_eq!(refusals(&case.judge(&of_opening)), ["unfit-concern /concerns/0"]);
    case.serve(decision, "2025-03-12");
    assert_eq!(refusals(&case.judge(&error)), ["already-served /concerns/0"]);
    let unknown = concern(&case, "LetterServed", StatementHash::of(b"x"));
    let found = refusals(&case.judge(&unknown));
    assert_eq!(found, ["missing-fact /facts/channel", "unknown-concern /concerns/0"]);
    let mut annulled = concern(&case, "DecisionAnnulled", opening);
    annulled.author = Some(author("R-C1G"));
    assert_eq!(refusals(&case.judge(&annulled)), ["unfit-concern /concerns/0"]);
    annulled.concerns = vec![decision];
    case.take(annulled);
    assert_eq!(case.state().state, Some("annulled"));
    let closed = case.draft("Closed", "2025-03-21", json!({}));
    case.take(closed);
    let legacy = case.draft("Assigned", "2025-03-22", json!({"officer": "officer/x"}));
    assert_eq!(refusals(&case.judge(&legacy)), ["impossible-transition /act"]);
    case.act("Reopened", "2025-03-22", json!({}));
    assert!(!case.state().is_closed);
}

#[test]
fn corrections_are_read_by_later_rules() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let mut correction =
        case.draft("ClericalErrorCorrected", "2025-03-11", json!({"leave_by": "2025-03-20"}));
    correction.signers = officers(&["R-TO-HEAD".to_owned()]);
    correction.concerns = vec![decision];
    case.take(correction.clone());
    case.serve(decision, "2025-03-12");
    let state = case.state();
    let leave = state.clocks.iter().find(|clock| clock.clock == "leave").unwrap();
    assert_eq!(leave.due.date(laws.zone()), date("2025-03-20"));
    correction.facts = json!({"channel": "post"}).as_object().unwrap().clone();
    assert_eq!(refusals(&case.judge(&correction)), ["unknown-fact /facts/channel"]);
}

#[test]
fn paper_records_open_and_are_held_to_their_decision() {
    let laws = laws();
    let mut case = Case::new(&laws, "protection", 3);
    let facts = json!({"state": "refused", "decision": "Refused", "country": "uk"});
    let mut record = case.draft("LegacyRecordAttested", "2003", facts);
    assert_eq!(refusals(&case.judge(&record)), ["author-required /author"]);
    record.author = Some(author("R-DMS-HEAD"));
    record.source = "PAPER-ATTESTED".to_owned();
    case.take(record.clone());
    let state = case.state();
    assert_eq!(state.state, Some("refused"));
    assert_eq!(state.opened.unwrap().date, date("2003-12-31"));
    assert_eq!(state.acts[0].acts_as(), "Refused");
    record.facts.insert("country".into(), "xx".into());
    record.facts.insert("state".into(), "gone".into());
    let other = Case::new(&laws, "protection", 4);
    assert_eq!(
        refusals(&other.judge(&record)),
        ["unknown-code /facts/country", "unknown-code /facts/state"]
    );
}

#[test]
fn next_acts_say_who_what_and_why_not() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.today = date("2025-03-20");
    let next = next_acts(&laws, "return", &case.acts, case.view());
    let find = |id: &str| next.iter().find(|act| act.act == id).unwrap();
    assert!(find("Departed").refused.is_none());
    assert_eq!(find("Departed").due[0].clock, "leave");
    assert_eq!(find("Departed").due[0].warnings, [date("2025-03-27"), date("2025-03-31")]);
    assert_eq!(find("Overdue").refused.as_ref().unwrap().code, "not-due");
    assert_eq!(find("Decided").refused.as_ref().unwrap().code, "impossible-transition");
    assert_eq!(find("Expelled").signed_by, [["R-TO-HEAD", "R-INT"]]);
    let schema = &find("Decided").facts;
    assert_eq!(schema["required"], json!(["ground", "leave_by", "minor"]));
    assert_eq!(schema["properties"]["ground"]["enum"], json!(["1", "2"]));
    assert!(find("Decided").private["properties"].get("story").is_some());
    let opening = next_acts(&laws, "return", &[], case.view());
    let possible: Vec<_> =
        opening.iter().filter(|act| act.refused.is_none()).map(|act| act.act.as_str()).collect();
    assert_eq!(possible, ["CaseTakenOver", "Collected", "LegacyRecordAttested"]);
}
