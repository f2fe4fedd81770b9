//! The recording that the carrier makes where we hear no audio: waited for after the call.

use std::time::Duration;

use ports::carrier::RecordingState;
use ports::recording_store::RecordingProgress;
use ports::recording_vault::{VaultError, VaultWriter};
use telephony::CarrierRecordingId;
use telephony::recording::RecordingGrant;
use tokio::time::{Instant, interval_at, timeout};

use super::{CallDriver, Event, NotYet, Recorded};
use crate::carrier_recording::{AROUND, delete_there, fetch, put_away};
use crate::scribe::RecordingFacts;

/// How long after the end of a call its recording is waited for. Twilio needs a few seconds; one that comes later is fetched
/// by [`crate::late_recordings`].
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
    /// Opens the object that it is kept in.
    pub open: Box<dyn FnOnce() -> Result<Box<dyn VaultWriter>, VaultError> + Send>,
    /// Takes away what was written of it.
    pub discard: Box<dyn FnOnce() + Send>,
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
        self.await_recording(false);
    }

    /// Writes down that the carrier records this call, and what is known of that: whatever happens to us, it is fetched later, or
    /// deleted there.
    pub(super) fn await_recording(&self, is_heard_out: bool) {
        let (Some(wanted), Some(call)) = (&self.carrier_recording, self.call.carrier_call()) else {
            return;
        };
        if !(self.facts.recording_began || self.text_since.is_some()) {
            return;
        }
        let known = RecordingFacts {
            recording: self.facts.recording.as_ref().map(|(recording, _)| recording.clone()),
            is_unwanted: self.facts.recording_refused,
            silences: self.guard.rules().silences().to_vec(),
            is_heard_out,
            deletes_there: wanted.deletes_there,
        };
        self.scribe.await_recording(call.clone(), known);
    }

    /// Waits for the carrier's recording and keeps it, or deletes it there if the callee did not want it.
    pub(super) async fn keep_carrier_recording(&mut self) -> Recorded {
        self.await_recording(true);
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
                if delete_there(&self.ports.carrier, &recording).await {
                    self.scribe.recording_is(RecordingProgress::Over).await;
                }
                Recorded::Deleted
            }
            Ok(Some((recording, RecordingState::Ready))) => self.keep(recording, wanted).await,
            Ok(Some(_)) => {
                self.scribe.recording_is(RecordingProgress::Over).await;
                Recorded::No
            }
            Ok(None) | Err(_) => {
                tracing::warn!("the carrier's recording did not come in time; it is still at the carrier, and fetched later");
                Recorded::AtCarrier { because: NotYet::NotReady }
            }
        }
    }

    /// Puts the recording into the vault, silent where it must be. What holds more than ours does not stay at the carrier.
    async fn keep(&mut self, recording: CarrierRecordingId, wanted: CarrierRecording) -> Recorded {
        let silences = self.guard.rules().silences().to_vec();
        let mut fetched = match fetch(self.ports.carrier.as_ref(), &recording).await {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::warn!(%error, "the carrier's recording could not be fetched; it is still at the carrier, and fetched later");
                return Recorded::AtCarrier { because: NotYet::NotFetched };
            }
        };
        let silenced = fetched.silence(&silences, AROUND);
        let kept = match (wanted.open)() {
            Ok(sink) => put_away(&wanted.grant, sink, &fetched.bytes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the carrier's recording could not be kept; it is still at the carrier, and fetched later");
            // The part of it that found room helps nobody.
            (wanted.discard)();
            return Recorded::AtCarrier { because: NotYet::of(&error) };
        }
        // Not before it is known that it is here.
        let is_known = self.scribe.recording_is(RecordingProgress::Kept).await;
        let stays_there = !wanted.deletes_there && silences.is_empty();
        if is_known && (stays_there || delete_there(&self.ports.carrier, &recording).await) {
            self.scribe.recording_is(RecordingProgress::Over).await;
        }
        Recorded::Kept { silenced }
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
