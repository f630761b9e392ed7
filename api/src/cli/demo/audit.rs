//! Step 4: the auditor finds the ledger sound, and one changed event in a copy of it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use litopys_domain::act::Act;
use litopys_domain::ids::StreamId;
use litopys_migrations::Role;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::stage::{Stage, expect_equal};
use crate::cli::act::Answered;
use crate::cli::database::DATABASE;
use crate::cli::out::say;

/// A copy of the database, to be tampered with.
const COPY: &str = "litopys_tampered";

pub(super) struct Audited {
    pub events: u64,
    pub report: Value,
    pub finding: Value,
}

pub(super) fn run(stage: &Stage, decision: &Answered) -> anyhow::Result<Audited> {
    let (status, report) = audit(stage, DATABASE)?;
    if status != 0 {
        bail!("the auditor finds faults in the demonstration's ledger: {report}");
    }
    let events = report["events"].as_u64().context("the auditor counts no events")?;
    let head = stage.runtime.block_on(stage.ledger.reader().head())?;
    expect_equal("events that the auditor read", &head.size, &events)?;
    say!("litopys-audit verify --all: sound; {events} events, root {}", text(&report["root"]));
    let finding = tampered(stage, decision)?;
    Ok(Audited { events, report, finding })
}

/// Changes one stored event by SQL in a copy, and has the auditor find it.
fn tampered(stage: &Stage, decision: &Answered) -> anyhow::Result<Value> {
    let position = i64::try_from(decision.receipt.position)?;
    let act = Act::from_payload(&decision.receipt.payload)?;
    let place = act.place.as_ref().context("a recorded act has a place")?;
    stage.cluster.copy_database(DATABASE, COPY).context("the database cannot be copied")?;
    stage.runtime.block_on(change(stage, position))?;
    say!("in a copy (pg_dump), by SQL as superuser: the country in position {position} is now AZE");
    let (status, report) = audit(stage, COPY)?;
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let stream: &StreamId = &act.statement().stream;
    let found = findings.iter().find(|finding| {
        finding["stream"] == stream.to_string()
            && finding["sequence"] == place.sequence
            && finding["position"] == position
    });
    let Some(finding) = found.filter(|_| status == 1) else {
        bail!("the auditor does not name {stream} {} {position}: {report}", place.sequence);
    };
    say!("litopys-audit verify --all finds {}; about this event:", findings.len());
    say!(
        "  {}: stream {stream}, sequence {}, position {position}",
        text(&finding["code"]),
        place.sequence
    );
    say!("  {}", text(&finding["en"]));
    say!("  {}", text(&finding["uk"]));
    Ok(finding.clone())
}

/// What a database superuser can do, triggers and all.
async fn change(stage: &Stage, position: i64) -> anyhow::Result<()> {
    let options = stage.cluster.superuser_options(COPY);
    let mut connection = PgConnection::connect_with(&options).await?;
    connection.execute("alter table events disable trigger all").await?;
    let changed = sqlx::query(
        "update events set payload = replace(payload::text, '\"country\":\"GEO\"',
         '\"country\":\"AZE\"')::json where position = $1",
    )
    .bind(position)
    .execute(&mut connection)
    .await?;
    connection.execute("alter table events enable trigger all").await?;
    connection.close().await?;
    expect_equal("rows changed by SQL", &1, &changed.rows_affected())
}

/// The auditor is another program, with code of its own.
fn audit(stage: &Stage, database: &str) -> anyhow::Result<(i32, Value)> {
    let program = auditor()?;
    let output = Command::new(&program)
        .args(["verify", "--all", "--json", "--trust"])
        .arg(stage.place.dir().trust_file())
        .arg("--database-url")
        .arg(stage.cluster.database_url(database, Role::Auditor))
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let status = output.status.code().unwrap_or(-1);
    if status == 2 {
        bail!("the auditor could not run; it says why above");
    }
    let report = serde_json::from_slice(&output.stdout).context("its report is no JSON")?;
    Ok((status, report))
}

fn auditor() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("litopys-audit");
    if program.is_file() {
        return Ok(program);
    }
    bail!(
        "the auditor is not at {}: build it too, as `make demo` does (cargo build --release \
         -p litopys-audit)",
        program.display()
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
