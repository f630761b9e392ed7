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
use litopys_domain::law::engine::EngineAct;
use litopys_domain::law::fold::{View, state};
use litopys_domain::statement::Signer;
use litopys_projections::reads::{self, Answer, Case, CaseFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::App;
use super::error::HttpError;
use super::extract::{Caller, InPath, InQuery};
use super::lists::{InList, Listing, Page, office, reflect};
use super::problem::Problem;
use crate::auth::{Action, Custody, Denied, Principal, Resource, allowed};

/// Cases, the latest opened first.
#[utoipa::path(
    get, path = "/v1/cases", operation_id = "list_cases", tag = "cases", params(CaseFilter, Page),
    responses((status = 200, description = "A page of cases", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InList(mut filter, page): InList<CaseFilter>,
) -> Result<Json<Answer<Case>>, HttpError> {
    match &filter.coming_to {
        None => filter.office = office(&caller, filter.office)?,
        // Whose they are still does not matter: the receiver sees what is on its way.
        Some(to) => allowed(Some(&caller), Action::ReadCases, Resource::Office(Some(to)))?,
    }
    reflect(&app, page.at_least).await?;
    let after = page.after.as_deref();
    Ok(Json(reads::cases(app.ledger.pool(), &filter, after, page.limit).await?))
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
    get, path = "/v1/cases/{id}", operation_id = "case", tag = "cases",
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
    allowed(Some(&caller), Action::ReadCases, Resource::Case(custody(case), None))?;
    Ok(Json(answer))
}

/// Whose a case is, as far as the read models know.
pub(super) fn custody(case: &Case) -> Custody<'_> {
    Custody {
        office: case.office.as_deref(),
        comes_to: case.transfer.as_ref().and_then(|transfer| transfer["to"].as_str()),
    }
}

/// A case's recorded acts, if the caller may see them.
pub(super) async fn acts_of(
    app: &App,
    caller: &Principal,
    id: Uuid,
) -> Result<(StreamId, Arc<Vec<RecordedAct>>), HttpError> {
    let stream = StreamId::new(AggregateType::Case, &id.to_string()).map_err(|_| no_case())?;
    let acts = opened_for(app, caller, Action::ReadCases, None, &stream).await?;
    if acts.is_empty() { Err(no_case()) } else { Ok((stream, acts)) }
}

/// An act that a caller wants to take in a case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    act: &'a str,
    /// Whose the case is to be where the act opens it.
    office: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(act: &'a str, signers: &'a [Signer]) -> Self {
        Self { act, office: signers.first().and_then(|signer| signer.office.as_deref()) }
    }

    /// Whether the caller may open a case with it.
    pub(super) fn may_open(self, caller: &Principal, action: Action) -> Result<(), Denied> {
        allowed(Some(caller), action, Resource::Opening(self.office))
    }
}

/// A case's recorded acts, if the caller may do this with it: take an action, and an act in it
/// where one is named. A case that is not opened yet is for the office for which the act opens it.
pub(super) async fn opened_for(
    app: &App,
    caller: &Principal,
    action: Action,
    wanted: Option<Wanted<'_>>,
    stream: &StreamId,
) -> Result<Arc<Vec<RecordedAct>>, HttpError> {
    let acts = app.ledger.streams().load(stream).await?;
    let what = (action, wanted);
    let Err(denied) = allowed_case(app, caller, what, &acts) else { return Ok(acts) };
    // What lets the caller in may just have been recorded by another process.
    if !app.ledger.catch_up().await? {
        return Err(denied.into());
    }
    let acts = app.ledger.streams().load(stream).await?;
    allowed_case(app, caller, what, &acts)?;
    Ok(acts)
}

fn allowed_case(
    app: &App,
    caller: &Principal,
    (action, wanted): (Action, Option<Wanted<'_>>),
    acts: &[RecordedAct],
) -> Result<(), Denied> {
    let Some(opening) = acts.first() else {
        // What is not there tells nothing to who only reads.
        return wanted.map_or(Ok(()), |wanted| wanted.may_open(caller, action));
    };
    let act = wanted.map(|wanted| wanted.act);
    let signer = opening.statement.signers.first();
    let opened_by = signer.and_then(|signer| signer.office.as_deref());
    let allows = |custody| allowed(Some(caller), action, Resource::Case(custody, act));
    let stayed = acts.iter().all(|act| act.statement.act != EngineAct::Transferred.id());
    // Most cases stay where they were opened, and need no folding to tell.
    if stayed && allows(Custody { office: opened_by, comes_to: None }).is_ok() {
        return Ok(());
    }
    let world = app.ledger.tail().world();
    let case = state(&world.laws, acts, View::new(Date::MAX, u64::MAX));
    let comes_to = case.transfer.map(|transfer| transfer.to);
    allows(Custody { office: case.office.or(opened_by), comes_to })
}

pub(super) fn no_case() -> HttpError {
    HttpError::not_found("such case", "такої справи")
}
