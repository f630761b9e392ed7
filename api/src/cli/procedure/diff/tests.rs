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
