//! `litopys-audit`: the auditor's command.

use std::process::ExitCode;

use clap::Parser as _;
use litopys_audit::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
