//! Cases, found by number and by what they are about.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use litopys_domain::violation::Words;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::types::Json;
use utoipa::IntoParams;
use uuid::Uuid;

use super::cursor::{self, ListError};
use super::{Answer, one_more, page, reflected};
use crate::error::unsigned;

/// One case as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    pub id: Uuid,
    pub number: Option<String>,
    pub procedure: String,
    pub procedure_title: Option<Words>,
    /// None where the law it cites was never published.
    pub state: Option<String>,
    pub state_title: Option<Words>,
    /// While disputed: the state without the acts that came late.
    pub other_state: Option<String>,
    /// Its acts contradict each other until a head determines the state.
    pub disputed: bool,
    pub is_final: bool,
    pub closed: bool,
    /// The office that has it: the one that opened it, or the last that received it.
    pub office: Option<String>,
    /// `officer/…` in charge.
    pub assigned_to: Option<String>,
    /// The latest that an act states.
    pub citizenship: Option<String>,
    pub subjects: Vec<String>,
    /// The opening act's legal date.
    pub opened: Date,
    pub acts: u64,
    pub last_act: String,
    pub last_statement: String,
    pub last_position: u64,
    pub last_recorded_at: Timestamp,
    /// Flags answered under signatures that stand.
    pub flags: u32,
    /// Acts that came after their term; a term that still runs late is in the worklist.
    pub defects: u32,
    /// The earliest last day of a running term that asks for an act.
    pub next_due: Option<Date>,
    /// Set while it is on its way to another office: `act`, `since`, `to`.
    pub transfer: Option<Value>,
    /// Other cases it hangs together with: `case`, `link`, `act`, `since`.
    pub links: Value,
    /// Stops that were not lifted: `act`, `blocks`, `ground`, `since`, `until`, `overrides`.
    pub stops: Value,
}

/// What a case must be to be listed; everything given must hold.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseFilter {
    /// The beginning of the number, or all of it.
    pub number: Option<String>,
    pub procedure: Option<String>,
    pub state: Option<String>,
    /// One of the token's offices.
    pub office: Option<String>,
    /// One of the token's offices: cases on their way to it, whoever has them still.
    pub coming_to: Option<String>,
    /// Code of CL-COUNTRY.
    pub citizenship: Option<String>,
    /// `person/…`
    pub subject: Option<String>,
    #[param(value_type = Option<String>, format = Date)]
    pub opened_from: Option<Date>,
    /// Inclusive.
    #[param(value_type = Option<String>, format = Date)]
    pub opened_to: Option<Date>,
}

/// Cases, the latest opened first.
pub async fn cases(
    pool: &PgPool,
    filter: &CaseFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Answer<Case>, ListError> {
    let after = after.map(cursor::decode::<(Date, Uuid)>).transpose()?;
    let (after_opened, after_id) = after.unzip();
    let position = reflected(pool).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select id, number, procedure, procedure_title as "procedure_title: Json<Words>", state,
                  state_title as "state_title: Json<Words>", other_state, disputed, is_final,
                  closed, office, assigned_to, citizenship, subjects, opened as "opened: SqlDate", acts, last_act, last_statement,
                  last_position, last_recorded_at as "last_recorded_at: SqlTimestamp", flags,
                  defects, next_due as "next_due: SqlDate", transfer, links, stops
             from reads.cases
            where ($1::text is null or starts_with(number, $1))
              and ($2::text is null or procedure = $2)
              and ($3::text is null or state = $3)
              and ($4::text is null or office = $4)
              and ($5::text is null or citizenship = $5)
              and ($6::text is null or subjects @> array[$6])
              and ($7::date is null or opened >= $7)
              and ($8::date is null or opened <= $8)
              and ($9::date is null or (opened, id) < ($9, $10::uuid))
              and ($12::text is null or transfer->>'to' = $12)
            order by opened desc, id desc limit $11"#,
        filter.number,
        filter.procedure,
        filter.state,
        filter.office,
        filter.citizenship,
        filter.subject,
        filter.opened_from.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        filter.opened_to.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_opened.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_id,
        one_more(limit),
        filter.coming_to,
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().map(Case::from).collect();
    Ok(page(rows, limit, position, |case: &Case| cursor::encode(&(case.opened, case.id))))
}

/// One case; no row where there is none.
pub async fn case(pool: &PgPool, id: Uuid) -> Result<Answer<Case>, ListError> {
    let position = reflected(pool).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select id, number, procedure, procedure_title as "procedure_title: Json<Words>", state,
                  state_title as "state_title: Json<Words>", other_state, disputed, is_final,
                  closed, office, assigned_to, citizenship, subjects, opened as "opened: SqlDate", acts, last_act, last_statement,
                  last_position, last_recorded_at as "last_recorded_at: SqlTimestamp", flags,
                  defects, next_due as "next_due: SqlDate", transfer, links, stops
             from reads.cases where id = $1"#,
        id,
    )
    .fetch_all(pool)
    .await?;
    Ok(Answer { rows: rows.into_iter().map(Case::from).collect(), next: None, position })
}

/// A row as the driver reads it.
struct Row {
    id: Uuid,
    number: Option<String>,
    procedure: String,
    procedure_title: Option<Json<Words>>,
    state: Option<String>,
    state_title: Option<Json<Words>>,
    other_state: Option<String>,
    disputed: bool,
    is_final: bool,
    closed: bool,
    office: Option<String>,
    assigned_to: Option<String>,
    citizenship: Option<String>,
    subjects: Vec<String>,
    opened: SqlDate,
    acts: i64,
    last_act: String,
    last_statement: String,
    last_position: i64,
    last_recorded_at: SqlTimestamp,
    flags: i32,
    defects: i32,
    next_due: Option<SqlDate>,
    transfer: Option<Value>,
    links: Value,
    stops: Value,
}

impl From<Row> for Case {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.number,
            procedure: row.procedure,
            procedure_title: row.procedure_title.map(|title| title.0),
            state: row.state,
            state_title: row.state_title.map(|title| title.0),
            other_state: row.other_state,
            disputed: row.disputed,
            is_final: row.is_final,
            closed: row.closed,
            office: row.office,
            assigned_to: row.assigned_to,
            citizenship: row.citizenship,
            subjects: row.subjects,
            opened: row.opened.to_jiff(),
            acts: unsigned(row.acts),
            last_act: row.last_act,
            last_statement: row.last_statement,
            last_position: unsigned(row.last_position),
            last_recorded_at: row.last_recorded_at.to_jiff(),
            flags: row.flags.unsigned_abs(),
            defects: row.defects.unsigned_abs(),
            next_due: row.next_due.map(SqlDate::to_jiff),
            transfer: row.transfer,
            links: row.links,
            stops: row.stops,
        }
    }
}
