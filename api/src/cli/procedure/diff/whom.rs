//! For whom something changes: those who sign, record or are recorded for, and the person.

use std::collections::{BTreeMap, BTreeSet};

use litopys_domain::law::model::ActLaw;

use super::sides::{Sides, roles};
use super::{Entry, told};

/// What changes for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    New,
    Gone,
    Course,
    Signers,
    Facts,
    Rules,
    Basis,
    Appeal,
    Term,
}

impl Topic {
    fn words(self, sides: &Sides<'_>) -> &'static str {
        let (en, uk) = match self {
            Self::New => ("new", "нова"),
            Self::Gone => ("gone", "більше немає"),
            Self::Course => ("course", "перебіг"),
            Self::Signers => ("who signs", "хто підписує"),
            Self::Facts => ("facts", "дані"),
            Self::Rules => ("rules", "правила"),
            Self::Basis => ("basis", "підстава"),
            Self::Appeal => ("service and appeal", "вручення й оскарження"),
            Self::Term => ("term", "строк"),
        };
        sides.lang.pick(en, uk)
    }
}

type Matters = BTreeMap<String, BTreeSet<Topic>>;

#[derive(Debug, Default)]
pub(super) struct Whom {
    roles: BTreeMap<String, Matters>,
    person: Matters,
}

impl Whom {
    /// For everybody who has to do with the act.
    pub(super) fn act(&mut self, act: &ActLaw, id: &str, topic: Topic) {
        for role in roles(act) {
            let matters = self.roles.entry(role.to_owned()).or_default();
            matters.entry(id.to_owned()).or_default().insert(topic);
        }
    }

    pub(super) fn person(&mut self, what: &str, topic: Topic) {
        self.person.entry(what.to_owned()).or_default().insert(topic);
    }

    pub(super) fn entries(&self, sides: &Sides<'_>) -> Vec<Entry> {
        let of = |matters: &Matters| {
            let one = |(act, topics): (&String, &BTreeSet<Topic>)| {
                let topics: Vec<_> = topics.iter().map(|topic| topic.words(sides)).collect();
                format!("{act} ({})", topics.join(", "))
            };
            matters.iter().map(one).collect::<Vec<_>>().join("; ")
        };
        let mut entries = Vec::new();
        if !self.person.is_empty() {
            let matters = of(&self.person);
            entries.push(Entry::of(told!(sides.lang, "the person: {matters}", "особа: {matters}")));
        }
        for (role, matters) in &self.roles {
            entries.push(Entry::of(format!("{}: {}", sides.role(role), of(matters))));
        }
        entries
    }
}
