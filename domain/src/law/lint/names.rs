//! Codes that are in no list, texts without a translation.

use std::collections::BTreeMap;

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
        for route in act.appeal.iter() {
            names.code(&path("appeal"), "CL-APPEAL", route);
        }
        for letter in act.letter.iter().filter(|letter| !book.letters.contains_key(*letter)) {
            names.complain(&path("letter"), format!("there is no letter `{letter}`"));
        }
        names.bases(&path("basis"), &act.basis);
        names.words(&path("title"), [&act.title.en, &act.title.uk]);
        for (name, field) in &act.fields {
            if let Some(title) = &field.title {
                names.words(&["acts", id, "fields", name], [&title.en, &title.uk]);
            }
        }
        for (index, rule) in act.rules.iter().enumerate() {
            let path = ["acts", id, "rules", &index.to_string()];
            names.words(&path, [&rule.says.en, &rule.says.uk]);
            if let Some(basis) = &rule.basis {
                names.bases(&path, basis);
            }
        }
    }
    for (id, clock) in &read.clocks {
        if let Some(basis) = &clock.basis {
            names.bases(&["clocks", id, "basis"], basis);
        }
        names.words(&["clocks", id, "title"], [&clock.title.en, &clock.title.uk]);
    }
    for (id, state) in &read.states {
        names.words(&["states", id], [&state.en, &state.uk]);
    }
    names.field_lists(&read);
    names.parameters();
    let mut problems = names.problems;
    for (id, codes) in &read.codes {
        problems.extend(code_list(file, root, id, codes));
    }
    problems
}

struct Names<'a> {
    book: &'a LawBook,
    file: &'a str,
    root: &'a Node,
    law: &'a Law,
    problems: Vec<Problem>,
}

impl Names<'_> {
    fn complain(&mut self, path: &[&str], message: String) {
        let at = self.root.nearest(path).at;
        self.problems.push(Problem::new(self.file, at, message));
    }

    fn code(&mut self, path: &[&str], list: &str, code: &str) {
        match self.book.lists.get(list) {
            None => self.complain(path, format!("there is no code list {list}")),
            Some(found) if !found.ready.knows(code) => {
                self.complain(path, format!("`{code}` is not in {list}"));
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

    fn words(&mut self, path: &[&str], words: [&String; 2]) {
        if words.iter().any(|text| text.trim().is_empty()) {
            self.complain(path, "a text is empty in one language".to_owned());
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
            self.complain(&[], message);
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
                    self.complain(&path, format!("{id}.{name}: there is no code list {list}"));
                }
            }
        }
    }
}

/// Codes without a text, and codes in force twice at one time.
pub(super) fn code_list(file: &str, root: &Node, id: &str, codes: &[CodeFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, Vec<&CodeFile>> = BTreeMap::new();
    for (index, code) in codes.iter().enumerate() {
        let index = index.to_string();
        let own_file = ["codes", &index];
        let inline = ["codes", id, &index];
        let path: &[&str] =
            if root.get("id").and_then(Node::text) == Some(id) { &own_file } else { &inline };
        let mut complain =
            |message: String| problems.push(Problem::new(file, root.nearest(path).at, message));
        if code.code.is_empty() || code.en.trim().is_empty() || code.uk.trim().is_empty() {
            complain(format!("`{}` of {id} lacks a text in one language", code.code));
        }
        let others = seen.entry(&code.code).or_default();
        if others.iter().any(|other| overlap(other, code)) {
            complain(format!("`{}` stands twice in {id} for one time", code.code));
        }
        if let Some(target) = &code.merged_into
            && (code.until.is_none() || !codes.iter().any(|c| &c.code == target))
        {
            complain(format!("`{}` needs `until` and a target in the list to merge", code.code));
        }
        others.push(code);
    }
    problems
}

fn overlap(one: &CodeFile, other: &CodeFile) -> bool {
    let starts_before_end = |a: &CodeFile, b: &CodeFile| match (a.since, b.until) {
        (Some(since), Some(until)) => since < until,
        _ => true,
    };
    starts_before_end(one, other) && starts_before_end(other, one)
}
