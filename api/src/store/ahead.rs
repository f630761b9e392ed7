//! Reads ahead for verdicts: streams, people's streams and every case that names them, for all who
//! wait in one query, over connections of its own.
//!
//! What is read lands in the tail's memory; whoever does not find it there, because reading ahead
//! failed or the log moved on too far, reads for itself and learns the reason.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StreamId};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{recorded, stored_act};
use crate::stored::{StoredError, corrupt};
use crate::tail::Tail;

/// Connections that read ahead.
const READERS: usize = 2;
/// Requests of one query.
const MANY: usize = 32;
/// Nobody waits longer for what is read ahead.
const PATIENCE: Duration = Duration::from_secs(1);
/// The query looks a few keys up, however large the tables are: a plan made once serves for all,
/// as long as it never reads a table from end to end.
const PLANS: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Whom to read ahead for. Dropping it wakes whoever waits.
struct Request {
    streams: Vec<StreamId>,
    /// Those whose cases are wanted.
    people: Vec<StreamId>,
    _done: oneshot::Sender<()>,
}

/// The readers; they end with the last clone of this.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    requests: mpsc::Sender<Request>,
}

impl Ahead {
    pub(super) fn start(database: &PgConnectOptions, tail: &Arc<Tail>) -> Self {
        let (requests, waiting) = mpsc::channel(MANY);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            let reader = Reader {
                database: database.clone().options(PLANS),
                connection: None,
                tail: Arc::clone(tail),
            };
            tokio::spawn(reader.run(Arc::clone(&waiting)));
        }
        Self { requests }
    }

    /// Returns when the streams and the cases that name `people` are in memory, or will not be.
    pub(super) async fn read(&self, streams: Vec<StreamId>, people: Vec<StreamId>) {
        let (done, read) = oneshot::channel();
        let request = Request { streams, people, _done: done };
        let reading = async {
            if self.requests.send(request).await.is_ok() {
                _ = read.await;
            }
        };
        _ = tokio::time::timeout(PATIENCE, reading).await;
    }
}

struct Reader {
    database: PgConnectOptions,
    connection: Option<PgConnection>,
    tail: Arc<Tail>,
}

impl Reader {
    async fn run(mut self, waiting: Arc<Mutex<mpsc::Receiver<Request>>>) {
        loop {
            let mut requests = Vec::new();
            if waiting.lock().await.recv_many(&mut requests, MANY).await == 0 {
                return;
            }
            if let Err(error) = self.read(&requests).await {
                tracing::debug!(error = %error, "Reading ahead failed: {error}");
                self.connection = None;
            }
        }
    }

    async fn read(&mut self, requests: &[Request]) -> Result<(), StoredError> {
        let streams: HashSet<_> = requests.iter().flat_map(|request| &request.streams).collect();
        let people: HashSet<_> = requests.iter().flat_map(|request| &request.people).collect();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.database.connect().await?),
        };
        let read_at = self.tail.size();
        let mut read = select(connection, &streams, &people).await?;
        for person in people {
            self.tail.keep_cases(person, naming(person, &read), read_at);
        }
        for stream in streams {
            read.entry(stream.clone()).or_default();
        }
        for (stream, acts) in read {
            self.tail.keep(&stream, acts, read_at);
        }
        Ok(())
    }
}

/// The acts of the streams, and of every case that names one of the people.
async fn select(
    connection: &mut PgConnection,
    streams: &HashSet<&StreamId>,
    people: &HashSet<&StreamId>,
) -> Result<HashMap<StreamId, Vec<RecordedAct>>, StoredError> {
    let (types, ids): (Vec<_>, Vec<_>) =
        streams.iter().map(|stream| (stream.kind().as_str(), stream.id())).unzip();
    let names: Vec<_> = people.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select aggregate_type, aggregate_id, position, payload::text as "payload!"
             from events
            where (aggregate_type, aggregate_id) in (
                  select * from unnest($1::text[], $2::text[]) union
                  select aggregate_type, aggregate_id from stream_subjects
                   where subject = any ($3) and aggregate_type = 'case')
            order by position"#,
        &types as &[&str],
        &ids as &[&str],
        &names,
    )
    .fetch_all(connection)
    .await?;
    let mut read: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let stream =
            row.aggregate_type.parse().and_then(|kind| StreamId::new(kind, &row.aggregate_id));
        let stream = stream.map_err(|_| corrupt("events", "aggregate_id", row.position))?;
        read.entry(stream).or_default().push(recorded(&stored_act(&row.payload, row.position)?)?);
    }
    Ok(read)
}

/// The cases among streams that name a person, in the order in which they first did.
fn naming(person: &StreamId, streams: &HashMap<StreamId, Vec<RecordedAct>>) -> Vec<StreamId> {
    let mut cases: Vec<(u64, &StreamId)> = streams
        .iter()
        .filter(|(stream, _)| stream.kind() == AggregateType::Case)
        .filter_map(|(stream, acts)| {
            let first = acts.iter().find(|act| act.statement.subjects.contains(person))?;
            Some((first.position, stream))
        })
        .collect();
    cases.sort_unstable();
    cases.into_iter().map(|(_, case)| case.clone()).collect()
}
