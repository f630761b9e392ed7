//! `GET /v1/cases/{id}/next-acts`.

use axum::Json;
use axum::extract::State;
use litopys_domain::law::next::NextAct;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::acts_of;
use crate::auth::Principal;
use crate::http::App;
use crate::http::error::HttpError;
use crate::http::extract::{Caller, InPath};

/// What may be done next.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct NextActs {
    /// Those possible for the caller first, then what others may do; the rest says why not.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Offered>,
    /// The last position reflected.
    position: Option<u64>,
}

/// An act, and the caller's part in it.
#[derive(Debug, Serialize)]
struct Offered {
    #[serde(flatten)]
    act: NextAct,
    /// Roles in which the caller may sign it today; others may have to sign with it.
    sign_as: Vec<String>,
    /// Roles in which the caller may record it for somebody else.
    record_as: Vec<String>,
}

/// What may be done next in a case: who must sign, what is asked for, which terms wait, and in
/// which of the caller's roles.
#[utoipa::path(
    get, path = "/v1/cases/{id}/next-acts", tag = "cases",
    params(("id" = Uuid, Path, description = "What follows `case/`")),
    responses((status = 200, description = "Every act of the law in force", body = NextActs))
)]
pub(in crate::http) async fn next_acts(
    State(app): State<App>,
    Caller(caller): Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Json<NextActs>, HttpError> {
    let position = app.ledger.tail().size().checked_sub(1);
    let (stream, acts) = acts_of(&app, &caller, id).await?;
    let procedure = acts.first().and_then(|act| act.statement.law.as_ref());
    let procedure = procedure.map(|law| law.procedure.as_str()).unwrap_or_default();
    let roles = roles_of(&app, &caller);
    let rows = app.ledger.next_acts(Some(&stream), procedure).await?;
    let mut rows: Vec<_> = rows.into_iter().map(|act| Offered::to(&roles, act)).collect();
    let is_others = |row: &Offered| row.sign_as.is_empty() && row.record_as.is_empty();
    rows.sort_by_key(|row| (row.act.refused.is_some(), is_others(row)));
    Ok(Json(NextActs { rows, position }))
}

/// The roles of the posts that the caller holds today; none while suspended, or without a stream.
fn roles_of(app: &App, caller: &Principal) -> Vec<String> {
    let world = app.ledger.tail().world();
    let today = app.ledger.today(&world);
    let officer = caller.stream.as_ref().and_then(|stream| world.registry.signatory(stream));
    let able = officer.filter(|officer| !officer.is_suspended_on(today));
    let posts = able.map_or(&[][..], |officer| &officer.posts);
    let mut roles: Vec<_> =
        posts.iter().filter(|post| post.covers(today)).map(|post| post.role.clone()).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

impl Offered {
    fn to(roles: &[String], act: NextAct) -> Self {
        let held = |role: &&String| roles.contains(role);
        let mut sign_as: Vec<_> = act.signed_by.iter().flatten().filter(held).cloned().collect();
        sign_as.sort_unstable();
        sign_as.dedup();
        let record_as = act.recorded_by.iter().filter(held).cloned().collect();
        Self { act, sign_as, record_as }
    }
}
