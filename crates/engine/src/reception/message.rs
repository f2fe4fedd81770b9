//! The box: a message is taken by the carrier, fetched, kept in the vault, deleted there, and written down by our own ears.

use std::sync::Arc;
use std::time::Duration;

use audio::wav::Wav;
use ports::carrier::{CarrierEvent, CarrierNews, RecordingState};
use ports::inbound_store::{MessageState, Visit};
use ports::recording_vault::ObjectKind;
use ports::speech_to_text::{Heard, SpeechToText, Wanted};
use telephony::plan::{Plan, Verb};
use telephony::recording::RecordingGrant;
use telephony::{AudioPosition, CarrierCallId, CarrierRecordingId, UtteranceId};
use tokio::sync::mpsc;

use super::{LONGEST_MESSAGE, Reception, SILENT_FOR, say, wording};
use crate::carrier_recording::{NotFetched, delete_there, fetch, put_away};
use crate::late_recordings::LISTED_WITHIN;

/// The rate that ears take.
const RATE_HZ: u32 = 8_000;

/// Ears keep the last 30 s, so longer messages are heard in pieces of at most 20 s.
const PIECE: usize = 20 * RATE_HZ as usize;

/// A piece ends at the quietest 100 ms of its last six seconds.
const LOOK_BACK: usize = 6 * RATE_HZ as usize;

const QUIET: usize = RATE_HZ as usize / 10;

/// The latest calls that are looked at after a restart: more do not come between a crash and the next start.
const LOOKED_AT: u32 = 50;

/// How long ears may take for a piece.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

impl Reception {
    /// Returns the plan of the box behind these verbs.
    pub(super) fn box_plan(&self, mut verbs: Vec<Verb>) -> Plan {
        verbs.push(say(wording::BOX));
        verbs.push(Verb::TakeMessage {
            longest: LONGEST_MESSAGE,
            silence: SILENT_FOR,
            done_to: self.config.addresses.message(),
            report_to: self.config.addresses.recording(),
        });
        verbs.extend([say(wording::NO_MESSAGE), Verb::HangUp]);
        Plan { verbs }
    }

    /// A message was taken.
    pub async fn message_taken(&self, event: &CarrierEvent) -> Plan {
        let CarrierNews::MessageTaken { recording, length, key } = &event.news else {
            return Plan { verbs: vec![say(wording::NO_MESSAGE), Verb::HangUp] };
        };
        if key.is_some_and(|key| key.as_char() == ::assistant::menu::NEVER_AGAIN) {
            return Plan { verbs: vec![say(self.never_again(&event.call).await), Verb::HangUp] };
        }
        if let Some(recording) = recording {
            let now = self.installation().clock().now();
            if let Err(error) = self.store.leave_message(&event.call, recording, Some(*length), now).await {
                tracing::warn!(%error, "a message could not be written down; its sound is still at the carrier");
                return Plan { verbs: vec![say(wording::FALLBACK), Verb::HangUp] };
            }
        }
        Plan { verbs: vec![say(wording::MESSAGE_TAKEN), Verb::HangUp] }
    }

    /// The carrier tells of a message's recording. Fetching it is slow, so it is done beside.
    pub async fn recording(self: &Arc<Self>, event: CarrierEvent) {
        let CarrierNews::Recording { recording, state } = event.news else {
            return;
        };
        match state {
            RecordingState::Running => {}
            RecordingState::Absent => {
                if let Err(error) = self.store.settle_message(&event.call, MessageState::Lost, None).await {
                    tracing::debug!(%error, "there was no message");
                }
            }
            RecordingState::Ready => self.fetch_beside(event.call, recording),
        }
    }

    /// Fetches what a crash, a full disk or an outage left at the carrier.
    pub async fn recover(self: &Arc<Self>) {
        match self.store.unfetched().await {
            Ok(visits) => visits
                .into_iter()
                .filter_map(|visit| visit.message.map(|message| (visit.call, message.recording)))
                .for_each(|(call, recording)| self.fetch_beside(call, recording)),
            Err(error) => tracing::warn!(%error, "messages that a restart left at the carrier cannot be looked up"),
        }
        match self.store.visits(LOOKED_AT).await {
            Ok(visits) => {
                for visit in visits.iter().filter(|visit| visit.ended_at.is_none() && visit.message.is_none() && visit.attempt.is_none()) {
                    self.look_for_message(&visit.call).await;
                }
            }
            Err(error) => tracing::warn!(%error, "calls that a restart cut off cannot be looked up"),
        }
    }

    /// The end of a call came while nobody was there to be told of it: if a message was left, only the carrier knows.
    async fn look_for_message(self: &Arc<Self>, call: &CarrierCallId) {
        match self.installation().ports.carrier.find_recordings(call).await {
            Ok(found) => {
                let ready = found.into_iter().find(|(_, state)| *state == RecordingState::Ready);
                ready.into_iter().for_each(|(recording, _)| self.fetch_beside(call.clone(), recording));
            }
            Err(error) => tracing::warn!(%error, "the carrier does not say whether a message was left; it is asked again later"),
        }
    }

    fn fetch_beside(self: &Arc<Self>, call: CarrierCallId, recording: CarrierRecordingId) {
        if !self.guests().fetching.insert(call.clone()) {
            return;
        }
        let reception = self.clone();
        tokio::spawn(async move {
            reception.keep(&call, &recording).await;
            reception.guests().fetching.remove(&call);
        });
    }

    /// A message that the carrier has no more is lost; any other is tried again later.
    async fn not_fetched(&self, visit: &Visit, recording: &CarrierRecordingId, error: &NotFetched) {
        let installation = self.installation();
        let is_old = visit.message.as_ref().is_some_and(|message| installation.clock().now() >= message.left_at + LISTED_WITHIN);
        let is_gone = is_old
            && match installation.ports.carrier.find_recordings(&visit.call).await {
                Ok(found) => found.iter().all(|(listed, state)| listed != recording || *state == RecordingState::Absent),
                Err(_) => false,
            };
        if !is_gone {
            return tracing::warn!(%error, "a message could not be fetched; it is tried again later");
        }
        tracing::warn!("the carrier has a message no more; it is lost");
        if let Err(error) = self.store.settle_message(&visit.call, MessageState::Lost, None).await {
            tracing::warn!(%error, "that a message is lost could not be written down; it is asked for again later");
        }
    }

    async fn keep(&self, call: &CarrierCallId, recording: &CarrierRecordingId) {
        let installation = self.installation();
        let now = installation.clock().now();
        let visit = match self.store.leave_message(call, recording, None, now).await {
            Ok(()) => self.store.visit(call).await,
            Err(error) => Err(error),
        };
        let visit = match visit {
            Ok(Some(visit)) if visit.message.as_ref().is_some_and(|message| message.state != MessageState::Kept) => visit,
            Ok(_) => return,
            Err(error) => return tracing::warn!(%error, "a message could not be written down; its sound is still at the carrier"),
        };
        let fetched = match fetch(installation.ports.carrier.as_ref(), recording).await {
            Ok(fetched) => fetched,
            Err(error) => return self.not_fetched(&visit, recording, &error).await,
        };
        // The caller heard that the message is recorded, and spoke after the beep.
        let grant = RecordingGrant::after_notice(self.assistant.recording_basis());
        let kept = match installation.vault.create(&visit.id, ObjectKind::Recording) {
            Ok(sink) => put_away(&grant, sink, &fetched.bytes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            return tracing::warn!(%error, "a message could not be kept; it is tried again later");
        }
        let words = words_of(&installation.ports.ears, &fetched.wav).await;
        if let Err(error) = self.store.settle_message(call, MessageState::Kept, words.as_deref()).await {
            return tracing::warn!(%error, "a message is in the vault, but could not be written down; it is tried again later");
        }
        if installation.deletes_at_carrier {
            delete_there(&installation.ports.carrier, recording).await;
        }
    }
}

/// Returns what ears make of a message; `None` if they cannot hear it, which costs the words and not the message.
async fn words_of(ears: &Arc<dyn SpeechToText>, wav: &Wav) -> Option<String> {
    if wav.rate_hz != RATE_HZ {
        return None;
    }
    let samples = wav.channel(0);
    let mut rest = samples.as_slice();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(end_of_piece(rest));
        words.push(heard_in(ears, piece).await?);
        rest = behind;
    }
    let words = words.join(" ").trim().to_owned();
    (!words.is_empty()).then_some(words)
}

/// Returns where a piece ends: at the end, or where it is quietest.
fn end_of_piece(samples: &[i16]) -> usize {
    if samples.len() <= PIECE {
        return samples.len();
    }
    let loudness = |at: usize| samples[at..at + QUIET].iter().map(|sample| u64::from(sample.unsigned_abs())).sum::<u64>();
    let places = (PIECE - LOOK_BACK..PIECE - QUIET).step_by(QUIET / 2);
    places.min_by_key(|at| loudness(*at)).map_or(PIECE, |at| at + QUIET / 2)
}

async fn heard_in(ears: &Arc<dyn SpeechToText>, samples: &[i16]) -> Option<String> {
    let (sender, mut heard) = mpsc::unbounded_channel();
    // One piece brings one settled word and a few that may still change; nobody listens any more once the time is over.
    let mut listening = ears.listen(Wanted::SettledOnly, Arc::new(move |heard| drop(sender.send(heard)))).ok()?;
    let utterance = UtteranceId(1);
    listening.push(AudioPosition::ZERO, samples);
    listening.begin(utterance, AudioPosition::ZERO);
    listening.settle(utterance, 1, AudioPosition(samples.len() as u64));
    let settled = async {
        loop {
            match heard.recv().await? {
                Heard::Settled { text, .. } => return Some(text),
                Heard::NotSpeech { .. } => return Some(String::new()),
                Heard::Interim { .. } => {}
                Heard::Failed { .. } => return None,
            }
        }
    };
    tokio::time::timeout(HEARD_WITHIN, settled).await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_where_it_is_quiet() {
        assert_eq!(end_of_piece(&[100; 8_000]), 8_000);
        let mut samples = vec![1_000; 30 * 8_000];
        samples[18 * 8_000..18 * 8_000 + 1_600].fill(0);
        let end = end_of_piece(&samples);
        assert!((18 * 8_000..=18 * 8_000 + 1_600).contains(&end), "{end}");
    }
}
