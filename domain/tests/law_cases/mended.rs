//! What takes an act back or puts it right holds for every legal date once it is recorded.

use litopys_domain::{
    ids::StatementHash,
    law::{
        fold::{ClockStatus, View},
        laws::Laws,
        next::{due_acts, ripe_terms},
    },
    statement::Statement,
};
use serde_json::{Value as Json, json};

use crate::world::{Case, author, date, decided, laws, officers, refusals};

fn due(case: &Case<'_>, clock: &str) -> String {
    let state = case.state();
    let found = state.clocks.iter().rfind(|state| state.clock == clock).unwrap();
    found.due_on.to_string()
}

fn correction(case: &Case<'_>, of: StatementHash, at: &str, facts: Json) -> Statement {
    let mut draft = case.draft("ClericalErrorCorrected", at, facts);
    draft.signers = officers(&["R-TO-HEAD".to_owned()]);
    draft.concerns = vec![of];
    draft
}

fn error(case: &Case<'_>, of: StatementHash, at: &str) -> Statement {
    let mut draft = case.draft("EnteredInError", at, json!({}));
    draft.signers = officers(&["R-TO-OFF".to_owned(), "R-TO-HEAD".to_owned()]);
    draft.concerns = vec![of];
    draft
}

/// Service acts that the ledger owes on a day, with their legal dates and clocks.
fn owed(case: &Case<'_>, laws: &Laws, day: &str) -> Vec<(String, String, String)> {
    let due = due_acts(laws, &case.acts, View { date: date(day), ..case.view() });
    due.into_iter().map(|due| (due.act, due.date.to_string(), due.clock)).collect()
}

/// Why the ledger owes nothing for terms that ran out: the codes.
fn withheld(case: &Case<'_>, laws: &Laws, day: &str) -> Vec<&'static str> {
    let terms = ripe_terms(laws, &case.acts, View { date: date(day), ..case.view() });
    terms.into_iter().map(|term| term.owed().unwrap_err().code).collect()
}

fn overdue_on(day: &str) -> Vec<(String, String, String)> {
    vec![("Overdue".to_owned(), day.to_owned(), "leave".to_owned())]
}

/// Served, with a term that ends on 1 April 2025.
fn served(laws: &Laws) -> (Case<'_>, StatementHash) {
    let (mut case, decision) = decided(laws);
    case.serve(decision, "2025-03-12");
    (case, decision)
}

#[test]
fn a_correction_moves_the_end_of_a_running_term() {
    let laws = laws();
    let (mut case, decision) = served(&laws);
    assert_eq!(due(&case, "leave"), "2025-04-01");
    let first = correction(&case, decision, "2025-03-20", json!({"leave_by": "2025-04-11"}));
    let first = case.take(first);
    assert_eq!(due(&case, "leave"), "2025-04-11");
    let other = correction(&case, decision, "2025-03-21", json!({"ground": "2"}));
    case.take(other);
    assert_eq!(due(&case, "leave"), "2025-04-11", "a later correction of something else");
    let taken_back = error(&case, first, "2025-03-24");
    case.take(taken_back);
    assert_eq!(due(&case, "leave"), "2025-04-01", "the correction was itself in error");
}

#[test]
fn the_end_of_an_extension_is_corrected_too() {
    let laws = laws();
    let (mut case, _) = served(&laws);
    let prolonged = case.act("Prolonged", "2025-03-20", json!({"new_leave_by": "2025-04-08"}));
    let fix = correction(&case, prolonged, "2025-03-21", json!({"new_leave_by": "2025-04-18"}));
    case.take(fix);
    assert_eq!(due(&case, "leave"), "2025-04-18");
}

#[test]
fn a_correction_holds_for_days_before_it() {
    let laws = laws();
    let (mut case, decision) = served(&laws);
    let fix = correction(&case, decision, "2025-04-04", json!({"leave_by": "2025-04-11"}));
    case.take(fix);
    let day_before = case.state_on("2025-04-03");
    let leave = day_before.clocks.iter().find(|clock| clock.clock == "leave").unwrap();
    assert_eq!(leave.due_on, date("2025-04-11"));
    let overdue = case.draft("Overdue", "2025-04-02", json!({}));
    assert_eq!(refusals(&case.judge(&overdue)), ["impossible-transition /act"]);
}

#[test]
fn a_presumption_is_taken_back_before_its_term_is_corrected() {
    let laws = laws();
    let (mut case, decision) = served(&laws);
    let overdue = case.act("Overdue", "2025-04-02", json!({}));
    let fix = correction(&case, decision, "2025-04-15", json!({"leave_by": "2025-04-11"}));
    let verdict = case.judge(&fix);
    assert_eq!(refusals(&verdict), ["rebuts-presumption /concerns"]);
    assert!(verdict.refusals[0].mend.en.contains(&format!("Enter {overdue} in error")));
    let taken_back = error(&case, overdue, "2025-04-15");
    case.take(taken_back);
    let fix = correction(&case, decision, "2025-04-15", json!({"leave_by": "2025-04-11"}));
    case.take(fix);
    let state = case.state();
    assert_eq!(state.state, Some("notified"));
    assert_eq!(owed(&case, &laws, "2025-04-22"), overdue_on("2025-04-12"));
}

#[test]
fn a_departure_taken_back_later_lets_the_term_run_out_on_its_own_day() {
    let laws = laws();
    let (mut case, _) = served(&laws);
    let mut departed = case.draft("Departed", "2025-03-30", json!({}));
    departed.author = Some(author("R-DPSU"));
    departed.signers = officers(&["R-TO-OFF".to_owned()]);
    let departed = case.take(departed);
    let taken_back = error(&case, departed, "2025-04-20");
    case.take(taken_back);
    case.today = date("2025-04-21");
    assert_eq!(owed(&case, &laws, "2025-04-21"), overdue_on("2025-04-02"));
    case.act("Overdue", "2025-04-02", json!({}));
    assert_eq!(case.state().state, Some("overdue"));
}

#[test]
fn a_term_whose_act_is_not_possible_any_more_puts_nothing() {
    let laws = laws();
    let (mut case, _) = served(&laws);
    case.act("Cancelled", "2025-03-20", json!({}));
    let state = case.state();
    let leave = state.clocks.iter().find(|clock| clock.clock == "leave").unwrap();
    assert_eq!(leave.status, ClockStatus::Running, "nothing stops it");
    assert!(owed(&case, &laws, "2025-05-01").is_empty());
    assert_eq!(withheld(&case, &laws, "2025-05-01"), ["impossible-transition"]);
}

#[test]
fn a_term_that_an_act_ended_on_a_day_before_itself_fires_nothing() {
    let laws = laws();
    let (mut case, _) = served(&laws);
    case.act("Prolonged", "2025-03-20", json!({"new_leave_by": "2025-03-14"}));
    assert_eq!(due(&case, "leave"), "2025-03-14");
    case.today = date("2025-05-01");
    // On that day the old term ran; the ledger does not sign what would be refused.
    let overdue = case.draft("Overdue", "2025-03-15", json!({}));
    assert!(!case.judge(&overdue).is_sound());
    assert!(owed(&case, &laws, "2025-05-01").is_empty());
    assert_eq!(withheld(&case, &laws, "2025-05-01"), ["not-due"]);
}

#[test]
fn a_case_that_moved_on_after_the_term_still_had_it_run_out() {
    let laws = laws();
    let (mut case, _) = served(&laws);
    case.act("Cancelled", "2025-04-10", json!({}));
    assert_eq!(owed(&case, &laws, "2025-05-01"), overdue_on("2025-04-02"));
}
