//! The laws as published in the log, and the one function that says which of them judges an act.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{civil::Date, tz::TimeZone};

use super::{file::Pending, model::Law, package::Package};

/// Every published package, with the position from which it counts, and the ledger's time zone.
#[derive(Debug, Clone)]
pub struct Laws {
    zone: TimeZone,
    /// By procedure and first day of the edition, in the order of publication.
    procedures: BTreeMap<String, BTreeMap<Date, Vec<Published>>>,
}

#[derive(Debug, Clone)]
struct Published {
    position: u64,
    package: Arc<Package>,
}

/// What an act is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    pub procedure: &'q str,
    /// The act's legal date.
    pub date: Date,
    /// The legal date on which the case was opened; `None` for the opening act.
    pub opened: Option<Date>,
    /// The act's position: packages published before it count.
    pub position: u64,
}

/// The packages that judge an act.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// The edition in force on the act's legal date: what the act cites.
    pub package: &'a Package,
    /// Where states and clocks come from: the same, or the edition of the opening date where a
    /// switch since then left pending cases to the old text.
    pub states: &'a Package,
}

impl<'a> Due<'a> {
    pub fn law(self) -> &'a Law {
        &self.package.law
    }

    pub fn states_law(self) -> &'a Law {
        &self.states.law
    }
}

impl Laws {
    /// No law yet, in the ledger's time zone.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, procedures: BTreeMap::new() }
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A package published at `position` judges acts after it.
    pub fn publish(&mut self, position: u64, package: Arc<Package>) {
        let editions = self.procedures.entry(package.law.procedure.clone()).or_default();
        let published = editions.entry(package.law.edition).or_default();
        published.push(Published { position, package });
        published.sort_by_key(|one| one.position);
    }

    /// The ids of procedures with a published package.
    pub fn procedures(&self) -> impl Iterator<Item = &str> {
        self.procedures.keys().map(String::as_str)
    }

    /// The package of the edition in force on a date, of several the last published before
    /// `position`.
    pub fn in_force(&self, procedure: &str, date: Date, position: u64) -> Option<&Package> {
        let editions = self.procedures.get(procedure)?;
        editions.range(..=date).rev().find_map(|(_, published)| last_before(published, position))
    }

    /// The packages that judge an act. `None` where no edition was in force and published.
    pub fn due(&self, question: Question<'_>) -> Option<Due<'_>> {
        let Question { procedure, date, opened, position } = question;
        let package = self.in_force(procedure, date, position)?;
        let kept = opened.filter(|opened| {
            package
                .law
                .switches
                .iter()
                .any(|(on, pending)| *pending == Pending::Old && opened < on && *on <= date)
        });
        let states = kept.and_then(|opened| self.in_force(procedure, opened, position));
        Some(Due { package, states: states.unwrap_or(package) })
    }

    /// As [`Self::due`]; for a paper record from before the first edition, the first edition.
    pub fn due_for_record(&self, question: Question<'_>) -> Option<Due<'_>> {
        self.due(question).or_else(|| {
            let editions = self.procedures.get(question.procedure)?;
            let first = editions
                .values()
                .find_map(|published| last_before(published, question.position))?;
            (first.law.edition > question.date).then_some(Due { package: first, states: first })
        })
    }

    /// Every published edition of a procedure.
    pub fn editions(&self, procedure: &str) -> impl Iterator<Item = &Law> {
        let editions = self.procedures.get(procedure).into_iter().flat_map(BTreeMap::values);
        editions.flatten().map(|published| &published.package.law)
    }

    /// The first switch that lies after `after` and not after `until`, among the editions
    /// published.
    pub fn switch_between(&self, procedure: &str, after: Date, until: Date) -> Option<Date> {
        let editions = self.procedures.get(procedure)?;
        editions.keys().find(|date| after < **date && **date <= until).copied()
    }
}

fn last_before(published: &[Published], position: u64) -> Option<&Package> {
    published.iter().rfind(|one| one.position < position).map(|one| &*one.package)
}
