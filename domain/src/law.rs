//! The law as data: procedure files, editions, packages, rules, clocks, the state of a case and the
//! judgment of an act (DESIGN §6).

pub mod book;
pub mod calendar;
pub mod changes;
mod compile;
mod cut;
pub mod defects;
pub mod engine;
pub mod explain;
pub mod file;
pub mod fold;
pub mod judge;
pub mod laws;
mod lint;
pub mod lists;
pub mod model;
pub mod next;
pub mod node;
pub mod package;
pub mod problem;
pub mod reading;
pub mod rule;
pub mod value;
