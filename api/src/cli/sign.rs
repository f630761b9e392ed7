//! `litopys sign`: whoever signs sees in words what the bytes say.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use anyhow::bail;
use litopys_domain::ids::StreamId;

use super::draft_file::Draft;
use super::out::{raw, say};
use super::{key_file, out, words};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys sign --show draft.json             what it says, and whose signature is missing
  litopys sign draft.json --key head.pem     add a signature; then send it with
  litopys act --submit draft.json            once nobody's is missing

The words come from the very bytes that are signed, never from what the server said about them.")]
pub(crate) struct Args {
    /// The draft: a file with statement, signatures and disclosures
    #[arg(value_name = "FILE")]
    draft: PathBuf,
    /// Only show what the draft says and whose signature is missing
    #[arg(long, conflicts_with = "key")]
    show: bool,
    /// Private key to sign with
    #[arg(long, value_name = "FILE", required_unless_present = "show", env = "LITOPYS_KEY")]
    key: Option<PathBuf>,
    /// Whose signature it is, where the draft leaves a choice: officer/…
    #[arg(long = "as", value_name = "STREAM", env = "LITOPYS_OFFICER")]
    by: Option<StreamId>,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut draft = Draft::read(&args.draft)?;
    raw(&words::render(&draft));
    let Some(key) = args.key.as_ref().filter(|_| !args.show) else { return Ok(()) };
    let key = key_file::read(key)?;
    if !args.yes {
        confirm("Sign this?")?;
    }
    let by = draft.sign(&key, args.by.as_ref())?;
    draft.replace(&args.draft)?;
    say!("signed for {by}");
    let missing: Vec<_> = draft.missing().iter().map(|(_, by)| by.to_string()).collect();
    if missing.is_empty() {
        say!("complete: send it with the command that made the draft and --submit");
    } else {
        say!("still missing: {}", missing.join(", "));
    }
    Ok(())
}

/// Asks at the terminal; without one, `--yes` must say it.
pub(crate) fn confirm(question: &str) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to ask; read the words above and add --yes to sign");
    }
    out::note(&format!("{question} Type yes to sign:"));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" { Ok(()) } else { bail!("not signed") }
}
