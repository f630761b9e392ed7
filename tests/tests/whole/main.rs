//! The whole system: real Postgres, the real append path, the real law.

#![expect(clippy::unwrap_used, reason = "tests may")]

mod audited;
mod cases;
