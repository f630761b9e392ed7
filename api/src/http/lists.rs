//! What lists and read models share: pages, waiting for a position, one office at a time.

use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use litopys_projections::reads;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::error::HttpError;
use super::extract::parse_query;
use crate::auth::{Action, Principal, Resource, allowed};

/// Rows of a page where nothing else is asked for.
const ROWS: u16 = 50;
/// How long an answer waits until it reflects the position asked for.
pub(super) const AT_LEAST_PATIENCE: Duration = Duration::from_secs(5);
/// Pause before looking again for read models that are not there yet.
const UNMADE_PAUSE: Duration = Duration::from_millis(100);

/// Rows, and the part of the log they reflect (documented form).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listing {
    #[schema(value_type = Vec<Object>)]
    rows: Vec<()>,
    /// Give it as `after` to get the next page; absent on the last one.
    next: Option<String>,
    /// The last position reflected.
    position: Option<u64>,
}

/// Which page of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// `next` of the page before.
    pub(super) after: Option<String>,
    /// Rows wanted, 1 to 500.
    #[serde(default = "rows")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub(super) limit: u16,
    /// Answer only when this position is reflected.
    pub(super) at_least: Option<u64>,
}

/// The names of [`Page`]; every other one is the filter's.
const PAGE: [&str; 3] = ["after", "limit", "at_least"];

fn rows() -> u16 {
    ROWS
}

/// What a list is asked for: a filter, and a page of what it lets through.
#[derive(Debug)]
pub(super) struct InList<F>(pub(super) F, pub(super) Page);

impl<F: DeserializeOwned, S: Sync> FromRequestParts<S> for InList<F> {
    type Rejection = HttpError;

    /// Each half is read by itself: serde neither flattens numbers out of a query string nor tells
    /// unknown names of a flattened structure.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let query = parts.uri.query().unwrap_or_default();
        let (page, filter): (Vec<_>, Vec<_>) = query
            .split('&')
            .partition(|pair| pair.split('=').next().is_some_and(|name| PAGE.contains(&name)));
        let page: Page = parse_query(&page.join("&"))?;
        if !(1..=reads::ROWS_MAX).contains(&page.limit) {
            return Err(HttpError::InvalidParameter {
                name: "limit".to_owned(),
                message: format!("1 to {}", reads::ROWS_MAX),
            });
        }
        Ok(Self(parse_query(&filter.join("&"))?, page))
    }
}

/// Waits until the read models reflect a position, where one is asked for.
pub(super) async fn reflect(app: &App, at_least: Option<u64>) -> Result<(), HttpError> {
    let Some(position) = at_least else { return Ok(()) };
    let size = app.ledger.tail().size();
    if position >= size && position >= app.ledger.reader().head().await?.size {
        return Err(HttpError::not_found(
            format!("act at position {position} yet"),
            format!("акта на позиції {position} поки що"),
        ));
    }
    let started = Instant::now();
    loop {
        let patience = AT_LEAST_PATIENCE.saturating_sub(started.elapsed());
        match reads::wait_for(app.ledger.pool(), position, patience).await {
            // A new ledger's read models are made while its first callers wait.
            Err(error) if error.is_unmade() && !patience.is_zero() => {
                tokio::time::sleep(UNMADE_PAUSE).await;
            }
            waited => return Ok(waited.map(drop)?),
        }
    }
}

/// The office a list is narrowed to: the one asked for, if the token covers it, or the token's only
/// one; none for who may see all.
pub(super) fn office(
    caller: &Principal,
    asked: Option<String>,
) -> Result<Option<String>, HttpError> {
    if let Some(office) = asked {
        allowed(Some(caller), Action::ReadCases, Resource::Office(Some(&office)))?;
        return Ok(Some(office));
    }
    match caller.offices.only() {
        Ok(only) => Ok(only.map(str::to_owned)),
        Err(several) => Err(HttpError::InvalidParameter {
            name: "office".to_owned(),
            message: several.to_string(),
        }),
    }
}
