//! Streams at hand: a bounded cache that never misses an act.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::StreamId;

/// Acts kept in each of two generations; about 5 KiB each.
const ACTS_MAX: usize = 40_000;
/// Acts remembered for streams that were being read while the log moved on.
const RECENT_MAX: usize = 4_096;

type Acts = Arc<Vec<RecordedAct>>;

/// Two generations: what is used again moves to the young one, the old one is dropped whole.
#[derive(Debug, Default)]
pub(super) struct Streams {
    young: HashMap<StreamId, Acts>,
    old: HashMap<StreamId, Acts>,
    young_acts: usize,
    recent: VecDeque<RecordedAct>,
    size: u64,
}

impl Streams {
    pub(super) fn get(&mut self, stream: &StreamId) -> Option<Acts> {
        if let Some(acts) = self.young.get(stream) {
            return Some(Arc::clone(acts));
        }
        let acts = self.old.remove(stream)?;
        self.insert(stream.clone(), Arc::clone(&acts));
        Some(acts)
    }

    /// Adds acts the log took in while `acts` were read; where too many were, they are not kept.
    pub(super) fn keep(
        &mut self,
        stream: &StreamId,
        mut acts: Vec<RecordedAct>,
        read_at: u64,
    ) -> Acts {
        if let Some(known) = self.get(stream)
            && known.len() >= acts.len()
        {
            return known;
        }
        let complete = read_at + self.recent.len() as u64 >= self.size;
        let read = acts.len() as u64;
        acts.extend(
            self.recent
                .iter()
                .filter(|a| a.statement.stream == *stream && a.sequence > read)
                .cloned(),
        );
        let acts = Arc::new(acts);
        if complete {
            self.insert(stream.clone(), Arc::clone(&acts));
        }
        acts
    }

    pub(super) fn push(&mut self, acts: &[RecordedAct], size: u64) {
        for act in acts {
            let stream = &act.statement.stream;
            if act.sequence == 1 {
                self.insert(stream.clone(), Arc::new(vec![act.clone()]));
            } else if let Some(known) =
                self.young.get_mut(stream).or_else(|| self.old.get_mut(stream))
            {
                Arc::make_mut(known).push(act.clone());
                self.young_acts += 1;
            }
            self.recent.push_back(act.clone());
        }
        while self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
        self.size = size;
    }

    fn insert(&mut self, stream: StreamId, acts: Acts) {
        self.young_acts += acts.len();
        self.old.remove(&stream);
        self.young.insert(stream, acts);
        if self.young_acts > ACTS_MAX {
            self.old = std::mem::take(&mut self.young);
            self.young_acts = 0;
        }
    }
}
