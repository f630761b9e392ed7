//! `GET /v1/officers`: who may sign.

use axum::Json;
use axum::extract::State;
use litopys_projections::reads::{self, Answer, Officer, OfficerFilter};

use super::App;
use super::error::HttpError;
use super::lists::{InList, Listing, Page, reflect};

/// Officers, services and the ledger: keys, posts, competences.
#[utoipa::path(
    get, path = "/v1/officers", operation_id = "list_officers", tag = "cases", params(OfficerFilter, Page),
    responses((status = 200, description = "A page of signatories", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    InList(filter, page): InList<OfficerFilter>,
) -> Result<Json<Answer<Officer>>, HttpError> {
    reflect(&app, page.at_least).await?;
    let after = page.after.as_deref();
    Ok(Json(reads::officers(app.ledger.pool(), &filter, after, page.limit).await?))
}
