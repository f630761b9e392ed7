//! `litopys demo`: a ledger from nothing, filled, attacked and audited, printing as it goes.
//!
//! Everything goes in and comes out over REST, with one exception: what the ledger itself signs.
//! A figure that differs, a refusal that does not come or a finding at another place fails it.

mod audit;
mod cases;
mod figures;
mod ground;
mod people;
mod refusals;
mod stage;
mod summary;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::import::Years;
use super::out::say;
use stage::Stage;
use summary::Summary;

/// Says that nothing in the ledger is a real decision.
const ORIGIN: &str = "demonstration.litopys.example/demo";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys demo                       keeps serving at the end; Ctrl-C stops it
  DEMO=exit YEARS=all litopys demo   all 26,982 decisions, ends with `demo: ok`

Each run begins anew. The summary is in target/demo/summary.json.")]
pub(crate) struct Args {
    /// Directory of the demonstration's ledger [default: beside that of `litopys serve`]
    #[arg(long, value_name = "DIR", env = "LITOPYS_DEMO_DATA")]
    data: Option<PathBuf>,
    /// Address and port to answer on
    #[arg(long, value_name = "ADDR", env = "LITOPYS_LISTEN", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// Years of the UNHCR table to load
    #[arg(long, value_name = "YEARS", env = "YEARS", default_value = "2023")]
    years: Years,
    /// What to do at the end
    #[arg(long, value_name = "END", env = "DEMO", default_value = "serve")]
    end: End,
    /// Where the summary goes
    #[arg(long, value_name = "FILE", default_value = "target/demo/summary.json")]
    summary: PathBuf,
    /// Leave out so many decisions: the figures must then differ
    #[arg(long, hide = true, default_value_t = 0)]
    leave_out: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum End {
    Serve,
    Exit,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut summary = Summary::new(ORIGIN);
    let data = args.data.clone().unwrap_or_else(default_data);
    let stage = summary.timed("ground", || ground::prepare(&data, args.listen))?;
    let told = steps(args, &stage, &mut summary);
    if told.is_ok() {
        summary.write(&args.summary)?;
    }
    match (told, args.end) {
        (Ok(()), End::Serve) => serve_on(stage, &args.summary),
        (told, _) => {
            stage.close()?;
            told?;
            say!("summary in {}", args.summary.display());
            say!("demo: ok");
            Ok(())
        }
    }
}

fn steps(args: &Args, stage: &Stage, summary: &mut Summary) -> anyhow::Result<()> {
    heading("1. Real figures: decisions on asylum in Ukraine, one signed act each");
    let figures = summary.timed("figures", || figures::run(stage, &args.years, args.leave_out))?;
    summary.figures(figures)?;
    heading("2. One whole case of each procedure");
    let cases = summary.timed("cases", || cases::run(stage))?;
    summary.cases = cases.said;
    heading("3. What the ledger refuses");
    summary.refusals = summary.timed("refusals", || refusals::run(stage, &cases.closed))?;
    heading("4. The auditor");
    let audited = summary.timed("audit", || audit::run(stage, &cases.decision))?;
    summary.audited(audited);
    Ok(())
}

/// Step 5: the addresses, then on until a signal.
fn serve_on(stage: Stage, summary: &Path) -> anyhow::Result<()> {
    heading("5. Look yourself");
    let (url, reader) = (&stage.server.url, stage.token("reader", "case:read statistics audit")?);
    say!("API and its page   {url}/docs");
    say!("checkpoint         {url}/checkpoint");
    say!("summary            {}", summary.display());
    say!();
    say!("export LITOPYS_TOKEN={reader}");
    for path in [
        "/v1/statistics/decisions?by=year,outcome",
        "/v1/cases?limit=3",
        "/v1/worklist",
        "/v1/officers",
        "/v1/procedures/forced-return?on=2026-11-22",
    ] {
        say!("curl -s -H \"authorization: Bearer $LITOPYS_TOKEN\" '{url}{path}'");
    }
    let dir = stage.place.dir();
    say!(
        "litopys-audit verify --all --trust {} --data {}",
        dir.trust_file().display(),
        dir.root().display()
    );
    say!();
    say!("serving; Ctrl-C ends it");
    stage.wait()
}

fn heading(text: &str) {
    say!();
    say!("{text}");
}

fn default_data() -> PathBuf {
    let mut name = litopys_migrations::default_data_dir().into_os_string();
    name.push("-demo");
    PathBuf::from(name)
}

/// How long something took, as a person reads it.
fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f32())
}
