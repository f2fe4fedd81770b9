//! How calls are shown: what a create answers, a call that lives, the record of one that is over.

use std::time::Duration;

use telephony::Timestamp;

use crate::date;
use crate::plivo::decimal::Decimal;
use crate::plivo::rest::loose::{OneOrMany, resource};
use crate::plivo::status::CallStatus;

resource! {
    /// What Plivo answers to a create: not a call yet, but its promise.
    CallFired shows [request_uuid, message] {
        /// `call fired`, `call queued` if more calls were asked for a second than the account may make, `calls fired`, or
        /// `async api spawned`.
        message: String,
    }
    sometimes {
        /// The request, one for each number. Today it is the call's UUID as well; adopt that from the first webhook.
        request_uuid: OneOrMany,
    }
}

impl CallFired {
    /// Returns the answer to a create.
    pub fn new(api_id: &str, requests: OneOrMany, waits: bool) -> Self {
        let message = match (waits, requests.only()) {
            (true, _) => "call queued",
            (false, Some(_)) => "call fired",
            (false, None) => "calls fired",
        };
        Self { message: Some(message.into()), request_uuid: Some(requests), api_id: Some(api_id.into()), ..Self::default() }
    }

    /// Returns whether the call waits for its turn.
    pub fn waits(&self) -> bool {
        self.message.as_deref().is_some_and(|message| message.contains("queued"))
    }
}

resource! {
    /// The record of a call that is over.
    CallRecord shows [call_uuid, call_state, hangup_cause_code] {
        /// The call.
        call_uuid: String,
        /// The call that this leg was made by.
        parent_call_uuid: String,
        /// The conference that it was in.
        conference_uuid: String,
        /// See [`Direction`](crate::plivo::status::Direction).
        call_direction: String,
        /// Who called, with `+`.
        from_number: String,
        /// Who was called, without `+`.
        to_number: String,
        /// In the account's time zone, with its offset, as all times here.
        initiation_time: String,
        /// Missing if it was never answered.
        answer_time: String,
        /// When it ended.
        end_time: String,
        /// Seconds.
        call_duration: u32,
        /// Seconds of the answered part, as they were. (The field of this name in webhooks is rounded.)
        bill_duration: u32,
        /// Seconds of the answered part, in begun minutes, as billed.
        billed_duration: u32,
        /// What a minute costs.
        total_rate: Decimal,
        /// What the call cost.
        total_amount: Decimal,
        /// `ANSWER`, `BUSY`, …: no list of its values is known.
        call_state: String,
        /// See `error_codes`.
        hangup_cause_code: u32,
        /// The same in words.
        hangup_cause_name: String,
        /// See [`HangupSource`](crate::plivo::status::HangupSource).
        hangup_source: String,
        /// `Verified`, `Not Verified`, `Not Applicable`.
        stir_verification: String,
        /// `A`, `B`, `C`, `Not Applicable`.
        stir_attestation: String,
        /// Whose network.
        voice_network_group: String,
        /// Of SIP calls.
        source_ip: String,
        /// Whether the caller's name was looked up.
        cnam_lookup: String,
        /// The path of the record.
        resource_uri: String,
    }
    sometimes {}
}

impl CallRecord {
    /// Returns how long the answered part was.
    pub fn answered_for(&self) -> Option<Duration> {
        self.bill_duration.map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    /// Returns how much of it is billed: begun minutes.
    pub fn billed_for(&self) -> Option<Duration> {
        self.billed_duration.map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    /// Returns what the call cost, in millionths of a US dollar.
    pub fn cost_micros(&self) -> Option<u64> {
        self.total_amount.as_ref()?.micros().and_then(|micros| u64::try_from(micros).ok())
    }

    /// Returns when Plivo began to dial.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.initiation_time.as_deref().and_then(date::parse)
    }
}

resource! {
    /// A call that lives, or waits for its turn.
    LiveCall shows [call_uuid, call_status] {
        /// See [`CallStatus`].
        call_status: String,
        /// The call.
        call_uuid: String,
        /// The caller's name.
        caller_name: String,
        /// See [`Direction`](crate::plivo::status::Direction).
        direction: String,
        /// Who calls.
        from: String,
        /// Who is called.
        to: String,
        /// The request that made it.
        request_uuid: String,
    }
    sometimes {
        /// When it began, UTC; not of one that waits.
        session_start: String,
        /// As in [`CallRecord`].
        stir_verification: String,
        /// As in [`CallRecord`].
        stir_attestation: String,
    }
}

impl LiveCall {
    /// Returns its state.
    pub fn status(&self) -> Option<CallStatus> {
        self.call_status.as_deref().map(CallStatus::parse)
    }
}

resource! {
    /// Which calls live, or wait.
    CallIds shows [] {
        /// Their UUIDs.
        calls: Vec<String>,
    }
    sometimes {}
}
