//! The command line of `litopys-audit`.

mod defects;
mod history;
mod verify;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr as _;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use litopys_domain::ids::{AggregateType, IdError, StreamId};
use serde::Serialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::report::Lang;

const EXAMPLES: &str = "\
Examples:
  litopys-audit verify --all --trust trust.json --data /var/lib/litopys
  litopys-audit verify --all --trust trust.json --database-url postgres://litopys_auditor@db/litopys
  litopys-audit verify --case 0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77 --trust trust.json --json
  litopys-audit verify --receipt receipt.json --trust trust.json
  litopys-audit history --case 0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77 --recorded-until 1200
  litopys-audit defects --all --lang uk

Exit status: 0 sound, 1 findings, 2 could not run";

/// Verifies a ledger of migration decisions and takes nobody's word for it.
#[derive(Debug, Parser)]
#[command(name = "litopys-audit", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Recompute everything from stored bytes, or check one receipt
    Verify(verify::VerifyArgs),
    /// Tell a case on both time axes: when recorded, and when in law
    History(history::HistoryArgs),
    /// List what stands against cases: flags and their answers, late acts, terms that ran out
    Defects(defects::DefectsArgs),
}

/// Where the ledger lies.
#[derive(Debug, Args)]
struct DatabaseArgs {
    /// The database, as a URL; a role that may read is enough
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// The directory of the embedded database, whose server must be running
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Which ledger is asked, and how the answer is written.
#[derive(Debug, Args)]
struct AnswerArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// The language of the answer
    #[arg(long, value_enum, default_value_t)]
    lang: LangArg,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum LangArg {
    #[default]
    En,
    Uk,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::En => Self::En,
            LangArg::Uk => Self::Uk,
        }
    }
}

impl DatabaseArgs {
    /// `--data` goes before the environment's URL.
    fn options(&self) -> anyhow::Result<PgConnectOptions> {
        if let Some(dir) = &self.data {
            // A socket is told from a host name by its whole path.
            let dir = std::fs::canonicalize(dir)
                .with_context(|| format!("there is no directory `{}`", dir.display()))?;
            return Ok(PgConnectOptions::new_without_pgpass()
                .socket(dir.join("socket"))
                .port(5432)
                .ssl_mode(PgSslMode::Disable)
                .username("litopys_auditor")
                .database("litopys"));
        }
        let url = self.database_url.as_deref().context(
            "which ledger? give --data DIR of the embedded database, or --database-url URL",
        )?;
        PgConnectOptions::from_str(url).context("the database URL cannot be read")
    }
}

impl AnswerArgs {
    /// Writes an answer to standard output, as JSON or in words.
    fn write<T: Serialize>(
        &self,
        answer: &T,
        words: impl FnOnce(&T, Lang) -> String,
    ) -> anyhow::Result<()> {
        let text = if self.json {
            serde_json::to_string_pretty(answer)? + "\n"
        } else {
            words(answer, self.lang.into())
        };
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write the answer")
    }
}

/// A case is named by its id, or by its stream.
fn case_stream(id: &str) -> Result<StreamId, IdError> {
    StreamId::new(AggregateType::Case, id.strip_prefix("case/").unwrap_or(id))
}

/// Runs a command: 0 sound, 1 findings, 2 could not run.
pub fn run(cli: Cli) -> ExitCode {
    match execute(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            _ = writeln!(std::io::stderr(), "litopys-audit: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn execute(cli: Cli) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match cli.command {
        Command::Verify(args) => runtime.block_on(verify::run(&args)),
        Command::History(args) => runtime.block_on(history::run(&args)),
        Command::Defects(args) => runtime.block_on(defects::run(&args)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
