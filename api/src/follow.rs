//! Hears of log sizes that other processes announce (channel `litopys_log`).

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;

/// The NOTIFY channel of the appenders; its payload is the new log size.
pub const CHANNEL: &str = "litopys_log";
/// Pause before listening again after the connection was lost.
const RETRY: Duration = Duration::from_millis(500);

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
        tokio::select! {
            () = sizes.closed() => return Ok(()),
            heard = listener.recv() => {
                let Ok(size) = heard?.payload().parse::<u64>() else { continue };
                sizes.send_if_modified(|known| {
                    let grew = *known < size;
                    *known = size.max(*known);
                    grew
                });
            }
        }
    }
}
