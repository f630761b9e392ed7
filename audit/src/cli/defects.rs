//! `litopys-audit defects`.

use std::fmt::Write as _;

use clap::Args;
use litopys_domain::ids::StreamId;
use litopys_domain::law::defects::{Found, OpenDefect};
use litopys_domain::statement::Answer;
use litopys_domain::violation::{Certainty, Words};

use super::{AnswerArgs, case_stream};
use crate::defects::{CaseDefects, DefectsReport, defects};
use crate::report::Lang;

#[derive(Debug, Args)]
pub(super) struct DefectsArgs {
    #[command(flatten)]
    what: What,
    /// The day of the question, for terms that ran out by then; else the day of the newest act
    #[arg(long, value_name = "DATE")]
    on: Option<jiff::civil::Date>,
    #[command(flatten)]
    answer: AnswerArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Every case
    #[arg(long)]
    all: bool,
    /// One case, by its id
    #[arg(long, value_name = "ID", value_parser = case_stream)]
    case: Option<StreamId>,
}

/// Tells what stands; true where nothing does.
pub(super) async fn run(args: &DefectsArgs) -> anyhow::Result<bool> {
    let database = args.answer.database.options()?;
    let report = defects(&database, args.what.case.as_ref(), args.on).await?;
    args.answer.write(&report, words)?;
    Ok(report.cases.is_empty())
}

/// The report as text, one case a paragraph.
fn words(report: &DefectsReport, lang: Lang) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for case in &report.cases {
        _ = write_case(&mut text, case, lang);
    }
    let DefectsReport { on, cases_read, defects, cases } = report;
    let with = cases.len();
    _ = match lang {
        Lang::En => {
            writeln!(text, "{cases_read} cases on {on}: {defects} defects in {with}")
        }
        Lang::Uk => {
            writeln!(text, "справ на {on}: {cases_read}, із вадами: {with}, вад: {defects}")
        }
    };
    text
}

fn write_case(text: &mut String, case: &CaseDefects, lang: Lang) -> std::fmt::Result {
    let number = case.number.as_deref().unwrap_or("-");
    let title = case.title.as_ref().map_or("", |title| in_lang(title, lang));
    let office = case.office.as_deref().unwrap_or("-");
    writeln!(text, "{} {number} {office} {title}", case.case)?;
    for defect in &case.defects {
        write_defect(text, defect, lang)?;
    }
    writeln!(text)
}

fn write_defect(text: &mut String, defect: &OpenDefect, lang: Lang) -> std::fmt::Result {
    let number = defect.defect.as_ref().filter(|named| !defect.rule.starts_with(&named.code));
    let number = number.map_or_else(String::new, |named| format!(" ({})", named.code));
    let says = in_lang(&defect.says, lang);
    let (rule, severity, since) = (&defect.rule, defect.severity, defect.since);
    writeln!(text, "    {since} {rule}{number} [{severity:?}] {says}")?;
    let en = lang == Lang::En;
    let how = match (defect.found, en) {
        (Found::Flag, _) => String::new(),
        (Found::Late, true) => due(defect, ", late; due on "),
        (Found::Late, false) => due(defect, ", із запізненням; строк "),
        (Found::Overdue, true) => due(defect, ", still missing; due on "),
        (Found::Overdue, false) => due(defect, ", досі немає; строк "),
    };
    let position = if en { "position" } else { "позиція" };
    writeln!(text, "        {}, {position} {}{how}", defect.act, defect.position)?;
    writeln!(text, "        {}", answered(defect, lang))?;
    if !defect.basis.is_empty() {
        writeln!(text, "        {}", defect.basis.join(", "))?;
    }
    match (defect.certainty, en) {
        (Certainty::Sure, _) => Ok(()),
        (Certainty::Check, true) => writeln!(text, "        check: the rule is to be verified"),
        (Certainty::Check, false) => writeln!(text, "        check: норму слід перевірити"),
        (Certainty::Design, true) => {
            writeln!(text, "        design: a rule of our own, not to be cited to a court")
        }
        (Certainty::Design, false) => {
            writeln!(text, "        design: власне правило, на нього не посилаються в суді")
        }
    }
}

fn due(defect: &OpenDefect, before: &str) -> String {
    defect.due.map_or_else(String::new, |due| format!("{before}{due}"))
}

fn answered(defect: &OpenDefect, lang: Lang) -> &'static str {
    match (defect.answer, lang) {
        (Some(Answer::Accepted), Lang::En) => "answered under signature: accepted",
        (Some(Answer::Disputed), Lang::En) => "answered under signature: disputed",
        (Some(Answer::Unavoidable), Lang::En) => "answered under signature: unavoidable",
        (None, Lang::En) => "not answered",
        (Some(Answer::Accepted), Lang::Uk) => "відповідь за підписом: визнано",
        (Some(Answer::Disputed), Lang::Uk) => "відповідь за підписом: заперечено",
        (Some(Answer::Unavoidable), Lang::Uk) => "відповідь за підписом: неминуче",
        (None, Lang::Uk) => "без відповіді",
    }
}

fn in_lang(words: &Words, lang: Lang) -> &str {
    match lang {
        Lang::En => &words.en,
        Lang::Uk => &words.uk,
    }
}
