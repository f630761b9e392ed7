//! A demonstration under way: the served ledger, its people, and how they act.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use jiff::civil::Date;
use litopys_api::auth::Scope;
use litopys_api::draft::{AnswerRequest, DraftRequest};
use litopys_api::ledger::Ledger;
use litopys_domain::statement::Answer;
use litopys_migrations::Cluster;
use serde_json::{Map, Value};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::people::{People, Person};
use crate::cli::act::{Actor, Answered, draft, submit};
use crate::cli::client::Server;
use crate::cli::data::Place;
use crate::cli::out::say;
use crate::cli::token;

const DAY: Duration = Duration::from_hours(24);

pub(super) struct Stage {
    pub place: Place,
    pub server: Server,
    pub runtime: Runtime,
    pub ledger: Arc<Ledger>,
    pub cluster: Arc<Cluster>,
    pub today: Date,
    pub administrators: Vec<Person>,
    people: Option<People>,
    stop: oneshot::Sender<String>,
    serving: JoinHandle<anyhow::Result<()>>,
}

/// A stage without people yet.
pub(super) struct Parts {
    pub place: Place,
    pub server: Server,
    pub runtime: Runtime,
    pub ledger: Arc<Ledger>,
    pub cluster: Arc<Cluster>,
    pub today: Date,
    pub administrators: Vec<Person>,
    pub stop: oneshot::Sender<String>,
    pub serving: JoinHandle<anyhow::Result<()>>,
}

impl Stage {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { place, server, runtime, ledger, cluster, .. } = parts;
        let Parts { today, administrators, stop, serving, .. } = parts;
        let people = None;
        Self {
            place,
            server,
            runtime,
            ledger,
            cluster,
            today,
            administrators,
            people,
            stop,
            serving,
        }
    }

    pub(super) fn employ(&mut self, people: People) {
        self.people = Some(people);
    }

    pub(super) fn person(&self, name: &str) -> anyhow::Result<&Person> {
        self.people.as_ref().context("nobody is enrolled yet")?.get(name)
    }

    pub(super) fn administrator(&self) -> anyhow::Result<&Person> {
        self.administrators.first().context("the ledger has no administrator")
    }

    pub(super) fn token(&self, name: &str, scope: &str) -> anyhow::Result<String> {
        let scopes = scope.split(' ').map(str::parse).collect::<Result<Vec<Scope>, _>>()?;
        token::mint(&self.place, name, scopes, &["*".to_owned()], DAY)
    }

    /// A person with a token of these scopes.
    pub(super) fn actor(&self, person: &Person, scope: &str) -> anyhow::Result<Actor> {
        let token = Some(self.token(&person.stream.to_string(), scope)?);
        let server = Server { url: self.server.url.clone(), token };
        Ok(Actor::new(&server, person.stream.clone(), person.key.clone()))
    }

    pub(super) fn days_ago(&self, days: i64) -> anyhow::Result<Date> {
        Ok(self.today.checked_sub(jiff::Span::new().days(days))?)
    }

    /// Does what is asked as `person`. Flags that need an answer get `reason`, and are shown.
    pub(super) fn act(
        &self,
        person: &Person,
        mut request: DraftRequest,
        reason: &str,
    ) -> anyhow::Result<Answered> {
        let actor = self.actor(person, "case:write case:read")?;
        let drafted = draft(&actor.client, &request)?;
        for flag in drafted.flags.iter().filter(|flag| flag["answered"].is_null()) {
            if flag["severity"] == "D" {
                continue;
            }
            let rule = flag["rule"].as_str().unwrap_or_default().to_owned();
            say!("    flag {rule}: {}", flag["says"]["en"].as_str().unwrap_or_default());
            say!("    answered under signature: unavoidable, {reason}");
            let answer = Answer::Unavoidable;
            request.flags.push(AnswerRequest { rule, answer, reason: Some(reason.to_owned()) });
        }
        let answered = submit(&actor.client, &actor.sign(&request, &[])?)?;
        let when = request.occurred_at.map(|at| at.to_string()).unwrap_or_default();
        say!("  {:>5}  {when:<20}  {} ({})", answered.receipt.position, request.act, person.name);
        Ok(answered)
    }

    /// Stops serving and waits until everything is closed.
    pub(super) fn close(self) -> anyhow::Result<()> {
        drop(self.ledger);
        _ = self.stop.send("the end of the demonstration".to_owned());
        finished(self.serving)
    }

    /// Serves until a signal.
    pub(super) fn wait(self) -> anyhow::Result<()> {
        let stop = self.stop;
        let signal = {
            let _inside = self.runtime.enter();
            crate::cli::serve::signals()?
        };
        self.runtime.spawn(async move { _ = stop.send(signal.await) });
        drop(self.ledger);
        finished(self.serving)
    }
}

fn finished(serving: JoinHandle<anyhow::Result<()>>) -> anyhow::Result<()> {
    match serving.join() {
        Ok(result) => result,
        Err(_) => Err(anyhow!("the served ledger failed")),
    }
}

/// A request with nothing but the act and its signer.
pub(super) fn request(act: &str, by: &Person) -> DraftRequest {
    DraftRequest {
        act: act.to_owned(),
        stream: None,
        procedure: None,
        subjects: Vec::new(),
        facts: Map::new(),
        private: BTreeMap::new(),
        concerns: Vec::new(),
        evidence: Vec::new(),
        instrument: None,
        basis: None,
        flags: Vec::new(),
        occurred_at: None,
        source: None,
        author: None,
        signers: vec![by.signer()],
    }
}

/// The fields of a JSON object.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Says that two things are equal, or fails.
pub(super) fn expect_equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> anyhow::Result<()> {
    if expected == found {
        return Ok(());
    }
    bail!("{what}: expected {expected:?}, found {found:?}")
}
