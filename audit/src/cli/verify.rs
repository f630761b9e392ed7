//! `litopys-audit verify`.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use litopys_domain::ids::StreamId;

use super::{AnswerArgs, case_stream};
use crate::receipt::{Receipt, ReceiptReport, verify_receipt};
use crate::report::Report;
use crate::store::Snapshot;
use crate::trust::Trust;
use crate::verify::{VerifyOptions, verify_all};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    what: What,
    /// What you trust, as `litopys init` wrote it: origin, ledger key, genesis, witnesses
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Judge acts that wait for a checkpoint by this moment, not by the newest act's
    #[arg(long, value_name = "INSTANT")]
    now: Option<jiff::Timestamp>,
    /// How long an act may wait for a published checkpoint
    #[arg(long, value_name = "SECONDS", default_value_t = VerifyOptions::default().cadence_seconds)]
    cadence: i64,
    #[command(flatten)]
    answer: AnswerArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The whole ledger
    #[arg(long)]
    all: bool,
    /// One case, with the keys, posts, law and tree on which it rests
    #[arg(long, value_name = "ID", value_parser = case_stream)]
    case: Option<StreamId>,
    /// A receipt, without the ledger
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
}

/// Verifies; true where all is sound.
pub(super) async fn run(args: &VerifyArgs) -> anyhow::Result<bool> {
    let trust = Trust::load(&args.trust)?;
    if let Some(file) = &args.what.receipt {
        return receipt(args, &trust, file);
    }
    let report = ledger(args, &trust, args.what.case.as_ref()).await?;
    args.answer.write(&report, Report::to_text)?;
    Ok(report.is_sound())
}

fn receipt(args: &VerifyArgs, trust: &Trust, file: &std::path::Path) -> anyhow::Result<bool> {
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    let receipt: Receipt = serde_json::from_str(&text).with_context(|| {
        format!("`{name}` is no receipt: position, payload, inclusion, checkpoint")
    })?;
    let report = verify_receipt(&receipt, trust)?;
    args.answer.write(&report, ReceiptReport::to_text)?;
    Ok(report.findings.is_empty())
}

async fn ledger(
    args: &VerifyArgs,
    trust: &Trust,
    case: Option<&StreamId>,
) -> anyhow::Result<Report> {
    let database = args.answer.database.options()?;
    if let Some(case) = case {
        let mut snapshot = Snapshot::open(&database).await?;
        let acts = snapshot.stream(case.kind().as_str(), case.id()).await?;
        snapshot.close().await?;
        ensure!(!acts.is_empty(), "this ledger holds no act of {case}");
    }
    let options = VerifyOptions { cadence_seconds: args.cadence, now: args.now };
    let bar = progress_bar();
    let report = verify_all(&database, trust, &options, |read, of| {
        bar.set_length(of);
        bar.set_position(read);
    })
    .await;
    bar.finish_and_clear();
    let report = report?;
    Ok(match case {
        Some(case) => report.of_case(&case.to_string()),
        None => report,
    })
}

/// Draws on standard error, and only where that is a terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{bar:40} {pos}/{len} events, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
