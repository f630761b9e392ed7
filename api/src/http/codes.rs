//! `GET /v1/codes/{list}`: a code list as it is on a day.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::error::HttpError;
use super::extract::{InPath, InQuery};
use super::procedures::OnQuery;

/// The codes in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Codes {
    list: String,
    #[schema(value_type = String)]
    on: Date,
    rows: Vec<CodeRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CodeRow {
    code: String,
    en: String,
    uk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    since: Option<Date>,
    /// The first day it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
}

/// A code list that the published law uses, as it is on a day.
#[utoipa::path(
    get, path = "/v1/codes/{list}", tag = "law",
    params(("list" = String, Path, description = "Such as `CL-TO`"), OnQuery),
    responses((status = 200, description = "The codes in force", body = Codes))
)]
pub(super) async fn list(
    State(app): State<App>,
    InPath(list): InPath<String>,
    InQuery(query): InQuery<OnQuery>,
) -> Result<Json<Codes>, HttpError> {
    let size = app.ledger.tail().size();
    let world = app.ledger.tail().world();
    let on = query.day(&app);
    let mut packages =
        world.laws.procedures().filter_map(|procedure| world.laws.in_force(procedure, on, size));
    let codes = packages.find_map(|package| package.law.lists.get(&list)).ok_or_else(|| {
        HttpError::not_found(
            format!("code list of this name in the law of {on}"),
            format!("такого переліку кодів у законодавстві на {on}"),
        )
    })?;
    let rows = codes.all_on(on).map(|(code, entry)| CodeRow {
        code: code.to_owned(),
        en: entry.title.en.clone(),
        uk: entry.title.uk.clone(),
        since: entry.since,
        until: entry.until,
        attributes: entry.attributes.clone(),
    });
    Ok(Json(Codes { rows: rows.collect(), list, on }))
}
