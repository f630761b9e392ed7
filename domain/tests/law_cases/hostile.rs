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
    if expected == "x" {
        eprintln!("@@ {found}");
        return;
    }
    assert_eq!(found, expected);
}

/// The one finding of the test law after a change.
#[track_caller]
fn changed(from: &str, to: &str, expected: &str) {
    if expected == "x" {
        eprintln!("@@ {:?}", found(RETURN, from, to));
        return;
    }
    assert_eq!(found(RETURN, from, to), [expected]);
}

#[test]
fn wrong_types() {
    changed("code: \"1\"", "code: 1", "x");
    changed("opened_by: [Collected]", "opened_by: {Collected: true}", "x");
    changed("at: instant", "at: noon", "x");
    changed("must_be_served: true", "must_be_served: maybe", "x");
    changed("kind: decision", "kind: decree", "x");
    changed("competence: C-RET", "competense: C-RET", "x");
    says(&refused("id: x\nsince: soon"), "x");
    says(&refused("id: x\nshare: 0.5"), "x");
    says(&refused("id: x\nid: x"), "x");
    says(&refused("- id"), "x");
    says(&refused(""), "x");
}

#[test]
fn unknown_roles_and_states() {
    changed("signed_by: [R-TO-OFF]", "signed_by: [R-TO-BOSS]", "x");
    changed("to: decided", "to: decreed", "x");
}

#[test]
fn bad_rules() {
    changed("flag: facts.minor\n", "flag: facts.minor &&\n", "x");
    changed("flag: facts.minor\n", "flag: facts.minor == 1\n", "x");
    changed("flag: facts.minor\n", "flag: facts.minor + 1\n", "x");
    changed("flag: facts.minor\n", "flag: sum(facts.minor)\n", "x");
}

#[test]
fn ten_thousand_parentheses() {
    let nested = |n: usize| format!("flag: {}facts.minor{}\n", "(".repeat(n), ")".repeat(n));
    changed("flag: facts.minor\n", &nested(10_000), "x");
    changed("flag: facts.minor\n", &nested(100), "x");
}

#[test]
fn ten_megabytes() {
    says(&refused(&format!("id: x\ntext: {}", "x".repeat(10 << 20))), "x");
}

#[test]
fn deep_nesting() {
    says(&refused(&format!("id: x\na: {}", "[".repeat(100_000))), "x");
    says(&refused(&format!("id: x\na: {}1{}", "{b: ".repeat(5_000), "}".repeat(5_000))), "x");
    let mut steps = "id: x\n".to_owned();
    for depth in 0..100 {
        writeln!(steps, "{}a:", " ".repeat(depth)).unwrap();
    }
    says(&refused(&steps), "x");
}

#[test]
fn alias_bombs() {
    let bomb = "id: x\na: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n\
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d]\n\
        f: &f [*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g]";
    says(&refused(bomb), "x");
    says(&refused("id: x\na: &a [*a]"), "x");
    says(&refused("id: x\na: &a {<<: *a}"), "x");
}

#[test]
fn bytes_that_are_no_text() {
    says(&refused("id: x\na: \0"), "x");
    says(&refused("id: x\n\0"), "x");
    says(&refused("id: x\na: \"\\0\""), "x");
    says(&refused("id: x\na: \u{7}"), "x");
    says(&refused("id: x\na: \u{feff}"), "x");
    says(&refused("id: x\n\ta: 1"), "x");
}
