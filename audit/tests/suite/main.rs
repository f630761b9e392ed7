//! Audits of small ledgers that were built, and tampered with, straight in the tables.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authority;
mod clean;
mod command;
mod defects;
mod dependencies;
mod history;
mod law;
mod ledger;
mod puts;
mod receipts;
mod tampering;
mod vectors;
