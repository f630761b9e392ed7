//! The auditor of Litopys: reads the database with its own SQL and verifies it with its own legs.
//!
//! It never imports `api` or `projections`. From `litopys-domain` it takes types, the registry
//! fold and the law; hashing, tiles, proofs, notes and canonical form are a second
//! implementation: `tlog_tiles`, `signed_note` behind a strict verifier, `serde_jcs` and a
//! scanner of its own (DESIGN §2, §9).
//!
//! - [`verify_all`]: everything in a database against a [`Trust`] file, as a [`Report`]
//! - [`verify_receipt`]: one receipt, without a database
//! - [`fn@history`]: the acts of a case on both time axes
//! - [`fn@defects`]: what stands against cases
//! - [`note`], [`tree`], [`form`], [`payload`]: the formats, without I/O
//! - [`store`]: all SQL

pub mod cli;
pub mod defects;
pub mod finding;
pub mod form;
pub mod history;
pub mod judgment;
mod laws;
pub mod note;
pub mod payload;
pub mod receipt;
pub mod report;
pub mod signatures;
pub mod store;
pub mod terms;
pub mod tree;
pub mod trust;
pub mod verify;

pub use defects::{CaseDefects, DefectsReport, defects};
pub use finding::{Fault, Finding, Interval};
pub use history::{History, HistoryOptions, RecordedUntil, history};
pub use receipt::{Receipt, ReceiptReport, verify_receipt};
pub use report::{Lang, Report};
pub use trust::Trust;
pub use verify::{VerifyError, VerifyOptions, verify_all};
