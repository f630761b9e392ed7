//! A draft on its way between signers: the exact statement, the signatures so far, the
//! disclosures of what it seals.

use std::path::Path;

use anyhow::{Context as _, bail};
use ed25519_dalek::SigningKey;
use litopys_api::record::SignedAct;
use litopys_domain::act::SignedBy;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::registry::RegistryAct;
use litopys_domain::sealed::Disclosure;
use litopys_domain::statement::Statement;
use serde::{Deserialize, Serialize};

use super::Refused;
use super::data;

/// What the file holds. `signatures` has one place for each signer, in the statement's order;
/// `null` is a signature that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftFile {
    pub statement: String,
    #[serde(default)]
    pub signatures: Vec<Option<SignedBy>>,
    #[serde(default)]
    pub disclosures: Vec<String>,
}

/// A draft whose statement was read from its very bytes.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub file: DraftFile,
    pub statement: Statement,
}

impl Draft {
    pub(crate) fn new(text: String, disclosures: Vec<String>) -> anyhow::Result<Self> {
        Self::check(DraftFile { statement: text, signatures: Vec::new(), disclosures })
    }

    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let file = data::read_json(path)?;
        Self::check(file).with_context(|| format!("the draft {} is unsound", path.display()))
    }

    pub(crate) fn write_new(&self, path: &Path) -> anyhow::Result<()> {
        data::write_json(path, &self.file, data::SECRET)
    }

    pub(crate) fn replace(&self, path: &Path) -> anyhow::Result<()> {
        data::replace_json(path, &self.file, data::SECRET)
    }

    /// A draft holds a statement as it will be judged, and opens nothing that it does not seal.
    fn check(mut file: DraftFile) -> anyhow::Result<Self> {
        let statement = Statement::parse(&file.statement)?;
        if file.signatures.len() > statement.signers.len() {
            bail!("{} signatures for {} signers", file.signatures.len(), statement.signers.len());
        }
        file.signatures.resize(statement.signers.len(), None);
        for text in &file.disclosures {
            let disclosure = Disclosure::parse(text)?;
            let digest = disclosure.digest();
            let sealed = statement.sealed.get(&disclosure.field) == Some(&digest);
            let reason = statement.flags.iter().any(|flag| flag.reason == Some(digest));
            if !sealed && !reason {
                bail!("it opens `{}`, which the statement does not seal so", disclosure.field);
            }
        }
        Ok(Self { file, statement })
    }

    /// The signers whose signature is missing, with their places.
    pub(crate) fn missing(&self) -> Vec<(usize, &StreamId)> {
        let signers = self.statement.signers.iter().enumerate();
        signers
            .filter(|(i, _)| self.file.signatures.get(*i).is_none_or(Option::is_none))
            .map(|(i, signer)| (i, &signer.by))
            .collect()
    }

    /// Signs for `by`, or for whom the key tells. Answers for whom it was.
    pub(crate) fn sign(
        &mut self,
        key: &SigningKey,
        by: Option<&StreamId>,
    ) -> anyhow::Result<StreamId> {
        let (place, by) = self.place_for(&PublicKey::of(key), by)?;
        let signature = sign_statement(key, &self.file.statement);
        let signed = SignedBy { key: PublicKey::of(key).thumbprint(), signature };
        self.file.signatures[place] = Some(signed);
        Ok(by)
    }

    fn place_for(
        &self,
        key: &PublicKey,
        by: Option<&StreamId>,
    ) -> anyhow::Result<(usize, StreamId)> {
        let known = by.cloned().or_else(|| self.holder(key));
        let missing = self.missing();
        let found = match &known {
            Some(by) => missing.iter().find(|(_, signer)| *signer == by),
            None if missing.len() == 1 => missing.first(),
            None => None,
        };
        if let Some((place, by)) = found {
            return Ok((*place, (*by).clone()));
        }
        let list: Vec<_> = missing.iter().map(|(_, by)| by.to_string()).collect();
        match known {
            Some(by) => bail!(
                "no signature of {by} is missing; missing: {}",
                if list.is_empty() { "none".to_owned() } else { list.join(", ") }
            ),
            None if list.is_empty() => bail!("no signature is missing"),
            None => bail!(
                "several signatures are missing; say whose this is with --as: {}",
                list.join(", ")
            ),
        }
    }

    /// Whose key it is, where the statement itself says so.
    fn holder(&self, key: &PublicKey) -> Option<StreamId> {
        let own =
            |introduced: &PublicKey| (introduced == key).then(|| self.statement.stream.clone());
        let named = |administrators: &[litopys_domain::registry::AdministratorNamed]| {
            let found = administrators.iter().find(|named| named.key == *key);
            found.map(|named| named.officer.clone())
        };
        match RegistryAct::read(&self.statement).ok()?? {
            RegistryAct::LedgerFounded(f) => own(&f.key).or_else(|| named(&f.administrators)),
            RegistryAct::AdministratorsChanged(c) => named(&c.administrators),
            RegistryAct::OfficerEnrolled(e) => own(&e.key),
            RegistryAct::ServiceEnrolled(e) => own(&e.key),
            RegistryAct::KeyReplaced(new) => own(&new.key),
            _ => None,
        }
    }

    /// What the ledger takes, once every signature is there.
    pub(crate) fn complete(self) -> anyhow::Result<SignedAct> {
        let missing: Vec<_> = self.missing().iter().map(|(_, by)| by.to_string()).collect();
        if !missing.is_empty() {
            return Err(Refused(format!(
                "the draft is not complete; add with `litopys sign` the signature of {}",
                missing.join(", ")
            ))
            .into());
        }
        Ok(SignedAct {
            statement: self.file.statement,
            signatures: self.file.signatures.into_iter().flatten().collect(),
            disclosures: self.file.disclosures,
        })
    }
}
