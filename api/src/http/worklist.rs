//! `GET /v1/worklist`: what is due, and when.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use litopys_domain::ids::StreamId;
use litopys_projections::reads::{self, Answer, Now, Urgency, WorkItem, WorklistFilter};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

use super::App;
use super::error::HttpError;
use super::extract::Caller;
use super::lists::{InList, Listing, Page, office, reflect};
use crate::own_acts::{Hindered, HinderedPut};
use crate::stored::StoredError;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WorklistQuery {
    /// One of the token's offices.
    office: Option<String>,
    procedure: Option<String>,
    /// Inclusive.
    #[param(value_type = Option<String>, format = Date)]
    due_to: Option<Date>,
    /// `overdue`, `due` (today), `warned` or `running`; several with commas.
    urgency: Option<String>,
    /// `officer/…` in charge.
    assigned_to: Option<String>,
}

/// An item, and why the ledger cannot sign what it should.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    #[serde(flatten)]
    item: WorkItem,
    #[serde(skip_serializing_if = "Option::is_none")]
    hindered: Option<Hindrance>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Hindrance {
    Term(Hindered),
    Put(HinderedPut),
}

/// Running terms, court outcomes that cases have still to take and such that fell, the earliest due
/// first.
///
/// Where the ledger should sign that a term passed, or what a court decided, and cannot, `hindered`
/// says why, and what people can do.
#[utoipa::path(
    get, path = "/v1/worklist", operation_id = "worklist", tag = "cases", params(WorklistQuery, Page),
    responses((status = 200, description = "A page of terms", body = Listing))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    InList(query, page): InList<WorklistQuery>,
) -> Result<Json<Answer<Listed>>, HttpError> {
    let filter = WorklistFilter {
        office: office(&caller, query.office)?,
        procedure: query.procedure,
        due_to: query.due_to,
        assigned_to: query.assigned_to,
        urgency: query.urgency.as_deref().map(urgencies).transpose()?,
    };
    let world = app.ledger.tail().world();
    let now = Now { today: app.ledger.today(&world), at: app.ledger.clock().now() };
    reflect(&app, page.at_least).await?;
    let after = page.after.as_deref();
    let found = reads::worklist(app.ledger.pool(), &filter, now, after, page.limit).await?;
    let rows = with_hindrances(&app, found.rows, now.today).await?;
    Ok(Json(Answer { rows, next: found.next, position: found.position }))
}

/// Judged on the log, for the items whose act is due: few, since most are signed within a moment.
async fn with_hindrances(
    app: &App,
    items: Vec<WorkItem>,
    today: Date,
) -> Result<Vec<Listed>, StoredError> {
    let mut cases: HashMap<Uuid, Vec<Hindered>> = HashMap::new();
    let mut listed = Vec::with_capacity(items.len());
    for item in items {
        let is_due = item.fires_on.is_some_and(|on| on <= today);
        let hindered = match item.dispute {
            _ if !is_due => None,
            Some(dispute) => {
                let dispute = StreamId::case(dispute);
                let put = app.ledger.hindered_put(&dispute, &item.started_by).await?;
                put.map(Hindrance::Put)
            }
            None => {
                let of_case = match cases.entry(item.case) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => {
                        unknown.insert(app.ledger.hindered(&StreamId::case(item.case)).await?)
                    }
                };
                let of_term = |one: &&Hindered| {
                    one.clock == item.clock && one.started_by.to_string() == item.started_by
                };
                of_case.iter().find(of_term).cloned().map(Hindrance::Term)
            }
        };
        listed.push(Listed { item, hindered });
    }
    Ok(listed)
}

fn urgencies(text: &str) -> Result<Vec<Urgency>, HttpError> {
    let one = |name: &str| serde_json::from_value(name.into());
    text.split(',').map(one).collect::<Result<_, _>>().map_err(|_| HttpError::InvalidParameter {
        name: "urgency".to_owned(),
        message: "overdue, due, warned or running; several with commas".to_owned(),
    })
}
