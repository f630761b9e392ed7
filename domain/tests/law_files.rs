//! The law files of the repository: they load, they lint, and their packages give the same law when
//! they come back from their texts.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::{fs, path::Path, sync::Arc};

use litopys_domain::law::{book::LawBook, package::Package};

fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["procedures", "codes", "calendars", "parameters", "letters"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            files.push((format!("{folder}/{name}"), fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

fn book() -> LawBook {
    let files = files();
    LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))).unwrap_or_else(
        |problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{} problems:\n{}", lines.len(), lines.join("\n"))
        },
    )
}

#[test]
fn the_law_files_lint() {
    let problems = book().lint();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} problems:\n{}", lines.len(), lines.join("\n"));
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
