//! What is due, and when.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use litopys_domain::violation::Words;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use super::cursor::{self, ListError};
use super::{Answer, one_more, page, reflected};

/// A running term of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkItem {
    pub case: Uuid,
    pub number: Option<String>,
    pub procedure: String,
    pub state: Option<String>,
    pub office: Option<String>,
    pub clock: String,
    /// The statement that started it.
    pub started_by: String,
    pub title: Words,
    /// The last day of the term.
    pub due: Date,
    /// For terms in hours.
    pub due_at: Option<Timestamp>,
    pub warn_from: Option<Date>,
    /// The day on which the ledger may sign `fires`.
    pub fires_on: Option<Date>,
    pub fires: Option<String>,
    /// Says when something ends, asks for nothing.
    pub informs: bool,
    /// `officer/…` in charge.
    pub assigned_to: Option<String>,
}

/// What an item must be to be listed.
#[derive(Debug, Clone, Default)]
pub struct WorklistFilter {
    pub office: Option<String>,
    pub procedure: Option<String>,
    pub assigned_to: Option<String>,
    /// Inclusive.
    pub due_to: Option<Date>,
}

/// Terms, the earliest first.
pub async fn worklist(
    pool: &PgPool,
    filter: &WorklistFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Answer<WorkItem>, ListError> {
    type Key = (Date, Uuid, String, String);
    let after = after.map(cursor::decode::<Key>).transpose()?;
    let (after_due, after_case, after_clock, after_start) = match after {
        Some((due, case, clock, start)) => {
            (Some(due.to_sqlx()), Some(case), Some(clock), Some(start))
        }
        None => (None, None, None, None),
    };
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select case_id, number, procedure, state, office, clock, title as "title: Json<Words>",
                  due as "due: SqlDate", due_at as "due_at: SqlTimestamp",
                  warn_from as "warn_from: SqlDate", fires_on as "fires_on: SqlDate", fires,
                  informs, assigned_to, started_by
             from reads.worklist
            where ($1::text is null or office = $1)
              and ($2::text is null or procedure = $2)
              and ($3::date is null or due <= $3)
              and ($4::text is null or assigned_to = $4)
              and ($5::date is null
                   or (due, case_id, clock, started_by) > ($5, $6::uuid, $7::text, $8::text))
            order by due, case_id, clock, started_by limit $9"#,
        filter.office,
        filter.procedure,
        filter.due_to.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        filter.assigned_to,
        after_due as Option<SqlDate>,
        after_case,
        after_clock,
        after_start,
        one_more(limit),
    )
    .map(|row| WorkItem {
        case: row.case_id,
        number: row.number,
        procedure: row.procedure,
        state: row.state,
        office: row.office,
        clock: row.clock,
        title: row.title.0,
        due: row.due.to_jiff(),
        due_at: row.due_at.map(SqlTimestamp::to_jiff),
        warn_from: row.warn_from.map(SqlDate::to_jiff),
        fires_on: row.fires_on.map(SqlDate::to_jiff),
        fires: row.fires,
        informs: row.informs,
        assigned_to: row.assigned_to,
        started_by: row.started_by,
    })
    .fetch_all(pool)
    .await?;
    Ok(page(rows, limit, position, |item: &WorkItem| {
        cursor::encode(&(item.due, item.case, &item.clock, &item.started_by))
    }))
}
