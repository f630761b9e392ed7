//! The cases with the answer the law gives, as far as the table tells of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use litopys_domain::law::node::Node;
use serde::Deserialize;

/// All of them, by procedure.
pub(super) struct Vectors {
    pub by_procedure: BTreeMap<String, Played>,
    /// Every name, in the order of the files.
    pub names: Vec<String>,
}

/// What the cases of one procedure play.
#[derive(Default)]
pub(super) struct Played {
    /// Names, by file.
    pub names: BTreeMap<String, Vec<String>>,
    pub acts: BTreeSet<String>,
    /// How many cases raise a rule, and how many say when a clock is due.
    pub raised: BTreeMap<String, usize>,
    pub due: BTreeMap<String, usize>,
    /// Rules that a case expects to be silent.
    pub silent: BTreeSet<String>,
    pub count: usize,
    /// How often it stands beside a case of another procedure.
    pub beside: usize,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    procedure: String,
    #[serde(default)]
    others: Vec<Other>,
    #[serde(default)]
    acts: Vec<Act>,
    /// The defects that stand open on a day.
    #[serde(default)]
    open: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Other {
    procedure: String,
}

#[derive(Deserialize)]
struct Act {
    #[serde(rename = "act")]
    id: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
    #[serde(default)]
    due: BTreeMap<String, String>,
}

impl Vectors {
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut vectors = Self { by_procedure: BTreeMap::new(), names: Vec::new() };
        let entries = fs::read_dir(folder)
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let mut paths =
            entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")) {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let cases: Vec<Case> = Node::from_yaml(&name, &text)
                .and_then(|node| node.read(&name))
                .map_err(|problem| anyhow::anyhow!("{problem}"))?;
            for case in cases {
                vectors.take(&name, case);
            }
        }
        Ok(vectors)
    }

    fn take(&mut self, file: &str, case: Case) {
        for other in case.others {
            self.by_procedure.entry(other.procedure).or_default().beside += 1;
        }
        let played = self.by_procedure.entry(case.procedure).or_default();
        played.count += 1;
        let mut raised: BTreeSet<String> = case.open.into_values().flatten().collect();
        let mut due = BTreeSet::new();
        for act in case.acts {
            played.acts.insert(act.id);
            raised.extend(act.flags);
            due.extend(act.due.into_keys());
            played.silent.extend(act.silent);
        }
        for rule in raised {
            *played.raised.entry(rule).or_default() += 1;
        }
        for clock in due {
            *played.due.entry(clock).or_default() += 1;
        }
        played.names.entry(file.to_owned()).or_default().push(case.id.clone());
        self.names.push(case.id);
    }
}
