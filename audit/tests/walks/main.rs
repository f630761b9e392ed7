//! Random walks through every procedure: what `next_acts` offers is accepted once its flags are
//! answered, everything else is refused or flagged, and the auditor agrees with the writer. Walks
//! prefer what no walk has taken yet, and every act of every edition must be taken by one.
//!
//! Then two cases of one person by turns, so that rules look from one into the other, and disputes
//! with the cases whose decisions they attack.
//!
//! `WALKS=200` walks that often through each procedure, from other seeds each time; then nothing is
//! asked of how much they came across.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod candidate;
mod disputes;
mod goal;
mod published;
mod tape;
mod terms;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use litopys_domain::law::engine::EngineAct;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use disputes::{DISPUTE, walk_dispute};
use published::{BOOKS, procedures};
use tape::{Tape, tape};
use walk::{Walked, walk, walk_both};

/// Walks through each procedure, at least, where nobody asks for more.
const WALKS: u32 = 6;
/// The most walks through a procedure whose acts were not all taken yet.
const WALKS_MAX: u32 = 60;
/// Walks of two cases, over all that ask about each other.
const PAIRS: u32 = 60;
/// Walks of a dispute and its parent: at least, and at most until each outcome was put.
const DISPUTES: u32 = 20;
const DISPUTES_MAX: u32 = 80;
/// The one act that is not asked of every procedure: it opens a case and does nothing else, so it is
/// possible only where a procedure says that it opens cases. All others must be taken.
const OPENS_SOME: &str = "ApplicationNotAccepted";

#[derive(Default)]
struct Tally {
    walks: u32,
    wanted: BTreeSet<String>,
    acts: u64,
    terms: u64,
    crossed: u64,
    puts: Vec<String>,
    /// A walk failed and is shrunk: nothing counts any more.
    failed: bool,
}

impl Tally {
    fn add(&mut self, walked: Walked) {
        self.walks += 1;
        self.wanted.retain(|act| !walked.taken.contains(act));
        self.acts += walked.acts;
        self.terms += walked.terms;
        self.crossed += walked.crossed;
        self.puts.extend(walked.puts);
    }
}

/// How many walks somebody asked for.
fn asked() -> Option<u32> {
    std::env::var("WALKS").ok().and_then(|text| text.parse().ok())
}

/// Walks until `is_done`, `WALKS` or else at most `most` times.
fn run(
    name: &str,
    most: u32,
    wanted: BTreeSet<String>,
    is_done: impl Fn(&Tally) -> bool,
    walk: impl Fn(&BTreeSet<String>, &mut Tape) -> Result<Walked, String>,
) -> Tally {
    let asked = asked();
    let config = Config {
        cases: asked.unwrap_or(most),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut runner = if asked.is_some() {
        TestRunner::new(config)
    } else {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, rng)
    };
    let tally = Mutex::new(Tally { wanted, ..Tally::default() });
    let walked = runner.run(&tape(), |mut tape| {
        let wanted = {
            let tally = tally.lock().unwrap();
            if asked.is_none() && !tally.failed && is_done(&tally) {
                return Ok(());
            }
            tally.wanted.clone()
        };
        let walked = walk(&wanted, &mut tape);
        let mut tally = tally.lock().unwrap();
        match walked {
            Ok(walked) if !tally.failed => tally.add(walked),
            Ok(_) => {}
            Err(error) => {
                tally.failed = true;
                return Err(TestCaseError::fail(error));
            }
        }
        Ok(())
    });
    if let Err(error) = walked {
        let error = error.to_string();
        panic!("{name}: {}", error.split("minimal failing").next().unwrap_or_default());
    }
    tally.into_inner().unwrap()
}

/// Every act of every edition that a case can come to.
fn acts_of(procedure: &str) -> BTreeSet<String> {
    let acts = BOOKS.laws().editions(procedure).flat_map(|law| law.acts.values());
    acts.filter(|act| act.id != OPENS_SOME || act.opens).map(|act| act.id.clone()).collect()
}

#[expect(clippy::print_stderr, reason = "the figures of a run, with --nocapture")]
fn tell(what: &str) {
    eprintln!("{what}");
}

/// Every second procedure, beginning with this one, so that two tests share them.
fn walk_through(first: usize) {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for procedure in procedures().into_iter().skip(first).step_by(2) {
        let wanted = acts_of(procedure);
        let is_done = |tally: &Tally| tally.walks >= WALKS && tally.wanted.is_empty();
        let tally = run(procedure, WALKS_MAX, wanted, is_done, |wanted, tape| {
            walk(&BOOKS, procedure, wanted, tape)
        });
        tell(&format!(
            "{procedure}: {} walks, {} acts, {} terms, never taken {:?}",
            tally.walks, tally.acts, tally.terms, tally.wanted
        ));
        tallies.insert(procedure, tally);
    }
    let left: Vec<_> = tallies.iter().filter(|(_, tally)| !tally.wanted.is_empty()).collect();
    let left: Vec<_> = left.iter().map(|(id, tally)| (id, &tally.wanted)).collect();
    assert!(asked().is_some() || left.is_empty(), "acts that no walk took: {left:?}");
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

/// Functions of rules that look at the subjects' other cases of a procedure.
const LOOKING: [&str; 5] =
    ["subject_open(", "subject_has(", "subject_term_open(", "subject_recorded(", "held_since("];

/// Procedures with one that their rules ask about, and the acts that have these rules.
fn asking() -> Vec<([&'static str; 2], BTreeSet<String>)> {
    let mut pairs: BTreeMap<[&str; 2], BTreeSet<String>> = BTreeMap::new();
    for procedure in procedures() {
        let acts = BOOKS.laws().editions(procedure).flat_map(|law| law.acts.values());
        for (act, rule) in acts.flat_map(|act| act.rules.iter().map(move |rule| (act, rule))) {
            let quoted: Vec<&str> = rule.condition().split('"').collect();
            for parts in quoted.windows(2) {
                let looks = LOOKING.iter().any(|function| parts[0].ends_with(function));
                let asked = procedures().into_iter().find(|one| looks && *one == parts[1]);
                if let Some(asked) = asked {
                    pairs.entry([procedure, asked]).or_default().insert(act.id.clone());
                }
            }
        }
    }
    pairs.into_iter().collect()
}

#[test]
fn two_cases_of_one_person_are_walked() {
    let pairs = asking();
    let is_done = |tally: &Tally| tally.walks >= PAIRS;
    let tally = run("two cases", PAIRS, BTreeSet::new(), is_done, |_, tape| {
        let (pair, acts) = tape.pick(&pairs).ok_or("no procedure asks about another")?;
        walk_both(&BOOKS, *pair, acts, tape)
    });
    let (acts, crossed) = (tally.acts, tally.crossed);
    tell(&format!("{} pairs: {acts} acts, {crossed} flags across cases", pairs.len()));
    assert!(
        asked().is_some() || crossed > 20,
        "only {crossed} flags of {acts} acts rest on another case"
    );
}

#[test]
fn disputes_and_the_cases_they_attack_are_walked() {
    let parents: Vec<_> = procedures().into_iter().filter(|one| *one != DISPUTE).collect();
    let never = |tally: &Tally| -> Vec<&str> {
        let outcomes = EngineAct::ALL.iter().filter(|act| act.is_court_outcome());
        let outcomes = outcomes.map(|act| act.id());
        outcomes.filter(|act| tally.puts.iter().all(|put| put != act)).collect()
    };
    let is_done = |tally: &Tally| tally.walks >= DISPUTES && never(tally).is_empty();
    let tally = run("disputes", DISPUTES_MAX, BTreeSet::new(), is_done, |_, tape| {
        let parent = tape.pick(&parents).copied().ok_or("no parent")?;
        walk_dispute(&BOOKS, parent, tape)
    });
    tell(&format!("{} disputes: {} acts, {} puts", tally.walks, tally.acts, tally.puts.len()));
    assert!(
        asked().is_some() || never(&tally).is_empty(),
        "outcomes that no dispute put: {:?}",
        never(&tally)
    );
}
