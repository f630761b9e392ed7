//! Packages: the manifest of hashes of what judges an act (DESIGN §6), and a law loaded back from
//! it.
//!
//! A manifest is JCS. Its SHA-256 is what acts cite. The texts it names are content-addressed:
//! editions, included editions, code lists, calendars and parameters as JCS, letters as they are.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    calendar::Calendar,
    compile::{Parts, Source, compile},
    engine::{RULES, TIME_ZONE_DATA},
    lists::{CodeList, Parameter},
    model::Law,
    node::Node,
    problem::{Problem, Unready},
};
use crate::ids::ContentHash;

/// The largest manifest, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 64 << 10;

/// What a package is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub procedure: String,
    pub edition: EditionRef,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub includes: BTreeMap<String, ContentHash>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, ContentHash>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calendars: BTreeMap<String, ContentHash>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, ContentHash>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub letters: BTreeMap<String, ContentHash>,
    /// The engine's acts, flags and counting rules.
    pub rules: String,
    pub time_zone_data: String,
}

/// An edition's first day and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionRef {
    pub date: Date,
    pub sha256: ContentHash,
}

/// A package as it is published: the manifest's text, its hash, and every text it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageTexts {
    pub hash: ContentHash,
    pub procedure: String,
    pub edition: Date,
    pub manifest: String,
    pub texts: BTreeMap<ContentHash, Text>,
}

/// A content-addressed text and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// `edition`, `include`, `codes`, `calendar`, `parameter` or `letter`.
    pub kind: &'static str,
    pub content: Arc<str>,
}

/// A package ready to judge with.
#[derive(Debug)]
pub struct Package {
    pub hash: ContentHash,
    pub manifest: Manifest,
    pub law: Law,
}

/// Why a package does not load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    #[error("the manifest is not readable: {0}")]
    Manifest(String),
    #[error("the manifest is not in canonical form")]
    NotCanonical,
    #[error("the package is of {found}, this program knows {known}: use a program that knows it")]
    Rules { found: String, known: &'static str },
    #[error("the {kind} `{name}` with SHA-256 {hash} is missing: publish its text first")]
    Missing { kind: &'static str, name: String, hash: ContentHash },
    #[error("the text of the {kind} `{name}` does not have the SHA-256 {hash}")]
    Hash { kind: &'static str, name: String, hash: ContentHash },
    #[error("the {kind} `{name}` is not readable: {reason}")]
    Text { kind: &'static str, name: String, reason: String },
    #[error("the law does not hold together: {0}")]
    Law(Problem),
}

/// Gives the text with a hash, from wherever published texts are kept.
pub type Fetch<'a> = dyn Fn(ContentHash) -> Option<Arc<str>> + 'a;

impl Package {
    /// Loads a package from its published texts. Every hash is checked, and the law is compiled the
    /// same way as from files.
    pub fn load(manifest: &str, fetch: &Fetch<'_>) -> Result<Self, PackageError> {
        Shelf::default().load(manifest, fetch)
    }
}

/// Code lists, parameters and calendars that packages have in common, by the hash of their text.
/// Loading many packages through one shelf reads each of them once, and the packages share them.
#[derive(Debug, Default)]
pub struct Shelf {
    lists: BTreeMap<ContentHash, Arc<CodeList>>,
    parameters: BTreeMap<ContentHash, Arc<Parameter>>,
    calendars: BTreeMap<ContentHash, Arc<Calendar>>,
}

impl Shelf {
    /// As [`Package::load`]. A text that stands on the shelf was checked when it came there.
    pub fn load(&mut self, manifest: &str, fetch: &Fetch<'_>) -> Result<Package, PackageError> {
        if manifest.len() > MANIFEST_BYTES_MAX {
            return Err(PackageError::Manifest(format!("it has {} bytes", manifest.len())));
        }
        let read: Manifest = serde_json::from_str(manifest)
            .map_err(|error| PackageError::Manifest(error.to_string()))?;
        if canonical(&read) != manifest {
            return Err(PackageError::NotCanonical);
        }
        if read.rules != RULES {
            return Err(PackageError::Rules { found: read.rules, known: RULES });
        }
        let law = self.law(&read, fetch)?;
        Ok(Package { hash: ContentHash::of(manifest.as_bytes()), manifest: read, law })
    }

    fn law(&mut self, manifest: &Manifest, fetch: &Fetch<'_>) -> Result<Law, PackageError> {
        let tree = |kind, name: &str, hash| node(kind, name, hash, fetch);
        let edition = tree("edition", &manifest.procedure, manifest.edition.sha256)?;
        let includes = manifest
            .includes
            .iter()
            .map(|(id, hash)| Ok((id.as_str(), tree("include", id, *hash)?)))
            .collect::<Result<Vec<_>, PackageError>>()?;
        let lists = shelved(&mut self.lists, "codes", &manifest.codes, fetch, |file| {
            Ok(CodeList::from_file(file))
        })?;
        let parameters = shelved(
            &mut self.parameters,
            "parameter",
            &manifest.parameters,
            fetch,
            Parameter::new,
        )?;
        let calendars =
            shelved(&mut self.calendars, "calendar", &manifest.calendars, fetch, Calendar::new)?;
        let parts = Parts {
            procedure: Source { file: &manifest.procedure, root: &edition },
            includes: includes.iter().map(|(id, root)| Source { file: id, root }).collect(),
            lists,
            parameters,
            calendars,
        };
        let law = compile(&parts).map_err(|problems| {
            PackageError::Law(problems.into_iter().next().unwrap_or_else(no_law))
        })?;
        if law.procedure != manifest.procedure || law.edition != manifest.edition.date {
            let reason = format!("it is {} of {}", law.procedure, law.edition);
            return Err(unreadable("edition", &manifest.procedure, reason));
        }
        Ok(law)
    }
}

pub(crate) fn canonical(value: &impl Serialize) -> String {
    crate::canonical::to_string(value)
}

/// The texts of one kind that a manifest names, read where the shelf does not have them yet.
fn shelved<T, F: serde::de::DeserializeOwned>(
    shelf: &mut BTreeMap<ContentHash, Arc<T>>,
    kind: &'static str,
    named: &BTreeMap<String, ContentHash>,
    fetch: &Fetch<'_>,
    ready: impl Fn(&F) -> Result<T, Unready>,
) -> Result<BTreeMap<String, Arc<T>>, PackageError> {
    let mut found = BTreeMap::new();
    for (id, hash) in named {
        let one = if let Some(one) = shelf.get(hash) {
            Arc::clone(one)
        } else {
            let file = read(kind, id, &node(kind, id, *hash, fetch)?)?;
            let one = Arc::new(ready(&file).map_err(|error| unreadable(kind, id, error.message))?);
            shelf.insert(*hash, Arc::clone(&one));
            one
        };
        found.insert(id.clone(), one);
    }
    Ok(found)
}

fn no_law() -> Problem {
    Problem::new("package", super::node::Place::default(), "the law does not compile")
}

fn node(
    kind: &'static str,
    name: &str,
    hash: ContentHash,
    fetch: &Fetch<'_>,
) -> Result<Node, PackageError> {
    let missing = || PackageError::Missing { kind, name: name.to_owned(), hash };
    let text = fetch(hash).ok_or_else(missing)?;
    if ContentHash::of(text.as_bytes()) != hash {
        return Err(PackageError::Hash { kind, name: name.to_owned(), hash });
    }
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unreadable(kind, name, error.to_string()))?;
    Ok(Node::from_json(&json))
}

fn read<T: serde::de::DeserializeOwned>(
    kind: &'static str,
    name: &str,
    node: &Node,
) -> Result<T, PackageError> {
    node.read(name).map_err(|problem| unreadable(kind, name, problem.message))
}

fn unreadable(kind: &'static str, name: &str, reason: String) -> PackageError {
    PackageError::Text { kind, name: name.to_owned(), reason }
}

/// The parts of a manifest that are the same for every package of this program.
pub(crate) fn frame(procedure: &str, date: Date, edition: ContentHash) -> Manifest {
    Manifest {
        procedure: procedure.to_owned(),
        edition: EditionRef { date, sha256: edition },
        includes: BTreeMap::new(),
        codes: BTreeMap::new(),
        calendars: BTreeMap::new(),
        parameters: BTreeMap::new(),
        letters: BTreeMap::new(),
        rules: RULES.to_owned(),
        time_zone_data: TIME_ZONE_DATA.to_owned(),
    }
}
