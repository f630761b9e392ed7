//! What happened in a case, in the order it was recorded.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use litopys_domain::statement::{Author, FlagAnswer, Signer};
use litopys_domain::violation::Words;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Answer, reflected};
use crate::error::{ProjectionError, unsigned};

/// One act of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimelineEntry {
    pub sequence: u64,
    pub position: u64,
    pub statement: String,
    pub act: String,
    pub act_title: Option<Words>,
    /// Legal time as stated.
    pub occurred_at: String,
    /// The day it counts as, in the ledger's time zone.
    pub legal_date: Date,
    pub recorded_at: Timestamp,
    pub source: String,
    pub author: Option<Author>,
    pub signers: Vec<Signer>,
    pub procedure: Option<String>,
    pub edition: Option<Date>,
    pub package: Option<String>,
    pub concerns: Vec<String>,
    /// The signer's answers to flags.
    pub flags: Vec<FlagAnswer>,
}

/// All acts of a case; no rows where there is no such case.
pub async fn timeline(pool: &PgPool, case: Uuid) -> Result<Answer<TimelineEntry>, ProjectionError> {
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select sequence, position, statement, act, act_title as "act_title: Json<Words>",
                  occurred_at, legal_date as "legal_date: SqlDate",
                  recorded_at as "recorded_at: SqlTimestamp", source,
                  author as "author: Json<Author>", signers as "signers: Json<Vec<Signer>>",
                  procedure, edition as "edition: SqlDate", package, concerns,
                  flags as "flags: Json<Vec<FlagAnswer>>"
             from reads.timeline where case_id = $1 order by sequence"#,
        case,
    )
    .map(|row| TimelineEntry {
        sequence: unsigned(row.sequence),
        position: unsigned(row.position),
        statement: row.statement,
        act: row.act,
        act_title: row.act_title.map(|title| title.0),
        occurred_at: row.occurred_at,
        legal_date: row.legal_date.to_jiff(),
        recorded_at: row.recorded_at.to_jiff(),
        source: row.source,
        author: row.author.map(|author| author.0),
        signers: row.signers.0,
        procedure: row.procedure,
        edition: row.edition.map(SqlDate::to_jiff),
        package: row.package,
        concerns: row.concerns,
        flags: row.flags.0,
    })
    .fetch_all(pool)
    .await?;
    Ok(Answer { rows, next: None, position })
}

/// When a person was registered; none where nobody was under this id.
pub async fn person_registered(
    pool: &PgPool,
    person: Uuid,
) -> Result<Option<Timestamp>, ProjectionError> {
    let at = sqlx::query_scalar!(
        r#"select registered_at as "at: SqlTimestamp" from reads.persons where id = $1"#,
        person,
    )
    .fetch_optional(pool)
    .await?;
    Ok(at.map(SqlTimestamp::to_jiff))
}
