//! The whole cluster as files: a base backup of a running one, and a new one made from it.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{ClusterError, IoContext};
use super::programs::Programs;
use super::user::{self, ServerUser};
use super::{Cluster, client, initdb, take_lock};
use crate::role::Role;

impl Cluster {
    /// Writes a base backup with the WAL it needs into `dir`, which must be empty or absent.
    /// Writers go on meanwhile; the backup holds all that was committed when it ended.
    pub fn backup_to(&self, dir: &Path) -> Result<(), ClusterError> {
        base_backup(self.client("pg_basebackup", "postgres", Role::Superuser), dir)
    }

    /// The same for a cluster in `dir` that another process of this machine runs.
    pub fn backup_running(dir: &Path, to: &Path) -> Result<(), ClusterError> {
        let dir = fs::canonicalize(dir).doing("resolve", dir)?;
        let found = initdb::existing_version(&dir.join("data"))?;
        let programs = Programs::find(found.as_deref())?;
        let program = programs.path("pg_basebackup");
        base_backup(client(&program, &dir.join("socket"), "postgres", Role::Superuser), to)
    }

    /// Makes the files of a cluster in `dir` from a base backup. Refused where `dir` has files
    /// of a cluster already: nothing is restored over a ledger.
    pub fn restore_from(backup: &Path, dir: &Path) -> Result<(), ClusterError> {
        if initdb::existing_version(backup)?.is_none() {
            return Err(ClusterError::NotADataDirectory(backup.to_owned()));
        }
        let user = ServerUser::choose()?;
        user::make_passable(dir, user.as_ref())?;
        let dir = fs::canonicalize(dir).doing("resolve", dir)?;
        let _lock = take_lock(&dir)?;
        let data = dir.join("data");
        if data.exists() {
            return Err(ClusterError::AlreadyThere(data));
        }
        let fresh = dir.join("data.new");
        initdb::remove_if_there(&fresh)?;
        copy_tree(backup, &fresh, user.as_ref())?;
        fs::rename(&fresh, &data).doing("rename", fresh)
    }
}

fn base_backup(mut command: Command, dir: &Path) -> Result<(), ClusterError> {
    command
        .arg("--pgdata")
        .arg(dir)
        .args(["--wal-method=stream", "--checkpoint=fast", "--no-password"])
        .stdin(Stdio::null());
    let output = command.output().doing("run pg_basebackup into", dir)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ClusterError::Client { program: "pg_basebackup", status: output.status, said })
}

/// Copies directories and files, each for the server's user alone and flushed to the disk.
fn copy_tree(from: &Path, to: &Path, user: Option<&ServerUser>) -> Result<(), ClusterError> {
    user::make_private(to, user)?;
    for entry in fs::read_dir(from).doing("read", from)? {
        let source = entry.doing("read", from)?.path();
        let target = to.join(source.file_name().unwrap_or_default());
        if source.is_dir() {
            copy_tree(&source, &target, user)?;
            continue;
        }
        fs::copy(&source, &target).doing("copy", &source)?;
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&target, private).doing("set the mode of", &target)?;
        user::hand_over(&target, user)?;
        File::open(&target).and_then(|file| file.sync_all()).doing("flush", &target)?;
    }
    File::open(to).and_then(|dir| dir.sync_all()).doing("flush", to)
}
