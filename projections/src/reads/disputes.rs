//! Court disputes, and the decisions they attack.

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

/// A case that disputes a decision of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    pub case: Uuid,
    pub number: Option<String>,
    pub procedure: String,
    pub state: Option<String>,
    pub state_title: Option<Words>,
    pub is_final: bool,
    pub office: Option<String>,
    pub opened: Date,
    /// Code of CL-DISPUTE.
    pub category: Option<String>,
    /// Code of CL-INST: the instance that has it, or had it last.
    pub instance: Option<String>,
    /// Code of CL-ROLE.
    pub court: Option<String>,
    pub court_case_no: Option<String>,
    /// Code of CL-OUTCOME: what the last court decided.
    pub outcome: Option<String>,
    /// What it put into the case of the decision last, such as `DecisionAnnulled`.
    pub effect: Option<String>,
    /// `case/…` of the decision.
    pub decided_case: Option<String>,
    /// The statement of the decision.
    pub decision: Option<String>,
}

/// What a dispute must be to be listed; everything given must hold.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisputeFilter {
    /// One of the token's offices.
    pub office: Option<String>,
    /// Code of CL-DISPUTE.
    pub category: Option<String>,
    /// Code of CL-INST: the instance that has it, or had it last.
    pub instance: Option<String>,
    /// Code of CL-ROLE.
    pub court: Option<String>,
    /// Code of CL-OUTCOME: what the last court decided.
    pub outcome: Option<String>,
    /// What it put into the case of the decision last, such as `DecisionAnnulled`.
    pub effect: Option<String>,
    pub state: Option<String>,
    /// `case/…` of the decision.
    pub decided_case: Option<String>,
    /// The statement of the decision.
    pub decision: Option<String>,
    #[param(value_type = Option<String>, format = Date)]
    pub opened_from: Option<Date>,
    /// Inclusive.
    #[param(value_type = Option<String>, format = Date)]
    pub opened_to: Option<Date>,
}

/// Disputes, the latest opened first.
pub async fn disputes(
    pool: &PgPool,
    filter: &DisputeFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Answer<Dispute>, ListError> {
    let after = after.map(cursor::decode::<(Date, Uuid)>).transpose()?;
    let (after_opened, after_case) = after.unzip();
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select case_id, number, procedure, state, state_title as "state_title: Json<Words>",
                  is_final, office, opened as "opened: SqlDate", category, instance, court,
                  court_case_no, outcome, effect, decided_case, decision
             from reads.disputes
            where ($1::text is null or office = $1)
              and ($2::text is null or category = $2)
              and ($3::text is null or instance = $3)
              and ($4::text is null or court = $4)
              and ($5::text is null or outcome = $5)
              and ($6::text is null or effect = $6)
              and ($7::text is null or state = $7)
              and ($8::text is null or decided_case = $8)
              and ($9::text is null or decision = $9)
              and ($10::date is null or opened >= $10)
              and ($11::date is null or opened <= $11)
              and ($12::date is null or (opened, case_id) < ($12, $13::uuid))
            order by opened desc, case_id desc limit $14"#,
        filter.office,
        filter.category,
        filter.instance,
        filter.court,
        filter.outcome,
        filter.effect,
        filter.state,
        filter.decided_case,
        filter.decision,
        filter.opened_from.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        filter.opened_to.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_opened.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after_case,
        one_more(limit),
    )
    .map(|row| Dispute {
        case: row.case_id,
        number: row.number,
        procedure: row.procedure,
        state: row.state,
        state_title: row.state_title.map(|title| title.0),
        is_final: row.is_final,
        office: row.office,
        opened: row.opened.to_jiff(),
        category: row.category,
        instance: row.instance,
        court: row.court,
        court_case_no: row.court_case_no,
        outcome: row.outcome,
        effect: row.effect,
        decided_case: row.decided_case,
        decision: row.decision,
    })
    .fetch_all(pool)
    .await?;
    Ok(page(rows, limit, position, |dispute: &Dispute| {
        cursor::encode(&(dispute.opened, dispute.case))
    }))
}
