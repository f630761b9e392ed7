//! A data directory with a founded ledger, and the real `litopys serve` over it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, KeypairBytes};
use jiff::civil::Date;
use litopys_api::auth::{Grant, Scope, TokenIssuer};
use litopys_api::clock::Clock;
use litopys_api::record::SignedAct;
use litopys_audit::report::Report;
use litopys_audit::trust::Trust;
use litopys_audit::verify::{VerifyOptions, verify_all};
use litopys_domain::keys::PublicKey;
use litopys_migrations::{Cluster, ClusterOptions, Role, prepare_database};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;

use crate::agency::{Agency, Keys, ORIGIN, Who};
use crate::client::Posting;

/// The database of the embedded cluster.
const DATABASE: &str = "litopys";
/// The key that signs test tokens.
const TOKEN_KEY: [u8; 32] = [77; 32];

/// An installation on disk; nothing of it runs until it is served.
pub struct Installed {
    dir: tempfile::TempDir,
    trust: Trust,
}

impl Installed {
    /// Founds a ledger in a new directory. `prepare` records what the test needs beforehand and
    /// gives back what it signed.
    pub async fn found<T>(
        prepare: impl AsyncFnOnce(&Agency) -> anyhow::Result<T>,
    ) -> anyhow::Result<(Self, Keys, T)> {
        Self::found_under(|_, _| true, prepare).await
    }

    /// As [`Self::found`], publishing only the editions that `publishes` picks by procedure and
    /// first day: who starts has the less to read.
    pub async fn found_under<T>(
        publishes: impl Fn(&str, Date) -> bool,
        prepare: impl AsyncFnOnce(&Agency) -> anyhow::Result<T>,
    ) -> anyhow::Result<(Self, Keys, T)> {
        let dir = tempfile::Builder::new().prefix("litopys-installed").tempdir()?;
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        let data = dir.path().join("data");
        let options = ClusterOptions::new(&data);
        let cluster = tokio::task::spawn_blocking(move || Cluster::open(options)).await??;
        prepare_database(&cluster.superuser_options("postgres"), DATABASE).await?;
        let writer = cluster.options(DATABASE, Role::Writer);
        let agency = Agency::found_under(writer, Clock::system(), publishes).await?;
        let prepared = prepare(&agency).await?;
        let trust = trust_in(&agency).await?;
        let keys = agency.keys.clone();
        agency.close().await?;
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
        write_secrets(&data, &keys)?;
        Ok((Self { dir, trust }, keys, prepared))
    }

    /// The secrets of a ledger whose database lies elsewhere.
    pub fn secrets_of(keys: &Keys, trust: Trust) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("litopys-installed").tempdir()?;
        write_secrets(&dir.path().join("data"), keys)?;
        Ok(Self { dir, trust })
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A token for whoever signs acts here.
    pub fn token(&self, name: &str) -> anyhow::Result<String> {
        let grant = Grant {
            name: name.to_owned(),
            scopes: Scope::ALL.to_vec(),
            offices: vec!["*".to_owned()],
        };
        let issuer = TokenIssuer::new(ORIGIN, &SigningKey::from_bytes(&TOKEN_KEY))?;
        Ok(issuer.mint(&grant, Clock::system().now(), Duration::from_hours(24))?)
    }

    /// Starts the embedded server alone, for several processes to work on.
    pub async fn start_database(&self) -> anyhow::Result<Cluster> {
        let options = ClusterOptions::new(self.data());
        Ok(tokio::task::spawn_blocking(move || Cluster::open(options)).await??)
    }

    /// How to connect to the ledger's database on a server started for it.
    pub fn database(&self, cluster: &Cluster, role: Role) -> PgConnectOptions {
        cluster.options(DATABASE, role)
    }

    /// Starts `litopys serve` without limits and waits until it answers.
    pub fn serve(&self) -> anyhow::Result<Served> {
        self.spawn(|command| command.env_remove("DATABASE_URL"))
    }

    /// As [`Self::serve`], over a server that somebody else runs.
    pub fn serve_over(&self, cluster: &Cluster) -> anyhow::Result<Served> {
        self.serve_at(&cluster.database_url(DATABASE, Role::Writer))
    }

    /// As [`Self::serve`], over the database behind a URL.
    pub fn serve_at(&self, url: &str) -> anyhow::Result<Served> {
        self.spawn(|command| command.env("DATABASE_URL", url))
    }

    fn spawn(
        &self,
        configure: impl FnOnce(&mut Command) -> &mut Command,
    ) -> anyhow::Result<Served> {
        let mut command = Command::new(binary()?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--no-limits", "--data"])
            .arg(self.data())
            .env("LITOPYS_LOG", "warn")
            .stdout(Stdio::piped());
        let mut child = configure(&mut command).spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().and_then(|text| text.parse().ok());
        let address = address.with_context(|| format!("`litopys serve` said: {line}"))?;
        Ok(Served { child, address })
    }

    /// Verifies everything with the auditor, over the cluster started for it alone.
    pub async fn audit(&self) -> anyhow::Result<Report> {
        let cluster = self.start_database().await?;
        let database = self.database(&cluster, Role::Auditor);
        let report =
            verify_all(&database, &self.trust, &VerifyOptions::default(), |_, _| {}).await?;
        tokio::task::spawn_blocking(move || cluster.stop()).await??;
        Ok(report)
    }

    /// The process id of the embedded server.
    pub fn server_pid(&self) -> anyhow::Result<u32> {
        let path = self.data().join("data/postmaster.pid");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(text.lines().next().context("an empty postmaster.pid")?.parse()?)
    }
}

/// What an auditor of this ledger trusts.
pub async fn trust_in(agency: &Agency) -> anyhow::Result<Trust> {
    let genesis = agency.ledger.reader().receipt(0).await?.context("no genesis")?;
    Ok(Trust {
        origin: ORIGIN.to_owned(),
        ledger_key: PublicKey::of(&agency.keys.ledger),
        genesis: *genesis.leaf().as_bytes(),
        witnesses: Vec::new(),
        quorum: 0,
    })
}

/// The bearer tokens of those who sign the acts of a chain.
pub struct Tokens {
    clerk: Arc<str>,
    head: Arc<str>,
    head_stream: String,
}

impl Tokens {
    pub fn new(installed: &Installed, keys: &Keys) -> anyhow::Result<Self> {
        let head_stream = keys.stream(Who::Head)?.to_string();
        Ok(Self {
            clerk: installed.token(&keys.stream(Who::Clerk)?.to_string())?.into(),
            head: installed.token(&head_stream)?.into(),
            head_stream,
        })
    }

    /// Each act with the token of its signer.
    pub fn postings(&self, case: &[SignedAct]) -> Vec<Posting> {
        let by_head = format!(r#""signers":[{{"by":"{}""#, self.head_stream);
        let token = |act: &SignedAct| {
            if act.statement.contains(&by_head) { &self.head } else { &self.clerk }
        };
        case.iter().map(|act| Posting::new(act, Arc::clone(token(act)))).collect()
    }
}

/// A running `litopys serve`; killed when dropped.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
}

impl Served {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and wait for a clean end.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        ensure!(Command::new("kill").arg(pid).status()?.success(), "cannot signal litopys");
        let status = self.child.wait()?;
        ensure!(status.success(), "litopys ended with {status}");
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// `litopys` as built beside this test.
fn binary() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let profile = test.ancestors().find(|dir| dir.join("litopys").is_file());
    let found = profile.map(|dir| dir.join("litopys"));
    found.context("`litopys` is not built: run `cargo build -p litopys-api` or `make test`")
}

fn write_secrets(data: &Path, keys: &Keys) -> anyhow::Result<()> {
    fs::create_dir_all(data.join("keys"))?;
    fs::write(data.join("ledger.json"), json!({"origin": ORIGIN}).to_string())?;
    write_key(&data.join("keys/ledger.pem"), &keys.ledger)?;
    write_key(&data.join("token.key"), &SigningKey::from_bytes(&TOKEN_KEY))?;
    write_secret(&data.join("vault.key"), &hex::encode([9; 32]))
}

fn write_key(path: &Path, key: &SigningKey) -> anyhow::Result<()> {
    let bytes = KeypairBytes { secret_key: key.to_bytes(), public_key: None };
    let pem = bytes.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF)?;
    write_secret(path, &pem)
}

fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
