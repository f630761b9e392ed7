//! `make bench`: what the ledger costs beside a plain insert, with the conditions it was run under.

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
#[path = "../bench/reference.rs"]
mod reference;

use std::time::Duration;

use database::Databases;

/// Interleaved rounds; the median of each figure is printed.
const ROUNDS: usize = 3;
/// Connections among which the best plain insert is looked for.
const PLAIN_CONNECTIONS: [u32; 5] = [8, 16, 32, 64, 128];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let time = Duration::from_secs(4);
    let databases = Databases::start()?;
    println!("conditions: {}", databases.settings().await?);
    if std::env::args().nth(1).as_deref() == Some("append") {
        for (callers, cases) in [(1, 400), (8, 1500), (32, 3000), (128, 3000)] {
            let mut prepared = append::prepare(&databases, cases).await?;
            let cpu = append::cpu_seconds()?;
            let run = append::append(&mut prepared, callers, time).await?;
            let cpu = append::cpu_seconds()? - cpu;
            println!(
                "append {callers}: {:.0}/s in {:?}, own CPU {cpu:.1}s",
                run.per_second(),
                run.elapsed
            );
            let (events, spent) = append::check(&databases, prepared, run.acts).await?;
            println!("audit: {:.0} events per CPU second", events as f64 / spent);
            println!("stock: {:.0}/s", reference::stock(&databases, time).await?);
            println!("plain 32: {:.0}/s", reference::plain(&databases, 32, time).await?);
        }
        return Ok(());
    }
    let mut plain = vec![Vec::new(); PLAIN_CONNECTIONS.len()];
    let (mut batch, mut stock) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        for (figures, connections) in plain.iter_mut().zip(PLAIN_CONNECTIONS) {
            figures.push(reference::plain(&databases, connections, time).await?);
        }
        batch.push(reference::batch(&databases, time).await?);
        stock.push(reference::stock(&databases, time).await?);
        println!("round {round}: plain {plain:?} batch {batch:?} stock {stock:?}");
    }
    Ok(())
}
