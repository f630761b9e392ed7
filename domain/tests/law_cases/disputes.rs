//! What courts do to decisions, recorded by hand or put there by a dispute case.

use litopys_domain::{
    ids::StatementHash,
    law::{
        book::LawBook,
        fold::{ClockStatus, Put, View, state},
        laws::Laws,
        next::{acts_put, fallen_puts, next_acts, put_by, put_from},
    },
    statement::Statement,
};
use serde_json::{Value as Json, json};

use crate::world::{Case, FILES, author, date, decided, flags, laws, ledger, refusals};

/// An outcome that an officer records from a judgment.
fn outcome(case: &Case<'_>, act: &str, at: &str, of: StatementHash) -> Statement {
    let mut draft = case.draft(act, at, json!({}));
    draft.author = Some(author("R-C1G"));
    draft.concerns = vec![of];
    draft
}

fn clock_status(case: &Case<'_>, id: &str) -> ClockStatus {
    case.state().clocks.iter().rfind(|clock| clock.clock == id).unwrap().status
}

#[test]
fn a_suspended_decision_stands_still_and_goes_on() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.take(outcome(&case, "DecisionSuspended", "2025-03-22", decision));
    assert_eq!(case.state().acts[1].suspended_on, Some(date("2025-03-22")));
    assert!(matches!(clock_status(&case, "leave"), ClockStatus::Suspended { .. }));
    case.take(outcome(&case, "DecisionUpheld", "2025-05-01", decision));
    let state = case.state();
    assert_eq!(state.acts[1].suspended_on, None);
    let leave = state.clocks.iter().rfind(|clock| clock.clock == "leave").unwrap();
    // Ten days were left.
    assert_eq!((leave.is_running(), leave.due_on), (true, date("2025-05-11")));
    assert_eq!(case.state_on("2025-04-01").acts[1].suspended_on, Some(date("2025-03-22")));
}

#[test]
fn a_lifted_suspension_resumes_what_it_had_suspended() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    let lifted = |case: &Case<'_>| outcome(case, "SuspensionLifted", "2025-04-01", decision);
    assert_eq!(refusals(&case.judge(&lifted(&case))), ["unfit-concern /concerns/0"]);
    case.take(outcome(&case, "DecisionSuspended", "2025-03-22", decision));
    case.take(lifted(&case));
    let state = case.state();
    assert_eq!((state.state, state.acts[1].suspended_on), (Some("notified"), None));
    // The law of this procedure need not name it among `resumes`.
    let leave = state.clocks.iter().rfind(|clock| clock.clock == "leave").unwrap();
    assert_eq!((leave.is_running(), leave.due_on), (true, date("2025-04-11")));
}

#[test]
fn an_annulled_decision_takes_its_terms_with_it_and_gives_them_back() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.take(outcome(&case, "DecisionAnnulled", "2025-03-22", decision));
    // Both that of the decision and that of its service.
    assert!(matches!(clock_status(&case, "prosecutor"), ClockStatus::Void { .. }));
    assert!(matches!(clock_status(&case, "leave"), ClockStatus::Void { .. }));
    let again = outcome(&case, "DecisionAnnulled", "2025-03-23", decision);
    assert_eq!(refusals(&case.judge(&again)), ["unfit-concern /concerns/0"]);
    // A higher court restores it, and the case is where it was.
    case.take(outcome(&case, "DecisionUpheld", "2025-03-25", decision));
    assert_eq!(case.state().acts[1].annulled_on, None);
    assert_eq!(case.state().state, Some("notified"));
    assert_eq!(clock_status(&case, "leave"), ClockStatus::Running);
}

#[test]
fn a_remitted_decision_is_decided_again() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let draft = outcome(&case, "DecisionRemitted", "2025-03-22", decision);
    assert_eq!(case.judge(&draft).to.as_deref(), Some("collected"));
    case.take(draft);
    let facts = json!({"leave_by": "2025-05-01", "ground": "1", "minor": false});
    case.act("Decided", "2025-04-10T09:00:00Z", facts);
    let state = case.state();
    assert_eq!(state.state, Some("decided"));
    let first = &state.acts[1];
    assert!(first.remitted);
    assert_eq!(first.annulled_on, Some(date("2025-03-22")));
    assert_eq!(state.acts[3].annulled_on, None);
}

#[test]
fn outcomes_concern_a_decision_of_the_case() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let opening = case.acts[0].hash;
    for act in ["DecisionSuspended", "DecisionChanged", "DecisionUpheld", "DecisionRemitted"] {
        let astray = outcome(&case, act, "2025-03-22", opening);
        assert_eq!(refusals(&case.judge(&astray)), ["unfit-concern /concerns/0"], "{act}");
        let early = outcome(&case, act, "2025-03-02", decision);
        assert_eq!(refusals(&case.judge(&early)), ["unfit-concern /concerns/0"], "{act}");
    }
    case.take(outcome(&case, "DecisionChanged", "2025-03-22", decision));
    assert_eq!(case.state().acts[1].changed_on, Some(date("2025-03-22")));
}

#[test]
fn what_rests_on_an_annulled_decision_loses_its_basis() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    // Prolonged is taken where the service of the decision had led.
    let prolonged = case.act("Prolonged", "2025-03-20", json!({"new_leave_by": "2025-04-08"}));
    case.take(outcome(&case, "DecisionAnnulled", "2025-03-22", decision));
    let state = case.state();
    let of = |hash| state.acts.iter().find(|act| act.hash == hash).unwrap();
    assert_eq!(of(prolonged).basis_lost, Some(decision));
    assert_eq!(of(decision).basis_lost, None);
    assert!(case.state_on("2025-03-21").acts.iter().all(|act| act.basis_lost.is_none()));
    drop(state);
    case.take(outcome(&case, "DecisionUpheld", "2025-03-25", decision));
    assert!(case.state().acts.iter().all(|act| act.basis_lost.is_none()));
}

#[test]
fn next_acts_tell_that_the_state_lost_its_basis() {
    let laws = laws();
    let mut case = Case::new(&laws, "protection", 3);
    let mut filed = case.draft("Filed", "2025-03-01", json!({}));
    filed.author = Some(author("R-APP"));
    case.take(filed);
    let refused = case.act("Refused", "2025-03-10", json!({}));
    let basis = |case: &Case<'_>| {
        let next = next_acts(&laws, "protection", &case.acts, case.view());
        next.iter().find(|act| act.act == "FinallyRefused").unwrap().basis_lost
    };
    assert_eq!(basis(&case), None);
    // The law of this procedure says nothing about annulment, so its state stays.
    case.take(outcome(&case, "DecisionAnnulled", "2025-03-22", refused));
    assert_eq!(basis(&case), Some(refused));
}

/// A dispute about a decision of a parent case, up to a judgment on 2025-03-20.
pub(crate) fn dispute<'l>(
    laws: &'l Laws,
    parent: &Case<'_>,
    of: StatementHash,
    result: &str,
) -> Case<'l> {
    let mut case = Case::new(laws, "dispute", 9);
    let stream = parent.acts[0].statement.stream.to_string();
    case.act("ClaimRegistered", "2025-03-15", json!({"case": stream, "decision": of.to_string()}));
    let mut judged = case.draft("Judged", "2025-03-20", json!({"outcome": result}));
    judged.author = Some(author("R-C1G"));
    case.take(judged);
    case
}

/// What the ledger signs in the parent for each put of a dispute.
pub(crate) fn put(parent: &Case<'_>, dispute: &Case<'_>) -> Vec<Statement> {
    let state = dispute.state();
    let signed = acts_put(&state).into_iter().map(|put| {
        assert_eq!(put.case, parent.acts[0].statement.stream);
        let facts = json!({"by": put.by.to_string(), "dispute": put.dispute.to_string()});
        let mut draft = parent.draft(put.act, &put.date.to_string(), facts);
        draft.signers = vec![ledger()];
        draft.concerns = vec![put.decision];
        draft.basis = Vec::new();
        draft
    });
    signed.collect()
}

#[test]
fn a_dispute_puts_its_outcome_into_the_parent_once() {
    let laws = laws();
    let (mut parent, decision) = decided(&laws);
    let mut dispute = dispute(&laws, &parent, decision, "GRANTED");
    assert!(put(&parent, &dispute).is_empty(), "nothing is final yet");
    let final_act = dispute.act("JudgmentFinal", "2025-04-20", json!({}));
    let drafts = put(&parent, &dispute);
    let [draft] = &drafts[..] else { panic!("{drafts:?}") };
    assert_eq!((draft.act.as_str(), put_by(draft)), ("DecisionAnnulled", Some(final_act)));
    assert_eq!(put_from(draft), Some(dispute.acts[0].statement.stream.clone()));
    // Without the dispute in view nothing shows that it was put.
    assert_eq!(refusals(&parent.judge(draft)), ["not-put /facts/by"]);
    parent.see(&dispute);
    let verdict = parent.judge(draft);
    assert_eq!(refusals(&verdict), Vec::<String>::new());
    assert_eq!(verdict.to.as_deref(), Some("annulled"));
    parent.take(draft.clone());
    let mut again = draft.clone();
    again.nonce = "0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e00".parse().unwrap();
    assert_eq!(refusals(&parent.judge(&again)), ["already-put /facts/by"]);
}

#[test]
fn the_ledger_signs_exactly_what_was_put() {
    let laws = laws();
    let (mut parent, decision) = decided(&laws);
    let mut dispute = dispute(&laws, &parent, decision, "DISMISSED");
    dispute.act("JudgmentFinal", "2025-04-20", json!({}));
    parent.see(&dispute);
    let draft = put(&parent, &dispute).remove(0);
    assert_eq!(draft.act, "DecisionUpheld");
    let changed = |change: &dyn Fn(&mut Statement)| {
        let mut other = draft.clone();
        change(&mut other);
        refusals(&parent.judge(&other))
    };
    assert!(changed(&|_| {}).is_empty());
    let other_act = changed(&|draft| "DecisionAnnulled".clone_into(&mut draft.act));
    assert_eq!(other_act, ["not-put /facts/by"]);
    let other_day = changed(&|draft| draft.occurred_at = "2025-04-21".parse().unwrap());
    assert_eq!(other_day, ["not-put /occurred_at"]);
    let judged = dispute.acts[1].hash.to_string();
    let other_by = changed(&|draft| draft.facts["by"] = Json::from(judged.as_str()));
    assert_eq!(other_by, ["not-put /facts/by"]);
    let nameless = changed(&|draft| {
        draft.facts.remove("dispute");
    });
    assert_eq!(nameless, ["not-put /facts/by"]);
    // An officer records for a court, and does not say that a dispute put it.
    let officer = changed(&|draft| {
        draft.signers = crate::world::officers(&["R-TO-OFF".to_owned()]);
        draft.author = Some(author("R-C1G"));
    });
    assert_eq!(officer, ["not-put /facts/by", "not-put /facts/dispute"]);
    // What was recorded of the dispute only later does not count yet.
    parent.related[0][2].position = 5000;
    assert_eq!(refusals(&parent.judge(&draft)), ["not-put /facts/by"]);
}

#[test]
fn an_outcome_recorded_by_hand_may_be_put_as_well() {
    let laws = laws();
    let (mut parent, decision) = decided(&laws);
    let mut dispute = dispute(&laws, &parent, decision, "GRANTED");
    dispute.act("JudgmentFinal", "2025-04-20", json!({}));
    parent.take(outcome(&parent, "DecisionAnnulled", "2025-04-20", decision));
    parent.see(&dispute);
    let draft = put(&parent, &dispute).remove(0);
    let verdict = parent.judge(&draft);
    assert!(verdict.is_sound() && flags(&verdict).is_empty());
    assert_eq!(verdict.to, verdict.from, "what fell does not fall once more");
}

#[test]
fn an_outcome_falls_with_the_act_that_put_it() {
    let laws = laws();
    let (mut parent, decision) = decided(&laws);
    let mut dispute = dispute(&laws, &parent, decision, "GRANTED");
    let final_act = dispute.act("JudgmentFinal", "2025-04-20", json!({}));
    parent.see(&dispute);
    let put = parent.take(put(&parent, &dispute).remove(0));
    assert!(fallen_puts(&parent.state(), &dispute.state()).is_empty());
    let mut error = dispute.draft("EnteredInError", "2025-04-22", json!({}));
    error.signers = crate::world::officers(&["R-TO-HEAD".to_owned(), "R-TO-OFF".to_owned()]);
    error.concerns = vec![final_act];
    dispute.take(error);
    let (parent, dispute) = (parent.state(), dispute.state());
    let fallen = fallen_puts(&parent, &dispute);
    assert_eq!(fallen.iter().map(|act| act.hash).collect::<Vec<_>>(), [put]);
    assert!(acts_put(&dispute).is_empty());
}

#[test]
fn what_fits_no_outcome_puts_nothing() {
    let laws = laws();
    let (parent, decision) = decided(&laws);
    let mut left = dispute(&laws, &parent, decision, "LEFT");
    left.act("JudgmentFinal", "2025-04-20", json!({}));
    assert!(acts_put(&left.state()).is_empty());
    let mut stay = Case::new(&laws, "dispute", 9);
    let stream = parent.acts[0].statement.stream.clone();
    let facts = json!({"case": stream.to_string(), "decision": decision.to_string()});
    stay.act("ClaimRegistered", "2025-03-15", facts);
    let mut stayed = stay.draft("Stayed", "2025-03-16", json!({}));
    stayed.author = Some(author("R-C1G"));
    stay.take(stayed);
    let state = state(&laws, &stay.acts, View::new(date("2025-12-31"), u64::MAX));
    let expected = Put { case: stream, decision, act: "DecisionSuspended" };
    assert_eq!(state.acts[1].puts.as_ref(), Some(&expected));
    // A claim that names no decision of the ledger attacks nothing here.
    let mut elsewhere = Case::new(&laws, "dispute", 8);
    elsewhere.act("ClaimRegistered", "2025-03-15", json!({"case": "paper file 12"}));
    let mut stayed = elsewhere.draft("Stayed", "2025-03-16", json!({}));
    stayed.author = Some(author("R-C1G"));
    elsewhere.take(stayed);
    assert!(acts_put(&elsewhere.state()).is_empty());
}

#[test]
fn an_outcome_for_what_is_no_decision_is_doubted() {
    let laws = laws();
    let (parent, decision) = decided(&laws);
    let opening = parent.acts[0].hash;
    for (attacked, doubts) in [(decision, &[][..]), (opening, &["ENG-PUT"][..])] {
        let mut case = dispute(&laws, &parent, attacked, "GRANTED");
        case.see(&parent);
        let verdict = case.judge(&case.draft("JudgmentFinal", "2025-04-20", json!({})));
        assert_eq!(flags(&verdict), doubts);
        let put = verdict.puts.unwrap();
        assert_eq!((put.decision, put.act.as_str()), (attacked, "DecisionAnnulled"));
    }
}

#[test]
fn puts_that_do_not_load() {
    let problem = |from: &str, to: &str| {
        let mut files = FILES.to_vec();
        let entry = files.iter_mut().find(|(path, _)| path.ends_with("dispute.yaml")).unwrap();
        let text = entry.1.replacen(from, to, 1);
        assert_ne!(text, entry.1);
        entry.1 = &text;
        LawBook::read(files).unwrap().lint().iter().map(ToString::to_string).collect::<String>()
    };
    assert!(problem("is: DecisionSuspended", "is: Closed").contains("Closed is no outcome"));
    let found = problem("puts: {case: facts(ClaimRegistered).case", "puts: {case: act.date");
    assert!(found.contains("a Ref is needed here, this is Date"), "{found}");
    let found =
        problem("[{is: DecisionSuspended}]", "[{is: DecisionSuspended}, {is: DecisionUpheld}]");
    assert!(found.contains("only the last outcome may lack `when`"), "{found}");
    let found = problem(
        "decision: facts(ClaimRegistered).decision, act",
        "decision: facts(Nothing).x, act",
    );
    assert!(found.contains("dispute.yaml:33"), "{found}");
}
