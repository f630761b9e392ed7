//! `litopys procedure table`: what the law files hold, procedure by procedure, and which rows of the
//! catalogue are covered where. `docs/procedures.md` is its output; a test holds the two together.

mod coverage;
mod dossier;
mod page;
mod told;
mod vectors;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use litopys_domain::law::book::LawBook;

use super::super::Refused;
use super::super::law_files;
use super::super::out::{note, raw};
use coverage::Coverage;
use dossier::Dossier;
use told::Told;
use vectors::Vectors;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the project, which holds domain/ and docs/
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Where to write the page [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Everything the page tells.
struct Table {
    procedures: Vec<Told>,
    vectors: Vectors,
    coverage: Coverage,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let table = Table::read(&args.root)?;
    let text = page::page(&table);
    match &args.out {
        None => raw(&text),
        Some(path) => {
            std::fs::write(path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
            note(&format!("{} procedures are in {}", table.procedures.len(), path.display()));
        }
    }
    let missing = &table.coverage.missing;
    if missing.is_empty() {
        return Ok(());
    }
    let rows = missing.join(", ");
    Err(Refused(format!(
        "rows of docs/dossier.yaml that are covered nowhere: {rows} (name them in a law file, under \
         `elsewhere`, or in docs/left-out.md)"
    ))
    .into())
}

impl Table {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = law_files::files_of(&root.join("domain"))?;
        files.retain(|(path, _)| !path.ends_with("/README.md"));
        let book = LawBook::read(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
            .map_err(|problems| anyhow::anyhow!(law_files::list(&problems)))
            .context("the law files cannot be read")?;
        let vectors = Vectors::read(&root.join("domain/tests/vectors/law"))?;
        let procedures = told::all(&book, &files)?;
        let dossier = Dossier::read(root)?;
        let coverage = Coverage::of(&dossier, &procedures, &vectors, &files);
        Ok(Self { procedures, vectors, coverage })
    }
}
