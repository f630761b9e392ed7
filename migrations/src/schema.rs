//! Brings a database to the schema this build needs.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::role::Role;

/// The numbered files of `sql/`, compiled in.
pub static MIGRATOR: Migrator = sqlx::migrate!("./sql");

/// Postgres's SQLSTATEs for `create database` of a name that is taken, or taken at this moment.
const NAME_TAKEN: [&str; 2] = ["42P04", "23505"];

/// Two processes that start together would otherwise update the same catalogue row and one fail.
const RIGHTS_LOCK: i64 = 0x006c_6974_6f70_7973;

/// Why a database could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// No connection with the rights of a superuser.
    #[error("cannot connect to database `{database}` to prepare it")]
    Connect {
        /// The database that was asked for.
        database: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// `create database` failed.
    #[error("cannot create database `{database}`; the role needs the right to create databases")]
    Create {
        /// The database that was to be created.
        database: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// A migration failed, was edited after its release, or comes from a newer build.
    #[error("cannot migrate the database; migrations need a superuser (they create roles)")]
    Migrate(#[from] MigrateError),
    /// The rights that belong to the database as a whole could not be given.
    #[error("cannot set the rights on the database; its owner or a superuser must")]
    Rights(#[source] sqlx::Error),
}

/// Runs all migrations that `pool`'s database lacks and sets the rights on the database itself.
/// The pool must log in as a superuser, because roles are created and tables are given away.
/// Safe to run at every start and from several processes at once.
pub async fn migrate(pool: &PgPool) -> Result<(), SchemaError> {
    let mut connection = pool.acquire().await.map_err(SchemaError::Rights)?;
    migrate_connection(&mut connection).await
}

/// Creates `database` where it is missing (UTF-8, locale C.UTF-8 so that order never depends on
/// the host) and migrates it. `admin` logs in as a superuser, to whichever database.
pub async fn prepare_database(admin: &PgConnectOptions, database: &str) -> Result<(), SchemaError> {
    create_database(admin, database).await?;
    let mut connection = connect(&admin.clone().database(database)).await?;
    migrate_connection(&mut connection).await?;
    // Closed in earnest, so that the database can be used as a template at once.
    connection.close().await.map_err(SchemaError::Rights)
}

/// Sets the rights on the database as a whole. They are no part of the migrations because a
/// database cloned from a template or restored from a dump does not inherit them.
pub(crate) async fn set_database_rights(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), sqlx::Error> {
    connection.execute(database_rights(database).as_str()).await.map(|_| ())
}

/// Only the roles of the ledger connect, and the projector may create schemas.
pub(crate) fn database_rights(database: &str) -> String {
    let database = quoted(database);
    let [writer, projector, auditor, statistician] = Role::LIMITED;
    format!(
        "select pg_advisory_xact_lock({RIGHTS_LOCK});
         revoke all on database {database} from public;
         grant connect on database {database} to {writer}, {projector}, {auditor}, {statistician};
         grant create on database {database} to {projector};"
    )
}

/// A name as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn migrate_connection(connection: &mut PgConnection) -> Result<(), SchemaError> {
    MIGRATOR.run_direct(&mut *connection).await?;
    let database: String = sqlx::query_scalar("select current_database()::text")
        .fetch_one(&mut *connection)
        .await
        .map_err(SchemaError::Rights)?;
    set_database_rights(connection, &database).await.map_err(SchemaError::Rights)
}

async fn create_database(admin: &PgConnectOptions, database: &str) -> Result<(), SchemaError> {
    let failed = |source| SchemaError::Create { database: database.to_owned(), source };
    let mut connection = connect(admin).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
    if !exists {
        let create = format!(
            "create database {} template template0 encoding 'UTF8' \
             lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'",
            quoted(database)
        );
        match connection.execute(create.as_str()).await {
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| NAME_TAKEN.contains(&code.as_ref())) => {}
            other => {
                other.map_err(failed)?;
            }
        }
    }
    connection.close().await.map_err(failed)
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, SchemaError> {
    options.connect().await.map_err(|source| SchemaError::Connect {
        database: options.get_database().unwrap_or_default().to_owned(),
        source,
    })
}
