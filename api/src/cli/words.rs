//! What a draft says, in words that are read from the very bytes that are signed.

use std::fmt::Write as _;

use litopys_domain::ids::{ContentHash, StatementHash};
use litopys_domain::law::model::Law;
use litopys_domain::sealed::Disclosure;
use litopys_domain::statement::Statement;
use litopys_domain::words::{Line, lines, signs};

use super::draft_file::Draft;
use super::law_files;

/// Everything the draft says, and who has signed it.
pub(crate) fn render(draft: &Draft) -> String {
    let Draft { file, statement } = draft;
    let known = law_of(statement);
    // The draft was checked when it was read.
    let opened = file.disclosures.iter().filter_map(|text| Disclosure::parse(text).ok());
    let opened: Vec<_> = opened.collect();
    let mut page = String::new();
    for line in lines(statement, known.as_ref().map(|(law, _)| law), &opened) {
        write(&mut page, &line, "");
    }
    let cited = statement.law.as_ref().map(|law| law.package);
    if cited.is_some() && cited != known.map(|(_, hash)| hash) {
        let note = "titles are this program's: it does not have the published text";
        _ = writeln!(page, "{:<12} {note}", "");
    }
    for (signer, signature) in statement.signers.iter().zip(&file.signatures) {
        let state = if signature.is_some() { "signed" } else { "MISSING" };
        write(&mut page, &signs(signer), state);
    }
    let hash = StatementHash::of(file.statement.as_bytes());
    _ = writeln!(page, "{:<12} {hash}", "SHA-256");
    page
}

/// The law that this program has under the cited name, with its hash.
fn law_of(statement: &Statement) -> Option<(Law, ContentHash)> {
    let cited = statement.law.as_ref()?;
    let book = law_files::read(None).ok()?;
    let law = book.law(&cited.procedure, cited.edition).ok()?;
    Some((law, book.package(&cited.procedure, cited.edition).ok()?.hash))
}

/// A line with its meaning in both languages.
fn write(page: &mut String, line: &Line, state: &str) {
    let Line { label, value, meaning } = line;
    let both = format!("{} · {}", meaning.en, meaning.uk);
    let meaning = if meaning.en == meaning.uk { &meaning.en } else { &both };
    let said = [value.as_str(), meaning, state].into_iter().filter(|part| !part.is_empty());
    // Writing to a string cannot fail.
    _ = writeln!(page, "{:<12} {}", label.en.to_lowercase(), said.collect::<Vec<_>>().join(" "));
}
