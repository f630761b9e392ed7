//! One ledger, opened: what every handler, command and test works with.

mod sealing;

pub use sealing::REASON_FIELD;

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::log::NoteSigner;
use litopys_domain::statement::Statement;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};

use crate::append::{Appender, AppenderOptions, AppenderTask};
use crate::clock::Clock;
use crate::follow;
use crate::publish::{self, Published};
use crate::reader::LogReader;
use crate::store::{LedgerStore, Streams};
use crate::stored::StoredError;
use crate::tail::{Tail, World};
use crate::vault::Vault;

/// A connection that lay idle for longer is tested before it reads again.
const IDLE_UNTESTED: Duration = Duration::from_millis(50);
/// How long a process waits to see what others have committed.
const CATCH_UP_MAX: Duration = Duration::from_secs(2);

/// What opening a ledger needs.
pub struct LedgerOptions {
    /// As `litopys_writer`.
    pub database: PgConnectOptions,
    /// The ledger's origin: name of its log and of its key.
    pub origin: String,
    pub key: SigningKey,
    pub vault: Vault,
    pub clock: Clock,
    /// How long to go on trying to reach the database before giving up.
    pub patience: Duration,
    pub connections_max: u32,
    pub cadence: Duration,
}

/// An open ledger; cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) store: LedgerStore,
    pub(crate) reader: LogReader,
    pub(crate) vault: Vault,
    pub(crate) clock: Clock,
    published: Published,
}

/// Why a ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("`{0}` cannot name a log")]
    Origin(String),
    #[error("the database cannot be reached")]
    Database(#[from] sqlx::Error),
}

impl Ledger {
    /// Connects and starts the appender, the follower and the publisher. The handle ends when the
    /// appender does: a process that cannot write should not go on answering.
    pub fn open(options: LedgerOptions) -> Result<(Arc<Self>, AppenderTask), OpenError> {
        let signer = NoteSigner::new(&options.origin, options.key)
            .map_err(|_| OpenError::Origin(options.origin.clone()))?;
        let signer = Arc::new(signer);
        let pool = PgPoolOptions::new()
            .max_connections(options.connections_max)
            .acquire_timeout(options.patience)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    // A round trip before every read would cost as much as the read.
                    if meta.idle_for > IDLE_UNTESTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options.database.clone());
        let tail = Arc::new(Tail::new());
        let appending = AppenderOptions {
            database: options.database.clone(),
            signer: Arc::clone(&signer),
            clock: options.clock.clone(),
            follow: follow::start(pool.clone()),
            patience: options.patience,
        };
        let (appender, task) = Appender::start(appending, Arc::clone(&tail));
        let reader = LogReader::new(pool.clone(), signer);
        let published = publish::start(pool.clone(), reader.clone(), options.cadence);
        let streams = Streams::start(&options.database, pool, tail);
        let ledger = Self {
            store: LedgerStore::new(streams, appender),
            reader,
            vault: options.vault,
            clock: options.clock,
            published,
        };
        Ok((Arc::new(ledger), task))
    }

    pub fn tail(&self) -> &Arc<Tail> {
        self.store.streams().tail()
    }

    pub fn streams(&self) -> &Streams {
        self.store.streams()
    }

    pub fn appender(&self) -> &Appender {
        self.store.appender()
    }

    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    pub fn pool(&self) -> &PgPool {
        self.store.streams().pool()
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Waits until this process has seen everything that is committed now; says whether it had
    /// to. With one writer it never does.
    pub async fn catch_up(&self) -> Result<bool, StoredError> {
        let mut seen = self.tail().watch();
        let head = self.reader.head().await?;
        if *seen.borrow_and_update() >= head.size {
            return Ok(false);
        }
        let reached = seen.wait_for(|size| *size >= head.size);
        // Whoever still lags after that is told so by the appender.
        Ok(matches!(tokio::time::timeout(CATCH_UP_MAX, reached).await, Ok(Ok(_))))
    }

    /// The newest published checkpoint, once there is one.
    pub fn published(&self) -> Option<(u64, String)> {
        self.published.borrow().clone()
    }

    /// The ledger's date now, in its own time zone.
    pub fn today(&self, world: &World) -> Date {
        self.clock.now().to_zoned(zone(world)).date()
    }
}

/// Midnight after the last day on which every post relied on stands, in microseconds.
pub(crate) fn posts_end_us(world: &World, statement: &Statement, today: Date) -> Option<i64> {
    let last = world.registry.posts_end(statement, today)?;
    let midnight = last.tomorrow().ok()?.to_zoned(zone(world)).ok()?;
    Some(midnight.timestamp().as_microsecond())
}

/// The ledger's time zone, fixed in the genesis.
fn zone(world: &World) -> TimeZone {
    world.registry.founding().map_or(TimeZone::UTC, |founding| founding.time_zone.clone())
}
