//! The whole system: real Postgres, the real append path, the real law.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may")]

mod audited;
mod cases;
mod crashes;
mod defects;
mod memory;
mod own_acts;
mod own_acts_killed;
mod processes;
mod put_rows;
mod service;
mod waiting_puts;
