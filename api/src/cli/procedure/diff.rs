//! `litopys procedure diff`: what changes for whom between two days, in words.

mod acts;
mod parts;
mod sides;
mod terms;
mod whom;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::file::{Pending, Switch};
use litopys_domain::law::model::Law;

use super::language::Lang;
use super::{edition_of, law_files, raw};
use sides::Sides;
use whom::Whom;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The procedure, such as forced-return
    #[arg(value_name = "ID")]
    id: String,
    /// The earlier day
    #[arg(value_name = "DATE1")]
    old: Date,
    /// The later day
    #[arg(value_name = "DATE2")]
    new: Date,
    /// Folder that holds procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
    /// The language of the answer
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    if args.old >= args.new {
        bail!("{} does not come before {}: name the earlier day first", args.old, args.new);
    }
    let book = law_files::read(args.law.as_deref())?;
    let [old, new] = [args.old, args.new].map(|day| edition_of(&book, &args.id, day));
    raw(&words(&book, &old?, &new?, [args.old, args.new], args.lang)?);
    Ok(())
}

/// A text in the language of the answer.
macro_rules! told {
    ($lang:expr, $en:literal, $uk:literal $(,)?) => {
        match $lang {
            $crate::cli::procedure::language::Lang::En => format!($en),
            $crate::cli::procedure::language::Lang::Uk => format!($uk),
        }
    };
}
use told;

/// The whole answer.
fn words(
    book: &LawBook,
    old: &Law,
    new: &Law,
    days: [Date; 2],
    lang: Lang,
) -> anyhow::Result<String> {
    let mut page = Page { text: String::new() };
    let (from, to) = (old.edition, new.edition);
    let title = lang.of(&new.title);
    page.line(
        0,
        &told!(
            lang,
            "{title}: the edition of {from} and that of {to}",
            "{title}: редакція від {from} і редакція від {to}"
        ),
    );
    let sides = Sides { old, new, days, lang };
    let mut whom = Whom::default();
    let changes = [
        (lang.pick("States", "Стани"), parts::states(&sides)),
        (lang.pick("Acts", "Дії"), acts::acts(&sides, &mut whom)),
        (
            lang.pick("Acts of every case", "Дії, спільні для всіх справ"),
            parts::engine_ways(&sides),
        ),
        (lang.pick("Terms", "Строки"), terms::clocks(&sides, &mut whom)),
        (lang.pick("Codes", "Коди"), parts::codes(&sides)),
        (lang.pick("Amounts and limits", "Розміри та межі"), parts::parameters(&sides)),
    ];
    if changes.iter().all(|(_, entries)| entries.is_empty()) {
        page.line(0, lang.pick("nothing changes", "нічого не змінюється"));
        return Ok(page.text);
    }
    let switches = switches_between(book, new, from)?;
    page.section(lang.pick("Why", "Чому"), &why(&switches, &sides));
    page.section(lang.pick("For whom", "Для кого"), &whom.entries(&sides));
    for (heading, entries) in &changes {
        page.section(heading, entries);
    }
    page.section(lang.pick("Open cases", "Відкриті справи"), &pending(&switches, &sides));
    Ok(page.text)
}

/// Something that changes: what, and how.
#[derive(Debug)]
struct Entry {
    what: String,
    how: Vec<String>,
}

impl Entry {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), how: Vec::new() }
    }
}

struct Page {
    text: String,
}

impl Page {
    fn section(&mut self, heading: &str, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        self.text.push('\n');
        self.line(0, heading);
        for entry in entries {
            self.line(2, &entry.what);
            for how in &entry.how {
                self.line(6, how);
            }
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }
}

/// The changes of law that lie between two editions, of the procedure's own file.
fn switches_between(book: &LawBook, new: &Law, after: Date) -> anyhow::Result<Vec<Switch>> {
    let text = book.edition_text(&new.procedure, new.edition).context("the edition is gone")?;
    let edition: serde_json::Value = serde_json::from_str(&text)?;
    let all: Vec<Switch> = match edition.get("switches") {
        Some(list) => serde_json::from_value(list.clone())?,
        None => Vec::new(),
    };
    Ok(all.into_iter().filter(|switch| after < switch.on && switch.on <= new.edition).collect())
}

fn why(switches: &[Switch], sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    if switches.is_empty() {
        let text = "law that the procedure includes changed, or lists and amounts did";
        let uk = "змінилося включене законодавство, переліки чи розміри";
        return vec![Entry::of(lang.pick(text, uk))];
    }
    let one = |switch: &Switch| {
        let reference = switch.reference.as_deref().unwrap_or_default();
        let (on, title, law) = (switch.on, lang.of(&switch.title), switch.law.join(", "));
        let sure = switch.certainty.map(|c| sides.certainty(c)).unwrap_or_default();
        Entry::of(format!("{on}  {reference}  {title} ({law}; {sure})"))
    };
    switches.iter().map(one).collect()
}

/// What the change means for cases that were open on its day.
fn pending(switches: &[Switch], sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    let mut entries = Vec::new();
    for switch in switches.iter().filter(|switch| switch.pending == Pending::Old) {
        let on = switch.on;
        entries.push(Entry::of(told!(
            lang,
            "opened before {on}: states and terms stay those of the day of opening; rules, facts and signers of an act are those of its own day",
            "відкриті до {on}: стани і строки лишаються такими, як на день відкриття; правила, дані та підписанти дії такі, як на її день",
        )));
    }
    if entries.is_empty() || switches.iter().any(|switch| switch.pending == Pending::New) {
        let rest =
            if entries.is_empty() { "" } else { lang.pick("otherwise: ", "в іншому: ") };
        entries.push(Entry::of(told!(
            lang,
            "{rest}open cases go on under the new text; an act is judged by the text of its own day, so what was recorded stays as it was judged, and a term that already runs keeps its length",
            "{rest}відкриті справи тривають за новим текстом; кожну дію оцінюють за текстом її дня, тож записане лишається оціненим, як було, а строк, що вже тече, зберігає тривалість",
        )));
    }
    entries
}

#[cfg(test)]
mod tests;
