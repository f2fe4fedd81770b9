//! `puppetmaster secret set/list/remove`: what is filled in as it is spoken. A value is never an argument: those stand in the shell's
//! history and in the list of processes.

use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

use assistant::moment;
use assistant::never_spoken::may_be_a_secret;
use dialogue::detail::said::is_secret_name;
use ports::clock::Clock;
use ports::secret_store::SecretStore;
use serde_json::{Value, json};
use telephony::Private;

use super::setup::ask_quietly;
use crate::cli::SecretCommand;
use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring::{self, SystemClock};

/// The longest value: as long as a fact's.
const LONGEST: usize = 500;

pub(super) async fn secret(command: SecretCommand, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        SecretCommand::Set { name } => set(&name, config).await?,
        SecretCommand::List { json } => list(json, config).await?,
        SecretCommand::Remove { name } => remove(&name, config).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn set(name: &str, config: &Config) -> Result<(), Failure> {
    let name = name.trim_start_matches('@');
    if !is_secret_name(name) {
        return Err(Failure::of(&codes::SECRET_BAD_NAME));
    }
    let asked = name.to_owned();
    let value = tokio::task::spawn_blocking(move || value_of(&asked)).await.ok().flatten().ok_or_else(|| Failure::of(&codes::SECRET_NO_VALUE))?;
    if !may_be_a_secret(name, value.expose()) {
        return Err(Failure::of(&codes::SECRET_NEVER_SPOKEN).refused());
    }
    let (store, _) = wiring::look(config).await?;
    store.set_secret(name, &value, SystemClock.now()).await?;
    store.close().await;
    println!("kept as @{name}; name it in a fact: --fact \"member number=@{name}\"");
    Ok(())
}

/// With fewer letters and digits a value cannot be told from other words when the callee repeats it.
const LEAST_SIGNS: usize = 4;

/// Returns the value: typed without being shown, or all of standard input. `None` unless it is one line that is not too long.
fn value_of(name: &str) -> Option<Private<String>> {
    let text = if io::stdin().is_terminal() {
        ask_quietly(&format!("the value of @{name} (not shown): "))?
    } else {
        let mut text = String::new();
        let most = u64::try_from(4 * LONGEST).unwrap_or(u64::MAX);
        io::stdin().lock().take(most).read_to_string(&mut text).ok()?;
        text
    };
    let value = text.trim();
    let is_one_line =
        value.chars().filter(|c| c.is_alphanumeric()).count() >= LEAST_SIGNS && value.chars().count() <= LONGEST && !value.contains(char::is_control);
    is_one_line.then(|| Private::new(value.to_owned()))
}

async fn list(is_json: bool, config: &Config) -> Result<(), Failure> {
    let (store, _) = wiring::look(config).await?;
    let kept = store.secrets().await?;
    store.close().await;
    if is_json {
        println!("{}", kept.iter().map(|secret| json!({ "name": secret.name, "set_at": secret.set_at })).collect::<Value>());
    } else if kept.is_empty() {
        println!("no secrets are kept; `puppetmaster secret set NAME` keeps one");
    }
    if !is_json {
        kept.iter().for_each(|secret| println!("@{}  set {}", secret.name, moment::show(secret.set_at, &config.zone())));
    }
    Ok(())
}

async fn remove(name: &str, config: &Config) -> Result<(), Failure> {
    let (store, _) = wiring::look(config).await?;
    let was_there = store.remove_secret(name.trim_start_matches('@'), SystemClock.now()).await?;
    store.close().await;
    if !was_there {
        return Err(Failure::of(&codes::SECRET_UNKNOWN));
    }
    println!("@{}  removed", name.trim_start_matches('@'));
    Ok(())
}
