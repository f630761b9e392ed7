//! `GET /v1/disputes`: court disputes and the decisions they attack.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_projections::reads::{self, Answer, Dispute, DisputeFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::error::HttpError;
use super::extract::{Caller, InQuery};
use super::lists::{Listing, office, reflect, rows};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DisputesQuery {
    /// One of the token's offices.
    office: Option<String>,
    /// Code of CL-DISPUTE.
    category: Option<String>,
    /// Code of CL-INST: the instance that has it, or had it last.
    instance: Option<String>,
    /// Code of CL-ROLE.
    court: Option<String>,
    /// Code of CL-OUTCOME: what the last court decided.
    outcome: Option<String>,
    /// What it put into the case of the decision last, such as `DecisionAnnulled`.
    effect: Option<String>,
    state: Option<String>,
    /// `case/…` of the decision.
    decided_case: Option<String>,
    /// The statement of the decision.
    decision: Option<String>,
    #[param(value_type = Option<String>, format = Date)]
    opened_from: Option<Date>,
    /// Inclusive.
    #[param(value_type = Option<String>, format = Date)]
    opened_to: Option<Date>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// Disputes, the latest opened first.
#[utoipa::path(
    get, path = "/v1/disputes", tag = "cases", params(DisputesQuery),
    responses((status = 200, description = "A page of disputes", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InQuery(query): InQuery<DisputesQuery>,
) -> Result<Json<Answer<Dispute>>, HttpError> {
    let limit = rows(query.limit)?;
    let filter = DisputeFilter {
        office: office(&caller, query.office)?,
        category: query.category,
        instance: query.instance,
        court: query.court,
        outcome: query.outcome,
        effect: query.effect,
        state: query.state,
        decided_case: query.decided_case,
        decision: query.decision,
        opened_from: query.opened_from,
        opened_to: query.opened_to,
    };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::disputes(app.ledger.pool(), &filter, after, limit).await?))
}
