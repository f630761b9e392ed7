//! A statement in words, English and Ukrainian, read from the very bytes that are signed.

mod registry;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use litopys_domain::law::book::LawBook;
use litopys_domain::law::model::{ActLaw, Law};
use litopys_domain::law::value::Type;
use litopys_domain::sealed::Disclosure;
use litopys_domain::statement::{Answer, EvidenceUse, Statement};
use litopys_domain::violation::Words;
use serde_json::Value;

use super::draft_file::Draft;
use super::law_files;

/// Everything the draft says, and who has signed it.
pub(crate) fn render(draft: &Draft) -> String {
    let statement = &draft.statement;
    let known = LawOf::find(statement);
    let mut page = Page::default();
    page.heading(statement, &known);
    page.facts(statement, &known);
    page.sealed(draft, &known);
    page.relations(statement);
    page.flags(draft, &known);
    page.signers(draft);
    page.text
}

/// The law that this program has for the statement, if it does.
struct LawOf {
    law: Option<Law>,
    /// This program's text of the edition is not the published one.
    differs: bool,
}

impl LawOf {
    fn find(statement: &Statement) -> Self {
        let none = Self { law: None, differs: false };
        let Some(cited) = &statement.law else { return none };
        let Ok(book) = law_files::read(None) else { return none };
        Self::in_book(&book, statement)
            .map_or(none, |(law, hash)| Self { law: Some(law), differs: hash != cited.package })
    }

    fn in_book(
        book: &LawBook,
        statement: &Statement,
    ) -> Option<(Law, litopys_domain::ids::ContentHash)> {
        let cited = statement.law.as_ref()?;
        let law = book.law(&cited.procedure, cited.edition).ok()?;
        let hash = book.package(&cited.procedure, cited.edition).ok()?.hash;
        Some((law, hash))
    }

    fn act(&self, statement: &Statement) -> Option<&ActLaw> {
        self.law.as_ref()?.act(&statement.act)
    }

    fn field_title(&self, statement: &Statement, field: &str) -> Option<String> {
        let title = self.act(statement)?.fields.get(field)?.title.as_ref()?;
        Some(both(title))
    }

    /// What a code means, where the field is one.
    fn code_title(&self, statement: &Statement, field: &str, value: &Value) -> Option<String> {
        let law = self.law.as_ref()?;
        let ty = &self.act(statement)?.fields.get(field)?.ty;
        let (Type::Code(list), Some(code)) = (ty, value.as_str()) else { return None };
        if list == "STATES" {
            return law.states.get(code).map(|state| both(&state.title));
        }
        if list == "DECISIONS" {
            return law.act(code).map(|act| both(&act.title));
        }
        let day = statement.occurred_at.date_in(&jiff::tz::TimeZone::UTC);
        law.lists.get(list)?.on(code, day).map(|code| both(&code.title))
    }

    fn rule_says(&self, statement: &Statement, rule: &str) -> Option<String> {
        let mut rules = self.act(statement)?.rules.iter();
        rules.find(|known| known.id == rule).map(|known| both(&known.says))
    }
}

fn both(words: &Words) -> String {
    format!("{} · {}", words.en, words.uk)
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, label: &str, what: &str) {
        let clean: String =
            what.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        _ = writeln!(self.text, "{label:<12} {}", clean.trim_end());
    }

    fn heading(&mut self, statement: &Statement, known: &LawOf) {
        let title = known.act(statement).map(|act| both(&act.title));
        let title = title.or_else(|| registry::title(&statement.act).map(|words| both(&words)));
        let title = title.unwrap_or_else(|| "(this program knows no title for it)".to_owned());
        self.line("act", &format!("{} {title}", statement.act));
        self.line("ledger", &statement.ledger);
        self.line("stream", &statement.stream.to_string());
        if let Some(law) = &statement.law {
            let name = known.law.as_ref().map(|law| both(&law.title)).unwrap_or_default();
            self.line("law", &format!("{} of {} {name}", law.procedure, law.edition));
            if known.differs || known.law.is_none() {
                self.line("", "titles are this program's: it does not have the published text");
            }
        }
        self.line("date", &statement.occurred_at.to_string());
        if let Some(author) = &statement.author {
            let body = author.body.as_deref().unwrap_or_default();
            let reference = author.reference.as_deref().unwrap_or_default();
            self.line("decided by", &format!("{} {body} {reference}", author.role));
        }
        for subject in &statement.subjects {
            self.line("about", &subject.to_string());
        }
        match &statement.seen {
            Some(seen) => self.line("after", &format!("act {seen}")),
            None => self.line("after", "nothing: it opens the stream"),
        }
    }

    fn facts(&mut self, statement: &Statement, known: &LawOf) {
        for (field, value) in &statement.facts {
            let label = known.field_title(statement, field).unwrap_or_default();
            let meaning = known.code_title(statement, field, value).unwrap_or_default();
            let label = bracketed(&label);
            match value.as_array().filter(|items| items.iter().all(Value::is_object)) {
                None => self.line("fact", &format!("{field} = {} {meaning} {label}", plain(value))),
                Some(items) => {
                    for (i, item) in items.iter().enumerate() {
                        self.line("fact", &format!("{field} {} = {}", i + 1, plain(item)));
                    }
                }
            }
        }
    }

    fn sealed(&mut self, draft: &Draft, known: &LawOf) {
        let opened = opened(draft);
        for (field, digest) in &draft.statement.sealed {
            let label = known.field_title(&draft.statement, field).unwrap_or_default();
            let value = opened.get(&digest.to_string());
            let shown = value.map_or_else(
                || "(sealed; this draft does not hold the value)".to_owned(),
                |disclosure| plain(&disclosure.value),
            );
            self.line("sealed", &format!("{field} = {shown} {}", bracketed(&label)));
        }
    }

    fn relations(&mut self, statement: &Statement) {
        for concerned in &statement.concerns {
            self.line("concerns", &format!("act {concerned}"));
        }
        for evidence in &statement.evidence {
            let used = match evidence.used {
                EvidenceUse::ReliedOn => "relied on",
                EvidenceUse::Shown => "shown",
            };
            self.line("document", &format!("{} {used}", evidence.document));
        }
        if let Some(instrument) = &statement.instrument {
            let template = instrument.template.as_deref().unwrap_or_default();
            self.line("letter", &format!("{} {template}", instrument.document));
        }
        if !statement.basis.is_empty() {
            self.line("basis", &statement.basis.join(", "));
        }
    }

    fn flags(&mut self, draft: &Draft, known: &LawOf) {
        let opened = opened(draft);
        for flag in &draft.statement.flags {
            let answer = match flag.answer {
                Answer::Accepted => "accepted · визнано",
                Answer::Disputed => "disputed · заперечено",
                Answer::Unavoidable => "unavoidable · неминуче",
            };
            let says = known.rule_says(&draft.statement, &flag.rule).unwrap_or_default();
            let reason = flag.reason.and_then(|digest| opened.get(&digest.to_string()));
            let reason = reason.and_then(|d| d.value.as_str()).unwrap_or_default();
            self.line("flag", &format!("{} {answer} {reason} {}", flag.rule, bracketed(&says)));
        }
    }

    fn signers(&mut self, draft: &Draft) {
        let signers = draft.statement.signers.iter().zip(&draft.file.signatures);
        for (signer, signature) in signers {
            let office = signer.office.as_deref().unwrap_or("-");
            let state = if signature.is_some() { "signed" } else { "MISSING" };
            let line = format!("{} as {} office {office}: {state}", signer.by, signer.role);
            self.line("signer", &line);
        }
        let hash = litopys_domain::ids::StatementHash::of(draft.file.statement.as_bytes());
        self.line("SHA-256", &hash.to_string());
    }
}

/// A value without JSON's dress.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| format!("{name} {}", plain(value)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn bracketed(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("[{text}]") }
}

/// Disclosures by digest; the draft was checked when it was read.
fn opened(draft: &Draft) -> BTreeMap<String, Disclosure> {
    let disclosures = draft.file.disclosures.iter().filter_map(|text| Disclosure::parse(text).ok());
    disclosures.map(|disclosure| (disclosure.digest().to_string(), disclosure)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registry_act_has_a_title() {
        for act in litopys_domain::registry::RegistryAct::IDS {
            assert!(registry::title(act).is_some(), "{act}");
        }
    }

    #[test]
    fn a_value_cannot_move_the_cursor() {
        let mut page = Page::default();
        page.line("fact", "a\u{1b}[2Kb\nsigner x");
        assert_eq!(page.text.lines().count(), 1);
        assert!(!page.text.contains('\u{1b}'));
    }
}
