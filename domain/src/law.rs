//! The law as data: procedure files, editions, packages, rules, clocks, the state of a case and the judgment of
//! an act (DESIGN §6).

pub mod calendar;
pub mod node;
pub mod problem;
pub mod rule;
pub mod value;
