//! `GET /v1/disputes`: court disputes and the decisions they attack.

use axum::Json;
use axum::extract::State;
use litopys_projections::reads::{self, Answer, Dispute, DisputeFilter};

use super::App;
use super::error::HttpError;
use super::extract::Caller;
use super::lists::{InList, Listing, Page, office, reflect};

/// Disputes, the latest opened first.
#[utoipa::path(
    get, path = "/v1/disputes", operation_id = "list_disputes", tag = "cases", params(DisputeFilter, Page),
    responses((status = 200, description = "A page of disputes", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InList(mut filter, page): InList<DisputeFilter>,
) -> Result<Json<Answer<Dispute>>, HttpError> {
    filter.office = office(&caller, filter.office)?;
    reflect(&app, page.at_least).await?;
    let after = page.after.as_deref();
    Ok(Json(reads::disputes(app.ledger.pool(), &filter, after, page.limit).await?))
}
