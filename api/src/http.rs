//! The HTTP side: `serve` answers requests on a listener until it is told to stop.
//!
//! A request passes the `gate` (id, route, token, rate, policy, room, time), then its handler;
//! a resource is a file. Errors are problem details, rendered by the gate.

pub mod acts;
mod cases;
pub mod catalogue;
mod codes;
mod defects;
mod disputes;
mod docs;
pub mod door;
mod drafts;
pub mod error;
mod extract;
mod gate;
mod health;
pub mod language;
pub mod limits;
mod lists;
mod log;
mod measure;
mod officers;
pub mod problem;
mod problems;
mod procedures;
mod router;
mod statistics;
mod worklist;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use crate::auth::TokenVerifier;
use crate::ledger::Ledger;
use door::{Door, Peer};
use limits::{Limits, RateLimiter};
pub use router::{openapi, router};

/// Largest body of one request, in bytes: a statement of 60 KiB as a JSON string, and disclosures.
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// How long unfinished answers are waited for once the server is told to stop.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(30);

/// What the server answers from.
#[derive(Debug)]
pub struct Parts {
    pub ledger: Arc<Ledger>,
    pub tokens: TokenVerifier,
    pub limits: Limits,
}

/// What handlers share.
#[derive(Debug)]
pub struct Shared {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) tokens: TokenVerifier,
    limits: Limits,
    rate: Option<RateLimiter>,
    room: Semaphore,
    draining: AtomicBool,
}

pub type App = Arc<Shared>;

impl Shared {
    pub fn new(parts: Parts) -> App {
        let Parts { ledger, tokens, limits } = parts;
        let rate = limits.rate.map(RateLimiter::new);
        let room = Semaphore::new(limits.concurrent_max);
        Arc::new(Self { ledger, tokens, limits, rate, room, draining: AtomicBool::new(false) })
    }
}

/// Answers until `shutdown` ends, then finishes what was begun, at most [`DRAIN_TIME_MAX`] long.
pub async fn serve(
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
    parts: Parts,
) -> io::Result<()> {
    measure::install();
    let app = Shared::new(parts);
    let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<Peer>();
    let listener = Door::new(listener, app.limits.idle_time_max);
    let upkeep = tokio::spawn(limits::upkeep(Arc::clone(&app)));
    let (stop, stopped) = oneshot::channel();
    let draining = async move {
        shutdown.await;
        app.draining.store(true, Ordering::Relaxed);
        tracing::info!("Draining: no new connections are taken");
        _ = stop.send(());
    };
    let too_long = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(DRAIN_TIME_MAX).await;
    };
    let result = tokio::select! {
        done = axum::serve(listener, service).with_graceful_shutdown(draining) => done,
        () = too_long => {
            tracing::warn!("Some answers were not finished in {DRAIN_TIME_MAX:?}");
            Ok(())
        }
    };
    upkeep.abort();
    result
}
