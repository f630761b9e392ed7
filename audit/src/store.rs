//! The auditor's own reader of the database: all of its SQL, on one snapshot.

mod reads;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

pub use reads::{CaseTable, ReadProgress, ReadRow, StrayRow};

/// Why the database could not be read. That is no finding: nothing was shown either way.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot connect to the database; the auditor logs in as litopys_auditor")]
    Connect(#[source] sqlx::Error),
    #[error("cannot read the table {table}")]
    Read { table: &'static str, source: sqlx::Error },
}

/// One row of `events`, as it lies there.
#[derive(Debug, Clone)]
pub struct EventRow {
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
    pub metadata: String,
    pub position: i64,
    pub leaf_hash: Vec<u8>,
    pub statement_sha256: Vec<u8>,
    /// Microseconds since 1970.
    pub recorded_at: i64,
}

/// A published note.
#[derive(Debug, Clone)]
pub struct CheckpointRow {
    pub size: i64,
    pub note: String,
}

/// The row that every append moves.
#[derive(Debug, Clone)]
pub struct HeadRow {
    pub size: i64,
    pub compact_range: Vec<u8>,
    /// Microseconds since 1970.
    pub last_recorded_at: Option<i64>,
}

/// The counter behind the case numbers of an office, a procedure and a year.
#[derive(Debug, Clone)]
pub struct CounterRow {
    pub office: String,
    pub procedure: String,
    pub year: i32,
    pub last: i64,
}

/// An act of a case, for the law.
#[derive(Debug, Clone)]
pub struct CaseRow {
    pub aggregate_id: String,
    pub sequence: i64,
    pub position: i64,
    pub payload: String,
}

/// A text that acts cite by its hash.
#[derive(Debug, Clone)]
pub struct PackageRow {
    pub sha256: Vec<u8>,
    /// `manifest`, `edition`, `codes`, `letter` and so on.
    pub kind: String,
    pub content: String,
}

/// First naming of a subject by a stream.
#[derive(Debug, Clone)]
pub struct SubjectRow {
    pub subject: String,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub position: i64,
}

/// One moment of the database, read by one connection.
#[derive(Debug)]
pub struct Snapshot {
    connection: PgConnection,
}

impl Snapshot {
    /// Opens a read-only transaction in which every query sees the same moment.
    pub async fn open(options: &PgConnectOptions) -> Result<Self, StoreError> {
        let mut connection = options.connect().await.map_err(StoreError::Connect)?;
        sqlx::query!("begin transaction isolation level repeatable read, read only")
            .execute(&mut connection)
            .await
            .map_err(StoreError::Connect)?;
        Ok(Self { connection })
    }

    pub async fn close(self) -> Result<(), StoreError> {
        self.connection.close().await.map_err(StoreError::Connect)
    }

    /// The next `limit` events in the order of their positions, from `from` on.
    pub async fn events(&mut self, from: i64, limit: i64) -> Result<Vec<EventRow>, StoreError> {
        sqlx::query_as!(
            EventRow,
            r#"select aggregate_type, aggregate_id, sequence, event_type, event_version,
                   payload::text as "payload!", metadata::text as "metadata!", position,
                   leaf_hash, statement_sha256,
                   (extract(epoch from recorded_at) * 1000000)::bigint as "recorded_at!"
               from events where position >= $1
               order by position, aggregate_type, aggregate_id, sequence limit $2"#,
            from,
            limit,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))
    }

    /// All events of one stream, in the order of their positions.
    pub async fn stream(&mut self, kind: &str, id: &str) -> Result<Vec<EventRow>, StoreError> {
        sqlx::query_as!(
            EventRow,
            r#"select aggregate_type, aggregate_id, sequence, event_type, event_version,
                   payload::text as "payload!", metadata::text as "metadata!", position,
                   leaf_hash, statement_sha256,
                   (extract(epoch from recorded_at) * 1000000)::bigint as "recorded_at!"
               from events where aggregate_type = $1 and aggregate_id = $2 order by position"#,
            kind,
            id,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))
    }

    /// The next acts of cases, case by case, after the act `sequence` of the case `id`.
    pub async fn case_acts(
        &mut self,
        id: &str,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<CaseRow>, StoreError> {
        sqlx::query_as!(
            CaseRow,
            r#"select aggregate_id, sequence, position, payload::text as "payload!" from events
               where aggregate_type = 'case' and (aggregate_id, sequence) > ($1, $2)
               order by aggregate_id, sequence limit $3"#,
            id,
            sequence,
            limit,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))
    }

    /// All acts of the cases `ids`, case by case.
    pub async fn cases(&mut self, ids: &[&str]) -> Result<Vec<CaseRow>, StoreError> {
        sqlx::query_as!(
            CaseRow,
            r#"select aggregate_id, sequence, position, payload::text as "payload!" from events
               where aggregate_type = 'case' and aggregate_id = any($1)
               order by aggregate_id, sequence"#,
            ids as &[&str],
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))
    }

    /// The cases that name one of `subjects`, each pair once.
    pub async fn cases_of(
        &mut self,
        subjects: &[&str],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query!(
            "select subject, aggregate_id from stream_subjects
             where aggregate_type = 'case' and subject = any($1) order by 1, 2",
            subjects as &[&str],
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("stream_subjects"))?;
        Ok(rows.into_iter().map(|row| (row.subject, row.aggregate_id)).collect())
    }

    /// All events about signers and the law, in the order of their positions.
    pub async fn ground(&mut self) -> Result<Vec<EventRow>, StoreError> {
        sqlx::query_as!(
            EventRow,
            r#"select aggregate_type, aggregate_id, sequence, event_type, event_version,
                   payload::text as "payload!", metadata::text as "metadata!", position,
                   leaf_hash, statement_sha256,
                   (extract(epoch from recorded_at) * 1000000)::bigint as "recorded_at!"
               from events
               where aggregate_type in ('ledger', 'officer', 'procedure', 'service')
               order by position"#,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))
    }

    pub async fn event_count(&mut self) -> Result<i64, StoreError> {
        sqlx::query_scalar!(r#"select count(*) as "count!" from events"#)
            .fetch_one(&mut self.connection)
            .await
            .map_err(reading("events"))
    }

    /// Statements that stand in the log more than once, with their positions in order.
    pub async fn repeated_statements(&mut self) -> Result<Vec<(Vec<u8>, Vec<i64>)>, StoreError> {
        let rows = sqlx::query!(
            r#"select statement_sha256, array_agg(position order by position) as "positions!"
               from events group by statement_sha256 having count(*) > 1 order by 2 limit 1000"#,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))?;
        Ok(rows.into_iter().map(|row| (row.statement_sha256, row.positions)).collect())
    }

    /// Which of `hashes` are statements of the log, each with its stream and sequence.
    pub async fn statements(
        &mut self,
        hashes: &[Vec<u8>],
    ) -> Result<Vec<(Vec<u8>, String, i64)>, StoreError> {
        let rows = sqlx::query!(
            r#"select statement_sha256, aggregate_type || '/' || aggregate_id as "stream!",
                   sequence
               from events where statement_sha256 = any($1)"#,
            hashes,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("events"))?;
        Ok(rows.into_iter().map(|row| (row.statement_sha256, row.stream, row.sequence)).collect())
    }

    pub async fn head(&mut self) -> Result<Option<HeadRow>, StoreError> {
        sqlx::query_as!(
            HeadRow,
            "select size, compact_range,
                 (extract(epoch from last_recorded_at) * 1000000)::bigint as last_recorded_at
             from log_head",
        )
        .fetch_optional(&mut self.connection)
        .await
        .map_err(reading("log_head"))
    }

    /// Stored notes of the sizes `from` to `until`, both included, in order.
    pub async fn checkpoints(
        &mut self,
        from: i64,
        until: i64,
    ) -> Result<Vec<CheckpointRow>, StoreError> {
        sqlx::query_as!(
            CheckpointRow,
            "select size, note from checkpoints where size between $1 and $2 order by size",
            from,
            until,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("checkpoints"))
    }

    /// The hashes of the tiles named by `levels` and `indexes`, where they are stored.
    pub async fn tiles(
        &mut self,
        levels: &[i16],
        indexes: &[i64],
    ) -> Result<Vec<(i16, i64, Vec<u8>)>, StoreError> {
        let rows = sqlx::query!(
            "select tiles.level, tiles.tile_index, hashes from tiles join
             unnest($1::smallint[], $2::bigint[]) as wanted (level, tile_index)
             on tiles.level = wanted.level and tiles.tile_index = wanted.tile_index",
            levels,
            indexes,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("tiles"))?;
        Ok(rows.into_iter().map(|row| (row.level, row.tile_index, row.hashes)).collect())
    }

    /// Tiles that are stored although the log fills only `full` of each level.
    pub async fn tiles_beyond(
        &mut self,
        full: &[(i16, i64)],
    ) -> Result<Vec<(i16, i64)>, StoreError> {
        let (levels, counts): (Vec<i16>, Vec<i64>) = full.iter().copied().unzip();
        let rows = sqlx::query!(
            "select tiles.level, tile_index from tiles left join
             unnest($1::smallint[], $2::bigint[]) as filled (level, tiles)
             on tiles.level = filled.level
             where filled.tiles is null or tile_index >= filled.tiles order by 1, 2 limit 1000",
            &levels,
            &counts,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("tiles"))?;
        Ok(rows.into_iter().map(|row| (row.level, row.tile_index)).collect())
    }

    pub async fn counters(&mut self) -> Result<Vec<CounterRow>, StoreError> {
        sqlx::query_as!(
            CounterRow,
            "select office, procedure, year, last from case_numbers order by 1, 2, 3",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("case_numbers"))
    }

    /// The next rows of `stream_subjects` after the key of `after`.
    pub async fn subjects(
        &mut self,
        after: Option<&SubjectRow>,
        limit: i64,
    ) -> Result<Vec<SubjectRow>, StoreError> {
        let key = after.map(|row| (&*row.subject, &*row.aggregate_type, &*row.aggregate_id));
        let (subject, kind, id) = key.unwrap_or_default();
        sqlx::query_as!(
            SubjectRow,
            "select subject, aggregate_type, aggregate_id, position from stream_subjects
             where (subject, aggregate_type, aggregate_id) > ($1, $2, $3)
             order by 1, 2, 3 limit $4",
            subject,
            kind,
            id,
            limit,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("stream_subjects"))
    }

    /// The stored texts under these hashes.
    pub async fn texts(&mut self, hashes: &[Vec<u8>]) -> Result<Vec<PackageRow>, StoreError> {
        sqlx::query_as!(
            PackageRow,
            "select sha256, kind, content from packages where sha256 = any($1)",
            hashes,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("packages"))
    }

    /// The next stored texts after the hash `after`.
    pub async fn packages(
        &mut self,
        after: &[u8],
        limit: i64,
    ) -> Result<Vec<PackageRow>, StoreError> {
        sqlx::query_as!(
            PackageRow,
            "select sha256, kind, content from packages where sha256 > $1 order by 1 limit $2",
            after,
            limit,
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(reading("packages"))
    }
}

fn reading(table: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Read { table, source }
}
