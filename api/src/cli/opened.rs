//! A ledger opened for a command, with everything it needs from the data directory.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use litopys_api::append::AppenderStopped;
use litopys_api::clock::Clock;
use litopys_api::ledger::{Ledger, LedgerOptions};
use litopys_api::publish;
use litopys_api::vault::Vault;
use litopys_migrations::Role;
use tokio::task::{JoinError, JoinHandle};

use super::data::DataDir;
use super::database::Database;

/// How long a foreign server may be out of reach before the process gives up: it ends within
/// ten seconds, so that whoever runs it notices.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
/// The private server is started again by this very process, and may need to recover.
const PATIENCE_PRIVATE: Duration = Duration::from_mins(2);
const CONNECTIONS_MAX: u32 = 24;
/// Reading a whole log at the start may take a while.
const CATCH_UP_MAX: Duration = Duration::from_mins(10);

/// Ends when the appender does.
pub(crate) type AppenderTask = JoinHandle<Result<(), AppenderStopped>>;

/// Opens the ledger named `origin` with the keys of the data directory, and reads its log to the
/// end.
pub(crate) async fn open_ledger(
    origin: &str,
    dir: &DataDir,
    database: &Database,
) -> anyhow::Result<(Arc<Ledger>, AppenderTask)> {
    let options = LedgerOptions {
        database: database.options(Role::Writer),
        origin: origin.to_owned(),
        key: dir.ledger_key()?,
        vault: Vault::new(&dir.vault_key()?),
        clock: Clock::system(),
        patience: match database {
            Database::Private(_) => PATIENCE_PRIVATE,
            Database::Foreign(_) => PATIENCE,
        },
        connections_max: CONNECTIONS_MAX,
        cadence: publish::CADENCE,
    };
    let (ledger, mut appender) = Ledger::open(options).context("the ledger cannot be opened")?;
    tokio::select! {
        read = caught_up(&ledger) => read?,
        ended = &mut appender => return Err(why_ended(ended)),
    }
    Ok((ledger, appender))
}

/// Waits until this process has read the log to its end.
async fn caught_up(ledger: &Ledger) -> anyhow::Result<()> {
    let head = ledger.reader().head().await.context("the log cannot be read")?;
    let mut sizes = ledger.tail().watch();
    tokio::time::timeout(CATCH_UP_MAX, sizes.wait_for(|size| *size >= head.size))
        .await
        .context("the log could not be read to its end in time")?
        .context("the appender has stopped")?;
    Ok(())
}

/// Why there is no appender any more.
pub(crate) fn why_ended(ended: Result<Result<(), AppenderStopped>, JoinError>) -> anyhow::Error {
    match ended {
        Ok(Ok(())) => anyhow!("the appender ended"),
        Ok(Err(error)) => anyhow::Error::new(error).context("the ledger cannot write any more"),
        Err(error) => anyhow::Error::new(error).context("the appender failed"),
    }
}
