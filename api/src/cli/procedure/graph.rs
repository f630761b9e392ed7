//! `litopys procedure graph`: states and acts of an edition as a picture (SVG), laid out here.

mod layers;
mod order;
mod picture;
mod places;
mod svg;

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::civil::Date;
use litopys_domain::law::model::Law;

use super::language::Lang;
use super::{edition_of, law_files, note};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The procedure, such as forced-return
    #[arg(value_name = "ID")]
    id: String,
    /// The day [default: the last edition]
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder that holds procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
    /// The language of the picture
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let book = law_files::read(args.law.as_deref())?;
    let last = book.edition_dates(&args.id).last().copied();
    let on = args.on.or(last).unwrap_or(Date::MAX);
    let law = edition_of(&book, &args.id, on)?;
    std::fs::write(&args.out, draw(&law, args.lang))
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    note(&format!("{} of {} is in {}", args.id, law.edition, args.out.display()));
    Ok(())
}

/// The picture of an edition.
fn draw(law: &Law, lang: Lang) -> String {
    let picture = picture::Picture::of(law, lang);
    let plan = places::Plan::of(&picture);
    svg::text(law, lang, &picture, &plan)
}

#[cfg(test)]
mod tests;
