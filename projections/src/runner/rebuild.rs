//! Builds the read models anew beside the live ones and swaps them in.

use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use super::RunnerOptions;
use super::pages::Pages;
use crate::error::ProjectionError;
use crate::feed::Feed;
use crate::fold::Fold;
use crate::fold::rows::Rows;
use crate::schema::{self, REBUILD_LOCK, Schemas, VERSION};
use crate::write::write;

/// What a rebuild did.
#[derive(Debug, Clone, Copy)]
pub struct Rebuilt {
    /// Acts read.
    pub size: u64,
    pub took: Duration,
}

/// Reads the whole log into new tables while the live ones answer, then swaps the schemas by name
/// in one transaction. May run in another process than the runner, which goes on meanwhile.
/// `progress` is told the size reached after each batch.
///
/// # Errors
/// Trouble leaves the live tables as they were; what was half built is dropped by the next rebuild.
pub async fn rebuild(
    options: &RunnerOptions,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Rebuilt, ProjectionError> {
    let started = Instant::now();
    let mut connection = options.database.connect().await?;
    sqlx::query!("select pg_advisory_lock($1)", REBUILD_LOCK).fetch_one(&mut connection).await?;
    refuse_newer(&mut connection).await?;
    let number = clear(&mut connection).await?;
    let beside = Schemas::beside(number);
    beside.create(&mut connection).await?;

    let pool = options.pool();
    let mut fold = Fold::at(&pool, 0).await?;
    let mut pages = Pages::to_the_end(Feed::new(&options.database, 0, options.feed));
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        let from = fold.size();
        let rows = fold.take(page).await?;
        let mut transaction = connection.begin().await?;
        add(&mut transaction, &beside, from, fold.size(), &rows).await?;
        transaction.commit().await?;
        progress(fold.size());
    }
    beside.index(&mut connection).await?;
    let away = Schemas::beside(number + 1);
    swap(options, &mut connection, &beside, &away, &mut fold).await?;
    drop_away(&mut connection, &away).await;
    Ok(Rebuilt { size: fold.size(), took: started.elapsed() })
}

async fn refuse_newer(connection: &mut PgConnection) -> Result<(), ProjectionError> {
    match schema::live_progress(connection).await? {
        Some((found, _)) if found > VERSION => {
            Err(ProjectionError::Newer { found, known: VERSION })
        }
        _ => Ok(()),
    }
}

/// Drops what earlier rebuilds left behind; returns a number that is free.
async fn clear(connection: &mut PgConnection) -> Result<i64, ProjectionError> {
    let numbers = schema::left_behind(connection).await?;
    for number in &numbers {
        Schemas::beside(*number).drop(connection).await?;
    }
    Ok(numbers.last().map_or(1, |last| last + 1))
}

async fn add(
    connection: &mut PgConnection,
    beside: &Schemas,
    from: u64,
    to: u64,
    rows: &Rows,
) -> Result<(), ProjectionError> {
    beside.enter(connection).await?;
    Schemas::advance(connection, from, to).await?;
    write(connection, rows).await
}

/// Catches up with the live tables while no batch can reach them, so that no answer goes back in
/// time, and changes the names.
async fn swap(
    options: &RunnerOptions,
    connection: &mut PgConnection,
    beside: &Schemas,
    away: &Schemas,
    fold: &mut Fold,
) -> Result<(), ProjectionError> {
    let mut feed = Feed::new(&options.database, fold.size(), options.feed);
    let mut transaction = connection.begin().await?;
    schema::hold_names(&mut transaction).await?;
    let live = schema::live_progress(&mut transaction).await?.map_or(0, |(_, size)| size);
    while fold.size() < live {
        let from = fold.size();
        let rows = fold.take(feed.page().await?).await?;
        if fold.size() == from {
            return Err(ProjectionError::Gap { expected: from, found: live });
        }
        add(&mut transaction, beside, from, fold.size(), &rows).await?;
    }
    beside.take_place_of(&Schemas::live(), away, &mut transaction).await?;
    Ok(transaction.commit().await?)
}

/// Readers may still be in the old tables. Waiting for them is brief; giving up is harmless, for
/// the next rebuild drops what is left.
async fn drop_away(connection: &mut PgConnection, away: &Schemas) {
    let dropped = async {
        connection.execute("set lock_timeout = '800ms'").await?;
        away.drop(connection).await
    };
    if let Err(error) = dropped.await {
        tracing::warn!(error = %error, "The replaced tables stay until the next rebuild: {error}");
    }
}
