//! The log, read in the order of its positions: nothing skipped, nothing twice.

use std::sync::Arc;
use std::time::Duration;

use litopys_domain::act::{Act, RecordedAct};
use litopys_domain::log::Hash;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::time::{sleep, timeout};

use crate::error::{ProjectionError, corrupt, signed};

/// The channel on which the appender tells the log's new size.
const CHANNEL: &str = "litopys_log";
/// One connection listens, one reads.
const CONNECTIONS: u32 = 2;

/// How a feed reads.
#[derive(Debug, Clone, Copy)]
pub struct FeedOptions {
    /// Most acts of one page.
    pub page_max: u32,
    /// How often to look without having been woken: notifications are lost with a connection.
    pub poll: Duration,
    /// Pause before trying again after the connection failed.
    pub retry: Duration,
    /// Pause after a page that was not full: under load acts gather, and a page of many costs
    /// little more than a page of one. The first act after a rest is read at once.
    pub gather: Duration,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            page_max: 1000,
            poll: Duration::from_secs(2),
            retry: Duration::from_millis(250),
            gather: Duration::from_millis(250),
        }
    }
}

/// Acts that a process has in memory anyway, so that a feed need not read them once more.
pub trait Recent: Send + Sync + std::fmt::Debug {
    /// Committed acts from position `from` on, without a gap, at most `limit`; none where they
    /// must be read.
    fn recent(&self, from: u64, limit: usize) -> Vec<RecordedAct>;
}

/// A reader of the log that remembers where it is.
#[derive(Debug)]
pub struct Feed {
    pool: PgPool,
    recent: Option<Arc<dyn Recent>>,
    listener: Option<PgListener>,
    options: FeedOptions,
    next: u64,
    /// The last page held all there was.
    at_end: bool,
}

impl Feed {
    /// Starts at position `from`; connects when first read.
    pub fn new(database: &PgConnectOptions, from: u64, options: FeedOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(database.clone());
        Self { pool, recent: None, listener: None, options, next: from, at_end: false }
    }

    /// Looks there first.
    #[must_use]
    pub fn with_recent(self, recent: Option<Arc<dyn Recent>>) -> Self {
        Self { recent, ..self }
    }

    /// The position that the next page begins with.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Waits for at least one act and returns up to a page of them. A lost connection is opened
    /// again, for as long as it takes. Safe to cancel: what was not returned is read again.
    ///
    /// # Errors
    /// A gap, or a row that contradicts itself: nothing that waiting would mend.
    pub async fn next(&mut self) -> Result<Vec<RecordedAct>, ProjectionError> {
        if self.at_end {
            sleep(self.options.gather).await;
            self.at_end = false;
        }
        loop {
            match self.page().await {
                Ok(page) if !page.is_empty() => {
                    self.at_end = page.len() < self.options.page_max as usize;
                    return Ok(page);
                }
                Ok(_) => self.wait().await,
                Err(error) if error.is_transient() => {
                    tracing::warn!(error = %error, next = self.next, "Feed lost its connection: {error}");
                    self.listener = None;
                    sleep(self.options.retry).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The acts that are there now, up to a page; none at the log's end.
    pub async fn page(&mut self) -> Result<Vec<RecordedAct>, ProjectionError> {
        let limit = self.options.page_max;
        let known = self.recent.as_ref().map(|known| known.recent(self.next, limit as usize));
        let page = match known {
            Some(page) if !page.is_empty() => page,
            _ => read_page(&self.pool, self.next, limit).await?,
        };
        self.next += page.len() as u64;
        Ok(page)
    }

    /// Returns when the log may have grown. The first call only begins to listen: what came
    /// before that is found by reading once more.
    async fn wait(&mut self) {
        let Some(listener) = &mut self.listener else {
            match listen(&self.pool).await {
                Ok(listener) => self.listener = Some(listener),
                Err(error) => {
                    tracing::warn!(error = %error, "Cannot listen for new acts: {error}");
                    sleep(self.options.retry).await;
                }
            }
            return;
        };
        match timeout(self.options.poll, listener.try_recv()).await {
            // One look is enough for all that was announced so far.
            Ok(Ok(Some(_))) => while listener.next_buffered().is_some() {},
            Err(_) => {}
            Ok(Ok(None) | Err(_)) => self.listener = None,
        }
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Acts from position `from` on, at most `limit`, without a gap.
async fn read_page(
    pool: &PgPool,
    from: u64,
    limit: u32,
) -> Result<Vec<RecordedAct>, ProjectionError> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"select position, aggregate_type, aggregate_id, sequence, leaf_hash,
                  payload::text as "payload!"
             from events where position >= $1 order by position limit $2"#,
        signed(from),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    let mut page = Vec::with_capacity(rows.len());
    for (expected, row) in (from..).zip(&rows) {
        let found = row.position()?;
        if found != expected {
            return Err(ProjectionError::Gap { expected, found });
        }
        page.push(row.act()?);
    }
    Ok(page)
}

/// A row of `events`, not yet believed.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) leaf_hash: Vec<u8>,
    pub(crate) payload: String,
}

impl EventRow {
    pub(crate) fn position(&self) -> Result<u64, ProjectionError> {
        u64::try_from(self.position)
            .map_err(|_| corrupt("events", "position", self.position, "it is negative"))
    }

    /// The act, where payload, leaf hash and the columns of the stream agree.
    pub(crate) fn act(&self) -> Result<RecordedAct, ProjectionError> {
        let wrong = |column, reason: &dyn std::fmt::Display| {
            corrupt("events", column, self.position, reason)
        };
        let leaf = Hash::leaf(self.payload.as_bytes());
        if leaf.as_bytes()[..] != self.leaf_hash[..] {
            return Err(wrong("leaf_hash", &"it is not that of the payload"));
        }
        let act = Act::from_payload(&self.payload).map_err(|e| wrong("payload", &e))?;
        let stream = &act.statement().stream;
        if stream.kind().as_str() != self.aggregate_type || stream.id() != self.aggregate_id {
            return Err(wrong("aggregate_id", &"it is not the statement's stream"));
        }
        let (statement, hash) = (Arc::clone(act.statement()), act.hash());
        let place = act.place.ok_or_else(|| wrong("payload", &"it has no place"))?;
        if signed(place.sequence) != self.sequence {
            return Err(wrong("sequence", &"it is not that of the payload"));
        }
        Ok(RecordedAct {
            statement,
            hash,
            position: self.position()?,
            sequence: place.sequence,
            number: place.number,
            recorded_at: place.recorded_at,
            leaf,
        })
    }
}
