//! The reading side against a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod defects;
mod feed;
mod ledger;
mod reads;
mod rebuild;
mod runner;
mod speed;
mod statistics;
