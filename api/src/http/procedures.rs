//! `GET /v1/procedures`: the law as the log publishes it.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_domain::ids::ContentHash;
use litopys_domain::law::fold::View;
use litopys_domain::law::next::{NextAct, next_acts};
use litopys_domain::violation::Words;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::error::HttpError;
use super::extract::{InPath, InQuery};
use crate::law_texts;
use crate::stored::corrupt;

/// Procedures of which an edition is published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Procedures {
    #[schema(value_type = Vec<Object>)]
    rows: Vec<ProcedureRow>,
}

#[derive(Debug, Serialize)]
struct ProcedureRow {
    procedure: String,
    short: String,
    title: Words,
    /// First days of the published editions.
    editions: BTreeSet<Date>,
}

/// Every procedure with a published edition.
#[utoipa::path(
    get, path = "/v1/procedures", operation_id = "list_procedures", tag = "law",
    responses((status = 200, description = "Procedures", body = Procedures))
)]
pub(super) async fn list(State(app): State<App>) -> Json<Procedures> {
    let world = app.ledger.tail().world();
    let rows = world.laws.procedures().filter_map(|procedure| {
        let newest = world.laws.editions(procedure).last()?;
        Some(ProcedureRow {
            procedure: procedure.to_owned(),
            short: newest.short.clone(),
            title: newest.title.clone(),
            editions: world.laws.editions(procedure).map(|law| law.edition).collect(),
        })
    });
    Json(Procedures { rows: rows.collect() })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OnQuery {
    /// The day; the ledger's today where absent.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
}

impl OnQuery {
    pub(super) fn day(&self, app: &App) -> Date {
        self.on.unwrap_or_else(|| app.ledger.today(&app.ledger.tail().world()))
    }
}

/// The edition in force on a day.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field's name is that of the statement's `law`")]
pub(super) struct Procedure {
    procedure: String,
    short: String,
    #[schema(value_type = Object)]
    title: Words,
    /// Its first day.
    #[schema(value_type = String)]
    edition: Date,
    /// What acts cite.
    #[schema(value_type = String)]
    package: ContentHash,
    /// Every act, those that open a case first; what is asked for as JSON Schema.
    #[schema(value_type = Vec<Object>)]
    acts: Vec<NextAct>,
    /// The text that judges, as it is published.
    #[schema(value_type = Object)]
    text: Box<RawValue>,
}

/// The edition of a procedure that is in force on a day.
#[utoipa::path(
    get, path = "/v1/procedures/{id}", operation_id = "procedure", tag = "law",
    params(("id" = String, Path, description = "Such as `forced-return`"), OnQuery),
    responses((status = 200, description = "The edition", body = Procedure))
)]
pub(super) async fn one(
    State(app): State<App>,
    InPath(id): InPath<String>,
    InQuery(query): InQuery<OnQuery>,
) -> Result<Json<Procedure>, HttpError> {
    let size = app.ledger.tail().size();
    let world = app.ledger.tail().world();
    let on = query.day(&app);
    let package = world.laws.in_force(&id, on, size).ok_or_else(|| {
        HttpError::not_found(
            format!("edition of this procedure for {on}"),
            format!("редакції цієї процедури на {on}"),
        )
    })?;
    let hash = package.manifest.edition.sha256;
    let missing = || corrupt("packages", "content", hash);
    let text = law_texts::text(app.ledger.pool(), hash).await?.ok_or_else(missing)?;
    let law = &package.law;
    Ok(Json(Procedure {
        procedure: law.procedure.clone(),
        short: law.short.clone(),
        title: law.title.clone(),
        edition: law.edition,
        package: package.hash,
        acts: next_acts(&world.laws, &id, &[], View::new(on, size)),
        text: RawValue::from_string(text.to_string()).map_err(|_| missing())?,
    }))
}
