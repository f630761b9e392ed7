//! `GET /v1/worklist`: what is due, and when.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_projections::reads::{self, Answer, Now, Urgency, WorkItem, WorklistFilter};
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
    /// `overdue`, `due` (today), `warned` or `running`; several with commas.
    urgency: Option<String>,
    /// `officer/…` in charge.
    assigned_to: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// Running terms and court outcomes that fell, the earliest due first.
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
        assigned_to: query.assigned_to,
        urgency: query.urgency.as_deref().map(urgencies).transpose()?,
    };
    let world = app.ledger.tail().world();
    let now = Now { today: app.ledger.today(&world), at: app.ledger.clock().now() };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::worklist(app.ledger.pool(), &filter, now, after, limit).await?))
}

fn urgencies(text: &str) -> Result<Vec<Urgency>, HttpError> {
    let one = |name: &str| serde_json::from_value(name.into());
    text.split(',').map(one).collect::<Result<_, _>>().map_err(|_| HttpError::InvalidParameter {
        name: "urgency".to_owned(),
        message: "overdue, due, warned or running; several with commas".to_owned(),
    })
}
