//! Webhooks of a `<Dial>`: what became of the other leg.

use super::parameters::callback;
use crate::plivo::error_codes::{HangupCause, cause};
use crate::plivo::status::HangupSource;
use crate::words::words;

words! {
    /// How a `<Dial>` ended.
    DialStatus {
        /// Somebody answered, and the connection is over.
        Completed = "completed",
        /// Busy.
        Busy = "busy",
        /// Could not be connected.
        Failed = "failed",
        /// Taken back.
        Cancel = "cancel",
        /// No answer in time.
        Timeout = "timeout",
        /// No answer.
        NoAnswer = "no-answer",
    }
}

words! {
    /// What happened to the other leg.
    DialEvent {
        /// It answered.
        Answer = "answer",
        /// It has the call.
        Connected = "connected",
        /// It is over.
        Hangup = "hangup",
        /// Keys were pressed that were asked for.
        Digits = "digits",
    }
}

callback! {
    /// A `<Dial>` is over, and a document is wanted.
    DialAction shows [status] about [call] needs [] {
        /// How it ended.
        status: DialStatus = "DialStatus";
        /// Whether it rang.
        rang: bool = "DialRingStatus";
        /// The network's word for the end. Decides nothing.
        hangup_cause: String = "DialHangupCause";
        /// The first leg.
        dial_aleg_uuid: String = "DialALegUUID";
        /// The other leg; blank if nobody answered.
        dial_bleg_uuid: String = "DialBLegUUID";
    }
}

impl DialAction {
    /// Returns the leg that answered, if one did.
    pub fn answered_leg(&self) -> Option<&str> {
        self.dial_bleg_uuid.as_deref().filter(|leg| !leg.is_empty())
    }
}

callback! {
    /// Something happened to the other leg.
    DialCallback shows [what, bleg_uuid, hangup_cause_code] about [call] needs [] {
        /// What.
        what: DialEvent = "DialAction";
        /// The same once more.
        bleg_status: String = "DialBLegStatus";
        /// The first leg.
        dial_aleg_uuid: String = "DialALegUUID";
        /// The other leg.
        bleg_uuid: String = "DialBLegUUID";
        /// The number that is shown.
        bleg_from: String = "DialBLegFrom";
        /// Who is rung.
        bleg_to: String = "DialBLegTo";
        /// Seconds, as they were; at the end.
        duration: u32 = "DialBLegDuration";
        /// Seconds in begun minutes, as billed; at the end.
        bill_duration: u32 = "DialBLegBillDuration";
        /// The network's word for the end. Decides nothing.
        hangup_cause: String = "DialBLegHangupCause";
        /// Why it ended.
        hangup_cause_code: u32 = "DialBLegHangupCauseCode";
        /// The same in words.
        hangup_cause_name: String = "DialBLegHangupCauseName";
        /// Who or what ended it.
        hangup_source: HangupSource = "DialBLegHangupSource";
        /// The keys.
        digits: String = "DialDigitsMatch";
        /// Who pressed them: `ALeg`, `BLeg`.
        pressed_by: String = "DialDigitsPressedBy";
    }
}

impl DialCallback {
    /// Returns why the leg ended, if it has and we know the cause.
    pub fn cause(&self) -> Option<&'static HangupCause> {
        self.hangup_cause_code.and_then(cause)
    }

    /// Returns what tells doubles of this webhook apart. Keys may be pressed twice, so theirs are not told apart.
    pub fn key(&self) -> String {
        format!("{}/{}", self.bleg_uuid.as_deref().unwrap_or_default(), self.what.as_ref().map_or("", DialEvent::as_str))
    }
}
