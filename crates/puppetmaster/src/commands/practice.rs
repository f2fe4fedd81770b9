//! The practice network alone.

use std::process::ExitCode;

use super::ending::Ending;
use crate::cli::SandboxArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::wiring;

pub(super) async fn sandbox(args: &SandboxArgs, config: &Config) -> Result<ExitCode, Failure> {
    if args.cast {
        print!("{}", wiring::cast(config)?.table());
        return Ok(ExitCode::SUCCESS);
    }
    let mut ending = Ending::new();
    let speech = wiring::speech(config)?;
    speech.warm_up();
    let sandbox = wiring::open_sandbox(config, &speech, args.listen).await?;
    println!("{}", sandbox.credentials_json());
    if !args.json {
        eprintln!("the practice network is open; Ctrl-C closes it");
    }
    ending.next().await;
    sandbox.shut_down().await;
    Ok(ExitCode::SUCCESS)
}
