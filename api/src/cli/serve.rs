//! `litopys serve`: the ledger, its read models and its door, until a signal or a failure.

use std::future::Future;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use ed25519_dalek::SigningKey;
use litopys_api::auth::TokenVerifier;
use litopys_api::http::limits::Limits;
use litopys_api::http::{self, Parts};
use litopys_api::ledger::Ledger;
use litopys_api::own_acts;
use litopys_domain::keys::PublicKey;
use litopys_migrations::{Cluster, Role};
use litopys_projections::{Runner, RunnerOptions};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::data::{DataDir, Place};
use super::database::Database;
use super::opened::{AppenderTask, PATIENCE, open_ledger, why_ended};
use super::out::say;
use super::{key_file, runtime};

/// How often a foreign database is asked whether it is still there.
const ASK_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  litopys serve
  litopys serve --listen 0.0.0.0:8420 --log-format json
  DATABASE_URL=postgres://litopys_writer@db.example/litopys litopys serve

LITOPYS_LOG sets what is logged (default: info), as tracing's filters do. SIGTERM and SIGINT let
open requests finish, then stop the database with a checkpoint.")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Address and port to answer on
    #[arg(long, value_name = "ADDR", env = "LITOPYS_LISTEN", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", env = "LITOPYS_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// No rate limit for callers: for tests and measurements
    #[arg(long, hide = true)]
    no_limits: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    start_log(args.log_format);
    runtime()?.block_on(serve(args))
}

fn start_log(format: LogFormat) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("LITOPYS_LOG").unwrap_or_else(|_| "info,sqlx=warn".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

async fn serve(args: &Args) -> anyhow::Result<()> {
    // Before the database starts, so that no signal finds us unprepared.
    let stop = signals()?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let limits = if args.no_limits { Limits::off() } else { Limits::standard() };
    let open = open(&args.place, limits).await?;
    say!("{} answers on http://{address}", open.origin);
    open.answer(listener, stop).await
}

/// Ends with the name of the first signal that asks to stop.
pub(crate) fn signals() -> anyhow::Result<impl Future<Output = String> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "SIGINT".to_owned(),
            _ = terminate.recv() => "SIGTERM".to_owned(),
        }
    })
}

/// A ledger that is ready to answer.
pub(crate) struct Open {
    pub(crate) origin: String,
    database: Database,
    ledger: Arc<Ledger>,
    appender: AppenderTask,
    key: SigningKey,
    projections: Runner,
    parts: Parts,
}

/// Opens everything but the door. Nothing is made: without a ledger the error says how to get one.
pub(crate) async fn open(place: &Place, limits: Limits) -> anyhow::Result<Open> {
    let dir = place.dir();
    let origin = dir.ledger()?.origin;
    let database = Database::open(place).await?;
    if let Database::Private(cluster) = &database {
        database.prepare().await?;
        tokio::spawn(Arc::clone(cluster).supervise());
    }
    let (ledger, appender) = open_ledger(&origin, &dir, &database).await?;
    let head = ledger.reader().head().await.context("the log cannot be read")?;
    if head.size == 0 {
        bail!("the database holds no ledger: make one with `litopys init`, or set DATABASE_URL");
    }
    let projections = Runner::start(RunnerOptions {
        recent: Some(Arc::clone(ledger.tail()) as _),
        ..RunnerOptions::new(database.options(Role::Projector))
    });
    let tokens = token_verifier(&origin, &dir)?;
    let key = dir.ledger_key()?;
    let parts = Parts { ledger: Arc::clone(&ledger), tokens, limits };
    Ok(Open { origin, database, ledger, appender, key, projections, parts })
}

fn token_verifier(origin: &str, dir: &DataDir) -> anyhow::Result<TokenVerifier> {
    let key = PublicKey::of(&key_file::read(&dir.token_key_file())?);
    Ok(TokenVerifier::new(origin, [key]))
}

/// Why the door is closed.
enum End {
    Asked(String),
    Failed(anyhow::Error),
}

impl Open {
    pub(crate) fn ledger(&self) -> Arc<Ledger> {
        Arc::clone(&self.ledger)
    }

    /// The embedded database's server, where there is one.
    pub(crate) fn cluster(&self) -> Option<Arc<Cluster>> {
        match &self.database {
            Database::Private(cluster) => Some(Arc::clone(cluster)),
            Database::Foreign(_) => None,
        }
    }

    /// Answers, and signs what falls due, until `stop` ends or something fails, then drains and closes in order: door,
    /// ledger, database.
    pub(crate) async fn answer(
        self,
        listener: TcpListener,
        stop: impl Future<Output = String> + Send + 'static,
    ) -> anyhow::Result<()> {
        let Self { database, ledger, appender, key, projections, parts, .. } = self;
        let own_acts = own_acts::start(Arc::clone(&ledger), key);
        let (tell, told) = oneshot::channel();
        let gone: Pin<Box<dyn Future<Output = anyhow::Error> + Send>> = match &database {
            Database::Private(_) => Box::pin(std::future::pending()),
            Database::Foreign(_) => Box::pin(unreachable(Arc::clone(&ledger))),
        };
        let shutdown = async move {
            let end = tokio::select! {
                asked = stop => End::Asked(asked),
                ended = appender => End::Failed(why_ended(ended)),
                error = gone => End::Failed(error),
            };
            if let End::Asked(asked) = &end {
                tracing::info!("{asked}: finishing what was begun");
            }
            _ = tell.send(end);
        };
        http::serve(listener, shutdown, parts).await.context("answering failed")?;
        drop(own_acts);
        drop(projections);
        ledger.pool().close().await;
        drop(ledger);
        database.close().await?;
        match told.await {
            Ok(End::Failed(error)) => Err(error),
            Ok(End::Asked(_)) | Err(_) => Ok(()),
        }
    }
}

/// Ends when a foreign database could not be reached for [`PATIENCE`].
async fn unreachable(ledger: Arc<Ledger>) -> anyhow::Error {
    let mut since = Instant::now();
    loop {
        tokio::time::sleep(ASK_EVERY).await;
        let asked = tokio::time::timeout(ASK_EVERY, ledger.reader().head()).await;
        match asked {
            Ok(Ok(_)) => since = Instant::now(),
            Ok(Err(error)) if since.elapsed() + ASK_EVERY > PATIENCE => {
                return anyhow::Error::new(error).context("the database is gone");
            }
            Err(_) if since.elapsed() + ASK_EVERY > PATIENCE => {
                return anyhow!("the database does not answer");
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }
}
