//! `GET /v1/defects` and `GET /v1/cases/{id}/defects`: what stands against cases.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_projections::reads::{self, Answer, DefectFilter, OpenDefect};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::App;
use super::cases::{custody, no_case};
use super::error::HttpError;
use super::extract::{Caller, InPath};
use super::lists::{InList, Listing, Page, office, reflect};
use super::problem::Problem;
use crate::auth::{Action, Resource, allowed};

/// What stands against cases: flags answered or shown, late acts, terms that ran out; the latest
/// first.
///
/// The same as `litopys-audit defects` finds from the events alone, but for what that adds: DEF-035
/// (another text cited), DEF-046 (no competence, by the registry as it became) and DEF-051
/// (recorded late).
#[utoipa::path(
    get, path = "/v1/defects", operation_id = "list_defects", tag = "cases", params(DefectFilter, Page),
    responses((status = 200, description = "A page of defects", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InList(mut filter, page): InList<DefectFilter>,
) -> Result<Json<Answer<OpenDefect>>, HttpError> {
    filter.office = office(&caller, filter.office)?;
    filter.on.get_or_insert_with(|| today(&app));
    reflect(&app, page.at_least).await?;
    let after = page.after.as_deref();
    Ok(Json(reads::defects(app.ledger.pool(), &filter, after, page.limit).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfCaseQuery {
    /// The day of the question; absent: today.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
}

/// What stands against one case; of what only an auditor finds, see `GET /v1/defects`.
#[utoipa::path(
    get, path = "/v1/cases/{id}/defects", operation_id = "defects_of_case", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`"), OfCaseQuery, Page),
    responses(
        (status = 200, description = "A page of defects", body = Listing),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
    InList(query, page): InList<OfCaseQuery>,
) -> Result<Json<Answer<OpenDefect>>, HttpError> {
    reflect(&app, page.at_least).await?;
    let found = reads::case(app.ledger.pool(), id).await?;
    let case = found.rows.first().ok_or_else(no_case)?;
    allowed(Some(&caller), Action::ReadCases, Resource::Case(custody(case), None))?;
    let on = Some(query.on.unwrap_or_else(|| today(&app)));
    let filter = DefectFilter { case: Some(id), on, ..DefectFilter::default() };
    let after = page.after.as_deref();
    Ok(Json(reads::defects(app.ledger.pool(), &filter, after, page.limit).await?))
}

fn today(app: &App) -> Date {
    app.ledger.today(&app.ledger.tail().world())
}
