//! What Plivo tells us over HTTP while a call lives: requests for a document, news of calls, results of verbs, news of
//! recordings, conferences, streams and messages. Every value is text on the wire.
//!
//! Use one address per purpose: several of these cannot be told apart by their parameters, and `Event` is filled with
//! whatever is at hand. `GET` and `POST` carry the same. `Debug` of these types shows identities and states only: the rest
//! is numbers, digits and words.

mod call;
mod conference;
mod delivery;
mod dial;
mod input;
mod message;
mod multiparty;
mod parameters;
mod recording;
mod stream;

pub use call::{CallCallback, CallParameters, MachineCallback};
pub use conference::{ConferenceCallback, ConferenceEvent, ConferenceLeft};
pub use delivery::{Delivery, RetryOn};
pub use dial::{DialAction, DialCallback, DialEvent, DialStatus};
pub use input::{Answer, InputCallback, InputKind, InterimCallback};
pub use message::{DeliveryCallback, MessageCallback};
pub use multiparty::{MultipartyCallback, MultipartyEvent, MultipartyLeft};
pub use recording::{RecordCallback, RecordingCallback, RestRecordCallback, TranscriptionCallback};
pub use stream::StreamCallback;

use crate::http::{Form, split_target};

/// A required parameter is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{parameter} is missing")]
pub struct MissingParameter {
    /// Which.
    pub parameter: &'static str,
}

/// Returns the address that is called for a webhook by `GET`: our own query and Plivo's parameters, by the bytes of their
/// keys. The fragment is not sent.
pub fn get_url(url: &str, parameters: &Form<'_>) -> String {
    let (path, query) = split_target(url);
    let query = Form::parse(query);
    let mut pairs: Vec<_> = query.pairs().chain(parameters.pairs()).collect();
    pairs.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut merged = Form::new();
    for (key, value) in pairs {
        merged.push(key, value);
    }
    if merged.pairs().len() == 0 { path.to_owned() } else { format!("{path}?{}", merged.encode()) }
}
