//! A statement in words, rendered from nothing but itself, the law it cites and the sealed values
//! that the reader holds: what a signer reads before signing.

mod registry;

use serde_json::Value;

use crate::law::model::{ActLaw, Law};
use crate::law::value::Type;
use crate::sealed::{Disclosure, SealedDigest};
use crate::statement::{Answer, EvidenceUse, Signer, Statement};
use crate::violation::Words;

/// One point of a statement. Its values hold no control character, so that none passes for
/// another line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub label: Words,
    /// As the statement writes it.
    pub value: String,
    /// What that means; empty where it speaks for itself.
    pub meaning: Words,
}

/// A statement as text in English and in Ukrainian, one line a point; what it seals stays sealed.
pub fn describe(statement: &Statement, law: Option<&Law>) -> Words {
    let signers = statement.signers.iter().map(signs);
    let lines: Vec<_> = lines(statement, law, &[]).into_iter().chain(signers).collect();
    let text = |of: fn(&Words) -> &str| {
        let line = |line: &Line| {
            joined([&format!("{}:", of(&line.label)), &line.value, of(&line.meaning)])
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    Words::new(text(|words| &words.en), text(|words| &words.uk))
}

/// Everything that a statement says but who signs it. Without its law, ids stand for titles.
pub fn lines(statement: &Statement, law: Option<&Law>, opened: &[Disclosure]) -> Vec<Line> {
    let act = law.and_then(|law| law.act(&statement.act));
    let mut page = Page { statement, law, act, opened, lines: Vec::new() };
    page.heading();
    page.facts();
    page.sealed();
    page.relations();
    page.flags();
    page.lines
}

/// Who signs, and in which post.
pub fn signs(signer: &Signer) -> Line {
    let office = signer.office.as_deref().unwrap_or("–");
    line(("Signer", "Підписує"), &format!("{} {} {office}", signer.by, signer.role), nothing())
}

struct Page<'a> {
    statement: &'a Statement,
    law: Option<&'a Law>,
    act: Option<&'a ActLaw>,
    opened: &'a [Disclosure],
    lines: Vec<Line>,
}

impl Page<'_> {
    fn push(&mut self, label: (&str, &str), value: &str, meaning: Words) {
        self.lines.push(line(label, value, meaning));
    }

    fn heading(&mut self) {
        let statement = self.statement;
        let title = self.act.map(|act| act.title.clone());
        let title = title.or_else(|| registry::title(&statement.act));
        self.push(("Act", "Дія"), &statement.act, title.unwrap_or_else(nothing));
        self.push(("Ledger", "Реєстр"), &statement.ledger, nothing());
        self.push(("Stream", "Потік"), &statement.stream.to_string(), nothing());
        if let Some(cited) = &statement.law {
            let title = self.law.map_or_else(nothing, |law| law.title.clone());
            let edition = format!("{} {}", cited.procedure, cited.edition);
            self.push(("Law", "Процедура"), &edition, title);
        }
        self.push(("Date in law", "Юридична дата"), &statement.occurred_at.to_string(), nothing());
        if let Some(author) = &statement.author {
            let named =
                [&author.body, &author.reference].map(|one| one.as_deref().unwrap_or_default());
            let value = joined([&author.role, named[0], named[1]]);
            self.push(("Decided by", "Вирішив"), &value, nothing());
        }
        for subject in &statement.subjects {
            self.push(("Person", "Особа"), &subject.to_string(), nothing());
        }
        let seen = statement.seen.map(|seen| seen.to_string()).unwrap_or_default();
        let first = Words::new("nothing: it opens the stream", "нічого: відкриває потік");
        let means = if seen.is_empty() { first } else { nothing() };
        self.push(("After", "Після"), &seen, means);
    }

    fn facts(&mut self) {
        for (field, value) in &self.statement.facts {
            match value.as_array().filter(|items| items.iter().all(Value::is_object)) {
                None => {
                    let meaning = beside(self.code_title(field, value), self.field_title(field));
                    self.push(FACT, &format!("{field} = {}", plain(value)), meaning);
                }
                Some(items) => {
                    for (i, item) in items.iter().enumerate() {
                        let value = format!("{field} {} = {}", i + 1, plain(item));
                        self.push(FACT, &value, nothing());
                    }
                }
            }
        }
    }

    fn sealed(&mut self) {
        const LABEL: (&str, &str) = ("Sealed", "Закрито");
        for (field, digest) in &self.statement.sealed {
            let title = self.field_title(field);
            if let Some(value) = self.open(*digest).map(plain) {
                self.push(LABEL, &format!("{field} = {value}"), beside(None, title));
            } else {
                let closed = Words::new("(not opened here)", "(тут не розкрито)");
                self.push(LABEL, field, beside(Some(closed), title));
            }
        }
    }

    fn relations(&mut self) {
        let statement = self.statement;
        for concerned in &statement.concerns {
            self.push(("Concerns", "Стосується акта"), &concerned.to_string(), nothing());
        }
        for evidence in &statement.evidence {
            let used = match evidence.used {
                EvidenceUse::ReliedOn => Words::new("relied on", "покладено в основу"),
                EvidenceUse::Shown => Words::new("shown", "показано"),
            };
            self.push(("Document", "Доказ"), &evidence.document.to_string(), used);
        }
        if let Some(instrument) = &statement.instrument {
            let template = instrument.template.as_deref().unwrap_or_default();
            let value = joined([&instrument.document.to_string(), template, ""]);
            self.push(("Letter", "Документ"), &value, nothing());
        }
        if !statement.basis.is_empty() {
            self.push(("Basis", "Правова підстава"), &statement.basis.join(", "), nothing());
        }
    }

    fn flags(&mut self) {
        for flag in &self.statement.flags {
            let (en, uk) = match flag.answer {
                Answer::Accepted => ("accepted", "визнано"),
                Answer::Disputed => ("disputed", "заперечено"),
                Answer::Unavoidable => ("unavoidable", "неминуче"),
            };
            let reason = flag.reason.and_then(|digest| self.open(digest));
            let reason = reason.map(plain).unwrap_or_default();
            let answer = Words::new(joined([en, &reason, ""]), joined([uk, &reason, ""]));
            let says = self.act.and_then(|act| act.rules.iter().find(|rule| rule.id == flag.rule));
            let meaning = beside(Some(answer), says.map(|rule| rule.says.clone()));
            self.push(("Flag", "Зауваження"), &flag.rule, meaning);
        }
    }

    fn open(&self, digest: SealedDigest) -> Option<&Value> {
        let found = self.opened.iter().find(|disclosure| disclosure.digest() == digest)?;
        Some(&found.value)
    }

    fn field_title(&self, field: &str) -> Option<Words> {
        self.act?.fields.get(field)?.title.clone()
    }

    /// What a code means, where the field is one.
    fn code_title(&self, field: &str, value: &Value) -> Option<Words> {
        let law = self.law?;
        let (Type::Code(list), Some(code)) = (&self.act?.fields.get(field)?.ty, value.as_str())
        else {
            return None;
        };
        match list.as_str() {
            "STATES" => law.states.get(code).map(|state| state.title.clone()),
            "DECISIONS" => law.act(code).map(|act| act.title.clone()),
            list => {
                let day = self.statement.occurred_at.date_in(&jiff::tz::TimeZone::UTC);
                law.lists.get(list)?.on(code, day).map(|code| code.title.clone())
            }
        }
    }
}

const FACT: (&str, &str) = ("Fact", "Факт");

fn line(label: (&str, &str), value: &str, meaning: Words) -> Line {
    let Words { en, uk } = meaning;
    Line {
        label: Words::new(label.0, label.1),
        value: printable(value),
        meaning: Words::new(printable(&en), printable(&uk)),
    }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn nothing() -> Words {
    Words::new("", "")
}

/// What is said, and behind it in brackets what it is about.
fn beside(said: Option<Words>, about: Option<Words>) -> Words {
    let said = said.unwrap_or_else(nothing);
    let Some(about) = about else { return said };
    let both = |said: &str, about: &str| joined([said, &format!("[{about}]"), ""]);
    Words::new(both(&said.en, &about.en), both(&said.uk, &about.uk))
}

fn joined(parts: [&str; 3]) -> String {
    let said: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(" ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_move_the_cursor_or_forge_a_line() {
        let line = line(FACT, "a\u{1b}[2Kb\nSigner: x", Words::new("c\r", "c"));
        assert_eq!(line.value, "a\u{fffd}[2Kb\u{fffd}Signer: x");
        assert_eq!(line.meaning.en, "c\u{fffd}");
    }
}
