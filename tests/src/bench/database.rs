//! One cluster with durable settings for the whole run, and a fresh database for each measurement.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use litopys_migrations::{Cluster, ClusterOptions, Role, prepare_database};
use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// Longer than the read models ever took to follow a run.
const READ_MODELS_WITHIN: Duration = Duration::from_mins(1);

/// The cluster of the run; durable, so that every figure pays for its fsync.
pub(crate) struct Databases {
    cluster: Cluster,
    made: std::sync::atomic::AtomicU32,
    _dir: tempfile::TempDir,
}

impl Databases {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("litopys-bench").tempdir()?;
        // The server runs as another user when we are root.
        let reachable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path(), reachable)?;
        let cluster = Cluster::open(ClusterOptions::new(dir.path().join("cluster")))?;
        Ok(Self { cluster, made: std::sync::atomic::AtomicU32::new(0), _dir: dir })
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// A migrated, empty database of its own.
    pub(crate) async fn fresh(&self) -> anyhow::Result<String> {
        let number = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("bench_{number}");
        prepare_database(&self.cluster.superuser_options("postgres"), &name)
            .await
            .context("cannot prepare a database for the bench")?;
        Ok(name)
    }

    pub(crate) fn options(&self, database: &str, role: Role) -> PgConnectOptions {
        self.cluster.options(database, role)
    }

    /// Removes a database that has been measured, so that its vacuum disturbs nobody.
    pub(crate) async fn forget(&self, database: &str) -> anyhow::Result<()> {
        let admin = self.pool("postgres", 1).await?;
        admin.execute(format!("drop database {database} with (force)").as_str()).await?;
        Ok(())
    }

    /// Waits until the read models show the first `size` acts.
    pub(crate) async fn read_models_at(&self, database: &str, size: u64) -> anyhow::Result<()> {
        let pool = self.pool(database, 1).await?;
        let shown = "select coalesce((select size from reads.progress), 0) >= $1";
        let deadline = Instant::now() + READ_MODELS_WITHIN;
        while Instant::now() < deadline {
            let there: Result<bool, _> =
                sqlx::query_scalar(shown).bind(i64::try_from(size)?).fetch_one(&pool).await;
            if there.unwrap_or(false) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::bail!("the read models did not reach {size} within {READ_MODELS_WITHIN:?}")
    }

    pub(crate) async fn pool(&self, database: &str, connections: u32) -> anyhow::Result<PgPool> {
        let options = self.options(database, Role::Superuser);
        Ok(PgPoolOptions::new()
            .max_connections(connections)
            .min_connections(connections)
            .connect_with(options)
            .await?)
    }

    /// `fsync`, `synchronous_commit` and the version, as the server says them.
    pub(crate) async fn settings(&self) -> anyhow::Result<serde_json::Value> {
        let pool = self.pool("postgres", 1).await?;
        let mut settings = serde_json::Map::new();
        for name in
            ["server_version", "fsync", "synchronous_commit", "shared_buffers", "wal_sync_method"]
        {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(name)
                .fetch_one(&pool)
                .await?;
            settings.insert(name.to_owned(), value.into());
        }
        Ok(settings.into())
    }
}
