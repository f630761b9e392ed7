//! A migration service in miniature: a founded ledger with published law, officers with keys
//! and posts, and a way to draft, sign and record as any of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use litopys_api::append::AppenderStopped;
use litopys_api::clock::{self, Clock};
use litopys_api::draft::{AnswerRequest, Draft, DraftRequest};
use litopys_api::ledger::{Ledger, LedgerOptions};
use litopys_api::record::{RecordError, Recorded, SignedAct};
use litopys_api::vault::Vault;
use litopys_api::{law_texts, publish};
use litopys_domain::act::SignedBy;
use litopys_domain::built_in::LAW_FILES;
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::book::LawBook;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::{Answer, Author, Signer, Statement, VERSION};
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// The origin of test ledgers.
pub const ORIGIN: &str = "ledger.example/test";
/// The office in which everybody works.
pub const OFFICE: &str = "80";

/// Whom a test signs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    Administrator,
    /// R-TO-OFF in office 80.
    Clerk,
    /// R-TO-HEAD in office 80.
    Head,
    /// R-ATT in office 80.
    Attestor,
    /// R-DMS-HEAD in office 00.
    Chief,
}

impl Who {
    const OFFICERS: [Self; 4] = [Self::Clerk, Self::Head, Self::Attestor, Self::Chief];

    fn post(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Administrator => ("R-ADM", None),
            Self::Clerk => ("R-TO-OFF", Some(OFFICE)),
            Self::Head => ("R-TO-HEAD", Some(OFFICE)),
            Self::Attestor => ("R-ATT", Some(OFFICE)),
            Self::Chief => ("R-DMS-HEAD", Some("00")),
        }
    }
}

/// Every key of a test ledger; made from numbers, so that two processes hold the same.
#[derive(Debug, Clone)]
pub struct Keys {
    pub ledger: SigningKey,
    pub administrators: Vec<(StreamId, SigningKey)>,
    officers: HashMap<Who, (StreamId, SigningKey)>,
}

impl Keys {
    /// Fresh ids, fixed keys.
    pub fn new() -> Self {
        let numbered =
            |n: u8| (StreamId::officer(clock::new_id()), SigningKey::from_bytes(&[n; 32]));
        let officers = Who::OFFICERS.into_iter().zip(20..).map(|(who, n)| (who, numbered(n)));
        Self {
            ledger: SigningKey::from_bytes(&[1; 32]),
            administrators: (10..13).map(numbered).collect(),
            officers: officers.collect(),
        }
    }

    fn of(&self, who: Who) -> anyhow::Result<&(StreamId, SigningKey)> {
        let administrator = self.administrators.first().filter(|_| who == Who::Administrator);
        administrator.or_else(|| self.officers.get(&who)).context("nobody of that kind")
    }

    pub fn stream(&self, who: Who) -> anyhow::Result<StreamId> {
        Ok(self.of(who)?.0.clone())
    }

    pub fn signing_key(&self, who: Who) -> anyhow::Result<SigningKey> {
        Ok(self.of(who)?.1.clone())
    }

    pub fn signer(&self, who: Who) -> anyhow::Result<Signer> {
        let (role, office) = who.post();
        let office = office.map(str::to_owned);
        Ok(Signer { by: self.of(who)?.0.clone(), role: role.to_owned(), office })
    }

    /// Signs a statement's text in the order of its signers.
    pub fn sign(&self, text: &str) -> anyhow::Result<Vec<SignedBy>> {
        let statement = Statement::parse(text)?;
        statement.signers.iter().map(|signer| Ok(signed_by(self.key(&signer.by)?, text))).collect()
    }

    fn key(&self, stream: &StreamId) -> anyhow::Result<&SigningKey> {
        if stream.kind() == AggregateType::Ledger {
            return Ok(&self.ledger);
        }
        let mut all = self.administrators.iter().chain(self.officers.values());
        let found = all.find(|(of, _)| of == stream);
        found.map(|(_, key)| key).with_context(|| format!("no key of {stream}"))
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self::new()
    }
}

/// One signature.
pub fn signed_by(key: &SigningKey, text: &str) -> SignedBy {
    SignedBy { key: PublicKey::of(key).thumbprint(), signature: sign_statement(key, text) }
}

/// An open ledger and the keys of everybody in it.
pub struct Agency {
    pub ledger: Arc<Ledger>,
    pub keys: Keys,
    pub appender: JoinHandle<Result<(), AppenderStopped>>,
}

/// Options of a ledger in a test database.
pub fn options(database: PgConnectOptions, clock: Clock, keys: &Keys) -> LedgerOptions {
    LedgerOptions {
        database,
        origin: ORIGIN.to_owned(),
        key: keys.ledger.clone(),
        vault: Vault::new(&Zeroizing::new([9; 32])),
        clock,
        patience: Duration::from_secs(10),
        connections_max: 16,
        cadence: publish::CADENCE,
    }
}

impl Agency {
    /// Opens the ledger of `keys` in a database where it was founded before.
    pub fn open(database: PgConnectOptions, clock: Clock, keys: Keys) -> anyhow::Result<Self> {
        let (ledger, appender) = Ledger::open(options(database, clock, &keys))?;
        Ok(Self { ledger, keys, appender })
    }

    /// Founds a ledger, publishes the law, enrols and appoints everybody.
    pub async fn found(database: PgConnectOptions, clock: Clock) -> anyhow::Result<Self> {
        Self::found_under(database, clock, |_, _| true).await
    }

    /// As [`Self::found`], publishing only the editions that `publishes` picks by procedure and
    /// first day.
    pub async fn found_under(
        database: PgConnectOptions,
        clock: Clock,
        publishes: impl Fn(&str, Date) -> bool,
    ) -> anyhow::Result<Self> {
        let agency = Self::open(database, clock, Keys::new())?;
        agency.write_genesis().await?;
        agency.publish_law(publishes).await?;
        for who in Who::OFFICERS {
            agency.enrol(who).await?;
        }
        Ok(agency)
    }

    async fn write_genesis(&self) -> anyhow::Result<()> {
        let administrators: Vec<_> = self
            .keys
            .administrators
            .iter()
            .map(|(officer, key)| json!({"officer": officer, "key": PublicKey::of(key)}))
            .collect();
        let facts = json!({
            "key": PublicKey::of(&self.keys.ledger),
            "administrators": administrators,
            "threshold": 2,
            "time_zone": "Europe/Kyiv",
        });
        let stream = StreamId::ledger(ORIGIN)?;
        let signer = |by: &StreamId, role: &str| Signer {
            by: by.clone(),
            role: role.to_owned(),
            office: None,
        };
        let mut signers = vec![signer(&stream, "R-SYS")];
        signers.extend(self.keys.administrators.iter().map(|(by, _)| signer(by, "R-ADM")));
        let statement = self.statement(stream, "LedgerFounded", facts, signers);
        self.record_text(&statement.to_text(), Vec::new()).await?;
        Ok(())
    }

    /// A statement of the registry's streams, opening its stream.
    fn statement(
        &self,
        stream: StreamId,
        act: &str,
        facts: Value,
        signers: Vec<Signer>,
    ) -> Statement {
        let facts = match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        };
        Statement {
            version: VERSION.to_owned(),
            ledger: ORIGIN.to_owned(),
            stream,
            seen: None,
            nonce: clock::new_id(),
            act: act.to_owned(),
            law: None,
            subjects: Vec::new(),
            facts,
            sealed: std::collections::BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: Vec::new(),
            flags: Vec::new(),
            occurred_at: LegalTime::Date(self.ledger.today(&self.ledger.tail().world())),
            source: "NATIVE".to_owned(),
            author: None,
            signers,
        }
    }

    async fn publish_law(&self, publishes: impl Fn(&str, Date) -> bool) -> anyhow::Result<()> {
        let book = LawBook::read(LAW_FILES.iter().copied())
            .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        for procedure in book.procedures() {
            for date in book.edition_dates(procedure) {
                if !publishes(procedure, date) {
                    continue;
                }
                let package = book
                    .package(procedure, date)
                    .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
                law_texts::store(self.ledger.pool(), &package).await?;
                let facts = json!({"edition": package.edition, "package": package.hash});
                self.act(DraftRequest {
                    stream: Some(StreamId::procedure(procedure)?),
                    facts: object(facts),
                    ..self.request("PackagePublished", &[Who::Administrator])?
                })
                .await?;
            }
        }
        Ok(())
    }

    async fn enrol(&self, who: Who) -> anyhow::Result<()> {
        let (stream, key) = self.keys.of(who)?.clone();
        let administrator = self.keys.signer(Who::Administrator)?;
        let signers = vec![self.keys.signer(who)?, administrator];
        let facts = json!({"key": PublicKey::of(&key)});
        let statement = self.statement(stream.clone(), "OfficerEnrolled", facts, signers);
        self.record_text(&statement.to_text(), Vec::new()).await?;
        let (role, office) = who.post();
        let facts = json!({"role": role, "office": office, "from": "2000-01-01"});
        self.act(DraftRequest {
            stream: Some(stream),
            facts: object(facts),
            ..self.request("OfficerAppointed", &[Who::Administrator])?
        })
        .await?;
        Ok(())
    }

    /// A request with nothing but the act and its signers.
    pub fn request(&self, act: &str, signers: &[Who]) -> anyhow::Result<DraftRequest> {
        request(&self.keys, act, signers)
    }

    /// Drafts, signs and records; a draft with violations is an error.
    pub async fn act(&self, request: DraftRequest) -> anyhow::Result<Recorded> {
        let draft = self.draft(request).await?;
        self.record_text(&draft.statement, draft.disclosures).await
    }

    /// As [`Self::act`], answering every flag under signature.
    pub async fn act_answering(&self, mut request: DraftRequest) -> anyhow::Result<Recorded> {
        let mut draft = self.ledger.draft(request.clone()).await?;
        if !draft.flags.is_empty() {
            let reason = "Інакше не було можливо";
            let rules = draft.flags.iter().map(|flag| flag.rule.as_str());
            request.flags = rules.map(|rule| answer(rule, Answer::Unavoidable, reason)).collect();
            draft = self.draft(request).await?;
        }
        self.record_text(&draft.statement, draft.disclosures).await
    }

    /// A draft that nothing stands in the way of.
    pub async fn draft(&self, request: DraftRequest) -> anyhow::Result<Draft> {
        let draft = self.ledger.draft(request).await?;
        ensure!(draft.violations.is_empty(), "{:#?}\n{}", draft.violations, draft.statement);
        Ok(draft)
    }

    /// Signs with everybody the statement names, and records.
    pub async fn record_text(
        &self,
        text: &str,
        disclosures: Vec<String>,
    ) -> anyhow::Result<Recorded> {
        let signed = self.signed(text, disclosures)?;
        match self.ledger.record(signed).await {
            Ok(recorded) => Ok(recorded),
            Err(RecordError::Refused(violations)) => bail!("refused: {violations:#?}"),
            Err(error) => Err(error.into()),
        }
    }

    pub fn signed(&self, text: &str, disclosures: Vec<String>) -> anyhow::Result<SignedAct> {
        Ok(SignedAct { statement: text.to_owned(), signatures: self.keys.sign(text)?, disclosures })
    }

    /// Registers a person and gives the stream.
    pub async fn person(&self) -> anyhow::Result<StreamId> {
        let draft = self
            .draft(DraftRequest {
                private: [("family_name".to_owned(), json!("Тестенко"))].into(),
                ..self.request("PersonRegistered", &[Who::Clerk])?
            })
            .await?;
        let stream = draft.stream.clone();
        self.record_text(&draft.statement, draft.disclosures).await?;
        Ok(stream)
    }

    /// Closes the ledger and waits for the appender to finish what it holds.
    pub async fn close(self) -> anyhow::Result<()> {
        drop(self.ledger);
        Ok(self.appender.await??)
    }
}

/// A request with nothing but the act and its signers.
pub fn request(keys: &Keys, act: &str, signers: &[Who]) -> anyhow::Result<DraftRequest> {
    let signers = signers.iter().map(|who| keys.signer(*who)).collect::<anyhow::Result<_>>()?;
    Ok(DraftRequest {
        act: act.to_owned(),
        stream: None,
        procedure: None,
        subjects: Vec::new(),
        facts: Map::new(),
        private: std::collections::BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: None,
        flags: Vec::new(),
        occurred_at: None,
        source: None,
        author: None,
        signers,
    })
}

/// The fields of a JSON object.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// An answer to a flag.
pub fn answer(rule: &str, answer: Answer, reason: &str) -> AnswerRequest {
    AnswerRequest { rule: rule.to_owned(), answer, reason: Some(reason.to_owned()) }
}

/// An author whose act is only recorded.
pub fn author(role: &str) -> Option<Author> {
    Some(Author { role: role.to_owned(), body: None, reference: None })
}

/// The hash by which later statements name a recorded act.
pub fn hash_of(recorded: &Recorded) -> anyhow::Result<StatementHash> {
    Ok(litopys_domain::act::Act::from_payload(&recorded.receipt.payload)?.hash())
}
