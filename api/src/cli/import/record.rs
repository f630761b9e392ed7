//! One decision as a signed statement.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow};
use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_api::record::SignedAct;
use litopys_domain::act::SignedBy;
use litopys_domain::ids::{ContentHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::book::LawBook;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::{Author, LawRef, Signer, Statement};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::cli::genesis::blank;
use crate::cli::law_files;

/// The engine's act for what others decided on paper.
const ACT: &str = "LegacyRecordAttested";

/// A decision of a row.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Of the file, the header being line 1.
    pub line: u64,
    /// Tells the decisions of one row apart.
    pub copy: String,
    pub procedure: String,
    pub occurred_at: LegalTime,
    pub facts: Map<String, Value>,
    pub author: Author,
    /// Code list CL-SOURCE.
    pub source: String,
}

/// Who attests.
pub(crate) struct Attestor {
    pub key: SigningKey,
    pub officer: StreamId,
    pub role: String,
    pub office: String,
}

/// Makes statements of records: the same of the same, whoever runs it and when.
pub(crate) struct Refiner {
    origin: String,
    file: ContentHash,
    attestor: Attestor,
    book: LawBook,
    editions: std::sync::Mutex<HashMap<(String, Date), LawRef>>,
}

impl Refiner {
    pub(crate) fn new(origin: &str, file: ContentHash, attestor: Attestor) -> anyhow::Result<Self> {
        let book = law_files::read(None)?;
        let editions = std::sync::Mutex::default();
        Ok(Self { origin: origin.to_owned(), file, attestor, book, editions })
    }

    /// What an earlier run must have in common with this one to be gone on with.
    pub(crate) fn key(&self) -> String {
        format!("{} {} {}", self.origin, self.file, self.attestor.officer)
    }

    pub(crate) fn sign(&self, record: &Record) -> anyhow::Result<SignedAct> {
        let stream = StreamId::case(self.id(record, "case"));
        let statement = Statement {
            law: Some(self.law(record)?),
            facts: record.facts.clone(),
            occurred_at: record.occurred_at,
            source: record.source.clone(),
            author: Some(record.author.clone()),
            nonce: self.id(record, "nonce"),
            signers: vec![Signer {
                by: self.attestor.officer.clone(),
                role: self.attestor.role.clone(),
                office: Some(self.attestor.office.clone()),
            }],
            ..blank(&self.origin, stream, ACT)
        };
        statement.check()?;
        let text = statement.to_text();
        let signature = sign_statement(&self.attestor.key, &text);
        let key = PublicKey::of(&self.attestor.key).thumbprint();
        let signatures = vec![SignedBy { key, signature }];
        Ok(SignedAct { statement: text, signatures, disclosures: Vec::new() })
    }

    /// RFC 9562 §5.8: version 8 from what names the record.
    fn id(&self, record: &Record, what: &str) -> Uuid {
        let hash = Sha256::new()
            .chain_update(format!("litopys import\n{}\n{}\n", self.origin, self.file))
            .chain_update(format!("{}\n{}\n{what}", record.line, record.copy))
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Uuid::new_v8(bytes)
    }

    /// The edition of the record's day; for a record from before the first one, the first.
    fn law(&self, record: &Record) -> anyhow::Result<LawRef> {
        let day = record.occurred_at.date_in(&TimeZone::UTC);
        let dates = self.book.edition_dates(&record.procedure);
        let edition = *dates
            .iter()
            .rfind(|date| **date <= day)
            .or(dates.first())
            .with_context(|| format!("there is no procedure `{}`", record.procedure))?;
        let mut editions = self.editions.lock().map_err(|_| anyhow!("an earlier record failed"))?;
        let at = (record.procedure.clone(), edition);
        if let Some(known) = editions.get(&at) {
            return Ok(known.clone());
        }
        let package = self
            .book
            .package(&record.procedure, edition)
            .map_err(|problems| anyhow!(law_files::list(&problems)))?;
        let law = LawRef { procedure: record.procedure.clone(), edition, package: package.hash };
        editions.insert(at, law.clone());
        Ok(law)
    }
}
