//! `GET /problems/{code}`: what a problem type means.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue::{self, CATALOGUE};
use super::error::HttpError;
use super::extract::InPath;
use super::language::Language;

/// Longest code that a rule gives.
const CODE_BYTES_MAX: usize = 64;

/// What a problem type means.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemType {
    code: String,
    title: String,
    status: u16,
    /// Whether the API names it; other codes are those of rules and come with their own words.
    known: bool,
}

/// A problem type, explained.
#[utoipa::path(
    get, path = "/problems/{code}", operation_id = "problem_type", tag = "operation", security(()),
    params(("code" = String, Path, description = "The last part of a problem's type")),
    responses((status = 200, description = "What it means", body = ProblemType))
)]
pub(super) async fn explain(
    InPath(code): InPath<String>,
    language: Language,
) -> Result<Json<ProblemType>, HttpError> {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if code.len() > CODE_BYTES_MAX || !code.bytes().all(letters) {
        return Err(HttpError::not_found("such problem type", "такого типу проблеми"));
    }
    let known = catalogue::find(&code);
    Ok(Json(ProblemType {
        title: language.of_pair(known.title).to_owned(),
        status: known.status.as_u16(),
        known: CATALOGUE.iter().any(|entry| entry.code == code),
        code,
    }))
}
