//! Why an act is possible in a case or not.

use litopys_domain::ids::StreamId;
use litopys_domain::law::explain::{Explanation, explain};
use litopys_domain::law::fold::{Related, View};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::{Author, Signer, Statement, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::ledger::Ledger;
use crate::stored::StoredError;

/// An act that somebody thinks of; whatever is left out is told as open.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    pub act: String,
    #[serde(default)]
    pub facts: Map<String, Value>,
    /// Absent: today.
    #[serde(default)]
    pub occurred_at: Option<LegalTime>,
    #[serde(default)]
    pub author: Option<Author>,
    /// Who would sign, in which role and office.
    #[serde(default)]
    pub signer: Option<Signer>,
}

impl Ledger {
    /// Explains an act in a case. `None` where the law of the day has no such act.
    pub async fn explain(
        &self,
        case: &StreamId,
        request: ExplainRequest,
    ) -> Result<Option<Explanation>, StoredError> {
        self.catch_up().await?;
        let read_at = self.tail().size();
        let world = self.tail().world();
        let recorded = self.streams().load(case).await?;
        let opening = recorded.first().map(|act| &act.statement);
        let today = self.today(&world);
        let candidate = Statement {
            version: VERSION.to_owned(),
            ledger: world.registry.founding().map_or_else(String::new, |f| f.origin.clone()),
            stream: case.clone(),
            seen: recorded.last().map(|act| act.hash),
            nonce: clock::new_id(),
            act: request.act,
            law: opening.and_then(|statement| statement.law.clone()),
            subjects: opening.map(|statement| statement.subjects.clone()).unwrap_or_default(),
            facts: request.facts,
            sealed: std::collections::BTreeMap::new(),
            concerns: Vec::new(),
            evidence: Vec::new(),
            instrument: None,
            basis: Vec::new(),
            flags: Vec::new(),
            occurred_at: request.occurred_at.unwrap_or(LegalTime::Date(today)),
            source: "NATIVE".to_owned(),
            author: request.author,
            signers: request.signer.into_iter().collect(),
        };
        let (circumstances, _) = self.circumstances(&world, &candidate, &recorded, read_at).await?;
        let related: Vec<Related<'_>> =
            circumstances.related.iter().map(|acts| acts.as_slice()).collect();
        let view = View::new(today, read_at);
        Ok(explain(&world.laws, &recorded, &related, &candidate, view))
    }
}
