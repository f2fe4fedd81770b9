//! What is left when the call is over: disposition, report, records.

use std::time::Duration;

use dialogue::conversation;
use dialogue::moves::EndReason;
use dialogue::report::{Outcome, Report};
use dialogue::transcript::{Speaker, Transcript};
use ports::carrier::{CarrierError, RecordingState};
use telephony::call::EndedBy;
use telephony::cost::Micros;
use telephony::leg::LegState;
use telephony::{CarrierCallId, CarrierRecordingId, Disposition};

use super::carrier_work::was_picked_up;
use super::{CallDriver, PassedOver, Recorded};
use crate::live::LiveEvent;
use crate::verdict::{self, Ending};

/// What the driver notices on the way.
#[derive(Default)]
pub(super) struct Facts {
    pub answered_at: Option<Duration>,
    pub was_connected: bool,
    pub length: Duration,
    pub carrier_duration: Option<Duration>,
    pub failure_code: Option<u32>,
    pub ended: Option<(LegState, EndedBy)>,
    /// The carrier has said that the leg is over.
    pub is_end_told: bool,
    /// The call's name at the carrier is on its way to the disk.
    pub has_name: bool,
    /// The last question which calls there are was answered.
    pub could_be_asked: bool,
    pub reason: Option<EndReason>,
    pub carrier_error: Option<CarrierError>,
    /// A carrier asked for patience, and for how long if it said so. Of two that were asked one is enough: it may place the call later.
    pub throttled: Option<Option<Duration>>,
    /// Who was asked first, if the second provider was asked.
    pub passed_over: Option<PassedOver>,
    pub engine_error: Option<String>,
    /// No byte left for a carrier, because "dialing" is not on disk.
    pub not_asked: bool,
    /// A stream was wanted and did not come about.
    pub fell_back: bool,
    /// The carrier has begun to record.
    pub recording_began: bool,
    /// What became of the carrier's recording.
    pub recording: Option<(CarrierRecordingId, RecordingState)>,
    /// The callee does not want to be recorded.
    pub recording_refused: bool,
    pub opt_out_pending: bool,
    pub opt_out_lost: bool,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// How the attempt ended on the line.
    pub disposition: Disposition,
    /// What came of the errand.
    pub report: Report,
    /// Who said what.
    pub transcript: Transcript,
    /// How long the answered part lasted: by the carrier if it says so, else by the audio.
    pub answered_for: Duration,
    /// What it cost by the rate card.
    pub cost: Micros,
    /// Whether the user ended it before it could bring what was wanted.
    pub was_given_up: bool,
    /// The call's name at the carrier, if it was placed.
    pub carrier_call: Option<CarrierCallId>,
    /// The name of the phone provider that was asked last, which is the one that connected it.
    pub provider: &'static str,
    /// Who was asked first and surely placed no call, if a second provider was asked.
    pub passed_over: Option<PassedOver>,
    /// Why the carrier did not place it.
    pub carrier_error: Option<CarrierError>,
    /// How long the carrier asked to wait before the next call, if it did.
    pub asked_wait: Option<Duration>,
    /// What failed in ears or voice; holds no words of the call.
    pub engine_error: Option<String>,
    /// What became of the recording.
    pub recorded: Recorded,
    /// Whether the stream that was wanted did not come about, and the call went on by spoken turns.
    pub fell_back: bool,
    /// From the callee's last sound to our first, for each of our turns that answers one; none where the carrier hears.
    pub response_times: Vec<Duration>,
}

impl CallDriver {
    pub(super) async fn finish(mut self) -> CallOutcome {
        // A call that ended with somebody else has closed no line of ours; to all others this says nothing new.
        self.converse(conversation::Input::Ended);
        self.end_takeover().await;
        self.pay_all_legs();
        let recorded = self.finish_recording().await;
        let (leg, by) = self.facts.ended.unwrap_or((LegState::Failed, EndedBy::Unknown));
        let transcript = self.conversation.transcript().clone();
        let callee_spoke = transcript.turns.iter().any(|turn| matches!(turn.speaker, Speaker::Callee(_)));
        let disposition = verdict::disposition(&Ending {
            leg,
            by,
            was_answered: self.facts.answered_at.is_some() || was_picked_up(leg) && self.facts.was_connected,
            was_connected: self.facts.was_connected,
            who: self.conversation.who_answered(),
            reason: self.conversation.end_reason().or(self.facts.reason),
            callee_spoke,
            failure_code: self.facts.failure_code,
            was_throttled: self.facts.throttled.is_some(),
        });
        let disposition = if self.facts.not_asked { Disposition::SetupFailed } else { disposition };
        let ended_because = self.conversation.end_reason().or(self.facts.reason).unwrap_or(EndReason::CalleeLeft);
        let talked = || {
            Report::build(
                self.conversation.brief(),
                &transcript,
                self.conversation.notes(),
                self.conversation.who_answered(),
                ended_because,
                self.conversation.opted_out(),
            )
            .with_withheld(&transcript, self.conversation.withheld())
            .with_withheld(&transcript, self.filling.withheld())
        };
        let report = Report::not_reached(disposition).unwrap_or_else(talked);
        if let Some(trace) = self.trace.take() {
            trace.finish().await;
        }
        self.tell(LiveEvent::Ended);
        let answered_for = self.facts.carrier_duration.unwrap_or(self.facts.length);
        // A call that the carrier has, and of which it never said that it ended, may have been answered: the price is asked for later.
        let is_open_ended = self.facts.has_name && !self.facts.is_end_told;
        let is_charged = disposition.was_answered() || !answered_for.is_zero() || is_open_ended;
        let is_open = self.may_still_ring(by);
        let outcome = CallOutcome {
            disposition,
            was_given_up: (by == EndedBy::User || ended_because == EndReason::UserEnded) && report.outcome != Outcome::Achieved,
            report,
            answered_for,
            cost: if is_charged { self.scribe.cost_of(answered_for.max(Duration::from_secs(1))) } else { Micros::ZERO },
            carrier_call: self.call.carrier_call().cloned(),
            provider: self.ports.carrier.name(),
            passed_over: self.facts.passed_over,
            carrier_error: self.facts.carrier_error,
            asked_wait: self.facts.throttled.flatten(),
            engine_error: self.facts.engine_error,
            recorded,
            fell_back: self.facts.fell_back,
            // When the callee's last sound was, only who hears it knows.
            response_times: if self.text_was_open { Vec::new() } else { response_times(&transcript) },
            transcript,
        };
        if !is_open {
            self.scribe.finish(&outcome).await;
        }
        outcome
    }

    /// Returns whether the carrier may still have a call of ours that it has not told of: then the attempt stays open, with its reserve,
    /// and [`crate::recovery`] goes on asking.
    fn may_still_ring(&self, by: EndedBy) -> bool {
        let is_nameless = by == EndedBy::Unknown && self.call.carrier_call().is_none();
        is_nameless && (!self.facts.could_be_asked || self.scribe.dialed_for() < self.ports.carrier.abilities().lists_within)
    }
}

/// Returns the pauses between the callee's last sound and our next, in the order of the transcript.
pub fn response_times(transcript: &Transcript) -> Vec<Duration> {
    let pairs = transcript.turns.windows(2);
    pairs
        .filter(|pair| matches!((pair[0].speaker, pair[1].speaker), (Speaker::Callee(_), Speaker::Assistant(_))))
        .filter(|pair| pair[1].from >= pair[0].to)
        .map(|pair| pair[1].from.since(pair[0].to))
        .collect()
}
