//! Random walks through every procedure: what `next_acts` offers is accepted once its flags are
//! answered, everything else is refused or flagged, and the auditor agrees with the writer.
//!
//! `WALKS=200` walks that often through each procedure, from other seeds each time.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod candidate;
mod published;
mod tape;
mod terms;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use published::{BOOKS, procedures};
use tape::tape;
use walk::{Walked, walk};

/// Walks through each procedure where nobody asks for more.
const WALKS: u32 = 6;
/// Of the acts that walks were offered, at least so many in a hundred were taken by one of them.
const TAKEN_MIN: usize = 90;

#[derive(Default)]
struct Tally {
    offered: BTreeSet<String>,
    taken: BTreeSet<String>,
    acts: u64,
    terms: u64,
}

impl Tally {
    fn add(&mut self, walked: Walked) {
        self.offered.extend(walked.offered);
        self.taken.extend(walked.taken);
        self.acts += walked.acts;
        self.terms += walked.terms;
    }
}

/// Every second procedure, beginning with this one, so that two tests share them.
fn walk_through(first: usize) {
    let asked = std::env::var("WALKS").ok().and_then(|text| text.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(WALKS),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for procedure in procedures().into_iter().skip(first).step_by(2) {
        let tally = Mutex::new(Tally::default());
        let mut runner = if asked.is_some() {
            TestRunner::new(config.clone())
        } else {
            let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            TestRunner::new_with_rng(config.clone(), rng)
        };
        let walked = runner.run(&tape(), |mut tape| {
            let walked = walk(&BOOKS, procedure, &mut tape).map_err(TestCaseError::fail)?;
            tally.lock().unwrap().add(walked);
            Ok(())
        });
        if let Err(error) = walked {
            let error = error.to_string();
            panic!("{procedure}: {}", error.split("minimal failing").next().unwrap_or_default());
        }
        tallies.insert(procedure, tally.into_inner().unwrap());
    }
    let offered: usize = tallies.values().map(|tally| tally.offered.len()).sum();
    let taken: usize = tallies.values().map(|tally| tally.taken.len()).sum();
    let left: Vec<_> = tallies
        .iter()
        .map(|(id, tally)| (*id, tally.offered.difference(&tally.taken).collect::<Vec<_>>()))
        .collect();
    assert!(taken * 100 >= offered * TAKEN_MIN, "{taken} of {offered} acts were taken: {left:?}");
    assert!(tallies.values().all(|tally| tally.acts > 10), "walks come to a stop too early");
    let terms: u64 = tallies.values().map(|tally| tally.terms).sum();
    assert!(terms > 20, "only {terms} terms were counted a second way");
}

#[test]
fn every_procedure_is_walked_one() {
    walk_through(0);
}

#[test]
fn every_procedure_is_walked_two() {
    walk_through(1);
}
