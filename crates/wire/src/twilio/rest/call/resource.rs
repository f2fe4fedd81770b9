//! A call as the API shows it.

use serde_json::{Map, Value};

use crate::twilio::rest::API_VERSION;
use crate::twilio::rest::address::formatted;
use crate::twilio::rest::loose::resource;
use crate::twilio::rest::price::charge_micros;
use crate::twilio::status::{AnsweredBy, CallStatus};

resource! {
    /// A call as the API shows it. Every field may be missing; text fields also read numbers. `Debug` shows identity and state.
    CallResource shows [sid, status] {
        /// `CA…`.
        sid: String,
        /// RFC 2822; `null` in the reply to a create.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// The call that this leg was made by.
        parent_call_sid: String,
        /// `AC…`.
        account_sid: String,
        /// Who was rung.
        to: String,
        /// The same for people.
        to_formatted: String,
        /// Our number.
        from: String,
        /// The same for people.
        from_formatted: String,
        /// `PN…`.
        phone_number_sid: String,
        /// See [`CallStatus`].
        status: String,
        /// RFC 2822; empty until dialled.
        start_time: String,
        /// RFC 2822.
        end_time: String,
        /// Seconds, as text.
        duration: String,
        /// A negative decimal, as text; `null` until rated.
        price: String,
        /// Upper case.
        price_unit: String,
        /// `inbound`, `outbound-api`, `outbound-dial`, …
        direction: String,
        /// Who answered, if detection was on.
        answered_by: String,
        /// `2010-04-01`.
        api_version: String,
        /// The number that sent the call on.
        forwarded_from: String,
        /// Not used any more.
        group_sid: String,
        /// The caller's name, if looked up.
        caller_name: String,
        /// Milliseconds that the call waited for its turn, as text.
        queue_time: String,
        /// `TK…`.
        trunk_sid: String,
        /// The path of the resource.
        uri: String,
        /// Paths of what belongs to the call.
        subresource_uris: Map<String, Value>,
    }
}

const SUBRESOURCES: [(&str, &str); 9] = [
    ("notifications", "Notifications"),
    ("recordings", "Recordings"),
    ("payments", "Payments"),
    ("events", "Events"),
    ("siprec", "Siprec"),
    ("streams", "Streams"),
    ("transcriptions", "Transcriptions"),
    ("user_defined_message_subscriptions", "UserDefinedMessageSubscriptions"),
    ("user_defined_messages", "UserDefinedMessages"),
];

impl CallResource {
    /// Returns a call from the API as the reply to its create shows it: queued, nothing dated yet.
    pub fn queued(account: &str, sid: &str, to: &str, from: &str) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{account}/Calls/{sid}");
        let below = SUBRESOURCES.iter().map(|(key, part)| ((*key).to_owned(), Value::from(format!("{base}/{part}.json")))).collect();
        Self {
            sid: Some(sid.to_owned()),
            account_sid: Some(account.to_owned()),
            to: Some(to.to_owned()),
            to_formatted: Some(formatted(to)),
            from: Some(from.to_owned()),
            from_formatted: Some(formatted(from)),
            status: Some("queued".into()),
            price_unit: Some("USD".into()),
            direction: Some("outbound-api".into()),
            api_version: Some(API_VERSION.into()),
            queue_time: Some("0".into()),
            uri: Some(format!("{base}.json")),
            subresource_uris: Some(below),
            ..Self::default()
        }
    }

    /// Returns the state, if said.
    pub fn status(&self) -> Option<CallStatus> {
        self.status.as_deref().map(CallStatus::parse)
    }

    /// Returns who answered, if that was found out.
    pub fn answered_by(&self) -> Option<AnsweredBy> {
        self.answered_by.as_deref().filter(|word| !word.is_empty()).map(AnsweredBy::parse)
    }

    /// Returns seconds of the answered part, if said.
    pub fn duration_seconds(&self) -> Option<u64> {
        self.duration.as_deref()?.trim().parse().ok()
    }

    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<u64> {
        charge_micros(self.price.as_deref()?)
    }
}
