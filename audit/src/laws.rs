//! Packages of the law, loaded from the texts stored beside the log.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use litopys_domain::ids::ContentHash;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::{Manifest, Package, Shelf};
use litopys_domain::registry::RegistryAct;

use crate::payload;
use crate::store::{Snapshot, StoreError};
use crate::terms::Terms;

/// The laws of one procedure as published, for reading a case; whether every publication was
/// sound is for `verify` to say. The error names the package that does not load.
pub(crate) async fn of_procedure(
    snapshot: &mut Snapshot,
    procedure: &str,
    zone: TimeZone,
) -> Result<Result<Laws, String>, StoreError> {
    let mut packages = Vec::new();
    for row in snapshot.stream("procedure", procedure).await? {
        let entry = payload::read(&row.payload).ok();
        let act = entry.and_then(|entry| RegistryAct::read(&entry.statement).ok().flatten());
        if let Some(RegistryAct::PackagePublished(published)) = act {
            packages.push((u64::try_from(row.position).unwrap_or_default(), published.package));
        }
    }
    published(snapshot, zone, packages).await
}

/// The laws with these packages, each with the position at which it was published. The error names
/// the package that does not load.
pub(crate) async fn published(
    snapshot: &mut Snapshot,
    zone: TimeZone,
    packages: Vec<(u64, ContentHash)>,
) -> Result<Result<Laws, String>, StoreError> {
    let mut laws = Laws::new(zone);
    let mut shelf = Shelf::default();
    for (position, hash) in packages {
        match load(snapshot, &mut shelf, hash).await? {
            Ok((package, _)) => laws.publish(position, Arc::new(package)),
            Err(why) => return Ok(Err(format!("package {hash}: {why}"))),
        }
    }
    Ok(Ok(laws))
}

/// A package with its terms, or why it is unsound.
pub(crate) type Loaded = Result<(Package, Terms), String>;

/// Loads the package `hash`, if all of its texts are stored and compile.
pub(crate) async fn load(
    snapshot: &mut Snapshot,
    shelf: &mut Shelf,
    hash: ContentHash,
) -> Result<Loaded, StoreError> {
    let texts = snapshot.texts(&[hash.0.to_vec()]).await?;
    let Some(manifest) = texts.into_iter().next().map(|row| row.content) else {
        return Ok(Err("its manifest is not stored".to_owned()));
    };
    let parts = match serde_json::from_str::<Manifest>(&manifest) {
        Ok(parts) => parts,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut named = vec![parts.edition.sha256.0.to_vec()];
    let Manifest { includes, codes, calendars, parameters, letters, .. } = &parts;
    for part in [includes, codes, calendars, parameters, letters] {
        named.extend(part.values().map(|hash| hash.0.to_vec()));
    }
    let texts = snapshot.texts(&named).await?.into_iter();
    let texts = texts.map(|row| (row.sha256, Arc::from(row.content))).collect();
    Ok(assemble(shelf, hash, &manifest, &parts, &texts))
}

fn assemble(
    shelf: &mut Shelf,
    hash: ContentHash,
    manifest: &str,
    parts: &Manifest,
    texts: &HashMap<Vec<u8>, Arc<str>>,
) -> Loaded {
    let fetch = |wanted: ContentHash| texts.get(wanted.0.as_slice()).cloned();
    let package = shelf.load(manifest, &fetch).map_err(|error| error.to_string())?;
    // The hash of what was loaded, not the key under which it was kept.
    if package.hash != hash {
        return Err(format!("its manifest has the hash {}", package.hash));
    }
    let calendar = |(id, hash): (&String, &ContentHash)| Some((id.clone(), fetch(*hash)?));
    let calendars = parts.calendars.iter().filter_map(calendar).collect();
    let edition = fetch(parts.edition.sha256).unwrap_or_default();
    Ok((package, Terms::read(&edition, &calendars)?))
}
