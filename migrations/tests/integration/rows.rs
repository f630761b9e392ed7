//! Rows that look like the appender's, for tests of the tables alone.

use sqlx::PgPool;
use sqlx::postgres::PgQueryResult;

/// A payload whose bytes jsonb would change: key order, spacing, number form.
pub(crate) const PAYLOAD: &str = r#"{"statement":{"b":1,"a":[ 1.0, 2]},"sequence":1}"#;

/// Inserts an event as the appender does: the payload as text, cast to json.
pub(crate) async fn insert_event(
    pool: &PgPool,
    position: u8,
) -> Result<PgQueryResult, sqlx::Error> {
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata, position, leaf_hash, statement_sha256, recorded_at)
         values ('case', 'one', $1, 'NoteAdded', 'litopys/1', $2::json, '{}', $3, $4, $4, now())",
    )
    .bind(i64::from(position) + 1)
    .bind(PAYLOAD)
    .bind(i64::from(position))
    .bind([position; 32].as_slice())
    .execute(pool)
    .await
}

/// One row in each of the other append-only tables.
pub(crate) async fn insert_others(pool: &PgPool) {
    for statement in [
        "insert into tiles values (0, 0, decode(repeat('00', 8192), 'hex'))",
        "insert into checkpoints values (1, 'note', now())",
        "insert into packages values (decode(repeat('00', 32), 'hex'), 'edition', '{}')",
        "insert into stream_subjects values ('person/x', 'case', 'one', 0)",
    ] {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
}

/// The SQLSTATE with which Postgres refused.
pub(crate) fn sqlstate<T: std::fmt::Debug>(result: Result<T, sqlx::Error>) -> String {
    let error = result.unwrap_err();
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

/// `insufficient_privilege`
pub(crate) const REFUSED: &str = "42501";
