//! Sending many acts, and remembering how far it came.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::record::Refined;
use super::tally::Tally;
use super::{BadRow, Record, Refiner};
use crate::cli::client::{Client, problem_in_words};
use crate::cli::data;

/// Acts of one request; after each the state is written.
const CHUNK: usize = 512;

/// What became of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// New in the log.
    pub recorded: u64,
    /// The ledger had the very statement already.
    pub known: u64,
    /// Not sent, because an earlier run had an answer for it.
    pub skipped: u64,
    /// The last position that an answer named.
    pub last_position: Option<u64>,
    /// What the ledger has, counted, where the law judged the acts here.
    pub tally: Tally,
}

/// How far an import came, beside its file.
#[derive(Debug)]
pub(crate) struct State {
    path: PathBuf,
    saved: Saved,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// Ledger, file and officer; another one begins anew.
    import: String,
    /// Records before this one have been answered, bad ones included.
    done: usize,
    bad: Vec<(u64, String)>,
}

impl State {
    pub(crate) fn open(path: &Path, import: &str) -> anyhow::Result<Self> {
        let saved: Saved = if path.exists() { data::read_json(path)? } else { Saved::default() };
        let fresh = Saved { import: import.to_owned(), ..Saved::default() };
        // Rows that were bad are tried again: the law or a post may have been mended since.
        let goes_on = saved.import == import && saved.bad.is_empty();
        Ok(Self { path: path.to_owned(), saved: if goes_on { saved } else { fresh } })
    }

    fn save(&mut self, done: usize, bad: &[BadRow]) -> anyhow::Result<()> {
        self.saved.done = done;
        self.saved.bad = bad.iter().map(|bad| (bad.line, bad.reason.clone())).collect();
        data::replace_json(&self.path, &self.saved, data::PUBLIC)
    }
}

/// Signs and sends records, in their order.
pub(crate) struct Sender<'a> {
    client: Client,
    refiner: &'a Refiner,
    state: Option<State>,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(client: Client, refiner: &'a Refiner, state: Option<State>) -> Self {
        Self { client, refiner, state }
    }

    pub(crate) fn send(
        &mut self,
        records: &[Record],
        bad: &mut Vec<BadRow>,
        progress: impl Fn(u64),
    ) -> anyhow::Result<Sent> {
        let mut done = self.state.as_ref().map_or(0, |state| state.saved.done.min(records.len()));
        let mut sent = Sent { skipped: done as u64, ..Sent::default() };
        if self.refiner.is_judging() {
            // The acts after them rest on them.
            for record in &records[..done] {
                let refined = self.refiner.sign(record)?;
                sent.tally.take(record.case, &record.act, &refined.rules);
            }
        }
        progress(done as u64);
        for chunk in records[done..].chunks(CHUNK) {
            self.send_chunk(chunk, bad, &mut sent)?;
            done += chunk.len();
            progress(done as u64);
            if let Some(state) = &mut self.state {
                state.save(done, bad)?;
            }
        }
        Ok(sent)
    }

    fn send_chunk(
        &self,
        records: &[Record],
        bad: &mut Vec<BadRow>,
        sent: &mut Sent,
    ) -> anyhow::Result<()> {
        let (mut lines, mut body) = (Vec::with_capacity(records.len()), Vec::new());
        for record in records {
            match self.refiner.sign(record) {
                Err(error) => {
                    let (line, reason) = (record.line, format!("{error:#}"));
                    bad.push(BadRow { line, column: None, reason });
                }
                Ok(Refined { act, rules }) => {
                    let act = json!({
                        "statement": act.statement,
                        "signatures": act.signatures,
                        "disclosures": act.disclosures,
                    });
                    serde_json::to_writer(&mut body, &act)?;
                    body.push(b'\n');
                    lines.push((record, rules));
                }
            }
        }
        let answers = self.client.post_lines("/v1/acts", body)?;
        let mut answered = 0;
        for (answer, (record, rules)) in answers.lines().zip(&lines) {
            let answer = answer.context("the answer broke off; run it again")?;
            if count(&serde_json::from_str(&answer)?, record.line, bad, sent) {
                sent.tally.take(record.case, &record.act, rules);
            }
            answered += 1;
        }
        if answered < lines.len() {
            bail!("{} acts were not answered; run it again", lines.len() - answered);
        }
        Ok(())
    }
}

/// Whether the ledger has the act.
fn count(answer: &Value, line: u64, bad: &mut Vec<BadRow>, sent: &mut Sent) -> bool {
    sent.last_position = answer["receipt"]["position"].as_u64().max(sent.last_position);
    match answer["status"].as_u64() {
        Some(201) => sent.recorded += 1,
        Some(200) => sent.known += 1,
        status => {
            let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
            let reason = problem_in_words(status, &answer["problem"]);
            bad.push(BadRow { line, column: None, reason });
            return false;
        }
    }
    true
}
