//! What is due, and when; court outcomes that a case has still to take, and those that fell, which
//! somebody must take back.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use litopys_domain::violation::Words;
use serde::{Deserialize, Serialize};
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
    /// The statement that started it; of an outcome that is to be put, the act of the dispute.
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
    /// The case of the dispute, of an outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Uuid>,
    /// `officer/…` in charge.
    pub assigned_to: Option<String>,
    pub urgency: Urgency,
}

/// How near the end of a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Its last day or moment has passed.
    Overdue,
    /// Today is its last day.
    Due,
    /// A warning day has come.
    Warned,
    Running,
}

impl Urgency {
    fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Warned => "warned",
            Self::Running => "running",
        }
    }

    fn parse(text: &str) -> Self {
        let known = [Self::Overdue, Self::Due, Self::Warned];
        known.into_iter().find(|one| one.as_str() == text).unwrap_or(Self::Running)
    }
}

/// The ledger's time, which tells how urgent something is.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub today: Date,
    pub at: Timestamp,
}

/// What an item must be to be listed.
#[derive(Debug, Clone, Default)]
pub struct WorklistFilter {
    pub office: Option<String>,
    pub procedure: Option<String>,
    pub assigned_to: Option<String>,
    /// Inclusive.
    pub due_to: Option<Date>,
    /// Only terms as urgent as one of these.
    pub urgency: Option<Vec<Urgency>>,
}

/// Terms and outcomes, the earliest due first.
pub async fn worklist(
    pool: &PgPool,
    filter: &WorklistFilter,
    now: Now,
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
    let urgency: Option<Vec<String>> = filter
        .urgency
        .as_ref()
        .map(|wanted| wanted.iter().map(|one| one.as_str().to_owned()).collect());
    let rows = sqlx::query_as!(
        Row,
        r#"with items as (
               select case_id, clock, started_by, title, due, due_at, warn_from, fires_on, fires,
                      informs, number, procedure, state, office, assigned_to, null::uuid as dispute
                 from reads.worklist
               union all
               select case_id, clock, started_by, title, due, due_at, warn_from, fires_on, fires,
                      informs, number, procedure, state, office, assigned_to, dispute
                 from reads.fallen_puts
               union all
               select case_id, clock, started_by, title, due, due_at, warn_from, fires_on, fires,
                      informs, number, procedure, state, office, assigned_to, dispute
                 from reads.waiting_puts)
           select case_id as "case_id!", number, procedure as "procedure!", state, office,
                  clock as "clock!", title as "title!: Json<Words>", due as "due!: SqlDate",
                  due_at as "due_at: SqlTimestamp", warn_from as "warn_from: SqlDate",
                  fires_on as "fires_on: SqlDate", fires, informs as "informs!", assigned_to,
                  dispute, started_by as "started_by!", urgency as "urgency!"
             from items, lateral (select case
                    when coalesce(due_at < $10::timestamptz, due < $11::date) then 'overdue'
                    when due = $11 then 'due'
                    when warn_from <= $11 then 'warned'
                    else 'running' end) as u (urgency)
            where ($12::text[] is null or urgency = any ($12))
              and ($1::text is null or office = $1)
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
        now.at.to_sqlx() as SqlTimestamp,
        now.today.to_sqlx() as SqlDate,
        urgency.as_deref(),
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().map(WorkItem::from).collect();
    Ok(page(rows, limit, position, |item: &WorkItem| {
        cursor::encode(&(item.due, item.case, &item.clock, &item.started_by))
    }))
}

/// A row as the driver reads it.
struct Row {
    case_id: Uuid,
    number: Option<String>,
    procedure: String,
    state: Option<String>,
    office: Option<String>,
    clock: String,
    title: Json<Words>,
    due: SqlDate,
    due_at: Option<SqlTimestamp>,
    warn_from: Option<SqlDate>,
    fires_on: Option<SqlDate>,
    fires: Option<String>,
    informs: bool,
    dispute: Option<Uuid>,
    assigned_to: Option<String>,
    started_by: String,
    urgency: String,
}

impl From<Row> for WorkItem {
    fn from(row: Row) -> Self {
        Self {
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
            dispute: row.dispute,
            assigned_to: row.assigned_to,
            started_by: row.started_by,
            urgency: Urgency::parse(&row.urgency),
        }
    }
}
