//! Keeps the read models up with the log: exactly once, restartable, stopping loudly.
//!
//! A batch's rows and the new size go into the database in one transaction, so whatever happens
//! between two batches, or to a COMMIT whose answer is lost, the next start goes on from what is
//! there. One process runs (an advisory lock of its writing connection); others stand by.

mod pages;
mod rebuild;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::error::ProjectionError;
use crate::feed::{Feed, FeedOptions, Recent};
use crate::fold::Fold;
use crate::fold::rows::Rows;
use crate::schema::{self, RUNNER_LOCK, Schemas, VERSION};
use crate::write::write;
use pages::Pages;

pub use rebuild::{Rebuilt, rebuild};

/// How a runner runs.
#[derive(Debug, Clone)]
pub struct RunnerOptions {
    /// As `litopys_projector`.
    pub database: PgConnectOptions,
    /// `page_max` is the most acts of one transaction.
    pub feed: FeedOptions,
    /// How often a process that stands by tries to take over.
    pub standby: Duration,
    /// Where the process that follows the log may find acts without reading them.
    pub recent: Option<Arc<dyn Recent>>,
}

impl RunnerOptions {
    pub fn new(database: PgConnectOptions) -> Self {
        Self {
            database,
            feed: FeedOptions::default(),
            standby: Duration::from_secs(1),
            recent: None,
        }
    }

    /// Rows and progress are of one transaction: what a crash of the server takes back is folded
    /// again, so no COMMIT need wait for the disk, nor make the appender's wait for it.
    fn writing(&self) -> PgConnectOptions {
        self.database.clone().options([("synchronous_commit", "off")])
    }

    fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(1).connect_lazy_with(self.database.clone())
    }
}

/// What a runner is doing. Sizes count acts: at size n, positions below n are reflected.
#[derive(Debug, Clone)]
pub enum Status {
    /// Connecting, or reading what it must know.
    Starting,
    /// Another process runs.
    Standby,
    Running {
        size: u64,
    },
    /// For good, until somebody mends the cause and starts it again.
    Stopped {
        error: Arc<ProjectionError>,
        size: u64,
    },
}

/// A running projection. Dropping it ends it, between two batches as well as in one.
#[derive(Debug)]
pub struct Runner {
    status: watch::Receiver<Status>,
    task: JoinHandle<()>,
}

impl Runner {
    pub fn start(options: RunnerOptions) -> Self {
        let (sender, status) = watch::channel(Status::Starting);
        let task = tokio::spawn(run(options, sender));
        Self { status, task }
    }

    /// What it does now, and a way to be told of changes.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts again after trouble that passes; returns after trouble that does not.
async fn run(options: RunnerOptions, status: watch::Sender<Status>) {
    let mut size = 0;
    loop {
        let Err(error) = session(&options, &status, &mut size).await;
        if !error.is_transient() {
            tracing::error!(error = %error, size, "Projections stopped at size {size}: {error}");
            status.send_replace(Status::Stopped { error: Arc::new(error), size });
            return;
        }
        tracing::warn!(error = %error, size, "Projections start again from the database: {error}");
        status.send_replace(Status::Starting);
        sleep(options.feed.retry).await;
    }
}

/// From connecting to the first trouble.
async fn session(
    options: &RunnerOptions,
    status: &watch::Sender<Status>,
    size: &mut u64,
) -> Result<std::convert::Infallible, ProjectionError> {
    let mut connection = options.writing().connect().await?;
    while !try_lock(&mut connection, RUNNER_LOCK).await? {
        status.send_replace(Status::Standby);
        sleep(options.standby).await;
    }
    *size = ready(options, &mut connection).await?;
    let pool = options.pool();
    let mut fold = Fold::at(&pool, *size).await?;
    status.send_replace(Status::Running { size: *size });
    let feed = Feed::new(&options.database, *size, options.feed);
    let mut pages = Pages::following(feed.with_recent(options.recent.clone()));
    loop {
        let page = pages.next().await?;
        let rows = fold.take(page).await?;
        commit_live(&mut connection, *size, fold.size(), &rows).await?;
        *size = fold.size();
        status.send_replace(Status::Running { size: *size });
    }
}

/// Sees to it that the live read models have this program's shape; returns their size.
async fn ready(
    options: &RunnerOptions,
    connection: &mut PgConnection,
) -> Result<u64, ProjectionError> {
    match schema::live_progress(connection).await? {
        Some((VERSION, size)) => Ok(size),
        Some((found, _)) if found > VERSION => {
            Err(ProjectionError::Newer { found, known: VERSION })
        }
        Some(_) => Ok(rebuild(options, |_| ()).await?.size),
        None => {
            let live = Schemas::live();
            live.create(connection).await?;
            live.index(connection).await?;
            Ok(0)
        }
    }
}

async fn commit_live(
    connection: &mut PgConnection,
    from: u64,
    to: u64,
    rows: &Rows,
) -> Result<(), ProjectionError> {
    let mut transaction = connection.begin().await?;
    schema::hold_names(&mut transaction).await?;
    Schemas::live().enter(&mut transaction).await?;
    Schemas::advance(&mut transaction, from, to).await?;
    write(&mut transaction, rows).await?;
    Ok(transaction.commit().await?)
}

/// Takes a lock of this connection's session, if nobody has it.
async fn try_lock(connection: &mut PgConnection, lock: i64) -> Result<bool, ProjectionError> {
    let taken = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "taken!""#, lock)
        .fetch_one(connection)
        .await?;
    Ok(taken)
}
