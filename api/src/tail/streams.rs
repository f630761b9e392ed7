//! Streams at hand: a bounded cache that never misses an act.

mod generations;

use std::collections::VecDeque;
use std::sync::Arc;

use litopys_domain::act::RecordedAct;
use litopys_domain::ids::{AggregateType, StreamId};

use generations::Generations;

/// Acts kept in each of two generations; about 5 KiB each.
const ACTS_MAX: usize = 40_000;
/// Subjects, with the cases that name them, kept in each of two generations.
const SUBJECTS_MAX: usize = 100_000;
/// Acts remembered for streams that were being read while the log moved on.
const RECENT_MAX: usize = 4_096;

type Acts = Arc<Vec<RecordedAct>>;
type Cases = Arc<Vec<StreamId>>;

#[derive(Debug)]
pub(super) struct Streams {
    acts: Generations<RecordedAct>,
    /// The cases that name a subject, in the order in which they first did.
    cases: Generations<StreamId>,
    recent: VecDeque<RecordedAct>,
    size: u64,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            acts: Generations::new(ACTS_MAX),
            cases: Generations::new(SUBJECTS_MAX),
            recent: VecDeque::new(),
            size: 0,
        }
    }
}

impl Streams {
    pub(super) fn get(&mut self, stream: &StreamId) -> Option<Acts> {
        self.acts.get(stream)
    }

    /// Adds acts the log took in while `acts` were read; where too many were, they are not kept.
    pub(super) fn keep(
        &mut self,
        stream: &StreamId,
        mut acts: Vec<RecordedAct>,
        read_at: u64,
    ) -> Acts {
        if let Some(known) = self.acts.get(stream)
            && known.len() >= acts.len()
        {
            return known;
        }
        let complete = self.remembers(read_at);
        let read = acts.len() as u64;
        let new =
            self.since(read_at).filter(|a| a.statement.stream == *stream && a.sequence > read);
        acts.extend(new.cloned());
        let acts = Arc::new(acts);
        if complete {
            self.acts.insert(stream.clone(), Arc::clone(&acts));
        }
        acts
    }

    pub(super) fn push(&mut self, acts: &[RecordedAct], size: u64) {
        for act in acts {
            let stream = &act.statement.stream;
            if act.sequence == 1 {
                self.acts.insert(stream.clone(), Arc::new(vec![act.clone()]));
            } else {
                self.acts.push(stream, act);
            }
            self.push_subjects(act);
            self.recent.push_back(act.clone());
        }
        while self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
        self.size = size;
    }

    pub(super) fn cases_of(&mut self, subject: &StreamId) -> Option<Cases> {
        self.cases.get(subject)
    }

    /// As [`Self::keep`], for the cases of a subject.
    pub(super) fn keep_cases(
        &mut self,
        subject: &StreamId,
        mut cases: Vec<StreamId>,
        read_at: u64,
    ) -> Cases {
        let complete = self.remembers(read_at);
        for act in self.since(read_at) {
            let stream = &act.statement.stream;
            let names = act.statement.subjects.contains(subject);
            if names && stream.kind() == AggregateType::Case && !cases.contains(stream) {
                cases.push(stream.clone());
            }
        }
        let cases = Arc::new(cases);
        if complete {
            self.cases.insert(subject.clone(), Arc::clone(&cases));
        }
        cases
    }

    /// Acts from position `from` on, at most `limit`; none where they are not all at hand.
    pub(super) fn recent(&self, from: u64, limit: usize) -> Vec<RecordedAct> {
        // Begun in its middle, the log is known by the acts of its registry alone: as many acts as
        // there are positions, the first at `from`, are all of them.
        let known = self.remembers(from)
            && self.since(from).next().is_some_and(|first| first.position == from);
        if known { self.since(from).take(limit).cloned().collect() } else { Vec::new() }
    }

    /// Whether every act from position `read_at` on is among the recent ones.
    fn remembers(&self, read_at: u64) -> bool {
        read_at + self.recent.len() as u64 >= self.size
    }

    /// The recent acts from position `read_at` on.
    fn since(&self, read_at: u64) -> impl Iterator<Item = &RecordedAct> {
        let newer = usize::try_from(self.size.saturating_sub(read_at)).unwrap_or(usize::MAX);
        self.recent.iter().skip(self.recent.len().saturating_sub(newer))
    }

    fn push_subjects(&mut self, act: &RecordedAct) {
        let stream = &act.statement.stream;
        if stream.kind() == AggregateType::Person && act.sequence == 1 {
            // Nobody can have named a person before it was registered.
            self.cases.insert(stream.clone(), Arc::default());
        }
        if stream.kind() != AggregateType::Case {
            return;
        }
        for subject in &act.statement.subjects {
            self.cases.push_new(subject, stream);
        }
    }
}
