//! Bad files: refused with file, line, column and a hint.

use std::fmt::Write as _;

use litopys_domain::law::book::LawBook;

use crate::findings::{RETURN, found};

/// What reading a file of a procedure says first.
fn refused(text: &str) -> String {
    LawBook::read([("procedures/x.yaml", text)]).unwrap_err()[0].to_string()
}

#[track_caller]
fn says(found: &str, expected: &str) {
    assert_eq!(found, expected);
}

/// The one finding of the test law after a change.
#[track_caller]
fn changed(from: &str, to: &str, expected: &str) {
    assert_eq!(found(RETURN, from, to), [expected]);
}

#[test]
fn wrong_types() {
    changed(
        "code: \"1\"",
        "code: 1",
        "procedures/return.yaml:27:14: invalid type: integer `1` (write it in quotes)",
    );
    changed(
        "opened_by: [Collected]",
        "opened_by: {Collected: true}",
        "procedures/return.yaml:8:12: invalid type: map (expected a sequence)",
    );
    changed(
        "at: instant",
        "at: noon",
        "procedures/return.yaml:64:9: unknown variant `noon` (expected `date` or `instant`)",
    );
    changed(
        "must_be_served: true",
        "must_be_served: maybe",
        "procedures/return.yaml:72:21: invalid type: string \"maybe\" (expected a boolean)",
    );
    changed(
        "kind: decision",
        "kind: decree",
        "procedures/return.yaml:63:11: unknown variant `decree` (expected one of `decision`, `step`, `external`, `service`)",
    );
    changed(
        "competence: C-RET",
        "competense: C-RET",
        "procedures/return.yaml:70:5: unknown field `competense` (expected one of `title`, `kind`, `at`, `from`, `to`, `signed_by`, `signatures`, `on_behalf_of`, `recorded_by`, `services`, `competence`, `basis`, `immaterial`, `fields`, `rules`, `must_be_served`, `in_time_by`, `appeal`, `suspensive`, `letter`, `feeds`, `puts`, `instance`, `certainty`)",
    );
    says(
        &refused("id: x\nsince: soon"),
        "procedures/x.yaml:1:1: the file needs `since`, its first day (such as `since: 2012-05-21`)",
    );
    says(
        &refused("id: x\nshare: 0.5"),
        "procedures/x.yaml:2:1: invalid type: floating point `0.5` (expected text, a whole number, true or false, a list or a map)",
    );
    says(
        &refused("id: x\nid: x"),
        "procedures/x.yaml:2:1: duplicate mapping key: id (keep one of the two)",
    );
    says(
        &refused("- id"),
        "procedures/x.yaml:1:1: the file needs its `id` (the file name is the id)",
    );
    says(&refused(""), "procedures/x.yaml:1:1: the file needs its `id` (the file name is the id)");
}

#[test]
fn unknown_roles_and_states() {
    changed(
        "signed_by: [R-TO-OFF]",
        "signed_by: [R-TO-BOSS]",
        "procedures/return.yaml:60:16: `R-TO-BOSS` is not in CL-ROLE (its codes stand in codes/CL-ROLE.yaml)",
    );
    changed(
        "to: decided",
        "to: decreed",
        "procedures/return.yaml:66:9: there is no state `decreed` (declare it in `states`)",
    );
}

#[test]
fn bad_rules() {
    changed(
        "flag: facts.minor\n",
        "flag: facts.minor &&\n",
        "procedures/return.yaml:86:29: the rule ends too early (a value is missing at its end)",
    );
    changed(
        "flag: facts.minor\n",
        "flag: facts.minor == 1\n",
        "procedures/return.yaml:86:30: Bool cannot be compared with Int (both sides must have one type; `date(x)` makes a Date of an Instant)",
    );
    changed(
        "flag: facts.minor\n",
        "flag: facts.minor + 1\n",
        "procedures/return.yaml:86:27: `+` does not belong to the rule language (there is no arithmetic; `=` is written `==`)",
    );
    changed(
        "flag: facts.minor\n",
        "flag: sum(facts.minor)\n",
        "procedures/return.yaml:86:15: there is no function `sum` with 1 arguments (functions: has count recorded date_of instant_of recorded_on times same_signer in_force days working_days months years hours after before due date money param param_at least greatest multiply add stay_days held_since same_body subject_has subject_open subject_term_open subject_recorded)",
    );
}

#[test]
fn ten_thousand_parentheses() {
    let nested = |n: usize| format!("flag: {}facts.minor{}\n", "(".repeat(n), ")".repeat(n));
    changed(
        "flag: facts.minor\n",
        &nested(10_000),
        "procedures/return.yaml:86:15: the rule is 20011 characters long (split it: at most 1000 characters)",
    );
    changed(
        "flag: facts.minor\n",
        &nested(100),
        "procedures/return.yaml:86:48: the rule nests too deeply (at most 32 levels)",
    );
}

#[test]
fn ten_megabytes() {
    says(
        &refused(&format!("id: x\ntext: {}", "-".repeat(10 << 20))),
        "procedures/x.yaml:1:1: the file has 10485772 bytes (at most 1048576; split code lists off)",
    );
}

#[test]
fn deep_nesting() {
    says(
        &refused(&format!("id: x\na: {}", "[".repeat(100_000))),
        "procedures/x.yaml:2:259: nested deeper than 24 levels (no law needs more; is a bracket left open?)",
    );
    says(
        &refused(&format!("id: x\na: {}1{}", "{b: ".repeat(5_000), "}".repeat(5_000))),
        "procedures/x.yaml:2:96: nested deeper than 24 levels (no law needs more; is a bracket left open?)",
    );
    let mut steps = "id: x\n".to_owned();
    for depth in 0..100 {
        writeln!(steps, "{}a:", " ".repeat(depth)).unwrap();
    }
    says(
        &refused(&steps),
        "procedures/x.yaml:26:25: nested deeper than 24 levels (no law needs more; is a bracket left open?)",
    );
}

#[test]
fn alias_bombs() {
    let bomb = "id: x\na: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n\
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d]\n\
        f: &f [*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g]";
    says(
        &refused(bomb),
        "procedures/x.yaml:8:8: anchors and aliases unfold to too much (write the text out)",
    );
    says(
        &refused("id: x\na: &a [*a]"),
        "procedures/x.yaml:2:8: anchors and aliases unfold to too much (write the text out)",
    );
    says(
        &refused("id: x\na: &a {<<: *a}"),
        "procedures/x.yaml:2:12: anchors and aliases unfold to too much (write the text out)",
    );
}

#[test]
fn bytes_that_are_no_text() {
    says(
        &refused("id: x\na: \0"),
        "procedures/x.yaml:2:4: unexpected character: `\\u{0}' (law files are UTF-8 text without control characters)",
    );
    says(
        &refused("id: x\n\0"),
        "procedures/x.yaml:2:1: unexpected character: `\\u{0}' (law files are UTF-8 text without control characters)",
    );
    says(
        &refused("id: x\na: \"\\0\""),
        "procedures/x.yaml:2:4: unexpected character: a text holds a NUL (law files are UTF-8 text without control characters)",
    );
    says(
        &refused("id: x\na: \u{7}"),
        "procedures/x.yaml:2:4: unexpected character: `\\u{7}' (law files are UTF-8 text without control characters)",
    );
    says(
        &refused("id: x\na: \u{feff}"),
        "procedures/x.yaml:2:4: a BOM must not appear inside a document (law files are plain YAML: maps, lists, texts, whole numbers, true and false)",
    );
    says(
        &refused("id: x\n\ta: 1"),
        "procedures/x.yaml:1:5: while scanning a plain scalar, found a tab (law files are plain YAML: maps, lists, texts, whole numbers, true and false)",
    );
}
