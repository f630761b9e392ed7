//! What the whole-system tests, the bench and the demonstrations of failure share.

pub mod agency;
pub mod calendar;
pub mod chain;
pub mod client;
pub mod forced_return;
pub mod installed;
