//! `litopys backup` and `litopys restore`: the embedded cluster and what belongs to the ledger
//! beside it. The vault's master key lies apart from the data it opens.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use litopys_domain::keys::PublicKey;
use litopys_domain::log::note::KeyKind;
use litopys_domain::log::{
    Checkpoint, CheckpointPolicy, CompactRange, Hash, NoteSigner, VerifierKey,
};
use litopys_migrations::{Cluster, Role};
use sqlx::{Connection as _, PgConnection};

use super::data::{self, DataDir, Place, SECRET};
use super::database::{DATABASE, Database};
use super::out::{note, raw, say};
use super::runtime;

/// Where in a backup the database lies.
const CLUSTER: &str = "cluster";
/// The signed note that the backup reaches at least.
const CHECKPOINT: &str = "checkpoint";
/// What is copied besides the database. The vault's key is not among it.
const FILES: [&str; 4] = ["ledger.json", "trust.json", "token.key", "keys/ledger.pem"];

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  litopys backup /backup/2026-11-22
  mv /backup/2026-11-22.vault.key /elsewhere/     (who has both reads everything)

The printed checkpoint is a signed note: keep it with an auditor. A ledger restored from this
backup must reach it.")]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// Directory to write; must be empty or absent
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// Where the vault's master key goes [default: DIR.vault.key]
    #[arg(long, value_name = "FILE")]
    vault_key: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  litopys restore /backup/2026-11-22 --data /var/lib/litopys --vault-key /elsewhere/vault.key

Nothing is restored over a ledger: move the old directory away first.")]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    place: Place,
    /// The backup
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Where the vault's master key lies [default: DIR.vault.key]
    #[arg(long, value_name = "FILE")]
    vault_key: Option<PathBuf>,
}

pub(crate) fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    refuse_foreign(&args.place)?;
    let dir = args.place.dir();
    let ledger = dir.ledger()?;
    let vault_key = args.vault_key.clone().unwrap_or_else(|| beside(&args.to));
    if vault_key.exists() {
        bail!("{} exists; it is not overwritten", vault_key.display());
    }
    data::make_dir(&args.to)?;
    if fs::read_dir(&args.to)?.next().is_some() {
        bail!("{} is not empty: a backup is written into a new directory", args.to.display());
    }
    let note_text = runtime()?.block_on(copy_cluster(&args.place, &args.to))?;
    for file in FILES {
        copy_secret(&dir.root().join(file), &args.to.join(file))?;
    }
    data::write_new(&args.to.join(CHECKPOINT), note_text.as_bytes(), data::PUBLIC)?;
    copy_secret(&dir.vault_key_file(), &vault_key)?;
    say!("backup of {} in {}", ledger.origin, args.to.display());
    say!("vault key in {}: keep it apart", vault_key.display());
    say!("checkpoint:");
    raw(&note_text);
    Ok(())
}

/// Copies the database of a running or a resting ledger, and answers with the note that holds
/// for everything that was committed before the copy began.
async fn copy_cluster(place: &Place, to: &Path) -> anyhow::Result<String> {
    let dir = place.dir();
    let target = to.join(CLUSTER);
    if let Ok(mut connection) = PgConnection::connect(&superuser_url(&dir)).await {
        let note_text = sign_head(&mut connection, &dir).await?;
        let root = dir.root().to_owned();
        let copy = move || Cluster::backup_running(&root, &target);
        tokio::task::spawn_blocking(copy).await?.context("the database cannot be copied")?;
        return Ok(note_text);
    }
    let database = Database::open(place).await?;
    let note_text = {
        let options = database.options(Role::Superuser);
        let mut connection = PgConnection::connect_with(&options).await?;
        sign_head(&mut connection, &dir).await?
    };
    if let Database::Private(cluster) = &database {
        let cluster = std::sync::Arc::clone(cluster);
        let copy = move || cluster.backup_to(&target);
        tokio::task::spawn_blocking(copy).await?.context("the database cannot be copied")?;
    }
    database.close().await?;
    Ok(note_text)
}

fn superuser_url(dir: &DataDir) -> String {
    litopys_migrations::cluster::database_url(dir.root(), DATABASE, Role::Superuser)
}

/// A checkpoint over what is committed now.
async fn sign_head(connection: &mut PgConnection, dir: &DataDir) -> anyhow::Result<String> {
    let (size, range) = head(connection).await?;
    let origin = dir.ledger()?.origin;
    let signer = NoteSigner::new(&origin, dir.ledger_key()?)?;
    let checkpoint = Checkpoint::new(&origin, size, range.root())?;
    Ok(checkpoint.sign(&signer)?.to_string())
}

async fn head(connection: &mut PgConnection) -> anyhow::Result<(u64, CompactRange)> {
    let row = sqlx::query!("select size, compact_range from log_head")
        .fetch_one(connection)
        .await
        .context("the end of the log cannot be read")?;
    let size = u64::try_from(row.size).context("log_head.size is negative")?;
    let range = CompactRange::decode(size, &row.compact_range)
        .context("log_head contradicts itself: run litopys-audit verify --all")?;
    Ok((size, range))
}

pub(crate) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    refuse_foreign(&args.place)?;
    let dir = args.place.dir();
    if dir.has_ledger() || Cluster::exists(dir.root()) {
        bail!(
            "{} holds a ledger already: nothing is restored over it. Move it away, or name \
             another directory with --data DIR",
            dir.root().display()
        );
    }
    let vault_key = args.vault_key.clone().unwrap_or_else(|| beside(&args.from));
    if !vault_key.is_file() {
        bail!("the vault's master key is not at {}: name it with --vault-key", vault_key.display());
    }
    dir.make()?;
    Cluster::restore_from(&args.from.join(CLUSTER), dir.root())
        .context("the database cannot be put back")?;
    for file in FILES {
        copy_secret(&args.from.join(file), &dir.root().join(file))?;
    }
    copy_secret(&vault_key, &dir.vault_key_file())?;
    let note_text = fs::read_to_string(args.from.join(CHECKPOINT))
        .context("the backup's checkpoint cannot be read")?;
    let (expected, found) = runtime()?.block_on(compare(&args.place, &note_text))?;
    say!("restored {} in {}", dir.ledger()?.origin, dir.root().display());
    say!("the log has {found} acts; the backup's checkpoint covers {expected} of them, and holds");
    note("next: litopys-audit verify --all, then litopys serve");
    Ok(())
}

/// Holds the restored log to the backup's checkpoint: it must reach it and agree with it.
async fn compare(place: &Place, note_text: &str) -> anyhow::Result<(u64, u64)> {
    let dir = place.dir();
    let trust = dir.trust()?;
    let key: PublicKey = trust.ledger_key.parse()?;
    let log = VerifierKey::new(&trust.origin, KeyKind::Ed25519, key.as_bytes())?;
    let policy = CheckpointPolicy::log_only(&trust.origin, log);
    let expected = policy.open(note_text.as_bytes())?.checkpoint;
    let database = Database::open(place).await?;
    let options = database.options(Role::Superuser);
    let mut connection = PgConnection::connect_with(&options).await?;
    let (found, _) = head(&mut connection).await?;
    let range = leaves(&mut connection, expected.size()).await?;
    connection.close().await?;
    database.close().await?;
    if range.size() != expected.size() || range.root() != expected.root() {
        bail!(
            "the restored log of {found} acts does not agree with the backup's checkpoint of {}: \
             do not serve it, and keep it for an auditor",
            expected.size()
        );
    }
    Ok((expected.size(), found))
}

/// The log's first `size` leaves, hashed again from the payloads' bytes.
async fn leaves(connection: &mut PgConnection, size: u64) -> anyhow::Result<CompactRange> {
    const PAGE: u64 = 4096;
    let mut range = CompactRange::new();
    while range.size() < size {
        let from = range.size();
        let payloads = sqlx::query_scalar!(
            r#"select payload::text as "payload!" from events
                where position >= $1 and position < $2 order by position"#,
            i64::try_from(from)?,
            i64::try_from(size.min(from + PAGE))?,
        )
        .fetch_all(&mut *connection)
        .await?;
        if payloads.is_empty() {
            break;
        }
        for payload in payloads {
            range.push(Hash::leaf(payload.as_bytes()));
        }
    }
    Ok(range)
}

fn refuse_foreign(place: &Place) -> anyhow::Result<()> {
    if place.database_url.is_some() {
        bail!(
            "DATABASE_URL is set: back up and restore that server with its own tools \
             (pg_basebackup), and copy {} apart",
            place.data.display()
        );
    }
    Ok(())
}

fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.components().as_path().as_os_str().to_owned();
    name.push(".vault.key");
    PathBuf::from(name)
}

fn copy_secret(from: &Path, to: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(from)
        .map(zeroize::Zeroizing::new)
        .with_context(|| format!("cannot read {}", from.display()))?;
    if let Some(parent) = to.parent() {
        data::make_dir(parent)?;
    }
    data::write_new(to, &bytes, SECRET)
}
