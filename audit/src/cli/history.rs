//! `litopys-audit history`.

use std::fmt::Write as _;
use std::str::FromStr;

use clap::Args;

use super::verify::case_stream;
use super::{DatabaseArgs, LangArg, answer, answer_json};
use crate::history::{History, HistoryAct, HistoryOptions, RecordedUntil, history};
use crate::report::Lang;

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The case, by its id
    #[arg(long, value_name = "ID")]
    case: String,
    /// The case as it was recorded then: a position, or an instant such as 2026-11-22T10:15:30Z
    #[arg(long, value_name = "POSITION|INSTANT")]
    recorded_until: Option<RecordedUntil>,
    /// Only acts that count in law on this day or before
    #[arg(long, value_name = "DATE")]
    occurred_until: Option<jiff::civil::Date>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Print the history as JSON
    #[arg(long)]
    json: bool,
    /// The language of the words around it
    #[arg(long, value_enum, default_value_t)]
    lang: LangArg,
}

impl FromStr for RecordedUntil {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self::Position).or_else(|_| text.parse().map(Self::Instant))
    }
}

pub(super) async fn run(args: &HistoryArgs) -> anyhow::Result<bool> {
    let case = case_stream(&args.case)?;
    let options =
        HistoryOptions { recorded_until: args.recorded_until, occurred_until: args.occurred_until };
    let told = history(&args.database.options()?, &case, &options).await?;
    if args.json {
        answer_json(&told)?;
    } else {
        answer(&words(&told, args.lang.into()))?;
    }
    Ok(true)
}

/// The history as text, one act a paragraph.
fn words(told: &History, lang: Lang) -> String {
    let number = told.number.as_deref().unwrap_or("-");
    let mut text = format!("{} {number}\n", told.case);
    for act in &told.acts {
        // Writing to a string cannot fail.
        _ = write_act(&mut text, act, lang);
    }
    text
}

fn write_act(text: &mut String, act: &HistoryAct, lang: Lang) -> std::fmt::Result {
    let en = lang == Lang::En;
    let late = match (act.late, en) {
        (false, _) => "",
        (true, true) => ", recorded late",
        (true, false) => ", записано пізніше",
    };
    writeln!(text, "{} {}{late}", act.legal_date, act.act)?;
    let label =
        |english: &'static str, ukrainian: &'static str| if en { english } else { ukrainian };
    let recorded = label("recorded", "записано");
    let position = label("position", "позиція");
    writeln!(text, "    {recorded} {}, {position} {}", act.recorded_at, act.position)?;
    for signer in &act.signers {
        let office = signer.office.as_deref().unwrap_or("-");
        let signed = label("signed by", "підписано");
        writeln!(text, "    {signed} {} {} {office}", signer.by, signer.role)?;
    }
    if let Some(author) = &act.author {
        let reference = author.reference.as_deref().unwrap_or("-");
        let decided = label("decided by", "ухвалено");
        writeln!(text, "    {decided} {} {reference}", author.role)?;
    }
    if let Some(law) = &act.law {
        let (under, basis) = (label("under", "за редакцією"), act.basis.join(", "));
        writeln!(text, "    {under} {} {} {basis}", law.procedure, law.edition)?;
    }
    for flag in &act.flags {
        let answer = serde_json::to_value(flag.answer).unwrap_or_default();
        let answer = answer.as_str().unwrap_or_default();
        writeln!(text, "    {} {}: {answer}", label("flag", "застереження"), flag.rule)?;
    }
    for (fact, value) in &act.facts {
        writeln!(text, "    {fact}: {value}")?;
    }
    Ok(())
}
