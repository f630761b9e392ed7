//! What `litopys act` takes, and the request it makes of it.

use std::path::PathBuf;

use anyhow::Context as _;
use litopys_api::clock::new_id;
use litopys_api::draft::{AnswerRequest, DraftRequest};
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::registry::ROLE_SYSTEM;
use litopys_domain::statement::{Answer, Author, EvidenceUse, Signer};
use uuid::Uuid;

use super::values;
use crate::cli::client::Server;

/// Who proves a key at enrolment holds no post yet; the law's humblest role stands in the place.
const NEWCOMER_ROLE: &str = "R-TP-OFF";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys act ForcedReturnDecided --case 0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e77 \\
      --fact leave_by=2026-12-10 --fact ground=1 --fact minor=false --fact country=GEO \\
      --role R-TO-HEAD --office 80 --officer officer/… --key head.pem
  litopys act ReturnMaterialsCollected --open forced-return --subject person/… …
  litopys act PersonRegistered --private family_name=Шевченко --private birth_date=1990-01-02 …
  litopys act OfficerEnrolled --fact key=… --role R-ADM --key admin.pem --with-key new.pem …

  Two signatures (four eyes):
  litopys act EnteredInError … --signer officer/…:R-TO-HEAD:80 --draft error.json
  litopys sign error.json --key second.pem
  litopys act --submit error.json

A fact is name=value, or name:=JSON. Facts of the law are typed by it: true and false, whole
numbers, lists with commas.")]
pub(crate) struct Args {
    #[arg(
        value_name = "ACT",
        required_unless_present = "submit",
        conflicts_with = "submit",
        help = "What is done, such as ForcedReturnDecided; `litopys next-acts` lists what is possible"
    )]
    act: Option<String>,
    /// The case it is done in
    #[arg(long, value_name = "ID", conflicts_with_all = ["open", "stream"])]
    case: Option<Uuid>,
    /// Procedure of a case that it opens
    #[arg(long, value_name = "PROCEDURE", conflicts_with = "stream")]
    open: Option<String>,
    /// Another stream, such as officer/…; without any, the act opens a new one of its kind
    #[arg(long, value_name = "STREAM")]
    stream: Option<StreamId>,
    /// Person concerned
    #[arg(long = "subject", value_name = "STREAM")]
    subjects: Vec<StreamId>,
    /// Open fact
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// Personal or special value: only its digest enters the statement
    #[arg(long, value_name = "NAME=VALUE")]
    private: Vec<String>,
    /// Answer to a flag: accepted, disputed or unavoidable, and why
    #[arg(long = "flag", value_name = "RULE=ANSWER[:REASON]", value_parser = answer)]
    flags: Vec<AnswerRequest>,
    /// Document relied on; its digest and salt are written beside it
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Document only shown
    #[arg(long, value_name = "FILE")]
    shown: Vec<PathBuf>,
    /// Statement (SHA-256) that is served, corrected, rebutted …
    #[arg(long, value_name = "HASH")]
    concerns: Vec<StatementHash>,
    /// When it happened in law [default: now]
    #[arg(long, value_name = "TIME")]
    occurred_at: Option<LegalTime>,
    /// Legal basis, such as L3773:26(1) [default: what the law names]
    #[arg(long, value_name = "ARTICLE")]
    basis: Vec<String>,
    /// Code of CL-SOURCE [default: NATIVE]
    #[arg(long)]
    source: Option<String>,
    /// Who decided, where you only record it
    #[arg(long, value_name = "ROLE[:BODY[:REFERENCE]]", value_parser = author)]
    author: Option<Author>,
    /// Role you sign in
    #[arg(long, required_unless_present = "submit", env = "LITOPYS_ROLE")]
    role: Option<String>,
    /// Office you sign in
    #[arg(long, env = "LITOPYS_OFFICE")]
    office: Option<String>,
    /// Who you are: officer/…
    #[arg(
        long,
        value_name = "STREAM",
        required_unless_present = "submit",
        env = "LITOPYS_OFFICER"
    )]
    pub(super) officer: Option<StreamId>,
    /// Further signer
    #[arg(long = "signer", value_name = "STREAM:ROLE[:OFFICE]", value_parser = signer)]
    signers: Vec<Signer>,
    /// Your private key
    #[arg(long, value_name = "FILE", env = "LITOPYS_KEY")]
    pub(super) key: Option<PathBuf>,
    /// A further signer's key, where it is at hand: of a key that the act brings in
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(super) with_key: Vec<PathBuf>,
    /// Write a draft for others to sign instead of sending
    #[arg(long, value_name = "FILE")]
    pub(super) draft: Option<PathBuf>,
    /// Send a draft that everybody has signed
    #[arg(long, value_name = "FILE")]
    pub(super) submit: Option<PathBuf>,
    /// Where to keep the receipt: your evidence against the ledger
    #[arg(long, value_name = "FILE")]
    pub(super) receipt: Option<PathBuf>,
    /// Sign without asking
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) server: Server,
}

impl Args {
    pub(super) fn request(&self) -> anyhow::Result<DraftRequest> {
        let act = self.act.clone().context("no act is named")?;
        let first = Signer {
            by: self.officer.clone().context("say who you are with --officer")?,
            role: self.role.clone().context("say your role with --role")?,
            office: self.office.clone(),
        };
        let (stream, newcomer) = self.stream_of(&act);
        let fields = values::Fields::of(&act)?;
        let evidence = self.evidence.iter().map(|file| (file, EvidenceUse::ReliedOn));
        let shown = self.shown.iter().map(|file| (file, EvidenceUse::Shown));
        Ok(DraftRequest {
            stream,
            procedure: self.open.clone(),
            subjects: self.subjects.clone(),
            facts: fields.read(&self.facts)?.into_iter().collect(),
            private: fields.read(&self.private)?,
            concerns: self.concerns.clone(),
            evidence: evidence
                .chain(shown)
                .map(|(file, used)| values::document(file, used))
                .collect::<Result<_, _>>()?,
            instrument: None,
            basis: Some(self.basis.clone()).filter(|basis| !basis.is_empty()),
            flags: self.flags.clone(),
            occurred_at: self.occurred_at,
            source: self.source.clone(),
            author: self.author.clone(),
            signers: [first]
                .into_iter()
                .chain(self.signers.iter().cloned())
                .chain(newcomer)
                .collect(),
            act,
        })
    }

    /// Where the act goes. Who is enrolled gets a stream here and now, because the statement must
    /// name the newcomer as a signer: that proves possession of the new key.
    fn stream_of(&self, act: &str) -> (Option<StreamId>, Option<Signer>) {
        let given = self.case.map(StreamId::case).or_else(|| self.stream.clone());
        let (stream, role) = match act {
            "OfficerEnrolled" => (StreamId::officer as fn(Uuid) -> StreamId, NEWCOMER_ROLE),
            "ServiceEnrolled" => (StreamId::service as fn(Uuid) -> StreamId, ROLE_SYSTEM),
            _ => return (given, None),
        };
        let stream = given.unwrap_or_else(|| stream(new_id()));
        let named = self.signers.iter().any(|signer| signer.by == stream);
        let newcomer = Signer { by: stream.clone(), role: role.to_owned(), office: None };
        (Some(stream), (!named).then_some(newcomer))
    }
}

fn answer(text: &str) -> Result<AnswerRequest, String> {
    let (rule, rest) = text.split_once('=').ok_or("write RULE=ANSWER[:REASON]")?;
    let (answer, reason) = match rest.split_once(':') {
        Some((answer, reason)) => (answer, Some(reason.to_owned())),
        None => (rest, None),
    };
    let answer = match answer {
        "accepted" => Answer::Accepted,
        "disputed" => Answer::Disputed,
        "unavoidable" => Answer::Unavoidable,
        other => return Err(format!("`{other}`: accepted, disputed or unavoidable")),
    };
    Ok(AnswerRequest { rule: rule.to_owned(), answer, reason })
}

fn author(text: &str) -> Result<Author, String> {
    let mut parts = text.splitn(3, ':').map(str::to_owned);
    let role = parts.next().filter(|role| !role.is_empty()).ok_or("a role is missing")?;
    let mut given = || parts.next().filter(|part| !part.is_empty());
    Ok(Author { role, body: given(), reference: given() })
}

fn signer(text: &str) -> Result<Signer, String> {
    let mut parts = text.splitn(3, ':');
    let by = parts.next().unwrap_or_default().parse().map_err(|error| format!("{error}"))?;
    let role = parts.next().ok_or("write STREAM:ROLE[:OFFICE]")?.to_owned();
    Ok(Signer { by, role, office: parts.next().map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_authors_are_read() {
        let read = answer("DEF-001=unavoidable:the applicant fell ill: see file").unwrap();
        assert_eq!(read.rule, "DEF-001");
        assert_eq!(read.reason.as_deref(), Some("the applicant fell ill: see file"));
        assert!(answer("DEF-001=maybe").is_err());
        let read = author("R-C1G:Подільський районний суд:620/3416/19").unwrap();
        assert_eq!(read.reference.as_deref(), Some("620/3416/19"));
    }
}
