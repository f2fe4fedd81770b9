//! The file of the audit log's checkpoints: a line of JSON for each, the newest last.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use assistant::audit::Checkpoint;
use ports::clock::Clock;
use store::Store;

use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring::SystemClock;

/// Reads all of them; none if there is no file.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn read(file: &Path) -> Result<Vec<Checkpoint>, Failure> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::new(&codes::AUDIT_CHECKPOINTS, format!("cannot read {}: {error}", file.display()))),
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let bad = |_| Failure::new(&codes::AUDIT_CHECKPOINTS, format!("line {} of {} is no checkpoint", index + 1, file.display()));
            serde_json::from_str(line).map_err(bad)
        })
        .collect()
}

/// Appends one. On disk when it returns.
///
/// # Errors
/// The file cannot be written.
pub fn append(file: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let written = serde_json::to_string(checkpoint).map_err(std::io::Error::other).and_then(|line| {
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Failure::new(&codes::AUDIT_CHECKPOINTS, format!("cannot write {}: {error}", file.display())))
}

/// Writes a checkpoint at the end of a run, if anything was done since the last one. That it could not be written is a warning.
pub(crate) async fn at_the_end(config: &Config, store: &Store) {
    let file = config.checkpoints_file();
    let checkpoint = match store.checkpoint(SystemClock.now()).await {
        Ok(Some(checkpoint)) => checkpoint,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%error, "the end of the audit log could not be read"),
    };
    // A file that cannot be read is told by `audit verify`; a new line in it does no harm.
    let is_known = read(&file).is_ok_and(|known| known.last().is_some_and(|last| last.hash == checkpoint.hash));
    if !is_known && let Err(failure) = append(&file, &checkpoint) {
        tracing::warn!(what = failure.what, "a checkpoint of the audit log could not be written");
    }
}
