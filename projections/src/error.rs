//! What can go wrong on the reading side, and which of it passes by itself.

/// Why a projection could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(
        "stored data is corrupt: table `{table}`, column `{column}`, row {row}: {reason}; run `litopys-audit verify --all`"
    )]
    Corrupt { table: &'static str, column: &'static str, row: String, reason: String },
    #[error(
        "the log has a gap: position {expected} is missing, {found} follows; run `litopys-audit verify --all`"
    )]
    Gap { expected: u64, found: u64 },
    #[error(
        "the read models are of version {found}, this program knows {known}: use the newer program"
    )]
    Newer { found: i32, known: i32 },
    /// Another process wrote or swapped the read models; what is in memory is out of date.
    #[error("the read models moved from size {expected} under this process")]
    Moved { expected: u64 },
    #[error("position {wanted} was not reflected within {waited_ms} ms; the answer stands at {at}")]
    TimedOut { wanted: u64, at: u64, waited_ms: u128 },
}

impl ProjectionError {
    /// Whether the read models are not there yet: undefined table or schema.
    pub fn is_unmade(&self) -> bool {
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| matches!(&*code, "42P01" | "3F000"))
    }

    /// True for trouble with the connection or the server, which passes by itself: classes 08, 57
    /// and 53 of SQLSTATE, a deadlock, a lock not had in time.
    pub fn is_transient(&self) -> bool {
        let Self::Database(error) = self else { return matches!(self, Self::Moved { .. }) };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                ["08", "57", "53", "40"].iter().any(|class| code.starts_with(class))
                    || code == "55P03"
            }),
            _ => false,
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "callers hand over what they have at hand")]
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl ToString,
    reason: impl ToString,
) -> ProjectionError {
    ProjectionError::Corrupt { table, column, row: row.to_string(), reason: reason.to_string() }
}

/// Positions fit: the log refuses more than `i64::MAX` leaves.
pub(crate) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// Reads a position or size that a check constraint keeps from being negative.
pub(crate) fn unsigned(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
