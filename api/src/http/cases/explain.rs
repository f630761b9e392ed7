//! `POST /v1/cases/{id}/explanations`.

use axum::Json;
use axum::extract::{Request, State};
use litopys_domain::law::explain::Explanation;
use utoipa::ToSchema;
use uuid::Uuid;

use super::acts_of;
use crate::explain::ExplainRequest;
use crate::http::App;
use crate::http::error::HttpError;
use crate::http::extract::{Caller, InPath, body_of, parse_object};
use crate::http::problem::Problem;
use crate::record::RecordError;

/// An act that somebody thinks of (documented form).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes crate::explain::ExplainRequest")]
pub(in crate::http) struct ExplainBody {
    act: String,
    #[schema(value_type = Option<Object>)]
    facts: (),
    /// Absent: today.
    occurred_at: Option<String>,
    /// `{role, body, reference}`
    #[schema(value_type = Option<Object>)]
    author: (),
    /// `{by, role, office}`
    #[schema(value_type = Option<Object>)]
    signer: (),
}

/// Why an act is possible in a case or not: its state, stops, who signs, each rule with what it asks
/// and whether it holds, the terms that wait.
#[utoipa::path(
    post, path = "/v1/cases/{id}/explanations", operation_id = "explain_act", tag = "cases", request_body = ExplainBody,
    params(("id" = Uuid, Path, description = "What follows `case/`")),
    responses(
        (status = 200, description = "Rule by rule", body = serde_json::Value),
        (status = 422, description = "A fact that the act cannot hold", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn explain(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
    request: Request,
) -> Result<Json<Explanation>, HttpError> {
    let body = body_of(request, &app).await?;
    let request: ExplainRequest = parse_object(&body)?;
    let (stream, _) = acts_of(&app, &caller, id).await?;
    let explained = app.ledger.explain(&stream, request).await?;
    let mut explained = explained.ok_or_else(|| {
        HttpError::not_found(
            "such act in the law of that day",
            "такої дії в законодавстві на той день",
        )
    })?;
    let unfit = std::mem::take(&mut explained.unfit);
    if unfit.is_empty() {
        Ok(Json(explained))
    } else {
        Err(HttpError::Record(RecordError::Refused(unfit)))
    }
}
