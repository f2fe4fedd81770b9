//! Tells by a program on this machine: `notify-send`, a script.
//!
//! The program gets the title as its last argument but one, the text as its last, and the event as JSON on its standard input.
//! No shell reads any of it.

use std::process::Stdio;
use std::time::Duration;

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use ports::notifier::{Notifier, NotifyError};
use telephony::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::process::Command as Process;

/// A program that only shows a message ends at once.
const WITHIN: Duration = Duration::from_secs(20);

/// Tells by a program.
pub struct Command {
    /// The program and its first arguments.
    pub line: Vec<String>,
}

#[async_trait]
impl Notifier for Command {
    fn channel(&self) -> Channel {
        Channel::Command
    }

    async fn tell(&self, telling: &Telling, _: Timestamp) -> Result<(), NotifyError> {
        let (program, arguments) = self.line.split_first().ok_or(NotifyError::BadAddress)?;
        let mut process = Process::new(program);
        process.args(arguments).arg(telling.title()).arg(telling.text());
        process.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = process.spawn().map_err(|_| NotifyError::BadAddress)?;
        let ended = async {
            if let Some(mut input) = child.stdin.take() {
                // A program that does not read has told all the same.
                let _ = input.write_all(telling.json().to_string().as_bytes()).await;
            }
            child.wait().await
        };
        match tokio::time::timeout(WITHIN, ended).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(_)) => Err(NotifyError::Refused),
            Ok(Err(_)) | Err(_) => Err(NotifyError::NoAnswer),
        }
    }
}
