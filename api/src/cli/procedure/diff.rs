//! `litopys procedure diff`: what changes for whom between two days, in words.

mod acts;
mod parts;
mod sides;
mod terms;
mod whom;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;
use jiff::civil::Date;
use litopys_domain::law::book::LawBook;
use litopys_domain::law::changes::{By, Change};
use litopys_domain::law::file::Pending;
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
    let changes_of_law = book.changes(&new.procedure, from, to)?;
    page.section(lang.pick("Why", "Чому"), &why(&changes_of_law, &sides));
    page.section(lang.pick("For whom", "Для кого"), &whom.entries(&sides));
    for (heading, entries) in &changes {
        page.section(heading, entries);
    }
    page.section(lang.pick("Open cases", "Відкриті справи"), &pending(&changes_of_law, &sides));
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

fn why(changes: &[Change], sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    if changes.is_empty() {
        let text = "lists or amounts changed, and no switch of the law";
        return vec![Entry::of(lang.pick(text, "змінилися переліки чи розміри, не саме право"))];
    }
    changes.iter().map(|change| Entry::of(reason(change, sides))).collect()
}

/// `2018-04-29  VR-03  Entry ban of three years (L2293; sure)`, and whose it is where that is
/// included law.
fn reason(Change { switch, by }: &Change, sides: &Sides<'_>) -> String {
    let lang = sides.lang;
    let title = lang.of(&switch.title);
    let said = match by {
        By::Own | By::Included(_) => title.to_owned(),
        By::Joins => told!(
            lang,
            "included law begins to apply: {title}",
            "починає діяти включене законодавство: {title}"
        ),
        By::Leaves => told!(
            lang,
            "included law applies no more: {title}",
            "включене законодавство більше не діє: {title}"
        ),
    };
    let number = switch.reference.as_ref().map(|number| format!("{number}  ")).unwrap_or_default();
    let sure = switch.certainty.map(|certainty| sides.certainty(certainty).to_owned());
    let law = Some(switch.law.join(", ")).filter(|law| !law.is_empty());
    let ground = law.into_iter().chain(sure).collect::<Vec<_>>().join("; ");
    let ground = if ground.is_empty() { ground } else { format!(" ({ground})") };
    let whose = match by {
        By::Included(general) => {
            let general = lang.of(general);
            told!(lang, "; in included law: {general}", "; у включеному законодавстві: {general}")
        }
        _ => String::new(),
    };
    format!("{}  {number}{said}{ground}{whose}", switch.on)
}

/// What the change means for cases that were open on its day.
fn pending(changes: &[Change], sides: &Sides<'_>) -> Vec<Entry> {
    let lang = sides.lang;
    let mut entries = Vec::new();
    let by = |pending| changes.iter().filter(move |change| change.switch.pending == pending);
    // Several switches of one day say this once.
    for on in by(Pending::Old).map(|change| change.switch.on).collect::<BTreeSet<_>>() {
        entries.push(Entry::of(told!(
            lang,
            "opened before {on}: states and terms stay those of the day of opening; rules, facts and signers of an act are those of its own day",
            "відкриті до {on}: стани і строки лишаються такими, як на день відкриття; правила, дані та підписанти дії такі, як на її день",
        )));
    }
    if entries.is_empty() || by(Pending::New).next().is_some() {
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
