//! Questions and their answers. Every answer says how much of the log it reflects.
//!
//! Made for the writer's role, which serves them; any role that may read `reads` will do.

mod cases;
pub mod cursor;
mod defects;
mod disputes;
mod officers;
mod timeline;
mod waiting;
mod worklist;

use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::PgPool;

use crate::error::{ProjectionError, unsigned};

pub use cases::{Case, CaseFilter, case, cases};
pub use defects::{DefectFilter, OpenDefect, defects};
pub use disputes::{Dispute, DisputeFilter, disputes};
pub use officers::{
    CompetenceHeld, KeyState, Officer, OfficerFilter, PostHeld, SuspensionSpan, officers,
};
pub use timeline::{TimelineEntry, person_registered, timeline};
pub use waiting::{DueCase, WaitingPut, due_cases, waiting_puts};
pub use worklist::{Now, Urgency, WorkItem, WorklistFilter, worklist};

/// Most rows of one answer.
pub const ROWS_MAX: u16 = 500;

/// Rows, and the part of the log they reflect.
#[derive(Debug, Clone, Serialize)]
pub struct Answer<T> {
    pub rows: Vec<T>,
    /// Where the next page begins; none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The last position reflected at least; none while nothing is.
    pub position: Option<u64>,
}

/// The last position that answers reflect; none while they reflect nothing.
pub async fn reflected(pool: &PgPool) -> Result<Option<u64>, ProjectionError> {
    let size = sqlx::query_scalar!("select size from reads.progress").fetch_optional(pool).await?;
    Ok(size.and_then(|size| unsigned(size).checked_sub(1)))
}

/// Waits until answers reflect `position`; returns the position they reflect then.
///
/// # Errors
/// [`ProjectionError::TimedOut`] where they do not within `patience`.
pub async fn wait_for(
    pool: &PgPool,
    position: u64,
    patience: Duration,
) -> Result<u64, ProjectionError> {
    const PAUSE_MAX: Duration = Duration::from_millis(100);
    let started = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        let at = reflected(pool).await?;
        if let Some(at) = at.filter(|at| *at >= position) {
            return Ok(at);
        }
        let waited = started.elapsed();
        if waited >= patience {
            let at = at.unwrap_or(0);
            let waited_ms = waited.as_millis();
            return Err(ProjectionError::TimedOut { wanted: position, at, waited_ms });
        }
        tokio::time::sleep(pause.min(patience.saturating_sub(waited))).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Cuts the one row too many that was asked for, and makes the cursor of the last one kept.
fn page<T>(
    mut rows: Vec<T>,
    limit: u16,
    position: Option<u64>,
    key: impl FnOnce(&T) -> String,
) -> Answer<T> {
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let next = if more { rows.last().map(key) } else { None };
    Answer { rows, next, position }
}

/// One more than asked for, to know whether there is a next page.
fn one_more(limit: u16) -> i64 {
    i64::from(limit.min(ROWS_MAX)) + 1
}
