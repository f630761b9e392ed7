//! What the database itself promises, held against a real Postgres.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod append_only;
mod lifecycle;
mod privileges;
mod rows;
mod schema;
mod stock_repository;
