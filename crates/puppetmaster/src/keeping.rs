//! Where what is kept lies: the master key, wherever it comes from, and the bucket to which sealed recordings and traces are moved.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use buckets::{S3, S3Settings};
use models::CommandLine;
use ports::bucket::Bucket;
use ports::clock::Clock;
use store::{MasterKey, MasterKeys, Settled, Vault};
use telephony::Private;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring::SystemClock;

/// How long a program may take to tell the master key: somebody may have to unlock a keyring first.
const KEY_WITHIN: Duration = Duration::from_secs(60);

/// More than any program prints that prints a key.
const KEY_BYTES_AT_MOST: u64 = 4096;

/// How often `serve` looks for what is to be moved: a call's recording is there a minute after its end.
const MOVES_EVERY: Duration = Duration::from_secs(30);

/// How long the end of a run waits for the bucket. What is not moved by then waits here.
const LAST_MOVES: Duration = Duration::from_secs(20);

/// Returns the master keys that the configuration hands over.
///
/// # Errors
/// A program that should tell one does not.
pub async fn master_keys(config: &Config) -> Result<MasterKeys, Failure> {
    let master = &config.master_key;
    Ok(MasterKeys { current: key(master.value, master.command.as_ref()).await?, next: key(master.next_value, master.next_command.as_ref()).await? })
}

async fn key(value: Option<MasterKey>, command: Option<&CommandLine>) -> Result<Option<MasterKey>, Failure> {
    match (value, command) {
        (Some(key), _) => Ok(Some(key)),
        (None, Some(command)) => ask_program(command).await.map(Some),
        (None, None) => Ok(None),
    }
}

/// Runs the user's program and reads a key from what it prints. Nothing of that is ever shown.
async fn ask_program(command: &CommandLine) -> Result<MasterKey, Failure> {
    let bad = |what: &str| Failure::new(&codes::MASTER_KEY_COMMAND, format!("`{}` {what}", command.words().first().map_or("", String::as_str)));
    let mut words = command.words().iter();
    let mut program = Command::new(words.next().map_or("", String::as_str));
    // It may ask its user on the terminal; what it says there is not ours to hide.
    program.args(words).stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = program.spawn().map_err(|error| bad(&format!("cannot be started: {}", error.kind())))?;
    let told = async {
        let mut text = String::new();
        let read = match child.stdout.take() {
            Some(output) => output.take(KEY_BYTES_AT_MOST).read_to_string(&mut text).await.is_ok(),
            None => false,
        };
        (child.wait().await.is_ok_and(|status| status.success()), read.then(|| Private::new(text)))
    };
    let (is_well, text) = tokio::time::timeout(KEY_WITHIN, told).await.map_err(|_| bad("did not end within a minute"))?;
    if !is_well {
        return Err(bad("failed"));
    }
    let text = text.ok_or_else(|| bad("printed no text"))?;
    text.expose().parse().map_err(|error: store::NoMasterKey| bad(&format!("printed no key: {error}")))
}

/// Returns the bucket that is configured, if one is. It is not asked yet.
///
/// # Errors
/// It cannot be used as it is configured.
pub fn bucket(config: &Config) -> Result<Option<Arc<dyn Bucket>>, Failure> {
    let storage = &config.storage;
    let (Some(bucket), Some(id), Some(secret)) = (&storage.bucket, &storage.access_key_id, &storage.secret_access_key) else { return Ok(None) };
    let settings = S3Settings {
        endpoint: storage.endpoint.as_ref().map(|url| url.as_str().to_owned()),
        bucket: bucket.as_str().to_owned(),
        region: storage.region.as_str().to_owned(),
        prefix: storage.prefix.as_ref().map_or_else(String::new, |prefix| prefix.as_str().to_owned()),
        access_key_id: id.as_str().to_owned(),
        secret_access_key: secret.clone(),
    };
    let opened = S3::new(&settings).map_err(|error| Failure::new(&codes::STORAGE_SETTINGS, error.to_string()))?;
    Ok(Some(Arc::new(opened)))
}

/// Moves what waits, for a bounded time. Returns what came of it; `None` if the time was over.
///
/// # Errors
/// The disk of this machine.
pub async fn settle(vault: &Vault) -> Result<Option<Settled>, Failure> {
    match tokio::time::timeout(LAST_MOVES, vault.settle()).await {
        Ok(settled) => Ok(Some(settled?)),
        Err(_) => Ok(None),
    }
}

/// Returns what a user is told of what waits for the bucket, if anything does.
pub fn waiting_in_words(settled: Option<&Settled>) -> Option<String> {
    let Some(settled) = settled else { return Some("the bucket takes too long; what is not there yet waits here and is moved later".to_owned()) };
    let why = settled.trouble.as_ref().map_or_else(String::new, |error| format!(": {error} [{}]", error.code()));
    (settled.waiting > 0).then(|| format!("{} objects wait here for the bucket{why}", settled.waiting))
}

/// Moves what is whole, again and again.
pub fn move_beside(vault: Arc<Vault>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut rounds = tokio::time::interval(MOVES_EVERY);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut was_told = false;
        loop {
            rounds.tick().await;
            match vault.settle().await {
                Ok(settled) => {
                    // Once when it begins, not every half minute.
                    if let Some(error) = settled.trouble.as_ref().filter(|_| !was_told) {
                        tracing::warn!(%error, code = error.code(), waiting = settled.waiting, "recordings wait on this machine for the bucket");
                    }
                    was_told = settled.trouble.is_some();
                }
                Err(error) => tracing::warn!(%error, "recordings could not be moved to the bucket; it is tried again"),
            }
        }
    })
}

/// Writes, reads and deletes an object of no meaning. Returns where, for people.
///
/// # Errors
/// What the bucket refuses, or that it cannot be reached.
pub async fn probe(bucket: &dyn Bucket) -> Result<String, Failure> {
    const PROBE: &[u8] = b"puppetmaster looks whether it can write here; this object may be deleted";
    let name = format!("probe-{}", SystemClock.now().as_millis());
    let length = PROBE.len() as u64;
    let tried = async {
        bucket.put(&name, length, Box::new(PROBE)).await?;
        let read = bucket.read(&name, 0..length).await;
        bucket.delete(&name).await?;
        read
    };
    match tried.await {
        Ok(read) if read == PROBE => Ok(format!("writes, reads and deletes at {}", bucket.place(""))),
        Ok(_) => Err(Failure::new(&assistant::codes::STORAGE_MISSING, "the bucket gave back something else than was put there")),
        Err(error) => Err(ports::recording_vault::VaultError::from(error).into()),
    }
}
