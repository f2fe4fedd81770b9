//! Recordings as MP3, made by the program `lame` if this machine has it.
//!
//! The encoders that could be linked are under licences that this project's own does not go with; a program beside it is not bound
//! to it, and whoever wants MP3 has it from their system's packages.

use std::io;
use std::process::Stdio;

use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The program, found by the search path.
const ENCODER: &str = "lame";

/// Why there is no MP3.
#[derive(Debug, Error)]
pub enum Mp3Error {
    /// The program is not there.
    #[error("MP3 needs the program lame: install it (sudo apt-get install lame), or ask for the same address with .wav")]
    NoEncoder,
    /// It is there, and did not do it.
    #[error("the program lame could not make an MP3 of the recording; ask for the same address with .wav")]
    Failed,
}

/// Returns a WAV file as MP3 at 32 kbit a second and channel, as Twilio's are.
///
/// # Errors
/// [`Mp3Error`], each with what to do.
pub async fn encode(wav: Vec<u8>) -> Result<Vec<u8>, Mp3Error> {
    encode_with(ENCODER, wav).await
}

async fn encode_with(encoder: &str, wav: Vec<u8>) -> Result<Vec<u8>, Mp3Error> {
    let mut command = Command::new(encoder);
    command.args(["--quiet", "--noreplaygain", "--cbr", "-b", "32", "-", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| if error.kind() == io::ErrorKind::NotFound { Mp3Error::NoEncoder } else { Mp3Error::Failed })?;
    let mut input = child.stdin.take().ok_or(Mp3Error::Failed)?;
    // Beside the reading: it writes while it still reads.
    let feed = async move {
        input.write_all(&wav).await?;
        input.shutdown().await
    };
    let (fed, output) = tokio::join!(feed, child.wait_with_output());
    match output {
        Ok(output) if fed.is_ok() && output.status.success() && !output.stdout.is_empty() => Ok(output.stdout),
        Ok(_) | Err(_) => Err(Mp3Error::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_program_is_named_with_what_to_do() {
        let error = encode_with("no-such-encoder", vec![0; 44]).await.unwrap_err();
        assert!(matches!(error, Mp3Error::NoEncoder) && error.to_string().contains("apt-get install lame"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_makes_nothing_is_told() {
        assert!(matches!(encode_with("true", vec![0; 44]).await, Err(Mp3Error::Failed)));
    }
}
