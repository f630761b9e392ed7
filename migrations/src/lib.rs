//! Makes a database ready for Litopys: SQL, roles and triggers ([`migrate`], [`prepare_database`]),
//! the private Postgres that runs where no `DATABASE_URL` is given ([`Cluster`]), and a fresh
//! database for every test ([`testing::database`]).
//!
//! The migrations lie in `sql/`, numbered; a released one is never edited.

pub mod cluster;
pub mod role;
pub mod schema;
pub mod testing;

pub use cluster::{Cluster, ClusterError, ClusterOptions, default_data_dir};
pub use role::Role;
pub use schema::{SchemaError, migrate, prepare_database};
