//! `litopys init`: a new ledger, in one step or, where administrators keep their keys to
//! themselves, with a draft that travels from one to the next.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use ed25519_dalek::SigningKey;
use litopys_api::ledger::Ledger;
use litopys_domain::ids::StreamId;
use litopys_domain::keys::PublicKey;
use litopys_domain::law::book::LawBook;
use litopys_domain::registry::LedgerFounded;

use super::clock::today_in;
use super::data::{self, DataDir, LedgerFile, Place, Trust};
use super::database::Database;
use super::draft_file::Draft;
use super::key_file::Given;
use super::opened::open_ledger;
use super::out::say;
use super::publish::{Publisher, packages_of, publish};
use super::record::record;
use super::{genesis, key_file, law_files, runtime};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  Keys at hand, one step:
    litopys init --origin ledger.example/main --administrator a.pem --administrator b.pem \\
        --administrator c.pem --threshold 2

  Administrators who keep their keys to themselves:
    litopys init --origin ledger.example/main --administrator a.pem \\
        --administrator 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo --threshold 2 \\
        --draft genesis.json
    litopys sign genesis.json --key b.pem        (each of the others)
    litopys init --submit genesis.json --key a.pem")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The ledger's name for ever: like a domain and a path, such as ledger.example/main
    #[arg(long, required_unless_present = "submit", conflicts_with = "submit")]
    origin: Option<String>,
    /// A founding administrator: a key file, or the public key of one who signs elsewhere
    #[arg(long = "administrator", value_name = "KEY", required_unless_present = "submit")]
    administrators: Vec<String>,
    /// How many administrators must sign a change of administrators or of the ledger's key
    #[arg(long, value_name = "N", required_unless_present = "submit")]
    threshold: Option<usize>,
    /// Time zone in which terms are counted
    #[arg(long, value_name = "ZONE", default_value = "Europe/Kyiv")]
    time_zone: String,
    /// Folder of the law to publish: procedures/, codes/, … [default: what is built in]
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
    /// Say in the genesis that nothing in this ledger is a real decision
    #[arg(long)]
    demonstration: bool,
    /// Write the genesis as a draft for others to sign, and stop
    #[arg(long, value_name = "FILE", conflicts_with = "submit")]
    draft: Option<PathBuf>,
    /// Found the ledger with a draft that everybody has signed
    #[arg(long, value_name = "FILE")]
    submit: Option<PathBuf>,
    /// With --submit: an administrator's key, to publish the law
    #[arg(long, value_name = "FILE", requires = "submit")]
    key: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let dir = args.place.dir();
    refuse_second(&dir)?;
    if let Some(file) = &args.submit {
        let draft = Draft::read(file)?;
        let key = args.key.as_deref().map(key_file::read).transpose()?;
        return found_and_advise(args, draft, key.as_ref());
    }
    let given: Vec<Given> =
        args.administrators.iter().map(|text| Given::parse(text)).collect::<Result<_, _>>()?;
    dir.prepare()?;
    let mut draft = draft_genesis(args, &given, &dir)?;
    draft.sign(&dir.ledger_key()?, None)?;
    for administrator in &given {
        if let Given::Private(key) = administrator {
            draft.sign(key, None)?;
        }
    }
    if let Some(file) = &args.draft {
        draft.write_new(file)?;
        say!("{} waits for {} signatures", file.display(), draft.missing().len());
        say!("next: litopys sign {} --key KEY, then", file.display());
        say!("      litopys init --submit {}", file.display());
        return Ok(());
    }
    if !draft.missing().is_empty() {
        bail!(
            "the private keys of {} administrators are not here: write a draft for them to sign \
             with --draft FILE",
            draft.missing().len()
        );
    }
    let publisher = given.iter().find_map(|administrator| match administrator {
        Given::Private(key) => Some(key),
        Given::Public(_) => None,
    });
    found_and_advise(args, draft, publisher)
}

fn found_and_advise(
    args: &Args,
    draft: Draft,
    publisher: Option<&SigningKey>,
) -> anyhow::Result<()> {
    let book = law_files::read(args.law.as_deref())?;
    runtime()?.block_on(found(&args.place, draft, publisher, &book))?;
    say!();
    say!("next: litopys serve");
    say!("      litopys token --sub officer/… --scope \"admin case:read\"   for who calls it");
    say!("      litopys act OfficerEnrolled …   (litopys act --help shows how)");
    Ok(())
}

/// A founded ledger's administrators, in the order of the genesis.
pub(crate) struct Founded {
    pub administrators: Vec<StreamId>,
}

fn refuse_second(dir: &DataDir) -> anyhow::Result<()> {
    if dir.has_ledger() {
        let origin = dir.ledger()?.origin;
        bail!(
            "{} holds the ledger {origin} already; a ledger is never made over another: name \
             another directory with --data DIR",
            dir.root().display()
        );
    }
    Ok(())
}

fn draft_genesis(args: &Args, given: &[Given], dir: &DataDir) -> anyhow::Result<Draft> {
    let founding = genesis::Founding {
        origin: args.origin.as_deref().unwrap_or_default(),
        ledger_key: PublicKey::of(&dir.ledger_key()?),
        administrators: given.iter().map(Given::public).collect(),
        threshold: args.threshold.unwrap_or_default(),
        time_zone: &args.time_zone,
        demonstration: args.demonstration,
        today: today_in(&args.time_zone)?,
    };
    Draft::new(genesis::statement(founding)?.to_text(), Vec::new())
}

/// Makes the database, records the genesis at position 0, writes what auditors trust, and
/// publishes the law of `book` where an administrator's key is at hand.
pub(crate) async fn found(
    place: &Place,
    draft: Draft,
    publisher: Option<&SigningKey>,
    book: &LawBook,
) -> anyhow::Result<Founded> {
    let dir = place.dir();
    refuse_second(&dir)?;
    dir.prepare()?;
    let founded = genesis::read(&draft.statement)?;
    if founded.key != PublicKey::of(&dir.ledger_key()?) {
        bail!(
            "the genesis names another ledger key than {}: submit it where it was drafted",
            dir.ledger_key_file().display()
        );
    }
    let origin = draft.statement.ledger.clone();
    let act = draft.complete()?;
    let database = Database::open_or_create(place).await?;
    database.prepare().await?;
    let (ledger, _appender) = open_ledger(&origin, &dir, &database).await?;
    let head = ledger.reader().head().await.context("the log cannot be read")?;
    if head.size > 0 {
        bail!("the database holds a ledger of {} acts already; nothing was changed", head.size);
    }
    let recorded = record(&ledger, act).await?;
    let trust = Trust {
        origin: origin.clone(),
        ledger_key: founded.key.to_string(),
        genesis: recorded.receipt.leaf(),
        witnesses: Vec::new(),
        quorum: 0,
    };
    data::write_json(&dir.trust_file(), &trust, data::PUBLIC)?;
    data::write_json(&dir.ledger_file(), &LedgerFile { origin }, data::PUBLIC)?;
    say_founded(&dir, &trust, &founded);
    publish_law(&ledger, &founded, publisher, book).await?;
    drop(ledger);
    database.close().await?;
    Ok(Founded { administrators: founded.administrators.into_iter().map(|a| a.officer).collect() })
}

fn say_founded(dir: &DataDir, trust: &Trust, founded: &LedgerFounded) {
    say!("ledger         {}", trust.origin);
    say!("ledger key     {}", trust.ledger_key);
    say!("genesis        {}", trust.genesis);
    for administrator in &founded.administrators {
        say!("administrator  {} key {}", administrator.officer, administrator.key.thumbprint());
    }
    say!("threshold      {} of {}", founded.threshold, founded.administrators.len());
    say!("for auditors   {}", dir.trust_file().display());
    say!("keep safe      {} (opens every sealed value)", dir.vault_key_file().display());
}

async fn publish_law(
    ledger: &Ledger,
    founded: &LedgerFounded,
    publisher: Option<&SigningKey>,
    book: &LawBook,
) -> anyhow::Result<()> {
    let Some(key) = publisher else {
        say!("law            none yet: litopys procedure publish --key ADMINISTRATOR-KEY");
        return Ok(());
    };
    let public = PublicKey::of(key);
    let named = founded.administrators.iter().find(|named| named.key == public);
    let officer = named.context("the key is no administrator's of this ledger")?.officer.clone();
    let packages = packages_of(book)?;
    let today = today_in(&founded.time_zone)?;
    let count = publish(ledger, &packages, &Publisher { key, officer }, today).await?;
    say!("law            {count} packages of {} procedures", book.procedures().count());
    Ok(())
}
