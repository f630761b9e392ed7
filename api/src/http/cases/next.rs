//! `GET /v1/cases/{id}/next-acts`.

use axum::Json;
use axum::extract::State;
use litopys_domain::law::next::NextAct;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::acts_of;
use crate::http::App;
use crate::http::error::HttpError;
use crate::http::extract::{Caller, InPath};

/// What may be done next.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct NextActs {
    /// The possible ones first; the others say why not.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<NextAct>,
    /// The last position reflected.
    position: Option<u64>,
}

/// What may be done next in a case: who must sign, what is asked for, which terms wait.
#[utoipa::path(
    get, path = "/v1/cases/{id}/next-acts", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`")),
    responses((status = 200, description = "Every act of the law in force", body = NextActs))
)]
pub(in crate::http) async fn next_acts(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Json<NextActs>, HttpError> {
    let position = app.ledger.tail().size().checked_sub(1);
    let (stream, acts) = acts_of(&app, &caller, id).await?;
    let procedure = acts.first().and_then(|act| act.statement.law.as_ref());
    let procedure = procedure.map(|law| law.procedure.as_str()).unwrap_or_default();
    let rows = app.ledger.next_acts(Some(&stream), procedure).await?;
    Ok(Json(NextActs { rows, position }))
}
