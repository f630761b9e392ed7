//! The log as C2SP `tlog-tiles` serves it, and inclusion proofs.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use litopys_domain::log::{Hash, TilePath};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::error::HttpError;
use super::extract::{InPath, InQuery};
use super::problem::Problem;

/// Tiles never change once they are there; shared caches must not keep what needs a token.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const NOTE: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// Always to be asked again, as C2SP tlog-tiles says of the checkpoint.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// The newest published checkpoint, a C2SP signed note.
#[utoipa::path(
    get, path = "/checkpoint", tag = "log", security(()),
    responses(
        (status = 200, description = "C2SP tlog-checkpoint", content_type = "text/plain", body = String),
        (status = 404, description = "None published yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn checkpoint(State(app): State<App>) -> Result<impl IntoResponse, HttpError> {
    let (_, note) = app.ledger.published().ok_or_else(|| {
        HttpError::not_found("published checkpoint yet", "оприлюдненої контрольної точки")
    })?;
    Ok(([(CONTENT_TYPE, NOTE), (CACHE_CONTROL, NO_CACHE)], note))
}

/// A tile of hashes.
#[utoipa::path(
    get, path = "/tile/{level}/{*index}", tag = "log",
    params(
        ("level" = String, Path, description = "0 to 63"),
        ("index" = String, Path, description = "x001/x234/067, with .p/<width> for a partial tile"),
    ),
    responses(
        (status = 200, description = "Up to 256 hashes", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, description = "No such tile", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn hash_tile(
    State(app): State<App>,
    InPath((level, index)): InPath<(String, String)>,
) -> Result<impl IntoResponse, HttpError> {
    tile(&app, &format!("tile/{level}/{index}")).await
}

/// A bundle of entries: the payloads themselves.
#[utoipa::path(
    get, path = "/tile/entries/{*index}", tag = "log",
    params(("index" = String, Path, description = "as for hash tiles")),
    responses(
        (status = 200, description = "Up to 256 entries", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, description = "No such bundle", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn entry_bundle(
    State(app): State<App>,
    InPath(index): InPath<String>,
) -> Result<impl IntoResponse, HttpError> {
    tile(&app, &format!("tile/entries/{index}")).await
}

async fn tile(app: &App, path: &str) -> Result<impl IntoResponse + use<>, HttpError> {
    let missing = || HttpError::not_found("such tile", "такої плитки");
    let path: TilePath = path.parse().map_err(|_| missing())?;
    let reader = app.ledger.reader();
    let mut size = app.ledger.tail().size();
    if path.size_needed().is_some_and(|needed| needed > size) {
        // Another process may have published a checkpoint that this one has not heard of.
        size = reader.head().await?.size;
    }
    let bytes = reader.tile(&path, size).await?.ok_or_else(missing)?;
    Ok(([(CONTENT_TYPE, OCTETS), (CACHE_CONTROL, FOREVER)], bytes))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProofQuery {
    /// The tree to prove inclusion in; the newest one where absent.
    size: Option<u64>,
}

/// An inclusion proof (RFC 9162 §2.1.3).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Proof {
    position: u64,
    size: u64,
    /// Hashes, lowest first, in hex.
    #[schema(value_type = Vec<String>)]
    inclusion: Vec<Hash>,
    /// A signed note over that size, where no other was asked for. Size and root are to be taken
    /// from a checkpoint alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
}

/// The proof that an act is in the log.
#[utoipa::path(
    get, path = "/v1/proofs/{position}", tag = "log",
    params(("position" = u64, Path, description = "The act's position, from 0"), ProofQuery),
    responses(
        (status = 200, description = "Inclusion proof", body = Proof),
        (status = 404, description = "Not in a log of that size", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn proof(
    State(app): State<App>,
    InPath(position): InPath<u64>,
    InQuery(query): InQuery<ProofQuery>,
) -> Result<Json<Proof>, HttpError> {
    let reader = app.ledger.reader();
    let head = reader.head().await?;
    let size = query.size.unwrap_or(head.size);
    if size > head.size || position >= size {
        return Err(HttpError::not_found(
            format!("act at {position} in a log of {size}"),
            format!("акта {position} у журналі розміром {size}"),
        ));
    }
    let inclusion = reader.inclusion(position, size).await?;
    let checkpoint = query.size.is_none().then(|| reader.sign(head)).transpose()?;
    Ok(Json(Proof { position, size, inclusion, checkpoint }))
}
