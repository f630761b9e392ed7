//! Litopys, the pure part: statements, law, cases, officers, hashing and the Merkle log.
//!
//! Nothing here reads a clock, draws random numbers, does I/O or knows an async runtime: times,
//! ids and facts come in as values.

pub mod act;
pub mod aggregate;
pub mod built_in;
pub mod canonical;
pub mod circumstances;
pub mod dsse;
pub mod ids;
pub mod keys;
pub mod law;
pub mod legal_time;
pub mod log;
pub mod registry;
pub mod sealed;
pub mod statement;
#[cfg(test)]
mod testing;
pub mod violation;
pub mod words;
