//! A second database with the same contents, for whoever wants to change a copy: the auditor's
//! demonstration and the tampering tests.

use std::process::{ExitStatus, Stdio};

use super::Cluster;
use super::error::{ClusterError, IoContext};
use crate::role::Role;
use crate::schema;

impl Cluster {
    /// Copies database `from` into a new database `to` through `pg_dump` and `psql`. Nobody has
    /// to disconnect; what is committed when it begins is copied, rights on tables included.
    pub fn copy_database(&self, from: &str, to: &str) -> Result<(), ClusterError> {
        let created = self
            .client("createdb", "postgres", Role::Superuser)
            .args(["--template=template0", "--encoding=UTF8", "--locale=C.UTF-8", to])
            .output()
            .doing("run", "createdb")?;
        check("createdb", created.status, &created.stderr)?;
        let mut dump = self
            .client("pg_dump", from, Role::Superuser)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .doing("run", "pg_dump")?;
        let restored = self
            .client("psql", to, Role::Superuser)
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"])
            .stdin(dump.stdout.take().map_or_else(Stdio::null, Stdio::from))
            .stdout(Stdio::null())
            .output();
        let dumped = dump.wait().doing("wait for", "pg_dump")?;
        let restored = restored.doing("run", "psql")?;
        check("psql", restored.status, &restored.stderr)?;
        check("pg_dump", dumped, b"its own words are above")?;
        // A dump of one database leaves out the rights on the database itself.
        let rights = self
            .client("psql", to, Role::Superuser)
            .args(["--no-psqlrc", "--quiet", "--command", &schema::database_rights(to)])
            .output()
            .doing("run", "psql")?;
        check("psql", rights.status, &rights.stderr)
    }
}

fn check(program: &'static str, status: ExitStatus, said: &[u8]) -> Result<(), ClusterError> {
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(said).trim().to_owned();
    Err(ClusterError::Client { program, status, said })
}
