//! The cqrs-es event store of all aggregates: load, and commit through the appender.
//!
//! Neither snapshot nor aggregate stores of cqrs-es are used (0.5 applies events twice), and
//! nothing is read through its streaming replay (it ends silently on an error).

mod ahead;

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use litopys_domain::act::{Act, RecordedAct};
use litopys_domain::aggregate::{Kind, Refusal, Stream};
use litopys_domain::ids::{AggregateType, StreamId};
use litopys_domain::statement::Statement;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use ahead::Ahead;

use crate::append::{Appended, Appender, Key, Submission, SubmitError};
use crate::receipt::Receipt;
use crate::stored::{StoredError, corrupt};
use crate::tail::Tail;

/// Reads streams, from memory where they are at hand.
#[derive(Debug, Clone)]
pub struct Streams {
    pool: PgPool,
    tail: Arc<Tail>,
    ahead: Ahead,
}

impl Streams {
    /// Starts reading ahead from `database`, until the last clone is gone.
    pub fn start(database: &PgConnectOptions, pool: PgPool, tail: Arc<Tail>) -> Self {
        let ahead = Ahead::start(database, &tail);
        Self { pool, tail, ahead }
    }

    pub fn tail(&self) -> &Arc<Tail> {
        &self.tail
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The recorded acts of a stream; empty where there is none.
    pub async fn load(&self, stream: &StreamId) -> Result<Arc<Vec<RecordedAct>>, StoredError> {
        if let Some(acts) = self.tail.cached(stream) {
            return Ok(acts);
        }
        let read_at = self.tail.size();
        let acts = self.read(stream).await?;
        Ok(self.tail.keep(stream, acts, read_at))
    }

    /// Reads in one query what a verdict will ask for one by one and is not at hand: the
    /// statement's stream, its subjects and every case that names them.
    pub async fn fetch(&self, statement: &Statement) {
        let Statement { stream, subjects, .. } = statement;
        let unknown = |stream: &&StreamId| self.tail.cached(stream).is_none();
        let streams: Vec<_> =
            std::iter::once(stream).chain(subjects).filter(unknown).cloned().collect();
        let unasked = |subject: &&StreamId| self.tail.cases_of(subject).is_none();
        let people: Vec<_> = subjects.iter().filter(unasked).cloned().collect();
        if !(streams.is_empty() && people.is_empty()) {
            self.ahead.read(streams, people).await;
        }
    }

    async fn read(&self, stream: &StreamId) -> Result<Vec<RecordedAct>, StoredError> {
        self.read_acts(stream).await?.iter().map(recorded).collect()
    }

    /// The stored acts of a stream, with their positions.
    async fn read_acts(&self, stream: &StreamId) -> Result<Vec<Act>, StoredError> {
        let rows = sqlx::query!(
            r#"select position, payload::text as "payload!" from events
                where aggregate_type = $1 and aggregate_id = $2 order by sequence"#,
            stream.kind().as_str(),
            stream.id(),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| stored_act(&row.payload, row.position)).collect()
    }

    /// The cases that ever named a subject, in the order in which they first did.
    pub async fn cases_of(&self, subject: &StreamId) -> Result<Arc<Vec<StreamId>>, StoredError> {
        if let Some(cases) = self.tail.cases_of(subject) {
            return Ok(cases);
        }
        let read_at = self.tail.size();
        let rows = sqlx::query_scalar!(
            "select aggregate_id from stream_subjects
              where subject = $1 and aggregate_type = 'case' order by position",
            subject.to_string(),
        )
        .fetch_all(&self.pool)
        .await?;
        let cases = rows.into_iter().map(|id| {
            StreamId::new(AggregateType::Case, &id)
                .map_err(|_| corrupt("stream_subjects", "aggregate_id", id))
        });
        let cases = cases.collect::<Result<Vec<_>, _>>()?;
        Ok(self.tail.keep_cases(subject, cases, read_at))
    }
}

fn stored_act(payload: &str, position: i64) -> Result<Act, StoredError> {
    let mut act = Act::from_payload(payload).map_err(|_| corrupt("events", "payload", position))?;
    act.position = Some(position.unsigned_abs());
    Ok(act)
}

fn recorded(act: &Act) -> Result<RecordedAct, StoredError> {
    let unreadable = || corrupt("events", "payload", act.hash());
    act.recorded().ok_or_else(unreadable)
}

/// One generic store for all six aggregates.
#[derive(Debug, Clone)]
pub struct LedgerStore {
    streams: Streams,
    appender: Appender,
}

/// A loaded aggregate, and what the caller's verdict will rest on.
pub struct Context<K> {
    aggregate: Stream<K>,
    /// Log size before anything was read.
    pub read_at: u64,
    /// Keys beside the aggregate's own stream.
    pub reads: Vec<Key>,
    /// Filled in by whoever judged: number, subjects, disclosures, end of posts.
    pub terms: Terms,
}

/// What an act brings along beside its bytes.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub valid_until_us: Option<i64>,
    pub number: Option<crate::append::NumberFor>,
    pub new_subjects: Vec<StreamId>,
    pub disclosures: Vec<crate::append::SealedDisclosure>,
}

impl<K> Context<K> {
    /// The acts as they were read.
    pub fn recorded(&self) -> &[RecordedAct] {
        self.aggregate.recorded()
    }
}

impl<K: Kind> AggregateContext<Stream<K>> for Context<K> {
    fn aggregate(&mut self) -> &mut Stream<K> {
        &mut self.aggregate
    }
}

impl LedgerStore {
    pub fn new(streams: Streams, appender: Appender) -> Self {
        Self { streams, appender }
    }

    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    pub fn appender(&self) -> &Appender {
        &self.appender
    }

    /// Loads a stream for a verdict.
    pub async fn load<K: Kind>(&self, id: &str) -> Result<Context<K>, StoredError> {
        let read_at = self.streams.tail.size();
        let stream = stream_of::<K>(id).map_err(|_| corrupt("events", "aggregate_id", id))?;
        let acts = self.streams.load(&stream).await?;
        Ok(Context {
            aggregate: Stream::of(acts.to_vec()),
            read_at,
            reads: vec![Key::from(&stream)],
            terms: Terms::default(),
        })
    }

    /// Hands one decided act to the appender.
    pub async fn append<K: Kind>(
        &self,
        act: Act,
        context: Context<K>,
    ) -> Result<Appended, SubmitError> {
        let Terms { valid_until_us, number, new_subjects, disclosures } = context.terms;
        let after = context.aggregate.recorded().last().map(|last| (last.sequence, last.leaf));
        let submission = Submission {
            act,
            read_at: context.read_at,
            reads: context.reads,
            valid_until_us,
            after,
            number,
            new_subjects,
            disclosures,
        };
        self.appender.submit(submission).await
    }
}

fn stream_of<K: Kind>(id: &str) -> Result<StreamId, litopys_domain::ids::IdError> {
    StreamId::new(K::TYPE.parse()?, id)
}

impl<K: Kind> EventStore<Stream<K>> for LedgerStore {
    type AC = Context<K>;

    async fn load_events(
        &self,
        id: &str,
    ) -> Result<Vec<EventEnvelope<Stream<K>>>, AggregateError<Refusal>> {
        let stream = stream_of::<K>(id).map_err(unexpected)?;
        let acts = self.streams.read_acts(&stream).await.map_err(unexpected)?;
        Ok(acts.into_iter().map(|act| envelope(id, act)).collect())
    }

    async fn load_aggregate(&self, id: &str) -> Result<Context<K>, AggregateError<Refusal>> {
        self.load(id).await.map_err(unexpected)
    }

    /// Commits exactly one act: each is judged against the stream with the act before recorded.
    async fn commit(
        &self,
        events: Vec<Act>,
        context: Context<K>,
        _metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Stream<K>>>, AggregateError<Refusal>> {
        let [act] = <[Act; 1]>::try_from(events).map_err(|events| {
            unexpected(std::io::Error::other(format!("one act a commit, found {}", events.len())))
        })?;
        let id = act.statement().stream.id().to_owned();
        match self.append(act, context).await.map_err(unexpected)? {
            Appended::Recorded(receipt) => Ok(vec![envelope(&id, placed(&receipt)?)]),
            Appended::Overtaken => Err(AggregateError::AggregateConflict),
            Appended::Refused(why) => Err(unexpected(std::io::Error::other(why))),
        }
    }
}

fn placed(receipt: &Receipt) -> Result<Act, AggregateError<Refusal>> {
    let mut act = Act::from_payload(&receipt.payload)
        .map_err(|error| AggregateError::DeserializationError(Box::new(error)))?;
    act.position = Some(receipt.position);
    Ok(act)
}

fn envelope<K: Kind>(id: &str, payload: Act) -> EventEnvelope<Stream<K>> {
    let sequence = payload.place.as_ref().map_or(0, |place| place.sequence);
    EventEnvelope {
        aggregate_id: id.to_owned(),
        sequence: usize::try_from(sequence).unwrap_or(usize::MAX),
        payload,
        metadata: HashMap::new(),
    }
}

fn unexpected(error: impl std::error::Error + Send + Sync + 'static) -> AggregateError<Refusal> {
    AggregateError::UnexpectedError(Box::new(error))
}
