//! Findings against the catalogue of defects, both ways: what a law file raises has a number and a
//! severity of the list, and what the list says is judged somewhere is.

use std::collections::{BTreeMap, BTreeSet};

use crate::law::{
    book::LawBook,
    engine::FLAGS,
    file::Severity,
    lists::{CodeList, DEFECTS, defect_number},
    model::{Effect, Law},
    node::{Node, Place},
    problem::Problem,
};

/// Who may raise a defect, as the list writes it.
const RULE: &str = "rule";
const CLOCK: &str = "clock";
const ENGINE: &str = "engine";
const AUDITOR: &str = "auditor";

/// The numbers that law files raise, each with the ways in which they do.
#[derive(Default)]
pub(super) struct Raised {
    ways: BTreeMap<String, BTreeSet<&'static str>>,
    /// Set where an edition does not load: what it raises is not known.
    pub incomplete: bool,
}

impl Raised {
    /// Notes what an edition raises; what does not fit the list is a problem. A folder without the
    /// list names its findings as it likes.
    pub(super) fn by(
        &mut self,
        book: &LawBook,
        file: &str,
        root: &Node,
        law: &Law,
    ) -> Vec<Problem> {
        let Some(list) = book.lists.get(DEFECTS) else { return Vec::new() };
        let mut problems = Vec::new();
        for rule in law.acts.values().flat_map(|act| &act.rules) {
            let severity = match rule.effect {
                Effect::Flag(severity) => Some(severity),
                Effect::Refuse => None,
            };
            let origin = (rule.origin.file.as_str(), rule.origin.at);
            problems.extend(self.note(&list.ready, RULE, (&rule.id, severity), origin));
        }
        for clock in &law.clocks {
            let Some(overdue) = &clock.overdue else { continue };
            let at = root.nearest(&["clocks", &clock.id, "overdue"]).at;
            let finding = (overdue.id.as_str(), Some(overdue.severity));
            problems.extend(self.note(&list.ready, CLOCK, finding, (file, at)));
        }
        problems
    }

    fn note(
        &mut self,
        list: &CodeList,
        way: &'static str,
        (id, severity): (&str, Option<Severity>),
        (file, at): (&str, Place),
    ) -> Option<Problem> {
        let number = defect_number(id)?;
        self.ways.entry(number.to_owned()).or_default().insert(way);
        let problem =
            |message: String, hint: &str| Some(Problem::new(file, at, message).hint(hint));
        let Some(severities) = attribute(list, number, "severity") else {
            let message = format!("`{id}`: {number} is not in {DEFECTS}");
            return problem(message, "its codes stand in codes/CL-DEFECT.yaml");
        };
        let severity = severity.map(|severity| format!("{severity:?}"))?;
        if severities.split(", ").any(|one| one == severity) {
            return None;
        }
        let message = format!("`{id}` weighs {severity}, {number} of {DEFECTS} {severities}");
        problem(message, "let rule and list weigh it alike")
    }

    /// What the list says of how a defect is judged, and law files do otherwise.
    pub(super) fn against_list(&self, book: &LawBook) -> Vec<Problem> {
        let Some(list) = book.lists.get(DEFECTS).filter(|_| !self.incomplete) else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        for (index, code) in list.read.codes.iter().enumerate() {
            let at = list.root.nearest(&["codes", &index.to_string()]).at;
            let says = |name| attribute(&list.ready, &code.code, name).unwrap_or_default();
            let judged: BTreeSet<&str> = says("judged").split(", ").collect();
            let mut complain = |message: String, hint: &str| {
                problems.push(Problem::new(&list.file, at, message).hint(hint));
            };
            let known = [RULE, CLOCK, ENGINE, AUDITOR];
            for other in judged.iter().filter(|way| !known.contains(*way)) {
                complain(
                    format!("{}: nothing judges by `{other}`", code.code),
                    "rule, clock, engine or auditor; a `note` says what is not judged",
                );
            }
            let raised = self.ways.get(&code.code);
            for way in [RULE, CLOCK] {
                let (said, done) = (judged.contains(way), raised.is_some_and(|r| r.contains(way)));
                if said && !done {
                    let message = format!("no {way} of a procedure raises {}", code.code);
                    complain(message, "raise it, or say in `judged` who does");
                } else if done && !said {
                    let message = format!("a {way} of a procedure raises {}", code.code);
                    complain(message, "say so in `judged`");
                }
            }
            if judged.contains(ENGINE) && !by_engine(&list.ready, &code.code) {
                let message = format!("no flag of the engine is {}", code.code);
                complain(message, "name the number as `defect` of a code ENG-…");
            }
        }
        problems
    }
}

fn attribute<'a>(list: &'a CodeList, code: &str, name: &str) -> Option<&'a str> {
    list.last(code)?.attributes.get(name).map(String::as_str)
}

/// Whether a code is a flag of the engine, or the number of one.
fn by_engine(list: &CodeList, code: &str) -> bool {
    FLAGS.iter().any(|flag| *flag == code || attribute(list, flag, "defect") == Some(code))
}
