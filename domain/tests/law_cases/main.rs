//! Cases under a small law of their own: given recorded acts, when a statement comes, then a
//! verdict and a state.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "tests write facts in place")]

mod world;

mod custody;
mod defects;
mod detention;
mod disputes;
mod editions;
mod findings;
mod hostile;
mod judging;
mod loading;
mod mended;
mod order;
mod properties;
mod speed;
mod terms;
