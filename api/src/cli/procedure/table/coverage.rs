//! Which rows of the catalogue are covered where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::dossier::Dossier;
use super::told::{Told, row, rows_in};
use super::vectors::Vectors;

/// Where each row is covered.
pub(super) struct Coverage {
    /// By kind: what the kind is, and its rows.
    pub kinds: Vec<(&'static str, Vec<Row>)>,
    /// Rows that are nowhere.
    pub missing: Vec<String>,
}

pub(super) struct Row {
    pub id: String,
    /// Procedures, files or places.
    pub at: BTreeSet<String>,
    /// How many vectors name it, raise it, or say when it is due.
    pub vectors: usize,
    /// What is said of it by hand.
    pub remark: String,
}

struct Search<'a> {
    dossier: &'a Dossier,
    procedures: &'a [Told],
    vectors: &'a Vectors,
    files: &'a [(String, String)],
    missing: Vec<String>,
}

impl Coverage {
    pub(super) fn of(
        dossier: &Dossier,
        procedures: &[Told],
        vectors: &Vectors,
        files: &[(String, String)],
    ) -> Self {
        let mut search = Search { dossier, procedures, vectors, files, missing: Vec::new() };
        let kinds = vec![
            ("Procedures and their acts", search.acts()),
            ("Defects", search.defects()),
            ("Terms", search.clocks()),
            ("Versions", search.numbered("VR")),
            ("Test vectors", search.numbered("TV")),
            ("Rules of counting and of versions", search.counting()),
            ("Code lists", search.lists()),
            ("Tables of statistics", search.datasets()),
        ];
        Self { kinds, missing: search.missing }
    }
}

impl Search<'_> {
    /// A row with where it was found, or what the project says of it by hand.
    fn found(&mut self, id: &str, at: BTreeSet<String>, vectors: usize) -> Row {
        let mut at = at;
        let mut remark = String::new();
        if let Some(one) = self.dossier.elsewhere(id) {
            at.insert(one.at.clone());
            remark.clone_from(&one.says);
        } else if at.is_empty() && vectors == 0 {
            if self.dossier.is_left_out(id) {
                "see what was left out".clone_into(&mut remark);
            } else {
                self.missing.push(id.to_owned());
            }
        }
        Row { id: id.to_owned(), at, vectors, remark }
    }

    /// Of every procedure: which files it is, and which of its acts stand elsewhere.
    fn acts(&mut self) -> Vec<Row> {
        let dossier = self.dossier;
        let mut rows = Vec::new();
        for (id, acts) in &dossier.procedures {
            let own: Vec<_> =
                self.procedures.iter().filter(|p| p.row.as_ref() == Some(id)).collect();
            let at: BTreeSet<_> = own.iter().map(|told| told.id.clone()).collect();
            let count =
                |told: &&Told| self.vectors.by_procedure.get(&told.id).map_or(0, |p| p.count);
            let vectors = own.iter().map(count).sum();
            let own_acts: BTreeSet<&String> = own.iter().flat_map(|told| &told.acts).collect();
            let mut row = self.found(id, at, vectors);
            let absent: Vec<_> = acts.iter().filter(|act| !own_acts.contains(act)).collect();
            let here = acts.len() - absent.len();
            row.remark = format!("{here} of {} acts here", acts.len());
            for act in absent {
                let told = self.found(act, BTreeSet::new(), 0);
                _ = write!(row.remark, "; {act}: {}", told.remark);
            }
            rows.push(row);
        }
        rows
    }

    fn defects(&mut self) -> Vec<Row> {
        let mut at: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for told in self.procedures {
            for id in told.rules.iter().chain(&told.added).filter_map(|rule| row(rule)) {
                at.entry(id).or_default().insert(told.id.clone());
            }
        }
        let rows = self.dossier.rows("DEF");
        rows.iter()
            .map(|id| {
                let played = self.vectors.by_procedure.values().flat_map(|played| &played.raised);
                let raised = played.filter(|(rule, _)| row(rule) == Some(id)).map(|(_, n)| n).sum();
                let at = at.get(id.as_str()).cloned().unwrap_or_default();
                self.found(id, at, raised)
            })
            .collect()
    }

    /// Beside which clock a file names the row; else which file does.
    fn clocks(&mut self) -> Vec<Row> {
        let mut at: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut due: BTreeMap<String, usize> = BTreeMap::new();
        for told in self.procedures {
            let played = self.vectors.by_procedure.get(&told.id);
            for (clock, one) in &told.clocks {
                let count = played.and_then(|played| played.due.get(clock)).copied();
                for id in &one.rows {
                    at.entry(id.clone()).or_default().insert(format!("{} {clock}", told.id));
                    *due.entry(id.clone()).or_default() += count.unwrap_or_default();
                }
            }
        }
        for (file, text) in self.files {
            for id in rows_in(text, "CLK-") {
                let found = at.entry(id).or_default();
                if found.is_empty() {
                    found.insert(format!("{file} (a rule)"));
                }
            }
        }
        let rows = self.dossier.clock_rows();
        rows.iter()
            .map(|id| {
                let at = at.get(id).cloned().unwrap_or_default();
                let played = self.named(id).max(due.get(id).copied().unwrap_or_default());
                self.found(id, at, played)
            })
            .collect()
    }

    /// Switches and files that name a row, and the vectors that do.
    fn numbered(&mut self, kind: &str) -> Vec<Row> {
        let rows = self.dossier.rows(kind);
        rows.iter()
            .map(|id| {
                let at = self.naming(id);
                let named = self.named(id);
                self.found(id, at, named)
            })
            .collect()
    }

    fn counting(&mut self) -> Vec<Row> {
        let rows = [self.dossier.rows("CNT"), self.dossier.rows("VER")].concat();
        rows.iter()
            .map(|id| {
                let named = self.named(id);
                self.found(id, BTreeSet::new(), named)
            })
            .collect()
    }

    fn lists(&mut self) -> Vec<Row> {
        let dossier = self.dossier;
        let of = |id: &String| {
            let own = format!("codes/{id}.yaml");
            let file = self.files.iter().filter(|(path, _)| *path == own);
            let using = self
                .procedures
                .iter()
                .filter(|told| told.lists.contains(id) && !id.starts_with("CL-"));
            file.map(|(path, _)| path.clone()).chain(using.map(|told| told.id.clone())).collect()
        };
        let found: Vec<BTreeSet<String>> = dossier.lists.iter().map(of).collect();
        dossier.lists.iter().zip(found).map(|(id, at)| self.found(id, at, 0)).collect()
    }

    fn datasets(&mut self) -> Vec<Row> {
        let dossier = self.dossier;
        let of = |id: &String| -> BTreeSet<String> {
            let fed = self.procedures.iter().filter(|told| told.feeds.contains(id));
            fed.map(|told| told.id.clone()).collect()
        };
        let found: Vec<_> = dossier.datasets.iter().map(of).collect();
        dossier.datasets.iter().zip(found).map(|(id, at)| self.found(id, at, 0)).collect()
    }

    /// How many vectors have the row in their name.
    fn named(&self, id: &str) -> usize {
        self.vectors.names.iter().filter(|name| rows_in(name, id).contains(id)).count()
    }

    /// Files of law that name a row: by a switch, or in a remark.
    fn naming(&self, id: &str) -> BTreeSet<String> {
        let files = self.files.iter().filter(|(_, text)| rows_in(text, id).contains(id));
        files
            .map(|(path, _)| {
                path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").to_owned()
            })
            .collect()
    }
}
