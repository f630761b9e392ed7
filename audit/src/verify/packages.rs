//! Packages of the law: published in the log, kept by content, cited by acts.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use litopys_domain::ids::ContentHash;
use litopys_domain::registry::{PackagePublished, RegistryAct};
use sha2::{Digest as _, Sha256};

use super::row::Examined;
use crate::finding::{Fault, Finding, Place};
use crate::payload::Entry;

/// A package as an act published it.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) package: ContentHash,
    pub(crate) edition: Date,
    pub(crate) place: Place,
}

#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// The last package of each edition of a procedure, as of the position reached.
    due: HashMap<(String, Date), ContentHash>,
    pub(crate) published: Vec<Published>,
    stored: HashSet<[u8; 32]>,
}

impl Packages {
    /// Takes in a publication, or checks what an act of a case cites.
    pub(crate) fn place(&mut self, examined: &Examined, entry: &Entry, out: &mut Vec<Finding>) {
        let statement = &entry.statement;
        if statement.act == "PackagePublished" {
            if let Ok(Some(RegistryAct::PackagePublished(published))) = RegistryAct::read(statement)
            {
                let PackagePublished { edition, package } = published;
                self.due.insert((statement.stream.id().to_owned(), edition), package);
                let place = examined.place.clone();
                self.published.push(Published { package, edition, place });
            }
            return;
        }
        let Some(law) = &statement.law else { return };
        let due = self.due.get(&(law.procedure.clone(), law.edition));
        if due != Some(&law.package) {
            let edition = format!("{} of {}", law.procedure, law.edition);
            let expected = match due {
                Some(package) => format!("package {package} for {edition}"),
                None => format!("a package published for {edition} before this position"),
            };
            out.push(Finding::new(Fault::PackageDue, expected, law.package).at(&examined.place));
        }
    }

    /// Checks a stored text against the hash under which it is kept.
    pub(crate) fn meet(&mut self, hash: &[u8], kind: &str, content: &str) -> Option<Finding> {
        let computed: [u8; 32] = Sha256::digest(content.as_bytes()).into();
        self.stored.insert(hash.try_into().unwrap_or(computed));
        (hash != computed).then(|| {
            let expected = format!("{kind} {}", hex::encode(hash));
            Finding::new(Fault::PackageHash, expected, hex::encode(computed))
        })
    }

    /// Published packages whose text is not stored.
    pub(crate) fn missing(&self) -> Vec<Finding> {
        let missing = self.published.iter().filter(|one| !self.stored.contains(&one.package.0));
        let finding = |one: &Published| {
            Finding::new(Fault::PackageMissing, one.package, "no text").at(&one.place)
        };
        missing.map(finding).collect()
    }
}
