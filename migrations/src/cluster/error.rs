//! What can go wrong with a private cluster, each with how to mend it.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a private cluster could not be opened, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Postgres is not installed.
    #[error(
        "PostgreSQL server programs (initdb, postgres) not found in $PG_BIN, on PATH or in \
         /usr/lib/postgresql/*/bin; install them with: apt-get install -y \
         --no-install-recommends postgresql, or point DATABASE_URL at a running server"
    )]
    NoPrograms,
    /// `postgres --version` said nothing that can be read.
    #[error("cannot read the version of {program}: it says {said:?}")]
    Version {
        /// The program asked.
        program: PathBuf,
        /// Its answer.
        said: String,
    },
    /// Neither user is in `/etc/passwd`, and Postgres does not run as root.
    #[error(
        "PostgreSQL does not run as root, and /etc/passwd has neither a user `postgres` nor \
         `nobody`; create one with: useradd --system postgres"
    )]
    NoServerUser,
    /// The unprivileged user lacks `x` on a parent of the data directory.
    #[error(
        "user `{user}` cannot reach {dir}: {blocked_at} is mode {mode:o}; choose another data \
         directory, or allow passing with: chmod o+x {blocked_at}"
    )]
    Unreachable {
        /// The user the server would run as.
        user: String,
        /// The data directory.
        dir: PathBuf,
        /// The parent that stands in the way.
        blocked_at: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The lock is held.
    #[error("{0} is in use by another process; stop that one first, or choose another directory")]
    InUse(PathBuf),
    /// Unix sockets have short names.
    #[error(
        "the socket path {0} is longer than the {max} bytes a unix socket may have; choose a \
         shorter data directory",
        max = super::SOCKET_PATH_BYTES_MAX
    )]
    SocketPathTooLong(PathBuf),
    /// The files belong to another major version.
    #[error(
        "{data} was made by PostgreSQL {found}, but the programs in {bin_dir} are version \
         {programs}; either set PG_BIN to the programs of version {found}, or upgrade the files \
         (keep a backup):\n{upgrade}"
    )]
    OtherVersion {
        /// The data directory.
        data: PathBuf,
        /// The major version that made it.
        found: String,
        /// The major version of the programs.
        programs: String,
        /// Where the programs are.
        bin_dir: PathBuf,
        /// The commands that upgrade the files.
        upgrade: String,
    },
    /// There are files, but they are no whole data directory.
    #[error("{0} is not a PostgreSQL data directory (no PG_VERSION); move it away or restore it")]
    NotADataDirectory(PathBuf),
    /// A restore would overwrite files of a cluster.
    #[error("{0} exists already; nothing is restored over it, so choose another directory")]
    AlreadyThere(PathBuf),
    /// A client program failed.
    #[error("{program} ended with {status}: {said}")]
    Client {
        /// Which program.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// initdb failed.
    #[error("initdb failed with {status}:\n{output}")]
    Initdb {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        output: String,
    },
    /// The server ended before it was ready.
    #[error("the private PostgreSQL server ended with {status} while starting:\n{log}")]
    EndedAtStart {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The server is still recovering.
    #[error("the private PostgreSQL server was not ready after {seconds} s:\n{log}")]
    NotReady {
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// The server survived every signal.
    #[error("PostgreSQL process {pid} does not end, not even on SIGKILL")]
    DoesNotEnd {
        /// Its process id.
        pid: i32,
    },
    /// A file operation failed.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Adds to an I/O error what was being done, and to what.
pub(crate) trait IoContext<T> {
    fn doing(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T, ClusterError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { doing, path: path.into(), source })
    }
}
