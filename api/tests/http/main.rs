//! The HTTP side as a client sees it: real Postgres, real TCP.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

mod acts;
mod doors;
mod log;
mod operation;
