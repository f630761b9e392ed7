//! Databases for tests: one private cluster a process, one database a test.
//!
//! The cluster is made at the first call, lies in the temporary directory, runs without fsync
//! and ends with the process. A template is migrated once and cloned for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

use crate::cluster::{Cluster, ClusterOptions};
use crate::role::Role;
use crate::schema;

const TEMPLATE: &str = "litopys_template";
/// Many tests share one server; none needs many connections at once.
const POOL_CONNECTIONS_MAX: u32 = 8;

static SHARED: OnceCell<Cluster> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A migrated database of its own on the shared cluster. It is not dropped: the whole cluster
/// goes when the process ends.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    name: String,
    cluster: &'static Cluster,
}

/// A fresh database, cloned from the migrated template.
///
/// # Panics
/// Where no cluster can be started; the message says why and how to mend it.
pub async fn database() -> TestDatabase {
    let cluster = shared_cluster().await;
    let name = next_name();
    clone_template(cluster, &name).await;
    TestDatabase { name, cluster }
}

/// The cluster that the databases of this process share.
///
/// # Panics
/// Where no cluster can be started; the message says why and how to mend it.
pub async fn shared_cluster() -> &'static Cluster {
    SHARED
        .get_or_init(|| async {
            let cluster = private_cluster().await;
            let admin = cluster.superuser_options("postgres");
            schema::prepare_database(&admin, TEMPLATE).await.unwrap_or_else(fail);
            cluster
        })
        .await
}

/// A cluster for one test alone, which may kill it and start it again. Empty: the test calls
/// [`schema::prepare_database`]. It ends with the process or when it is dropped.
///
/// # Panics
/// Where no cluster can be started; the message says why and how to mend it.
pub async fn private_cluster() -> Cluster {
    let options = ephemeral_options();
    tokio::task::spawn_blocking(|| Cluster::open(options).unwrap_or_else(fail))
        .await
        .unwrap_or_else(fail)
}

/// Options for an ephemeral cluster in a new temporary directory, without fsync.
///
/// # Panics
/// Where the temporary directory is not writable.
pub fn ephemeral_options() -> ClusterOptions {
    let dir = tempfile::Builder::new().prefix("litopys-").tempdir().unwrap_or_else(fail).keep();
    let mut options = ClusterOptions::new(dir);
    options.fsync = false;
    "32MB".clone_into(&mut options.shared_buffers);
    options.ephemeral = true;
    options
}

impl TestDatabase {
    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cluster it lies in, shared with other tests: not to be stopped or killed.
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// How to log in as `role`.
    pub fn options(&self, role: Role) -> PgConnectOptions {
        self.cluster.options(&self.name, role)
    }

    /// The same as a URL.
    pub fn url(&self, role: Role) -> String {
        self.cluster.database_url(&self.name, role)
    }

    /// A pool that logs in as `role`.
    pub fn pool(&self, role: Role) -> PgPool {
        PgPoolOptions::new()
            .max_connections(POOL_CONNECTIONS_MAX)
            .connect_lazy_with(self.options(role))
    }

    /// A second database with the same contents, to be tampered with while this one lives on.
    ///
    /// # Panics
    /// Where Postgres refuses; the message says why.
    pub async fn copy(&self) -> Self {
        let name = next_name();
        let (cluster, from, to) = (self.cluster, self.name.clone(), name.clone());
        tokio::task::spawn_blocking(move || cluster.copy_database(&from, &to))
            .await
            .unwrap_or_else(fail)
            .unwrap_or_else(fail);
        Self { name, cluster }
    }
}

fn next_name() -> String {
    format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed))
}

async fn clone_template(cluster: &Cluster, name: &str) {
    let mut admin = cluster.superuser_options("postgres").connect().await.unwrap_or_else(fail);
    let create =
        format!("create database {} template {}", schema::quoted(name), schema::quoted(TEMPLATE));
    admin.execute(create.as_str()).await.unwrap_or_else(fail);
    schema::set_database_rights(&mut admin, name).await.unwrap_or_else(fail);
    admin.close().await.unwrap_or_else(fail);
}

/// A test without its database can only stop, with the whole chain of causes.
fn fail<T>(error: impl std::error::Error) -> T {
    let mut message = format!("no test database: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    panic!("{message}")
}
