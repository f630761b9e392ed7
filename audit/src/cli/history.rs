//! `litopys-audit history`.

use std::fmt::Write as _;
use std::str::FromStr;

use clap::Args;
use litopys_domain::ids::StreamId;
use litopys_domain::law::fold::{ActStatus, Point};
use litopys_domain::violation::Words;

use super::{AnswerArgs, case_stream};
use crate::history::{History, HistoryAct, HistoryOptions, RecordedUntil, StateTold, history};
use crate::report::Lang;

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The case, by its id
    #[arg(long, value_name = "ID", value_parser = case_stream)]
    case: StreamId,
    /// The case as it was recorded then: a position, or an instant such as 2026-11-22T10:15:30Z
    #[arg(long, value_name = "POSITION|INSTANT")]
    recorded_until: Option<RecordedUntil>,
    /// Only acts that count in law on this day or before
    #[arg(long, value_name = "DATE")]
    occurred_until: Option<jiff::civil::Date>,
    #[command(flatten)]
    answer: AnswerArgs,
}

impl FromStr for RecordedUntil {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self::Position).or_else(|_| text.parse().map(Self::Instant))
    }
}

pub(super) async fn run(args: &HistoryArgs) -> anyhow::Result<bool> {
    let options =
        HistoryOptions { recorded_until: args.recorded_until, occurred_until: args.occurred_until };
    let told = history(&args.answer.database.options()?, &args.case, &options).await?;
    args.answer.write(&told, words)?;
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
    if let Some(state) = &told.state {
        _ = write_state(&mut text, state, lang);
    }
    text
}

fn write_state(text: &mut String, state: &StateTold, lang: Lang) -> std::fmt::Result {
    let en = lang == Lang::En;
    let words = |words: &Words| if en { words.en.clone() } else { words.uk.clone() };
    let title = state.title.as_ref().map(words).unwrap_or_default();
    writeln!(text, "{}: {} · {title}", if en { "state" } else { "стан" }, state.id)?;
    if let Some(other) = &state.other {
        let without = if en { "without the late acts" } else { "без пізніх дій" };
        writeln!(text, "    {without}: {other}")?;
    }
    if let Some(to) = &state.on_its_way_to {
        writeln!(text, "    {}: {to}", if en { "on its way to" } else { "передається до" })?;
    }
    if !state.stopped.is_empty() {
        let stopped = if en { "stopped" } else { "зупинено" };
        writeln!(text, "    {stopped}: {}", state.stopped.join(", "))?;
    }
    for clock in &state.clocks {
        let due = match clock.due {
            Point::Date(date) => date.to_string(),
            Point::Instant(at) => at.to_string(),
        };
        let until = if en { "until" } else { "до" };
        writeln!(text, "    {} {until} {due}: {}", words(&clock.title), said(&clock.status))?;
    }
    Ok(())
}

/// A code as JSON writes it; of a code with details, the code alone.
fn said<T: serde::Serialize>(code: &T) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

fn write_act(text: &mut String, act: &HistoryAct, lang: Lang) -> std::fmt::Result {
    let en = lang == Lang::En;
    let late = match (act.late, en) {
        (false, _) => "",
        (true, true) => ", recorded late",
        (true, false) => ", записано пізніше",
    };
    let title = act.title.as_ref().map(|title| if en { &title.en } else { &title.uk });
    let title = title.map_or_else(String::new, |title| format!(" · {title}"));
    writeln!(text, "{} {}{title}{late}", act.legal_date, act.act)?;
    let label =
        |english: &'static str, ukrainian: &'static str| if en { english } else { ukrainian };
    let recorded = label("recorded", "записано");
    let position = label("position", "позиція");
    writeln!(text, "    {recorded} {}, {position} {}", act.recorded_at, act.position)?;
    if let Some(status) = act.status.filter(|status| *status != ActStatus::Effective) {
        writeln!(text, "    {}", said(&status))?;
    }
    if let Some(to) = act.to.as_ref().filter(|to| act.from.as_ref() != Some(to)) {
        writeln!(text, "    {} → {to}", act.from.as_deref().unwrap_or("-"))?;
    }
    let fate = [
        (label("suspended", "дію зупинено"), act.fate.suspended_on),
        (label("changed", "змінено"), act.fate.changed_on),
        (label("annulled", "скасовано"), act.fate.annulled_on),
    ];
    for (what, on) in fate.into_iter().filter_map(|(what, on)| Some((what, on?))) {
        writeln!(text, "    {what} {on}")?;
    }
    if let Some(decision) = act.fate.basis_lost {
        let lost = label("lost its basis with", "втратило підставу разом із");
        writeln!(text, "    {lost} {decision}")?;
    }
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
        let (flagged, answer) = (label("flag", "застереження"), said(&flag.answer));
        writeln!(text, "    {flagged} {}: {answer}", flag.rule)?;
    }
    for (fact, value) in &act.facts {
        writeln!(text, "    {fact}: {value}")?;
    }
    Ok(())
}
