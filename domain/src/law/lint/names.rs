//! Names that a file uses: codes, lists, letters, parameters.

use crate::law::{
    book::LawBook,
    file::{CodeFile, ProcedureFile},
    model::Law,
    node::Node,
    problem::Problem,
    rule::Seen,
};

pub(super) fn check(book: &LawBook, file: &str, root: &Node, law: &Law) -> Vec<Problem> {
    let Ok(read) = root.read::<ProcedureFile>(file) else { return Vec::new() };
    let mut names = Names { book, file, root, law, problems: Vec::new() };
    names.bases(&["law"], &read.law);
    for (id, act) in &read.acts {
        let path = |key| ["acts", id.as_str(), key];
        for role in act.signed_by.iter().flat_map(|roles| roles.iter()) {
            names.code(&path("signed_by"), "CL-ROLE", role);
        }
        for role in &act.on_behalf_of {
            names.code(&path("on_behalf_of"), "CL-ROLE", role);
        }
        for role in &act.recorded_by {
            names.code(&path("recorded_by"), "CL-ROLE", role);
        }
        if let Some(competence) = &act.competence {
            names.code(&path("competence"), "CL-COMPETENCE", competence);
        }
        if let Some(instance) = &act.instance {
            names.code(&path("instance"), "CL-INST", instance);
        }
        for route in act.appeal.iter() {
            names.code(&path("appeal"), "CL-APPEAL", route);
        }
        for letter in act.letter.iter().filter(|letter| !book.letters.contains_key(*letter)) {
            let message = format!("there is no letter `{letter}`");
            names.complain(&path("letter"), message, "letter templates lie in letters/");
        }
        names.bases(&path("basis"), &act.basis);
        for (index, rule) in act.rules.iter().enumerate() {
            let path = ["acts", id, "rules", &index.to_string()];
            if let Some(basis) = &rule.basis {
                names.bases(&path, basis);
            }
        }
    }
    for (id, clock) in &read.clocks {
        if let Some(basis) = &clock.basis {
            names.bases(&["clocks", id, "basis"], basis);
        }
    }
    names.field_lists(&read);
    names.parameters();
    let mut problems = names.problems;
    for (id, codes) in &read.codes {
        problems.extend(code_list(file, root, id, codes));
    }
    problems
}

const LISTS: &str = "lists lie in codes/, or under `codes` of the file";

struct Names<'a> {
    book: &'a LawBook,
    file: &'a str,
    root: &'a Node,
    law: &'a Law,
    problems: Vec<Problem>,
}

impl Names<'_> {
    fn complain(&mut self, path: &[&str], message: String, hint: &str) {
        let at = self.root.nearest(path).at;
        self.problems.push(Problem::new(self.file, at, message).hint(hint));
    }

    fn code(&mut self, path: &[&str], list: &str, code: &str) {
        match self.book.lists.get(list) {
            None => self.complain(path, format!("there is no code list {list}"), LISTS),
            Some(found) if !found.ready.knows(code) => {
                let hint = format!("its codes stand in codes/{list}.yaml");
                self.complain(path, format!("`{code}` is not in {list}"), &hint);
            }
            Some(_) => {}
        }
    }

    /// A basis is `ACT:article`, the act in CL-ACT.
    fn bases(&mut self, path: &[&str], bases: &[String]) {
        for basis in bases {
            let act = basis.split(':').next().unwrap_or_default();
            self.code(path, "CL-ACT", act);
        }
    }

    /// Parameters that an edition's rules read before they have a value.
    fn parameters(&mut self) {
        let mut early = Vec::new();
        self.law.visit_rules(|seen| {
            if let Seen::Param(name) = seen
                && let Some(parameter) = self.law.parameters.get(name)
                && parameter.starts() > self.law.edition
            {
                early.push((name.to_owned(), parameter.starts()));
            }
        });
        for (name, starts) in early {
            let edition = self.law.edition;
            let message =
                format!("the edition of {edition} reads `{name}`, which starts on {starts}");
            self.complain(&[], message, "give it a value from the first day it is read");
        }
    }

    fn field_lists(&mut self, read: &ProcedureFile) {
        for (id, act) in &self.law.acts {
            for (name, field) in &act.fields {
                if let Some(list) = field.ty.code_list()
                    && !self.law.lists.contains_key(list)
                {
                    let own = read.acts.contains_key(id);
                    let path = if own { vec!["acts", id, "fields", name] } else { vec![] };
                    let message = format!("{id}.{name}: there is no code list {list}");
                    self.complain(&path, message, LISTS);
                }
            }
        }
    }
}

/// Codes without a name, and mergers into nothing.
pub(super) fn code_list(file: &str, root: &Node, id: &str, codes: &[CodeFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, code) in codes.iter().enumerate() {
        let index = index.to_string();
        let own_file = ["codes", &index];
        let inline = ["codes", id, &index];
        let path: &[&str] =
            if root.get("id").and_then(Node::text) == Some(id) { &own_file } else { &inline };
        let mut complain = |message: String, hint: &str| {
            problems.push(Problem::new(file, root.nearest(path).at, message).hint(hint));
        };
        if code.code.is_empty() {
            complain(format!("a code of {id} is empty"), "acts cite codes by it");
        }
        if let Some(target) = &code.merged_into
            && (code.until.is_none() || !codes.iter().any(|c| &c.code == target))
        {
            let message = format!("`{}` is merged into nothing, or never", code.code);
            complain(message, "give `until`, the day of the merger, and a target in this list");
        }
    }
    problems
}
