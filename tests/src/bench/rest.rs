//! Acts over HTTP: the real `litopys serve` in a process of its own, bodies made beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use litopys_migrations::Role;
use litopys_tests::client::{Client, Posting};
use litopys_tests::installed::{Installed, Tokens, trust_in};
use tokio::task::JoinSet;

use super::append::{self, Prepared, cpu_seconds, cpu_seconds_of};
use super::database::Databases;

/// What one run over HTTP showed.
pub(crate) struct RestRun {
    pub(crate) per_second: f64,
    /// Of every answer, sorted.
    pub(crate) latencies: Vec<Duration>,
    /// Seconds of CPU that the client spent.
    pub(crate) client_cpu: f64,
    /// Seconds of CPU that `litopys serve` spent, Postgres apart.
    pub(crate) server_cpu: f64,
    /// How long the read models took to show the last act.
    pub(crate) lag: Duration,
}

impl RestRun {
    /// A quantile in thousandths, in milliseconds.
    pub(crate) fn quantile_ms(&self, thousandths: usize) -> f64 {
        let place = self.latencies.len().saturating_sub(1) * thousandths / 1_000;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// Records prepared cases over `connections` connections for `time`, from when the read models
/// show everything before; the audit must be clean.
pub(crate) async fn rest(
    databases: &Databases,
    prepared: Prepared,
    connections: usize,
    time: Duration,
) -> anyhow::Result<RestRun> {
    let Prepared { agency, database, cases, size } = prepared;
    let trust = trust_in(&agency).await?;
    let keys = agency.keys.clone();
    agency.close().await?;
    let installed = Installed::secrets_of(&keys, trust.clone())?;
    let tokens = Tokens::new(&installed, &keys)?;
    let cases = cases.iter().map(|case| tokens.postings(case)).collect();
    let served = installed.serve_at(&databases.cluster().database_url(&database, Role::Writer))?;
    databases.read_models_at(&database, size).await?;
    let of_server = || cpu_seconds_of(&served.pid().to_string());
    let (started, cpu, before) = (Instant::now(), cpu_seconds()?, of_server()?);
    let waiting = Arc::new(Mutex::new(cases));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let client = Client::connect(served.address).await?;
        tasks.spawn(post_until(client, Arc::clone(&waiting), started + time));
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    let (elapsed, client_cpu) = (started.elapsed(), cpu_seconds()? - cpu);
    let server_cpu = of_server()? - before;
    let end = Instant::now();
    databases.read_models_at(&database, size + latencies.len() as u64).await?;
    let lag = end.elapsed();
    tokio::time::sleep(litopys_api::publish::CADENCE * 2).await;
    served.stop()?;
    append::audit(databases, &database, &trust, size + latencies.len() as u64).await?;
    databases.forget(&database).await?;
    latencies.sort_unstable();
    let per_second = latencies.len() as f64 / elapsed.as_secs_f64();
    Ok(RestRun { per_second, latencies, client_cpu, server_cpu, lag })
}

async fn post_until(
    mut client: Client,
    waiting: Arc<Mutex<Vec<Vec<Posting>>>>,
    deadline: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while Instant::now() < deadline {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut case = VecDeque::from(next.context("too few cases were prepared")?);
        while let Some(act) = case.pop_front() {
            if Instant::now() >= deadline {
                break;
            }
            let sent = Instant::now();
            let answer = client.post(&act).await?;
            ensure!(answer.status == 201, "{}: {}", answer.status, answer.body);
            latencies.push(sent.elapsed());
        }
    }
    Ok(latencies)
}
