//! Keeps the private server running for a process that serves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Cluster;

/// The pause before a second start in a row; it doubles from there.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A server that ran this long is counted as sound again.
const SOUND_AFTER: Duration = Duration::from_secs(30);

impl Cluster {
    /// Starts the server again whenever it ends by itself: at once after the first crash,
    /// backing off up to 10 s while it keeps crashing or does not start. Ends when the server
    /// was stopped through this object.
    pub async fn supervise(self: Arc<Self>) {
        let mut pause = Duration::ZERO;
        loop {
            let started = Instant::now();
            let Some(status) = self.wait_exit().await else { return };
            tracing::error!(%status, "the private PostgreSQL server ended with {status}");
            if started.elapsed() > SOUND_AFTER {
                pause = Duration::ZERO;
            }
            loop {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
                let cluster = Arc::clone(&self);
                match tokio::task::spawn_blocking(move || cluster.start()).await {
                    Ok(Ok(())) => break,
                    Ok(Err(error)) => tracing::error!(%error, "it does not start: {error}"),
                    Err(_) => return, // the runtime is shutting down
                }
            }
            tracing::warn!("the private PostgreSQL server runs again");
        }
    }
}
