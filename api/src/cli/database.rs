//! The ledger's database: the embedded one, or a server that somebody else runs.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use litopys_migrations::{Cluster, ClusterOptions, Role, prepare_database};
use sqlx::postgres::PgConnectOptions;

use super::data::{DataDir, Place};

/// The name of the embedded database.
pub(crate) const DATABASE: &str = "litopys";

/// An open database; a private one stops when this is closed or dropped.
#[derive(Clone)]
pub(crate) enum Database {
    Private(Arc<Cluster>),
    Foreign(Box<PgConnectOptions>),
}

impl Database {
    /// Opens what is there. Nothing is made: without a database the error says how to get one.
    pub(crate) async fn open(place: &Place) -> anyhow::Result<Self> {
        let dir = place.dir();
        if place.database_url.is_none() && !Cluster::exists(dir.root()) {
            bail!(
                "there is no database in {}: make a ledger with `litopys init`, or set \
                 DATABASE_URL",
                dir.root().display()
            );
        }
        Self::open_or_create(place).await
    }

    /// Opens the database, and makes the private cluster where it is missing.
    pub(crate) async fn open_or_create(place: &Place) -> anyhow::Result<Self> {
        if let Some(url) = &place.database_url {
            // The URL may hold a password: it is not repeated.
            let options = url.parse().context("DATABASE_URL cannot be read as a Postgres URL")?;
            return Ok(Self::Foreign(Box::new(options)));
        }
        Self::open_private(&place.dir()).await
    }

    async fn open_private(dir: &DataDir) -> anyhow::Result<Self> {
        let options = ClusterOptions::new(dir.root());
        let cluster = tokio::task::spawn_blocking(move || Cluster::open(options)).await?;
        let failed = || format!("cannot open the embedded database in {}", dir.root().display());
        Ok(Self::Private(Arc::new(cluster.with_context(failed)?)))
    }

    /// How to log in as a role of the ledger. On a foreign server the superuser is whoever the
    /// URL names.
    pub(crate) fn options(&self, role: Role) -> PgConnectOptions {
        match self {
            Self::Private(cluster) => cluster.options(DATABASE, role),
            Self::Foreign(options) if role == Role::Superuser => (**options).clone(),
            Self::Foreign(options) => (**options).clone().username(role.name()),
        }
    }

    /// Brings tables and roles up to date. A foreign server needs a superuser for it.
    pub(crate) async fn prepare(&self) -> anyhow::Result<()> {
        let admin = match self {
            Self::Private(cluster) => cluster.superuser_options("postgres"),
            Self::Foreign(options) => (**options).clone(),
        };
        let name = match self {
            Self::Private(_) => DATABASE.to_owned(),
            Self::Foreign(options) => {
                options.get_database().unwrap_or(options.get_username()).to_owned()
            }
        };
        prepare_database(&admin, &name).await.context("the database cannot be made ready")
    }

    /// Stops a private server with a checkpoint.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        if let Self::Private(cluster) = self {
            tokio::task::spawn_blocking(move || cluster.stop()).await??;
        }
        Ok(())
    }
}
