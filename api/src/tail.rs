//! What the process knows of the log's end: its size, who may sign, which law is published, and
//! recently used streams. The appender alone moves it forward, in the order of the log.

mod streams;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StreamId;
use litopys_domain::registry::{Registry, RegistryActError};
use tokio::sync::watch;

use streams::Streams;

/// Everything that judging needs beside the streams an act speaks of.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub registry: Arc<Registry>,
}

/// The end of the log, as far as this process has seen it.
#[derive(Debug)]
pub struct Tail {
    size: watch::Sender<u64>,
    world: RwLock<Arc<World>>,
    streams: Mutex<Streams>,
}

impl Tail {
    /// Starts at the beginning; [`Self::advance`] takes in everything from position 0 on that
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

    /// Takes in acts that are committed, and only then lets the new size be seen.
    pub(crate) fn advance(&self, acts: &[RecordedAct], size: u64) -> Result<(), RegistryActError> {
        self.advance_world(acts)?;
        self.streams().push(acts, size);
        self.size.send_if_modified(|known| {
            let moved = *known < size;
            *known = size.max(*known);
            moved
        });
        Ok(())
    }

    fn advance_world(&self, acts: &[RecordedAct]) -> Result<(), RegistryActError> {
        use litopys_domain::ids::AggregateType::{Case, Person};
        let concerns = |act: &&RecordedAct| !matches!(act.statement.stream.kind(), Case | Person);
        if !acts.iter().any(|act| concerns(&act)) {
            return Ok(());
        }
        let mut world = World::clone(&self.world());
        for act in acts.iter().filter(concerns) {
            Arc::make_mut(&mut world.registry).apply(act)?;
        }
        *self.world.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(world);
        Ok(())
    }

    fn streams(&self) -> std::sync::MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}
