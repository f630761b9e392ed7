//! `litopys act`: draft over REST, read in words, sign, send.

mod args;
pub(in crate::cli) mod values;

use std::path::Path;

use anyhow::{Context as _, bail};
use ed25519_dalek::SigningKey;
use litopys_api::draft::DraftRequest;
use litopys_api::receipt::Receipt;
use litopys_api::record::SignedAct;
use litopys_domain::act::Act;
use litopys_domain::ids::StreamId;
use litopys_domain::statement::Statement;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Server};
use super::draft_file::Draft;
use super::out::{raw, say};
use super::sign::confirm;
use super::{Refused, data, key_file, words};

pub(crate) use args::Args;

/// A draft as the server answers it.
#[derive(Debug, Deserialize)]
pub(crate) struct Drafted {
    pub statement: String,
    pub disclosures: Vec<String>,
    #[serde(default)]
    pub flags: Vec<Value>,
    #[serde(default)]
    pub violations: Vec<Value>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if let Some(file) = &args.submit {
        let act = Draft::read(file)?.complete()?;
        return report(&submit(&Client::new(&args.server), &act)?, args.receipt.as_deref());
    }
    let request = args.request()?;
    let drafted = draft(&Client::new(&args.server), &request)?;
    if let Some(refusal) = drafted.refusal() {
        return Err(refusal);
    }
    let mut draft = Draft::new(drafted.statement, drafted.disclosures)?;
    same(&request, &draft.statement)?;
    raw(&words::render(&draft));
    if let Some(path) = &args.key {
        let key = key_file::read(path)?;
        if !args.yes {
            confirm("Sign this?")?;
        }
        draft.sign(&key, args.officer.as_ref())?;
        // Whoever holds a key that the act brings in proves it by signing too.
        for path in &args.with_key {
            draft.sign(&key_file::read(path)?, None)?;
        }
    }
    if let Some(file) = &args.draft {
        draft.write_new(file)?;
        let missing: Vec<_> = draft.missing().iter().map(|(_, by)| by.to_string()).collect();
        say!("draft in {}; signatures missing: {}", file.display(), missing.join(", "));
        return Ok(());
    }
    report(&submit(&Client::new(&args.server), &draft.complete()?)?, args.receipt.as_deref())
}

/// Asks for a statement to sign.
pub(crate) fn draft(client: &Client, request: &DraftRequest) -> anyhow::Result<Drafted> {
    Ok(client.post("/v1/drafts", request)?.1)
}

impl Drafted {
    /// Why there is no use in signing it: what is refused, and flags without an answer.
    pub(crate) fn refusal(&self) -> Option<anyhow::Error> {
        let mut lines: Vec<_> = self.violations.iter().map(line).collect();
        let open = self.flags.iter().filter(|flag| flag["answered"].is_null());
        for flag in open.filter(|flag| flag["severity"] != "D") {
            let rule = flag["rule"].as_str().unwrap_or_default();
            lines.push(format!(
                "{} (answer it: --flag {rule}=accepted, disputed or unavoidable, and a reason \
                 behind a colon)",
                line(flag)
            ));
        }
        if lines.is_empty() {
            return None;
        }
        lines.insert(0, "the act would be refused as it stands".to_owned());
        Some(Refused(lines.join("\n  ")).into())
    }
}

fn line(value: &Value) -> String {
    let text = |name: &str| value[name].as_str().unwrap_or_default();
    let both = |name: &str| match (value[name]["en"].as_str(), value[name]["uk"].as_str()) {
        (Some(en), Some(uk)) => format!("{en} · {uk}"),
        _ => String::new(),
    };
    let [at, rule] = ["pointer", "rule"].map(text);
    let mend = Some(both("mend")).filter(|mend| !mend.is_empty());
    let mend = mend.map(|mend| format!(" ({mend})")).unwrap_or_default();
    format!("{at} {rule} {}{mend}", both("says")).trim_start().to_owned()
}

/// The server's statement says what was asked for, and nothing else of weight.
fn same(request: &DraftRequest, statement: &Statement) -> anyhow::Result<()> {
    let stream = request.stream.as_ref().is_none_or(|stream| *stream == statement.stream);
    let date = request.occurred_at.is_none_or(|at| at == statement.occurred_at);
    let signers = request.signers == statement.signers;
    let answered = request.flags.len() == statement.flags.len();
    let sealed = request.private.keys().eq(statement.sealed.keys());
    let same = request.act == statement.act
        && request.facts == statement.facts
        && request.author == statement.author
        && stream
        && date
        && signers
        && answered
        && sealed;
    if same {
        Ok(())
    } else {
        bail!("the server drafted something else than was asked; do not sign")
    }
}

/// What the ledger answers to an act.
#[derive(Debug)]
pub(crate) struct Answered {
    pub fresh: bool,
    pub receipt: Receipt,
}

/// Sends a signed act and holds the receipt to what was sent.
pub(crate) fn submit(client: &Client, act: &SignedAct) -> anyhow::Result<Answered> {
    let body = json!({
        "statement": act.statement,
        "signatures": act.signatures,
        "disclosures": act.disclosures,
    });
    let (status, receipt): (u16, Receipt) = client.post("/v1/acts", &body)?;
    if !receipt.payload.contains(&act.statement) {
        bail!("the receipt at position {} is for another act: keep both", receipt.position);
    }
    Ok(Answered { fresh: status == 201, receipt })
}

fn report(answered: &Answered, file: Option<&Path>) -> anyhow::Result<()> {
    let act = Act::from_payload(&answered.receipt.payload).context("the receipt is unreadable")?;
    let new = if answered.fresh { "recorded" } else { "recorded before" };
    say!("{new} at position {}", answered.receipt.position);
    say!("stream       {}", act.statement().stream);
    say!("statement    {}", act.hash());
    if let Some(number) = act.place.and_then(|place| place.number) {
        say!("number       {number}");
    }
    if let Some(file) = file {
        data::write_json(file, &answered.receipt, data::PUBLIC)?;
        say!("receipt      {}", file.display());
    }
    Ok(())
}

/// Somebody who drafts, signs and sends, without being asked.
pub(crate) struct Actor {
    pub client: Client,
    pub by: StreamId,
    pub key: SigningKey,
}

impl Actor {
    pub(crate) fn new(server: &Server, by: StreamId, key: SigningKey) -> Self {
        Self { client: Client::new(server), by, key }
    }

    /// The act signed by this actor and by `others`, whose signatures it also needs.
    pub(crate) fn sign(
        &self,
        request: &DraftRequest,
        others: &[(&SigningKey, &StreamId)],
    ) -> anyhow::Result<SignedAct> {
        let drafted = draft(&self.client, request)?;
        if let Some(refusal) = drafted.refusal() {
            return Err(refusal);
        }
        let mut draft = Draft::new(drafted.statement, drafted.disclosures)?;
        same(request, &draft.statement)?;
        draft.sign(&self.key, Some(&self.by))?;
        for (key, by) in others {
            draft.sign(key, Some(by))?;
        }
        draft.complete()
    }
}
