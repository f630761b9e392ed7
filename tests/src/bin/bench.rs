//! `make bench`: what the ledger costs beside a plain insert, with the conditions it was run under.
//!
//! Every figure is the median of interleaved rounds on one cluster. A run counts only if the audit
//! is clean and finds exactly the acknowledged acts. `make bench` writes `target/bench.json`; with
//! one of `references`, `append`, `rest`, `proofs` as its argument it measures that part alone and
//! writes nothing.

#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a bench prints rates"
)]

#[path = "../bench/append.rs"]
mod append;
#[path = "../bench/database.rs"]
mod database;
#[path = "../bench/material.rs"]
mod material;
#[path = "../bench/proofs.rs"]
mod proofs;
#[path = "../bench/reference.rs"]
mod reference;
#[path = "../bench/rest.rs"]
mod rest;

use std::collections::BTreeMap;
use std::time::Duration;

use database::Databases;
use litopys_migrations::Role;
use litopys_projections::{RunnerOptions, rebuild};
use serde_json::{Value, json};

/// As in `litopys`, which runs in this process for the figures of the append path.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Interleaved rounds; the median of each figure counts.
const ROUNDS: usize = 3;
/// How long each figure is measured in each round.
const TIME: Duration = Duration::from_secs(4);
/// Connections among which the best plain insert is looked for.
const PLAIN_CONNECTIONS: [u32; 5] = [8, 16, 32, 64, 128];
/// Callers of the append path, with cases enough for them.
const APPEND_CALLERS: [(usize, usize); 4] = [(1, 1_200), (8, 4_500), (32, 7_000), (128, 9_000)];
/// Connections over HTTP, with cases enough for them.
const REST_CONNECTIONS: [(usize, usize); 2] = [(64, 4_500), (256, 4_500)];

/// Every figure of every round, by name.
type Figures = BTreeMap<String, Vec<f64>>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let databases = Databases::start()?;
    let conditions = conditions(&databases).await?;
    println!("conditions: {conditions}");
    let mut figures = Figures::new();
    let only = std::env::args().nth(1);
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}");
        if wanted("references") {
            references(&databases, &mut figures).await?;
        }
        if wanted("append") {
            appends(&databases, &mut figures).await?;
        }
        if wanted("rest") {
            rests(&databases, &mut figures).await?;
        }
    }
    if wanted("proofs") {
        note(&mut figures, "proof_p99_ms", proofs::p99_ms(&databases).await?);
    }
    if only.is_some() {
        return Ok(());
    }
    let report = report(&figures, &conditions);
    let json = serde_json::to_string_pretty(&report)?;
    std::fs::create_dir_all("target")?;
    std::fs::write("target/bench.json", &json)?;
    println!("{json}");
    Ok(())
}

async fn conditions(databases: &Databases) -> anyhow::Result<Value> {
    let cores = std::thread::available_parallelism()?.get();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(json!({
        "server": databases.settings().await?,
        "cores": cores,
        "load_before": load.trim(),
        "rounds": ROUNDS,
        "seconds_each": TIME.as_secs(),
        "payload_bytes": material::rows(1).first().map(|row| row.payload.len()),
        "acts": "cases of 12 acts signed beforehand, 11 of 12 continue one; every second person has another case",
    }))
}

async fn references(databases: &Databases, figures: &mut Figures) -> anyhow::Result<()> {
    for connections in PLAIN_CONNECTIONS {
        let rate = reference::plain(databases, connections, TIME).await?;
        note(figures, &format!("plain {connections}"), rate);
    }
    note(figures, "batch_insert_per_s", reference::batch(databases, TIME).await?);
    note(figures, "stock_postgres_es_per_s", reference::stock(databases, TIME).await?);
    Ok(())
}

async fn appends(databases: &Databases, figures: &mut Figures) -> anyhow::Result<()> {
    for (callers, cases) in APPEND_CALLERS {
        let mut prepared = append::prepare(databases, cases).await?;
        let database = prepared.database.clone();
        let run = append::append(&mut prepared, callers, TIME).await?;
        note(figures, &format!("append {callers}"), run.per_second());
        let (events, spent) = append::check(databases, prepared, run.acts).await?;
        note(figures, "audit_per_s_per_core", events as f64 / spent);
        let options = RunnerOptions::new(databases.options(&database, Role::Projector));
        let rebuilt = rebuild(&options, |_| {}).await?;
        note(figures, "rebuild_per_s", rebuilt.size as f64 / rebuilt.took.as_secs_f64());
        databases.forget(&database).await?;
    }
    Ok(())
}

async fn rests(databases: &Databases, figures: &mut Figures) -> anyhow::Result<()> {
    for (connections, cases) in REST_CONNECTIONS {
        let prepared = append::prepare(databases, cases).await?;
        let run = rest::rest(databases, prepared, connections, TIME).await?;
        note(figures, &format!("rest {connections}"), run.per_second);
        note(figures, &format!("rest {connections} p50 ms"), run.quantile_ms(500));
        note(figures, &format!("rest {connections} p99 ms"), run.quantile_ms(990));
        note(figures, &format!("rest {connections} client CPU s"), run.client_cpu);
        let each = run.server_cpu * 1e6 / run.latencies.len() as f64;
        note(figures, &format!("rest {connections} server CPU us an act"), each);
        let lag = run.lag.as_secs_f64() * 1_000.0;
        note(figures, &format!("rest {connections} read models behind ms"), lag);
    }
    Ok(())
}

fn note(figures: &mut Figures, name: &str, figure: f64) {
    println!("  {name}: {figure:.1}");
    figures.entry(name.to_owned()).or_default().push(figure);
}

fn median(figures: &Figures, name: &str) -> f64 {
    let mut all = figures.get(name).cloned().unwrap_or_default();
    all.sort_by(f64::total_cmp);
    let median = all.get(all.len() / 2).copied().unwrap_or(0.0);
    (median * 10.0).round() / 10.0
}

fn report(figures: &Figures, conditions: &Value) -> Value {
    let median = |name: &str| median(figures, name);
    let plain = PLAIN_CONNECTIONS.map(|connections| median(&format!("plain {connections}")));
    let best = plain.into_iter().fold(0.0, f64::max);
    let append: BTreeMap<_, _> = APPEND_CALLERS
        .iter()
        .map(|(callers, _)| (callers.to_string(), median(&format!("append {callers}"))))
        .collect();
    let rest: BTreeMap<_, _> = REST_CONNECTIONS
        .iter()
        .map(|(connections, _)| (connections.to_string(), median(&format!("rest {connections}"))))
        .collect();
    let stock = median("stock_postgres_es_per_s");
    println!("append at 32 callers is {:.2} × stock", median("append 32") / stock);
    println!("REST at 64 connections is {:.2} × plain", median("rest 64") / best);
    println!("REST at 256 connections is {:.2} × plain", median("rest 256") / best);
    json!({
        "insert_per_s": best,
        "batch_insert_per_s": median("batch_insert_per_s"),
        "stock_postgres_es_per_s": stock,
        "append_per_s": append,
        "rest_per_s": rest,
        "rest_latency_ms": {
            "p50": median("rest 64 p50 ms"),
            "p99": median("rest 64 p99 ms"),
        },
        "rest_client_cpu_s": {
            "64": median("rest 64 client CPU s"),
            "256": median("rest 256 client CPU s"),
        },
        "audit_per_s_per_core": median("audit_per_s_per_core"),
        "rebuild_per_s": median("rebuild_per_s"),
        "proof_p99_ms": figures.get("proof_p99_ms").and_then(|all| all.first()),
        "conditions": conditions,
    })
}
