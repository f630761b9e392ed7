//! Step 2: one whole case of each procedure, by officers who sign.

mod citizenship;
mod file;
mod forced_return;
mod permit;

use litopys_api::clock::new_id;
use litopys_api::draft::DraftRequest;
use litopys_domain::ids::StreamId;
use serde_json::json;

use super::stage::{Stage, request};
use crate::cli::act::Answered;
use crate::cli::out::say;

pub(super) struct Cases {
    /// What each case came to.
    pub said: Vec<String>,
    /// A case that is over.
    pub closed: StreamId,
    /// A recorded decision.
    pub decision: Answered,
}

pub(super) fn run(stage: &Stage) -> anyhow::Result<Cases> {
    say!("Forced return: the term runs out, then a departure comes in that was in time");
    let returned = forced_return::run(stage)?;
    say!("Temporary residence: decided late, recorded once the flag is answered");
    let permit = permit::run(stage)?;
    say!("Citizenship: admitted by decree");
    let citizenship = citizenship::run(stage)?;
    Ok(Cases {
        said: vec![returned.said, permit, citizenship],
        closed: returned.case,
        decision: returned.decision,
    })
}

/// Registers a person; the name is sealed, the ledger holds its digest.
fn person(stage: &Stage, name: &str, born: &str) -> anyhow::Result<StreamId> {
    let clerk = stage.person("clerk")?;
    let stream = StreamId::person(new_id());
    let registered = DraftRequest {
        stream: Some(stream.clone()),
        private: [("family_name".to_owned(), json!(name)), ("birth_date".to_owned(), json!(born))]
            .into(),
        ..request("PersonRegistered", clerk)
    };
    stage.act(clerk, registered, "")?;
    Ok(stream)
}
