//! What stands against cases.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};
use litopys_domain::violation::Words;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use utoipa::IntoParams;
use uuid::Uuid;

use super::cursor::{self, ListError};
use super::{Answer, one_more, page, reflected};
use crate::error::unsigned;

/// A flag that was answered or shown, a late act, or a term that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenDefect {
    pub case: Uuid,
    pub number: Option<String>,
    pub procedure: String,
    pub office: Option<String>,
    /// Its place among those of the case.
    pub n: u32,
    /// The rule, or what a clock says once it ran out.
    pub rule: String,
    /// Its number and title in CL-DEFECT.
    pub defect: Option<String>,
    pub title: Option<Words>,
    /// `V`, `U` or `D`.
    pub severity: String,
    /// `sure`, `check` (to be verified by a lawyer) or `design` (ours, never cited to a court).
    pub certainty: String,
    pub basis: Vec<String>,
    pub says: Words,
    /// `flag`, `late` or `overdue`.
    pub found: String,
    /// The act it is about; of a term that still runs the act that started it.
    pub act: String,
    pub statement: String,
    pub position: u64,
    pub since: Date,
    /// `accepted`, `disputed` or `unavoidable`, under signature; none where nobody was asked.
    pub answer: Option<String>,
    pub clock: Option<String>,
    pub due: Option<Date>,
}

/// What a defect must be to be listed; everything given must hold.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DefectFilter {
    #[serde(skip)]
    pub case: Option<Uuid>,
    /// One of the token's offices.
    pub office: Option<String>,
    pub procedure: Option<String>,
    /// A rule, or a number of CL-DEFECT with all its parts: `DEF-004` finds `DEF-004-LATE`, too.
    pub rule: Option<String>,
    /// `V`, `U` or `D`.
    pub severity: Option<String>,
    /// `accepted`, `disputed` or `unavoidable`.
    pub answer: Option<String>,
    /// The day of the question: terms that run out later are no defects yet. Over HTTP today,
    /// where none is given.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// Defects, the latest first.
pub async fn defects(
    pool: &PgPool,
    filter: &DefectFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Answer<OpenDefect>, ListError> {
    let after = after.map(cursor::decode::<(Date, Uuid, i32)>).transpose()?;
    let (after_since, after_case, after_n) =
        after.map_or((None, None, None), |(since, case, n)| (Some(since), Some(case), Some(n)));
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select case_id, number, procedure, office, n, rule, defect,
                  title as "title: Json<Words>", severity, certainty, basis,
                  says as "says: Json<Words>", found, act, statement, position,
                  since as "since: SqlDate", answer, clock, due as "due: SqlDate"
             from reads.defects
            where ($1::uuid is null or case_id = $1)
              and ($2::text is null or office = $2)
              and ($3::text is null or procedure = $3)
              and ($4::text is null or rule = $4 or starts_with(rule, $4 || '-')
                   or defect = $4)
              and ($5::text is null or severity = $5)
              and ($6::text is null or answer = $6)
              and ($7::date is null or since <= $7)
              and ($8::date is null or (since, case_id, n) < ($8, $9::uuid, $10::integer))
            order by since desc, case_id desc, n desc limit $11"#,
        filter.case,
        filter.office,
        filter.procedure,
        filter.rule,
        filter.severity,
        filter.answer,
        filter.on.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_since.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_case,
        after_n,
        one_more(limit),
    )
    .map(|row| OpenDefect {
        case: row.case_id,
        number: row.number,
        procedure: row.procedure,
        office: row.office,
        n: row.n.unsigned_abs(),
        rule: row.rule,
        defect: row.defect,
        title: row.title.map(|title| title.0),
        severity: row.severity,
        certainty: row.certainty,
        basis: row.basis,
        says: row.says.0,
        found: row.found,
        act: row.act,
        statement: row.statement,
        position: unsigned(row.position),
        since: row.since.to_jiff(),
        answer: row.answer,
        clock: row.clock,
        due: row.due.map(SqlDate::to_jiff),
    })
    .fetch_all(pool)
    .await?;
    Ok(page(rows, limit, position, |one: &OpenDefect| {
        cursor::encode(&(one.since, one.case, one.n))
    }))
}
