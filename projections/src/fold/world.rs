//! What a fold must know beside the case itself: who signs, and the law as published.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::ContentHash;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::{Manifest, Package, Shelf};
use litopys_domain::registry::{Registry, RegistryAct};
use sqlx::PgPool;

use crate::error::{ProjectionError, corrupt, signed};
use crate::feed::EventRow;

/// Registry and law as of a log size.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) registry: Registry,
    pub(crate) laws: Laws,
    /// What the packages have in common.
    shelf: Shelf,
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
        let mut world = Self {
            registry: Registry::default(),
            laws: Laws::new(TimeZone::UTC),
            shelf: Shelf::default(),
        };
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
        match RegistryAct::read(&act.statement).map_err(|error| wrong(&error))? {
            Some(RegistryAct::LedgerFounded(_)) => {
                let zone = self.registry.founding().map_or(TimeZone::UTC, |f| f.time_zone.clone());
                self.laws = Laws::new(zone);
            }
            Some(RegistryAct::PackagePublished(published)) => {
                let package = load_package(pool, &mut self.shelf, published.package).await?;
                self.laws.publish(act.position, Arc::new(package));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Reads a manifest and all the texts it names; the shelf checks every hash.
async fn load_package(
    pool: &PgPool,
    shelf: &mut Shelf,
    hash: ContentHash,
) -> Result<Package, ProjectionError> {
    let wrong = |reason: &dyn std::fmt::Display| corrupt("packages", "content", hash, reason);
    let manifest = texts(pool, &[hash]).await?.remove(&hash);
    let manifest = manifest.ok_or_else(|| wrong(&"the manifest is missing"))?;
    let named: Manifest = serde_json::from_str(&manifest).map_err(|error| wrong(&error))?;
    let maps = [&named.includes, &named.codes, &named.calendars, &named.parameters, &named.letters];
    let mut hashes: Vec<_> = maps.iter().flat_map(|map| map.values().copied()).collect();
    hashes.push(named.edition.sha256);
    let texts = texts(pool, &hashes).await?;
    shelf.load(&manifest, &|hash| texts.get(&hash).cloned()).map_err(|error| wrong(&error))
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
