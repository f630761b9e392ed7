//! A clock that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use litopys_api::clock::Clock;

/// Tells what it was set to, to every process that shares it.
#[derive(Debug, Clone)]
pub struct Calendar(Arc<AtomicI64>);

impl Calendar {
    /// Noon (UTC) of a day such as `2025-03-10`.
    pub fn at(day: &str) -> anyhow::Result<Self> {
        let calendar = Self(Arc::default());
        calendar.turn_to(day)?;
        Ok(calendar)
    }

    /// Moves on to noon of another day.
    pub fn turn_to(&self, day: &str) -> anyhow::Result<()> {
        let noon: Timestamp = format!("{day}T12:00:00Z").parse()?;
        self.0.store(noon.as_second(), Ordering::SeqCst);
        Ok(())
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::from_fn(move || {
            Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap_or_default()
        })
    }
}
