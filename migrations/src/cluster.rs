//! A private Postgres: a cluster in a directory of ours, run from the programs on the machine,
//! on a unix socket that nobody else can open, started and stopped with the process.
//!
//! `<dir>/data` are Postgres's own files, `<dir>/socket` holds the socket, `<dir>/postgres.log`
//! what the server said, `<dir>/lock` is held by the process the server belongs to.
//!
//! Opening, stopping and dropping wait for the server and therefore block for up to some
//! seconds: asynchronous callers use `spawn_blocking`.

mod backup;
mod copy;
mod error;
mod initdb;
mod programs;
mod server;
mod settings;
mod supervise;
mod user;
mod watchdog;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

pub use self::error::ClusterError;
use self::error::IoContext;
use self::programs::Programs;
use self::user::ServerUser;
use self::watchdog::Watchdog;
use crate::role::Role;

/// `sizeof(sockaddr_un.sun_path)` on Linux, less the final NUL.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// Names the socket's file; nothing listens on the network.
const PORT: u16 = 5432;
const POLL: Duration = Duration::from_millis(50);

/// How a private cluster runs.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The cluster's directory; created where it is missing.
    pub dir: PathBuf,
    /// Never off but in tests: a power cut would lose what was acknowledged.
    pub fsync: bool,
    /// Postgres's `shared_buffers`.
    pub shared_buffers: String,
    /// Further settings as name and value; they win over ours.
    pub settings: Vec<(String, String)>,
    /// The server ends with this process, however that ends, and the directory is removed.
    /// For tests only.
    pub ephemeral: bool,
}

impl ClusterOptions {
    /// A durable cluster in `dir`, with the settings of a ledger.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            fsync: true,
            shared_buffers: "256MB".to_owned(),
            settings: Vec::new(),
            ephemeral: false,
        }
    }
}

/// Where the parts lie and how they are run; what starting and sweeping need to know.
#[derive(Debug)]
pub(crate) struct Layout {
    options: ClusterOptions,
    programs: Programs,
    user: Option<ServerUser>,
    data: PathBuf,
    socket: PathBuf,
    log: PathBuf,
}

/// A running private Postgres. It stops when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    layout: Layout,
    server: Mutex<Option<Child>>,
    _watchdog: Option<Watchdog>,
    /// Held as long as the cluster is ours; the system lets go of it when we die.
    _lock: File,
}

/// Where the cluster lies if nobody says otherwise: `/var/lib/litopys` for root, else
/// `$XDG_DATA_HOME/litopys` or `~/.local/share/litopys`.
pub fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/litopys");
    }
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".local/share");
    env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .unwrap_or_else(home)
        .join("litopys")
}

impl Cluster {
    /// Opens the cluster in `options.dir`: takes the lock, makes the files where there are none,
    /// stops a server that a killed owner left behind, starts ours and waits until it is ready.
    ///
    /// Fails where the programs are missing or of another major version than the files, where
    /// another process holds the cluster, and where the server's user cannot reach it.
    pub fn open(options: ClusterOptions) -> Result<Self, ClusterError> {
        let user = ServerUser::choose()?;
        user::make_passable(&options.dir, user.as_ref())?;
        let dir = fs::canonicalize(&options.dir).doing("resolve", &options.dir)?;
        let lock = take_lock(&dir)?;
        let watchdog = options.ephemeral.then(|| Watchdog::start(&dir)).transpose()?;
        let data = dir.join("data");
        let found = initdb::existing_version(&data)?;
        let programs = Programs::find(found.as_deref())?;
        let socket = dir.join("socket");
        check_socket_path(&socket)?;
        let log = dir.join("postgres.log");
        let layout = Layout { options, programs, user, data, socket, log };
        initdb::ensure(&layout, found.as_deref())?;
        user::make_private(&layout.socket, layout.user.as_ref())?;
        let cluster = Self { layout, server: Mutex::new(None), _watchdog: watchdog, _lock: lock };
        cluster.start()?;
        Ok(cluster)
    }

    /// Whether there are files of a cluster in `dir`. `open` would create them; whoever must
    /// not create a ledger asks first.
    pub fn exists(dir: &Path) -> bool {
        dir.join("data/PG_VERSION").is_file()
    }

    /// Starts the server again after it crashed or was stopped; nothing happens where it runs.
    pub fn start(&self) -> Result<(), ClusterError> {
        let mut server = self.server();
        if is_running(&mut server) {
            return Ok(());
        }
        server::sweep_orphans(&self.layout.data)?;
        *server = Some(server::start(&self.layout)?);
        Ok(())
    }

    /// Stops the server with a checkpoint: SIGINT, after 20 s SIGQUIT, then SIGKILL. The lock
    /// stays ours, so `start` may follow.
    pub fn stop(&self) -> Result<(), ClusterError> {
        self.server().take().map_or(Ok(()), |mut child| server::stop(&mut child))
    }

    /// Kills the server with SIGKILL, as a crash would. `start` then recovers it.
    pub fn kill(&self) -> Result<(), ClusterError> {
        self.server().take().map_or(Ok(()), |mut child| server::kill(&mut child))
    }

    /// Whether the server process runs. Never waits: while it is being started or stopped it
    /// does not count as running.
    pub fn is_alive(&self) -> bool {
        self.pid().is_some()
    }

    /// The process id of the server, where it runs.
    pub fn pid(&self) -> Option<u32> {
        let mut server = self.server_if_idle()?;
        is_running(&mut server).then(|| server.as_ref().map(Child::id)).flatten()
    }

    /// Waits until the server process ends by itself, and says how. `None` where it was stopped
    /// through this object. Cancelling loses nothing.
    pub async fn wait_exit(&self) -> Option<ExitStatus> {
        loop {
            if let Some(mut server) = self.server_if_idle() {
                match server.as_mut().map(Child::try_wait) {
                    Some(Ok(Some(status))) => return Some(status),
                    None | Some(Err(_)) => return None,
                    Some(Ok(None)) => {}
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// How to log in to `database` as `role`. No password is asked for on the private socket.
    pub fn options(&self, database: &str, role: Role) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.layout.socket)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role.name())
            .database(database)
    }

    /// How to log in to `database` as the superuser.
    pub fn superuser_options(&self, database: &str) -> PgConnectOptions {
        self.options(database, Role::Superuser)
    }

    /// The same as a URL that psql, `pg_dump` and sqlx understand.
    pub fn database_url(&self, database: &str, role: Role) -> String {
        database_url(&self.layout.options.dir, database, role)
    }

    /// The path of a Postgres program of the same version, such as `psql` or `pg_dump`.
    pub fn bin(&self, name: &str) -> PathBuf {
        self.layout.programs.path(name)
    }

    /// A client program of the same version that will connect to this cluster as `role`, through
    /// its environment. `database` is ignored by programs that want none (`pg_basebackup`).
    pub fn client(&self, name: &str, database: &str, role: Role) -> Command {
        client(&self.bin(name), &self.layout.socket, database, role)
    }

    /// The cluster's directory.
    pub fn dir(&self) -> &Path {
        &self.layout.options.dir
    }

    /// The directory of the socket, for `PGHOST`.
    pub fn socket_dir(&self) -> &Path {
        &self.layout.socket
    }

    /// What the server says, for whoever looks for a cause.
    pub fn log_file(&self) -> &Path {
        &self.layout.log
    }

    fn server(&self) -> MutexGuard<'_, Option<Child>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` while another thread starts or stops the server, which may take long.
    fn server_if_idle(&self) -> Option<MutexGuard<'_, Option<Child>>> {
        match self.server.try_lock() {
            Ok(server) => Some(server),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "the private PostgreSQL server could not be stopped");
        }
    }
}

/// The URL by which psql, `pg_dump` and sqlx reach the cluster in `dir`, also from a process that
/// does not hold it.
pub fn database_url(dir: &Path, database: &str, role: Role) -> String {
    let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let socket = dir.join("socket");
    format!(
        "postgres://{}@localhost:{PORT}/{}?host={}",
        role.name(),
        percent_encoded(database),
        percent_encoded(&socket.to_string_lossy())
    )
}

fn client(program: &Path, socket: &Path, database: &str, role: Role) -> Command {
    let mut command = Command::new(program);
    command
        .env("PGHOST", socket)
        .env("PGPORT", PORT.to_string())
        .env("PGUSER", role.name())
        .env("PGDATABASE", database)
        .env("PGSSLMODE", "disable");
    command
}

fn is_running(server: &mut Option<Child>) -> bool {
    server.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
}

fn take_lock(dir: &Path) -> Result<File, ClusterError> {
    let path = dir.join("lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .doing("open", &path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(ClusterError::InUse(dir.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(error).doing("lock", path),
    }
}

fn check_socket_path(socket_dir: &Path) -> Result<(), ClusterError> {
    let path = socket_dir.join(format!(".s.PGSQL.{PORT}"));
    if path.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
        return Err(ClusterError::SocketPathTooLong(path));
    }
    Ok(())
}

/// Everything but unreserved characters and `/` as `%XX` (RFC 3986, section 2.1).
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_socket_whatever_the_directory_is_called() {
        let url = database_url(Path::new("/nowhere/a b&c=ї"), "my ledger", Role::Auditor);
        let options: PgConnectOptions = url.parse().unwrap();
        let socket = options.get_socket().unwrap();
        assert_eq!(socket, Path::new("/nowhere/a b&c=ї/socket"));
        assert_eq!(options.get_database(), Some("my ledger"));
        assert_eq!(options.get_username(), Role::Auditor.name());
    }

    #[test]
    fn the_longest_socket_path_is_allowed_and_one_byte_more_is_not() {
        let file = format!("/.s.PGSQL.{PORT}");
        let longest = "/".to_owned() + &"x".repeat(SOCKET_PATH_BYTES_MAX - file.len() - 1);
        assert!(check_socket_path(Path::new(&longest)).is_ok());
        assert!(check_socket_path(Path::new(&(longest + "x"))).is_err());
    }
}
