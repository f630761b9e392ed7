//! `litopys-audit`: the auditor's command.

use std::process::ExitCode;

use clap::Parser as _;
use litopys_audit::cli::{Cli, run};

/// An act is many small strings: the system's allocator costs a tenth of recording one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(Cli::parse())
}
