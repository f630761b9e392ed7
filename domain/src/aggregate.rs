//! The six aggregates of cqrs-es. All have one event type, [`Act`], and one shape: `apply` only
//! appends the act; what it means is read from the law, the registry and the view asked for.

use std::marker::PhantomData;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::act::{Act, RecordedAct};
use crate::ids::{AggregateType, StatementHash};
use crate::violation::Violation;

/// Tells the aggregates apart at compile time.
pub trait Kind: Send + Sync + 'static {
    const TYPE: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $alias:ident, $kind:ident: $type:ident;)*) => {$(
        $(#[$doc])*
        pub type $alias = Stream<$kind>;

        /// See the aggregate of the same name.
        #[derive(Debug)]
        pub enum $kind {}

        impl Kind for $kind {
            const TYPE: &'static str = AggregateType::$type.as_str();
        }
    )*};
}

kinds! {
    /// One matter of one person under one procedure.
    Case, CaseKind: Case;
    /// The ledger's own acts: genesis, administrators, its key.
    Ledger, LedgerKind: Ledger;
    /// An officer: key, posts, competences.
    Officer, OfficerKind: Officer;
    /// A person: registered only, so far.
    Person, PersonKind: Person;
    /// A procedure: the packages of law published for it.
    Procedure, ProcedureKind: Procedure;
    /// An enrolled outside system.
    Service, ServiceKind: Service;
}

/// The recorded acts of one stream, and those just decided.
#[derive(Serialize, Deserialize)]
pub struct Stream<K> {
    /// No snapshot is ever taken (cqrs-es 0.5 would apply events twice), so nothing is kept here.
    #[serde(skip)]
    recorded: Vec<RecordedAct>,
    #[serde(skip)]
    decided: Vec<Act>,
    #[serde(skip)]
    kind: PhantomData<fn() -> K>,
}

impl<K> Default for Stream<K> {
    fn default() -> Self {
        Self { recorded: Vec::new(), decided: Vec::new(), kind: PhantomData }
    }
}

impl<K> Stream<K> {
    /// A stream as read from the log.
    pub fn of(recorded: Vec<RecordedAct>) -> Self {
        Self { recorded, ..Self::default() }
    }

    pub fn recorded(&self) -> &[RecordedAct] {
        &self.recorded
    }

    /// Acts that passed `handle` and are not yet in the log.
    pub fn decided(&self) -> &[Act] {
        &self.decided
    }
}

/// What judges a command: the log, as far as the verdict rests on it.
pub trait Judge: Send + Sync {
    /// Refuses what cannot be true or trusted after `recorded`.
    fn judge(&self, recorded: &[RecordedAct], act: &Act) -> Result<(), Refusal>;
}

/// Why an act is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The stream moved since the signer looked: what is new.
    #[error("the stream moved since the signer looked: {} new acts", .0.len())]
    Moved(Vec<StatementHash>),
    /// The very statement is in the log already, at this position.
    #[error("the statement is recorded at position {0}")]
    Recorded(u64),
    #[error("refused: {}", .0.first().map_or("", |violation| &violation.says.en))]
    Unsound(Vec<Violation>),
}

impl<K: Kind> Aggregate for Stream<K> {
    const TYPE: &'static str = K::TYPE;
    /// A signed statement.
    type Command = Act;
    type Event = Act;
    type Error = Refusal;
    type Services = Box<dyn Judge>;

    async fn handle(
        &mut self,
        act: Act,
        judge: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Refusal> {
        judge.judge(&self.recorded, &act)?;
        sink.write(act, self).await;
        Ok(())
    }

    fn apply(&mut self, act: Act) {
        match act.recorded() {
            Some(recorded) => self.recorded.push(recorded),
            None => self.decided.push(act),
        }
    }
}
