//! `litopys import`: rows of a paper or foreign register as attested acts.
//!
//! A mapping says how rows become acts: each a legacy record that opens a case of its own, or, of an
//! event log, one act of a case whose rows name the same key. Ids are derived from the ledger, the
//! file's hash and the line (RFC 9562 §5.8), so that a second run makes the very same statements and the ledger
//! answers with the places they already have.

mod court;
mod mapping;
mod record;
mod send;
mod table;
mod tally;
mod unhcr;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use litopys_domain::ids::{ContentHash, StreamId};

use super::client::{Client, Server};
use super::out::{note, progress, say};
use super::{Refused, key_file, law_files};
use mapping::Mapping;

pub(crate) use record::{Attestor, Record, Refiner};
pub(crate) use send::{Sender, Sent};
pub(crate) use unhcr::{Years, records as unhcr_records};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys import asylum_decisions_ukr.csv --unhcr --years 2023 --key attestor.pem \\
      --officer officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79 --office 00
  litopys import register.csv --mapping register.json --key … --officer … --office 80

  litopys import road_fines.csv --mapping examples/road-fines/import.yaml \\
      --law examples/road-fines --key … --officer … --office PL

A mapping (YAML or JSON) says where each fact comes from:
  procedure: forced-return
  occurred_at: decided_on
  count: n
  author: {role: R-TO-HEAD}
  facts:
    state: {value: departed}
    country: {column: origin, codes: {UNK: XXX}}

Of an event log it also says which column is the case and which the act:
  case: case_id
  act: activity
  acts:
    Payment: {act: PaymentReceived, facts: {total: {column: paid}}}
  currency: EUR
  answers: {RF-APPEAL-LATE: accepted}     (the attestor's answers where rules fire)
  totals:
    - {title: {en: Cases, uk: Справи}, count: cases, known: 7074}

Bad rows are reported with their line, and their column where one is at fault; the good ones go
in. Run again, it goes on where it stopped, and nothing enters twice. Exit status 3 where a row
was bad or a total differs.")]
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
    /// How columns become acts and facts (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Folder that holds procedures/, codes/, … as the ledger published them [default: what is
    /// built in]
    #[arg(long, value_name = "DIR", conflicts_with = "unhcr")]
    law: Option<PathBuf>,
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
    /// From 1, where one column is at fault.
    pub column: Option<usize>,
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
    let book = law_files::read(args.law.as_deref())?;
    let mapping = args.mapping.as_deref().map(Mapping::read).transpose()?;
    let rows = match &mapping {
        Some(mapping) => table::records(&bytes, mapping, &mapping.fields(&book)?)?,
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
    let mut refiner = Refiner::new(&origin, ContentHash::of(&bytes), attestor, book);
    if let Some(log) = mapping.as_ref().filter(|mapping| mapping.case.is_some()) {
        refiner = refiner.judged(log)?;
    }
    let state = send::State::open(&state_path(&args.file), &refiner.key())?;
    let mut bad = rows.bad;
    let bar = progress("attesting", rows.records.len() as u64);
    let began = std::time::Instant::now();
    let mut sender = Sender::new(client, &refiner, Some(state));
    let sent = sender.send(&rows.records, &mut bad, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    let time = began.elapsed();
    let totals = mapping.as_ref().map_or(&[][..], |mapping| &mapping.totals);
    summary(&args.file, &rows.records, &sent, time, &bad);
    ending(&args.file, &bad, sent.tally.compare(totals))
}

fn summary(file: &Path, records: &[Record], sent: &Sent, time: Duration, bad: &[BadRow]) {
    for BadRow { line, column, reason } in bad {
        let column = column.map_or_else(String::new, |column| format!("{column}:"));
        note(&format!("{}:{line}:{column} {reason}", file.display()));
    }
    let cases: HashSet<_> = records.iter().map(|record| (record.case, &record.copy)).collect();
    say!("cases       {}", cases.len());
    say!("acts        {}", records.len());
    say!("recorded    {}", sent.recorded);
    say!("there       {} (from an earlier run)", sent.known + sent.skipped);
    say!("bad         {}", bad.len());
    let rate = u128::from(sent.recorded + sent.known) * 1000 / time.as_millis().max(1);
    say!("time        {} s, {rate} acts a second", time.as_secs());
}

fn ending(file: &Path, bad: &[BadRow], different: usize) -> anyhow::Result<()> {
    if !bad.is_empty() {
        let reason = format!("{} rows of {} did not go in", bad.len(), file.display());
        return Err(Refused(reason).into());
    }
    if different > 0 {
        return Err(Refused(format!("{different} totals are not those that are known")).into());
    }
    Ok(())
}

/// Beside the file: how far an earlier run came.
fn state_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".import.json");
    PathBuf::from(name)
}
