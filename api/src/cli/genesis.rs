//! The genesis: the first act of a ledger, which names its key and its administrators.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::civil::Date;
use litopys_api::clock::new_id;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::registry::{
    AdministratorNamed, LedgerFounded, ROLE_ADMINISTRATOR, ROLE_SYSTEM, RegistryAct,
};
use litopys_domain::statement::{Signer, Statement, VERSION};
use serde::Serialize;
use serde_json::{Map, Value};

/// Acts of the ledger itself come from no other system.
const SOURCE: &str = "NATIVE";

/// What a new ledger is told.
pub(crate) struct Founding<'a> {
    pub origin: &'a str,
    pub ledger_key: PublicKey,
    pub administrators: Vec<PublicKey>,
    pub threshold: usize,
    pub time_zone: &'a str,
    pub demonstration: bool,
    pub today: Date,
}

/// The genesis statement; the ledger signs first, then the administrators as they were given.
pub(crate) fn statement(founding: Founding<'_>) -> anyhow::Result<Statement> {
    let stream = StreamId::ledger(founding.origin)?;
    let administrators: Vec<_> = founding
        .administrators
        .into_iter()
        .map(|key| AdministratorNamed { officer: StreamId::officer(new_id()), key })
        .collect();
    let ledger = Signer { by: stream.clone(), role: ROLE_SYSTEM.to_owned(), office: None };
    let named = administrators.iter().map(|administrator| Signer {
        by: administrator.officer.clone(),
        role: ROLE_ADMINISTRATOR.to_owned(),
        office: None,
    });
    let signers = std::iter::once(ledger).chain(named).collect();
    let facts = LedgerFounded {
        key: founding.ledger_key,
        administrators,
        threshold: founding.threshold,
        time_zone: founding.time_zone.to_owned(),
        demonstration: founding.demonstration.then_some(true),
    };
    let statement = Statement {
        facts: facts_of(&facts)?,
        occurred_at: LegalTime::Date(founding.today),
        signers,
        ..blank(founding.origin, stream, "LedgerFounded")
    };
    statement.check()?;
    Ok(statement)
}

/// What a genesis says, read back from its statement.
pub(crate) fn read(statement: &Statement) -> anyhow::Result<LedgerFounded> {
    match RegistryAct::read(statement)? {
        Some(RegistryAct::LedgerFounded(founded)) => Ok(founded),
        _ => anyhow::bail!("the draft is a {}, no genesis (LedgerFounded)", statement.act),
    }
}

/// A statement of the ledger, to be filled in.
pub(crate) fn blank(origin: &str, stream: StreamId, act: &str) -> Statement {
    Statement {
        version: VERSION.to_owned(),
        ledger: origin.to_owned(),
        stream,
        seen: None,
        nonce: new_id(),
        act: act.to_owned(),
        law: None,
        subjects: Vec::new(),
        facts: Map::new(),
        sealed: BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: Vec::new(),
        flags: Vec::new(),
        occurred_at: LegalTime::Year(2000),
        source: SOURCE.to_owned(),
        author: None,
        signers: Vec::new(),
    }
}

/// Facts as they stand in a statement.
pub(crate) fn facts_of(facts: &impl Serialize) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(facts)? {
        Value::Object(map) => Ok(map),
        _ => None.context("facts are an object"),
    }
}
