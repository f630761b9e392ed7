//! What a verdict rests on, and the verdict: one place for the checks that every act must pass.
//!
//! The writer judges with it before an act is recorded; the auditor may judge again with the
//! circumstances of the act's own position.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use jiff::civil::Date;

use crate::act::{Act, RecordedAct};
use crate::aggregate::{Judge, Refusal};
use crate::ids::{AggregateType, StreamId};
use crate::law::engine::{COMPETENCE, EngineAct};
use crate::law::file::Severity;
use crate::law::fold::{View, linked_case};
use crate::law::judge::{Flag, Verdict, judge};
use crate::law::laws::Laws;
use crate::law::next::material_since;
use crate::registry::{Place, ROLE_SYSTEM, Registry, RegistryAct};
use crate::statement::Statement;
use crate::violation::{Certainty, Violation, Words};

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
    pub laws: Arc<Laws>,
    /// The ledger's date, in its time zone.
    pub today: Date,
    /// The log size that everything here reflects, or an earlier one.
    pub position: u64,
    /// The acts of the subjects' other cases.
    pub related: Vec<Arc<Vec<RecordedAct>>>,
    /// Those of [`must_exist`] that hold no act.
    pub unknown: BTreeSet<StreamId>,
    /// Why the texts behind a package to be published are not sound.
    pub package_fault: Option<String>,
}

/// Streams that must hold an act before the statement may name them: its subjects, and the case
/// that it links. A link to nowhere from an older time may still be taken back.
pub fn must_exist(statement: &Statement) -> impl Iterator<Item = StreamId> {
    let links = statement.act == EngineAct::Linked.id();
    let linked = links.then(|| linked_case(statement)).flatten();
    statement.subjects.iter().cloned().chain(linked)
}

/// What a draft would meet: everything but signatures.
#[derive(Debug, Clone, Default)]
pub struct Review {
    pub violations: Vec<Violation>,
    /// The law's verdict, for acts of cases.
    pub verdict: Option<Verdict>,
    /// Signers who do not hold the competence that the act asks for; this flags, never refuses.
    pub lacking_competence: Vec<StreamId>,
}

impl Judge for Circumstances {
    fn judge(&self, recorded: &[RecordedAct], act: &Act) -> Result<(), Refusal> {
        if let Some(first) = recorded.iter().find(|r| r.hash == act.hash()) {
            return Err(Refusal::Recorded(first.position));
        }
        let statement = act.statement();
        self.check_seen(recorded, statement)?;
        let place = self.place(recorded);
        self.registry.authorise(act, place).map_err(Refusal::Unsound)?;
        let violations = self.substance(recorded, statement).violations;
        if violations.is_empty() { Ok(()) } else { Err(Refusal::Unsound(violations)) }
    }
}

impl Circumstances {
    /// Judges a statement that nobody has signed yet.
    ///
    /// # Errors
    /// [`Refusal::Moved`] where it does not follow the stream's last material act.
    pub fn review(
        &self,
        recorded: &[RecordedAct],
        statement: &Statement,
    ) -> Result<Review, Refusal> {
        self.check_seen(recorded, statement)?;
        let mut review = self.substance(recorded, statement);
        let posts = self.registry.posts(statement, self.place(recorded));
        review.violations.splice(0..0, posts);
        Ok(review)
    }

    fn place(&self, recorded: &[RecordedAct]) -> Place {
        Place { today: self.today, position: self.position, opens: recorded.is_empty() }
    }

    /// What the statement says, whoever signs it.
    fn substance(&self, recorded: &[RecordedAct], statement: &Statement) -> Review {
        let mut review = Review::default();
        review.violations.extend(self.check_subjects(statement));
        review.violations.extend(self.check_link(statement));
        match statement.stream.kind() {
            AggregateType::Case => self.apply_law(recorded, statement, &mut review),
            AggregateType::Person => review.violations.extend(check_person(recorded, statement)),
            _ => review.violations.extend(self.check_registry_act(statement)),
        }
        if statement.stream.kind() != AggregateType::Case {
            review.violations.extend(self.check_date(statement));
        }
        review
    }

    fn apply_law(&self, recorded: &[RecordedAct], statement: &Statement, review: &mut Review) {
        let related: Vec<&[RecordedAct]> =
            self.related.iter().map(|acts| acts.as_slice()).collect();
        let view = View::new(self.today, self.position);
        let mut verdict = judge(&self.laws, recorded, &related, statement, view);
        review.violations.extend(verdict.refusals.iter().cloned());
        // Who only records what another decided needs no competence for it.
        let own = statement.author.is_none();
        if let Some(course) = verdict.competence_required.as_deref().filter(|_| own) {
            let day = statement.occurred_at.date_in(self.zone());
            let lacking = statement.signers.iter().filter(|signer| {
                signer.role != ROLE_SYSTEM
                    && !self
                        .registry
                        .signatory(&signer.by)
                        .is_some_and(|officer| officer.has_competence(course, day))
            });
            review.lacking_competence = lacking.map(|signer| signer.by.clone()).collect();
            if let Some(first) = review.lacking_competence.first() {
                verdict.flags.push(without_competence(statement, first, course, day));
            }
        }
        review.verdict = Some(verdict);
    }

    fn zone(&self) -> &TimeZone {
        self.laws.zone()
    }

    /// An act follows the last one its signer looked at, past immaterial acts only (DESIGN §3).
    fn check_seen(&self, recorded: &[RecordedAct], statement: &Statement) -> Result<(), Refusal> {
        let hashes = |acts: &[RecordedAct]| acts.iter().map(|act| act.hash).collect();
        let Some(seen) = statement.seen else {
            return if recorded.is_empty() {
                Ok(())
            } else {
                Err(Refusal::Moved(hashes(recorded)))
            };
        };
        let Some(place) = recorded.iter().position(|act| act.hash == seen) else {
            return Err(Refusal::Unsound(vec![unknown_seen()]));
        };
        let new = &recorded[place + 1..];
        if material_since(&self.laws, recorded, seen).is_empty() {
            return Ok(());
        }
        Err(Refusal::Moved(hashes(new)))
    }

    fn check_registry_act(&self, statement: &Statement) -> Option<Violation> {
        if !RegistryAct::IDS.contains(&statement.act.as_str()) {
            return Some(unknown_act(&statement.act, "not an act of this kind of stream"));
        }
        let fault = self.package_fault.as_ref()?;
        Some(Violation::new(
            "unsound-package",
            "/facts/package",
            Words::new(fault.clone(), format!("пакет права непридатний: {fault}")),
            Words::new("run `litopys procedure lint`", "виконайте `litopys procedure lint`"),
        ))
    }

    /// More than a day ahead cannot be true.
    fn check_date(&self, statement: &Statement) -> Option<Violation> {
        let day = statement.occurred_at.date_in(self.zone());
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

    /// What is linked must exist; its stream never goes away again.
    fn check_link(&self, statement: &Statement) -> Option<Violation> {
        let case = linked_case(statement).filter(|case| self.unknown.contains(case))?;
        Some(Violation::new(
            "unknown-case",
            "/facts/case",
            Words::new(format!("there is no {case}"), format!("справи {case} немає")),
            Words::new(
                "check its id, or open it first",
                "перевірте її ідентифікатор або спершу відкрийте її",
            ),
        ))
    }

    fn check_subjects(&self, statement: &Statement) -> Option<Violation> {
        let place = statement.subjects.iter().position(|s| self.unknown.contains(s))?;
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

/// Shown, never in the way: that a course stands behind a signature is a rule of this product.
fn without_competence(statement: &Statement, signer: &StreamId, course: &str, day: Date) -> Flag {
    let answer = statement.flags.iter().find(|answer| answer.rule == COMPETENCE);
    Flag {
        rule: COMPETENCE.to_owned(),
        severity: Severity::D,
        answered: answer.map(|answer| answer.answer),
        says: Words::new(
            format!("{signer} holds no competence {course} on {day}"),
            format!("{signer} не має компетентності {course} на {day}"),
        ),
        mend: Some(Words::new(
            "let somebody sign who holds it, or record CompetenceGranted",
            "нехай підпише той, хто її має, або внесіть CompetenceGranted",
        )),
        basis: Vec::new(),
        certainty: Certainty::Design,
    }
}

fn unknown_seen() -> Violation {
    Violation::new(
        "unknown-seen",
        "/seen",
        Words::new(
            "the act named as seen is not in this stream",
            "вказаного акта в цьому потоці немає",
        ),
        Words::new("draft again from the recorded stream", "складіть проєкт знову"),
    )
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

fn unknown_act(act: &str, why: &str) -> Violation {
    Violation::new(
        "unknown-act",
        "/act",
        Words::new(format!("`{act}`: {why}"), format!("«{act}»: такої дії тут немає")),
        Words::new("see GET /v1/procedures for what there is", "перелік дій: GET /v1/procedures"),
    )
}
