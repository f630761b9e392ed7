//! The statements that the ledger signs. All of a statement comes from the log, so two processes
//! that know the same make the same bytes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use litopys_domain::ids::{IdError, StatementHash, StreamId};
use litopys_domain::law::fold::CaseState;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::next::{Cited, DueAct, PutAct};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::registry::ROLE_SYSTEM;
use litopys_domain::statement::{Signer, Statement, VERSION};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// That a term ran out. The nonce names the term and its end, so that one that is prolonged after
/// it was taken for passed may pass once more.
pub(super) fn due(
    origin: &str,
    case: &StreamId,
    head: StatementHash,
    due: &DueAct,
) -> Result<Statement, IdError> {
    let nonce = nonce(&json!([origin, case, due.act, due.clock, due.started_by, due.date]));
    let (act, cited) = (&due.act, due.cited.clone());
    let own = Own { origin, case, head, nonce, act, date: due.date, cited };
    own.statement()
}

/// What an act of a dispute puts into the case of the decision; none where no law is published
/// under which it could be put. The nonce names that act and the case.
pub(super) fn put(
    laws: &Laws,
    origin: &str,
    parent: &CaseState<'_>,
    head: StatementHash,
    put: &PutAct<'_>,
    position: u64,
) -> Result<Option<Statement>, IdError> {
    let Some(cited) = Cited::of(laws, parent, put.act, put.date, position) else { return Ok(None) };
    let nonce = nonce(&json!([origin, put.case, put.by]));
    let own = Own { origin, case: &put.case, head, nonce, act: put.act, date: put.date, cited };
    let mut statement = own.statement()?;
    statement.concerns = vec![put.decision];
    statement.facts = Map::from_iter([
        ("by".to_owned(), Value::String(put.by.to_string())),
        ("dispute".to_owned(), Value::String(put.dispute.to_string())),
    ]);
    Ok(Some(statement))
}

/// What all acts of the ledger in cases have in common.
struct Own<'a> {
    origin: &'a str,
    case: &'a StreamId,
    head: StatementHash,
    nonce: Uuid,
    act: &'a str,
    date: Date,
    cited: Cited,
}

impl Own<'_> {
    fn statement(self) -> Result<Statement, IdError> {
        let by = StreamId::ledger(self.origin)?;
        Ok(Statement {
            version: VERSION.to_owned(),
            ledger: self.origin.to_owned(),
            stream: self.case.clone(),
            seen: Some(self.head),
            nonce: self.nonce,
            act: self.act.to_owned(),
            law: Some(self.cited.law),
            subjects: Vec::new(),
            facts: Map::new(),
            sealed: BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: self.cited.basis,
            flags: Vec::new(),
            occurred_at: LegalTime::Date(self.date),
            source: "NATIVE".to_owned(),
            author: None,
            signers: vec![Signer { by, role: ROLE_SYSTEM.to_owned(), office: None }],
        })
    }
}

/// A UUID of version 8 (RFC 9562 §5.8) out of what it stands for.
fn nonce(of: &Value) -> Uuid {
    let digest = Sha256::digest(litopys_domain::canonical::to_string(of).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}
