//! The law files of this repository, compiled in, so that a ledger can be founded and a
//! procedure printed without the source tree at hand. Acts are judged by what the log
//! publishes, never by these.

/// Paths below `domain/`, with their texts, in the order of the paths.
pub const LAW_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/law_files.rs"));
