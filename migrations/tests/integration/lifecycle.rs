//! The private cluster from its first start to its end, crashes included.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use litopys_migrations::{Cluster, ClusterError, ClusterOptions, Role, schema, testing};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{ConnectOptions, Connection};

#[tokio::test]
async fn it_starts_again_with_what_it_held() {
    let cluster = testing::private_cluster().await;
    write_one(&cluster).await;
    cluster.stop().unwrap();
    assert!(!cluster.is_alive());
    cluster.start().unwrap();
    assert_eq!(count(&cluster).await, 1);
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_recovers() {
    let cluster = testing::private_cluster().await;
    write_one(&cluster).await;
    let pid = pid_of(&cluster);
    kill_process(pid, Signal::KILL).unwrap();
    let status = cluster.wait_exit().await.unwrap();
    assert!(!status.success());
    assert!(!cluster.is_alive());
    cluster.start().unwrap();
    assert!(cluster.is_alive());
    assert_ne!(pid_of(&cluster), pid);
    assert_eq!(count(&cluster).await, 1);
    for _ in 0..3 {
        let held = connect(&cluster).await; // backends that must notice the death by themselves
        cluster.kill().unwrap();
        cluster.start().unwrap();
        drop(held);
        assert_eq!(count(&cluster).await, 1);
    }
}

#[tokio::test]
async fn a_supervised_server_comes_back_until_it_is_stopped() {
    let cluster = Arc::new(testing::private_cluster().await);
    write_one(&cluster).await;
    let supervisor = tokio::spawn(Arc::clone(&cluster).supervise());
    for _ in 0..2 {
        let pid = pid_of(&cluster);
        kill_process(pid, Signal::KILL).unwrap();
        for _ in 0..600 {
            if cluster.pid().is_some_and(|now| i64::from(now) != i64::from(pid.as_raw_pid())) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_ne!(pid_of(&cluster), pid);
        assert_eq!(count(&cluster).await, 1);
    }
    cluster.stop().unwrap();
    supervisor.await.unwrap();
    assert!(!cluster.is_alive());
}

#[tokio::test]
async fn a_base_backup_becomes_a_cluster_again_and_never_over_another() {
    let cluster = testing::private_cluster().await;
    write_one(&cluster).await;
    let dir = TempDir::new();
    let (backup, restored) = (dir.path().join("backup"), dir.path().join("restored"));
    cluster.backup_to(&backup).unwrap();

    Cluster::restore_from(&backup, &restored).unwrap();
    let second = Cluster::open(lasting_options(&restored)).unwrap();
    assert_eq!(count(&second).await, 1);
    drop(second);

    let again = Cluster::restore_from(&backup, &restored).unwrap_err();
    assert!(matches!(again, ClusterError::AlreadyThere(_)), "{again:?}");
    let nothing = Cluster::restore_from(dir.path(), &dir.path().join("third")).unwrap_err();
    assert!(matches!(nothing, ClusterError::NotADataDirectory(_)), "{nothing:?}");
}

#[test]
fn missing_programs_are_named_with_the_command_that_installs_them() {
    let dir = TempDir::new();
    let output = owner_command(dir.path()).env("PG_BIN", dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("NoPrograms"), "{said}");
    assert!(ClusterError::NoPrograms.to_string().contains("apt-get install -y"));
}

#[tokio::test]
async fn ctrl_c_does_not_reach_the_server() {
    let cluster = testing::private_cluster().await;
    let server = pid_of(&cluster);
    assert_eq!(rustix::process::getpgid(Some(server)).unwrap(), server);
}

#[tokio::test]
async fn a_second_instance_is_refused() {
    let cluster = testing::private_cluster().await;
    let again = Cluster::open(lasting_options(cluster.dir()));
    assert!(matches!(again, Err(ClusterError::InUse(_))), "{again:?}");
    assert!(cluster.is_alive());
}

#[tokio::test]
async fn a_server_left_behind_by_a_killed_owner_is_swept_up() {
    let dir = TempDir::new();
    let mut owner = owner_process(dir.path());
    let pid_file = dir.path().join("data/postmaster.pid");
    let orphan = wait_for_pid(&pid_file);
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(is_postgres(orphan), "the server should survive its owner");

    let cluster = Cluster::open(lasting_options(dir.path())).unwrap();
    assert!(!is_postgres(orphan));
    assert_ne!(pid_of(&cluster), orphan);
    cluster.superuser_options("postgres").connect().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn an_ephemeral_cluster_ends_with_its_process_and_leaves_nothing() {
    let dir = TempDir::new();
    let inner = dir.path().join("inner");
    let mut owner = owner_command(&inner)
        .env("LITOPYS_TEST_OWNER_EPHEMERAL", "1")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let server = wait_for_pid(&inner.join("data/postmaster.pid"));
    owner.kill().unwrap();
    owner.wait().unwrap();
    until("the watchdog has stopped the server", || !is_postgres(server));
    until("the watchdog has removed the directory", || !inner.exists());
}

#[test]
fn a_stale_pid_file_of_another_process_is_no_hindrance() {
    let dir = TempDir::new();
    let cluster = Cluster::open(lasting_options(dir.path())).unwrap();
    cluster.stop().unwrap();
    let data = dir.path().join("data");
    // Our own id: alive, and certainly no server.
    let stale = format!("{}\n{}\n0\n5432\n", std::process::id(), data.display());
    fs::write(data.join("postmaster.pid"), stale).unwrap();
    cluster.start().unwrap();
    assert!(cluster.is_alive());
}

#[test]
fn files_of_another_major_version_are_refused_with_the_upgrade_commands() {
    let dir = TempDir::new();
    drop(Cluster::open(lasting_options(dir.path())).unwrap());
    fs::write(dir.path().join("data/PG_VERSION"), "9\n").unwrap();
    let error = Cluster::open(lasting_options(dir.path())).unwrap_err();
    assert!(matches!(error, ClusterError::OtherVersion { .. }), "{error:?}");
    let message = error.to_string();
    for part in ["made by PostgreSQL 9", "PG_BIN", "pg_upgrade", "/usr/lib/postgresql/9/bin"] {
        assert!(message.contains(part), "{part:?} is missing from: {message}");
    }
}

#[test]
fn an_interrupted_initdb_leaves_nothing_half_made() {
    let dir = TempDir::new();
    fs::create_dir(dir.path().join("data.new")).unwrap();
    fs::write(dir.path().join("data.new/PG_VERSION"), "15\n").unwrap();
    assert!(!Cluster::exists(dir.path()));
    let cluster = Cluster::open(lasting_options(dir.path())).unwrap();
    assert!(Cluster::exists(dir.path()) && cluster.is_alive());
    assert!(!dir.path().join("data.new").exists());
}

#[test]
fn foreign_files_are_not_initialised_over() {
    let dir = TempDir::new();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::write(dir.path().join("data/precious"), "").unwrap();
    let error = Cluster::open(lasting_options(dir.path())).unwrap_err();
    assert!(matches!(error, ClusterError::NotADataDirectory(_)), "{error:?}");
    assert!(dir.path().join("data/precious").exists());
}

#[test]
fn a_path_too_long_for_a_socket_is_refused() {
    let dir = TempDir::new();
    let error = Cluster::open(lasting_options(&dir.path().join("x".repeat(100)))).unwrap_err();
    assert!(matches!(error, ClusterError::SocketPathTooLong(_)), "{error:?}");
}

#[test]
fn a_directory_that_the_servers_user_cannot_reach_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return; // only root lends the server another user
    }
    let home = TempDir::new();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let error = Cluster::open(lasting_options(&home.path().join("ledger"))).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("cannot reach") && message.contains("mode 700"), "{message}");
}

#[tokio::test]
async fn nothing_listens_on_the_network_and_durability_is_on() {
    let dir = TempDir::new();
    let mut options = ClusterOptions::new(dir.path());
    "32MB".clone_into(&mut options.shared_buffers);
    let cluster = tokio::task::spawn_blocking(|| Cluster::open(options)).await.unwrap().unwrap();
    let mut connection = connect(&cluster).await;
    for (setting, expected) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
    ] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(value, expected, "{setting}");
    }
    let mode = { fs::metadata(cluster.socket_dir()).unwrap().permissions().mode() & 0o777 };
    assert_eq!(mode, 0o700);
}

#[tokio::test]
async fn the_servers_log_names_nobody() {
    let cluster = testing::private_cluster().await;
    write_one(&cluster).await;
    let pool = sqlx::PgPool::connect_with(cluster.options("ledger", Role::Writer)).await.unwrap();
    crate::rows::insert_event(&pool, 0).await.unwrap_err(); // its DETAIL would hold the key
    sqlx::query("select 'Оксана', 1 / 0").execute(&pool).await.unwrap_err();
    let log = fs::read_to_string(cluster.log_file()).unwrap();
    assert!(log.contains("duplicate key") && log.contains("division by zero"), "{log}");
    for told in ["NoteAdded", "(case, one, 1)", "insert into events", "Оксана"] {
        assert!(!log.contains(told), "{told:?} is in the log: {log}");
    }
}

/// Not a test of its own: the owner that other tests start as a second process and kill.
#[test]
#[ignore = "run by other tests as a process of its own"]
fn owner() {
    let dir = std::env::var_os("LITOPYS_TEST_OWNER_DIR").unwrap();
    let mut options = lasting_options(Path::new(&dir));
    options.ephemeral = std::env::var_os("LITOPYS_TEST_OWNER_EPHEMERAL").is_some();
    let _cluster = Cluster::open(options).unwrap();
    std::thread::sleep(Duration::from_mins(2));
}

fn owner_process(dir: &Path) -> Child {
    owner_command(dir).stdout(Stdio::null()).spawn().unwrap()
}

fn owner_command(dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--ignored", "--nocapture", "lifecycle::owner"])
        .env("LITOPYS_TEST_OWNER_DIR", dir);
    command
}

fn wait_for_pid(pid_file: &Path) -> Pid {
    until("the server is ready", || {
        fs::read_to_string(pid_file).is_ok_and(|text| text.contains("ready"))
    });
    let text = fs::read_to_string(pid_file).unwrap();
    Pid::from_raw(text.lines().next().unwrap().parse().unwrap()).unwrap()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_mins(1), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_postgres(pid: Pid) -> bool {
    fs::read(format!("/proc/{}/cmdline", pid.as_raw_pid()))
        .is_ok_and(|line| String::from_utf8_lossy(&line).contains("postgres"))
}

fn pid_of(cluster: &Cluster) -> Pid {
    Pid::from_raw(cluster.pid().unwrap().try_into().unwrap()).unwrap()
}

async fn connect(cluster: &Cluster) -> sqlx::PgConnection {
    cluster.superuser_options("postgres").connect().await.unwrap()
}

async fn write_one(cluster: &Cluster) {
    schema::prepare_database(&cluster.superuser_options("postgres"), "ledger").await.unwrap();
    let pool = sqlx::PgPool::connect_with(cluster.options("ledger", Role::Writer)).await.unwrap();
    crate::rows::insert_event(&pool, 0).await.unwrap();
    pool.close().await;
}

async fn count(cluster: &Cluster) -> i64 {
    let mut connection = cluster.options("ledger", Role::Auditor).connect().await.unwrap();
    sqlx::query_scalar("select count(*) from events").fetch_one(&mut connection).await.unwrap()
}

/// Options without fsync that outlive the process, for tests of what is left behind.
fn lasting_options(dir: &Path) -> ClusterOptions {
    let mut options = ClusterOptions::new(dir);
    options.fsync = false;
    "32MB".clone_into(&mut options.shared_buffers);
    options
}

/// A directory that the server's user may pass through, removed at the end.
struct TempDir(tempfile::TempDir);

impl TempDir {
    fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("litopys-").tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}
