//! Recording an act: load → handle → commit, read and judged again when it was overtaken.

use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate as _, AggregateContext as _};
use litopys_domain::act::{Act, ActError, SignedBy};
use litopys_domain::aggregate::{
    CaseKind, Judge, Kind, LedgerKind, OfficerKind, PersonKind, ProcedureKind, Refusal,
    ServiceKind, Stream,
};
use litopys_domain::circumstances::Circumstances;
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use litopys_domain::law::laws::Question;
use litopys_domain::statement::Statement;
use litopys_domain::violation::Violation;

use crate::append::{Appended, NumberFor, SealedDisclosure, SubmitError};
use crate::ledger::{Ledger, posts_end_us};
use crate::receipt::Receipt;
use crate::store::Context;
use crate::stored::StoredError;
use crate::vault::VaultError;

/// How often an act is judged before its caller is told to look again.
pub const ATTEMPTS_MAX: usize = 5;

/// The office in the number of a case that a service or the ledger opened (CL-TO).
const CENTRAL_OFFICE: &str = "00";

/// A signed statement as it comes from a client.
#[derive(Debug, Clone)]
pub struct SignedAct {
    /// The statement's exact canonical text.
    pub statement: String,
    pub signatures: Vec<SignedBy>,
    /// RFC 9901 disclosures of everything sealed in the statement.
    pub disclosures: Vec<String>,
}

/// An act that is in the log.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub receipt: Arc<Receipt>,
    /// False where the very statement had been recorded before.
    pub fresh: bool,
}

/// Why an act was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Malformed(#[from] ActError),
    #[error("refused by {} rules", .0.len())]
    Refused(Vec<Violation>),
    #[error("the stream moved since the signer looked")]
    Moved(Vec<StatementHash>),
    #[error("the act was overtaken {ATTEMPTS_MAX} times; try again")]
    Contended,
    #[error(transparent)]
    Submit(#[from] SubmitError),
    #[error("the database refuses the act: {0}")]
    Database(String),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Stored(#[from] StoredError),
}

impl Ledger {
    /// Takes in a signed act; the answer comes after it is durable and in the log.
    pub async fn record(&self, signed: SignedAct) -> Result<Recorded, RecordError> {
        let act = Act::new(&signed.statement, signed.signatures)?;
        self.record_act(act, &signed.disclosures).await
    }

    /// The same for a statement that was read already, to see who signed it.
    pub async fn record_act(
        &self,
        act: Act,
        disclosures: &[String],
    ) -> Result<Recorded, RecordError> {
        let disclosures = self.seal(&act, disclosures)?;
        self.streams().fetch(act.statement()).await;
        match act.statement().stream.kind() {
            AggregateType::Case => self.record_as::<CaseKind>(act, disclosures).await,
            AggregateType::Ledger => self.record_as::<LedgerKind>(act, disclosures).await,
            AggregateType::Officer => self.record_as::<OfficerKind>(act, disclosures).await,
            AggregateType::Person => self.record_as::<PersonKind>(act, disclosures).await,
            AggregateType::Procedure => self.record_as::<ProcedureKind>(act, disclosures).await,
            AggregateType::Service => self.record_as::<ServiceKind>(act, disclosures).await,
        }
    }

    async fn record_as<K: Kind>(
        &self,
        act: Act,
        disclosures: Vec<SealedDisclosure>,
    ) -> Result<Recorded, RecordError> {
        let id = act.statement().stream.id().to_owned();
        for _ in 0..ATTEMPTS_MAX {
            let mut context = self.store.load::<K>(&id).await?;
            context.terms.disclosures.clone_from(&disclosures);
            let judge: Box<dyn Judge> = Box::new(self.prepare(&act, &mut context).await?);
            let sink = EventSink::<Stream<K>>::default();
            match context.aggregate().handle(act.clone(), &judge, &sink).await {
                Ok(()) => {}
                Err(Refusal::Recorded(position)) => return self.recorded_before(position).await,
                // What another process has just recorded may be all that is missing here.
                Err(_) if self.catch_up().await? => continue,
                Err(Refusal::Moved(new)) => return Err(RecordError::Moved(new)),
                Err(Refusal::Unsound(violations)) => return Err(RecordError::Refused(violations)),
            }
            let Some(decided) = sink.collect().await.pop() else {
                return Err(RecordError::Contended);
            };
            match self.store.append(decided, context).await? {
                Appended::Recorded(receipt) => return Ok(Recorded { receipt, fresh: true }),
                Appended::Overtaken => {}
                Appended::Refused(why) => return Err(RecordError::Database(why)),
            }
        }
        Err(RecordError::Contended)
    }

    async fn recorded_before(&self, position: u64) -> Result<Recorded, RecordError> {
        let receipt = self.reader.receipt(position).await?;
        let missing = || crate::stored::corrupt("events", "position", position);
        Ok(Recorded { receipt: Arc::new(receipt.ok_or_else(missing)?), fresh: false })
    }

    /// Reads what the verdict rests on, and fills in what the act brings along.
    async fn prepare<K: Kind>(
        &self,
        act: &Act,
        context: &mut Context<K>,
    ) -> Result<Circumstances, StoredError> {
        let statement = act.statement();
        let world = self.tail().world();
        let (circumstances, reads) =
            self.circumstances(&world, statement, context.recorded(), context.read_at).await?;
        context.reads.extend(reads);
        let today = circumstances.today;
        context.terms.valid_until_us = posts_end_us(&world, statement, today);
        let named = |subject: &&StreamId| {
            !context.recorded().iter().any(|act| act.statement.subjects.contains(subject))
        };
        context.terms.new_subjects = statement.subjects.iter().filter(named).cloned().collect();
        if statement.stream.kind() == AggregateType::Case && context.recorded().is_empty() {
            context.terms.number = number_for(&circumstances, statement);
        }
        Ok(circumstances)
    }
}

/// The series in which an opened case is numbered.
fn number_for(circumstances: &Circumstances, statement: &Statement) -> Option<NumberFor> {
    let law = statement.law.as_ref()?;
    let date = statement.occurred_at.date_in(circumstances.laws.zone());
    let question = Question {
        procedure: &law.procedure,
        date,
        opened: None,
        position: circumstances.position,
    };
    let due = circumstances.laws.due_for_record(question)?;
    let office = statement.signers.first().and_then(|signer| signer.office.as_deref());
    Some(NumberFor {
        office: office.unwrap_or(CENTRAL_OFFICE).to_owned(),
        procedure: due.law().short.clone(),
        year: circumstances.today.year(),
    })
}
