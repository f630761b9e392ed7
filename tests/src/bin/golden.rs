//! Writes the golden ledger of the present `litopys/N`. Run once for each N and then never again:
//! the files are frozen, and `domain/tests/golden.rs` must read them for ever.

#![expect(clippy::print_stdout, reason = "a tool says what it wrote")]

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use litopys_api::clock::Clock;
use litopys_domain::law::fold::{View, state};
use litopys_migrations::Role;
use litopys_migrations::testing::database;
use litopys_tests::agency::Agency;
use litopys_tests::chain::{self, Shared};
use serde_json::json;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden/litopys-1");
    ensure!(!target.exists(), "{} is frozen", target.display());
    let database = database().await;
    let newest: jiff::civil::Date = "2023-12-15".parse()?;
    let clock = Clock::from_fn(|| jiff::Timestamp::constant(1_774_000_000, 0));
    let agency = Agency::found_under(database.options(Role::Writer), clock, |procedure, date| {
        procedure == "forced-return" && date == newest
    })
    .await?;
    let person = agency.person().await?;
    let today = agency.ledger.today(&agency.ledger.tail().world());
    let law = chain::law_today(&agency)?;
    let shared = Shared::new(&agency.keys, law, today, agency.ledger.clock().now())?;
    for act in chain::forced_return(&shared, &person)? {
        agency.ledger.record(act).await?;
    }
    write(&agency, &database, &target, today).await?;
    println!("{} is written; commit it and never change it", target.display());
    Ok(())
}

async fn write(
    agency: &Agency,
    database: &litopys_migrations::testing::TestDatabase,
    target: &Path,
    today: jiff::civil::Date,
) -> anyhow::Result<()> {
    fs::create_dir_all(target.join("packages"))?;
    let pool = database.pool(Role::Auditor);
    let payloads: Vec<String> =
        sqlx::query_scalar("select payload::text from events order by position")
            .fetch_all(&pool)
            .await?;
    fs::write(target.join("events.ndjson"), payloads.join("\n") + "\n")?;
    let texts: Vec<(String, String)> =
        sqlx::query_as("select encode(sha256, 'hex'), content from packages")
            .fetch_all(&pool)
            .await?;
    for (hash, content) in texts {
        fs::write(target.join("packages").join(hash), content)?;
    }
    let stream = case_of(&payloads)?;
    let acts = agency.ledger.streams().load(&stream).await?;
    let world = agency.ledger.tail().world();
    let state = state(&world.laws, &acts, View::new(today, u64::MAX));
    let head = agency.ledger.reader().head().await?;
    let expected = json!({
        "size": head.size,
        "root": head.root,
        "checkpoint": agency.ledger.reader().sign(head)?,
        "ledger_key": litopys_domain::keys::PublicKey::of(&agency.keys.ledger),
        "case": stream,
        "today": today,
        "state": state,
    });
    fs::write(target.join("expected.json"), serde_json::to_string_pretty(&expected)? + "\n")?;
    Ok(())
}

fn case_of(payloads: &[String]) -> anyhow::Result<litopys_domain::ids::StreamId> {
    let last = payloads.last().context("no events")?;
    Ok(litopys_domain::act::Act::from_payload(last)?.statement().stream.clone())
}
