//! The HTTP side as a client sees it: real Postgres, real TCP.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

mod acts;
mod bad_requests;
mod cases;
mod doors;
mod drafts;
mod law;
mod log;
mod openings;
mod operation;
mod speed;
mod statistics;
mod transfers;
mod worklist;
