//! `GET /v1/worklist`: what is due, and when.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_projections::reads::{self, Answer, WorkItem, WorklistFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::error::HttpError;
use super::extract::{Caller, InQuery};
use super::lists::{Listing, office, reflect, rows};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WorklistQuery {
    /// One of the token's offices.
    office: Option<String>,
    procedure: Option<String>,
    /// Inclusive.
    #[param(value_type = Option<String>, format = Date)]
    due_to: Option<Date>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// Running terms, the earliest first.
#[utoipa::path(
    get, path = "/v1/worklist", tag = "cases", params(WorklistQuery),
    responses((status = 200, description = "A page of terms", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InQuery(query): InQuery<WorklistQuery>,
) -> Result<Json<Answer<WorkItem>>, HttpError> {
    let limit = rows(query.limit)?;
    let filter = WorklistFilter {
        office: office(&caller, query.office)?,
        procedure: query.procedure,
        due_to: query.due_to,
        ..WorklistFilter::default()
    };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::worklist(app.ledger.pool(), &filter, after, limit).await?))
}
