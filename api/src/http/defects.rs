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
use super::extract::{Caller, InPath, InQuery};
use super::lists::{Listing, office, reflect, rows};
use super::problem::Problem;
use crate::auth::{Action, Resource, allowed};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DefectsQuery {
    /// One of the token's offices.
    office: Option<String>,
    procedure: Option<String>,
    /// A rule, or a number of CL-DEFECT with all its parts.
    rule: Option<String>,
    /// `V`, `U` or `D`.
    severity: Option<String>,
    /// `accepted`, `disputed` or `unavoidable`.
    answer: Option<String>,
    /// The day of the question; absent: today.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// What stands against cases: flags answered or shown, late acts, terms that ran out; the latest
/// first.
#[utoipa::path(
    get, path = "/v1/defects", tag = "cases", params(DefectsQuery),
    responses((status = 200, description = "A page of defects", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InQuery(query): InQuery<DefectsQuery>,
) -> Result<Json<Answer<OpenDefect>>, HttpError> {
    let limit = rows(query.limit)?;
    let filter = DefectFilter {
        case: None,
        office: office(&caller, query.office)?,
        procedure: query.procedure,
        rule: query.rule,
        severity: query.severity,
        answer: query.answer,
        on: Some(query.on.unwrap_or_else(|| today(&app))),
    };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::defects(app.ledger.pool(), &filter, after, limit).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfCaseQuery {
    /// The day of the question; absent: today.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows wanted, 1 to 500.
    limit: Option<u16>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// What stands against one case.
#[utoipa::path(
    get, path = "/v1/cases/{id}/defects", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`"), OfCaseQuery),
    responses(
        (status = 200, description = "A page of defects", body = Listing),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
    InQuery(query): InQuery<OfCaseQuery>,
) -> Result<Json<Answer<OpenDefect>>, HttpError> {
    let limit = rows(query.limit)?;
    reflect(&app, query.at_least).await?;
    let found = reads::case(app.ledger.pool(), id).await?;
    let case = found.rows.first().ok_or_else(no_case)?;
    allowed(Some(&caller), Action::ReadCases, Resource::Case(custody(case), None))?;
    let on = Some(query.on.unwrap_or_else(|| today(&app)));
    let filter = DefectFilter { case: Some(id), on, ..DefectFilter::default() };
    let after = query.after.as_deref();
    Ok(Json(reads::defects(app.ledger.pool(), &filter, after, limit).await?))
}

fn today(app: &App) -> Date {
    app.ledger.today(&app.ledger.tail().world())
}
