//! What a fold must know beside the case itself: who signs, and the law as published.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, ContentHash};
use litopys_domain::law::model::{ActLaw, Law};
use litopys_domain::law::package::{Manifest, Package};
use litopys_domain::registry::{Registry, RegistryAct};
use litopys_domain::statement::{LawRef, Statement};
use sqlx::PgPool;

use crate::error::{ProjectionError, corrupt, signed};
use crate::feed::EventRow;

/// Registry and law as of a log size.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) registry: Registry,
    packages: HashMap<ContentHash, Arc<Package>>,
}

impl World {
    /// Folds the acts below `size` that are about signers or the law.
    pub(crate) async fn at(pool: &PgPool, size: u64) -> Result<Self, ProjectionError> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"select position, aggregate_type, aggregate_id, sequence, leaf_hash,
                      payload::text as "payload!"
                 from events
                where aggregate_type in ('ledger', 'officer', 'procedure', 'service')
                  and position < $1
                order by position"#,
            signed(size),
        )
        .fetch_all(pool)
        .await?;
        let mut world = Self::default();
        for row in rows {
            world.apply(pool, &row.act()?).await?;
        }
        Ok(world)
    }

    /// Takes in an act that is not of a case or person.
    pub(crate) async fn apply(
        &mut self,
        pool: &PgPool,
        act: &RecordedAct,
    ) -> Result<(), ProjectionError> {
        let wrong =
            |error: &dyn std::fmt::Display| corrupt("events", "payload", act.position, error);
        self.registry.apply(act).map_err(|error| wrong(&error))?;
        if act.statement.stream.kind() != AggregateType::Procedure {
            return Ok(());
        }
        let read = RegistryAct::read(&act.statement).map_err(|error| wrong(&error))?;
        if let Some(RegistryAct::PackagePublished(published)) = read
            && !self.packages.contains_key(&published.package)
        {
            let package = load_package(pool, published.package).await?;
            self.packages.insert(published.package, Arc::new(package));
        }
        Ok(())
    }

    /// The law an act cites; none where it was never published.
    pub(crate) fn law(&self, cited: &LawRef) -> Option<&Law> {
        self.packages.get(&cited.package).map(|package| &package.law)
    }

    pub(crate) fn act_law(&self, statement: &Statement) -> Option<&ActLaw> {
        self.law(statement.law.as_ref()?)?.act(&statement.act)
    }

    /// The day on which a statement's act counts, in the ledger's time zone.
    pub(crate) fn legal_date(&self, statement: &Statement) -> Date {
        let zone = self.registry.founding().map_or(TimeZone::UTC, |f| f.time_zone.clone());
        statement.occurred_at.date_in(&zone)
    }
}

/// Reads a manifest and all the texts it names; `Package::load` checks every hash.
async fn load_package(pool: &PgPool, hash: ContentHash) -> Result<Package, ProjectionError> {
    let wrong = |reason: &dyn std::fmt::Display| corrupt("packages", "content", hash, reason);
    let manifest = texts(pool, &[hash]).await?.remove(&hash);
    let manifest = manifest.ok_or_else(|| wrong(&"the manifest is missing"))?;
    let named: Manifest = serde_json::from_str(&manifest).map_err(|error| wrong(&error))?;
    let maps = [&named.includes, &named.codes, &named.calendars, &named.parameters, &named.letters];
    let mut hashes: Vec<_> = maps.iter().flat_map(|map| map.values().copied()).collect();
    hashes.push(named.edition.sha256);
    let texts = texts(pool, &hashes).await?;
    Package::load(&manifest, &|hash| texts.get(&hash).cloned()).map_err(|error| wrong(&error))
}

async fn texts(
    pool: &PgPool,
    hashes: &[ContentHash],
) -> Result<HashMap<ContentHash, Arc<str>>, ProjectionError> {
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| &hash.as_bytes()[..]).collect();
    let rows = sqlx::query!(
        "select sha256, content from packages where sha256 = any ($1)",
        &hashes as &[&[u8]],
    )
    .fetch_all(pool)
    .await?;
    let mut texts = HashMap::new();
    for row in rows {
        // The key is what the text has, whatever its column says.
        texts.insert(ContentHash::of(row.content.as_bytes()), row.content.into());
    }
    Ok(texts)
}
