//! `POST /v1/acts`: signed acts go in, receipts come out.

mod many;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use litopys_domain::act::{Act, SignedBy};
use litopys_domain::ids::{AggregateType, StatementHash, StreamId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::App;
use super::cases::{Wanted, opened_for};
use super::error::{HttpError, Unseen};
use super::extract::{Caller, InBody, is_media_type};
use super::problem::Problem;
use crate::auth::{Action, Offices, Principal, Resource, allowed};
use crate::receipt::Receipt;
use crate::record::{RecordError, Recorded};

/// Most disclosures of one act.
pub const DISCLOSURES_MAX: usize = 256;
/// Many acts in one body, one a line.
pub const NDJSON: &str = "application/x-ndjson";

/// A signed act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAct {
    /// The statement's exact canonical text, as it was signed.
    pub statement: String,
    /// One for each signer, in the same order: `{key, signature}`.
    #[schema(value_type = Vec<SignatureOf>)]
    pub signatures: Vec<SignedBy>,
    /// RFC 9901 disclosures of everything sealed in the statement.
    #[serde(default)]
    pub disclosures: Vec<String>,
}

/// One signature (documented form).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes litopys_domain::act::SignedBy in the OpenAPI document")]
struct SignatureOf {
    /// RFC 7638 thumbprint of the key.
    key: String,
    /// 64 bytes in base64url.
    signature: String,
}

/// Records one act, or many as `application/x-ndjson`, one a line.
///
/// Many are answered one a line in the same order, each `{"status", "receipt"}` or
/// `{"status", "problem"}`, with 200 for the whole.
#[utoipa::path(
    post, path = "/v1/acts", tag = "acts", 
    request_body(content((NewAct = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 201, description = "Recorded: durable, positioned, proved", body = Receipt,
            headers(("location" = String, description = "Where its proof is found"))),
        (status = 200, description = "Had been recorded before", body = Receipt),
        (status = 409, description = "The stream moved since the signer looked", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Refused", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn record(
    State(app): State<App>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, HttpError> {
    if is_media_type(request.headers(), NDJSON) {
        return Ok(many::record(app, caller, request));
    }
    let InBody(new) = InBody::<NewAct>::from_request(request, &app).await?;
    let recorded = take(&app, &caller, new).await?;
    let (status, receipt) = (status(&recorded), recorded.receipt);
    let location = format!("/v1/proofs/{}", receipt.position);
    Ok((status, [(LOCATION, location)], Json(&*receipt)).into_response())
}

/// Reads, checks the caller, judges and records one act.
async fn take(app: &App, caller: &Principal, new: NewAct) -> Result<Recorded, HttpError> {
    let (act, disclosures) = read(new)?;
    record_as(app, caller, act, &disclosures).await
}

fn read(new: NewAct) -> Result<(Act, Vec<String>), HttpError> {
    if new.disclosures.len() > DISCLOSURES_MAX {
        return Err(HttpError::InvalidBody {
            pointer: "/disclosures".to_owned(),
            message: format!("at most {DISCLOSURES_MAX} disclosures are taken"),
        });
    }
    let act = Act::new(&new.statement, new.signatures).map_err(RecordError::from)?;
    Ok((act, new.disclosures))
}

async fn record_as(
    app: &App,
    caller: &Principal,
    act: Act,
    disclosures: &[String],
) -> Result<Recorded, HttpError> {
    allowed(Some(caller), Action::RecordActs, Resource::Act(act.statement()))?;
    check_custody(app, caller, &act).await?;
    let statement = Arc::clone(act.statement());
    match app.ledger.record_act(act, disclosures).await {
        Err(RecordError::Moved(new)) => Err(moved(app, &statement.stream, &new).await),
        recorded => Ok(recorded?),
    }
}

/// An act of a case is for the offices of the case, the one that opens it included. Who asks again
/// what became of one that was recorded is answered, wherever the case is by now.
async fn check_custody(app: &App, caller: &Principal, act: &Act) -> Result<(), HttpError> {
    let statement = act.statement();
    if statement.stream.kind() != AggregateType::Case || caller.offices == Offices::All {
        return Ok(());
    }
    let wanted = Some(Wanted::of(&statement.act, &statement.signers));
    let open = opened_for(app, caller, Action::RecordActs, wanted, &statement.stream).await;
    let Err(denied) = open else { return Ok(()) };
    let acts = app.ledger.streams().load(&statement.stream).await?;
    if acts.iter().any(|one| one.hash == act.hash()) { Ok(()) } else { Err(denied) }
}

/// Says which acts the signer had not seen.
async fn moved(app: &App, stream: &StreamId, new: &[StatementHash]) -> HttpError {
    let acts = match app.ledger.streams().load(stream).await {
        Ok(acts) => acts,
        Err(error) => return error.into(),
    };
    let unseen = acts.iter().filter(|act| new.contains(&act.hash)).map(|act| Unseen {
        statement: act.hash,
        act: act.statement.act.clone(),
        sequence: act.sequence,
        position: act.position,
    });
    HttpError::Moved(unseen.collect())
}

fn status(recorded: &Recorded) -> StatusCode {
    if recorded.fresh { StatusCode::CREATED } else { StatusCode::OK }
}
