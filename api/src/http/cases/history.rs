//! `GET /v1/cases/{id}/history` and `GET /v1/cases/{id}/acts/{n}/view`: a case on both time axes,
//! folded anew from its acts.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StreamId;
use litopys_domain::law::fold::{CaseState, View, state};
use litopys_domain::statement::Statement;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::acts_of;
use crate::http::App;
use crate::http::error::HttpError;
use crate::http::extract::{Caller, InPath, InQuery};
use crate::tail::World;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct HistoryQuery {
    /// A position or an instant: nothing recorded later is seen.
    recorded_until: Option<String>,
    /// A date: nothing of a later legal date is seen.
    #[param(value_type = Option<String>, format = Date)]
    occurred_until: Option<Date>,
}

/// A case as of a view.
#[derive(Debug, Serialize)]
pub(in crate::http) struct History<'a> {
    stream: &'a StreamId,
    view: Shown,
    /// State, clocks, answers, defects, and every act in its legal place.
    state: CaseState<'a>,
    /// The acts in the order they were recorded.
    acts: Vec<Entry<'a>>,
}

/// The view that was taken.
#[derive(Debug, Clone, Copy, Serialize)]
struct Shown {
    /// Acts at later positions are left out.
    recorded_until: Option<u64>,
    /// Acts of later legal dates are left out.
    occurred_until: Date,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    sequence: u64,
    position: u64,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    recorded_at: String,
    statement: &'a Statement,
}

/// What `History` looks like in the document.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes History, whose parts belong to the domain")]
pub(in crate::http) struct HistoryBody {
    stream: String,
    /// `{recorded_until, occurred_until}`
    view: std::collections::BTreeMap<String, String>,
    #[schema(value_type = Object)]
    state: (),
    #[schema(value_type = Vec<Object>)]
    acts: Vec<()>,
}

/// A case as it was known at a position, of what had happened by a date.
#[utoipa::path(
    get, path = "/v1/cases/{id}/history", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`"), HistoryQuery),
    responses((status = 200, description = "The case as of that view", body = HistoryBody))
)]
pub(in crate::http) async fn history(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
    InQuery(query): InQuery<HistoryQuery>,
) -> Result<Json<serde_json::Value>, HttpError> {
    let size = app.ledger.tail().size();
    let (stream, acts) = acts_of(&app, &caller, id).await?;
    let world = app.ledger.tail().world();
    let position = match query.recorded_until.as_deref().map(Until::read).transpose()? {
        None => size,
        Some(Until::Position(last)) => last.saturating_add(1).min(size),
        Some(Until::Instant(instant)) => after_instant(&acts, instant),
    };
    // An act may be dated a day ahead; without a date asked for it is seen all the same.
    let latest = acts.iter().map(|act| act.statement.occurred_at.date_in(world.laws.zone())).max();
    let today = app.ledger.today(&world);
    let date = query.occurred_until.unwrap_or_else(|| latest.map_or(today, |day| day.max(today)));
    tell(&world, &stream, &acts, View { date, position })
}

/// The case as the signer of its act `n` saw it: up to the act the statement names as seen.
#[utoipa::path(
    get, path = "/v1/cases/{id}/acts/{n}/view", operation_id = "case_as_seen", tag = "cases",
    params(
        ("id" = Uuid, Path, description = "What follows `case/`"),
        ("n" = u64, Path, description = "The act's number in the case, from 1"),
    ),
    responses((status = 200, description = "The case as it was shown", body = HistoryBody))
)]
pub(in crate::http) async fn seen(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath((id, n)): InPath<(Uuid, u64)>,
) -> Result<Json<serde_json::Value>, HttpError> {
    let (stream, acts) = acts_of(&app, &caller, id).await?;
    let world = app.ledger.tail().world();
    let missing =
        || HttpError::not_found(format!("act {n} in this case"), format!("акта {n} у справі"));
    let act = acts.iter().find(|act| act.sequence == n).ok_or_else(missing)?;
    let last = act.statement.seen.and_then(|seen| acts.iter().find(|act| act.hash == seen));
    let position = last.map_or(0, |last| last.position + 1);
    let date = act.recorded_at.timestamp().to_zoned(world.laws.zone().clone()).date();
    tell(&world, &stream, &acts, View { date, position })
}

fn tell(
    world: &World,
    stream: &StreamId,
    acts: &[RecordedAct],
    view: View,
) -> Result<Json<serde_json::Value>, HttpError> {
    let within = |act: &&RecordedAct| {
        act.position < view.position
            && act.statement.occurred_at.date_in(world.laws.zone()) <= view.date
    };
    let history = History {
        stream,
        view: Shown { recorded_until: view.position.checked_sub(1), occurred_until: view.date },
        state: state(&world.laws, acts, view),
        acts: acts.iter().filter(within).map(Entry::of).collect(),
    };
    serde_json::to_value(history).map(Json).map_err(|_| HttpError::Panicked)
}

impl<'a> Entry<'a> {
    fn of(act: &'a RecordedAct) -> Self {
        Self {
            sequence: act.sequence,
            position: act.position,
            sha256: act.hash.to_string(),
            number: act.number.as_deref(),
            recorded_at: act.recorded_at.to_string(),
            statement: &act.statement,
        }
    }
}

/// One end of the record axis.
enum Until {
    Position(u64),
    Instant(Timestamp),
}

impl Until {
    fn read(text: &str) -> Result<Self, HttpError> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        text.parse().map(Self::Instant).map_err(|_| HttpError::InvalidParameter {
            name: "recorded_until".to_owned(),
            message: "a position or an instant such as 2026-11-22T10:15:30Z".to_owned(),
        })
    }
}

/// The position before which everything recorded until an instant stands.
fn after_instant(acts: &[RecordedAct], instant: Timestamp) -> u64 {
    let until = acts.iter().take_while(|act| act.recorded_at.timestamp() <= instant);
    until.last().map_or(0, |act| act.position + 1)
}
