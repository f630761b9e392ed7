//! All routes, inside the gate.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use axum::response::IntoResponse as _;

use super::error::HttpError;
use super::{
    App, BODY_BYTES_MAX, acts, cases, codes, defects, disputes, docs, drafts, gate, health, log,
    measure, officers, problems, procedures, statistics, worklist,
};

/// Every route, ready to be served.
pub fn router(app: App) -> Router {
    let (routes, document) = documented().split_for_parts();
    routes
        .merge(docs::routes(&docs::complete(document)))
        .fallback(nowhere)
        .layer(CatchPanicLayer::custom(|_| HttpError::Panicked.into_response()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(app.clone(), gate::gate))
        .with_state(app)
}

/// The `OpenAPI` 3.1 document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    docs::complete(documented().into_openapi())
}

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::Frame::openapi())
        .routes(routes!(acts::record))
        .routes(routes!(drafts::draft))
        .routes(routes!(cases::list))
        .routes(routes!(cases::one))
        .routes(routes!(cases::history::history))
        .routes(routes!(cases::history::seen))
        .routes(routes!(cases::next::next_acts))
        .routes(routes!(cases::explain::explain))
        .routes(routes!(worklist::list))
        .routes(routes!(disputes::list))
        .routes(routes!(defects::list))
        .routes(routes!(defects::of_case))
        .routes(routes!(officers::list))
        .routes(routes!(procedures::list))
        .routes(routes!(procedures::one))
        .routes(routes!(codes::list))
        .routes(routes!(statistics::table))
        .routes(routes!(log::proof))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::hash_tile))
        .routes(routes!(log::entry_bundle))
        .routes(routes!(problems::explain))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(measure::metrics))
}

/// The gate answers for paths that lead nowhere; this stands behind it.
async fn nowhere() -> HttpError {
    HttpError::not_found("such path", "такого шляху")
}
