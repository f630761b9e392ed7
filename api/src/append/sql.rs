//! The appender's SQL: the one statement, the lock, and reading on.

use litopys_domain::act::{Act, RecordedAct};
use litopys_domain::legal_time::RecordedAt;
use litopys_domain::log::tile::{TILE_WIDTH, partial_tiles};
use litopys_domain::log::{CompactRange, Hash, TileBuilder};
use sqlx::{PgConnection, PgExecutor};

use super::batch::{Batch, NumberFor};
use crate::stored::{StoredError, corrupt, signed, tiles};

/// Moves the head from the batch's first position and, only if it moved, inserts everything.
/// Returns whether it did.
pub(super) async fn append(
    executor: impl PgExecutor<'_>,
    batch: &Batch,
) -> Result<bool, sqlx::Error> {
    let events = Events::of(batch);
    let side = Side::of(batch);
    sqlx::query_scalar!(
        r#"with moved as (
             update log_head set size = $2, compact_range = $3, last_recorded_at = $4::text::timestamptz
              where size = $1 returning last_recorded_at
           ), inserted as (
             insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                                 payload, metadata, position, leaf_hash, statement_sha256, recorded_at)
             select e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version,
                    e.payload::json, '{}', e.position, e.leaf_hash, e.statement_sha256,
                    moved.last_recorded_at
               from moved, unnest($5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[],
                                  $10::text[], $11::bigint[], $12::bytea[], $13::bytea[])
                    as e (aggregate_type, aggregate_id, sequence, event_type, event_version,
                          payload, position, leaf_hash, statement_sha256)
           ), tiled as (
             insert into tiles (level, tile_index, hashes)
             select t.* from moved, unnest($14::smallint[], $15::bigint[], $16::bytea[]) as t
           ), named as (
             insert into stream_subjects (subject, aggregate_type, aggregate_id, position)
             select s.* from moved, unnest($17::text[], $18::text[], $19::text[], $20::bigint[]) as s
           ), numbered as (
             insert into case_numbers (office, procedure, year, last)
             select n.* from moved, unnest($21::text[], $22::text[], $23::int[], $24::bigint[]) as n
             on conflict (office, procedure, year) do update set last = excluded.last
           ), sealed as (
             insert into vault.disclosures (digest, stream, field, statement_sha256, sealed)
             select v.*
               from moved, unnest($25::text[], $26::text[], $27::text[], $28::bytea[], $29::bytea[]) as v
             on conflict (digest) do nothing
           )
           select case when $30 then pg_notify('litopys_log', $2::bigint::text) is null end as told from moved"#,
        signed(batch.first),
        signed(batch.size()),
        batch.log.builder().range().encode(),
        batch.recorded_at.to_string(),
        &events.aggregate_types as &[&str],
        &events.aggregate_ids as &[&str],
        &events.sequences,
        &events.event_types as &[&str],
        &events.event_versions as &[&str],
        &events.payloads as &[&str],
        &events.positions,
        &events.leaves as &[&[u8]],
        &events.statements as &[&[u8]],
        &side.tile_levels,
        &side.tile_indexes,
        &side.tile_hashes as &[&[u8]],
        &side.subjects,
        &side.subject_types as &[&str],
        &side.subject_ids as &[&str],
        &side.subject_positions,
        &side.offices as &[&str],
        &side.procedures as &[&str],
        &side.years,
        &side.lasts,
        &side.digests as &[&str],
        &side.streams,
        &side.fields as &[&str],
        &side.sealed_statements as &[&[u8]],
        &side.sealed as &[&[u8]],
        batch.announces,
    )
    .fetch_optional(executor)
    .await
    .map(|moved| moved.is_some())
}

/// Tells whoever listens how large the log is.
pub(super) async fn announce(executor: impl PgExecutor<'_>, size: u64) -> Result<(), sqlx::Error> {
    let size = size.to_string();
    sqlx::query_scalar!(r#"select pg_notify('litopys_log', $1) is not null as "told!""#, size)
        .fetch_one(executor)
        .await
        .map(|_| ())
}

/// Columns of the batch's events.
#[derive(Default)]
struct Events<'b> {
    aggregate_types: Vec<&'b str>,
    aggregate_ids: Vec<&'b str>,
    sequences: Vec<i64>,
    event_types: Vec<&'b str>,
    event_versions: Vec<&'b str>,
    payloads: Vec<&'b str>,
    positions: Vec<i64>,
    leaves: Vec<&'b [u8]>,
    statements: Vec<&'b [u8]>,
}

impl<'b> Events<'b> {
    fn of(batch: &'b Batch) -> Self {
        let mut columns = Self::default();
        for row in &batch.rows {
            let RecordedAct { statement, hash, position, sequence, leaf, .. } = &row.recorded;
            columns.aggregate_types.push(statement.stream.kind().as_str());
            columns.aggregate_ids.push(statement.stream.id());
            columns.sequences.push(signed(*sequence));
            columns.event_types.push(&statement.act);
            columns.event_versions.push(&statement.version);
            columns.payloads.push(&row.payload);
            columns.positions.push(signed(*position));
            columns.leaves.push(leaf.as_bytes());
            columns.statements.push(hash.as_bytes());
        }
        columns
    }
}

/// Columns of everything that is written beside the events.
#[derive(Default)]
struct Side<'b> {
    tile_levels: Vec<i16>,
    tile_indexes: Vec<i64>,
    tile_hashes: Vec<&'b [u8]>,
    subjects: Vec<String>,
    subject_types: Vec<&'b str>,
    subject_ids: Vec<&'b str>,
    subject_positions: Vec<i64>,
    offices: Vec<&'b str>,
    procedures: Vec<&'b str>,
    years: Vec<i32>,
    lasts: Vec<i64>,
    digests: Vec<&'b str>,
    streams: Vec<String>,
    fields: Vec<&'b str>,
    sealed_statements: Vec<&'b [u8]>,
    sealed: Vec<&'b [u8]>,
}

impl<'b> Side<'b> {
    fn of(batch: &'b Batch) -> Self {
        let mut side = Self::default();
        for (id, hashes) in batch.log.tiles() {
            side.tile_levels.push(id.level.into());
            side.tile_indexes.push(signed(id.index));
            side.tile_hashes.push(hashes);
        }
        for (NumberFor { office, procedure, year }, last) in &batch.numbers {
            side.offices.push(office);
            side.procedures.push(procedure);
            side.years.push((*year).into());
            side.lasts.push(*last);
        }
        for row in &batch.rows {
            let stream = &row.recorded.statement.stream;
            for subject in &row.new_subjects {
                side.subjects.push(subject.to_string());
                side.subject_types.push(stream.kind().as_str());
                side.subject_ids.push(stream.id());
                side.subject_positions.push(signed(row.recorded.position));
            }
            for disclosure in &row.disclosures {
                side.digests.push(&disclosure.digest);
                side.streams.push(stream.to_string());
                side.fields.push(&disclosure.field);
                side.sealed_statements.push(row.recorded.hash.as_bytes());
                side.sealed.push(&disclosure.sealed);
            }
        }
        side
    }
}

/// Waits for whatever transaction moves the head and holds it; returns the size.
pub(super) async fn lock_head(connection: &mut PgConnection) -> Result<u64, StoredError> {
    let size =
        sqlx::query_scalar!("select size from log_head for update").fetch_one(connection).await?;
    u64::try_from(size).map_err(|_| corrupt("log_head", "size", size))
}

/// The last number given in a series, 0 where none was.
pub(super) async fn last_number(
    connection: &mut PgConnection,
    series: &NumberFor,
) -> Result<i64, StoredError> {
    let last = sqlx::query_scalar!(
        "select last from case_numbers where office = $1 and procedure = $2 and year = $3",
        series.office,
        series.procedure,
        i32::from(series.year),
    )
    .fetch_optional(connection)
    .await?;
    Ok(last.unwrap_or(0))
}

/// An act another process wrote, with its exact payload.
#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) recorded: RecordedAct,
    pub(super) payload: String,
}

/// The rows from `from` on, at most `limit`; a missing position is an error.
pub(super) async fn read_on(
    connection: &mut PgConnection,
    from: u64,
    limit: u64,
) -> Result<Vec<Foreign>, StoredError> {
    let rows = sqlx::query!(
        r#"select position, payload::text as "payload!", leaf_hash
             from events where position >= $1 order by position limit $2"#,
        signed(from),
        signed(limit),
    )
    .fetch_all(connection)
    .await?;
    let mut foreign = Vec::with_capacity(rows.len());
    for (expected, row) in (from..).zip(rows) {
        if row.position != signed(expected) {
            return Err(corrupt("events", "position", signed(expected)));
        }
        foreign.push(parse(row.payload, expected, &row.leaf_hash)?);
    }
    Ok(foreign)
}

fn parse(payload: String, position: u64, leaf_hash: &[u8]) -> Result<Foreign, StoredError> {
    let unreadable = || corrupt("events", "payload", signed(position));
    let mut act = Act::from_payload(&payload).map_err(|_| unreadable())?;
    act.position = Some(position);
    let recorded = act.recorded().ok_or_else(unreadable)?;
    if recorded.leaf.as_bytes() != leaf_hash {
        return Err(corrupt("events", "leaf_hash", signed(position)));
    }
    Ok(Foreign { recorded, payload })
}

/// The head and the builder that continues it.
pub(super) async fn resume(
    connection: &mut PgConnection,
) -> Result<(TileBuilder, Option<RecordedAt>), StoredError> {
    let head = sqlx::query!(
        r#"select size, compact_range, last_recorded_at as "at: jiff_sqlx::Timestamp" from log_head"#
    )
    .fetch_one(&mut *connection)
    .await?;
    let size = u64::try_from(head.size).map_err(|_| corrupt("log_head", "size", head.size))?;
    let range = CompactRange::decode(size, &head.compact_range)
        .map_err(|_| corrupt("log_head", "compact_range", head.size))?;
    let mut partials = Vec::new();
    for tile in partial_tiles(size) {
        let (level, width) = (tile.id.level, u64::from(tile.width));
        partials.resize(usize::from(level) + 1, Vec::new());
        let first = tile.id.index * u64::from(TILE_WIDTH);
        partials[usize::from(level)] = hashes(connection, level, first, width).await?;
    }
    let builder = TileBuilder::resume(range, &partials)
        .map_err(|_| corrupt("log_head", "compact_range", head.size))?;
    Ok((builder, head.at.map(|at| RecordedAt::new(at.to_jiff()))))
}

/// The hashes of a partial tile: leaves from the rows, above from full tiles one level down.
async fn hashes(
    connection: &mut PgConnection,
    level: u8,
    first: u64,
    width: u64,
) -> Result<Vec<Hash>, StoredError> {
    match level.checked_sub(1) {
        None => tiles::leaf_hashes(connection, first, first + width).await,
        Some(below) => tiles::tile_roots(connection, below, first, first + width).await,
    }
}

/// Everything the registry and the law are folded from, in log order.
pub(super) async fn founding_acts(
    connection: &mut PgConnection,
    size: u64,
) -> Result<Vec<RecordedAct>, StoredError> {
    let rows = sqlx::query!(
        r#"select position, payload::text as "payload!", leaf_hash from events
            where aggregate_type in ('ledger', 'officer', 'service', 'procedure') and position < $1
            order by position"#,
        signed(size),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            parse(row.payload, row.position.unsigned_abs(), &row.leaf_hash).map(|f| f.recorded)
        })
        .collect()
}
