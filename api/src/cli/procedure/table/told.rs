//! What the table tells of one procedure, over all its editions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use jiff::civil::Date;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::file::Switch;
use litopys_domain::law::model::Law;
use litopys_domain::law::node::Node;
use litopys_domain::violation::{Certainty, Words};

/// One procedure.
pub(super) struct Told {
    pub id: String,
    pub title: Words,
    pub short: String,
    pub subsystem: String,
    pub file: String,
    /// Its row of the catalogue, such as P10.
    pub row: Option<String>,
    pub editions: Vec<Edition>,
    pub acts: BTreeSet<String>,
    pub clocks: BTreeMap<String, Clock>,
    /// Rules of its own file and defects of its clocks.
    pub rules: BTreeSet<String>,
    /// Rules that included law adds.
    pub added: BTreeSet<String>,
    pub lists: BTreeSet<String>,
    pub feeds: BTreeSet<String>,
    pub certainty: Counts,
}

/// A day on which it changes.
pub(super) struct Edition {
    pub on: Date,
    pub switches: Vec<Switch>,
}

/// A term, as it last stood.
pub(super) struct Clock {
    /// `15wd`, or nothing where it ends on a date of the case.
    pub length: Option<String>,
    /// The row of the catalogue that a comment in the file names, such as CLK-RET-01.
    pub rows: BTreeSet<String>,
}

/// Acts, rules and clocks of the procedure's own file, by certainty.
#[derive(Default)]
pub(super) struct Counts {
    pub sure: usize,
    pub check: usize,
    pub design: usize,
}

/// Every procedure, by subsystem and id.
pub(super) fn all(book: &LawBook, files: &[(String, String)]) -> anyhow::Result<Vec<Told>> {
    let generals = switches_of_general_law(files)?;
    let mut all = Vec::new();
    for id in book.procedures() {
        let ending = format!("/{id}.yaml");
        let (path, text) = files
            .iter()
            .find(|(path, _)| path.starts_with("procedures/") && path.ends_with(&ending))
            .with_context(|| format!("the file of {id} is gone"))?;
        all.push(Told::read(book, id, path, text, &generals)?);
    }
    all.sort_by(|a, b| (&a.row, &a.subsystem, &a.id).cmp(&(&b.row, &b.subsystem, &b.id)));
    Ok(all)
}

type Generals = BTreeMap<String, Vec<Switch>>;

/// What included law changes, and from when it stands.
fn switches_of_general_law(files: &[(String, String)]) -> anyhow::Result<Generals> {
    let mut generals = Generals::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("procedures/")) {
        let root = tree(path, text)?;
        if let (Some(id), Some(_)) = (root.get("id").and_then(Node::text), root.get("kind")) {
            generals.insert(id.to_owned(), switches(path, &root)?);
        }
    }
    Ok(generals)
}

fn tree(path: &str, text: &str) -> anyhow::Result<Node> {
    Node::from_yaml(path, text).map_err(|problem| anyhow::anyhow!("{problem}"))
}

fn switches(path: &str, root: &Node) -> anyhow::Result<Vec<Switch>> {
    let list = root.get("switches").map(|list| list.read(path)).transpose();
    Ok(list.map_err(|problem| anyhow::anyhow!("{problem}"))?.unwrap_or_default())
}

impl Told {
    fn read(
        book: &LawBook,
        id: &str,
        path: &str,
        text: &str,
        generals: &Generals,
    ) -> anyhow::Result<Self> {
        let root = tree(path, text)?;
        let dates = book.edition_dates(id);
        let mut laws = Vec::new();
        for date in &dates {
            let law = book.law(id, *date).map_err(|_| {
                anyhow::anyhow!("the edition of {id} of {date} does not load: lint it")
            })?;
            laws.push(law);
        }
        let last = laws.last().with_context(|| format!("{id} has no edition"))?;
        let includes: Vec<String> =
            root.get("includes").and_then(|list| list.read(path).ok()).unwrap_or_default();
        let mut all = switches(path, &root)?;
        all.extend(includes.iter().filter_map(|one| generals.get(one)).flatten().cloned());
        let mut told = Self {
            id: id.to_owned(),
            title: last.title.clone(),
            short: last.short.clone(),
            subsystem: root.get("subsystem").and_then(Node::text).unwrap_or_default().to_owned(),
            file: path.to_owned(),
            row: row_of(text),
            editions: editions(&dates, &all),
            acts: BTreeSet::new(),
            clocks: BTreeMap::new(),
            rules: BTreeSet::new(),
            added: BTreeSet::new(),
            lists: BTreeSet::new(),
            feeds: BTreeSet::new(),
            certainty: Counts::default(),
        };
        told.take(&laws);
        told.name_clocks(text);
        Ok(told)
    }

    /// What stood in any edition; of what changed, how it last stood.
    fn take(&mut self, laws: &[Law]) {
        let mut certain = BTreeMap::new();
        for law in laws {
            self.lists.extend(law.lists.keys().cloned());
            for act in law.acts.values().filter(|act| act.engine.is_none()) {
                self.acts.insert(act.id.clone());
                certain.insert(format!("act {}", act.id), act.certainty);
                let feeds = act.feeds.iter().map(|feed| feed.split('/').next().unwrap_or(feed));
                self.feeds.extend(feeds.map(str::to_owned));
                for rule in &act.rules {
                    if rule.file() == self.file {
                        self.rules.insert(rule.id.clone());
                        certain.insert(format!("rule {} {}", act.id, rule.id), rule.certainty);
                    } else {
                        self.added.insert(rule.id.clone());
                    }
                }
            }
            for clock in &law.clocks {
                self.rules.extend(clock.overdue.iter().map(|overdue| overdue.id.clone()));
                certain.insert(format!("clock {}", clock.id), clock.certainty);
                let now = Clock { length: clock.length(), rows: BTreeSet::new() };
                self.clocks.insert(clock.id.clone(), now);
            }
        }
        for certainty in certain.into_values() {
            match certainty {
                Certainty::Sure => self.certainty.sure += 1,
                Certainty::Check => self.certainty.check += 1,
                Certainty::Design => self.certainty.design += 1,
            }
        }
    }

    /// The files say beside a clock which row of the catalogue it is: `leave:   # CLK-RET-01`.
    fn name_clocks(&mut self, text: &str) {
        let mut waiting = BTreeSet::new();
        for line in text.lines() {
            let (written, comment) = line.split_once('#').unwrap_or((line, ""));
            waiting.extend(rows_in(comment, "CLK-"));
            let key = written.trim().trim_end_matches(':');
            if written.trim().is_empty() {
                continue;
            }
            if let Some(clock) = self.clocks.get_mut(key).filter(|_| written.starts_with("  ")) {
                clock.rows.append(&mut waiting);
            }
            waiting.clear();
        }
    }
}

/// The days of the editions, each with the changes that made it.
fn editions(dates: &[Date], switches: &[Switch]) -> Vec<Edition> {
    let of = |date: &Date| {
        let mut found: Vec<Switch> = switches.iter().filter(|s| s.on == *date).cloned().collect();
        found.dedup_by(|a, b| a.reference == b.reference && a.title == b.title);
        found
    };
    dates.iter().map(|date| Edition { on: *date, switches: of(date) }).collect()
}

/// Files begin with the row they are: `# P10 of the reference: …`.
fn row_of(text: &str) -> Option<String> {
    let first = text.lines().next()?.strip_prefix("# ")?;
    let word = first.split_whitespace().next()?;
    let number = word.strip_prefix('P')?;
    (number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit())).then(|| word.to_owned())
}

/// Numbers of the catalogue in a text, such as `CLK-RET-01` or `DEF-018`: a prefix, capitals and
/// dashes, and two or three digits.
pub(super) fn rows_in(text: &str, prefix: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let words = text.split(|c: char| !part(c)).filter(|word| word.starts_with(prefix));
    words.filter_map(row).map(str::to_owned).collect()
}

/// A number without what a file adds to it: `DEF-021-RETURN` is DEF-021.
pub(super) fn row(word: &str) -> Option<&str> {
    let mut end = 0;
    for part in word.split('-') {
        end += part.len();
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits {
            return word.get(..end);
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_without_their_endings() {
        let found = rows_in("CLK-RET-01; VR-18-C317 and DEF-021-RETURN, CLK-X", "CLK-");
        assert_eq!(found, BTreeSet::from(["CLK-RET-01".to_owned()]));
        assert_eq!(row("DEF-021-RETURN"), Some("DEF-021"));
        assert_eq!(row("VR-18-C317"), Some("VR-18"));
        assert_eq!(row("RET-TERM"), None);
    }

    #[test]
    fn a_file_names_its_row_first() {
        assert_eq!(row_of("# P10 of the reference: x\nid: y").as_deref(), Some("P10"));
        assert_eq!(row_of("# General law (L2073)\n"), None);
    }
}
