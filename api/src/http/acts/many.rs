//! Many acts in one body: lines are read as they come, judged side by side, answered in order.
//! An act waits for earlier lines about what it rests on: its stream, its subjects, its signers, its
//! procedure. Others do not wait.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum_extra::body::AsyncReadBody;
use litopys_domain::ids::StreamId;
use litopys_domain::statement::Statement;
use serde::Serialize;
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::{NDJSON, NewAct, read, record_as, status};
use crate::auth::Principal;
use crate::http::error::HttpError;
use crate::http::extract::parse_object;
use crate::http::gate::RequestId;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::http::{App, BODY_BYTES_MAX};
use crate::receipt::Receipt;
use crate::record::Recorded;

/// Acts of one body that are under way at once.
const UNDER_WAY_MAX: usize = 256;
/// Bytes of answers that wait for a slow reader.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// One line of the answer.
#[derive(Serialize)]
struct Answer<'a> {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

type Outcome = Result<Recorded, HttpError>;

pub(super) fn record(app: App, caller: Arc<Principal>, request: Request) -> Response {
    let language = Language::of(request.headers());
    let id = request.extensions().get::<RequestId>().copied();
    let (handles, outcomes) = mpsc::channel(UNDER_WAY_MAX);
    let (near, far) = tokio::io::duplex(ANSWER_BYTES_MAX);
    let reading = Reading { app, caller, handles, last: HashMap::new() };
    tokio::spawn(reading.run(request.into_body()));
    tokio::spawn(answer(outcomes, near, language, id));
    ([(CONTENT_TYPE, NDJSON)], AsyncReadBody::new(far)).into_response()
}

/// Writes the outcomes in the order of the lines; ends when the caller stops reading.
async fn answer(
    mut outcomes: mpsc::Receiver<JoinHandle<Outcome>>,
    mut out: DuplexStream,
    language: Language,
    id: Option<RequestId>,
) {
    let id = id.map(|RequestId(id)| id).unwrap_or_default();
    while let Some(outcome) = outcomes.recv().await {
        let outcome = outcome.await.unwrap_or(Err(HttpError::Panicked));
        let mut line = render(&outcome, language, id);
        line.push(b'\n');
        if out.write_all(&line).await.is_err() {
            return;
        }
    }
}

fn render(outcome: &Outcome, language: Language, id: uuid::Uuid) -> Vec<u8> {
    let answer = match outcome {
        Ok(recorded) => Answer {
            status: status(recorded).as_u16(),
            receipt: Some(&recorded.receipt),
            problem: None,
        },
        Err(error) => Answer {
            status: error.status().as_u16(),
            receipt: None,
            problem: Some(Problem::new(error, language, id)),
        },
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

struct Reading {
    app: App,
    caller: Arc<Principal>,
    handles: mpsc::Sender<JoinHandle<Outcome>>,
    /// Closes when the last act of each stream is done.
    last: HashMap<StreamId, watch::Receiver<()>>,
}

impl Reading {
    async fn run(mut self, mut body: Body) {
        let mut rest = Vec::new();
        loop {
            let chunk = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
            let data = match chunk {
                None => break,
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                Some(Err(_)) => return self.fail(HttpError::UnreadableBody).await,
            };
            rest = match self.lines(rest, &data).await {
                Some(rest) => rest,
                None => return,
            };
        }
        if !rest.trim_ascii().is_empty() {
            self.line(&rest).await;
        }
    }

    /// Takes whole lines; what is left waits for the next chunk. None where nobody listens, or a
    /// line is too long to go on.
    async fn lines(&mut self, mut rest: Vec<u8>, data: &Bytes) -> Option<Vec<u8>> {
        let mut parts = data.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            if rest.len() + part.len() > BODY_BYTES_MAX {
                self.fail(HttpError::BodyTooLarge { bytes_max: BODY_BYTES_MAX }).await;
                return None;
            }
            rest.extend_from_slice(part);
            if parts.peek().is_some() {
                let line = std::mem::take(&mut rest);
                if !line.trim_ascii().is_empty() && !self.line(&line).await {
                    return None;
                }
            }
        }
        Some(rest)
    }

    /// Sets one act under way; false where nobody waits for its answer.
    async fn line(&mut self, line: &[u8]) -> bool {
        let Ok(room) = self.handles.clone().reserve_owned().await else { return false };
        let (act, disclosures) = match parse_object::<NewAct>(line).and_then(read) {
            Ok(act) => act,
            Err(error) => {
                room.send(tokio::spawn(async { Err(error) }));
                return true;
            }
        };
        let (done, mine) = watch::channel(());
        let before = self.before(act.statement());
        self.last.insert(act.statement().stream.clone(), mine);
        if self.last.len() > 2 * UNDER_WAY_MAX {
            self.last.retain(|_, done| done.has_changed().is_ok());
        }
        let (app, caller) = (Arc::clone(&self.app), Arc::clone(&self.caller));
        room.send(tokio::spawn(async move {
            for mut earlier in before {
                // Nothing is ever sent: an error says that the act is done.
                _ = earlier.changed().await;
            }
            let outcome = record_as(&app, &caller, act, &disclosures).await;
            drop(done);
            outcome
        }));
        true
    }

    /// The acts of earlier lines that this one may rest on.
    fn before(&self, statement: &Statement) -> Vec<watch::Receiver<()>> {
        let procedure =
            statement.law.as_ref().and_then(|law| StreamId::procedure(&law.procedure).ok());
        let signers = statement.signers.iter().map(|signer| &signer.by);
        let rests_on = [&statement.stream].into_iter().chain(&statement.subjects).chain(signers);
        rests_on
            .chain(procedure.as_ref())
            .filter_map(|stream| self.last.get(stream).cloned())
            .collect()
    }

    async fn fail(&self, error: HttpError) {
        _ = self.handles.send(tokio::spawn(async { Err(error) })).await;
    }
}
