//! A small HTTP client for the commands that talk to a served ledger.

use std::io::BufRead;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use litopys_api::record::SignedAct;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::Refused;

/// Connecting and waiting for an answer; recording may take a moment under load.
const ANSWER_TIME_MAX: Duration = Duration::from_mins(1);
/// Largest answer that is read whole.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Which served ledger, and as whom.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Server {
    /// Address of the served ledger
    #[arg(long, value_name = "URL", env = "LITOPYS_URL", default_value = "http://127.0.0.1:8420")]
    pub url: String,
    /// Bearer token (see `litopys token`)
    #[arg(long, value_name = "TOKEN", env = "LITOPYS_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

/// A connection that is kept.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    bearer: Option<String>,
}

impl Client {
    pub(crate) fn new(server: &Server) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(provider)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(ANSWER_TIME_MAX))
            .build();
        Self {
            agent: config.new_agent(),
            base: server.url.trim_end_matches('/').to_owned(),
            bearer: server.token.as_ref().map(|token| format!("Bearer {token}")),
        }
    }

    /// The served ledger's name: the first line of its checkpoint.
    pub(crate) fn origin(&self) -> anyhow::Result<String> {
        let (_, note) = self.get_text("/checkpoint")?;
        let origin = note.lines().next().filter(|line| !line.is_empty());
        origin.map(str::to_owned).context("the checkpoint names no ledger")
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let (_, text) = self.get_text(path)?;
        read(path, &text)
    }

    /// Status and text of an answer that is sound.
    pub(crate) fn get_text(&self, path: &str) -> anyhow::Result<(u16, String)> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer);
        }
        self.take(request.call(), path)
    }

    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<(u16, T)> {
        let text = serde_json::to_string(body)?;
        let answer = self.send(path, "application/json", text.into_bytes());
        let (status, text) = self.take(answer, path)?;
        Ok((status, read(path, &text)?))
    }

    /// Sends an act and takes whatever is answered, a problem too.
    pub(crate) fn post_act(&self, act: &SignedAct) -> anyhow::Result<(u16, Value)> {
        let body = json!({
            "statement": act.statement,
            "signatures": act.signatures,
            "disclosures": act.disclosures,
        });
        let answer = self.send("/v1/acts", "application/json", body.to_string().into_bytes());
        let mut answer = answer.map_err(|error| self.unreachable(error))?;
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        Ok((answer.status().as_u16(), read("/v1/acts", &text)?))
    }

    /// Sends lines of JSON and gives the answer to be read line by line.
    pub(crate) fn post_lines(
        &self,
        path: &str,
        body: Vec<u8>,
    ) -> anyhow::Result<impl BufRead + use<>> {
        let answer = self.send(path, "application/x-ndjson", body);
        let answer = answer.map_err(|error| self.unreachable(error))?;
        if !answer.status().is_success() {
            let (status, text) = self.take(Ok(answer), path)?;
            bail!("{path} answers {status}: {text}");
        }
        Ok(std::io::BufReader::new(answer.into_body().into_reader()))
    }

    fn send(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Response<Body>, ureq::Error> {
        let mut request = self.agent.post(format!("{}{path}", self.base)).content_type(kind);
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", bearer);
        }
        request.send(body)
    }

    fn take(
        &self,
        answer: Result<Response<Body>, ureq::Error>,
        path: &str,
    ) -> anyhow::Result<(u16, String)> {
        let mut answer = answer.map_err(|error| self.unreachable(error))?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_string()
            .with_context(|| format!("the answer of {path} cannot be read"))?;
        if answer.status().is_success() { Ok((status, text)) } else { Err(refusal(status, &text)) }
    }

    fn unreachable(&self, error: ureq::Error) -> anyhow::Error {
        anyhow::Error::new(error)
            .context(format!("cannot reach {}: is `litopys serve` running there?", self.base))
    }
}

fn read<T: DeserializeOwned>(path: &str, text: &str) -> anyhow::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| anyhow!("{path} answers what this program does not understand: {error}"))
}

/// A problem (RFC 9457) in words: title, detail, and each violation with its place and remedy.
pub(crate) fn refusal(status: u16, text: &str) -> anyhow::Error {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    Refused(problem_in_words(status, &problem)).into()
}

pub(crate) fn problem_in_words(status: u16, problem: &Value) -> String {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("the ledger answers {status}: {}", text(problem, "title"))];
    lines.extend(Some(text(problem, "detail")).filter(|detail| !detail.is_empty()));
    for violation in problem["violations"].as_array().into_iter().flatten() {
        let [pointer, rule, detail, mend] =
            ["pointer", "rule", "detail", "mend"].map(|name| text(violation, name));
        lines.push(format!("  {pointer} {rule} {detail} ({mend})"));
    }
    for unseen in problem["unseen"].as_array().into_iter().flatten() {
        let text = |field: &str| unseen[field].as_str().unwrap_or_default();
        lines.push(format!("  recorded meanwhile: {} {}", text("act"), text("statement")));
    }
    lines.join("\n")
}
