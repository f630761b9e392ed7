//! What is wrong with a law file is said with its place.

use crate::{
    findings::{RETURN, found},
    world::book,
};

/// The test law with one text replaced by another lints with these problems.
#[track_caller]
fn problems(file: &str, from: &str, to: &str, expected: &[&str]) {
    let found = found(file, from, to);
    let matches = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, part)| found.contains(part));
    assert!(matches, "found {found:#?}");
}

#[test]
fn the_test_law_lints() {
    let problems: Vec<String> = book().lint().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_procedure_names_its_calendar() {
    problems(
        RETURN,
        "id: return\n",
        "id: return\ncalendar: XX\n",
        &["return.yaml:2:11: there is no calendar XX"],
    );
}

#[test]
fn shapes() {
    problems(
        RETURN,
        "competence: C-RET",
        "competense: C-RET",
        &["procedures/return.yaml:70:5: unknown field `competense`"],
    );
    problems(
        RETURN,
        "kind: decision",
        "kind: decree",
        &["return.yaml:63:11: unknown variant `decree`"],
    );
    problems(RETURN, "code: \"1\"", "code: 1", &["return.yaml:27:14: invalid type: integer"]);
    problems(
        RETURN,
        "id: return",
        "id: renewal",
        &["return.yaml:1:5: the file of `renewal` is called"],
    );
    problems(RETURN, "states:", "states: [", &["procedures/return.yaml:"]);
    problems(RETURN, "since: 2010-01-01\n", "", &["needs `since`"]);
}

#[test]
fn rules() {
    problems(
        RETURN,
        "refuse: facts.leave_by < act.date",
        "refuse: facts.leaves_by < act.date",
        &["return.yaml:81:17: the field `leaves_by` is not declared"],
    );
    problems(RETURN, "flag: facts.minor", "flag: facts.leave_by > 30d", &["cannot be compared"]);
    problems(RETURN, "        silent_on: {facts.minor: false}\n", "", &["no example `silent_on`"]);
    problems(
        RETURN,
        "silent_on: {facts.minor: false}",
        "silent_on: {facts.minor: true}",
        &["RET-MINOR fires on its example `silent_on`"],
    );
    problems(
        RETURN,
        "silent_on: {facts.minor: false}",
        "silent_on: {facts.miner: false}",
        &["does not ask for `facts.miner`"],
    );
    problems(
        RETURN,
        "silent_on: {facts.minor: false}",
        "silent_on: {facts.minor: maybe}",
        &["is no Bool"],
    );
    problems(
        RETURN,
        "fires_on: {act.date: 2025-03-10, facts.ban: 5y}",
        "fires_on: {act.date: 2015-03-10, facts.ban: 5y}",
        &["is dated 2015-03-10, when the rule is not in force"],
    );
    problems(
        RETURN,
        "[\"filed\"]",
        "[\"handed-in\"]",
        &["DEF-009 does not fire", "`protection` has no states `handed-in`"],
    );
}

#[test]
fn privacy() {
    problems(
        RETURN,
        "minor: {type: Bool, kept: open}",
        "minor: {type: Bool, kept: open}\n      note: {type: Text, kept: open}",
        &["free text is never open"],
    );
    problems(RETURN, ", purpose: {en: reasons, uk: мотиви}", "", &["says its `purpose`"]);
}

#[test]
fn states_and_signers() {
    problems(RETURN, "to: decided", "to: decreed", &["there is no state `decreed`"]);
    problems(
        RETURN,
        "annulled: {en: Annulled",
        "lost: {en: Lost, uk: Втрачено}\n  annulled: {en: Annulled",
        &["nothing leads to the state `lost`"],
    );
    problems(
        RETURN,
        "cancelled: {en: Cancelled, uk: Скасовано, final: true}",
        "cancelled: {en: Cancelled, uk: \" \", final: true}",
        &["a text is empty in Ukrainian"],
    );
    problems(RETURN, "    signed_by: [R-TO-OFF]\n", "", &["nobody may sign Collected"]);
    problems(
        RETURN,
        "signed_by: [R-TO-OFF]",
        "signed_by: [R-TO-BOSS]",
        &["`R-TO-BOSS` is not in CL-ROLE"],
    );
    problems(
        RETURN,
        "basis: [\"L3773:26(1)\"]",
        "basis: [\"L1:26(1)\"]",
        &["`L1` is not in CL-ACT"],
    );
    problems(
        RETURN,
        "LetterServed(Decided): notified",
        "LetterServed(Renewed): notified",
        &["no engine act that concerns an act"],
    );
}

#[test]
fn engine_acts_that_may_not_be_mapped() {
    problems(
        RETURN,
        "DecisionAnnulled(Decided): annulled",
        "DecisionAnnulled(Decided): annulled\n  CaseTakenOver: decided",
        &["CaseTakenOver says its state itself"],
    );
    problems(
        "procedures/protection.yaml",
        "ApplicationNotAccepted: not-accepted",
        "ApplicationNotAccepted: {from: [filed], to: not-accepted}",
        &["ApplicationNotAccepted opens a case"],
    );
}

#[test]
fn parameters() {
    problems(
        "parameters/stay_max.yaml",
        "from: 2010-01-01",
        "from: 2012-01-01",
        &["the edition of 2010-01-01 reads `stay_max`, which starts on 2012-01-01"],
    );
}

#[test]
fn clocks() {
    problems(
        RETURN,
        "    stops: [{act: ProsecutorTold, when: \"!has(facts.by_phone) || !facts.by_phone\"}]\n",
        "",
        &["nothing stops this clock"],
    );
    problems(
        RETURN,
        "fires: Overdue",
        "fires: Decided",
        &["only acts of kind `service` are fired"],
    );
    problems(RETURN, "is: 24h", "is: one day", &["is no length"]);
    let when = "!has(facts.by_phone) || !facts.by_phone";
    problems(RETURN, when, "facts.by_phone", &["may be absent"]);
    problems(RETURN, when, "subject_open(\\\"return\\\")", &["may not hang on other cases"]);
    problems(
        RETURN,
        ", when: \"!has(facts.by_phone)",
        ", if: \"!has(facts.by_phone)",
        &["unknown field `if`"],
    );
    problems(
        RETURN,
        "starts: [Collected]",
        "starts: [Collected]\n    pauses: [C999]",
        &["no window `C999`"],
    );
}

#[test]
fn dates() {
    problems(
        RETURN,
        "since: 2018-04-29",
        "since: 2018-04-30",
        &["2018-04-30 is no switch of this file"],
    );
    problems(
        RETURN,
        "within: [{from: 2010-01-01, is: 2m}, ",
        "within: [{from: 2011-01-01, is: 2m}, ",
        &[
            "either `within` or `until`",
            "2011-01-01 is no switch",
            "there is no value from 2010-01-01 until 2011-01-01",
        ],
    );
    problems(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: \"LS-01\", en: Again, uk: Знову}\n",
        &["`LS-01` stands twice"],
    );
    problems("parameters/stay_max.yaml", "is: 30d", "is: thirty", &["is no Days"]);
}
