//! The recording that the carrier makes where we hear no audio: waited for after the call.

use std::sync::Arc;
use std::time::Duration;

use ports::carrier::{Carrier, RecordingState};
use ports::recording_vault::VaultWriter;
use telephony::recording::RecordingGrant;
use telephony::{AudioPosition, CarrierRecordingId};
use tokio::time::{Instant, interval_at, timeout};

use super::{CallDriver, Event, Recorded};
use crate::carrier_recording::{delete_there, fetch, put_away};

/// How long after the end of a call its recording is waited for. Twilio needs a few seconds; one that comes later stays there.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// How long the carrier may take to tell that a recording is ready, before it is asked.
const TOLD_WITHIN: Duration = Duration::from_secs(8);

/// How often it is asked then.
const ASK_EVERY: Duration = Duration::from_secs(4);

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

    /// Waits for the carrier's recording and keeps it, or deletes it there if the callee did not want it.
    pub(super) async fn keep_carrier_recording(&mut self) -> Recorded {
        let Some(wanted) = self.carrier_recording.take() else {
            return Recorded::No;
        };
        // Its first news may have been lost; a call that never got so far has no recording to wait for.
        if !(self.facts.recording_began || self.text_was_open) {
            return Recorded::No;
        }
        let state = timeout(READY_WITHIN, self.recording_is_settled()).await;
        match state {
            Ok(Some((recording, _))) if self.facts.recording_refused => {
                delete_there(&self.ports.carrier, &recording).await;
                Recorded::Deleted
            }
            Ok(Some((recording, RecordingState::Ready))) => {
                let silences = self.guard.rules().silences().to_vec();
                keep(self.ports.carrier.clone(), recording, wanted, &silences).await
            }
            Ok(Some(_)) => Recorded::No,
            Ok(None) | Err(_) => {
                tracing::warn!("the carrier's recording did not come in time; it is still at the carrier");
                Recorded::No
            }
        }
    }

    /// Webhooks only hint: where none comes, the carrier is asked.
    async fn recording_is_settled(&mut self) -> Option<(CarrierRecordingId, RecordingState)> {
        let mut ask = interval_at(Instant::now() + TOLD_WITHIN, ASK_EVERY);
        loop {
            if let Some(settled) = self.facts.recording.take() {
                return Some(settled);
            }
            tokio::select! {
                event = self.control.receiver.recv() => {
                    // Other news of a call that is over change nothing.
                    if let Event::Leg(event) = event? {
                        self.leg_event(event);
                    }
                }
                _ = ask.tick() => self.ask_for_recording().await,
            }
        }
    }

    async fn ask_for_recording(&mut self) {
        let Some(call) = self.call.carrier_call() else {
            return;
        };
        match self.ports.carrier.find_recordings(call).await {
            Ok(found) => found.into_iter().for_each(|(recording, state)| self.recording_news(recording, state)),
            Err(error) => tracing::debug!(%error, "the carrier does not say how its recording is"),
        }
    }
}

/// The carrier's recording begins a moment before or after our own count of the call, and paused a moment after it was told to:
/// so much more is silenced on either side.
const AROUND: Duration = Duration::from_secs(3);

/// Puts the recording into the vault, silent where it must be. What holds more than ours does not stay at the carrier.
async fn keep(
    carrier: Arc<dyn Carrier>,
    recording: CarrierRecordingId,
    wanted: CarrierRecording,
    silences: &[(AudioPosition, Option<AudioPosition>)],
) -> Recorded {
    let mut fetched = match fetch(carrier.as_ref(), &recording).await {
        Ok(fetched) => fetched,
        Err(error) => {
            tracing::warn!(%error, "the carrier's recording could not be fetched; it is still at the carrier");
            return Recorded::No;
        }
    };
    let silenced = fetched.silence(silences, AROUND);
    let Some(sink) = (wanted.open)() else {
        return Recorded::No;
    };
    if let Err(error) = put_away(&wanted.grant, sink, &fetched.bytes).await {
        tracing::warn!(%error, "the carrier's recording could not be kept; it is still at the carrier");
        return Recorded::No;
    }
    if wanted.deletes_there || !silences.is_empty() {
        delete_there(&carrier, &recording).await;
    }
    Recorded::Kept { silenced }
}
