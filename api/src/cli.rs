//! What `litopys` understands, and how it answers.
//!
//! Each command is a module with its arguments and a `run`. What a command says goes to standard
//! output through [`out`]; progress, warnings and errors go to standard error.
//!
//! Exit status: 0 done, 1 failed, 2 wrong usage, 3 the ledger refused.

mod act;
mod backup;
mod client;
mod clock;
mod data;
mod database;
mod demo;
mod draft_file;
mod genesis;
mod import;
mod init;
mod key_file;
mod keygen;
mod law_files;
mod next_acts;
mod opened;
mod out;
mod procedure;
mod publish;
mod rebuild;
mod record;
mod serve;
mod sign;
mod token;
mod urls;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// The ledger refused what was asked of it, and said why.
const REFUSED: u8 = 3;

const ABOUT: &str = "Litopys is an event-sourced ledger of migration decisions: every decision \
    is one immutable, signed act in an append-only log that anybody can audit.";

const FIRST_STEPS: &str = "\
To see it work, with real figures, on this machine:
  litopys demo

To start a ledger of your own:
  litopys keygen --out admin.pem
  litopys init --origin ledger.example/main --administrator admin.pem --threshold 1
  litopys serve

Every command explains itself: litopys help COMMAND

Exit status: 0 done · 1 failed · 2 wrong usage · 3 the ledger refused";

#[derive(Debug, Parser)]
#[command(name = "litopys", version, about = ABOUT, after_help = FIRST_STEPS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// See it work: a ledger with real figures, whole cases, refusals and an audit
    Demo(demo::Args),
    /// Answer requests
    Serve(serve::Args),
    /// Make a new ledger: its key, its genesis and the law it works by
    Init(init::Args),
    /// Make a signing key
    Keygen(keygen::Args),
    /// Draft an act, show it in words, sign it and send it
    Act(Box<act::Args>),
    /// Show a draft in words and add a signature to it
    Sign(sign::Args),
    /// Make a bearer token for a caller
    Token(token::Args),
    /// Say what may be done next in a case, who signs, and what is due
    NextActs(next_acts::Args),
    /// Attest the rows of a file as legacy acts
    Import(import::Args),
    /// Build the read models anew
    Rebuild(rebuild::Args),
    /// Copy the whole ledger, while it runs or not
    Backup(backup::BackupArgs),
    /// Put a ledger back from a backup
    Restore(backup::RestoreArgs),
    /// Check, print and publish the law
    Procedure(procedure::Args),
    /// Print how psql reaches the embedded database as its superuser
    DatabaseUrl(urls::Args),
}

/// The ledger, or a check of this program, said no: told apart from failures by its status.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Runs a command and says what went wrong, for people.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let Some(command) = cli.command else {
        out::raw(&Cli::command().render_help().to_string());
        return ExitCode::SUCCESS;
    };
    match dispatch(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out::complain(&error);
            let refused = error.downcast_ref::<Refused>().is_some();
            if refused { ExitCode::from(REFUSED) } else { ExitCode::FAILURE }
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Keygen(args) => keygen::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Act(args) => act::run(&args),
        Command::NextActs(args) => next_acts::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Rebuild(args) => rebuild::run(&args),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Procedure(args) => procedure::run(args),
        Command::DatabaseUrl(args) => urls::run(&args),
    }
}

/// A runtime for the commands that talk to the database.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_hold_together() {
        Cli::command().debug_assert();
    }
}
