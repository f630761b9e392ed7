//! The appender's loop: admit, complete, write, answer; and how it gets back after a failure.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StatementHash;
use litopys_domain::law::package::Shelf;
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::TileBuilder;
use litopys_domain::registry::{RegistryAct, RegistryActError};
use sqlx::{Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::batch::{self, Batch, Numbers};
use super::window::{Key, Window, touched_by};
use super::{Appended, AppenderOptions, BATCH_MAX, Submission, sql};
use crate::law_texts;
use crate::receipt::Receipt;
use crate::stored::{StoredError, corrupt};
use crate::tail::{Published, Tail};

/// Rows read on in one query.
const READ_ON_MAX: u64 = 4_096;
/// The act that publishes a package of law.
const PACKAGE_PUBLISHED: &str = "PackagePublished";
/// How often others are told of new acts under load; they lag by this much at most.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(10);
/// First pause before reaching for the database again; doubled up to a second.
const RETRY_FIRST: Duration = Duration::from_millis(20);

/// Why the appender ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum AppenderStopped {
    #[error("the database could not be reached for {0:?}")]
    Unreachable(Duration, #[source] sqlx::Error),
    #[error("the appender's thread could not start")]
    Thread(#[source] std::io::Error),
    #[error("the log cannot be continued")]
    Stored(#[source] StoredError),
    #[error("the log holds a registry act that cannot be read")]
    Registry(#[from] RegistryActError),
}

pub(super) type Waiting = (Submission, oneshot::Sender<Appended>);

pub(super) async fn run(
    options: AppenderOptions,
    tail: Arc<Tail>,
    mut queue: mpsc::Receiver<Waiting>,
) -> Result<(), AppenderStopped> {
    let mut follow = options.follow.clone();
    let mut task = Task::open(options, tail).await?;
    loop {
        let mut waiting = Vec::new();
        tokio::select! {
            taken = queue.recv_many(&mut waiting, BATCH_MAX) => {
                if taken == 0 {
                    return task.announce().await;
                }
                task.write(waiting).await?;
            }
            Ok(()) = follow.changed() => {
                let size = *follow.borrow_and_update();
                task.follow(size).await?;
            }
            () = tokio::time::sleep_until(task.announced + ANNOUNCE_EVERY), if task.is_unannounced => {
                task.announce().await?;
            }
        }
    }
}

struct Task {
    options: AppenderOptions,
    tail: Arc<Tail>,
    connection: PgConnection,
    builder: TileBuilder,
    last: Option<RecordedAt>,
    numbers: Numbers,
    window: Window,
    /// Another process wrote since our last batch: go to the lock at once.
    contended: bool,
    /// When others were last told how large the log is, and whether it has grown since.
    announced: Instant,
    is_unannounced: bool,
}

impl Task {
    async fn open(options: AppenderOptions, tail: Arc<Tail>) -> Result<Self, AppenderStopped> {
        let mut connection = connect(&options).await?;
        let (builder, last) =
            sql::resume(&mut connection).await.map_err(AppenderStopped::Stored)?;
        let founding = sql::founding_acts(&mut connection, builder.size())
            .await
            .map_err(AppenderStopped::Stored)?;
        let published =
            packages(&mut connection, &founding).await.map_err(AppenderStopped::Stored)?;
        tail.advance(&founding, published, builder.size())?;
        let window = Window::new(builder.size());
        Ok(Self {
            options,
            tail,
            connection,
            builder,
            last,
            numbers: Numbers::new(),
            window,
            contended: false,
            announced: Instant::now(),
            is_unannounced: false,
        })
    }

    /// Reads on when another process announced a larger log.
    async fn follow(&mut self, size: u64) -> Result<(), AppenderStopped> {
        if size <= self.builder.size() {
            return Ok(());
        }
        self.contended = true;
        match self.read_on(size).await {
            Ok(_) => Ok(()),
            Err(Trouble::Database(_)) => self.recover(Vec::new()).await,
            Err(Trouble::Stopped(stopped)) => Err(stopped),
        }
    }

    /// Tells others of acts that were written without a word.
    async fn announce(&mut self) -> Result<(), AppenderStopped> {
        if !self.is_unannounced {
            return Ok(());
        }
        match sql::announce(&mut self.connection, self.builder.size()).await {
            Ok(()) => {
                self.announced = Instant::now();
                self.is_unannounced = false;
                Ok(())
            }
            Err(_) => self.recover(Vec::new()).await,
        }
    }

    async fn write(&mut self, waiting: Vec<Waiting>) -> Result<(), AppenderStopped> {
        let admitted = self.admit(waiting);
        if admitted.is_empty() {
            return Ok(());
        }
        let acts = u32::try_from(admitted.len()).unwrap_or(u32::MAX);
        metrics::histogram!("litopys_append_batch_acts").record(acts);
        match self.try_write(admitted).await {
            Ok(()) => Ok(()),
            Err((pending, Trouble::Database(error))) if is_definite(&error) => {
                self.write_singly(pending, &error).await
            }
            Err((pending, Trouble::Database(error))) => {
                tracing::warn!(error = %error, "The outcome of a batch is unknown: {error}");
                self.recover(pending).await
            }
            Err((_, Trouble::Stopped(stopped))) => Err(stopped),
        }
    }

    /// Keeps what no later act overtook, also none of the same batch.
    fn admit(&self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        let mut touched: HashSet<Key> = HashSet::new();
        let now = self.options.clock.now().as_microsecond();
        let mut admitted = Vec::with_capacity(waiting.len());
        for (submission, reply) in waiting {
            let sound = submission.valid_until_us.is_none_or(|until| now < until)
                && self.window.unmoved(&submission.reads, submission.read_at)
                && !submission.reads.iter().any(|key| touched.contains(key));
            if sound {
                touched.extend(touched_by(submission.act.statement()));
                admitted.push((submission, reply));
            } else {
                // Nobody listens where the caller gave up; then there is nothing to do.
                _ = reply.send(Appended::Overtaken);
            }
        }
        admitted
    }

    async fn try_write(&mut self, admitted: Vec<Waiting>) -> Result<(), (Vec<Waiting>, Trouble)> {
        if !self.contended {
            let batch = match self.complete(&admitted).await {
                Ok(batch) => batch,
                Err(trouble) => return Err((admitted, trouble)),
            };
            match sql::append(&mut self.connection, &batch).await {
                Ok(true) => return self.commit(batch, admitted).await,
                Ok(false) => self.contended = true,
                Err(error) => return Err((admitted, error.into())),
            }
        }
        self.write_locked(admitted).await
    }

    /// Holds the head, reads what came since, admits again and inserts under the lock.
    async fn write_locked(
        &mut self,
        admitted: Vec<Waiting>,
    ) -> Result<(), (Vec<Waiting>, Trouble)> {
        let before = self.builder.size();
        if let Err(error) = sqlx::query!("begin").execute(&mut self.connection).await {
            return Err((admitted, error.into()));
        }
        let locked = match sql::lock_head(&mut self.connection).await {
            Ok(size) => self.read_on(size).await,
            Err(error) => Err(error.into()),
        };
        if let Err(trouble) = locked {
            return Err((admitted, trouble));
        }
        self.contended = self.builder.size() > before;
        let admitted = self.admit(admitted);
        let written = self.insert_locked(&admitted).await;
        match written {
            Ok(Some(batch)) => self.commit(batch, admitted).await,
            Ok(None) => Ok(()),
            Err(trouble) => Err((admitted, trouble)),
        }
    }

    async fn insert_locked(&mut self, admitted: &[Waiting]) -> Result<Option<Batch>, Trouble> {
        if admitted.is_empty() {
            sqlx::query!("rollback").execute(&mut self.connection).await?;
            return Ok(None);
        }
        let batch = self.complete(admitted).await?;
        if !sql::append(&mut self.connection, &batch).await? {
            return Err(Trouble::Stopped(AppenderStopped::Stored(corrupt(
                "log_head",
                "size",
                batch.first,
            ))));
        }
        sqlx::query!("commit").execute(&mut self.connection).await?;
        Ok(Some(batch))
    }

    async fn complete(&mut self, admitted: &[Waiting]) -> Result<Batch, Trouble> {
        for (submission, _) in admitted {
            let Some(series) = &submission.number else { continue };
            if !self.numbers.contains_key(series) {
                let last = sql::last_number(&mut self.connection, series).await?;
                self.numbers.insert(series.clone(), last);
            }
        }
        let now = RecordedAt::new(self.options.clock.now());
        let recorded_at = self.last.map_or(now, |last| last.max(now));
        let submissions = admitted.iter().map(|(submission, _)| submission);
        let mut batch = batch::complete(&self.builder, &self.numbers, recorded_at, submissions)?;
        batch.announces = self.announced.elapsed() >= ANNOUNCE_EVERY;
        Ok(batch)
    }

    /// The COMMIT is known: what others read may move on, and receipts may leave.
    async fn commit(
        &mut self,
        batch: Batch,
        admitted: Vec<Waiting>,
    ) -> Result<(), (Vec<Waiting>, Trouble)> {
        self.is_unannounced = !batch.announces;
        if batch.announces {
            self.announced = Instant::now();
        }
        let receipts = batch.receipts(&self.options.signer);
        let settled = match receipts {
            Ok(receipts) => self.settle(batch).await.map(|()| receipts),
            Err(error) => Err(error.into()),
        };
        let receipts = settled.map_err(|trouble| (Vec::new(), trouble))?;
        for ((_, reply), receipt) in admitted.into_iter().zip(receipts) {
            _ = reply.send(Appended::Recorded(receipt));
        }
        Ok(())
    }

    async fn settle(&mut self, batch: Batch) -> Result<(), Trouble> {
        let recorded: Vec<_> = batch.rows.into_iter().map(|row| row.recorded).collect();
        let published = packages(&mut self.connection, &recorded).await?;
        for act in &recorded {
            for key in touched_by(&act.statement) {
                self.window.touch(key, act.position);
            }
        }
        self.last = Some(batch.recorded_at);
        self.numbers.extend(batch.numbers);
        self.builder = batch.log.into_builder();
        self.tail.advance(&recorded, published, self.builder.size())?;
        Ok(())
    }

    /// Takes in rows that another process wrote, up to `size`; returns what was read.
    async fn read_on(&mut self, size: u64) -> Result<Vec<(StatementHash, Arc<Receipt>)>, Trouble> {
        let mut read = Vec::new();
        while self.builder.size() < size {
            let first = self.builder.size();
            let limit = READ_ON_MAX.min(size - first);
            let rows = sql::read_on(&mut self.connection, first, limit).await?;
            if rows.len() as u64 != limit {
                return Err(Trouble::Stopped(AppenderStopped::Stored(corrupt(
                    "events", "position", first,
                ))));
            }
            let batch = batch::of_others(&self.builder, rows);
            let receipts = batch.receipts(&self.options.signer)?;
            read.extend(batch.rows.iter().map(|row| row.recorded.hash).zip(receipts));
            self.settle(batch).await?;
        }
        Ok(read)
    }

    /// The database refused the batch as a whole and wrote nothing: each act for itself, so that
    /// one cannot keep the others out.
    async fn write_singly(
        &mut self,
        pending: Vec<Waiting>,
        error: &sqlx::Error,
    ) -> Result<(), AppenderStopped> {
        _ = sqlx::query!("rollback").execute(&mut self.connection).await;
        if let [_] = pending.as_slice() {
            tracing::error!(error = %error, "The database refuses an act: {error}");
            for (_, reply) in pending {
                _ = reply.send(Appended::Refused(error.to_string()));
            }
            return Ok(());
        }
        for waiting in pending {
            Box::pin(self.write(vec![waiting])).await?;
        }
        Ok(())
    }

    /// After an unknown outcome: lock the head, which waits for the transaction in doubt, read
    /// on, and answer each caller by whether its statement is there.
    async fn recover(&mut self, pending: Vec<Waiting>) -> Result<(), AppenderStopped> {
        let read = loop {
            self.connection = connect(&self.options).await?;
            match self.read_on_locked().await {
                Ok(read) => break read,
                Err(Trouble::Database(error)) => {
                    tracing::warn!(error = %error, "Reading on after a failure failed: {error}");
                }
                Err(Trouble::Stopped(stopped)) => return Err(stopped),
            }
        };
        self.is_unannounced = true;
        for (submission, reply) in pending {
            let hash = submission.act.hash();
            let found = read.iter().find(|(recorded, _)| *recorded == hash);
            let answer = found.map_or(Appended::Overtaken, |(_, receipt)| {
                Appended::Recorded(Arc::clone(receipt))
            });
            _ = reply.send(answer);
        }
        Ok(())
    }

    async fn read_on_locked(&mut self) -> Result<Vec<(StatementHash, Arc<Receipt>)>, Trouble> {
        sqlx::query!("begin").execute(&mut self.connection).await?;
        let size = sql::lock_head(&mut self.connection).await?;
        if size < self.builder.size() {
            let found = corrupt("log_head", "size", size);
            return Err(Trouble::Stopped(AppenderStopped::Stored(found)));
        }
        let read = self.read_on(size).await?;
        sqlx::query!("commit").execute(&mut self.connection).await?;
        Ok(read)
    }
}

/// What went wrong in one attempt.
enum Trouble {
    Database(sqlx::Error),
    Stopped(AppenderStopped),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<AppenderStopped> for Trouble {
    fn from(stopped: AppenderStopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<RegistryActError> for Trouble {
    fn from(error: RegistryActError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<StoredError> for Trouble {
    fn from(error: StoredError) -> Self {
        match error {
            StoredError::Database(error) => Self::Database(error),
            corrupt @ StoredError::Corrupt { .. } => {
                Self::Stopped(AppenderStopped::Stored(corrupt))
            }
        }
    }
}

/// True where Postgres itself said that the statement failed, so that nothing was written:
/// everything but shutdown (class 57) and connection trouble (class 08).
fn is_definite(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| !(code.starts_with("57") || code.starts_with("08")))
}

/// The packages that `acts` publish, loaded from their stored texts.
async fn packages(
    connection: &mut PgConnection,
    acts: &[RecordedAct],
) -> Result<Vec<Published>, StoredError> {
    let mut published = Vec::new();
    let mut shelf = Shelf::default();
    for act in acts.iter().filter(|act| act.statement.act == PACKAGE_PUBLISHED) {
        let unreadable = || corrupt("events", "payload", act.position);
        let Ok(Some(RegistryAct::PackagePublished(facts))) = RegistryAct::read(&act.statement)
        else {
            return Err(unreadable());
        };
        let package = Arc::new(law_texts::load(connection, &mut shelf, facts.package).await?);
        published.push(Published { position: act.position, package });
    }
    Ok(published)
}

/// Connects, again and again with growing pauses, until `patience` is at its end.
async fn connect(options: &AppenderOptions) -> Result<PgConnection, AppenderStopped> {
    let deadline = Instant::now() + options.patience;
    let mut pause = RETRY_FIRST;
    loop {
        match PgConnection::connect_with(&options.database).await {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() >= deadline => {
                return Err(AppenderStopped::Unreachable(options.patience, error));
            }
            Err(_) => tokio::time::sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}
