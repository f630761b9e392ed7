//! `GET /v1/codes/{list}`: a code list as it is on a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_domain::law::lists::CodeList;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::error::HttpError;
use super::extract::{InPath, InQuery};

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

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CodesQuery {
    /// The day; the ledger's today where absent.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// Whose list, where procedures have lists of their own of one name.
    procedure: Option<String>,
}

/// Which procedures to choose from, where their lists of one name are not the same.
fn differ(found: &[(&String, &Arc<CodeList>)]) -> Option<String> {
    let (_, first) = found.first()?;
    if found.iter().all(|(_, list)| Arc::ptr_eq(list, first) || list == first) {
        return None;
    }
    let names: Vec<_> = found.iter().map(|(procedure, _)| procedure.as_str()).collect();
    Some(format!("several procedures have a list of this name: {}", names.join(", ")))
}

/// A code list that the published law uses, as it is on a day.
#[utoipa::path(
    get, path = "/v1/codes/{list}", operation_id = "codes", tag = "law",
    params(("list" = String, Path, description = "Such as `CL-TO`, or a procedure's own"), CodesQuery),
    responses((status = 200, description = "The codes in force", body = Codes))
)]
pub(super) async fn list(
    State(app): State<App>,
    InPath(list): InPath<String>,
    InQuery(query): InQuery<CodesQuery>,
) -> Result<Json<Codes>, HttpError> {
    let size = app.ledger.tail().size();
    let world = app.ledger.tail().world();
    let on = query.on.unwrap_or_else(|| app.ledger.today(&world));
    let asked = |procedure: &&str| query.procedure.as_deref().is_none_or(|one| one == *procedure);
    let packages = world.laws.procedures().filter(asked);
    let packages = packages.filter_map(|procedure| world.laws.in_force(procedure, on, size));
    let found: Vec<_> = packages
        .filter_map(|package| Some((&package.law.procedure, package.law.lists.get(&list)?)))
        .collect();
    if let Some(message) = differ(&found) {
        return Err(HttpError::InvalidParameter { name: "procedure".to_owned(), message });
    }
    let (_, codes) = found.first().ok_or_else(|| {
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
