//! `GET /metrics`: what Prometheus collects.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{App, health};

/// Upper bounds of the latency histogram, in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Upper bounds of the batch histogram, in acts.
const ACTS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

static RENDERER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts measuring, once a process; where another recorder is installed, it keeps its place.
pub(super) fn install() {
    RENDERER.get_or_init(|| {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_acts".to_owned()), ACTS))
            .and_then(PrometheusBuilder::install_recorder)
            .inspect_err(|error| {
                tracing::warn!(error = %error, "Nothing is measured: {error}");
            })
            .ok()
    });
}

pub(super) fn upkeep() {
    if let Some(Some(renderer)) = RENDERER.get() {
        renderer.run_upkeep();
    }
}

/// Counts one answer.
pub(super) fn answered(method: &Method, route: &'static str, status: StatusCode, took: Duration) {
    let labels = [
        ("method", method.to_string()),
        ("route", route.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    counter!("litopys_http_requests_total", &labels).increment(1);
    histogram!("litopys_http_request_seconds", "route" => route).record(took);
}

/// Measurements in Prometheus's text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "Prometheus text format", content_type = "text/plain"))
)]
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let appender = app.ledger.appender();
    gauge!("litopys_append_waiting").set(float(appender.waiting() as u64));
    gauge!("litopys_log_size").set(float(app.ledger.tail().size()));
    let published = app.ledger.published().map_or(0, |(size, _)| size);
    gauge!("litopys_log_published_size").set(float(published));
    if let Some(reflected) = health::reflected(&app).await {
        let lag = app.ledger.tail().size().saturating_sub(reflected);
        gauge!("litopys_projection_lag_acts").set(float(lag));
    }
    let text = RENDERER.get().and_then(Option::as_ref).map(PrometheusHandle::render);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text.unwrap_or_default())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus knows only floating point")]
fn float(count: u64) -> f64 {
    count as f64
}
