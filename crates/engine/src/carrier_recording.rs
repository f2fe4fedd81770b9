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

/// Why a recording did not come. It is still at the carrier.
#[derive(Debug, Error)]
pub(crate) enum NotFetched {
    /// The carrier did not give it.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// What came is no sound: a page that says "try again later" is no recording.
    #[error("what the carrier gave is no sound file")]
    NoSound,
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

/// Fetches a finished recording and looks whether it is one.
pub(crate) async fn fetch(carrier: &dyn Carrier, recording: &CarrierRecordingId) -> Result<Fetched, NotFetched> {
    let bytes = carrier.fetch_recording(recording).await?;
    let wav = read_wav(&bytes, SAMPLES_AT_MOST).map_err(|_| NotFetched::NoSound)?;
    Ok(Fetched { bytes, wav })
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

/// Deletes a recording at the carrier, now that it is kept here.
pub(crate) async fn delete_there(carrier: &Arc<dyn Carrier>, recording: &CarrierRecordingId) {
    if let Err(error) = carrier.delete_recording(recording).await {
        tracing::warn!(%error, "a recording is kept here, but could not be deleted at the carrier");
    }
}
