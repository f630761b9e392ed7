//! The Postgres programs on the machine. Debian puts the server's outside of PATH.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::{ClusterError, IoContext};

/// A directory with `initdb` and `postgres` of one version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) bin_dir: PathBuf,
    pub(crate) major: String,
}

impl Programs {
    /// Looks in `$PG_BIN`, on PATH, then in `/usr/lib/postgresql/*/bin`, newest first. The files
    /// of an existing cluster want its own version, which is preferred within the last place.
    pub(crate) fn find(wanted_major: Option<&str>) -> Result<Self, ClusterError> {
        let bin_dir = candidates(wanted_major)
            .into_iter()
            .find_map(|dir| installation(&dir))
            .ok_or(ClusterError::NoPrograms)?;
        let major = major_version(&bin_dir.join("postgres"))?;
        Ok(Self { bin_dir, major })
    }

    /// A program beside the server's own, or else by its bare name, to be looked up on PATH:
    /// some distributions pack the clients apart.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let beside = self.bin_dir.join(name);
        if beside.is_file() { beside } else { PathBuf::from(name) }
    }
}

/// The directory that really holds the server's programs, seen from one that has them or links
/// to them: the client programs lie beside the originals.
fn installation(dir: &Path) -> Option<PathBuf> {
    let is_complete = |dir: &Path| dir.join("initdb").is_file() && dir.join("postgres").is_file();
    if !is_complete(dir) {
        return None;
    }
    let resolved = fs::canonicalize(dir.join("initdb")).ok()?.parent()?.to_owned();
    Some(if is_complete(&resolved) { resolved } else { dir.to_owned() })
}

fn candidates(wanted_major: Option<&str>) -> Vec<PathBuf> {
    if let Some(dir) = env::var_os("PG_BIN").filter(|dir| !dir.is_empty()) {
        return vec![PathBuf::from(dir)]; // an explicit choice that fails must not pass unnoticed
    }
    let on_path = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    on_path.into_iter().chain(debian_directories(wanted_major)).collect()
}

fn debian_directories(wanted_major: Option<&str>) -> Vec<PathBuf> {
    let mut found: Vec<(bool, u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let major = name.parse().ok()?;
            Some((wanted_major == Some(name.as_str()), major, entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, _, bin)| bin).collect()
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` → `15`.
fn major_version(postgres: &Path) -> Result<String, ClusterError> {
    let output = Command::new(postgres).arg("--version").output().doing("run", postgres)?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = said
        .split_once("(PostgreSQL) ")
        .map(|(_, version)| version.chars().take_while(char::is_ascii_digit).collect::<String>())
        .filter(|digits| !digits.is_empty());
    major.ok_or(ClusterError::Version { program: postgres.to_owned(), said })
}
