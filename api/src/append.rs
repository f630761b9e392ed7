//! The append path: one thread a process takes what is waiting and writes it in one SQL statement.
//!
//! Submissions arrive judged, each with the keys its verdict rests on and the log size at which
//! they were read. It sends back what a later act overtook, completes the payloads, and
//! moves `log_head` from the size it knows; whoever loses that race reads on under the lock
//! (DESIGN §5). A receipt is made only after the COMMIT it speaks of is known.

mod batch;
mod sql;
mod task;
mod window;

use std::sync::Arc;
use std::time::Duration;

use litopys_domain::act::Act;
use litopys_domain::ids::StreamId;
use litopys_domain::log::NoteSigner;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{mpsc, oneshot, watch};

pub use batch::NumberFor;
pub use task::AppenderStopped;
pub use window::Key;

use crate::clock::Clock;
use crate::receipt::Receipt;
use crate::tail::Tail;

/// Most acts of one batch.
pub const BATCH_MAX: usize = 512;
/// Most submissions waiting; beyond it callers are told to come back.
pub const QUEUE_MAX: usize = 4096;

/// A judged act, and what its verdict rests on.
#[derive(Debug)]
pub struct Submission {
    pub act: Act,
    /// Log size at which every key of `reads` was read, or later.
    pub read_at: u64,
    pub reads: Vec<Key>,
    /// The end of the earliest post relied on, in microseconds since 1970.
    pub valid_until_us: Option<i64>,
    /// The stream's last act when read: sequence and leaf hash; none where this act opens it.
    pub after: Option<(u64, litopys_domain::log::Hash)>,
    /// Set for an act that opens a case.
    pub number: Option<NumberFor>,
    /// Subjects that the stream had not named before.
    pub new_subjects: Vec<StreamId>,
    pub disclosures: Vec<SealedDisclosure>,
}

/// A disclosure sealed under the master key, stored in the same statement as its act.
#[derive(Debug, Clone)]
pub struct SealedDisclosure {
    pub digest: String,
    pub field: String,
    pub sealed: Vec<u8>,
}

/// What became of a submission.
#[derive(Debug)]
pub enum Appended {
    /// In the log, for good.
    Recorded(Arc<Receipt>),
    /// A key moved since it was read: read and judge again.
    Overtaken,
    /// The database refuses this act, and says why.
    Refused(String),
}

/// Why a submission was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    #[error("the append queue is full; try again in a moment")]
    Full,
    #[error("the appender has stopped")]
    Stopped,
}

/// The way to the appender; clones share one queue.
#[derive(Debug, Clone)]
pub struct Appender {
    queue: mpsc::Sender<(Submission, oneshot::Sender<Appended>)>,
}

/// How the appender runs.
#[derive(Debug)]
pub struct AppenderOptions {
    /// As `litopys_writer`.
    pub database: PgConnectOptions,
    /// The ledger's key; its name is the ledger's origin.
    pub signer: Arc<NoteSigner>,
    pub clock: Clock,
    /// Log sizes that other processes announce.
    pub follow: watch::Receiver<u64>,
    /// How long to go on trying to reach the database before giving up.
    pub patience: Duration,
}

/// The running appender: it ends when nobody can submit any more, or with why it had to.
pub type AppenderTask = tokio::task::JoinHandle<Result<(), AppenderStopped>>;

impl Appender {
    /// Starts the appender on a thread of its own: among the tasks that check signatures, it would
    /// hear of a COMMIT only when those pause. It ends when every `Appender` is dropped and the
    /// queue is empty, or when the database cannot be reached for `patience`.
    pub fn start(options: AppenderOptions, tail: Arc<Tail>) -> (Self, AppenderTask) {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let task = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(AppenderStopped::Thread)?;
            runtime.block_on(task::run(options, tail, waiting))
        });
        (Self { queue }, task)
    }

    /// False once the task has ended: nothing can be recorded any more.
    pub fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Submissions waiting for a batch.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Hands a submission in and waits until its fate is known.
    pub async fn submit(&self, submission: Submission) -> Result<Appended, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send((submission, reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Full,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Stopped,
        })?;
        answer.await.map_err(|_| SubmitError::Stopped)
    }
}
