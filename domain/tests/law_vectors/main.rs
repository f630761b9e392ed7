//! What the law files say, held to the project's test vectors: cases with the answer the law gives, dated changes on
//! both sides of their day, and code lists that published tables need.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod runner;

use std::{fs, path::Path, sync::LazyLock};

use litopys_domain::{
    built_in::LAW_FILES,
    law::{book::LawBook, file::ListFile, model::Law},
};

/// Read once for all tests.
static BOOK: LazyLock<LawBook> =
    LazyLock::new(|| LawBook::read(LAW_FILES.iter().copied()).unwrap());

/// The edition in force on a day.
fn law(book: &LawBook, procedure: &str, day: &str) -> Law {
    let day = day.parse().unwrap();
    let edition = *book.edition_dates(procedure).iter().rfind(|start| **start <= day).unwrap();
    book.law(procedure, edition).unwrap()
}

fn appeal(book: &LawBook, day: &str) -> Vec<String> {
    law(book, "forced-return", day).act("ForcedReturnDecided").unwrap().appeal.clone()
}

#[test]
fn vr_21_return_cases_went_to_local_general_courts() {
    let book = &*BOOK;
    assert_eq!(appeal(book, "2017-12-14"), ["AP-1A"]);
    assert_eq!(appeal(book, "2017-12-15"), ["AP-RET"]);
}

#[test]
fn vr_08_permits_are_revoked_not_cancelled() {
    let book = &*BOOK;
    let title = |day| {
        let law = law(book, "temporary-residence-document", day);
        law.act("TemporaryCardRevoked").unwrap().title.uk.clone()
    };
    assert_eq!(title("2024-12-31"), "Посвідку скасовано");
    assert_eq!(title("2025-01-01"), "Посвідку відкликано");
}

#[test]
fn vr_23_citizenship_applications_follow_the_new_procedure() {
    let book = &*BOOK;
    let basis = |day| {
        let law = law(book, "citizenship-acquisition", day);
        law.act("CitizenshipDocumentsReturned").unwrap().basis.clone()
    };
    assert_eq!(basis("2026-02-10"), ["P215:101"]);
    assert_eq!(basis("2026-02-11"), ["P110"]);
}

#[test]
fn vr_25_complaints_came_with_the_general_administrative_law() {
    let book = &*BOOK;
    let known = |day| {
        let law = law(book, "temporary-residence-document", day);
        law.act("TemporaryCardComplaintFiled").is_some()
    };
    assert!(!known("2023-12-14"));
    assert!(known("2023-12-15"));
}

/// Every origin in UNHCR's tables of Ukraine's decisions and applications (UNHCR Refugee Data Finder, CC BY 4.0).
const ORIGINS: &str = "AFG AGO ARM AZE BDI BFA BGD BGR BHS BLR CHN CIV CMR COD COG CUB DZA EGY ERI ESH ETH GEO GHA \
    GIN GMB GNB HTI IND IRN IRQ ISR JOR KAZ KEN KGZ KHM LBN LBR LBY LCA LKA LTU MAR MDA MLI MMR MNG MRT NER NGA NPL \
    PAK POL PRK PSE RUS RWA SDN SEN SLE SOM SYR TCD TGO TJK TKM TUN TUR UGA UNK USA UZB VNM XXA YEM ZMB ZWE";

#[test]
fn every_unhcr_origin_has_a_country() {
    let law = law(&BOOK, "international-protection", "2023-12-31");
    let countries = &law.lists["CL-COUNTRY"];
    let special = list("CL-UNHCR-ORIGIN");
    for origin in ORIGINS.split_whitespace() {
        let mapped = special.codes.iter().find(|code| code.code == origin);
        let country = mapped.map_or(origin, |code| code.attributes["country"].as_str());
        for day in ["2000-12-31", "2024-12-31"] {
            let found = countries.on(country, day.parse().unwrap());
            assert!(found.is_some(), "{origin} is {country} on {day}");
        }
    }
}

/// A list that no rule names, straight from its file.
fn list(id: &str) -> ListFile {
    let path = format!("codes/{id}.yaml");
    let (_, text) = LAW_FILES.iter().find(|(file, _)| *file == path).unwrap();
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn every_vector_is_answered_as_the_law_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/law");
    let cases = runner::cases(&root);
    assert!(cases.len() > 60, "only {} cases were read", cases.len());
    let wrong = runner::wrong(&BOOK, &cases);
    assert!(wrong.is_empty(), "{} cases:\n{}", cases.len(), wrong.join("\n"));
}

/// A letter can only show what its act holds, and must say how to appeal (DEF-006).
#[test]
fn letters_show_fields_of_their_acts_and_the_appeal_route() {
    let book = &*BOOK;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("letters");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for procedure in book.procedures() {
        let last = *book.edition_dates(procedure).last().unwrap();
        let law = book.law(procedure, last).unwrap();
        for act in law.acts.values() {
            let Some(letter) = &act.letter else { continue };
            seen += 1;
            let text = fs::read_to_string(root.join(format!("{letter}.md"))).unwrap();
            let paths = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
            let fields = paths.filter_map(|path| {
                let mut parts = path.split('.');
                matches!(parts.next(), Some("facts" | "sealed")).then(|| parts.next().unwrap())
            });
            for field in fields.filter(|field| !act.fields.contains_key(*field)) {
                wrong.push(format!("{letter} shows `{field}`, which {} has not", act.id));
            }
            if !["{{appeal.uk}}", "{{appeal.en}}"].iter().all(|route| text.contains(route)) {
                wrong.push(format!("{letter} does not say how to appeal"));
            }
        }
    }
    assert!(seen > 20, "only {seen} acts have a letter");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
