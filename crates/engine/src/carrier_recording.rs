//! A recording that the carrier has made: fetched, looked at, put into the vault, and then deleted there.

use std::sync::Arc;
use std::time::Duration;

use audio::wav::{Wav, read_wav, write_wav};
use ports::carrier::{Carrier, CarrierError};
use ports::recording_vault::{VaultError, VaultWriter};
use telephony::recording::RecordingGrant;
use telephony::{AudioPosition, CarrierRecordingId};
use thiserror::Error;
use tokio::sync::oneshot;

/// The longest recording that is looked at: four hours of two channels.
const SAMPLES_AT_MOST: usize = 4 * 3_600 * 8_000 * 2;

/// Bytes that go to the vault at a time.
const PIECE: usize = 512 * 1_024;

/// A carrier's recording begins a moment before or after our own count of the call, and paused a moment after it was told to:
/// so much more is silenced on either side.
pub(crate) const AROUND: Duration = Duration::from_secs(3);

/// How long is waited between the tries to fetch a recording.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)];

/// Why a recording did not come. It is still at the carrier.
#[derive(Debug, Error)]
pub(crate) enum NotFetched {
    /// The carrier did not give it.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// What came is no sound: a page that says "try again later" is no recording.
    #[error("what the carrier gave is no sound file")]
    NoSound,
    /// Less came than the file's beginning says.
    #[error("the sound file breaks off")]
    Cut,
}

/// A recording as it came, and what it sounds like.
pub(crate) struct Fetched {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its sound.
    pub wav: Wav,
}

impl Fetched {
    /// Silences stretches of it, to its end where none is said, and `around` more on either side. Returns how much that was.
    pub(crate) fn silence(&mut self, stretches: &[(AudioPosition, Option<AudioPosition>)], around: Duration) -> Duration {
        let silenced = stretches.iter().map(|(from, to)| self.silence_one(*from, *to, around)).sum();
        if !stretches.is_empty() {
            self.bytes = write_wav(self.wav.rate_hz, self.wav.channels, &self.wav.samples);
        }
        silenced
    }

    fn silence_one(&mut self, from: AudioPosition, to: Option<AudioPosition>, around: Duration) -> Duration {
        let wav = &mut self.wav;
        let a_second = u64::from(wav.rate_hz) * u64::from(wav.channels);
        let sample = |at: Duration| usize::try_from(at.as_millis() as u64 * a_second / 1_000).unwrap_or(usize::MAX).min(wav.samples.len());
        // Whole frames of all channels.
        let whole = |sample: usize| sample - sample % usize::from(wav.channels.max(1));
        let from = whole(sample(from.since(AudioPosition::ZERO).saturating_sub(around)));
        let to = to.map_or(wav.samples.len(), |to| whole(sample(to.since(AudioPosition::ZERO) + around)));
        wav.samples[from..to.max(from)].fill(0);
        Duration::from_millis((to.max(from) - from) as u64 * 1_000 / a_second.max(1))
    }
}

/// Fetches a finished recording and looks whether it is one, whole. What a carrier calls finished may be missing for some seconds yet,
/// or break off: it is asked again after each of [`WAITS`].
///
/// # Errors
/// [`NotFetched`] of the last try.
pub(crate) async fn fetch(carrier: &dyn Carrier, recording: &CarrierRecordingId) -> Result<Fetched, NotFetched> {
    fetch_by(|| carrier.fetch_recording(recording)).await
}

async fn fetch_by<F: Future<Output = Result<Vec<u8>, CarrierError>>>(ask: impl Fn() -> F) -> Result<Fetched, NotFetched> {
    let mut waits = WAITS.into_iter();
    loop {
        let error = match ask().await.map_err(NotFetched::from).and_then(looked_at) {
            Ok(fetched) => return Ok(fetched),
            Err(error) => error,
        };
        let Some(wait) = waits.next() else { return Err(error) };
        tracing::debug!(%error, "a recording did not come; it is fetched again");
        tokio::time::sleep(wait).await;
    }
}

fn looked_at(bytes: Vec<u8>) -> Result<Fetched, NotFetched> {
    if is_cut(&bytes) {
        return Err(NotFetched::Cut);
    }
    let wav = read_wav(&bytes, SAMPLES_AT_MOST).map_err(|_| NotFetched::NoSound)?;
    Ok(Fetched { bytes, wav })
}

/// Returns whether a file ends before the length that it names at its beginning. A length of 0 or of all ones is that of a file that
/// was written as it was made, and says nothing.
fn is_cut(bytes: &[u8]) -> bool {
    let Some((b"RIFF", rest)) = bytes.split_first_chunk::<4>() else { return false };
    let named = rest.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    named != u32::MAX && named as usize > bytes.len().saturating_sub(8)
}

/// Writes a recording into an object of the vault and waits until it lies there.
pub(crate) async fn put_away(_grant: &RecordingGrant, mut sink: Box<dyn VaultWriter>, bytes: &[u8]) -> Result<(), VaultError> {
    for piece in bytes.chunks(PIECE) {
        sink.append(piece)?;
    }
    let (done, is_done) = oneshot::channel();
    // Nobody but us waits for it.
    sink.finish_then(Box::new(move |result| drop(done.send(result))));
    is_done.await.unwrap_or_else(|_| Err(VaultError::Unavailable { what: "the vault's writer has ended".into() }))
}

/// Deletes a recording at the carrier. Returns whether it is gone.
pub(crate) async fn delete_there(carrier: &Arc<dyn Carrier>, recording: &CarrierRecordingId) -> bool {
    let deleted = carrier.delete_recording(recording).await;
    if let Err(error) = &deleted {
        tracing::warn!(%error, "a recording could not be deleted at the carrier");
    }
    deleted.is_ok()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::Instant;

    use super::*;

    fn file() -> Vec<u8> {
        write_wav(8_000, 2, &[1_000; 1_600])
    }

    /// What a carrier gives, one answer a try.
    async fn fetched(answers: Vec<Result<Vec<u8>, CarrierError>>) -> (Result<Fetched, NotFetched>, usize) {
        let left = RefCell::new(answers.into_iter());
        let result = fetch_by(|| std::future::ready(left.borrow_mut().next().expect("no more tries than answers"))).await;
        let unused = left.borrow().len();
        (result, unused)
    }

    fn missing() -> Result<Vec<u8>, CarrierError> {
        Err(CarrierError::Unclear { carrier: "twilio" })
    }

    #[tokio::test(start_paused = true)]
    async fn a_recording_that_is_late_or_cut_is_fetched_again() {
        let began = Instant::now();
        let half = file()[..file().len() / 2].to_vec();
        let (result, unused) = fetched(vec![missing(), Ok(half), Ok(b"<html>try again later</html>".to_vec()), Ok(file())]).await;
        let whole = result.map_err(|error| error.to_string()).unwrap();
        assert_eq!((whole.bytes, whole.wav.samples.len(), unused), (file(), 1_600, 0));
        assert_eq!(began.elapsed(), WAITS.iter().sum::<Duration>());
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_whole_is_no_recording() {
        let half = || Ok(file()[..file().len() - 1].to_vec());
        let (result, unused) = fetched(vec![half(), half(), half(), half(), Ok(file())]).await;
        assert!(matches!(result, Err(NotFetched::Cut)), "four tries");
        assert_eq!(unused, 1);
    }

    #[test]
    fn a_file_that_was_written_as_it_was_made_names_no_length() {
        for length in [0, u32::MAX] {
            let mut bytes = file();
            bytes[4..8].copy_from_slice(&length.to_le_bytes());
            assert!(!is_cut(&bytes));
        }
        assert!(!is_cut(b"") && !is_cut(b"RIFF") && !is_cut(b"ID3"));
    }
}
