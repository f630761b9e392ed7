//! `litopys database-url`.

use anyhow::bail;
use litopys_migrations::cluster::database_url;
use litopys_migrations::{Cluster, Role};

use super::data::Place;
use super::database::DATABASE;
use super::out::say;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example, while `litopys serve` runs:
  psql \"$(litopys database-url)\"")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if args.place.database_url.is_some() {
        bail!("DATABASE_URL is set: the ledger uses that server, not the embedded one");
    }
    let dir = args.place.dir();
    if !Cluster::exists(dir.root()) {
        bail!("there is no embedded database in {}: see `litopys init`", dir.root().display());
    }
    say!("{}", database_url(dir.root(), DATABASE, Role::Superuser));
    Ok(())
}
