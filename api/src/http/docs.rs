//! The `OpenAPI` document's frame, and where it is served.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::Modify;
use utoipa::openapi::content::Content;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref};
use utoipa_swagger_ui::SwaggerUi;

use super::App;

/// Title, tags and the bearer scheme; paths come from the handlers.
#[derive(Debug, utoipa::OpenApi)]
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
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("EdDSA; issuer and audience are the ledger's origin"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What holds for every operation, and is said of none by its handler: problems have one shape, a
/// path's last part is named as `OpenAPI` names it, a summary is plain text.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), problem().into());
            operation.summary = operation.summary.as_ref().map(|summary| summary.replace('`', ""));
        }
        document.paths.paths.insert(path.replace("{*", "{"), item);
    }
    document
}

fn problem() -> Response {
    let schema = Ref::from_schema_name("Problem");
    ResponseBuilder::new()
        .description("Not done: which rule, where, and how to mend it (RFC 9457)")
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}

/// `/openapi.json` and the page `/docs`, which needs nothing from elsewhere.
pub(super) fn routes(document: &OpenApi) -> Router<App> {
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
