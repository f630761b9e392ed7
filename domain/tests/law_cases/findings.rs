//! What the linter finds, each with its place and how to mend it.

use litopys_domain::law::book::LawBook;

use crate::world::FILES;

pub(crate) const RETURN: &str = "procedures/return.yaml";

/// The findings of the test law with one text replaced by another.
pub(crate) fn found(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = FILES.to_vec();
    let entry = files.iter_mut().find(|(path, _)| *path == file).unwrap();
    assert!(entry.1.contains(from), "{file} has no `{from}`");
    let changed = entry.1.replacen(from, to, 1);
    entry.1 = &changed;
    let problems = match LawBook::read(files) {
        Ok(book) => book.lint(),
        Err(problems) => problems,
    };
    for problem in &problems {
        assert!(problem.hint.is_some() && problem.at.line > 0, "{problem}");
    }
    problems.iter().map(ToString::to_string).collect()
}

/// The one finding, word for word.
#[track_caller]
fn finds(file: &str, from: &str, to: &str, expected: &str) {
    assert_eq!(found(file, from, to), [expected]);
}

#[test]
fn a_state_that_nothing_leads_to() {
    finds(
        RETURN,
        "  annulled: {en: Annulled",
        "  lost: {en: Lost, uk: Втрачено, final: true}\n  annulled: {en: Annulled",
        "procedures/return.yaml:20:9: nothing leads to the state `lost` from an opening act (let an act lead `to` it, or map an engine act to it under `on`)",
    );
}

#[test]
fn a_dead_end_that_is_not_final() {
    finds(
        "procedures/protection.yaml",
        "відмова, final: true}",
        "відмова}",
        "procedures/protection.yaml:16:10: nothing leaves the state `final`, and it is not final (add an act or `final: true`)",
    );
}

#[test]
fn an_act_that_nobody_may_sign() {
    finds(
        RETURN,
        "    signed_by: [R-TO-OFF]\n",
        "",
        "procedures/return.yaml:57:5: nobody may sign Collected (name roles in `signed_by`, or in `on_behalf_of` and `recorded_by`)",
    );
    finds(
        RETURN,
        "    on_behalf_of: [R-DPSU]\n",
        "",
        "procedures/return.yaml:163:5: Departed is external and recorded for nobody (name roles in `signed_by`, or in `on_behalf_of` and `recorded_by`)",
    );
}

#[test]
fn a_clock_that_nobody_stops() {
    finds(
        RETURN,
        "    stops: [{act: ProsecutorTold, when: \"!has(facts.by_phone) || !facts.by_phone\"}]\n",
        "",
        "procedures/return.yaml:38:5: nothing stops this clock (name the acts that meet the term in `stops`, or the one it `fires`)",
    );
}

#[test]
fn a_field_that_a_rule_uses_and_nobody_declares() {
    finds(
        RETURN,
        "flag: facts.minor\n",
        "flag: facts.miner\n",
        "procedures/return.yaml:86:15: the field `miner` is not declared (a rule reads open fields of its act; of sealed ones it may ask `has(sealed.x)`)",
    );
    finds(
        RETURN,
        "until: facts(Decided).leave_by",
        "until: facts(Decided).leaves_by",
        "procedures/return.yaml:51:12: Decided has no open field `leaves_by` (declare it under the act's `fields`, `kept: open`)",
    );
}

#[test]
fn a_rule_without_examples() {
    finds(
        RETURN,
        "        fires_on: {facts.minor: true}\n",
        "",
        "procedures/return.yaml:85:9: RET-MINOR has no example `fires_on` (add `fires_on: {facts.x: …}`, written as the rule asks)",
    );
}

#[test]
fn free_text_declared_open() {
    finds(
        RETURN,
        "minor: {type: Bool, kept: open}",
        "minor: {type: Bool, kept: open}\n      notes: {type: List<Text>, kept: open}",
        "procedures/return.yaml:77:14: free text is never open (make it personal, or use a Code or Number)",
    );
}

#[test]
fn gaps_between_dates() {
    finds(
        RETURN,
        "law: [\"L3773:26\"]",
        "law: [{from: 2020-01-01, is: [\"L3773:26\"]}]",
        "procedures/return.yaml:4:14: there is no value from 2010-01-01 until 2020-01-01 (the first `from` must not be later than what it stands in)",
    );
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One, uk: Один, until: 2015-01-01}\n  - {code: A, en: One, uk: Один, since: 2016-01-01}\n",
        "codes/CL-LOSS.yaml:5:5: `A` is not in force from 2015-01-01 until 2016-01-01 (let one end where the next begins, or give the next another name)",
    );
}

#[test]
fn overlaps_between_dates() {
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One, uk: Один, until: 2016-01-02}\n  - {code: A, en: One, uk: Один, since: 2016-01-01}\n",
        "codes/CL-LOSS.yaml:5:5: `A` stands twice here for one time (let one end where the next begins)",
    );
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One, uk: Один, since: 2016-01-01, until: 2015-01-01}\n",
        "codes/CL-LOSS.yaml:4:5: `A` is in force from 2016-01-01 until 2015-01-01: never (`until` is the first day no longer in force)",
    );
    finds(
        RETURN,
        "[{from: 2010-01-01, is: 2m}, {from: 2020-01-01, is: 15wd}]",
        "[{from: 2010-01-01, is: 2m}, {from: 2020-01-01, is: 15wd}, {from: 2020-01-01, is: 7wd}]",
        "procedures/return.yaml:34:79: dated values must ascend, without doubles (write the earliest `from` first)",
    );
    finds(
        "calendars/UA.yaml",
        "weekend:",
        "worked: [{basis: X, since: 2020-01-01, until: 2020-03-01}, {basis: X, since: 2020-02-01}]\nweekend:",
        "calendars/UA.yaml:3:60: `X` stands twice here for one time (let one end where the next begins)",
    );
}

#[test]
fn a_code_without_translation() {
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One, uk: \" \"}\n",
        "codes/CL-LOSS.yaml:4:28: a text is empty in Ukrainian (say in `uk` what `en` says)",
    );
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One, uk: One}\n",
        "codes/CL-LOSS.yaml:4:28: a text is not translated (`en` and `uk` say the same in two languages)",
    );
    finds(
        "codes/CL-LOSS.yaml",
        "codes:\n",
        "codes:\n  - {code: A, en: One}\n",
        "codes/CL-LOSS.yaml:4:5: missing field `uk` (add it)",
    );
    finds(
        RETURN,
        "{code: \"2\", en: Security, uk: Безпека}",
        "{code: \"2\", en: \"\", uk: Безпека}",
        "procedures/return.yaml:28:23: a text is empty in English (say in `en` what `uk` says)",
    );
}

#[test]
fn a_posting_date_that_no_term_waits_for() {
    finds(
        RETURN,
        "    to: collected\n",
        "    to: collected\n    in_time_by: act.date\n",
        "procedures/return.yaml:60:17: Collected stops no clock that it could be in time for (leave `in_time_by` out)",
    );
}

#[test]
fn a_clock_or_a_move_that_hangs_on_other_cases() {
    for asks in [
        "subject_open(\"protection\")",
        "has(held_since(\"holding\", Placed, Released))",
        "subject_recorded(\"protection\", Filed)",
    ] {
        finds(
            RETURN,
            "    starts: [Collected]\n",
            &format!("    starts: [Collected]\n    when: '{asks}'\n"),
            "procedures/return.yaml:33:11: a clock may not hang on other cases (the state of a case rests on its own acts; flag it in a rule instead)",
        );
    }
    finds(
        RETURN,
        "to: decided\n",
        "to: [{when: 'subject_open(\"protection\")', is: decided}, {is: decided}]\n",
        "procedures/return.yaml:66:9: where an act leads may not hang on other cases (the state of a case rests on its own acts; flag it in a rule instead)",
    );
}

#[test]
fn names_of_other_procedures() {
    finds(
        RETURN,
        "subject_has(\"protection\", [\"filed\"]) ||",
        "subject_open(\"shelter\") || subject_has(\"protection\", [\"filed\"]) ||",
        "procedures/return.yaml:111:9: there is no procedure `shelter` (name it as the file of that procedure does)",
    );
    let freed = found(
        "procedures/holding.yaml",
        "flag: '!has(held_since(\"holding\", Placed, Released))'",
        "flag: '!has(held_since(\"holding\", Placed, Freed))'",
    );
    let expected = "procedures/holding.yaml:43:9: `holding` has no acts `Freed` (name it as the file of that procedure does)";
    assert_eq!(freed.last().unwrap(), expected, "after its examples");
}
