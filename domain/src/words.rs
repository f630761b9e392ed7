//! A statement in words, rendered from nothing but itself and the law it cites: what a signer
//! reads before signing.

use serde_json::Value;

use crate::law::model::Law;
use crate::statement::{Answer, Statement};
use crate::violation::Words;

/// One line a point, in English and Ukrainian. Without the law the act's id stands for its title.
pub fn describe(statement: &Statement, law: Option<&Law>) -> Words {
    let mut lines = Lines::default();
    let act = law.and_then(|law| law.act(&statement.act));
    match act {
        Some(act) => lines.push(
            format!("{} ({})", act.title.en, statement.act),
            format!("{} ({})", act.title.uk, statement.act),
        ),
        None => lines.same(statement.act.clone()),
    }
    if let Some(law) = law {
        lines.push(format!("Procedure: {}", law.title.en), format!("Процедура: {}", law.title.uk));
    }
    lines.both("Ledger", "Реєстр", &statement.ledger);
    lines.both("Stream", "Потік", &statement.stream);
    lines.both("Date in law", "Юридична дата", &statement.occurred_at);
    for (name, value) in &statement.facts {
        let value = plain(value);
        lines.same(format!("  {name}: {value}"));
    }
    for name in statement.sealed.keys() {
        lines.push(format!("  {name}: sealed"), format!("  {name}: закрито"));
    }
    if !statement.basis.is_empty() {
        lines.both("Legal basis", "Правова підстава", &statement.basis.join(", "));
    }
    describe_links(statement, &mut lines);
    for flag in &statement.flags {
        let (en, uk) = answer(flag.answer);
        lines.push(format!("Flag {}: {en}", flag.rule), format!("Зауваження {}: {uk}", flag.rule));
    }
    if let Some(author) = &statement.author {
        lines.both("Decided by", "Вирішив", &author.role);
    }
    for signer in &statement.signers {
        let office = signer.office.as_deref().unwrap_or("–");
        let who = format!("{} {} {office}", signer.by, signer.role);
        lines.both("Signs", "Підписує", &who);
    }
    lines.finish()
}

fn describe_links(statement: &Statement, lines: &mut Lines) {
    for subject in &statement.subjects {
        lines.both("Person", "Особа", subject);
    }
    for concerned in &statement.concerns {
        lines.both("Concerns the act", "Стосується акта", concerned);
    }
    for evidence in &statement.evidence {
        lines.both("Evidence", "Доказ", &evidence.document);
    }
    if let Some(instrument) = &statement.instrument {
        lines.both("Letter", "Документ", &instrument.document);
    }
}

fn answer(answer: Answer) -> (&'static str, &'static str) {
    match answer {
        Answer::Accepted => ("accepted", "визнано"),
        Answer::Disputed => ("disputed", "заперечено"),
        Answer::Unavoidable => ("unavoidable", "неминуче"),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Lines {
    en: Vec<String>,
    uk: Vec<String>,
}

impl Lines {
    fn push(&mut self, en: String, uk: String) {
        self.en.push(en);
        self.uk.push(uk);
    }

    fn same(&mut self, line: String) {
        self.push(line.clone(), line);
    }

    fn both(&mut self, en: &str, uk: &str, value: &dyn std::fmt::Display) {
        self.push(format!("{en}: {value}"), format!("{uk}: {value}"));
    }

    fn finish(self) -> Words {
        Words::new(self.en.join("\n"), self.uk.join("\n"))
    }
}
