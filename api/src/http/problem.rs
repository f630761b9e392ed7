//! Problem details (RFC 9457): the body of every answer that is not a success.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use litopys_domain::violation::{Certainty, Violation};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalogue;
use super::error::{HttpError, Unseen};
use super::language::Language;

/// RFC 9457 §3.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not answered as asked, in the caller's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/<code>`; the code is stable.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// The request's id, `urn:uuid:…`; it stands in the server's log.
    pub instance: String,
    /// What is wrong, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<ProblemViolation>,
    /// What was recorded since the signer looked (`stream-moved`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Unseen>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemViolation {
    pub code: String,
    /// RFC 6901 pointer into the statement or the body.
    pub pointer: String,
    pub detail: String,
    /// How to mend it.
    pub mend: String,
    /// The rule of the procedure that refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// How far that rule is verified: `sure`, `check` or `design`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<&'static str>,
}

impl Problem {
    pub fn new(error: &HttpError, language: Language, request: Uuid) -> Self {
        let code = error.code();
        let known = catalogue::find(&code);
        Self {
            kind: format!("/problems/{code}"),
            title: language.of_pair(known.title).to_owned(),
            status: known.status.as_u16(),
            detail: language.pick(&error.detail()).to_owned(),
            instance: format!("urn:uuid:{request}"),
            violations: error.violations().iter().map(|v| violation(v, language)).collect(),
            unseen: error.unseen().to_vec(),
        }
    }
}

/// The whole answer.
pub(super) fn response(error: &HttpError, language: Language, request: Uuid) -> Response {
    let problem = Problem::new(error, language, request);
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = error.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = error.retry_after_s() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.status() == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let HttpError::MethodNotAllowed { allow } = error
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(ALLOW, allow);
    }
    response
}

fn violation(violation: &Violation, language: Language) -> ProblemViolation {
    ProblemViolation {
        code: violation.code.to_owned(),
        pointer: violation.pointer.clone(),
        detail: language.pick(&violation.says).to_owned(),
        mend: language.pick(&violation.mend).to_owned(),
        rule: violation.rule.clone(),
        certainty: violation.certainty.map(|certainty| match certainty {
            Certainty::Sure => "sure",
            Certainty::Check => "check",
            Certainty::Design => "design",
        }),
    }
}
