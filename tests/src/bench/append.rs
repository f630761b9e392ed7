//! The append path, from signed text to receipt, with nothing left out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use litopys_api::clock::Clock;
use litopys_api::record::SignedAct;
use litopys_audit::trust::Trust;
use litopys_audit::verify::{VerifyOptions, verify_all};
use litopys_domain::ids::StreamId;
use litopys_migrations::Role;
use litopys_tests::agency::{Agency, Who, author, object, request};
use litopys_tests::chain::{self, Shared};
use litopys_tests::installed::trust_in;
use serde_json::json;
use tokio::task::JoinSet;

use super::database::Databases;

/// Persons registered at once while preparing.
const PREPARING: usize = 64;

/// A founded ledger with signed cases waiting to be recorded.
pub(crate) struct Prepared {
    pub(crate) agency: Agency,
    pub(crate) database: String,
    pub(crate) cases: Vec<Vec<SignedAct>>,
    /// Log size before anything was measured.
    pub(crate) size: u64,
}

/// Acts recorded, and how long it took.
pub(crate) struct Run {
    pub(crate) acts: u64,
    pub(crate) elapsed: Duration,
}

impl Run {
    pub(crate) fn per_second(&self) -> f64 {
        self.acts as f64 / self.elapsed.as_secs_f64()
    }
}

/// Founds a ledger and signs `count` cases; half of their persons have another case, in which
/// protection was asked for and withdrawn, so that the guards over other cases have work.
pub(crate) async fn prepare(databases: &Databases, count: usize) -> anyhow::Result<Prepared> {
    let database = databases.fresh().await?;
    let agency = Agency::found(databases.options(&database, Role::Writer), Clock::system()).await?;
    let agency = Arc::new(agency);
    let mut persons = Vec::with_capacity(count);
    let mut tasks = JoinSet::new();
    for number in 0..count {
        if tasks.len() >= PREPARING {
            persons.push(tasks.join_next().await.context("nothing was prepared")???);
        }
        let agency = Arc::clone(&agency);
        tasks.spawn(async move { person(&agency, number.is_multiple_of(2)).await });
    }
    while let Some(person) = tasks.join_next().await {
        persons.push(person??);
    }
    let agency = Arc::into_inner(agency).context("somebody still prepares")?;
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let law = chain::law_today(&agency)?;
    let shared = Shared::new(&agency.keys, law, today, agency.ledger.clock().now())?;
    let cases: anyhow::Result<Vec<_>> =
        persons.iter().map(|person| chain::forced_return(&shared, person)).collect();
    let size = agency.ledger.tail().size();
    Ok(Prepared { cases: cases?, size, agency, database })
}

async fn person(agency: &Agency, protected: bool) -> anyhow::Result<StreamId> {
    let person = agency.person().await?;
    if protected {
        let opened = litopys_api::draft::DraftRequest {
            procedure: Some("international-protection".to_owned()),
            subjects: vec![person.clone()],
            facts: object(json!({"place": "TO"})),
            author: author("R-APP"),
            ..request(&agency.keys, "ProtectionIntentionExpressed", &[Who::Clerk])?
        };
        let draft = agency.draft(opened).await?;
        let stream = draft.stream.clone();
        agency.record_text(&draft.statement, draft.disclosures).await?;
        let withdrawn = litopys_api::draft::DraftRequest {
            stream: Some(stream),
            subjects: vec![person.clone()],
            author: author("R-APP"),
            ..request(&agency.keys, "ProtectionApplicationWithdrawn", &[Who::Clerk])?
        };
        agency.act(withdrawn).await?;
    }
    Ok(person)
}

/// Records prepared cases from `callers` callers at once for `time`.
pub(crate) async fn append(
    prepared: &mut Prepared,
    callers: usize,
    time: Duration,
) -> anyhow::Result<Run> {
    let waiting = Arc::new(Mutex::new(VecDeque::from(std::mem::take(&mut prepared.cases))));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (ledger, waiting) = (Arc::clone(&prepared.agency.ledger), Arc::clone(&waiting));
        tasks.spawn(async move {
            let mut acts = 0_u64;
            while started.elapsed() < time {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(case) = next else { anyhow::bail!("too few cases were prepared") };
                for act in case {
                    if started.elapsed() >= time {
                        break;
                    }
                    ledger.record(act).await?;
                    acts += 1;
                }
            }
            anyhow::Ok(acts)
        });
    }
    let mut acts = 0;
    while let Some(done) = tasks.join_next().await {
        acts += done??;
    }
    Ok(Run { acts, elapsed: started.elapsed() })
}

/// A run counts only if the audit is clean and finds exactly the acknowledged acts. Gives audited
/// events and the seconds of CPU that this process spent on them.
pub(crate) async fn check(
    databases: &Databases,
    prepared: Prepared,
    acts: u64,
) -> anyhow::Result<(u64, f64)> {
    let Prepared { agency, database, size, .. } = prepared;
    let trust = trust_in(&agency).await?;
    // The last acts wait for the next published checkpoint.
    tokio::time::sleep(litopys_api::publish::CADENCE * 2).await;
    agency.close().await?;
    audit(databases, &database, &trust, size + acts).await
}

/// Verifies a database that must be clean and hold exactly `events`.
pub(crate) async fn audit(
    databases: &Databases,
    database: &str,
    trust: &Trust,
    events: u64,
) -> anyhow::Result<(u64, f64)> {
    let auditor = databases.options(database, Role::Auditor);
    let before = cpu_seconds()?;
    let report = verify_all(&auditor, trust, &VerifyOptions::default(), |_, _| {}).await?;
    let spent = cpu_seconds()? - before;
    ensure!(report.findings.is_empty(), "the audit found: {:?}", report.findings);
    ensure!(report.events == events, "{events} acts acknowledged, {} found", report.events);
    Ok((report.events, spent))
}

/// User and system time of this process (proc(5), fields 14 and 15 of stat, in ticks of 10 ms).
pub(crate) fn cpu_seconds() -> anyhow::Result<f64> {
    cpu_seconds_of("self")
}

/// The same of another process.
pub(crate) fn cpu_seconds_of(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(')').context("no name in stat")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |field: usize| {
        fields.get(field).context("stat is short")?.parse::<u32>().map_err(anyhow::Error::from)
    };
    Ok(f64::from(ticks(11)? + ticks(12)?) / 100.0)
}
