//! Acts in, rows out: the one fold that the live runner and a rebuild share.
//!
//! Rows depend on the acts before them and on nothing else: not on the clock, not on where a batch
//! ends. So a rebuilt table equals the live one.

mod cases;
mod defects;
mod disputes;
mod officers;
pub(crate) mod rows;
pub(crate) mod units;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::AggregateType;
use sqlx::PgPool;

use crate::error::ProjectionError;
use cases::{Batch, Cases};
use rows::{PersonRow, Rows};
use world::World;

/// What is remembered between batches; all of it is read from the log again when lost.
#[derive(Debug)]
pub(crate) struct Fold {
    pool: PgPool,
    world: World,
    cases: Cases,
    size: u64,
}

impl Fold {
    /// Ready to take the act at position `size`.
    pub(crate) async fn at(pool: &PgPool, size: u64) -> Result<Self, ProjectionError> {
        let world = World::at(pool, size).await?;
        Ok(Self { pool: pool.clone(), world, cases: Cases::default(), size })
    }

    /// How many acts are folded.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Takes the acts that follow. After an error the fold is of no more use.
    pub(crate) async fn take(&mut self, acts: Vec<RecordedAct>) -> Result<Rows, ProjectionError> {
        let mut rows = Rows::default();
        let first = self.size;
        let mut signers = BTreeSet::new();
        let mut cases: BTreeMap<String, Vec<RecordedAct>> = BTreeMap::new();
        for act in acts {
            self.size = act.position + 1;
            let stream = &act.statement.stream;
            match stream.kind() {
                AggregateType::Case => {
                    cases.entry(stream.id().to_owned()).or_default().push(act);
                }
                AggregateType::Person => rows.persons.extend(registered(&act)),
                _ => {
                    self.world.apply(&self.pool, &act).await?;
                    signers.extend(officers::touched(&self.world.registry, &act));
                }
            }
        }
        officers::rows(&self.world.registry, &signers, &mut rows);
        let batch = Batch { cases, positions: first..self.size };
        self.cases.take(&self.pool, &self.world, batch, &mut rows).await?;
        Ok(rows)
    }
}

/// A person's stream begins with the registration.
fn registered(act: &RecordedAct) -> Option<PersonRow> {
    (act.sequence == 1).then(|| PersonRow {
        id: act.statement.stream.id().to_owned(),
        registered_at: act.recorded_at,
        position: act.position,
    })
}
