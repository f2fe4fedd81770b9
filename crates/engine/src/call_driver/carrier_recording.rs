//! The recording that the carrier makes where we hear no audio: fetched when it is ready, looked at, kept, and deleted there.

use std::sync::Arc;
use std::time::Duration;

use audio::wav::read_wav;
use ports::carrier::{Carrier, RecordingState};
use ports::recording_vault::VaultWriter;
use telephony::CarrierRecordingId;
use telephony::recording::RecordingGrant;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{CallDriver, Event};

/// How long after the end of a call its recording is waited for. Twilio needs a few seconds; one that comes later stays there.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// The longest recording that is looked at: four hours of two channels.
const SAMPLES_AT_MOST: usize = 4 * 3_600 * 8_000 * 2;

/// What the carrier is asked to record.
pub struct CarrierRecording {
    /// Where it reports the recording.
    pub report_to: String,
    /// Whether it is deleted there once it is kept here.
    pub deletes_there: bool,
    /// Leave to record.
    pub grant: RecordingGrant,
    /// Opens the object that it is kept in; `None` if the vault cannot be used.
    pub open: Box<dyn FnOnce() -> Option<Box<dyn VaultWriter>> + Send>,
}

impl CallDriver {
    pub(super) fn recording_news(&mut self, recording: CarrierRecordingId, state: RecordingState) {
        match state {
            RecordingState::Running => self.facts.recording_began = true,
            RecordingState::Ready | RecordingState::Absent => {
                self.facts.recording_began = true;
                self.facts.recording = Some((recording, state));
            }
        }
    }

    /// Waits for the carrier's recording and keeps it. Returns whether one was kept.
    pub(super) async fn keep_carrier_recording(&mut self) -> bool {
        let Some(wanted) = self.carrier_recording.take() else {
            return false;
        };
        // Its first news may have been lost; a call that never got so far has no recording to wait for.
        if !(self.facts.recording_began || self.text_was_open) {
            return false;
        }
        let state = timeout(READY_WITHIN, self.recording_is_settled()).await;
        match state {
            Ok(Some((recording, RecordingState::Ready))) => fetch(self.ports.carrier.clone(), recording, wanted).await,
            Ok(Some(_)) => false,
            Ok(None) | Err(_) => {
                tracing::warn!("the carrier's recording did not come in time; it is still at the carrier");
                false
            }
        }
    }

    async fn recording_is_settled(&mut self) -> Option<(CarrierRecordingId, RecordingState)> {
        loop {
            if let Some(settled) = self.facts.recording.take() {
                return Some(settled);
            }
            // Other news of a call that is over change nothing.
            if let Event::Leg(event) = self.control.receiver.recv().await? {
                self.leg_event(event);
            }
        }
    }
}

async fn fetch(carrier: Arc<dyn Carrier>, recording: CarrierRecordingId, wanted: CarrierRecording) -> bool {
    let bytes = match carrier.fetch_recording(&recording).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(%error, "the carrier's recording could not be fetched; it is still at the carrier");
            return false;
        }
    };
    // A page that says "try again later" is no recording.
    if read_wav(&bytes, SAMPLES_AT_MOST).is_err() {
        tracing::warn!("what the carrier gave as the recording is no sound file; the recording is still at the carrier");
        return false;
    }
    if !keep(bytes, wanted.open).await {
        return false;
    }
    if wanted.deletes_there
        && let Err(error) = carrier.delete_recording(&recording).await
    {
        tracing::warn!(%error, "the recording is kept here, but could not be deleted at the carrier");
    }
    true
}

async fn keep(bytes: Vec<u8>, open: Box<dyn FnOnce() -> Option<Box<dyn VaultWriter>> + Send>) -> bool {
    let Some(mut sink) = open() else {
        return false;
    };
    // Half a megabyte at a time: the writer seals what it gets.
    for piece in bytes.chunks(512 * 1_024) {
        if let Err(error) = sink.append(piece) {
            tracing::warn!(%error, "the carrier's recording could not be kept");
            return false;
        }
    }
    let (done, is_done) = oneshot::channel();
    // Nobody but us waits for it.
    sink.finish_then(Box::new(move |result| drop(done.send(result))));
    matches!(is_done.await, Ok(Ok(())))
}
