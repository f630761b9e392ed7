//! `docs/dossier.yaml`: the rows of the catalogue of procedures that must be accounted for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use litopys_domain::law::node::Node;
use serde::Deserialize;

use super::told::rows_in;

const FILE: &str = "docs/dossier.yaml";
const LEFT_OUT: &str = "docs/left-out.md";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dossier {
    /// The acts of each procedure.
    pub procedures: BTreeMap<String, Vec<String>>,
    /// How many rows there are of a kind.
    numbered: BTreeMap<String, u16>,
    clocks: BTreeMap<String, u16>,
    pub lists: Vec<String>,
    pub datasets: Vec<String>,
    #[serde(default)]
    pub elsewhere: Vec<Elsewhere>,
    /// The page that tells what was left out.
    #[serde(skip)]
    pub left_out: String,
}

/// A row that no law file names, and what holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elsewhere {
    pub row: String,
    /// A file of the project.
    pub at: String,
    pub says: String,
}

impl Dossier {
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let text = read(root, FILE)?;
        let node = Node::from_yaml(FILE, &text).and_then(|node| node.read(FILE));
        let mut dossier: Self = node.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        if let Some(gone) = dossier.elsewhere.iter().find(|one| !root.join(&one.at).exists()) {
            bail!("{FILE}: {} should be held by {}, which does not exist", gone.row, gone.at);
        }
        dossier.left_out = read(root, LEFT_OUT)?;
        Ok(dossier)
    }

    /// The rows of a kind, such as DEF-001 to DEF-076; procedures have no dash.
    pub(super) fn rows(&self, kind: &str) -> Vec<String> {
        let count = self.numbered.get(kind).copied().unwrap_or_default();
        (1..=count)
            .map(|number| match kind {
                "DEF" => format!("DEF-{number:03}"),
                "CNT" | "VER" => format!("{kind}-{number}"),
                _ => format!("{kind}-{number:02}"),
            })
            .collect()
    }

    /// The terms of the catalogue.
    pub(super) fn clock_rows(&self) -> Vec<String> {
        let of = |(group, count): (&String, &u16)| {
            (1..=*count).map(|n| format!("CLK-{group}-{n:02}")).collect::<Vec<_>>()
        };
        self.clocks.iter().flat_map(of).collect()
    }

    pub(super) fn elsewhere(&self, row: &str) -> Option<&Elsewhere> {
        self.elsewhere.iter().find(|one| one.row == row)
    }

    /// Whether the page of what was left out names a row.
    pub(super) fn is_left_out(&self, row: &str) -> bool {
        rows_in(&self.left_out, row).contains(row) || self.left_out.contains(&format!("`{row}`"))
    }
}

fn read(root: &Path, file: &str) -> anyhow::Result<String> {
    let path = root.join(file);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
