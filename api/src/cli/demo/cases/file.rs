//! One case under way.

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_api::draft::DraftRequest;
use litopys_domain::act::Act;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::keys::PublicKey;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::registry::ROLE_SYSTEM;
use litopys_domain::statement::{Author, Signer};
use serde_json::{Value, json};

use super::super::ORIGIN;
use super::super::stage::{Stage, expect_equal, object, request};
use crate::cli::act::Answered;
use crate::cli::draft_file::Draft;
use crate::cli::out::say;
use crate::cli::record::record;

/// What is done, by whom and when.
pub(super) struct Step {
    pub act: &'static str,
    pub who: &'static str,
    pub on: LegalTime,
    pub facts: Value,
    pub private: Option<(&'static str, &'static str)>,
    /// For whom it is recorded.
    pub author: Option<&'static str>,
    /// The act of the case that it concerns.
    pub of: Option<&'static str>,
    /// Why a flag had to be lived with.
    pub reason: &'static str,
}

impl Step {
    pub(super) fn new(act: &'static str, who: &'static str, on: Date, facts: Value) -> Self {
        let on = LegalTime::Date(on);
        Self { act, who, on, facts, private: None, author: None, of: None, reason: "" }
    }

    pub(super) fn by(self, author: &'static str) -> Self {
        Self { author: Some(author), ..self }
    }

    /// At an hour of its day, for what starts a clock that runs in hours.
    pub(super) fn at(self, hour: i8) -> anyhow::Result<Self> {
        let LegalTime::Date(day) = self.on else { bail!("{} has an hour already", self.act) };
        let at = day.at(hour, 0, 0, 0).to_zoned(TimeZone::get("Europe/Kyiv")?)?.timestamp();
        Ok(Self { on: LegalTime::Instant(at), ..self })
    }
}

pub(super) struct File<'a> {
    stage: &'a Stage,
    procedure: &'static str,
    person: StreamId,
    pub case: Option<StreamId>,
    done: Vec<(&'static str, StatementHash)>,
}

impl<'a> File<'a> {
    pub(super) fn new(stage: &'a Stage, procedure: &'static str, person: StreamId) -> Self {
        Self { stage, procedure, person, case: None, done: Vec::new() }
    }

    pub(super) fn act(&mut self, step: &Step) -> anyhow::Result<Answered> {
        let person = self.stage.person(step.who)?;
        let request = self.request(step, request(step.act, person))?;
        let what = || format!("{} of {}", step.act, self.procedure);
        let answered = self.stage.act(person, request, step.reason).with_context(what)?;
        self.keep(step.act, &answered.receipt.payload)?;
        Ok(answered)
    }

    /// As [`Self::act`], but first without answers: the ledger must ask for one to this rule.
    pub(super) fn flagged(&mut self, step: &Step, rule: &str) -> anyhow::Result<Answered> {
        let person = self.stage.person(step.who)?;
        let request = self.request(step, request(step.act, person))?;
        let actor = self.stage.actor(person, "case:write case:read")?;
        let drafted = crate::cli::act::draft(&actor.client, &request)?;
        let raised = drafted.flags.iter().any(|f| f["rule"] == rule && f["answered"].is_null());
        if !raised {
            bail!("{} raised no flag {rule}: {:?}", step.act, drafted.flags);
        }
        let mut draft = Draft::new(drafted.statement, drafted.disclosures)?;
        draft.sign(&actor.key, Some(&actor.by))?;
        let act = draft.complete()?;
        let (status, problem) = actor.client.post_act(&act)?;
        if status < 400 {
            bail!("{} was recorded without an answer to {rule}", step.act);
        }
        let kind = problem["type"].as_str().unwrap_or_default();
        say!("         signed without an answer to {rule}: {status} {kind}");
        self.act(step)
    }

    /// What the ledger itself signs when a term has run out.
    pub(super) fn ledger_acts(&mut self, act: &'static str, on: Date) -> anyhow::Result<()> {
        let key = self.stage.place.dir().ledger_key()?;
        let by = StreamId::ledger(ORIGIN)?;
        let signer = Signer { by: by.clone(), role: ROLE_SYSTEM.to_owned(), office: None };
        let request = DraftRequest {
            act: act.to_owned(),
            stream: self.case.clone(),
            occurred_at: Some(LegalTime::Date(on)),
            subjects: vec![self.person.clone()],
            signers: vec![signer],
            ..request(act, self.stage.person("clerk")?)
        };
        let ledger = &self.stage.ledger;
        let position = self.stage.runtime.block_on(async {
            let drafted = ledger.draft(request).await?;
            let mut draft = Draft::new(drafted.statement, drafted.disclosures)?;
            draft.sign(&key, Some(&by))?;
            let recorded = record(ledger, draft.complete()?).await?;
            self.keep(act, &recorded.receipt.payload)?;
            anyhow::Ok(recorded.receipt.position)
        })?;
        let thumbprint = PublicKey::of(&key).thumbprint();
        say!("  {position:>5}  {:<20}  {act} (the ledger, key {thumbprint})", on.to_string());
        Ok(())
    }

    /// The state that REST tells; fails where it is another.
    pub(super) fn expect_state(&self, state: &str, position: u64) -> anyhow::Result<()> {
        let case = self.case.as_ref().context("the case is not open")?;
        let clerk = self.stage.person("clerk")?;
        let client = self.stage.actor(clerk, "case:read")?.client;
        let answer: Value = client.get(&format!("/v1/cases/{}?at_least={position}", case.id()))?;
        let found = find_state(&answer).unwrap_or_default();
        expect_equal("the state of the case", &state.to_owned(), &found)?;
        say!("         state: {state}");
        Ok(())
    }

    fn request(&self, step: &Step, request: DraftRequest) -> anyhow::Result<DraftRequest> {
        let concerned = step.of.map(|of| self.hash(of)).transpose()?;
        let private = step.private.map(|(name, value)| (name.to_owned(), json!(value)));
        Ok(DraftRequest {
            stream: self.case.clone(),
            procedure: self.case.is_none().then(|| self.procedure.to_owned()),
            subjects: vec![self.person.clone()],
            facts: object(step.facts.clone()),
            private: private.into_iter().collect(),
            occurred_at: Some(step.on),
            concerns: concerned.into_iter().collect(),
            author: step.author.map(|role| Author {
                role: role.to_owned(),
                body: None,
                reference: None,
            }),
            ..request
        })
    }

    fn hash(&self, act: &str) -> anyhow::Result<StatementHash> {
        let found = self.done.iter().rfind(|(done, _)| *done == act);
        found.map(|(_, hash)| *hash).with_context(|| format!("the case has no {act} yet"))
    }

    fn keep(&mut self, act: &'static str, payload: &str) -> anyhow::Result<()> {
        let recorded = Act::from_payload(payload)?;
        if let Some(number) = recorded.place.as_ref().and_then(|place| place.number.as_ref()) {
            say!("         case {number}");
        }
        self.case = Some(recorded.statement().stream.clone());
        self.done.push((act, recorded.hash()));
        Ok(())
    }
}

/// The case may stand in the answer itself or in its first row.
fn find_state(answer: &Value) -> Option<String> {
    let places = [&answer["state"], &answer["case"]["state"], &answer["rows"][0]["state"]];
    places.into_iter().find_map(Value::as_str).map(str::to_owned)
}
