//! Stored data that contradicts itself is its own kind of error, with a locator: never a 404.

pub(crate) mod tiles;

/// Why stored data could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error(
        "stored data is corrupt: table `{table}`, column `{column}`, row {row}; run `litopys-audit verify --all`"
    )]
    Corrupt { table: &'static str, column: &'static str, row: String },
}

/// Names the place that contradicts itself.
#[expect(clippy::needless_pass_by_value, reason = "rows are numbers and names made at the call")]
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> StoredError {
    StoredError::Corrupt { table, column, row: row.to_string() }
}

/// Positions and sizes fit: the log refuses more than `i64::MAX` leaves.
pub(crate) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
