//! What judging cases rests on: the time zone, who signs, and the law as published.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_domain::law::laws::Laws;
use litopys_domain::registry::{Registry, RegistryAct};

use super::DefectsError;
use crate::laws;
use crate::payload;
use crate::store::Snapshot;

pub(super) struct Ground {
    pub(super) registry: Registry,
    pub(super) laws: Laws,
    /// The day of the newest act.
    pub(super) last_day: Date,
}

impl Ground {
    /// Folds the acts that are about signers or the law.
    pub(super) async fn read(snapshot: &mut Snapshot) -> Result<Self, DefectsError> {
        let mut registry = Registry::default();
        let mut packages = Vec::new();
        for row in snapshot.ground().await? {
            let position = row.position;
            let unreadable = || DefectsError::Unreadable { position };
            let entry = payload::read(&row.payload).map_err(|_| unreadable())?;
            let act = entry.recorded_at_position(position).ok_or_else(unreadable)?;
            registry.apply(&act).map_err(|_| unreadable())?;
            let read = RegistryAct::read(&act.statement).map_err(|_| unreadable())?;
            if let Some(RegistryAct::PackagePublished(published)) = read {
                packages.push((act.position, published.package));
            }
        }
        let founding = registry.founding().ok_or(DefectsError::NoGenesis)?;
        let laws = laws::published(snapshot, founding.time_zone.clone(), packages).await?;
        let laws = laws.map_err(DefectsError::Law)?;
        let last_day = last_day(snapshot, laws.zone()).await?;
        Ok(Self { registry, laws, last_day })
    }
}

async fn last_day(snapshot: &mut Snapshot, zone: &TimeZone) -> Result<Date, DefectsError> {
    let last = snapshot.event_count().await? - 1;
    let rows = snapshot.events(last, 1).await?;
    let entry = rows.first().and_then(|row| payload::read(&row.payload).ok());
    let entry = entry.ok_or(DefectsError::Unreadable { position: last })?;
    Ok(entry.recorded_at.timestamp().to_zoned(zone.clone()).date())
}
