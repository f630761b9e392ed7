use std::fs;

use std::path::Path;

use crate::support::Desk;

#[test]
fn the_built_in_law_lints() {
    assert_eq!(Desk::new().ok("procedure lint --all"), "the law files hold together\n");
}

#[test]
fn a_finding_has_file_line_and_column() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("law/procedures")).unwrap();
    fs::write(desk.path("law/procedures/broken.yaml"), "id: broken\ntitle: [\n").unwrap();
    let said = desk.run("procedure lint law/procedures/broken.yaml");
    assert_eq!(said.status, 3, "{}", said.err);
    let place = said.out.strip_prefix("procedures/broken.yaml:").unwrap();
    let (line, rest) = place.split_once(':').unwrap();
    let (column, _) = rest.split_once(':').unwrap();
    assert!(line.parse::<u32>().is_ok() && column.parse::<u32>().is_ok(), "{}", said.out);
}

/// Files that mean harm, or that somebody's editor spoiled: refused with place and hint.
#[test]
fn hostile_files_are_refused_with_place_and_hint() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("law/procedures")).unwrap();
    let lint = |text: &str| {
        fs::write(desk.path("law/procedures/x.yaml"), text).unwrap();
        let said = desk.run("procedure lint law/procedures/x.yaml");
        assert_eq!(said.status, 3, "{}{}", said.out, said.err);
        said.out
    };
    let big = lint(&format!("id: x\ntext: {}", "-".repeat(10 << 20)));
    assert!(
        big.starts_with("procedures/x.yaml:1:1: the file has 10485772 bytes (at most"),
        "{big}"
    );
    let brackets = lint(&format!("id: x\na: {}", "[".repeat(10_000)));
    assert!(brackets.starts_with("procedures/x.yaml:2:"), "{brackets}");
    assert!(brackets.contains("nested deeper than 24 levels ("), "{brackets}");
    let (open, close) = ("(".repeat(10_000), ")".repeat(10_000));
    let rule = lint(&nested_rule(&format!("{open}facts.minor{close}")));
    let found =
        "procedures/x.yaml:13:23: the rule is 20011 characters long (split it: at most 1000";
    assert!(rule.contains(found), "{rule}");
    let deep = lint(&nested_rule(&format!("{}facts.minor{}", &open[..100], &close[..100])));
    assert!(deep.contains("the rule nests too deeply (at most 32 levels)"), "{deep}");
}

/// The smallest procedure that has a rule, in line 13.
fn nested_rule(rule: &str) -> String {
    format!(
        "id: x\nshort: XX\ntitle: {{en: X, uk: Ікс}}\nsince: 2020-01-01\nopened_by: [Opened]\n\
         states: {{opened: {{en: Opened, uk: Відкрито, final: true}}}}\nacts:\n  Opened:\n    \
         title: {{en: Opened, uk: Відкрито}}\n    kind: step\n    fields: {{minor: {{type: Bool, kept: open}}}}\n    \
         rules:\n      - {{id: R, flag: \"{rule}\", severity: D, says: {{en: A, uk: Б}}}}\n"
    )
}

#[test]
fn an_edition_is_printed_for_its_day() {
    let desk = Desk::new();
    let page = desk.ok("procedure print forced-return --on 2025-03-01");
    assert!(page.starts_with("<!doctype html>"));
    for needle in [
        "ForcedReturnDecided",
        "Рішення про примусове повернення",
        "L3773:26(1)",
        "<dd class=\"sure\">sure",
        "leave_by",
        "facts.leave_by &gt; after(act.date, days(30))",
        "href=\"#ForcedReturnDecided\"",
        "Since · Чинне з</dt><dd>2012-05-21",
    ] {
        assert!(page.contains(needle), "{needle}");
    }
    let early = desk.run("procedure print forced-return --on 1990-01-01");
    assert_eq!(early.status, 1);
    assert!(early.err.contains("not in force"), "{}", early.err);
}

/// What `make docs` writes; no row of the catalogue is without a place.
#[test]
fn the_table_of_procedures_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let root_text = root.to_str().unwrap();
    let said = Desk::new().run_args(&["procedure", "table", "--root", root_text]);
    assert_eq!(said.status, 0, "{}", said.err);
    let committed = fs::read_to_string(root.join("docs/procedures.md")).unwrap();
    assert!(said.out == committed, "docs/procedures.md is old: make docs");
}
