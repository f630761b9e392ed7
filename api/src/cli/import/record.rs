//! One act of a row as a signed statement.

use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Context as _, anyhow};
use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_api::record::SignedAct;
use litopys_domain::act::SignedBy;
use litopys_domain::ids::{ContentHash, StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::book::LawBook;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::{Author, LawRef, Signer, Statement};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::court::Court;
use super::mapping::Mapping;
use crate::cli::genesis::blank;
use crate::cli::law_files;

/// The engine's act for what others decided on paper.
pub(crate) const LEGACY: &str = "LegacyRecordAttested";

/// An act of a row.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Of the file, the header being line 1.
    pub line: u64,
    /// Tells the decisions of one row apart.
    pub copy: String,
    /// The line that gave the case its id: its own, or the first of its case.
    pub case: u64,
    pub procedure: String,
    pub act: String,
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
    editions: Mutex<HashMap<(String, Date), LawRef>>,
    /// Where several records make a case.
    court: Option<Mutex<Court>>,
}

/// A record as a signed act, and the rules that fire for it.
pub(crate) struct Refined {
    pub act: SignedAct,
    pub rules: Vec<String>,
}

impl Refiner {
    pub(crate) fn new(origin: &str, file: ContentHash, attestor: Attestor, book: LawBook) -> Self {
        let editions = Mutex::default();
        Self { origin: origin.to_owned(), file, attestor, book, editions, court: None }
    }

    /// Lets every act be judged after those of its case before it. Records then come in their order.
    pub(crate) fn judged(mut self, mapping: &Mapping) -> anyhow::Result<Self> {
        self.court = Some(Mutex::new(Court::new(&self.book, mapping)?));
        Ok(self)
    }

    pub(crate) fn is_judging(&self) -> bool {
        self.court.is_some()
    }

    /// What an earlier run must have in common with this one to be gone on with.
    pub(crate) fn key(&self) -> String {
        format!("{} {} {}", self.origin, self.file, self.attestor.officer)
    }

    pub(crate) fn sign(&self, record: &Record) -> anyhow::Result<Refined> {
        let mut statement = self.statement(record)?;
        let Some(court) = &self.court else {
            let (act, _) = self.signed(&statement)?;
            return Ok(Refined { act, rules: Vec::new() });
        };
        let mut court = court.lock().map_err(|_| anyhow!("an earlier record failed"))?;
        let rules = court.hear(record.case, &mut statement)?;
        let (act, hash) = self.signed(&statement)?;
        court.keep(record.case, statement, hash);
        Ok(Refined { act, rules })
    }

    fn statement(&self, record: &Record) -> anyhow::Result<Statement> {
        let stream = StreamId::case(self.id(record.case, &record.copy, "case"));
        Ok(Statement {
            law: Some(self.law(record)?),
            facts: record.facts.clone(),
            occurred_at: record.occurred_at,
            source: record.source.clone(),
            author: Some(record.author.clone()),
            nonce: self.id(record.line, &record.copy, "nonce"),
            signers: vec![Signer {
                by: self.attestor.officer.clone(),
                role: self.attestor.role.clone(),
                office: Some(self.attestor.office.clone()),
            }],
            ..blank(&self.origin, stream, &record.act)
        })
    }

    fn signed(&self, statement: &Statement) -> anyhow::Result<(SignedAct, StatementHash)> {
        statement.check()?;
        let text = statement.to_text();
        let hash = StatementHash::of(text.as_bytes());
        let signature = sign_statement(&self.attestor.key, &text);
        let key = PublicKey::of(&self.attestor.key).thumbprint();
        let signatures = vec![SignedBy { key, signature }];
        Ok((SignedAct { statement: text, signatures, disclosures: Vec::new() }, hash))
    }

    /// RFC 9562 §5.8: version 8 from what names the record.
    fn id(&self, line: u64, copy: &str, what: &str) -> Uuid {
        let hash = Sha256::new()
            .chain_update(format!("litopys import\n{}\n{}\n", self.origin, self.file))
            .chain_update(format!("{line}\n{copy}\n{what}"))
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
