//! What the process knows of the log's end: its size, who may sign, which law is published, and
//! recently used streams. The appender alone moves it forward, in the order of the log.

mod streams;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::tz::TimeZone;
use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StreamId;
use litopys_domain::law::laws::Laws;
use litopys_domain::law::package::Package;
use litopys_domain::registry::{Registry, RegistryActError};
use litopys_projections::Recent;
use tokio::sync::watch;

use streams::Streams;

/// Everything that judging needs beside the streams an act speaks of.
#[derive(Debug, Clone)]
pub struct World {
    pub registry: Arc<Registry>,
    pub laws: Arc<Laws>,
}

/// A package that an act published, loaded.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) position: u64,
    pub(crate) package: Arc<Package>,
}

impl Default for World {
    fn default() -> Self {
        Self { registry: Arc::default(), laws: Arc::new(Laws::new(TimeZone::UTC)) }
    }
}

impl World {
    fn take(&mut self, act: &RecordedAct) -> Result<(), RegistryActError> {
        let founded = self.registry.founding().is_some();
        Arc::make_mut(&mut self.registry).apply(act)?;
        if let Some(founding) = self.registry.founding()
            && !founded
        {
            // Nothing can be published before the genesis, which fixes the time zone.
            self.laws = Arc::new(Laws::new(founding.time_zone.clone()));
        }
        Ok(())
    }
}

/// The end of the log, as far as this process has seen it.
#[derive(Debug)]
pub struct Tail {
    size: watch::Sender<u64>,
    world: RwLock<Arc<World>>,
    streams: Mutex<Streams>,
}

impl Tail {
    /// Starts at the beginning; advancing takes in everything from position 0 on that
    /// concerns the registry.
    pub fn new() -> Self {
        Self { size: watch::Sender::new(0), world: RwLock::default(), streams: Mutex::default() }
    }

    /// All acts before this position are reflected in [`Self::world`] and [`Self::cached`].
    /// Read it first: what is read afterwards is at least as new.
    pub fn size(&self) -> u64 {
        *self.size.borrow()
    }

    /// Follows the size.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A stream's acts, if they are at hand.
    pub fn cached(&self, stream: &StreamId) -> Option<Arc<Vec<RecordedAct>>> {
        self.streams().get(stream)
    }

    /// Keeps a stream read from the database when the log had at least `read_at` acts.
    pub fn keep(
        &self,
        stream: &StreamId,
        acts: Vec<RecordedAct>,
        read_at: u64,
    ) -> Arc<Vec<RecordedAct>> {
        self.streams().keep(stream, acts, read_at)
    }

    /// The cases that name a subject, if they are at hand.
    pub fn cases_of(&self, subject: &StreamId) -> Option<Arc<Vec<StreamId>>> {
        self.streams().cases_of(subject)
    }

    /// Keeps a subject's cases read from the database when the log had at least `read_at` acts.
    pub fn keep_cases(
        &self,
        subject: &StreamId,
        cases: Vec<StreamId>,
        read_at: u64,
    ) -> Arc<Vec<StreamId>> {
        self.streams().keep_cases(subject, cases, read_at)
    }

    /// Takes in acts that are committed, and only then lets the new size be seen.
    pub(crate) fn advance(
        &self,
        acts: &[RecordedAct],
        published: Vec<Published>,
        size: u64,
    ) -> Result<(), RegistryActError> {
        self.advance_world(acts, published)?;
        self.streams().push(acts, size);
        self.size.send_if_modified(|known| {
            let moved = *known < size;
            *known = size.max(*known);
            moved
        });
        Ok(())
    }

    fn advance_world(
        &self,
        acts: &[RecordedAct],
        published: Vec<Published>,
    ) -> Result<(), RegistryActError> {
        use litopys_domain::ids::AggregateType::{Case, Person};
        let concerns = |act: &&RecordedAct| !matches!(act.statement.stream.kind(), Case | Person);
        if !acts.iter().any(|act| concerns(&act)) {
            return Ok(());
        }
        let mut world = World::clone(&self.world());
        for act in acts.iter().filter(concerns) {
            world.take(act)?;
        }
        for Published { position, package } in published {
            Arc::make_mut(&mut world.laws).publish(position, package);
        }
        *self.world.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(world);
        Ok(())
    }

    fn streams(&self) -> std::sync::MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent for Tail {
    fn recent(&self, from: u64, limit: usize) -> Vec<RecordedAct> {
        self.streams().recent(from, limit)
    }
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}
