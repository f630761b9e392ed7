//! `make bench`: what the ledger costs beside a plain insert, with the conditions it was run under.

#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a bench prints rates"
)]

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
