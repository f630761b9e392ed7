//! What the ledger itself has yet to sign, as far as the read models know: candidates, to be judged
//! on the log.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::ProjectionError;

/// A case in which a term that fires a service act has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueCase {
    pub case: Uuid,
    /// The last statement of the case that is reflected.
    pub head: String,
}

/// Open cases with a term whose service act may be signed on `today`, the longest due first.
pub async fn due_cases(pool: &PgPool, today: Date) -> Result<Vec<DueCase>, ProjectionError> {
    let rows = sqlx::query_as!(
        DueCase,
        r#"select c.id as "case", c.last_statement as head
             from reads.cases c
             join (select case_id, min(fires_on) as since from reads.worklist
                    where fires_on <= $1 group by case_id) w on w.case_id = c.id
            where not c.closed and not c.disputed
            order by w.since, c.id"#,
        today.to_sqlx() as jiff_sqlx::Date,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A court outcome that an act of a dispute puts into another case, where it is not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPut {
    pub dispute: Uuid,
    /// The act of the dispute.
    pub by: String,
    /// The case it is put into.
    pub case: Uuid,
    /// The last statement of that case that is reflected; none where there is no such case.
    pub head: Option<String>,
}

/// Outcomes of disputes that their parents do not hold, in the order in which they were recorded.
pub async fn waiting_puts(pool: &PgPool) -> Result<Vec<WaitingPut>, ProjectionError> {
    let rows = sqlx::query_as!(
        WaitingPut,
        r#"select p.dispute, p.statement as by, p.case_id as "case", c.last_statement as "head?"
             from reads.puts p left join reads.cases c on c.id = p.case_id
            where not exists (select from reads.timeline t where t.put_by = p.statement)
            order by p.position"#,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
