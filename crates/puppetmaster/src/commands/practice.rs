//! The practice network alone.

use std::process::ExitCode;

use crate::cli::SandboxArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::wiring;

pub(super) async fn sandbox(args: &SandboxArgs, config: &Config) -> Result<ExitCode, Failure> {
    if args.cast {
        print!("{}", wiring::cast(config)?.table());
        return Ok(ExitCode::SUCCESS);
    }
    let speech = wiring::speech(config)?;
    speech.warm_up();
    let sandbox = wiring::open_sandbox(config, &speech, args.listen).await?;
    println!("{}", sandbox.credentials_json());
    if !args.json {
        eprintln!("the practice network is open; Ctrl-C closes it");
    }
    wait_for_end().await;
    sandbox.shut_down().await;
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C or the system's wish that we end.
async fn wait_for_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a way to hear signals the process runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
