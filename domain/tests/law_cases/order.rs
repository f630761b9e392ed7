//! Legal order, presumptions, acts that come late.

use litopys_domain::law::fold::ActStatus;
use litopys_domain::law::next::material_since;
use serde_json::json;

use crate::world::{Case, answer, author, date, decided, flags, laws, officers, refusals};

/// A case whose term passed on 2025-04-01 and whose ledger said so.
fn overdue(laws: &litopys_domain::law::laws::Laws) -> Case<'_> {
    let (mut case, decision) = decided(laws);
    case.serve(decision, "2025-03-12");
    case.act("Overdue", "2025-04-02", json!({}));
    case
}

#[test]
fn a_true_act_rebuts_a_presumption() {
    let laws = laws();
    let mut case = overdue(&laws);
    assert_eq!(case.state().state, Some("overdue"));
    let presumed = case.acts.last().unwrap().hash;
    let mut departed = case.draft("Departed", "2025-03-30", json!({}));
    departed.author = Some(author("R-DPSU"));
    departed.signers = officers(&["R-TO-OFF".to_owned()]);
    let verdict = case.judge(&departed);
    assert_eq!(refusals(&verdict), ["rebuts-presumption /concerns"]);
    assert!(verdict.refusals[0].mend.en.contains(&presumed.to_string()));
    departed.concerns = vec![presumed];
    case.take(departed);
    let state = case.state();
    assert_eq!(state.state, Some("departed"));
    assert!(!state.is_out_of_order);
    let shown = state.acts.iter().find(|act| act.hash == presumed).unwrap();
    assert_eq!(shown.status, ActStatus::Rebutted);
}

#[test]
fn a_departure_after_the_term_rebuts_nothing() {
    let laws = laws();
    let mut case = overdue(&laws);
    let mut departed = case.draft("Departed", "2025-04-05", json!({}));
    departed.author = Some(author("R-DPSU"));
    departed.signers = officers(&["R-TO-OFF".to_owned()]);
    case.take(departed);
    assert_eq!(case.state().state, Some("expelled"), "the conditional target sees the state");
}

#[test]
fn service_acts_wait_for_the_term_and_the_allowance() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    let early = case.draft("Overdue", "2025-04-01", json!({}));
    assert_eq!(refusals(&case.judge(&early)), ["impossible-transition /act"]);
    let wrong_day = case.draft("Overdue", "2025-04-03", json!({}));
    assert_eq!(refusals(&case.judge(&wrong_day)), ["not-due /occurred_at"]);
    let right = case.draft("Overdue", "2025-04-02", json!({}));
    case.today = date("2025-04-11");
    assert_eq!(refusals(&case.judge(&right)), ["not-due /act"]);
    case.today = date("2025-04-12");
    assert!(case.judge(&right).is_sound());
    let mut by_officer = right;
    by_officer.signers = officers(&["R-TO-HEAD".to_owned()]);
    assert_eq!(refusals(&case.judge(&by_officer)), ["only-services /signers/0/by"]);
}

#[test]
fn a_late_act_that_breaks_later_ones_puts_the_case_out_of_order() {
    let laws = laws();
    let mut case = overdue(&laws);
    case.act("Expelled", "2025-05-01", json!({}));
    // A cancellation of 20 March comes to the file after the expulsion.
    let mut cancelled = case.draft("Cancelled", "2025-04-20", json!({}));
    assert_eq!(flags(&case.judge(&cancelled)), ["ENG-OUT-OF-ORDER"]);
    cancelled.flags = vec![answer("ENG-OUT-OF-ORDER")];
    case.take(cancelled);
    let state = case.state();
    assert!(state.is_out_of_order);
    assert_eq!((state.state, state.other_state), (Some("cancelled"), Some("expelled")));
    let told = case.draft("ProsecutorTold", "2025-05-02T09:00:00Z", json!({}));
    assert_eq!(refusals(&case.judge(&told)), ["state-disputed /act"]);
    let mut note = case.draft("Assigned", "2025-05-02", json!({"officer": "officer/1"}));
    note.signers = officers(&["R-TO-HEAD".to_owned()]);
    case.take(note);
    let mut determined = case.draft("StateDetermined", "2025-05-03", json!({"state": "expelled"}));
    determined.signers = officers(&["R-TO-HEAD".to_owned()]);
    case.take(determined);
    let state = case.state();
    assert!(!state.is_out_of_order);
    assert_eq!(state.state, Some("expelled"));
}

#[test]
fn legal_order_is_not_record_order() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    case.serve(decision, "2025-03-12");
    case.act("ProsecutorTold", "2025-03-10T10:00:00Z", json!({}));
    let state = case.state();
    let order: Vec<_> = state.acts.iter().map(|act| act.act).collect();
    assert_eq!(order, ["Collected", "Decided", "ProsecutorTold", "LetterServed"]);
    assert_eq!(state.state, Some("notified"));
    assert_eq!(case.state_on("2025-03-11").state, Some("decided"), "as of a legal date");
}

#[test]
fn what_was_entered_in_error_is_skipped_and_shown() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let mut error = case.draft("EnteredInError", "2025-03-11", json!({}));
    error.signers = officers(&["R-TO-OFF".to_owned(), "R-TO-HEAD".to_owned()]);
    error.concerns = vec![decision];
    case.take(error);
    let state = case.state();
    assert_eq!(state.state, Some("collected"));
    assert_eq!(state.acts[1].status, ActStatus::EnteredInError);
    let decide = state.clocks.iter().find(|clock| clock.clock == "decide").unwrap();
    assert!(decide.is_running(), "the term it had stopped runs again");
}

#[test]
fn notes_do_not_move_a_case() {
    let laws = laws();
    let (mut case, decision) = decided(&laws);
    let assigned = case.draft("Assigned", "2025-03-11", json!({"officer": "officer/1"}));
    case.take(assigned);
    assert!(material_since(&laws, &case.acts, decision).is_empty());
    case.serve(decision, "2025-03-12");
    let news = material_since(&laws, &case.acts, decision);
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].statement.act, "LetterServed");
}

#[test]
fn taking_back_what_others_stand_on_is_flagged() {
    let laws = laws();
    let mut case = overdue(&laws);
    let mut presumed = case.draft("EnteredInError", "2025-05-10", json!({}));
    presumed.signers = officers(&["R-TO-OFF".to_owned(), "R-TO-HEAD".to_owned()]);
    presumed.concerns = vec![case.acts.last().unwrap().hash];
    assert!(case.judge(&presumed).is_sound(), "nothing stands on it yet");
    case.act("Expelled", "2025-05-01", json!({}));
    assert_eq!(flags(&case.judge(&presumed)), ["ENG-OUT-OF-ORDER"]);
    presumed.flags = vec![answer("ENG-OUT-OF-ORDER")];
    case.take(presumed);
    let state = case.state();
    assert_eq!((state.state, state.other_state), (Some("notified"), Some("expelled")));
    assert!(state.is_out_of_order);
}
