//! The command `litopys`: run it alone for a list of what it does.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

/// An act is many small strings: the system's allocator costs a tenth of recording one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
