//! `GET /v1/statistics/{table}`: published figures, as of any position.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use litopys_projections::reads;
use litopys_projections::statistics::{DecisionFilter, Decisions, Dimension, decisions};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::error::HttpError;
use super::extract::{InPath, InQuery};
use super::lists::reflect;

/// Most values of one parameter.
const VALUES_MAX: usize = 300;
const CSV: &str = "text/csv";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StatisticsQuery {
    /// Dimensions, separated by commas: year, citizenship, procedure, act, outcome.
    by: Option<String>,
    /// Years of the legal date, separated by commas.
    year: Option<String>,
    /// Codes of CL-COUNTRY, separated by commas; an empty one stands for "not stated".
    citizenship: Option<String>,
    procedure: Option<String>,
    outcome: Option<String>,
    /// The last position that counts; the newest reflected where absent.
    as_of: Option<u64>,
    /// Answer only when this position is reflected.
    at_least: Option<u64>,
    /// `json` or `csv`; the header `accept` decides where absent.
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Json,
    Csv,
}

/// A table of counts (documented form).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes litopys_projections::statistics::Decisions")]
pub(super) struct DecisionsBody {
    /// The last position counted.
    as_of: u64,
    dimensions: Vec<String>,
    #[schema(value_type = Vec<Object>)]
    cells: Vec<()>,
    /// The sum of all cells.
    total: u64,
}

/// Counts of decisions by year, citizenship, procedure, act and outcome.
#[utoipa::path(
    get, path = "/v1/statistics/{table}", operation_id = "statistics", tag = "statistics",
    params(("table" = String, Path, description = "`decisions`"), StatisticsQuery),
    responses(
        (status = 200, description = "The table", content(
            (DecisionsBody = "application/json"),
            (String = "text/csv"),
        )),
    )
)]
pub(super) async fn table(
    State(app): State<App>,
    InPath(table): InPath<String>,
    InQuery(query): InQuery<StatisticsQuery>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    if table != "decisions" {
        return Err(HttpError::not_found(
            "such table; there is `decisions`",
            "такої таблиці; є «decisions»",
        ));
    }
    let by = dimensions(query.by.as_deref())?;
    let filter = DecisionFilter {
        years: values(query.year.as_deref(), "year", |year| year.parse().ok())?,
        citizenships: texts(query.citizenship.as_deref(), "citizenship")?,
        procedures: texts(query.procedure.as_deref(), "procedure")?,
        outcomes: texts(query.outcome.as_deref(), "outcome")?,
    };
    reflect(&app, query.at_least.max(query.as_of)).await?;
    let pool = app.ledger.pool();
    let as_of = match query.as_of {
        Some(position) => position,
        None => reads::reflected(pool).await?.unwrap_or(0),
    };
    let counted = decisions(pool, &filter, &by, as_of).await?;
    let wanted = query.format.unwrap_or_else(|| accepted(&headers));
    match wanted {
        Format::Json => Ok(Json(counted).into_response()),
        Format::Csv => csv(&counted),
    }
}

fn dimensions(by: Option<&str>) -> Result<BTreeSet<Dimension>, HttpError> {
    let Some(by) = by else { return Ok([Dimension::Year].into()) };
    let known = |name: &str| Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
    Ok(values(Some(by), "by", known)?.into_iter().collect())
}

fn texts(given: Option<&str>, name: &str) -> Result<Vec<String>, HttpError> {
    values(given, name, |value| Some(value.to_owned()))
}

/// Values separated by commas, each read.
fn values<T>(
    given: Option<&str>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, HttpError> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let invalid = |message: String| HttpError::InvalidParameter { name: name.to_owned(), message };
    if given.split(',').count() > VALUES_MAX {
        return Err(invalid(format!("at most {VALUES_MAX} values")));
    }
    given
        .split(',')
        .map(|value| read(value).ok_or_else(|| invalid(format!("`{value}` is not known"))))
        .collect()
}

fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.trim_start().starts_with(CSV) { Format::Csv } else { Format::Json }
}

/// RFC 4180, with the position in a header field, because CSV has no place for it.
fn csv(counted: &Decisions) -> Result<Response, HttpError> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let broken = |_| HttpError::Panicked;
    writer.write_record(counted.header()).map_err(broken)?;
    for record in counted.records() {
        writer.write_record(record).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|_| HttpError::Panicked)?;
    let headers = [
        (CONTENT_TYPE.as_str(), "text/csv; charset=utf-8; header=present".to_owned()),
        ("litopys-as-of", counted.as_of.to_string()),
    ];
    Ok((headers, bytes).into_response())
}
