//! `litopys import`: rows of a paper or foreign register as attested legacy acts.
//!
//! Every decision becomes one act that opens one case. Ids are derived from the ledger, the
//! file's hash and the line (RFC 9562 §5.8), so that a second run makes the very same statements and the ledger
//! answers with the places they already have.

mod mapping;
mod record;
mod send;
mod unhcr;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use litopys_domain::ids::{ContentHash, StreamId};

use super::client::{Client, Server};
use super::out::{note, progress, say};
use super::{Refused, data, key_file};

pub(crate) use record::{Attestor, Record, Refiner};
pub(crate) use send::{Sender, Sent};
pub(crate) use unhcr::{Years, records as unhcr_records};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys import asylum_decisions_ukr.csv --unhcr --years 2023 --key attestor.pem \\
      --officer officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79 --office 00
  litopys import register.csv --mapping register.json --key … --officer … --office 80

A mapping says where each fact comes from:
  {\"procedure\": \"forced-return\", \"occurred_at\": \"decided_on\", \"count\": \"n\",
   \"author\": {\"role\": \"R-TO-HEAD\"},
   \"facts\": {\"state\": {\"value\": \"departed\"},
             \"country\": {\"column\": \"origin\", \"codes\": {\"UNK\": \"XXX\"}}}}

Bad rows are reported with their line; the good ones go in. Run again, it goes on where it
stopped, and nothing enters twice. Exit status 3 where a row was bad.")]
pub(crate) struct Args {
    /// Rows with a header
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// The file is UNHCR's table of asylum decisions: take government first instance
    #[arg(long, conflicts_with = "mapping", required_unless_present = "mapping")]
    unhcr: bool,
    /// Years of the UNHCR table: one, several with commas, or all
    #[arg(long, value_name = "YEARS", default_value = "all", requires = "unhcr")]
    years: Years,
    /// How columns become facts (JSON)
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
    /// Key of the officer who attests
    #[arg(long, value_name = "FILE", env = "LITOPYS_KEY")]
    key: PathBuf,
    /// The officer who attests
    #[arg(long, value_name = "STREAM", env = "LITOPYS_OFFICER")]
    officer: StreamId,
    /// The officer's office
    #[arg(long, value_name = "OFFICE")]
    office: String,
    /// The officer's role
    #[arg(long, value_name = "ROLE", default_value = "R-ATT")]
    role: String,
    /// Name of the ledger that the statements are for [default: that of the served ledger]
    #[arg(long)]
    origin: Option<String>,
}

/// A row that did not become an act.
#[derive(Debug, Clone)]
pub(crate) struct BadRow {
    pub line: u64,
    pub reason: String,
}

/// What a file holds: records to attest, and rows that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub records: Vec<Record>,
    pub bad: Vec<BadRow>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let rows = match &args.mapping {
        Some(path) => mapping::records(&bytes, &data::read_json(path)?)?,
        None => unhcr::records(&bytes, &args.years)?,
    };
    let client = Client::new(&args.server);
    let origin = match &args.origin {
        Some(origin) => origin.clone(),
        None => client.origin()?,
    };
    let attestor = Attestor {
        key: key_file::read(&args.key)?,
        officer: args.officer.clone(),
        role: args.role.clone(),
        office: args.office.clone(),
    };
    let file = ContentHash::of(&bytes);
    let refiner = Refiner::new(&origin, file, attestor)?;
    let state = send::State::open(&state_path(&args.file), &refiner.key())?;
    let mut bad = rows.bad;
    let bar = progress("attesting", rows.records.len() as u64);
    let mut sender = Sender::new(client, &refiner, Some(state));
    let sent = sender.send(&rows.records, &mut bad, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    summary(&args.file, rows.records.len(), &sent, &bad)
}

fn summary(file: &Path, records: usize, sent: &Sent, bad: &[BadRow]) -> anyhow::Result<()> {
    for row in bad {
        note(&format!("{}:{}: {}", file.display(), row.line, row.reason));
    }
    say!("decisions   {records}");
    say!("recorded    {}", sent.recorded);
    say!("there       {} (from an earlier run)", sent.known + sent.skipped);
    say!("bad         {}", bad.len());
    if bad.is_empty() {
        return Ok(());
    }
    Err(Refused(format!("{} rows of {} did not go in", bad.len(), file.display())).into())
}

/// Beside the file: how far an earlier run came.
fn state_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".import.json");
    PathBuf::from(name)
}
