//! The `puppetmaster` binary: wires everything once and decides nothing.

use std::process::ExitCode;

use clap::Parser;
use puppetmaster::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    puppetmaster::commands::run(cli)
}
