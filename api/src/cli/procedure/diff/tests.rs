use super::*;

fn told_between(id: &str, old: &str, new: &str, lang: Lang) -> String {
    let book = law_files::read(None).unwrap();
    let days = [old, new].map(|day| day.parse().unwrap());
    let [old, new] = days.map(|day| edition_of(&book, id, day).unwrap());
    words(&book, &old, &new, days, lang).unwrap()
}

#[test]
fn a_ban_that_became_three_years() {
    insta::assert_snapshot!(told_between("forced-return", "2018-04-28", "2018-04-29", Lang::En));
}

#[test]
fn revocation_instead_of_cancellation() {
    let words = told_between("temporary-residence-document", "2024-12-31", "2025-01-01", Lang::Uk);
    insta::assert_snapshot!(words);
}

#[test]
fn open_cases_keep_a_year() {
    insta::assert_snapshot!(told_between(
        "immigration-permit",
        "2023-10-22",
        "2023-10-23",
        Lang::En
    ));
}

#[test]
fn fines_of_2018() {
    let words = told_between("administrative-offence", "2018-04-28", "2018-04-29", Lang::En);
    insta::assert_snapshot!(words);
}

#[test]
fn nothing_changes_within_an_edition() {
    let words = told_between("forced-return", "2024-03-01", "2024-03-02", Lang::En);
    assert!(words.ends_with("nothing changes\n"), "{words}");
}

/// The built-in law with a line of one file left out, so that the change is told by included law
/// alone; real files say both.
fn told_without(file: &str, line: &str, (id, [old, new]): (&str, [&str; 2]), lang: Lang) -> String {
    let files = litopys_domain::built_in::LAW_FILES.iter().map(|(path, text)| {
        if !path.ends_with(file) {
            return ((*path), (*text).to_owned());
        }
        let mut kept: Vec<&str> = text.lines().collect();
        let all = kept.len();
        kept.retain(|one| !one.contains(line));
        assert_eq!(kept.len() + 1, all, "{line}");
        (*path, kept.join("\n"))
    });
    let files: Vec<_> = files.collect();
    let book = LawBook::read(files.iter().map(|(path, text)| (*path, text.as_str()))).unwrap();
    let days = [old, new].map(|day| day.parse().unwrap());
    let [old, new] = days.map(|day| edition_of(&book, id, day).unwrap());
    words(&book, &old, &new, days, lang).unwrap()
}

fn section<'t>(words: &'t str, heading: &str) -> &'t str {
    let (_, rest) = words.split_once(&format!("\n{heading}\n")).unwrap();
    rest.split("\n\n").next().unwrap()
}

/// Fines follow the general law on penalties; nothing of the procedure's own changes that day.
#[test]
fn a_switch_of_included_law_is_the_why() {
    let days = ("administrative-offence", ["2020-03-17", "2020-03-18"]);
    let without = ("administrative-offence.yaml", "on: 2020-03-18");
    let words = told_without(without.0, without.1, days, Lang::En);
    assert_eq!(
        section(&words, "Why"),
        "  2020-03-18  VR-04-START  Overstay of the quarantine not punished (C259; sure); in included law: Administrative penalties"
    );
    let words = told_without(without.0, without.1, days, Lang::Uk);
    assert_eq!(
        section(&words, "Чому"),
        "  2020-03-18  VR-04-START  Перевищення строку в період карантину не карається (C259; підтверджено); у включеному законодавстві: Адміністративні стягнення"
    );
}

#[test]
fn included_law_that_begins_is_the_why() {
    let days = ("forced-return", ["2023-12-14", "2023-12-15"]);
    let words = told_without("forced-return.yaml", "on: 2023-12-15", days, Lang::En);
    assert_eq!(
        section(&words, "Why"),
        "  2023-12-15  included law begins to apply: Administrative procedure (L2073; sure)"
    );
    assert!(section(&words, "Acts").contains("new rule APA-HEARD flags U"), "{words}");
    let words = told_without("forced-return.yaml", "on: 2023-12-15", days, Lang::Uk);
    assert_eq!(
        section(&words, "Чому"),
        "  2023-12-15  починає діяти включене законодавство: Адміністративна процедура (L2073; підтверджено)"
    );
}

/// Both files say these: each is told once, as the procedure's own.
#[test]
fn what_two_files_say_is_told_once() {
    let words = told_between("administrative-offence", "2020-03-17", "2020-03-18", Lang::En);
    assert_eq!(
        section(&words, "Why"),
        "  2020-03-18  VR-04-START  Overstay of the quarantine not punished (C259; sure)"
    );
    let words = told_between("forced-return", "2023-12-14", "2023-12-15", Lang::En);
    assert_eq!(
        section(&words, "Why"),
        "  2023-12-15  VR-25  General administrative law (L2073; sure)"
    );
}

/// Between two editions of the built-in law there is always a reason to name.
#[test]
fn every_new_edition_has_a_why() {
    let book = law_files::read(None).unwrap();
    for id in book.procedures() {
        for pair in book.edition_dates(id).windows(2) {
            let changes = book.changes(id, pair[0], pair[1]).unwrap();
            assert!(!changes.is_empty(), "{id} {}", pair[1]);
        }
    }
}
