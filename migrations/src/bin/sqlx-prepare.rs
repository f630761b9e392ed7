//! Writes `.sqlx`, the shapes of all `query!` calls, so that ordinary builds need no database:
//! starts a temporary cluster, migrates a database and lets `cargo check` ask it. Run by
//! `make sqlx`. The library of this package uses no `query!` itself: this program could not be
//! built before it has run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, ensure};
use litopys_migrations::{Role, schema, testing};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

const DATABASE: &str = "litopys";
const PACKAGES: [&str; 6] = ["domain", "migrations", "projections", "api", "audit", "tests"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    let cluster = testing::private_cluster().await;
    schema::prepare_database(&cluster.superuser_options("postgres"), DATABASE).await?;
    make_read_schemas(cluster.superuser_options(DATABASE)).await?;

    // Old files are not pruned by sqlx, and a query that is gone must not seem checked.
    let offline = root.join(".sqlx");
    if offline.exists() {
        fs::remove_dir_all(&offline)?;
    }
    fs::create_dir(&offline)?;
    // Cargo cannot know that the macros must look again, unless the sources look new.
    for package in PACKAGES {
        touch_sources(&root.join(package))?;
    }
    let status = Command::new(env!("CARGO"))
        .args(["check", "--workspace", "--all-targets"])
        .current_dir(root)
        .env("DATABASE_URL", cluster.database_url(DATABASE, Role::Superuser))
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &offline)
        .status()
        .context("cannot run cargo check")?;
    ensure!(status.success(), "cargo check ended with {status}; .sqlx is not complete");
    Ok(())
}

/// The projector makes its schemas itself, at run time; queries on them are checked all the same.
async fn make_read_schemas(database: PgConnectOptions) -> anyhow::Result<()> {
    let mut connection = database.connect().await?;
    for (schema, path, sql) in [
        ("reads", "reads", include_str!("../../../projections/sql/reads.sql")),
        (
            "statistics_units",
            "statistics_units",
            include_str!("../../../projections/sql/units.sql"),
        ),
        (
            "statistics",
            "statistics, statistics_units",
            include_str!("../../../projections/sql/statistics.sql"),
        ),
    ] {
        let enter = format!("create schema {schema}; set search_path = {path};");
        connection.execute(enter.as_str()).await?;
        connection.execute(sql).await?;
    }
    Ok(connection.close().await?)
}

#[expect(clippy::disallowed_methods, reason = "cargo compares file times with the host's clock")]
fn touch_sources(dir: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            touch_sources(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            File::options().append(true).open(&path)?.set_modified(SystemTime::now())?;
        }
    }
    Ok(())
}
