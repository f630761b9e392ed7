//! The published texts of the law: stored content-addressed beside the log, loaded from there.

use std::collections::HashMap;
use std::sync::Arc;

use litopys_domain::ids::ContentHash;
use litopys_domain::law::package::{Manifest, Package, PackageTexts, Shelf};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::stored::{StoredError, corrupt};

/// Stores a package's texts; texts that are there already stay.
pub async fn store(pool: &PgPool, package: &PackageTexts) -> Result<(), StoredError> {
    let mut hashes = vec![package.hash];
    let mut kinds = vec!["manifest"];
    let mut contents = vec![package.manifest.as_str()];
    for (hash, text) in &package.texts {
        hashes.push(*hash);
        kinds.push(text.kind);
        contents.push(&text.content);
    }
    let hashes: Vec<&[u8]> = hashes.iter().map(|hash| hash.as_bytes().as_slice()).collect();
    sqlx::query!(
        "insert into packages (sha256, kind, content)
         select * from unnest($1::bytea[], $2::text[], $3::text[]) on conflict (sha256) do nothing",
        &hashes as &[&[u8]],
        &kinds as &[&str],
        &contents as &[&str],
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// One text by its hash; none where it is not stored.
pub async fn text(
    executor: impl PgExecutor<'_>,
    hash: ContentHash,
) -> Result<Option<Arc<str>>, StoredError> {
    Ok(fetch(executor, &[hash]).await?.remove(&hash))
}

/// Loads a package by the hash that acts cite; every text's hash is checked. What packages share is
/// read once where they are loaded through one shelf.
pub async fn load(
    executor: &mut PgConnection,
    shelf: &mut Shelf,
    hash: ContentHash,
) -> Result<Package, StoredError> {
    let fault = || corrupt("packages", "content", hash);
    let mut texts = fetch(&mut *executor, &[hash]).await?;
    let manifest = texts.remove(&hash).ok_or_else(fault)?;
    let named = named_in(&manifest).ok_or_else(fault)?;
    let texts = fetch(&mut *executor, &named).await?;
    shelf
        .load(&manifest, &|wanted| texts.get(&wanted).cloned())
        .map_err(|error| corrupt("packages", "content", format!("{hash}: {error}")))
}

/// Every text that a manifest names.
fn named_in(manifest: &str) -> Option<Vec<ContentHash>> {
    let manifest: Manifest = serde_json::from_str(manifest).ok()?;
    let Manifest { edition, includes, codes, calendars, parameters, letters, .. } = manifest;
    let maps = [includes, codes, calendars, parameters, letters];
    let mut named: Vec<_> =
        maps.into_iter().flat_map(std::collections::BTreeMap::into_values).collect();
    named.push(edition.sha256);
    Some(named)
}

async fn fetch(
    executor: impl PgExecutor<'_>,
    hashes: &[ContentHash],
) -> Result<HashMap<ContentHash, Arc<str>>, StoredError> {
    let wanted: Vec<&[u8]> = hashes.iter().map(|hash| hash.as_bytes().as_slice()).collect();
    let rows = sqlx::query!(
        "select sha256, content from packages where sha256 = any($1)",
        &wanted as &[&[u8]],
    )
    .fetch_all(executor)
    .await?;
    let known = |row: &[u8]| row.try_into().ok().map(ContentHash);
    Ok(rows
        .into_iter()
        .filter_map(|row| known(&row.sha256).map(|hash| (hash, row.content.into())))
        .collect())
}
