//! The server process: started in its own process group, watched by its pid file, stopped in
//! order, and swept up where an earlier owner was killed and left it behind.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::error::{ClusterError, IoContext};
use super::{Layout, settings, user};

/// A fast stop writes a checkpoint; after this long it is made an immediate one.
const STOP_FAST: Duration = Duration::from_secs(20);
/// An immediate stop only ends processes.
const STOP_IMMEDIATE: Duration = Duration::from_secs(5);
/// SIGKILL cannot be refused, only delayed by the kernel.
const STOP_KILL: Duration = Duration::from_secs(5);
/// Crash recovery replays at most `max_wal_size`, on slow disks for minutes.
const READY_SECONDS_MAX: u64 = 600;
const POLL: Duration = Duration::from_millis(10);
/// How much of the server's log an error shows.
const LOG_TAIL_BYTES: u64 = 4096;
/// Beyond this the log begins anew at the next start; the old one is kept as `postgres.log.1`.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// Starts the server and waits until its pid file says `ready`.
pub(crate) fn start(layout: &Layout) -> Result<Child, ClusterError> {
    let log = open_log(&layout.log)?;
    let errors = log.try_clone().doing("open", &layout.log)?;
    let postgres = layout.programs.path("postgres");
    let mut command = user::command(&postgres, &layout.data, layout.user.as_ref());
    command.arg("-D").arg(&layout.data);
    for setting in settings::arguments(&layout.options, &layout.socket) {
        command.arg("-c").arg(setting);
    }
    // Its own group: Ctrl-C reaches us alone, and we stop the server when we are done with it.
    command.process_group(0).stdin(Stdio::null()).stdout(log).stderr(errors);
    let mut child = command.spawn().doing("start", &postgres)?;
    wait_until_ready(&mut child, layout)?;
    Ok(child)
}

/// Stops our own server: SIGINT (fast, with a checkpoint), SIGQUIT, SIGKILL.
pub(crate) fn stop(child: &mut Child) -> Result<(), ClusterError> {
    let pid = pid_of(child);
    stop_in_order(pid, || !matches!(child.try_wait(), Ok(None)))
}

/// Stops what an owner that was killed left behind in `data`. The caller holds the lock, so
/// whatever still runs there has no owner.
pub(crate) fn sweep_orphans(data: &Path) -> Result<(), ClusterError> {
    let pid_file = data.join("postmaster.pid");
    if let Some(pid) = postmaster_pid(&pid_file)
        && works_in(pid, data)
    {
        tracing::warn!(
            pid = pid.as_raw_pid(),
            "stopping PostgreSQL process {}, left behind by an owner that was killed",
            pid.as_raw_pid()
        );
        stop_in_order(pid, || !works_in(pid, data))?;
    }
    // Where the postmaster itself was killed, its children notice and end by themselves.
    let waited = Instant::now();
    for pid in workers(data) {
        while works_in(pid, data) {
            if waited.elapsed() > STOP_FAST {
                signal(pid, Signal::KILL);
            }
            if waited.elapsed() > STOP_FAST + STOP_KILL {
                return Err(ClusterError::DoesNotEnd { pid: pid.as_raw_pid() });
            }
            thread::sleep(POLL);
        }
    }
    // Nothing works here any more. Left lying, the file would stop the server where another
    // process has been given the same id since.
    match fs::remove_file(&pid_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
    .doing("remove", pid_file)
}

/// Ends the server at once, as a crash would: nothing is flushed, no checkpoint is written.
pub(crate) fn kill(child: &mut Child) -> Result<(), ClusterError> {
    let pid = pid_of(child);
    child.kill().doing("kill", format!("/proc/{}", pid.as_raw_pid()))?;
    child.wait().doing("wait for", format!("/proc/{}", pid.as_raw_pid())).map(|_| ())
}

fn wait_until_ready(child: &mut Child, layout: &Layout) -> Result<(), ClusterError> {
    let pid_file = layout.data.join("postmaster.pid");
    let pid = pid_of(child);
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().doing("wait for", &pid_file)? {
            return Err(ClusterError::EndedAtStart { status, log: log_tail(&layout.log) });
        }
        if postmaster_pid(&pid_file) == Some(pid) && is_ready(&pid_file) {
            return Ok(());
        }
        if started.elapsed() > Duration::from_secs(READY_SECONDS_MAX) {
            stop(child)?;
            let log = log_tail(&layout.log);
            return Err(ClusterError::NotReady { seconds: READY_SECONDS_MAX, log });
        }
        thread::sleep(POLL);
    }
}

fn stop_in_order(pid: Pid, mut ended: impl FnMut() -> bool) -> Result<(), ClusterError> {
    let steps =
        [(Signal::INT, STOP_FAST), (Signal::QUIT, STOP_IMMEDIATE), (Signal::KILL, STOP_KILL)];
    for (number, patience) in steps {
        if ended() {
            return Ok(());
        }
        signal(pid, number);
        let sent = Instant::now();
        while sent.elapsed() < patience {
            if ended() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
    }
    Err(ClusterError::DoesNotEnd { pid: pid.as_raw_pid() })
}

/// A process that is gone already needs no signal, so the error carries no news.
fn signal(pid: Pid, number: Signal) {
    if let Err(error) = kill_process(pid, number) {
        tracing::debug!(pid = pid.as_raw_pid(), %error, "no signal sent to {}", pid.as_raw_pid());
    }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Line 1 of the pid file.
fn postmaster_pid(pid_file: &Path) -> Option<Pid> {
    let text = fs::read_to_string(pid_file).ok()?;
    text.lines().next()?.trim().parse().ok().and_then(Pid::from_raw)
}

/// Line 8 of the pid file.
fn is_ready(pid_file: &Path) -> bool {
    fs::read_to_string(pid_file)
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
}

/// Every process of a server stands in its data directory, the postmaster and its children.
/// A zombie stands nowhere.
fn works_in(pid: Pid, data: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_pid()));
    let is_postgres = fs::read(process.join("cmdline"))
        .is_ok_and(|line| String::from_utf8_lossy(&line).contains("postgres"));
    is_postgres && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == data)
}

fn workers(data: &Path) -> Vec<Pid> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|pid| works_in(*pid, data))
        .collect()
}

fn open_log(path: &Path) -> Result<File, ClusterError> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.1")).doing("rename", path)?;
    }
    File::options().create(true).append(true).open(path).doing("open", path)
}

fn log_tail(path: &Path) -> String {
    let tail = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    };
    tail().unwrap_or_else(|error| format!("(no log: {error})"))
}
