//! Which position last touched which key, over a bounded window of the log.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use litopys_domain::ids::StreamId;
use litopys_domain::statement::Statement;

/// Positions the window reaches back; reads older than that are judged again.
const POSITIONS_MAX: u64 = 65_536;

/// A stream or a subject, by a hash of its name: two names with one hash cost a second judging,
/// never a missed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u64);

impl From<&StreamId> for Key {
    fn from(stream: &StreamId) -> Self {
        let mut hasher = DefaultHasher::new();
        stream.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The keys an act touches: its own stream and each subject.
pub(super) fn touched_by(statement: &Statement) -> impl Iterator<Item = Key> {
    std::iter::once(&statement.stream).chain(&statement.subjects).map(Key::from)
}

#[derive(Debug)]
pub(super) struct Window {
    last: HashMap<Key, u64>,
    order: VecDeque<(u64, Key)>,
    /// Touches before this position are forgotten.
    start: u64,
}

impl Window {
    /// Nothing is known of what happened before `size`.
    pub(super) fn new(size: u64) -> Self {
        Self { last: HashMap::new(), order: VecDeque::new(), start: size }
    }

    pub(super) fn touch(&mut self, key: Key, position: u64) {
        self.last.insert(key, position);
        self.order.push_back((position, key));
        while let Some(&(oldest, key)) = self.order.front()
            && oldest + POSITIONS_MAX < position
        {
            self.order.pop_front();
            if self.last.get(&key) == Some(&oldest) {
                self.last.remove(&key);
            }
            self.start = oldest + 1;
        }
    }

    /// True if no key was touched at or after `read_at`.
    pub(super) fn unmoved(&self, keys: &[Key], read_at: u64) -> bool {
        read_at >= self.start
            && keys.iter().all(|key| self.last.get(key).is_none_or(|&touched| touched < read_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touched_key_overtakes_older_reads() {
        let mut window = Window::new(10);
        assert!(window.unmoved(&[Key(1)], 10));
        assert!(!window.unmoved(&[Key(1)], 9), "before the window nothing is known");
        window.touch(Key(1), 10);
        assert!(!window.unmoved(&[Key(2), Key(1)], 10));
        assert!(window.unmoved(&[Key(1)], 11));
        assert!(window.unmoved(&[Key(2)], 10));
    }

    #[test]
    fn the_window_is_bounded() {
        let mut window = Window::new(0);
        window.touch(Key(1), 0);
        window.touch(Key(2), POSITIONS_MAX + 1);
        assert_eq!(window.last.len(), 1);
        assert!(!window.unmoved(&[Key(3)], 0));
        assert!(window.unmoved(&[Key(3)], 1));
    }
}
