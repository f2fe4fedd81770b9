//! Webhooks about a call: it rings, it was answered, a document is wanted, a machine answered, it is over.

use std::time::Duration;

use telephony::Timestamp;
use telephony::leg::LegState;

use super::MissingParameter;
use super::parameters::{Bag, Pairs, Parameter, callback};
use crate::date;
use crate::plivo::clock::AccountTime;
use crate::plivo::decimal::Decimal;
use crate::plivo::error_codes::{HangupCause, cause};
use crate::plivo::party::Party;
use crate::plivo::status::{CallEvent, CallStatus, Direction, HangupSource, leg_state_at_end};

/// Makes the parameters that stand in all webhooks about a call.
macro_rules! call_parameters {
    ($($(#[$meta:meta])* $field:ident: $ty:ty = $key:literal;)*) => {
        /// What all webhooks about a call carry, each its part.
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct CallParameters {
            /// The call.
            pub call_uuid: String,
            $($(#[$meta])* pub $field: Option<$ty>,)*
        }

        impl CallParameters {
            pub(super) fn take(bag: &mut Bag) -> Result<Self, MissingParameter> {
                Ok(Self { call_uuid: bag.take_needed("CallUUID")?, $($field: bag.take($key),)* })
            }

            pub(super) fn put<'a>(&'a self, pairs: &mut Pairs<'a>) {
                pairs.push(("CallUUID".into(), self.call_uuid.as_str().into()));
                $(if let Some(value) = &self.$field {
                    pairs.push(($key.into(), value.text()));
                })*
            }
        }
    };
}

call_parameters! {
    /// The request that made it; outgoing calls only.
    request_uuid: String = "RequestUUID";
    /// The first leg; outgoing calls only.
    aleg_uuid: String = "ALegUUID";
    /// The request that made the first leg; outgoing calls only.
    aleg_request_uuid: String = "ALegRequestUUID";
    /// What this webhook is for.
    event: CallEvent = "Event";
    /// The state of the call.
    status: CallStatus = "CallStatus";
    /// Who called whom.
    direction: Direction = "Direction";
    /// Who calls, with or without `+`: see [`CallParameters::caller`].
    from: String = "From";
    /// Who is called, with or without `+`: see [`CallParameters::callee`].
    to: String = "To";
    /// The caller's name.
    caller_name: String = "CallerName";
    /// When the call began, UTC.
    session_start: String = "SessionStart";
    /// The account that owns the call.
    parent_auth_id: String = "ParentAuthID";
    /// The account; not always said.
    auth_id: String = "AuthID";
    /// What a minute costs.
    bill_rate: Decimal = "BillRate";
    /// The country of the far end.
    country_code: String = "CountryCode";
    /// How the call went.
    route_type: String = "RouteType";
    /// Trust in the caller's number: `Verified`, …
    stir_verification: String = "STIRVerification";
    /// How much trust: `A`, `B`, `C`, …
    stir_attestation: String = "STIRAttestation";
    /// Who sent the call on.
    forwarded_from: String = "ForwardedFrom";
    /// A machine answered. Only ever `true`: that nothing is said means nothing.
    machine: bool = "Machine";
}

impl CallParameters {
    /// Returns who calls.
    pub fn caller(&self) -> Option<Party> {
        self.from.as_deref().map(Party::parse)
    }

    /// Returns who is called.
    pub fn callee(&self) -> Option<Party> {
        self.to.as_deref().map(Party::parse)
    }

    /// Returns when the call began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.session_start.as_deref().and_then(date::parse)
    }

    /// Returns the request that the call came from, however it is named here.
    pub fn request(&self) -> Option<&str> {
        self.request_uuid.as_deref().or(self.aleg_request_uuid.as_deref())
    }
}

impl std::fmt::Debug for CallParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallParameters")
            .field("call", &self.call_uuid)
            .field("event", &self.event)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

callback! {
    /// A call rings, wants a document, or is over.
    CallCallback shows [hangup_cause_code] about [call] needs [] {
        /// Seconds of the answered part, as they were; at the end only.
        duration: u32 = "Duration";
        /// Seconds of the answered part in begun minutes, as billed; at the end only. (The REST record names the raw ones so.)
        bill_duration: u32 = "BillDuration";
        /// What the call cost; at the end only.
        total_cost: Decimal = "TotalCost";
        /// The network's word for the end. Decides nothing.
        hangup_cause: String = "HangupCause";
        /// Why the call ended; see `error_codes`.
        hangup_cause_code: u32 = "HangupCauseCode";
        /// The same in words.
        hangup_cause_name: String = "HangupCauseName";
        /// Who or what ended it.
        hangup_source: HangupSource = "HangupSource";
        /// When dialing began.
        start_time: AccountTime = "StartTime";
        /// When it was answered; missing if it never was.
        answer_time: AccountTime = "AnswerTime";
        /// When it ended.
        end_time: AccountTime = "EndTime";
    }
}

impl CallCallback {
    /// Returns whether a document is wanted. At an address for documents, look at this first: where no `hangup_url` was set,
    /// Plivo reports the end of the call there, and a document with a stream would open it once more.
    pub const fn wants_document(&self) -> bool {
        !matches!(self.call.event, Some(CallEvent::Ring | CallEvent::Hangup | CallEvent::MachineDetection))
    }

    /// Returns whether the call is over.
    pub fn is_over(&self) -> bool {
        self.call.event == Some(CallEvent::Hangup) || self.call.status.as_ref().and_then(CallStatus::leg_state).is_some_and(LegState::is_terminal)
    }

    /// Returns the state of the leg, if it says one we know.
    pub fn leg_state(&self) -> Option<LegState> {
        if self.is_over() {
            return leg_state_at_end(self.hangup_cause_code, self.call.status.as_ref());
        }
        self.call.status.as_ref().and_then(CallStatus::leg_state)
    }

    /// Returns why the call ended, if it has and we know the cause.
    pub fn cause(&self) -> Option<&'static HangupCause> {
        self.hangup_cause_code.and_then(cause)
    }

    /// Returns how long the answered part was, if it is over.
    pub fn answered_for(&self) -> Option<Duration> {
        self.duration.map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    /// Returns what the call cost, in millionths of a US dollar.
    pub fn cost_micros(&self) -> Option<u64> {
        self.total_cost.as_ref()?.micros().and_then(|micros| u64::try_from(micros).ok())
    }

    /// Returns what tells doubles of this webhook apart from others of the same call. Plivo sends again what was not
    /// answered in time. Steps of documents have addresses of their own, which belong to their key.
    pub fn key(&self) -> String {
        let event = self.call.event.as_ref().map_or("", CallEvent::as_str);
        match self.call.event {
            Some(CallEvent::Ring | CallEvent::StartApp | CallEvent::Hangup) => format!("{}/{event}", self.call.call_uuid),
            _ => format!("{}/{event}/{}", self.call.call_uuid, self.call.status.as_ref().map_or("", CallStatus::as_str)),
        }
    }
}

callback! {
    /// A machine answered, told beside the document. People are never told of.
    MachineCallback shows [] about [call] needs [] {
        /// What Plivo does about it: `continue` or `hangup`.
        if_machine: String = "IfMachine";
    }
}

impl MachineCallback {
    /// Returns what tells doubles of this webhook apart.
    pub fn key(&self) -> String {
        format!("{}/MachineDetection", self.call.call_uuid)
    }
}
