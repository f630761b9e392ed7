//! `GET /v1/cases` and what lies below it.

pub(super) mod explain;
pub(super) mod history;
pub(super) mod next;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StreamId};
use litopys_domain::law::fold::{View, state};
use litopys_projections::reads::{self, Answer, Case, CaseFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::App;
use super::error::HttpError;
use super::extract::{Caller, InPath, InQuery};
use super::lists::{Listing, office, reflect, rows};
use super::problem::Problem;
use crate::auth::{Action, Principal, Resource, allowed};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CasesQuery {
    /// The beginning of the number, or all of it.
    number: Option<String>,
    procedure: Option<String>,
    state: Option<String>,
    /// One of the token's offices.
    office: Option<String>,
    /// Code of CL-COUNTRY.
    citizenship: Option<String>,
    /// `person/…`
    subject: Option<String>,
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

/// Cases, the latest opened first.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases", params(CasesQuery),
    responses((status = 200, description = "A page of cases", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InQuery(query): InQuery<CasesQuery>,
) -> Result<Json<Answer<Case>>, HttpError> {
    let limit = rows(query.limit)?;
    let filter = CaseFilter {
        number: query.number,
        procedure: query.procedure,
        state: query.state,
        office: office(&caller, query.office)?,
        citizenship: query.citizenship,
        subject: query.subject,
        opened_from: query.opened_from,
        opened_to: query.opened_to,
    };
    reflect(&app, query.at_least).await?;
    let after = query.after.as_deref();
    Ok(Json(reads::cases(app.ledger.pool(), &filter, after, limit).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CaseQuery {
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
}

/// One case, as lists show it.
#[utoipa::path(
    get, path = "/v1/cases/{id}", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`"), CaseQuery),
    responses(
        (status = 200, description = "One row", body = Listing),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn one(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
    InQuery(query): InQuery<CaseQuery>,
) -> Result<Json<Answer<Case>>, HttpError> {
    reflect(&app, query.at_least).await?;
    let answer = reads::case(app.ledger.pool(), id).await?;
    let case = answer.rows.first().ok_or_else(no_case)?;
    let comes = case.transfer.as_ref().and_then(|transfer| transfer["to"].as_str());
    let allows = |office| allowed(Some(&caller), Action::ReadCases, Resource::Office(office));
    allows(case.office.as_deref())
        .or_else(|denied| comes.map_or(Err(denied), |office| allows(Some(office))))?;
    Ok(Json(answer))
}

/// A case's recorded acts, if the caller may see them.
pub(super) async fn acts_of(
    app: &App,
    caller: &Principal,
    id: Uuid,
) -> Result<(StreamId, Arc<Vec<RecordedAct>>), HttpError> {
    let stream = StreamId::new(AggregateType::Case, &id.to_string()).map_err(|_| no_case())?;
    let acts = app.ledger.streams().load(&stream).await?;
    if acts.is_empty() {
        return Err(no_case());
    }
    allowed_one(app, caller, Action::ReadCases, &acts)?;
    Ok((stream, acts))
}

/// A case is for the office that opened it, the one that has it, and the one it is on its way to.
pub(super) fn allowed_one(
    app: &App,
    caller: &Principal,
    action: Action,
    acts: &[RecordedAct],
) -> Result<(), HttpError> {
    let opening = acts.first().and_then(|act| act.statement.signers.first());
    let opened_by = opening.and_then(|signer| signer.office.as_deref());
    let allows = |office| allowed(Some(caller), action, Resource::Office(office));
    let Err(denied) = allows(opened_by) else { return Ok(()) };
    let world = app.ledger.tail().world();
    let case = state(&world.laws, acts, View::new(Date::MAX, u64::MAX));
    let others = [case.office, case.transfer.map(|transfer| transfer.to)];
    if others.into_iter().flatten().any(|office| allows(Some(office)).is_ok()) {
        return Ok(());
    }
    Err(denied.into())
}

pub(super) fn no_case() -> HttpError {
    HttpError::not_found("such case", "такої справи")
}
