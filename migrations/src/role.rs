//! The database roles of the ledger, as `sql/0001_roles.sql` creates them.

use std::fmt;

/// Whom a connection logs in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// `postgres`, the superuser of the embedded cluster: migrations, backups, tampering tests.
    Superuser,
    /// `litopys_writer`: the appender and the answers of the API.
    Writer,
    /// `litopys_projector`: follows the log and owns the read schemas.
    Projector,
    /// `litopys_auditor`: reads everything but the vault.
    Auditor,
    /// `litopys_statistician`: protected aggregates only.
    Statistician,
}

impl Role {
    /// The roles that the migrations create and that can log in.
    pub const LIMITED: [Self; 4] =
        [Self::Writer, Self::Projector, Self::Auditor, Self::Statistician];

    /// The name of the role in Postgres.
    pub fn name(self) -> &'static str {
        match self {
            Self::Superuser => "postgres",
            Self::Writer => "litopys_writer",
            Self::Projector => "litopys_projector",
            Self::Auditor => "litopys_auditor",
            Self::Statistician => "litopys_statistician",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
