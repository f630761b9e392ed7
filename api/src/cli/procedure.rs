//! `litopys procedure`: the law as files, as a page for jurists, and as packages in the ledger.

mod diff;
mod explain;
mod graph;
mod language;
mod print;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use litopys_domain::keys::PublicKey;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::model::Law;
use litopys_domain::law::problem::Problem;

use super::clock::today_in;
use super::data::Place;
use super::database::Database;
use super::opened::open_ledger;
use super::out::{note, raw, say};
use super::publish::{Publisher, packages_of, publish};
use super::{Refused, key_file, law_files, runtime};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check law files: what does not load, does not hold together, or fails its own examples
    #[command(after_help = "\
Examples:
  litopys procedure lint domain/procedures/irregular-migrants/forced-return.yaml
  litopys procedure lint --all                  (the law that is built in)
  litopys procedure lint --all --law domain     (a folder with procedures/, codes/, …)")]
    Lint(LintArgs),
    /// Write the consolidated edition of a day as a page (HTML)
    #[command(after_help = "\
Example:
  litopys procedure print forced-return --on 2025-03-01 --out forced-return.html")]
    Print(PrintArgs),
    /// Say what changes for whom between two days
    #[command(after_help = "\
Examples:
  litopys procedure diff forced-return 2018-04-28 2018-04-29
  litopys procedure diff temporary-residence-document 2024-12-31 2025-01-01 --lang uk")]
    Diff(diff::Args),
    /// Draw states and acts of an edition as a picture (SVG)
    #[command(after_help = "\
Examples:
  litopys procedure graph forced-return --out forced-return.svg
  litopys procedure graph immigration-permit --on 2020-01-01 --lang uk --out dozvil.svg")]
    Graph(graph::Args),
    /// Say why an act is possible in a case or not, rule by rule
    #[command(after_help = "\
Examples:
  litopys procedure explain ForcedReturnDecided --case 0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77 \\
      --role R-TO-HEAD --office 80
  litopys procedure explain ForcedReturnDecided --case … --fact leave_by=2026-12-30 --fact minor=true \\
      --on 2026-11-25T10:00:00Z --lang uk
  litopys procedure explain DepartureConfirmed --case … --data /var/lib/litopys   (not served)")]
    Explain(Box<explain::Args>),
    /// Tell what the law files hold, and which rows of the catalogue they cover (docs/procedures.md)
    #[command(after_help = "\
Example, in the folder of the project (what `make docs` does):
  litopys procedure table --out docs/procedures.md

It answers 3 where a row of docs/dossier.yaml is covered nowhere.")]
    Table(table::Args),
    /// Publish editions that the ledger does not have yet, signed by an administrator
    #[command(after_help = "\
Example:
  litopys procedure publish --key admin.pem")]
    Publish(PublishArgs),
}

#[derive(Debug, clap::Args)]
struct LintArgs {
    /// Law files; the folder they lie in is read whole, and their findings are shown
    #[arg(value_name = "FILE", required_unless_present = "all", conflicts_with = "all")]
    files: Vec<PathBuf>,
    /// Everything
    #[arg(long)]
    all: bool,
    /// Folder that holds procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct PrintArgs {
    /// The procedure, such as forced-return
    #[arg(value_name = "ID")]
    id: String,
    /// The day
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// Folder that holds procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
    /// Where to write the page [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct PublishArgs {
    #[command(flatten)]
    place: Place,
    /// An administrator's private key
    #[arg(long, value_name = "FILE", env = "LITOPYS_KEY")]
    key: PathBuf,
    /// Folder that holds procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Lint(args) => lint(&args),
        Command::Print(args) => print(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Table(args) => table::run(&args),
        Command::Publish(args) => runtime()?.block_on(publish_law(&args)),
    }
}

fn lint(args: &LintArgs) -> anyhow::Result<()> {
    let folder = match args.files.first() {
        Some(file) => Some(folder_of(file)?),
        None => args.law.clone(),
    };
    let problems = match folder.as_deref() {
        None => lint_files(&built_in()),
        Some(folder) => lint_files(&law_files::files_of(folder)?),
    };
    let shown: Vec<_> = problems.iter().filter(|problem| asked_for(&args.files, problem)).collect();
    for problem in &shown {
        say!("{problem}");
    }
    if shown.is_empty() {
        say!("the law files hold together");
        return Ok(());
    }
    Err(Refused(format!("{} findings", shown.len())).into())
}

fn built_in() -> Vec<(String, String)> {
    let files = litopys_domain::built_in::LAW_FILES.iter();
    files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn lint_files(files: &[(String, String)]) -> Vec<Problem> {
    match LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))) {
        Ok(book) => book.lint(),
        Err(problems) => problems,
    }
}

/// `law/procedures/citizenship/x.yaml` lies in the law folder `law`.
fn folder_of(file: &Path) -> anyhow::Result<PathBuf> {
    let file = file.canonicalize().with_context(|| format!("cannot find {}", file.display()))?;
    let mut above = file.ancestors().skip(1);
    let inner = above.find(|path| path.file_name().is_some_and(law_files::is_folder));
    inner
        .and_then(Path::parent)
        .map(Path::to_owned)
        .with_context(|| format!("{} does not lie below a folder procedures/", file.display()))
}

fn asked_for(files: &[PathBuf], problem: &Problem) -> bool {
    files.is_empty() || files.iter().any(|file| file.ends_with(&problem.file))
}

fn print(args: &PrintArgs) -> anyhow::Result<()> {
    let book = law_files::read(args.law.as_deref())?;
    let law = edition_of(&book, &args.id, args.on)?;
    let text = book.edition_text(&args.id, args.on).context("the edition is gone")?;
    let before = book.edition_dates(&args.id).into_iter().filter(|date| *date < law.edition);
    let earlier = before.map(|date| edition_of(&book, &args.id, date));
    let earlier = earlier.collect::<anyhow::Result<Vec<_>>>()?;
    let page = print::page(&serde_json::from_str(&text)?, &law, &earlier, args.on);
    match &args.out {
        None => raw(&page),
        Some(path) => {
            std::fs::write(path, page)
                .with_context(|| format!("cannot write {}", path.display()))?;
            note(&format!("{} of {} is in {}", args.id, law.edition, path.display()));
        }
    }
    Ok(())
}

/// The edition of a procedure that is in force on a day.
fn edition_of(book: &LawBook, id: &str, on: Date) -> anyhow::Result<Law> {
    let dates = book.edition_dates(id);
    let Some(first) = dates.first() else {
        let known: Vec<_> = book.procedures().collect();
        bail!("there is no procedure `{id}`; there are: {}", known.join(", "));
    };
    let in_force = book.edition_text(id, on).and(dates.iter().rfind(|date| **date <= on));
    let Some(date) = in_force else {
        bail!("`{id}` is not in force on {on}; its first edition is that of {first}");
    };
    book.law(id, *date).map_err(|problems| {
        anyhow::anyhow!(law_files::list(&problems)).context("the edition does not load")
    })
}

async fn publish_law(args: &PublishArgs) -> anyhow::Result<()> {
    let dir = args.place.dir();
    let origin = dir.ledger()?.origin;
    let key = key_file::read(&args.key)?;
    let packages = packages_of(&law_files::read(args.law.as_deref())?)?;
    let database = Database::open(&args.place).await?;
    let (ledger, _appender) = open_ledger(&origin, &dir, &database).await?;
    let world = ledger.tail().world();
    let public = PublicKey::of(&key);
    let founding = world.registry.founding().context("the ledger has no genesis")?;
    let officer = founding.administrators.iter().find(|officer| {
        let keys = world.registry.signatory(officer).map(|s| s.keys.as_slice());
        keys.unwrap_or_default().iter().any(|span| span.key == public && span.until.is_none())
    });
    let officer = officer.context("the key is no administrator's of this ledger")?.clone();
    let today = today_in(&founding.time_zone_name)?;
    let count = publish(&ledger, &packages, &Publisher { key: &key, officer }, today).await?;
    say!("{count} packages published, {} were there", packages.len() - count);
    drop(ledger);
    database.close().await
}
