//! The data directory: what belongs to one ledger on one machine.
//!
//! `ledger.json` says which ledger; `trust.json` is for auditors; `keys/`, `vault.key` and
//! `token.key` are secrets. The private cluster has `data/`, `socket/`, `lock` and `postgres.log`
//! beside them. Secrets have mode 0600; the directory itself stays passable for the user the
//! database server runs as, and listable for nobody.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ed25519_dalek::SigningKey;
use litopys_api::clock::random;
use litopys_domain::log::Hash;
use litopys_migrations::default_data_dir;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::key_file;

/// Where the ledger lies.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Place {
    #[arg(
        long,
        value_name = "DIR",
        env = "LITOPYS_DATA",
        default_value_os_t = default_data_dir(),
        help = "Directory of the ledger: its keys and, without DATABASE_URL, its database"
    )]
    pub data: PathBuf,
    #[arg(
        long,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        help = "Postgres server to use instead of the embedded one. Each role of the ledger logs \
                in under its own name (litopys_writer, litopys_projector, …), otherwise as the \
                URL says"
    )]
    pub database_url: Option<String>,
}

impl Place {
    pub(crate) fn dir(&self) -> DataDir {
        // The server's socket is named by its whole path.
        DataDir { root: std::path::absolute(&self.data).unwrap_or_else(|_| self.data.clone()) }
    }
}

/// Which ledger this is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerFile {
    pub origin: String,
}

/// What an auditor is given apart from the ledger, to take nobody's word for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trust {
    pub origin: String,
    /// base64url.
    pub ledger_key: String,
    /// Leaf hash of position 0, in hex.
    pub genesis: Hash,
    pub witnesses: Vec<String>,
    pub quorum: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    root: PathBuf,
}

impl DataDir {
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn ledger_file(&self) -> PathBuf {
        self.root.join("ledger.json")
    }

    pub(crate) fn trust_file(&self) -> PathBuf {
        self.root.join("trust.json")
    }

    pub(crate) fn ledger_key_file(&self) -> PathBuf {
        self.root.join("keys/ledger.pem")
    }

    pub(crate) fn vault_key_file(&self) -> PathBuf {
        self.root.join("vault.key")
    }

    pub(crate) fn token_key_file(&self) -> PathBuf {
        self.root.join("token.key")
    }

    pub(crate) fn has_ledger(&self) -> bool {
        self.ledger_file().exists()
    }

    /// Which ledger lies here; the error says how to get one.
    pub(crate) fn ledger(&self) -> anyhow::Result<LedgerFile> {
        if !self.has_ledger() {
            bail!(
                "there is no ledger in {}: make one with `litopys init`, or name another place \
                 with --data DIR (LITOPYS_DATA)",
                self.root.display()
            );
        }
        read_json(&self.ledger_file())
    }

    pub(crate) fn trust(&self) -> anyhow::Result<Trust> {
        read_json(&self.trust_file())
    }

    pub(crate) fn ledger_key(&self) -> anyhow::Result<SigningKey> {
        key_file::read(&self.ledger_key_file())
    }

    /// Makes the directories, and the secrets that are not there yet.
    pub(crate) fn prepare(&self) -> anyhow::Result<()> {
        self.make()?;
        if !self.ledger_key_file().exists() {
            key_file::write_new(&self.ledger_key_file(), &key_file::generate()?)?;
        }
        if !self.token_key_file().exists() {
            key_file::write_new(&self.token_key_file(), &key_file::generate()?)?;
        }
        if !self.vault_key_file().exists() {
            let key = Zeroizing::new(random::<32>()?);
            let text = Zeroizing::new(hex::encode(*key) + "\n");
            write_new(&self.vault_key_file(), text.as_bytes(), SECRET)?;
        }
        Ok(())
    }

    /// Makes the directories alone.
    pub(crate) fn make(&self) -> anyhow::Result<()> {
        make_data_dir(&self.root)?;
        make_dir(&self.root.join("keys"))
    }

    /// The master key of the vault: 64 hexadecimal digits.
    pub(crate) fn vault_key(&self) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let path = self.vault_key_file();
        let text = Zeroizing::new(fs::read_to_string(&path).with_context(|| {
            format!("cannot read the master key of the vault, {}", path.display())
        })?);
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), key.as_mut_slice()).with_context(|| {
            format!("{} is no master key: 64 hexadecimal digits", path.display())
        })?;
        Ok(key)
    }
}

/// For the owner alone.
pub(crate) const SECRET: u32 = 0o600;
/// For everybody to read.
pub(crate) const PUBLIC: u32 = 0o644;

/// Writes a new file and flushes it to the disk; what exists is never overwritten.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).with_context(
            || {
                if path.exists() {
                    format!("{} exists; it is not overwritten", path.display())
                } else {
                    format!("cannot write {}", path.display())
                }
            },
        )?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}

pub(crate) fn write_json(path: &Path, value: &impl Serialize, mode: u32) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    write_new(path, text.as_bytes(), mode)
}

/// Puts a file in the place of another in one step, so that a crash leaves one of the two.
pub(crate) fn replace_json(path: &Path, value: &impl Serialize, mode: u32) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    if fresh.exists() {
        fs::remove_file(&fresh).with_context(|| format!("cannot remove {}", fresh.display()))?;
    }
    write_json(&fresh, value, mode)?;
    fs::rename(&fresh, path).with_context(|| format!("cannot replace {}", path.display()))
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not what litopys writes there", path.display()))
}

/// A directory for its owner alone.
pub(crate) fn make_dir(path: &Path) -> anyhow::Result<()> {
    make_dir_with(path, 0o700)
}

/// The data directory: root's is 0711, because the database server runs as another user there and
/// must pass through it.
fn make_data_dir(path: &Path) -> anyhow::Result<()> {
    let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
    make_dir_with(path, mode)
}

fn make_dir_with(path: &Path, mode: u32) -> anyhow::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .with_context(|| format!("cannot create the directory {}", path.display()))
}
