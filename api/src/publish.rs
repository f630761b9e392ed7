//! Publishes checkpoints at a cadence: each is stored by its own INSERT after the COMMIT it
//! speaks of, and partial tiles are promised for it.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use crate::reader::LogReader;
use crate::stored::{StoredError, signed};

/// How often a grown log gets a new published checkpoint.
pub const CADENCE: Duration = Duration::from_secs(1);

/// The newest published note, as a size and its text.
pub type Published = watch::Receiver<Option<(u64, String)>>;

/// Publishes until nobody reads what is published; a failure is logged and tried again.
pub fn start(pool: PgPool, reader: LogReader, cadence: Duration) -> Published {
    let (notes, receiver) = watch::channel(None);
    tokio::spawn(async move {
        while !notes.is_closed() {
            let last = notes.borrow().as_ref().map(|(size, _)| *size);
            match publish(&pool, &reader, last).await {
                Ok(Some(note)) => _ = notes.send_replace(Some(note)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(error = %error, "Publishing a checkpoint failed: {error}");
                }
            }
            tokio::time::sleep(cadence).await;
        }
    });
    receiver
}

/// Signs and stores a note over the committed log, if it grew since `last`.
pub async fn publish(
    pool: &PgPool,
    reader: &LogReader,
    last: Option<u64>,
) -> Result<Option<(u64, String)>, StoredError> {
    let head = reader.head().await?;
    if head.size == 0 || last == Some(head.size) {
        return Ok(None);
    }
    let note = reader.sign(head)?;
    // Another process may publish the same size; its note has the same bytes.
    sqlx::query!(
        "insert into checkpoints (size, note, published_at) values ($1, $2, now())
         on conflict (size) do nothing",
        signed(head.size),
        note,
    )
    .execute(pool)
    .await?;
    Ok(Some((head.size, note)))
}
