//! Disclosures: each must open a digest of the statement, and none may be missing.

use std::collections::BTreeSet;

use litopys_domain::act::Act;
use litopys_domain::sealed::{Disclosure, SealedDigest};
use litopys_domain::statement::Statement;
use litopys_domain::violation::{Violation, Words};

use super::Ledger;
use crate::append::SealedDisclosure;
use crate::record::RecordError;

/// The field name of a flag's reason.
pub const REASON_FIELD: &str = "reason";

impl Ledger {
    /// Checks the disclosures against the statement and seals them for the vault.
    pub(crate) fn seal(
        &self,
        act: &Act,
        texts: &[String],
    ) -> Result<Vec<SealedDisclosure>, RecordError> {
        let statement = act.statement();
        let mut missing = expected(statement);
        let mut sealed = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let pointer = format!("/disclosures/{place}");
            let disclosure = Disclosure::parse(text).map_err(|error| {
                refused("invalid-disclosure", &pointer, error.to_string(), "не читається")
            })?;
            if !missing.remove(&(disclosure.field.clone(), disclosure.digest())) {
                return Err(refused(
                    "disclosure-mismatch",
                    &pointer,
                    format!("`{}` opens no digest of the statement", disclosure.field),
                    "не відповідає жодному дайджесту акта",
                ));
            }
            sealed.push(self.vault.seal(&statement.stream, &disclosure)?);
        }
        match missing.first() {
            None => Ok(sealed),
            Some((field, _)) => Err(refused(
                "missing-disclosure",
                &format!("/sealed/{field}"),
                format!("the value behind the digest of `{field}` was not sent along"),
                "значення за дайджестом не надіслано",
            )),
        }
    }
}

fn expected(statement: &Statement) -> BTreeSet<(String, SealedDigest)> {
    let sealed = statement.sealed.iter().map(|(field, digest)| (field.clone(), *digest));
    let reasons = statement.flags.iter().filter_map(|flag| flag.reason);
    sealed.chain(reasons.map(|digest| (REASON_FIELD.to_owned(), digest))).collect()
}

fn refused(code: &'static str, pointer: &str, en: String, uk: &str) -> RecordError {
    RecordError::Refused(vec![Violation::new(
        code,
        pointer,
        Words::new(en, uk),
        Words::new(
            "send the disclosures that came with the draft",
            "надішліть розкриття, отримані з проєктом",
        ),
    )])
}
