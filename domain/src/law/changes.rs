//! Why two editions of a procedure differ: switches of its own file, and of the general law it
//! includes.

use jiff::civil::Date;

use super::{
    book::{Entry, LawBook},
    file::{Many, Pending, Switch},
    node::{Node, Place},
    problem::Problem,
};
use crate::violation::{Certainty, Words};

/// A change of law that stands behind an edition.
#[derive(Debug, Clone)]
pub struct Change {
    pub switch: Switch,
    pub by: By,
}

/// Where a change is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Among the switches of the procedure's own file.
    Own,
    /// Among those of general law, here by its title.
    Included(Words),
    /// General law begins to apply; the switch carries its title.
    Joins,
    /// General law applies no more; the switch carries its title.
    Leaves,
}

impl LawBook {
    /// The changes of law after the edition of `after`, up to that of `to`, in the order of their
    /// days. What the procedure's own file says again of included law is told once.
    pub fn changes(&self, procedure: &str, after: Date, to: Date) -> Result<Vec<Change>, Problem> {
        let Some(entry) = self.procedures.get(procedure) else {
            let message = format!("no procedure `{procedure}`");
            return Err(Problem::new(procedure, Place::default(), message));
        };
        let between = |on: Date| after < on && on <= to;
        let mut found: Vec<Change> = Vec::new();
        for switch in switches(entry)?.into_iter().filter(|switch| between(switch.on)) {
            found.push(Change { switch, by: By::Own });
        }
        for general in self.includes(entry) {
            for switch in switches(general)?.into_iter().filter(|switch| between(switch.on)) {
                match found.iter_mut().find(|one| is_same(&one.switch, &switch)) {
                    // One of several that keeps open cases to the old text is enough (Laws::due).
                    Some(one) if switch.pending == Pending::Old => {
                        one.switch.pending = Pending::Old;
                    }
                    Some(_) => {}
                    None => found.push(Change { switch, by: By::Included(title(general)?) }),
                }
            }
            let end = general.root.get("until").and_then(Node::date);
            let ends = [(Some(general.since), By::Joins), (end, By::Leaves)];
            for (on, by) in ends {
                let Some(on) = on.filter(|on| between(*on)) else { continue };
                let switch = bound(general, on)?;
                if !found.iter().any(|one| says_bound(&one.switch, &switch)) {
                    found.push(Change { switch, by });
                }
            }
        }
        found.sort_by_key(|change| change.switch.on);
        Ok(found)
    }
}

fn switches(entry: &Entry) -> Result<Vec<Switch>, Problem> {
    let list = entry.root.get("switches").map(|list| list.read(&entry.file)).transpose()?;
    Ok(list.unwrap_or_default())
}

/// Files repeat a switch under the same number of the register, or in the same words.
fn is_same(one: &Switch, other: &Switch) -> bool {
    let numbered = one.reference.is_some() && one.reference == other.reference;
    one.on == other.on && (numbered || one.title == other.title)
}

/// A switch of the day that names the law already says that it begins or ends.
fn says_bound(one: &Switch, bound: &Switch) -> bool {
    one.on == bound.on && one.law.iter().any(|law| bound.law.contains(law))
}

/// The first day of general law, or the first without it, told as a switch.
fn bound(general: &Entry, on: Date) -> Result<Switch, Problem> {
    let law: Option<Many> =
        general.root.get("law").map(|law| law.read(&general.file)).transpose()?;
    let certainty: Option<Certainty> =
        general.root.get("certainty").map(|one| one.read(&general.file)).transpose()?;
    Ok(Switch {
        on,
        reference: None,
        title: title(general)?,
        law: law.unwrap_or_default(),
        pending: Pending::New,
        certainty,
    })
}

fn title(general: &Entry) -> Result<Words, Problem> {
    match general.root.get("title") {
        Some(title) => title.read(&general.file),
        None => Err(Problem::new(&general.file, general.root.at, "the file needs its `title`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCEDURE: &str = "
id: p
since: 2001-01-01
includes: [g]
switches: [{on: 2010-01-01, ref: X-1, title: {en: Own, uk: Own}}]
";
    const GENERAL: &str = "
id: g
kind: general
title: {en: General, uk: General}
law: [L1]
since: 2005-01-01
until: 2015-01-01
switches:
  - {on: 2010-01-01, ref: X-1, title: {en: Same, uk: Same}, pending: old}
  - {on: 2012-01-01, title: {en: Other, uk: Other}}
";

    fn changes(after: &str, to: &str) -> Vec<(String, String, By, Pending)> {
        let files = [("procedures/p.yaml", PROCEDURE), ("procedures/g.yaml", GENERAL)];
        let book = LawBook::read(files).unwrap();
        let found = book.changes("p", after.parse().unwrap(), to.parse().unwrap()).unwrap();
        let one = |Change { switch, by }: Change| {
            (switch.on.to_string(), switch.title.en, by, switch.pending)
        };
        found.into_iter().map(one).collect()
    }

    #[test]
    fn included_law_begins_changes_and_ends() {
        let general = || Words::new("General", "General");
        let one = |on: &str, title: &str, by| (on.to_owned(), title.to_owned(), by, Pending::New);
        let mut repeated = one("2010-01-01", "Own", By::Own);
        repeated.3 = Pending::Old;
        assert_eq!(
            changes("2001-01-01", "2020-01-01"),
            [
                one("2005-01-01", "General", By::Joins),
                repeated,
                one("2012-01-01", "Other", By::Included(general())),
                one("2015-01-01", "General", By::Leaves),
            ]
        );
        // The first day is that of an edition which has the change already.
        assert_eq!(
            changes("2010-01-01", "2012-01-01"),
            [one("2012-01-01", "Other", By::Included(general()))]
        );
    }
}
