//! The command `litopys` as people run it: the real binary against data directories of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

#[path = "cli/support.rs"]
mod support;

#[path = "cli/acting.rs"]
mod acting;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/fines.rs"]
mod fines;
#[path = "cli/founding.rs"]
mod founding;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/keeping.rs"]
mod keeping;
#[path = "cli/law.rs"]
mod law;
#[path = "cli/serving.rs"]
mod serving;
