//! The read models, read as rows of JSON: their shape belongs to another program and may be
//! missing or another, so nothing here is checked when this one is compiled.

use serde_json::{Map, Value};

use super::{Snapshot, StoreError, reading};

/// A row of a read model, by the names of its columns.
pub type ReadRow = Map<String, Value>;

/// How much of the log the read models reflect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadProgress {
    /// Of the tables' shape.
    pub version: i32,
    /// Acts at positions below it are reflected.
    pub size: i64,
}

/// A row about something that the log does not hold, or lacks what it holds.
#[derive(Debug, Clone)]
pub struct StrayRow {
    pub table: String,
    /// The stream that it is about.
    pub stream: String,
    pub expected: String,
    pub found: String,
}

/// The rows of read models about cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseTable {
    Cases,
    Timeline,
    Worklist,
    Disputes,
    Puts,
    Defects,
    Decisions,
}

impl CaseTable {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cases => "reads.cases",
            Self::Timeline => "reads.timeline",
            Self::Worklist => "reads.worklist",
            Self::Disputes => "reads.disputes",
            Self::Puts => "reads.puts",
            Self::Defects => "reads.defects",
            Self::Decisions => "statistics_units.decisions",
        }
    }

    /// The column by which rows are asked for, and its type.
    fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Cases => ("id", "uuid"),
            Self::Timeline | Self::Worklist | Self::Disputes | Self::Defects => ("case_id", "uuid"),
            Self::Puts => ("dispute", "uuid"),
            Self::Decisions => ("statement", "text"),
        }
    }
}

impl Snapshot {
    /// None where there are no read models, or none that this moment sees.
    pub async fn read_progress(&mut self) -> Result<Option<ReadProgress>, StoreError> {
        let exists: bool = sqlx::query_scalar(
            "select count(*) = 4 from pg_tables where (schemaname, tablename) in
             (('reads', 'progress'), ('reads', 'cases'), ('reads', 'timeline'),
              ('statistics_units', 'decisions'))",
        )
        .fetch_one(&mut self.connection)
        .await
        .map_err(reading("pg_tables"))?;
        if !exists {
            return Ok(None);
        }
        let row: Option<(i32, i64)> = sqlx::query_as("select version, size from reads.progress")
            .persistent(false)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(reading("reads.progress"))?;
        Ok(row.map(|(version, size)| ReadProgress { version, size }))
    }

    /// The rows of `table` about the cases `ids` as JSON, each with its case's id; of
    /// [`CaseTable::Decisions`], about the statements `ids`, each with its statement.
    pub async fn case_rows(
        &mut self,
        table: CaseTable,
        ids: &[&str],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let (name, (key, kind)) = (table.name(), table.key());
        let sql = format!(
            "select {key}::text, to_json(r)::text from {name} r
             where {key} = any($1::text[]::{kind}[])"
        );
        sqlx::query_as(&sql)
            .persistent(false)
            .bind(ids)
            .fetch_all(&mut self.connection)
            .await
            .map_err(reading(name))
    }

    /// All rows about signers: of signatories, posts and competences.
    pub async fn signer_rows(&mut self, table: &'static str) -> Result<Vec<ReadRow>, StoreError> {
        let sql = format!("select to_json(r)::text from {table} r");
        let rows: Vec<String> = sqlx::query_scalar(&sql)
            .persistent(false)
            .fetch_all(&mut self.connection)
            .await
            .map_err(reading(table))?;
        rows.iter().map(|row| parse(table, row)).collect()
    }

    /// Rows of which the log below position `size` has nothing, and persons that differ.
    pub async fn stray_rows(&mut self, size: i64) -> Result<Vec<StrayRow>, StoreError> {
        let mut strays = Vec::new();
        for sql in [STRAY_CASES, STRAY_PERSONS] {
            let rows: Vec<(String, String, String, String)> = sqlx::query_as(sql)
                .persistent(false)
                .bind(size)
                .fetch_all(&mut self.connection)
                .await
                .map_err(reading("reads"))?;
            strays.extend(rows.into_iter().map(|(table, stream, expected, found)| StrayRow {
                table,
                stream,
                expected,
                found,
            }));
        }
        Ok(strays)
    }
}

/// Rows of cases and acts of which the log below `$1` has nothing.
const STRAY_CASES: &str = "
    with strays as (
        select 'reads.cases' as name, id::text as id from reads.cases
        union select 'reads.timeline', case_id::text from reads.timeline
        union select 'reads.worklist', case_id::text from reads.worklist
        union select 'reads.disputes', case_id::text from reads.disputes
        union select 'reads.defects', case_id::text from reads.defects
        union select 'statistics_units.decisions', case_id::text from statistics_units.decisions)
    select name, 'case/' || id, 'no row' as expected, 'a row' as found from strays
     where not exists (select from events where aggregate_type = 'case'
                          and aggregate_id = id and position < $1)
    union all
    select 'statistics_units.decisions', 'case/' || case_id, 'no row', 'statement ' || statement
      from statistics_units.decisions
     where not exists (select from events where aggregate_type = 'case' and position < $1
                          and encode(statement_sha256, 'hex') = statement)
    union all
    select 'reads.puts', 'case/' || dispute, 'no row', 'statement ' || statement from reads.puts
     where not exists (select from events where aggregate_type = 'case'
                          and aggregate_id = dispute::text and position < $1)
     order by 1, 2 limit 1000";

/// Persons as registered by the acts below `$1`, against their rows.
const STRAY_PERSONS: &str = "
    select 'reads.persons', 'person/' || coalesce(e.aggregate_id, p.id::text),
           coalesce('position ' || e.position || ' at ' || e.recorded_at, 'no row'),
           coalesce('position ' || p.position || ' at ' || p.registered_at, 'no row')
      from reads.persons p
      full join (select aggregate_id, position, recorded_at from events
                  where aggregate_type = 'person' and sequence = 1 and position < $1) e
        on e.aggregate_id = p.id::text
     where (p.position, p.registered_at) is distinct from (e.position, e.recorded_at)
     order by 2 limit 1000";

fn parse(table: &'static str, row: &str) -> Result<ReadRow, StoreError> {
    serde_json::from_str(row).map_err(|error| reading(table)(sqlx::Error::Decode(Box::new(error))))
}
