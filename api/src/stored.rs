//! Stored data that contradicts itself is its own kind of error, with a locator: never a 404.

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
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> StoredError {
    StoredError::Corrupt { table, column, row: row.to_string() }
}
