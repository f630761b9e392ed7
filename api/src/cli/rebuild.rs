//! `litopys rebuild`: the read models anew, beside the live ones, then in their place.

use std::time::Instant;

use anyhow::Context as _;
use litopys_migrations::Role;
use litopys_projections::{RunnerOptions, rebuild};
use sqlx::{Connection as _, PgConnection};

use super::data::Place;
use super::database::{DATABASE, Database};
use super::out::{progress, say};
use super::runtime;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  litopys rebuild

The ledger may be served meanwhile: it answers from the old read models until the new ones are
complete.")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    args.place.dir().ledger()?;
    runtime()?.block_on(run_on(&args.place))
}

async fn run_on(place: &Place) -> anyhow::Result<()> {
    let url =
        litopys_migrations::cluster::database_url(place.dir().root(), DATABASE, Role::Projector);
    // Another process may hold the embedded database: then its socket is used.
    let running = place.database_url.is_none() && PgConnection::connect(&url).await.is_ok();
    if running {
        return rebuild_with(url.parse()?).await;
    }
    let database = Database::open(place).await?;
    rebuild_with(database.options(Role::Projector)).await?;
    database.close().await
}

async fn rebuild_with(database: sqlx::postgres::PgConnectOptions) -> anyhow::Result<()> {
    let began = Instant::now();
    let bar = progress("rebuilding", 0);
    let options = RunnerOptions::new(database);
    let rebuilt = rebuild(&options, |size| {
        bar.set_length(size.max(bar.length().unwrap_or_default()));
        bar.set_position(size);
    })
    .await
    .context("the read models cannot be rebuilt; the live ones are as they were")?;
    bar.finish_and_clear();
    say!("{} acts folded in {:.1} s", rebuilt.size, began.elapsed().as_secs_f32());
    Ok(())
}
