//! Publishing law: the texts into `packages`, then one signed act for each package.

use std::collections::BTreeSet;

use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use jiff::civil::Date;
use litopys_api::law_texts;
use litopys_api::ledger::Ledger;
use litopys_api::record::SignedAct;
use litopys_domain::act::SignedBy;
use litopys_domain::ids::{StatementHash, StreamId};
use litopys_domain::keys::{PublicKey, sign_statement};
use litopys_domain::law::book::LawBook;
use litopys_domain::law::package::PackageTexts;
use litopys_domain::legal_time::LegalTime;
use litopys_domain::registry::{PackagePublished, ROLE_ADMINISTRATOR};
use litopys_domain::statement::{Signer, Statement};

use super::genesis::{blank, facts_of};
use super::law_files::list;
use super::out::progress;
use super::record::record;

/// The administrator who signs.
pub(crate) struct Publisher<'a> {
    pub key: &'a SigningKey,
    pub officer: StreamId,
}

/// Every edition of every procedure of a book, as packages.
pub(crate) fn packages_of(book: &LawBook) -> anyhow::Result<Vec<PackageTexts>> {
    let mut packages = Vec::new();
    for procedure in book.procedures() {
        for date in book.edition_dates(procedure) {
            let package = book
                .package(procedure, date)
                .map_err(|problems| anyhow::anyhow!(list(&problems)))
                .with_context(|| format!("the edition of {procedure} of {date} does not load"))?;
            packages.push(package);
        }
    }
    Ok(packages)
}

/// Publishes what the ledger does not have yet, and answers how many packages that was.
pub(crate) async fn publish(
    ledger: &Ledger,
    packages: &[PackageTexts],
    publisher: &Publisher<'_>,
    today: Date,
) -> anyhow::Result<usize> {
    let bar = progress("publishing the law", packages.len() as u64);
    let mut count = 0;
    for package in packages {
        if publish_one(ledger, package, publisher, today).await? {
            count += 1;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(count)
}

async fn publish_one(
    ledger: &Ledger,
    package: &PackageTexts,
    publisher: &Publisher<'_>,
    today: Date,
) -> anyhow::Result<bool> {
    let stream = StreamId::procedure(&package.procedure)?;
    let acts = ledger.streams().load(&stream).await?;
    let hash = package.hash.to_string();
    let known: BTreeSet<_> =
        acts.iter().filter_map(|act| act.statement.facts.get("package")?.as_str()).collect();
    if known.contains(hash.as_str()) {
        return Ok(false);
    }
    // Texts first: an act must never speak of a package that cannot be read.
    law_texts::store(ledger.pool(), package)
        .await
        .context("the texts of the law cannot be stored")?;
    let seen = acts.last().map(|act| act.hash);
    let facts = PackagePublished { edition: package.edition, package: package.hash };
    record(ledger, signed(ledger, stream, seen, &facts, publisher, today)?).await?;
    Ok(true)
}

fn signed(
    ledger: &Ledger,
    stream: StreamId,
    seen: Option<StatementHash>,
    facts: &PackagePublished,
    publisher: &Publisher<'_>,
    today: Date,
) -> anyhow::Result<SignedAct> {
    let world = ledger.tail().world();
    let origin = world.registry.founding().context("the ledger has no genesis")?.origin.clone();
    let statement = Statement {
        seen,
        facts: facts_of(facts)?,
        occurred_at: LegalTime::Date(today),
        signers: vec![Signer {
            by: publisher.officer.clone(),
            role: ROLE_ADMINISTRATOR.to_owned(),
            office: None,
        }],
        ..blank(&origin, stream, "PackagePublished")
    };
    let text = statement.to_text();
    let signature = sign_statement(publisher.key, &text);
    let key = PublicKey::of(publisher.key).thumbprint();
    Ok(SignedAct {
        statement: text,
        signatures: vec![SignedBy { key, signature }],
        disclosures: Vec::new(),
    })
}
