//! The `puppetmaster` binary: wires everything once and decides nothing.

use std::process::ExitCode;

use puppetmaster::cli::Cli;

fn main() -> ExitCode {
    match Cli::read(std::env::args_os()) {
        Ok(cli) => puppetmaster::commands::run(cli),
        Err(error) => error.exit(),
    }
}
