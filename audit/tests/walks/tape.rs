//! Choices drawn beforehand, so that a walk that fails can be shrunk.

use proptest::prelude::*;

/// The most choices of one walk.
const CHOICES_MAX: usize = 1_500;

#[derive(Debug, Clone)]
pub(crate) struct Tape {
    choices: Vec<u32>,
    at: usize,
}

pub(crate) fn tape() -> impl Strategy<Value = Tape> {
    let choices = proptest::collection::vec(any::<u32>(), CHOICES_MAX / 3..CHOICES_MAX);
    choices.prop_map(|choices| Tape { choices, at: 0 })
}

impl Tape {
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.choices.len()
    }

    /// A number below `count`; 0 once all choices are used.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let choice = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        choice as usize % count.max(1)
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(self.below(from.len()))
    }
}
