//! Writes a batch's rows: one statement a table, however many rows.

use serde::Serialize;
use sqlx::PgConnection;

use crate::error::{ProjectionError, corrupt};
use crate::fold::rows::Rows;

/// Writes all rows into the schemas of the connection's search path.
pub(crate) async fn write(
    connection: &mut PgConnection,
    rows: &Rows,
) -> Result<(), ProjectionError> {
    write_cases(connection, rows).await?;
    write_signatories(connection, rows).await?;
    insert(connection, "persons", &rows.persons).await?;
    close_units(connection, rows).await?;
    insert(connection, "decisions", &rows.units).await
}

async fn write_cases(connection: &mut PgConnection, rows: &Rows) -> Result<(), ProjectionError> {
    if !rows.cases_before.is_empty() {
        for delete in [
            "delete from cases where id = any ($1)",
            "delete from worklist where case_id = any ($1)",
        ] {
            sqlx::query(delete)
                .persistent(false)
                .bind(&rows.cases_before)
                .execute(&mut *connection)
                .await?;
        }
    }
    insert(connection, "cases", &rows.cases).await?;
    insert(connection, "worklist", &rows.worklist).await?;
    insert(connection, "timeline", &rows.timeline).await
}

async fn write_signatories(
    connection: &mut PgConnection,
    rows: &Rows,
) -> Result<(), ProjectionError> {
    let ids: Vec<&str> = rows.signatories.iter().map(|row| row.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for delete in [
        "delete from signatories where id = any ($1)",
        "delete from posts where officer = any ($1)",
        "delete from competences where officer = any ($1)",
    ] {
        sqlx::query(delete).persistent(false).bind(&ids).execute(&mut *connection).await?;
    }
    insert(connection, "signatories", &rows.signatories).await?;
    insert(connection, "posts", &rows.posts).await?;
    insert(connection, "competences", &rows.competences).await
}

/// Each closes exactly one open unit; anything else means that table and log disagree.
async fn close_units(connection: &mut PgConnection, rows: &Rows) -> Result<(), ProjectionError> {
    if rows.closed_units.is_empty() {
        return Ok(());
    }
    let closed = sqlx::query(
        "update decisions u set to_position = c.to_position
           from json_to_recordset($1::json) as c (statement text, to_position bigint)
          where u.statement = c.statement and u.to_position is null",
    )
    .persistent(false)
    .bind(json(&rows.closed_units)?)
    .execute(connection)
    .await?
    .rows_affected();
    if closed == rows.closed_units.len() as u64 {
        return Ok(());
    }
    let reason = format!("{closed} of {} units were open", rows.closed_units.len());
    let first = rows.closed_units.first().map_or("", |unit| &unit.statement);
    Err(corrupt("decisions", "to_position", first, reason))
}

/// Inserts by column name. The statement is not kept prepared: the same text means other tables
/// once schemas have been renamed.
async fn insert<T: Serialize>(
    connection: &mut PgConnection,
    table: &'static str,
    rows: &[T],
) -> Result<(), ProjectionError> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = format!(
        "insert into {table} select * from json_populate_recordset(null::{table}, $1::json)"
    );
    sqlx::query(&statement).persistent(false).bind(json(rows)?).execute(connection).await?;
    Ok(())
}

fn json<T: Serialize>(rows: &[T]) -> Result<String, ProjectionError> {
    serde_json::to_string(rows).map_err(|error| sqlx::Error::Encode(Box::new(error)).into())
}
