//! Audits of small ledgers that were built, and tampered with, straight in the tables.

mod clean;
mod dependencies;
mod ledger;
