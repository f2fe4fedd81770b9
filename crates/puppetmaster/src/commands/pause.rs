//! `puppetmaster pause` and `puppetmaster resume`: one switch for all dialing of an installation, whichever process dials.

use std::process::ExitCode;

use assistant::dialing::Pause;
use assistant::moment;
use ports::clock::Clock;
use ports::policy_store::PolicyStore;
use telephony::Private;

use crate::config::Config;
use crate::failure::Failure;
use crate::wiring::{self, SystemClock};

pub(super) async fn pause(reason: Option<String>, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let before = store.paused().await?;
    let since = before.map_or_else(|| SystemClock.now(), |before| before.since);
    store.pause(&Pause { since, reason: reason.map(Private::new) }).await?;
    store.close().await;
    println!("nothing is dialed since {}; calls that are under way go on", moment::show(since, &config.zone()));
    println!("end it with: puppetmaster resume");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn resume(config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let was_paused = store.resume(SystemClock.now()).await?;
    store.close().await;
    println!("{}", if was_paused { "calls may be dialed again" } else { "dialing was not paused" });
    Ok(ExitCode::SUCCESS)
}
