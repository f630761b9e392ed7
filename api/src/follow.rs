//! Hears of log sizes that other processes announce (channel `litopys_log`), and looks for itself
//! in between: a process that is killed may not have announced its last acts.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

/// The NOTIFY channel of the appenders; its payload is the new log size.
pub const CHANNEL: &str = "litopys_log";
/// Pause before listening again after the connection was lost.
const RETRY: Duration = Duration::from_millis(500);
/// How long to go by announcements alone.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Listens until nobody wants to hear any more; a lost connection is made anew.
pub fn start(pool: PgPool) -> watch::Receiver<u64> {
    let (sizes, receiver) = watch::channel(0);
    tokio::spawn(async move {
        while !sizes.is_closed() {
            if let Err(error) = listen(&pool, &sizes).await {
                tracing::debug!(error = %error, "Listening for other writers failed: {error}");
            }
            tokio::time::sleep(RETRY).await;
        }
    });
    receiver
}

async fn listen(pool: &PgPool, sizes: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let size = tokio::select! {
            () = sizes.closed() => return Ok(()),
            heard = listener.recv() => {
                let Ok(size) = heard?.payload().parse::<u64>() else { continue };
                size
            }
            () = tokio::time::sleep(LOOK_EVERY) => look(pool).await?,
        };
        sizes.send_if_modified(|known| {
            let grew = *known < size;
            *known = size.max(*known);
            grew
        });
    }
}

async fn look(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let size = sqlx::query_scalar!("select size from log_head").fetch_one(pool).await?;
    Ok(u64::try_from(size).unwrap_or_default())
}
