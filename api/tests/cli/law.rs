use std::fs;

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
