//! The law files of the repository: they load, they lint, and their packages give the same law when
//! they come back from their texts.

use std::sync::Arc;

use litopys_domain::{
    built_in::LAW_FILES,
    law::{book::LawBook, package::Package},
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
