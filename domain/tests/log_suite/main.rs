//! The log module from outside: vector files, properties, and published crates as second opinion.

#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod edges;
mod keys;
mod properties;
mod second_opinion;
mod support;
mod vectors;
