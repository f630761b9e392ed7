//! The law files of the repository: they load, they lint, and their packages give the same law when
//! they come back from their texts.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![expect(clippy::print_stdout, reason = "a measurement says what it measured")]

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use litopys_domain::{
    built_in::LAW_FILES,
    law::{
        book::LawBook,
        engine::FLAGS,
        package::{Package, PackageTexts, Shelf},
    },
};

fn book() -> LawBook {
    LawBook::read(LAW_FILES.iter().copied()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{} problems:\n{}", lines.len(), lines.join("\n"))
    })
}

#[test]
fn the_law_files_lint() {
    let problems = book().lint();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} problems:\n{}", lines.len(), lines.join("\n"));
}

/// The linter holds list and law files to each other; this holds the list to the catalogue.
#[test]
fn the_list_of_defects_is_whole() {
    let book = book();
    let law = book.law("forced-return", book.edition_dates("forced-return")[0]).unwrap();
    let list = &law.lists["CL-DEFECT"];
    let numbers: Vec<String> = (1..=76).map(|number| format!("DEF-{number:03}")).collect();
    let day = "2025-01-01".parse().unwrap();
    let listed: Vec<&str> = list.all_on(day).map(|(code, _)| code).collect();
    let expected = numbers.iter().map(String::as_str).chain(FLAGS);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
    for (code, entry) in list.all_on(day) {
        for severity in entry.attributes["severity"].split(", ") {
            assert!(["V", "U", "D"].contains(&severity), "{code} {severity}");
        }
    }
    let text = LAW_FILES.iter().find(|(path, _)| *path == "codes/CL-DEFECT.yaml").unwrap().1;
    let bases = text.split("basis: [").skip(1).map(|rest| rest.split_once(']').unwrap().0);
    let acts = &law.lists["CL-ACT"];
    for basis in bases.flat_map(|bases| bases.split(", ")) {
        let act = basis.trim_matches('"').split(':').next().unwrap();
        assert!(acts.knows(act), "{basis}");
    }
}

#[test]
fn every_package_loads_back_from_its_texts() {
    let book = book();
    for procedure in book.procedures() {
        for date in book.edition_dates(procedure) {
            let texts = book.package(procedure, date).unwrap();
            let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
            let package = Package::load(&texts.manifest, &fetch).unwrap();
            assert_eq!(package.hash, texts.hash);
            assert_eq!(package.law.edition, date);
            let from_files = book.law(procedure, date).unwrap();
            assert_eq!(package.law.acts.len(), from_files.acts.len());
        }
    }
}

/// The built-in files, some repeated under other names with a title that changes every year, up to
/// twenty-two procedures and 250 editions.
fn grown() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> =
        LAW_FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let procedures: Vec<(String, String)> = files
        .iter()
        .filter(|(path, text)| path.starts_with("procedures/") && text.contains("\nswitches:\n"))
        .filter(|(_, text)| !text.contains("\nkind: general"))
        .filter(|(_, text)| text.lines().any(|l| l.starts_with("title: {") && l.ends_with('}')))
        .cloned()
        .collect();
    let book = book();
    let editions: usize = book.procedures().map(|id| book.edition_dates(id).len()).sum();
    let missing = 22_usize.saturating_sub(book.procedures().count());
    let missing = missing.max(250_usize.saturating_sub(editions).div_ceil(15));
    for (number, (path, text)) in procedures.iter().cycle().take(missing).enumerate() {
        let id = path.rsplit_once('/').unwrap().1.trim_end_matches(".yaml");
        let switches =
            |year: i32| format!("  - {{on: {year}-05-05, title: {{en: x, uk: х}}, law: L2235}}\n");
        let titles =
            |year: i32| format!("  - {{from: {year}-05-05, is: {{en: E{year}, uk: U{year}}}}}\n");
        let title = text.lines().find(|line| line.starts_with("title:")).unwrap();
        let since = text.lines().find_map(|line| line.strip_prefix("since: ")).unwrap();
        let since = &since[..10];
        let first: i32 = since[..4].parse().unwrap();
        let years = first + 1..first + 11;
        let dated = format!(
            "title:\n  - {{from: {since}, is:{}}}\n{}",
            title.trim_start_matches("title:"),
            years.clone().map(titles).collect::<String>()
        );
        let copy = text
            .replacen(&format!("id: {id}\n"), &format!("id: copy-{number}\n"), 1)
            .replacen(&format!("{title}\n"), &dated, 1)
            .replacen(
                "switches:\n",
                &format!("switches:\n{}", years.map(switches).collect::<String>()),
                1,
            );
        files.push((format!("procedures/copy/copy-{number}.yaml"), copy));
    }
    files
}

#[test]
#[ignore = "meaningful in a release build on a quiet machine"]
fn everything_loads_and_lints_within_a_second() {
    let files = grown();
    let start = Instant::now();
    let book = LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
        .unwrap_or_else(|problems| panic!("{}", problems[0]));
    let read = start.elapsed();
    let problems = book.lint();
    let linted = start.elapsed();
    let editions: usize = book.procedures().map(|id| book.edition_dates(id).len()).sum();
    println!("{editions} editions: read {read:?}, read and linted {linted:?}");
    let start = Instant::now();
    let mut packages = Vec::new();
    for id in book.procedures() {
        for date in book.edition_dates(id) {
            packages.push(book.package(id, date).unwrap());
        }
    }
    println!("packed {:?}", start.elapsed());
    let start = Instant::now();
    let mut shelf = Shelf::default();
    let load = |texts: &PackageTexts| {
        let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
        shelf.load(&texts.manifest, &fetch).unwrap()
    };
    let loaded: Vec<Package> = packages.iter().map(load).collect();
    println!("{} packages loaded back {:?}", loaded.len(), start.elapsed());
    println!("{} problems, {:?}", problems.len(), problems.first().map(ToString::to_string));
    assert!(linted < Duration::from_secs(1), "{linted:?}");
}
