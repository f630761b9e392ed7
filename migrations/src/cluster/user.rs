//! The user the server runs as. Postgres refuses to run as root, so root lends it another one.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::{ClusterError, IoContext};

/// An entry of `/etc/passwd`: initdb refuses ids that have no name.
#[derive(Debug, Clone)]
pub(crate) struct ServerUser {
    name: String,
    uid: u32,
    gid: u32,
}

impl ServerUser {
    /// `None`: the server runs as whoever runs us. As root: `postgres`, else `nobody`.
    pub(crate) fn choose() -> Result<Option<Self>, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").doing("read", "/etc/passwd")?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find_user(&passwd, name))
            .map(Some)
            .ok_or(ClusterError::NoServerUser)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// `x` is needed on every parent, whoever owns the directory itself.
    fn check_reach(&self, dir: &Path) -> Result<(), ClusterError> {
        for parent in dir.ancestors() {
            let meta = fs::metadata(parent).doing("look at", parent)?;
            let mode = meta.permissions().mode();
            let pass = if meta.uid() == self.uid {
                0o100
            } else if meta.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if mode & pass == 0 {
                return Err(ClusterError::Unreachable {
                    user: self.name.clone(),
                    dir: dir.to_owned(),
                    blocked_at: parent.to_owned(),
                    mode: mode & 0o7777,
                });
            }
        }
        Ok(())
    }
}

/// Makes the cluster's own directory: passable for the server's user, listable for none but us.
pub(crate) fn make_passable(dir: &Path, user: Option<&ServerUser>) -> Result<(), ClusterError> {
    if !dir.is_dir() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(if user.is_some() { 0o711 } else { 0o700 })
            .create(dir)
            .doing("create", dir)?;
    }
    user.map_or(Ok(()), |user| user.check_reach(dir))
}

/// Makes a directory that only the server's user (and root) may enter.
pub(crate) fn make_private(dir: &Path, user: Option<&ServerUser>) -> Result<(), ClusterError> {
    if !dir.is_dir() {
        fs::DirBuilder::new().mode(0o700).create(dir).doing("create", dir)?;
    }
    hand_over(dir, user)
}

/// Gives one file or directory to the server's user.
pub(crate) fn hand_over(path: &Path, user: Option<&ServerUser>) -> Result<(), ClusterError> {
    user.map_or(Ok(()), |user| {
        chown(path, Some(user.uid), Some(user.gid)).doing("change the owner of", path)
    })
}

/// A command as the server's user, with an empty environment and a directory it may stand in.
pub(crate) fn command(program: &Path, dir: &Path, user: Option<&ServerUser>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C.UTF-8").current_dir(dir);
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

fn find_user(passwd: &str, name: &str) -> Option<ServerUser> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next().filter(|field| *field == name)?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(ServerUser { name: found.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd =
            "postgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:a,b:/var/lib:/bin/bash\nbroken\n";
        let user = find_user(passwd, "postgres").unwrap();
        assert_eq!((user.name(), user.uid, user.gid), ("postgres", 101, 104));
        assert!(find_user(passwd, "nobody").is_none());
        assert!(find_user(passwd, "broken").is_none());
    }
}
