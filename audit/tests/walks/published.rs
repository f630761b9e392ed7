//! The built-in law as a ledger publishes it, with the auditor's terms.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jiff::tz::TimeZone;
use litopys_audit::judgment::Books;
use litopys_audit::terms::Terms;
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::package::Shelf;

static BOOK: LazyLock<LawBook> =
    LazyLock::new(|| LawBook::read(LAW_FILES.iter().copied()).unwrap());

/// Every edition of every procedure, published at position 0.
pub(crate) static BOOKS: LazyLock<Books> = LazyLock::new(|| {
    let mut books = Books::new(TimeZone::get("Europe/Kyiv").unwrap());
    let mut shelf = Shelf::default();
    for procedure in BOOK.procedures() {
        for date in BOOK.edition_dates(procedure) {
            let texts = BOOK.package(procedure, date).unwrap();
            let fetch = |hash| texts.texts.get(&hash).map(|text| Arc::clone(&text.content));
            let package = shelf.load(&texts.manifest, &fetch).unwrap();
            let calendars = package.manifest.calendars.iter();
            let calendars: HashMap<_, _> =
                calendars.map(|(id, hash)| (id.clone(), fetch(*hash).unwrap())).collect();
            let edition = fetch(package.manifest.edition.sha256).unwrap();
            books.count_by(&package, Terms::read(&edition, &calendars).unwrap());
            books.publish(0, Arc::new(package));
        }
    }
    books
});

pub(crate) fn procedures() -> Vec<&'static str> {
    BOOK.procedures().collect()
}

/// The first days of a procedure's editions.
pub(crate) fn editions(procedure: &str) -> Vec<jiff::civil::Date> {
    BOOK.edition_dates(procedure)
}
