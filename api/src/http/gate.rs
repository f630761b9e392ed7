//! What every request passes before its handler, and every answer on its way out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::door::Peer;
use super::error::{HttpError, Unrendered};
use super::extract::Caller;
use super::language::Language;
use super::limits::Counted;
use super::{App, measure, problem};
use crate::auth::policy::ROUTES;
use crate::auth::{Action, Denied, Principal, Resource, TokenError, allowed};
use crate::clock;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Nothing an answer carries may run, but on the page of the documents.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// A request's id, for answers that carry problems in their body.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) Uuid);

/// The layer around every route and fallback.
pub(super) async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = clock::new_id();
    let language = Language::of(request.headers());
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(id));
    let door = Door::of(&method, request.extensions().get::<MatchedPath>());
    let route = door.route();
    let mut response = match pass(&app, door, &mut request) {
        Ok(_room) => {
            match tokio::time::timeout(app.limits.request_time_max, next.run(request)).await {
                Ok(response) => response,
                Err(_) => HttpError::TimedOut.into_response(),
            }
        }
        Err(error) => error.into_response(),
    };
    if let Some(Unrendered(error)) = response.extensions_mut().remove::<Unrendered>() {
        log_problem(&error, id, route);
        response = problem::response(&error, language, id);
    }
    finish(response.headers_mut(), id, route);
    measure::answered(&method, route, response.status(), started.elapsed());
    tracing::debug!(
        request.id = %id, http.method = %method, http.route = route,
        http.status = response.status().as_u16(),
        "{method} {route} answered {}", response.status().as_u16()
    );
    response
}

/// Where a request knocks.
enum Door {
    Route(&'static str, Action),
    /// The path has routes, but not for this method.
    OtherMethods(&'static str, String),
    /// Routed, but no policy speaks of it.
    Unlisted,
    /// No such path.
    Nowhere,
}

impl Door {
    fn of(method: &Method, matched: Option<&MatchedPath>) -> Self {
        let Some(path) = matched.map(MatchedPath::as_str) else { return Self::Nowhere };
        let wanted = if *method == Method::HEAD { &Method::GET } else { method };
        let mut listed = None;
        for (method, route, action) in ROUTES {
            if *route == path {
                if method == wanted {
                    return Self::Route(route, *action);
                }
                listed = Some(*route);
            }
        }
        let Some(route) = listed else { return Self::Unlisted };
        let methods = ROUTES.iter().filter(|(_, listed, _)| *listed == route);
        let names: Vec<_> = methods.map(|(method, ..)| method.as_str()).collect();
        Self::OtherMethods(route, names.join(", "))
    }

    /// The route's template, never the path itself: paths may carry what logs must not.
    fn route(&self) -> &'static str {
        match self {
            Self::Route(route, _) | Self::OtherMethods(route, _) => route,
            Self::Unlisted => "unlisted",
            Self::Nowhere => "nowhere",
        }
    }
}

/// Lets a request in, or says why not. The permit holds its room until it is answered.
fn pass<'a>(
    app: &'a App,
    door: Door,
    request: &mut Request,
) -> Result<Option<tokio::sync::SemaphorePermit<'a>>, HttpError> {
    let holder = identify(app, request.headers());
    let principal = holder.as_ref().ok().and_then(Option::as_ref);
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.0.ip());
    count(app, principal.map(Arc::as_ref), peer)?;
    let action = match door {
        Door::Route(_, action) => action,
        Door::OtherMethods(_, allow) => return Err(HttpError::MethodNotAllowed { allow }),
        Door::Unlisted => return Err(Denied::NoPolicy.into()),
        Door::Nowhere => return Err(HttpError::not_found("such path", "такого шляху")),
    };
    if action == Action::Open {
        return Ok(None);
    }
    let principal = holder?;
    allowed(principal.as_deref(), action, Resource::Door)?;
    if let Some(principal) = principal {
        request.extensions_mut().insert(Caller(principal));
    }
    app.room.try_acquire().map(Some).map_err(|_| HttpError::Overloaded)
}

fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Arc<Principal>>, TokenError> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let value = value.to_str().map_err(|_| TokenError::Malformed)?;
    let (scheme, token) = value.split_once(' ').ok_or(TokenError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Missing);
    }
    let holder = app.tokens.verify(token.trim(), app.ledger.clock().now())?;
    if let Some(stream) = &holder.stream {
        // Whose key was revoked loses the door as well; who is not enrolled yet may sign that.
        let world = app.ledger.tail().world();
        let signatory = world.registry.signatory(stream);
        if signatory.is_some_and(|known| known.keys.iter().all(|key| key.until.is_some())) {
            return Err(TokenError::HolderEnded);
        }
    }
    Ok(Some(holder))
}

fn count(app: &App, principal: Option<&Principal>, peer: Option<IpAddr>) -> Result<(), HttpError> {
    match &app.rate {
        Some(rate) if !rate.take(&Counted::of(principal, peer)) => Err(HttpError::RateLimited),
        _ => Ok(()),
    }
}

fn finish(headers: &mut HeaderMap, id: Uuid, route: &str) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if !route.starts_with("/docs") {
        headers.insert(CONTENT_SECURITY_POLICY, NO_CONTENT);
    }
}

/// What went wrong here is an error with its causes; what a caller did wrong, a line with its code.
fn log_problem(error: &HttpError, id: Uuid, route: &'static str) {
    let (code, status) = (error.code(), error.status());
    if !status.is_server_error() {
        tracing::info!(
            request.id = %id, http.route = route, problem.code = %code,
            "Request {id} refused: {code}"
        );
        return;
    }
    let mut causes = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    tracing::error!(
        request.id = %id, http.route = route, problem.code = %code, error = causes,
        "Request {id} failed: {causes}"
    );
}
