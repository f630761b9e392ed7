//! The linter: what compiles may still be wrong. Every finding has file, line and column.

mod defects;
mod examples;
mod graph;
mod names;
mod spans;
mod words;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    book::{Cut, Entry, LawBook},
    model::Law,
    node::{Kind, Node},
    problem::Problem,
};

impl LawBook {
    /// Everything that is wrong with the files, sorted by place. An empty list means that every
    /// edition of every procedure loads, its examples hold, and its names and states hang together.
    pub fn lint(&self) -> Vec<Problem> {
        let mut problems = BTreeSet::new();
        for (id, list) in &self.lists {
            problems.extend(names::code_list(&list.file, &list.root, id, &list.read.codes));
        }
        for entry in self.procedures.values().chain(self.generals.values()) {
            problems.extend(unlisted_switches(entry));
            problems.extend(gaps(entry));
        }
        for (file, root) in self.trees() {
            words::check(file, root, &mut problems);
            spans::check(file, root, &mut problems);
        }
        let ids: Vec<&str> = self.procedures().collect();
        let mut raised = defects::Raised::default();
        for id in ids {
            self.lint_procedure(id, &mut raised, &mut problems);
        }
        problems.extend(raised.against_list(self));
        problems.into_iter().collect()
    }

    /// Every file but the letters.
    fn trees(&self) -> impl Iterator<Item = (&str, &Node)> {
        let entries = self.procedures.values().chain(self.generals.values());
        let lists = self.lists.values().map(|one| (one.file.as_str(), &one.root));
        let parameters = self.parameters.values().map(|one| (one.file.as_str(), &one.root));
        let calendars = self.calendars.values().map(|one| (one.file.as_str(), &one.root));
        let entries = entries.map(|entry| (entry.file.as_str(), &entry.root));
        entries.chain(lists).chain(parameters).chain(calendars)
    }

    fn lint_procedure(
        &self,
        id: &str,
        raised: &mut defects::Raised,
        problems: &mut BTreeSet<Problem>,
    ) {
        let Some(entry) = self.procedures.get(id) else { return };
        let dates = self.edition_dates(id);
        let mut unrun = examples::Unrun::default();
        let mut all_load = true;
        for (index, date) in dates.iter().enumerate() {
            let next = dates.get(index + 1).copied().unwrap_or(Date::MAX);
            let found = self.cut(id, *date).and_then(|cut| Ok((self.compiled(&cut)?, cut)));
            match found {
                Err(found) => {
                    (all_load, raised.incomplete) = (false, true);
                    problems.extend(found);
                }
                Ok((law, Cut { root, .. })) => {
                    problems.extend(examples::run(&law, next, &mut unrun));
                    problems.extend(graph::check(&entry.file, &root, &law));
                    problems.extend(names::check(self, &entry.file, &root, &law));
                    problems.extend(raised.by(self, &entry.file, &root, &law));
                    problems.extend(self.other_procedures(&law));
                }
            }
        }
        // An edition that does not load may be the one an example belongs to.
        if all_load {
            problems.extend(unrun.problems());
        }
    }

    /// States, clocks and acts of other procedures that rules ask for.
    fn other_procedures(&self, law: &Law) -> Vec<Problem> {
        use super::rule::{Question, Seen};
        let mut problems = Vec::new();
        for act in law.acts.values() {
            for rule in &act.rules {
                rule.condition.visit(|seen| {
                    let Seen::Question(question) = seen else { return };
                    let (procedure, kind, names): (_, _, Vec<&String>) = match question {
                        Question::SubjectHas { procedure, states } => {
                            (procedure, "states", states.iter().collect())
                        }
                        Question::SubjectTermOpen { procedure, states, clock } => {
                            if !self.ever_had(procedure, "clocks", clock) {
                                let message = format!("`{procedure}` has no clock `{clock}`");
                                problems.push((rule, message));
                            }
                            (procedure, "states", states.iter().collect())
                        }
                        Question::SubjectRecorded { procedure, act } => {
                            (procedure, "acts", vec![act])
                        }
                        Question::HeldSince { procedure, start, end } => {
                            (procedure, "acts", vec![start, end])
                        }
                        Question::SubjectOpen(procedure)
                            if !self.procedures.contains_key(procedure) =>
                        {
                            problems.push((rule, format!("there is no procedure `{procedure}`")));
                            return;
                        }
                        _ => return,
                    };
                    for name in names.into_iter().filter(|n| !self.ever_had(procedure, kind, n)) {
                        problems.push((rule, format!("`{procedure}` has no {kind} `{name}`")));
                    }
                });
            }
        }
        problems
            .into_iter()
            .map(|(rule, message)| {
                Problem::new(&rule.origin.file, rule.origin.at, message)
                    .hint("name it as the file of that procedure does")
            })
            .collect()
    }

    fn ever_had(&self, procedure: &str, kind: &str, name: &str) -> bool {
        let root = self.procedures.get(procedure).map(|entry| &entry.root);
        root.and_then(|root| root.get(kind)?.get(name)).is_some()
    }
}

/// Dates at which the file changes without a switch that says why.
fn unlisted_switches(entry: &Entry) -> Vec<Problem> {
    let listed: BTreeSet<Date> = match entry.root.get("switches").map(|node| &node.kind) {
        Some(Kind::List(items)) => items.iter().filter_map(|i| i.get("on")?.date()).collect(),
        _ => BTreeSet::new(),
    };
    let end = entry.root.get("until").and_then(Node::date);
    entry
        .switches
        .iter()
        .filter(|(date, _)| !listed.contains(*date) && Some(**date) != end)
        .map(|(date, at)| {
            Problem::new(&entry.file, *at, format!("{date} is no switch of this file"))
                .hint("list it in `switches` with the law that changed")
        })
        .collect()
}

/// Dated values that begin after what they stand in: a gap.
fn gaps(entry: &Entry) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk_gaps(&entry.file, &entry.root, entry.since, &mut problems);
    problems
}

fn walk_gaps(file: &str, node: &Node, start: Date, problems: &mut Vec<Problem>) {
    match &node.kind {
        Kind::Map(pairs) => {
            let start = node.get("since").and_then(Node::date).map_or(start, |s| s.max(start));
            for (_, value) in pairs {
                walk_gaps(file, value, start, problems);
            }
        }
        Kind::List(items) => {
            let dated = items.iter().all(|i| i.get("from").is_some() && i.get("is").is_some());
            let first = items.first().filter(|_| dated).and_then(|i| i.get("from"));
            if let Some((from, date)) = first.and_then(|from| Some((from, from.date()?)))
                && date > start
            {
                let message = format!("there is no value from {start} until {date}");
                problems.push(
                    Problem::new(file, from.at, message)
                        .hint("the first `from` must not be later than what it stands in"),
                );
            }
            for item in items {
                walk_gaps(file, item, start, problems);
            }
        }
        _ => {}
    }
}
