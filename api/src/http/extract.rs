//! What handlers take from a request; what cannot be read is a problem with its place.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Query, Request,
};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::uri::InvalidUri;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::BODY_BYTES_MAX;
use super::error::HttpError;
use super::language::Language;
use crate::auth::{Denied, Principal};

/// The holder of the request's token, put there by the gate.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) Arc<Principal>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        parts.extensions.get::<Self>().cloned().ok_or(HttpError::Denied(Denied::Anonymous))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, HttpError> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        Ok(Self::of(&parts.headers))
    }
}

/// A part of the path.
#[derive(Debug)]
pub(super) struct InPath<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let read = <Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value)).map_err(|rejection| HttpError::InvalidParameter {
            name: "path".to_owned(),
            message: rejection.body_text(),
        })
    }
}

/// The parameters behind the question mark; unknown ones are refused.
#[derive(Debug)]
pub(super) struct InQuery<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Reads what stands behind the question mark.
pub(super) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, HttpError> {
    let unread = |message| HttpError::InvalidParameter { name: "query".to_owned(), message };
    let uri =
        format!("/?{query}").parse().map_err(|error: InvalidUri| unread(error.to_string()))?;
    let read = Query::try_from_uri(&uri).map_err(|rejection| unread(rejection.body_text()))?;
    Ok(read.0)
}

/// A JSON object of known shape.
#[derive(Debug)]
pub(super) struct InBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for InBody<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        parse_object(&body_of(request, state).await?).map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub(super) async fn body_of<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Bytes, HttpError> {
    if !is_media_type(request.headers(), "application/json") {
        return Err(HttpError::MediaType { expected: "application/json" });
    }
    Bytes::from_request(request, state).await.map_err(|error| unread(&error))
}

/// Whether the content type is this one, whatever its parameters.
pub(super) fn is_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}

/// Reads a JSON object: serde would take an array of the fields' values, too.
pub(super) fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        return parse_json(bytes);
    }
    let IgnoredAny = parse_json(bytes)?;
    let message = "a JSON object is expected".to_owned();
    Err(HttpError::InvalidBody { pointer: String::new(), message })
}

/// Reads JSON once; only a body that fails is read again, to say where.
pub(super) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if !error.is_data() {
        return Err(HttpError::MalformedJson(error.to_string()));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let pointer = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => String::new(),
        Err(error) => pointer_of(error.path()),
    };
    Err(HttpError::InvalidBody { pointer, message: error.to_string() })
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { variant } => Some(format!("/{variant}")),
        Segment::Unknown => None,
    });
    steps.collect()
}

fn unread(rejection: &BytesRejection) -> HttpError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => HttpError::BodyTooLarge { bytes_max: BODY_BYTES_MAX },
        _ => HttpError::UnreadableBody,
    }
}
