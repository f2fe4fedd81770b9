//! The recording that the carrier makes where we hear no audio: waited for after the call.

use std::sync::Arc;
use std::time::Duration;

use ports::carrier::{Carrier, RecordingState};
use ports::recording_vault::VaultWriter;
use telephony::CarrierRecordingId;
use telephony::recording::RecordingGrant;
use tokio::time::timeout;

use super::{CallDriver, Event};
use crate::carrier_recording::{delete_there, fetch, put_away};

/// How long after the end of a call its recording is waited for. Twilio needs a few seconds; one that comes later stays there.
const READY_WITHIN: Duration = Duration::from_secs(30);

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
            Ok(Some((recording, RecordingState::Ready))) => keep(self.ports.carrier.clone(), recording, wanted).await,
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

/// Returns whether it lies in the vault.
async fn keep(carrier: Arc<dyn Carrier>, recording: CarrierRecordingId, wanted: CarrierRecording) -> bool {
    let fetched = match fetch(carrier.as_ref(), &recording).await {
        Ok(fetched) => fetched,
        Err(error) => {
            tracing::warn!(%error, "the carrier's recording could not be fetched; it is still at the carrier");
            return false;
        }
    };
    let Some(sink) = (wanted.open)() else {
        return false;
    };
    if let Err(error) = put_away(&wanted.grant, sink, &fetched.bytes).await {
        tracing::warn!(%error, "the carrier's recording could not be kept; it is still at the carrier");
        return false;
    }
    if wanted.deletes_there {
        delete_there(&carrier, &recording).await;
    }
    true
}
