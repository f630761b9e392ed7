//! `GET /livez` and `GET /readyz`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;

/// How long the database may take to answer before the process counts as not ready.
const DATABASE_TIME_MAX: Duration = Duration::from_secs(2);

/// What the process is ready for.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent answers")]
pub(super) struct Readiness {
    ready: bool,
    /// The database answers.
    database: bool,
    /// Acts can be recorded.
    appender: bool,
    /// The server is being stopped.
    draining: bool,
    /// Acts in the log, as far as this process has seen.
    log_size: u64,
    /// Acts under the newest published checkpoint.
    published_size: u64,
}

/// The process runs.
#[utoipa::path(
    get, path = "/livez", tag = "operation", security(()),
    responses((status = 200, description = "The process runs"))
)]
pub(super) async fn livez() -> &'static str {
    "alive\n"
}

/// The process can answer and record.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", security(()),
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready", body = Readiness),
    )
)]
pub(super) async fn readyz(State(app): State<App>) -> impl IntoResponse {
    let asked = tokio::time::timeout(DATABASE_TIME_MAX, app.ledger.reader().head()).await;
    let database = matches!(asked, Ok(Ok(_)));
    let appender = app.ledger.appender().is_running();
    let draining = app.draining.load(Ordering::Relaxed);
    let ready = database && appender && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let published_size = app.ledger.published().map_or(0, |(size, _)| size);
    let log_size = app.ledger.tail().size();
    (status, Json(Readiness { ready, database, appender, draining, log_size, published_size }))
}
