//! The law files of a folder, read together: editions, switch dates and packages to publish.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    calendar::{Calendar, CalendarFile},
    compile::{Parts, Source, compile},
    cut::{cut, switch_dates},
    file::{ListFile, ParameterFile},
    lists::{CodeList, DEFECTS, Parameter},
    model::Law,
    node::{Node, Place},
    package::{PackageTexts, Text, canonical, frame},
    problem::{Problem, Unready},
    rule::Seen,
};
use crate::ids::ContentHash;

/// Lists that every package carries, because the engine looks codes up in them.
pub const ENGINE_LISTS: [&str; 15] = [
    "CL-ROLE",
    "CL-ACT",
    "CL-TO",
    "CL-PLACE",
    "CL-SOURCE",
    "CL-APPEAL",
    "CL-LANG",
    "CL-CHANNEL",
    "CL-LOSS",
    "CL-COMPETENCE",
    DEFECTS,
    "CL-NOT-ACCEPTED",
    "CL-LINK",
    "CL-STOP",
    "CL-TRANSFER",
];

/// Every law file, read. Made by [`LawBook::read`] from paths relative to the folder that holds
/// `procedures/`, `codes/`, `calendars/`, `parameters/` and `letters/`.
#[derive(Debug, Default)]
pub struct LawBook {
    pub(super) procedures: BTreeMap<String, Entry>,
    pub(super) generals: BTreeMap<String, Entry>,
    pub(super) lists: BTreeMap<String, Listed<CodeList, ListFile>>,
    pub(super) parameters: BTreeMap<String, Listed<Parameter, ParameterFile>>,
    pub(super) calendars: BTreeMap<String, Listed<Calendar, CalendarFile>>,
    pub(super) letters: BTreeMap<String, Arc<str>>,
}

/// A dated file.
#[derive(Debug)]
pub(super) struct Entry {
    pub file: String,
    pub root: Node,
    pub since: Date,
    /// Dates after `since` at which it changes.
    pub switches: BTreeMap<Date, Place>,
}

/// A file that is looked up by date, not cut: its tree, its typed form, and its canonical text.
#[derive(Debug)]
pub(super) struct Listed<T, F> {
    pub file: String,
    pub root: Node,
    pub read: F,
    pub ready: Arc<T>,
    pub text: Arc<str>,
}

/// The files of an edition, cut to its date.
pub(super) struct Cut<'b> {
    pub entry: &'b Entry,
    pub root: Node,
    includes: Vec<(&'b Entry, Node)>,
}

impl LawBook {
    /// Reads law files; the problems of all files come together.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Problem>> {
        let mut book = Self::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            if let Err(found) = book.add(path, text) {
                problems.extend(found);
            }
        }
        if problems.is_empty() { Ok(book) } else { Err(problems) }
    }

    fn add(&mut self, path: &str, text: &str) -> Result<(), Vec<Problem>> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = folders.split('/').next().unwrap_or_default();
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        if stem == "README" {
            return Ok(());
        }
        if folder == "letters" {
            self.letters.insert(stem.to_owned(), text.into());
            return Ok(());
        }
        let one = |problem| vec![problem];
        let root = Node::from_yaml(path, text).map_err(one)?;
        let id = root.get("id").and_then(Node::text).unwrap_or_default();
        if id != stem {
            let message = match id {
                "" => "the file needs its `id`".to_owned(),
                id => format!("the file of `{id}` is called {name}"),
            };
            return Err(one(Problem::new(path, root.nearest(&["id"]).at, message)
                .hint("the file name is the id")));
        }
        match folder {
            "procedures" => self.add_procedure(path, stem, root),
            "codes" => {
                let list = listed(path, root, |file| Ok(CodeList::from_file(file)))?;
                self.lists.insert(stem.to_owned(), list);
                Ok(())
            }
            "parameters" => {
                self.parameters.insert(stem.to_owned(), listed(path, root, Parameter::new)?);
                Ok(())
            }
            "calendars" => {
                self.calendars.insert(stem.to_owned(), listed(path, root, Calendar::new)?);
                Ok(())
            }
            other => {
                let message = format!("law files do not lie in `{other}`");
                Err(one(Problem::new(path, Place::default(), message)))
            }
        }
    }

    fn add_procedure(&mut self, path: &str, id: &str, root: Node) -> Result<(), Vec<Problem>> {
        let Some(since) = root.get("since").and_then(Node::date) else {
            let problem = Problem::new(path, root.at, "the file needs `since`, its first day");
            return Err(vec![problem.hint("such as `since: 2012-05-21`")]);
        };
        let switches = switch_dates(path, &root)?;
        let entries =
            if root.get("kind").is_some() { &mut self.generals } else { &mut self.procedures };
        entries.insert(id.to_owned(), Entry { file: path.to_owned(), root, since, switches });
        Ok(())
    }

    /// The ids of all procedures.
    pub fn procedures(&self) -> impl Iterator<Item = &str> {
        self.procedures.keys().map(String::as_str)
    }

    /// The first days of all editions of a procedure, ascending: where it, or general law it
    /// includes, changes.
    pub fn edition_dates(&self, procedure: &str) -> Vec<Date> {
        let Some(entry) = self.procedures.get(procedure) else { return Vec::new() };
        let end = entry.root.get("until").and_then(Node::date);
        let mut dates = BTreeSet::from([entry.since]);
        dates.extend(entry.switches.keys());
        for general in self.includes(entry) {
            dates.insert(general.since);
            dates.extend(general.switches.keys());
        }
        dates.retain(|date| *date >= entry.since && end.is_none_or(|end| *date < end));
        dates.into_iter().collect()
    }

    /// The consolidated edition in force on a date, as its canonical text. `None` where there is
    /// none.
    pub fn edition_text(&self, procedure: &str, date: Date) -> Option<String> {
        let entry = self.procedures.get(procedure)?;
        let start = *self.edition_dates(procedure).iter().rfind(|start| **start <= date)?;
        cut(&entry.root, date)?;
        Some(canonical(&cut(&entry.root, start)?.to_json()))
    }

    pub(super) fn includes<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a Entry> {
        let ids = entry.root.get("includes").map(|node| match &node.kind {
            super::node::Kind::List(items) => items.as_slice(),
            _ => &[],
        });
        ids.into_iter().flatten().filter_map(|id| self.generals.get(id.text()?))
    }

    /// The law of the edition that begins on `date`, compiled from the files.
    pub fn law(&self, procedure: &str, date: Date) -> Result<Law, Vec<Problem>> {
        self.compiled(&self.cut(procedure, date)?)
    }

    /// The package of the edition that begins on `date`, ready to publish.
    pub fn package(&self, procedure: &str, date: Date) -> Result<PackageTexts, Vec<Problem>> {
        let cut = self.cut(procedure, date)?;
        Ok(self.texts(&self.compiled(&cut)?, &cut))
    }

    /// A procedure and what it includes, as they are on a date.
    pub(super) fn cut(&self, id: &str, date: Date) -> Result<Cut<'_>, Vec<Problem>> {
        let absent = |message: String| vec![Problem::new(id, Place::default(), message)];
        let entry =
            self.procedures.get(id).ok_or_else(|| absent(format!("no procedure `{id}`")))?;
        let root = cut(&entry.root, date)
            .ok_or_else(|| absent(format!("`{id}` is not in force on {date}")))?;
        self.check_includes(entry)?;
        let includes = self.includes(entry);
        let includes =
            includes.filter_map(|general| Some((general, cut(&general.root, date)?))).collect();
        Ok(Cut { entry, root, includes })
    }

    pub(super) fn compiled(&self, edition: &Cut<'_>) -> Result<Law, Vec<Problem>> {
        compile(&Parts {
            procedure: Source { file: &edition.entry.file, root: &edition.root },
            includes: edition
                .includes
                .iter()
                .map(|(general, root)| Source { file: &general.file, root })
                .collect(),
            lists: ready(&self.lists),
            parameters: ready(&self.parameters),
            calendars: ready(&self.calendars),
        })
    }

    fn check_includes(&self, entry: &Entry) -> Result<(), Vec<Problem>> {
        let Some(node) = entry.root.get("includes") else { return Ok(()) };
        let super::node::Kind::List(items) = &node.kind else { return Ok(()) };
        let unknown = items
            .iter()
            .filter(|item| item.text().is_none_or(|id| !self.generals.contains_key(id)))
            .map(|item| Problem::new(&entry.file, item.at, "there is no such general-law file"))
            .collect::<Vec<_>>();
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }

    /// Names what the law uses, no more: an unrelated list does not change a package.
    fn texts(&self, law: &Law, cut: &Cut<'_>) -> PackageTexts {
        let mut texts = BTreeMap::new();
        let mut keep = |kind, content: Arc<str>| {
            let hash = ContentHash::of(content.as_bytes());
            texts.insert(hash, Text { kind, content });
            hash
        };
        let edition = keep("edition", canonical(&cut.root.to_json()).into());
        let mut manifest = frame(&law.procedure, law.edition, edition);
        for (general, root) in &cut.includes {
            let id = general.root.get("id").and_then(Node::text).unwrap_or_default();
            let hash = keep("include", canonical(&root.to_json()).into());
            manifest.includes.insert(id.to_owned(), hash);
        }
        for id in used_lists(law) {
            if let Some(list) = self.lists.get(id) {
                manifest.codes.insert(id.to_owned(), keep("codes", Arc::clone(&list.text)));
            }
        }
        for (id, calendar) in &self.calendars {
            let mut used = law.clocks.iter().map(|clock| &clock.calendar).chain([&law.calendar]);
            if used.any(|used| Arc::ptr_eq(used, &calendar.ready)) {
                manifest.calendars.insert(id.clone(), keep("calendar", Arc::clone(&calendar.text)));
            }
        }
        for id in used_parameters(law) {
            if let Some(parameter) = self.parameters.get(id) {
                let hash = keep("parameter", Arc::clone(&parameter.text));
                manifest.parameters.insert(id.to_owned(), hash);
            }
        }
        for id in law.acts.values().filter_map(|act| act.letter.as_ref()) {
            if let Some(letter) = self.letters.get(id) {
                manifest.letters.insert(id.clone(), keep("letter", Arc::clone(letter)));
            }
        }
        let text = canonical(&manifest);
        PackageTexts {
            hash: ContentHash::of(text.as_bytes()),
            procedure: law.procedure.clone(),
            edition: law.edition,
            manifest: text,
            texts,
        }
    }
}

fn ready<T, F>(listed: &BTreeMap<String, Listed<T, F>>) -> BTreeMap<String, Arc<T>> {
    listed.iter().map(|(id, one)| (id.clone(), Arc::clone(&one.ready))).collect()
}

fn used_lists(law: &Law) -> BTreeSet<&str> {
    let fields = law.acts.values().flat_map(|act| act.fields.values());
    let mut used: BTreeSet<&str> = fields.filter_map(|field| field.ty.code_list()).collect();
    used.extend(ENGINE_LISTS);
    used
}

fn used_parameters(law: &Law) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    law.visit_rules(|seen| {
        if let Seen::Param(name) = seen {
            used.insert(name);
        }
    });
    used
}

fn listed<T, F: serde::de::DeserializeOwned>(
    file: &str,
    root: Node,
    ready: impl Fn(&F) -> Result<T, Unready>,
) -> Result<Listed<T, F>, Vec<Problem>> {
    let read: F = root.read(file).map_err(|problem| vec![problem])?;
    let ready = ready(&read).map_err(|error| {
        let path: Vec<&str> = error.path.iter().map(String::as_str).collect();
        let problem = Problem::new(file, root.nearest(&path).at, error.message);
        vec![problem.hint("values are dated, ascend, and have the type that the file names")]
    })?;
    let text = canonical(&root.to_json()).into();
    Ok(Listed { file: file.to_owned(), root, read, ready: Arc::new(ready), text })
}
