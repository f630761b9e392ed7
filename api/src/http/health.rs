//! `GET /livez` and `GET /readyz`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use litopys_projections::reads;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;

/// How long the database may take to answer before the process counts as not ready.
const DATABASE_TIME_MAX: Duration = Duration::from_secs(2);

/// How many acts the read models may be behind before the process counts as not ready.
const LAG_ACTS_MAX: u64 = 10_000;

/// What the process is ready for.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent answers")]
pub(super) struct Readiness {
    ready: bool,
    /// The database answers.
    database: bool,
    /// Acts can be recorded.
    appender: bool,
    /// The read models answer, and are not far behind.
    projections: bool,
    /// The server is being stopped.
    draining: bool,
    /// Acts in the log, as far as this process has seen.
    log_size: u64,
    /// Acts under the newest published checkpoint.
    published_size: u64,
    /// Acts that the read models reflect.
    reflected_size: u64,
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
    let head = asked.ok().and_then(Result::ok);
    let database = head.is_some();
    let reflected_size = reflected(&app).await;
    let head_size = head.map_or(0, |head| head.size);
    let projections =
        reflected_size.is_some_and(|size| head_size.saturating_sub(size) <= LAG_ACTS_MAX);
    let appender = app.ledger.appender().is_running();
    let draining = app.draining.load(Ordering::Relaxed);
    let ready = database && appender && projections && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let published_size = app.ledger.published().map_or(0, |(size, _)| size);
    let log_size = app.ledger.tail().size();
    let answer = Readiness {
        ready,
        database,
        appender,
        projections,
        draining,
        log_size,
        published_size,
        reflected_size: reflected_size.unwrap_or(0),
    };
    (status, Json(answer))
}

/// How many acts the read models reflect; none where they do not answer.
pub(super) async fn reflected(app: &App) -> Option<u64> {
    let asked = tokio::time::timeout(DATABASE_TIME_MAX, reads::reflected(app.ledger.pool())).await;
    let position = asked.ok().and_then(Result::ok)?;
    Some(position.map_or(0, |position| position + 1))
}
