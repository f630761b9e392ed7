//! From nothing to a served ledger with people: the demonstration's ground.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, bail};
use litopys_api::http::limits::Limits;
use litopys_domain::keys::PublicKey;
use litopys_migrations::{Cluster, ClusterOptions};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::people::{self, Person};
use super::stage::{Parts, Stage};
use super::{ORIGIN, seconds};
use crate::cli::client::Server;
use crate::cli::clock::today_in;
use crate::cli::data::Place;
use crate::cli::draft_file::Draft;
use crate::cli::out::say;
use crate::cli::{genesis, init, key_file, law_files, runtime, serve};

const TIME_ZONE: &str = "Europe/Kyiv";
const ADMINISTRATORS: usize = 3;
const THRESHOLD: usize = 2;

pub(super) fn prepare(data: &Path, listen: SocketAddr) -> anyhow::Result<Stage> {
    let place = Place { data: data.to_owned(), database_url: None };
    clear(&place)?;
    say!("0. A new ledger: {ADMINISTRATORS} administrators, threshold {THRESHOLD}");
    let runtime = runtime()?;
    let began = std::time::Instant::now();
    let administrators = runtime.block_on(found(&place))?;
    say!("founded in {}", seconds(began));
    let (tell, told) = oneshot::channel();
    let open = runtime.block_on(serve::open(&place, Limits::standard()))?;
    let listener = runtime
        .block_on(TcpListener::bind(listen))
        .with_context(|| format!("cannot listen on {listen}: choose another with --listen"))?;
    let server = Server { url: format!("http://{}", listener.local_addr()?), token: None };
    let (ledger, cluster) = (open.ledger(), open.cluster().context("no embedded database")?);
    let handle = runtime.handle().clone();
    let serving = std::thread::spawn(move || {
        let stop = async move { told.await.unwrap_or_else(|_| "nobody listens".to_owned()) };
        handle.block_on(open.answer(listener, stop))
    });
    let today = today_in(TIME_ZONE)?;
    let mut stage = Stage::new(Parts {
        place,
        server,
        runtime,
        ledger,
        cluster,
        today,
        administrators,
        stop: tell,
        serving,
    });
    say!("serving at {}", stage.server.url);
    let people = people::enrol(&stage)?;
    stage.employ(people);
    Ok(stage)
}

/// Removes an earlier demonstration, and nothing else.
fn clear(place: &Place) -> anyhow::Result<()> {
    let dir = place.dir();
    let root = dir.root();
    if !root.exists() {
        return Ok(());
    }
    let empty = std::fs::read_dir(root)?.next().is_none();
    let ours = empty || (dir.has_ledger() && dir.ledger()?.origin == ORIGIN);
    if !ours {
        bail!(
            "{} holds something else than a demonstration: name another directory with --data",
            root.display()
        );
    }
    if Cluster::exists(root) {
        // Stops a server that a killed demonstration left behind; refuses while one runs.
        let cluster = Cluster::open(ClusterOptions::new(root))
            .context("the earlier demonstration cannot be removed; is it still running?")?;
        cluster.stop()?;
    }
    std::fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))
}

async fn found(place: &Place) -> anyhow::Result<Vec<Person>> {
    let dir = place.dir();
    dir.prepare()?;
    let keys: Vec<_> =
        (0..ADMINISTRATORS).map(|_| key_file::generate()).collect::<Result<_, _>>()?;
    let ledger_key = dir.ledger_key()?;
    let statement = genesis::statement(genesis::Founding {
        origin: ORIGIN,
        ledger_key: PublicKey::of(&ledger_key),
        administrators: keys.iter().map(PublicKey::of).collect(),
        threshold: THRESHOLD,
        time_zone: TIME_ZONE,
        demonstration: true,
        today: today_in(TIME_ZONE)?,
    })?;
    let mut draft = Draft::new(statement.to_text(), Vec::new())?;
    draft.sign(&ledger_key, None)?;
    for (n, key) in keys.iter().enumerate() {
        draft.sign(key, None)?;
        key_file::write_new(&dir.root().join(format!("keys/administrator-{}.pem", n + 1)), key)?;
    }
    let founded = init::found(place, draft, keys.first(), &law_files::read(None)?).await?;
    let named = founded.administrators.into_iter().zip(keys);
    Ok(named.map(|(stream, key)| Person::administrator(stream, key)).collect())
}
