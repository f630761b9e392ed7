//! The `OpenAPI` document's frame, and where it is served.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::SwaggerUi;

use super::App;

/// Title, tags and the bearer scheme; paths come from the handlers.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Litopys",
        description = "An event-sourced ledger of migration decisions. Every decision is one immutable, signed act.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "acts", description = "Drafting, signing and recording"),
        (name = "cases", description = "Cases on both time axes, worklists, defects, officers"),
        (name = "law", description = "Procedures and code lists, by date"),
        (name = "statistics", description = "Published figures, as of any position"),
        (name = "log", description = "The transparency log: checkpoints, tiles, proofs"),
        (name = "operation", description = "Health, measurements, problem types"),
    )
)]
pub(super) struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("EdDSA; issuer and audience are the ledger's origin"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// `/openapi.json` and the page `/docs`, which needs nothing from elsewhere.
pub(super) fn routes(document: &utoipa::openapi::OpenApi) -> Router<App> {
    let json = document.to_pretty_json().unwrap_or_default();
    let page = SwaggerUi::new("/docs")
        .config(utoipa_swagger_ui::Config::from("/openapi.json").use_base_layout());
    Router::new()
        .route(
            "/openapi.json",
            get(
                move || async move { ([(CONTENT_TYPE, "application/json")], json).into_response() },
            ),
        )
        .merge(page)
}
