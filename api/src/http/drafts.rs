//! `POST /v1/drafts`: statements to sign, and what stands in their way.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use litopys_domain::ids::AggregateType;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::App;
use super::cases::{Wanted, opened_for};
use super::error::HttpError;
use super::extract::{Caller, body_of, parse_json, parse_object};
use super::gate::RequestId;
use super::language::Language;
use super::problem::Problem;
use crate::auth::{Action, Principal};
use crate::draft::{Draft, DraftRequest};

/// Most drafts of one request.
const DRAFTS_MAX: usize = 100;

/// What of many requests became of one.
#[derive(Serialize)]
struct Outcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Draft>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What an officer wants to do, in plain values (documented form).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes crate::draft::DraftRequest")]
pub(super) struct DraftBody {
    act: String,
    /// Absent where the act opens a new stream.
    stream: Option<String>,
    /// The procedure of a case to be opened.
    procedure: Option<String>,
    subjects: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    facts: (),
    /// Plain values of personal and special fields; only digests enter the statement.
    #[schema(value_type = Option<Object>)]
    private: (),
    concerns: Option<Vec<String>>,
    /// `{document, use}`
    #[schema(value_type = Option<Vec<Object>>)]
    evidence: (),
    #[schema(value_type = Option<Object>)]
    instrument: (),
    basis: Option<Vec<String>>,
    /// `{rule, answer, reason}`
    #[schema(value_type = Option<Vec<Object>>)]
    flags: (),
    occurred_at: Option<String>,
    source: Option<String>,
    #[schema(value_type = Option<Object>)]
    author: (),
    /// `{by, role, office}`
    #[schema(value_type = Vec<Object>)]
    signers: (),
}

/// A statement to sign (documented form).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes crate::draft::Draft")]
pub(super) struct DraftAnswer {
    /// The exact bytes to sign.
    statement: String,
    sha256: String,
    stream: String,
    disclosures: Vec<String>,
    /// What it says, in `en` and `uk`.
    words: std::collections::BTreeMap<String, String>,
    /// Doubts; those of severity V and U must be answered.
    #[schema(value_type = Vec<Object>)]
    flags: (),
    /// Why it would be refused as it stands.
    #[schema(value_type = Vec<Object>)]
    violations: (),
    lacking_competence: Vec<String>,
    /// What an act of a dispute will put into the case of the decision.
    #[schema(value_type = Option<Object>)]
    puts: (),
}

/// Drafts one act, or several given as an array.
///
/// Nothing is stored. Several are answered as an array of `{"draft"}` or `{"problem"}`, in the
/// same order.
#[utoipa::path(
    post, path = "/v1/drafts", tag = "acts", request_body = DraftBody,
    responses((status = 200, description = "What to sign", body = DraftAnswer))
)]
pub(super) async fn draft(
    State(app): State<App>,
    Caller(caller): Caller,
    language: Language,
    request: Request,
) -> Result<Response, HttpError> {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| *id);
    let body = body_of(request, &app).await?;
    if body.trim_ascii_start().first() != Some(&b'[') {
        let drafted = make(&app, &caller, parse_object(&body)?).await?;
        return Ok(Json(drafted).into_response());
    }
    let requests: Vec<DraftRequest> = parse_json(&body)?;
    if requests.len() > DRAFTS_MAX {
        return Err(HttpError::InvalidBody {
            pointer: String::new(),
            message: format!("at most {DRAFTS_MAX} drafts at once"),
        });
    }
    let id = id.unwrap_or_default();
    let mut outcomes = Vec::with_capacity(requests.len());
    for request in requests {
        outcomes.push(Outcome::of(make(&app, &caller, request).await, language, id));
    }
    Ok(Json(outcomes).into_response())
}

/// A draft shows what stands in its way, and so something of the case: it is for its offices.
async fn make(app: &App, caller: &Principal, request: DraftRequest) -> Result<Draft, HttpError> {
    let wanted = Wanted::of(&request.act, &request.signers);
    match &request.stream {
        Some(stream) if stream.kind() == AggregateType::Case => {
            opened_for(app, caller, Action::Draft, Some(wanted), stream).await?;
        }
        // Only a case is opened under a procedure.
        None if request.procedure.is_some() => wanted.may_open(caller, Action::Draft)?,
        _ => {}
    }
    Ok(app.ledger.draft(request).await?)
}

impl Outcome {
    fn of(made: Result<Draft, HttpError>, language: Language, id: Uuid) -> Self {
        match made {
            Ok(draft) => Self { draft: Some(draft), problem: None },
            Err(error) => Self { draft: None, problem: Some(Problem::new(&error, language, id)) },
        }
    }
}
