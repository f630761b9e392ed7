//! What happened in a case, in the order it was recorded.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp};
use litopys_domain::statement::{Author, FlagAnswer, Signer};
use litopys_domain::violation::Words;
use serde::Serialize;
use serde_json::Value;
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
    /// `effective`, `entered-in-error`, `rebutted` or `impossible`, as of the position reflected.
    pub status: String,
    /// The states before and after it in legal order.
    pub from_state: Option<String>,
    pub to_state: Option<String>,
    pub served_on: Option<Date>,
    pub annulled_on: Option<Date>,
    /// Whether what was annulled is to be decided again.
    pub remitted: bool,
    /// Since when a court keeps the decision from being carried out.
    pub suspended_on: Option<Date>,
    pub changed_on: Option<Date>,
    /// The annulled decision that this one rested on.
    pub basis_lost: Option<String>,
    /// What this act of a dispute puts into another case: `case`, `decision`, `act`.
    pub puts: Option<Value>,
    /// The act of a dispute that put this outcome here.
    pub put_by: Option<String>,
}

/// All acts of a case; no rows where there is no such case.
pub async fn timeline(pool: &PgPool, case: Uuid) -> Result<Answer<TimelineEntry>, ProjectionError> {
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select t.sequence, t.position, t.statement, t.act,
                  t.act_title as "act_title: Json<Words>", t.occurred_at,
                  t.legal_date as "legal_date: SqlDate",
                  t.recorded_at as "recorded_at: SqlTimestamp", t.source,
                  t.author as "author: Json<Author>", t.signers as "signers: Json<Vec<Signer>>",
                  t.procedure, t.edition as "edition: SqlDate", t.package, t.concerns,
                  t.flags as "flags: Json<Vec<FlagAnswer>>", s.status as "status!",
                  s.from_state, s.to_state, s.served_on as "served_on: SqlDate",
                  s.annulled_on as "annulled_on: SqlDate", s.remitted as "remitted!",
                  s.suspended_on as "suspended_on: SqlDate", s.changed_on as "changed_on: SqlDate",
                  s.basis_lost, s.puts, t.put_by
             from reads.cases c
             join reads.timeline t on t.case_id = c.id
             join lateral json_to_recordset(c.standing)
                  as s (position bigint, status text, from_state text, to_state text,
                        served_on date, annulled_on date, remitted boolean, suspended_on date,
                        changed_on date, basis_lost text, puts json) on s.position = t.position
            where c.id = $1 order by t.sequence"#,
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
        status: row.status,
        from_state: row.from_state,
        to_state: row.to_state,
        served_on: row.served_on.map(SqlDate::to_jiff),
        annulled_on: row.annulled_on.map(SqlDate::to_jiff),
        remitted: row.remitted,
        suspended_on: row.suspended_on.map(SqlDate::to_jiff),
        changed_on: row.changed_on.map(SqlDate::to_jiff),
        basis_lost: row.basis_lost,
        puts: row.puts,
        put_by: row.put_by,
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
