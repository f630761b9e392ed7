//! What a verdict rests on, and the verdict: one place for the checks that every act must pass.
//!
//! The writer judges with it before an act is recorded; the auditor may judge again with the
//! circumstances of the act's own position.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::act::{Act, RecordedAct};
use crate::aggregate::{Judge, Refusal};
use crate::ids::{AggregateType, StreamId};
use crate::registry::{Place, Registry, RegistryAct};
use crate::statement::Statement;
use crate::violation::{Violation, Words};

/// The only act of a person's stream, so far.
pub const PERSON_REGISTERED: &str = "PersonRegistered";

/// What identifies a person; all of it sealed.
pub const PERSON_FIELDS: &[&str] = &[
    "birth_date",
    "birth_place",
    "citizenship",
    "document_number",
    "document_type",
    "family_name",
    "given_name",
    "patronymic",
    "sex",
];

/// The log as of a size, as far as one verdict rests on it.
#[derive(Debug, Clone)]
pub struct Circumstances {
    pub registry: Arc<Registry>,
    /// The ledger's date, in its time zone.
    pub today: Date,
    /// The log size that everything here reflects, or an earlier one.
    pub position: u64,
    /// Subjects of the statement that no `person` stream registers.
    pub unknown_subjects: BTreeSet<StreamId>,
}

impl Judge for Circumstances {
    fn judge(&self, recorded: &[RecordedAct], act: &Act) -> Result<(), Refusal> {
        if let Some(first) = recorded.iter().find(|r| r.hash == act.hash()) {
            return Err(Refusal::Recorded(first.position));
        }
        let statement = act.statement();
        check_seen(recorded, statement)?;
        let place =
            Place { today: self.today, position: self.position, opens: recorded.is_empty() };
        self.registry.authorise(act, place).map_err(Refusal::Unsound)?;
        let mut violations = Vec::new();
        violations.extend(self.check_date(statement));
        violations.extend(self.check_subjects(statement));
        match statement.stream.kind() {
            AggregateType::Case => {}
            AggregateType::Person => violations.extend(check_person(recorded, statement)),
            _ => violations.extend(check_registry_act(statement)),
        }
        if violations.is_empty() { Ok(()) } else { Err(Refusal::Unsound(violations)) }
    }
}

impl Circumstances {
    /// More than a day ahead cannot be true.
    fn check_date(&self, statement: &Statement) -> Option<Violation> {
        let zone = self.registry.founding().map(|founding| founding.time_zone.clone());
        let day = statement.occurred_at.date_in(&zone.unwrap_or(jiff::tz::TimeZone::UTC));
        let latest = self.today.tomorrow().unwrap_or(self.today);
        (!statement.occurred_at.is_reduced() && day > latest).then(|| {
            Violation::new(
                "future-date",
                "/occurred_at",
                Words::new(
                    format!("{day} is more than a day ahead"),
                    format!("{day} ще не настало"),
                ),
                Words::new("write when it happened", "зазначте, коли це сталося"),
            )
        })
    }

    fn check_subjects(&self, statement: &Statement) -> Option<Violation> {
        let place = statement.subjects.iter().position(|s| self.unknown_subjects.contains(s))?;
        let subject = &statement.subjects[place];
        Some(Violation::new(
            "unknown-subject",
            format!("/subjects/{place}"),
            Words::new(
                format!("{subject} is not registered"),
                format!("{subject} не зареєстровано"),
            ),
            Words::new("record PersonRegistered first", "спершу внесіть PersonRegistered"),
        ))
    }
}

/// An act follows the last one its signer looked at.
fn check_seen(recorded: &[RecordedAct], statement: &Statement) -> Result<(), Refusal> {
    let hashes = |acts: &[RecordedAct]| acts.iter().map(|act| act.hash).collect();
    let Some(seen) = statement.seen else {
        return if recorded.is_empty() { Ok(()) } else { Err(Refusal::Moved(hashes(recorded))) };
    };
    match recorded.iter().position(|act| act.hash == seen) {
        Some(place) if place + 1 == recorded.len() => Ok(()),
        Some(place) => Err(Refusal::Moved(hashes(&recorded[place + 1..]))),
        None => Err(Refusal::Unsound(vec![Violation::new(
            "unknown-seen",
            "/seen",
            Words::new(
                "the act named as seen is not in this stream",
                "вказаного акта в цьому потоці немає",
            ),
            Words::new("draft again from the recorded stream", "складіть проєкт знову"),
        )])),
    }
}

fn check_person(recorded: &[RecordedAct], statement: &Statement) -> Vec<Violation> {
    let mut violations = Vec::new();
    if statement.act != PERSON_REGISTERED || !recorded.is_empty() {
        violations
            .push(unknown_act(&statement.act, "a person's stream holds one PersonRegistered"));
    }
    if !statement.facts.is_empty() {
        violations.push(Violation::new(
            "unknown-fact",
            "/facts",
            Words::new(
                "what identifies a person is never open",
                "дані особи не бувають відкритими",
            ),
            Words::new("give it as a private value", "подайте як закрите значення"),
        ));
    }
    let unknown = statement.sealed.keys().filter(|key| !PERSON_FIELDS.contains(&key.as_str()));
    violations.extend(unknown.map(|key| {
        Violation::new(
            "unknown-fact",
            format!("/sealed/{key}"),
            Words::new("no such field of a person", "такого поля особи немає"),
            Words::new(PERSON_FIELDS.join(", "), PERSON_FIELDS.join(", ")),
        )
    }));
    violations
}

fn check_registry_act(statement: &Statement) -> Option<Violation> {
    let known = RegistryAct::IDS.contains(&statement.act.as_str());
    (!known).then(|| unknown_act(&statement.act, "not an act of this kind of stream"))
}

fn unknown_act(act: &str, why: &str) -> Violation {
    Violation::new(
        "unknown-act",
        "/act",
        Words::new(format!("`{act}`: {why}"), format!("«{act}»: такої дії тут немає")),
        Words::new("see GET /v1/procedures for what there is", "перелік дій: GET /v1/procedures"),
    )
}
