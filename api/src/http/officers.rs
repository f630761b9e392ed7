//! `GET /v1/officers`: who may sign.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_projections::reads::{self, Answer, Officer, OfficerFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::error::HttpError;
use super::extract::InQuery;
use super::lists::{Listing, reflect, rows};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfficersQuery {
    /// `officer/…`, `service/…` or `ledger/…`
    id: Option<String>,
    office: Option<String>,
    /// Code of CL-ROLE.
    role: Option<String>,
    /// Only who holds a post on this day.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// Officers, services and the ledger: keys, posts, competences.
#[utoipa::path(
    get, path = "/v1/officers", tag = "cases", params(OfficersQuery),
    responses((status = 200, description = "A page of signatories", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    InQuery(query): InQuery<OfficersQuery>,
) -> Result<Json<Answer<Officer>>, HttpError> {
    let limit = rows(query.limit)?;
    let filter =
        OfficerFilter { id: query.id, office: query.office, role: query.role, on: query.on };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::officers(app.ledger.pool(), &filter, after, limit).await?))
}
