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

#[test]
fn an_edition_is_printed_for_its_day() {
    let desk = Desk::new();
    let page = desk.ok("procedure print forced-return --on 2025-03-01");
    assert!(page.starts_with("<!doctype html>"));
    for needle in [
        "ForcedReturnDecided",
        "Рішення про примусове повернення",
        "L3773:26(1)",
        "<td class=\"sure\">sure",
        "leave_by",
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
