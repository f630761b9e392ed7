//! Writes a batch's rows: one statement a table, however many rows.

use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;

use crate::error::{ProjectionError, corrupt};
use crate::fold::rows::Rows;

/// What is sent of a COPY at once; a text of all rows would grow through ever new memory.
const COPY_BYTES: usize = 64 * 1024;

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
            "delete from disputes where case_id = any ($1)",
            "delete from puts where dispute = any ($1)",
            "delete from defects where case_id = any ($1)",
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
    insert(connection, "disputes", &rows.disputes).await?;
    insert(connection, "puts", &rows.puts).await?;
    insert(connection, "defects", &rows.defects).await?;
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

/// Copies rows in, by column name: a column that the table lacks is an error. Nothing stays
/// prepared, for the same text means other tables once schemas have been renamed.
async fn insert<T: Serialize>(
    connection: &mut PgConnection,
    table: &'static str,
    rows: &[T],
) -> Result<(), ProjectionError> {
    let Some(first) = rows.first() else { return Ok(()) };
    let columns = columns_of(first)?.keys().cloned().collect::<Vec<_>>().join(", ");
    let statement = format!("copy {table} ({columns}) from stdin");
    let mut copy = connection.copy_in_raw(&statement).await?;
    let mut text = String::with_capacity(2 * COPY_BYTES);
    for row in rows {
        add_line(&mut text, &columns_of(row)?);
        if text.len() >= COPY_BYTES {
            copy.send(text.as_bytes()).await?;
            text.clear();
        }
    }
    copy.send(text.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// A row's columns; all rows of a type have the same, in the order of their names.
fn columns_of<T: Serialize>(row: &T) -> Result<Map<String, Value>, ProjectionError> {
    match serde_json::to_value(row).map_err(encode)? {
        Value::Object(columns) => Ok(columns),
        _ => Err(sqlx::Error::Encode("a row has columns".into()).into()),
    }
}

/// One line of COPY's text format: tabs between columns, `\\N` for null.
fn add_line(text: &mut String, columns: &Map<String, Value>) {
    for (index, value) in columns.values().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        match value {
            Value::Null => text.push_str("\\N"),
            Value::String(value) => add_escaped(text, value),
            json => add_escaped(text, &json.to_string()),
        }
    }
    text.push('\n');
}

fn add_escaped(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '\n', '\r', '\t']) {
        let (plain, special) = rest.split_at(at);
        text.push_str(plain);
        text.push_str(match special.as_bytes()[0] {
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            _ => "\\t",
        });
        rest = &special[1..];
    }
    text.push_str(rest);
}

fn json<T: Serialize>(rows: &[T]) -> Result<String, ProjectionError> {
    serde_json::to_string(rows).map_err(encode)
}

fn encode(error: serde_json::Error) -> ProjectionError {
    sqlx::Error::Encode(Box::new(error)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::rows::Texts;

    #[test]
    fn rows_become_lines_of_copy() {
        #[derive(Serialize)]
        struct Row {
            words: &'static str,
            absent: Option<u8>,
            list: Texts,
            json: Value,
        }
        let row = Row {
            words: "a\tb\\c\nd",
            absent: None,
            list: Texts(vec!["x".to_owned(), "y \"z\" \\".to_owned()]),
            json: serde_json::json!({"k": "\n"}),
        };
        let mut text = String::new();
        add_line(&mut text, &columns_of(&row).unwrap());
        let expected = [r"\N", r#"{"k":"\\n"}"#, r#"{"x","y \\"z\\" \\\\"}"#, r"a\tb\\c\nd"];
        assert_eq!(text, format!("{}\n", expected.join("\t")));
    }
}
