//! The schemas that the projector owns: made, measured, renamed.

use sqlx::{Connection, Executor, PgConnection};

use crate::error::{ProjectionError, signed, unsigned};

/// The shape of the tables in `sql/`, and what the fold puts into them. Raised with every change of
/// either; a runner that finds an older one rebuilds.
pub(crate) const VERSION: i32 = 5;

/// Held by the one process that follows the log.
pub(crate) const RUNNER_LOCK: i64 = 0x6c69_746f_7079_0001;
/// Held by the one process that rebuilds.
pub(crate) const REBUILD_LOCK: i64 = 0x6c69_746f_7079_0002;
/// Held in a transaction while names are resolved: by each batch, and by the swap.
const NAMES_LOCK: i64 = 0x6c69_746f_7079_0003;

/// The names of one set of schemas.
#[derive(Debug, Clone)]
pub(crate) struct Schemas {
    reads: String,
    units: String,
    statistics: String,
}

impl Schemas {
    /// Those that answers are read from.
    pub(crate) fn live() -> Self {
        Self::with("")
    }

    /// A set beside the live one.
    pub(crate) fn beside(number: i64) -> Self {
        Self::with(&format!("_{number}"))
    }

    fn with(suffix: &str) -> Self {
        Self {
            reads: format!("reads{suffix}"),
            units: format!("statistics_units{suffix}"),
            statistics: format!("statistics{suffix}"),
        }
    }

    fn names(&self) -> [&str; 3] {
        [&self.reads, &self.units, &self.statistics]
    }

    /// Where rows are written.
    fn path(&self) -> String {
        format!("{}, {}", self.reads, self.units)
    }

    /// Makes empty tables, with all rights.
    pub(crate) async fn create(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let Self { reads, units, statistics } = self;
        let mut transaction = connection.begin().await?;
        for name in self.names() {
            transaction.execute(format!("create schema {name}").as_str()).await?;
        }
        for (path, sql) in [
            (reads.clone(), include_str!("../sql/reads.sql")),
            (units.clone(), include_str!("../sql/units.sql")),
            (format!("{statistics}, {units}"), include_str!("../sql/statistics.sql")),
        ] {
            set_path(&mut transaction, &path).await?;
            transaction.execute(sql).await?;
        }
        // Default privileges let writer and auditor read whatever the projector makes. Units are
        // for the auditor alone; the cells also for the statistician.
        let rights = format!(
            "revoke all on schema {units} from litopys_writer;
             revoke all on all tables in schema {units} from litopys_writer;
             grant usage on schema {statistics} to litopys_statistician;
             revoke all on all functions in schema {statistics} from public;
             grant execute on all functions in schema {statistics}
                to litopys_statistician, litopys_writer, litopys_auditor;"
        );
        transaction.execute(rights.as_str()).await?;
        let first = format!("insert into {reads}.progress (version, size) values ({VERSION}, 0)");
        transaction.execute(first.as_str()).await?;
        Ok(transaction.commit().await?)
    }

    /// Adds the indexes that the fold does not need itself, and tells the planner what is there.
    pub(crate) async fn index(&self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let mut transaction = connection.begin().await?;
        for (path, sql) in [
            (&self.reads, include_str!("../sql/reads_indexes.sql")),
            (&self.units, include_str!("../sql/units_indexes.sql")),
        ] {
            set_path(&mut transaction, path).await?;
            transaction.execute(sql).await?;
        }
        set_path(&mut transaction, &self.path()).await?;
        transaction.execute("analyze cases; analyze timeline; analyze decisions;").await?;
        Ok(transaction.commit().await?)
    }

    /// Turns the search path of this transaction to these schemas.
    pub(crate) async fn enter(&self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        set_path(connection, &self.path()).await
    }

    /// Moves the progress row from one size to the next, in the schemas entered.
    pub(crate) async fn advance(
        connection: &mut PgConnection,
        from: u64,
        to: u64,
    ) -> Result<(), ProjectionError> {
        let moved = sqlx::query("update progress set size = $2 where size = $1 and version = $3")
            .persistent(false)
            .bind(signed(from))
            .bind(signed(to))
            .bind(VERSION)
            .execute(connection)
            .await?
            .rows_affected();
        if moved == 1 { Ok(()) } else { Err(ProjectionError::Moved { expected: from }) }
    }

    /// Gives these schemas the names of those, and those the names `away`.
    pub(crate) async fn take_place_of(
        &self,
        those: &Self,
        away: &Self,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let moves = those.names().into_iter().zip(away.names());
        for (old, new) in moves.chain(self.names().into_iter().zip(those.names())) {
            if exists(connection, old).await? {
                connection.execute(format!("alter schema {old} rename to {new}").as_str()).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn drop(&self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        for name in self.names() {
            connection.execute(format!("drop schema if exists {name} cascade").as_str()).await?;
        }
        Ok(())
    }
}

/// Version and size of the live read models; none where there are none.
pub(crate) async fn live_progress(
    connection: &mut PgConnection,
) -> Result<Option<(i32, u64)>, ProjectionError> {
    if !exists(connection, "reads").await? {
        return Ok(None);
    }
    let (version, size): (i32, i64) = sqlx::query_as("select version, size from reads.progress")
        .persistent(false)
        .fetch_one(connection)
        .await?;
    Ok(Some((version, unsigned(size))))
}

/// Holds the names of the live schemas still until the transaction ends.
pub(crate) async fn hold_names(connection: &mut PgConnection) -> Result<(), ProjectionError> {
    sqlx::query!("select pg_advisory_xact_lock($1)", NAMES_LOCK).fetch_one(connection).await?;
    Ok(())
}

/// Numbers of sets that a rebuild left behind, finished or not.
pub(crate) async fn left_behind(
    connection: &mut PgConnection,
) -> Result<Vec<i64>, ProjectionError> {
    let numbers = sqlx::query_scalar!(
        r#"select distinct substring(nspname from '\d+$')::bigint as "number!"
             from pg_namespace
            where nspname ~ '^(reads|statistics_units|statistics)_\d+$' order by 1"#
    )
    .fetch_all(connection)
    .await?;
    Ok(numbers)
}

async fn exists(connection: &mut PgConnection, schema: &str) -> Result<bool, ProjectionError> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from pg_namespace where nspname = $1) as "found!""#,
        schema,
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

async fn set_path(connection: &mut PgConnection, path: &str) -> Result<(), ProjectionError> {
    sqlx::query!("select set_config('search_path', $1, true)", path).fetch_one(connection).await?;
    Ok(())
}
