//! The reading side of Litopys: everything that answers questions is folded from the log.
//!
//! # Layout
//! - [`feed`]: the log in the order of its positions
//! - [`runner`]: keeps the read models up with it; builds them anew and swaps them in
//! - `fold`: acts in, rows out; shared by the runner and a rebuild
//! - [`reads`]: cases, timelines, the worklist, officers, persons
//! - [`statistics`]: counts, as of any position
//!
//! `sql/` holds the tables. The projector creates them itself, because only it knows which shape
//! it writes.

pub mod error;
pub mod feed;
mod fold;
pub mod reads;
pub mod runner;
mod schema;
pub mod statistics;
mod write;

pub use error::ProjectionError;
pub use feed::{Feed, FeedOptions, Recent};
pub use runner::{Rebuilt, Runner, RunnerOptions, Status, rebuild};
