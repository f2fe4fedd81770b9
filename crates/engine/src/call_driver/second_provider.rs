//! The second phone provider: asked to dial when the first surely placed no call, and from then on the call's only one.
//!
//! Whether it is asked is the leg's machine's business ([`telephony::call::Output::DialBySecond`]); that it may be, the receipt's.
//! Everything that names the first provider (its addresses, prices, the number that callees see) is exchanged before a byte leaves.

use std::sync::Arc;

use ports::carrier::{CallRequest, Carrier, CarrierError, ConversationMode};
use telephony::call::Input;
use telephony::cost::RateCard;

use super::{CallDriver, TakeoverAddresses};
use crate::live::LiveEvent;

/// What of a call is different by the second provider.
pub struct SecondWay {
    /// Who connects it.
    pub carrier: Arc<dyn Carrier>,
    /// What it must know: its own addresses, and a number of its own.
    pub request: CallRequest,
    /// How it holds the conversation: as the first one would, or in text by turns where it has no relay of texts.
    pub mode: ConversationMode,
    /// What it charges.
    pub rates: RateCard,
    /// Where it asks for turns.
    pub turn_url: String,
    /// Where it asks if the user takes the call over.
    pub takeover: TakeoverAddresses,
    /// Where it reports a recording that it makes.
    pub report_to: String,
    /// Has the answer to its question lead to its own sockets.
    pub reconnect: Box<dyn FnOnce() + Send>,
}

/// A provider that was asked first and surely placed no call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassedOver {
    /// Its name.
    pub provider: &'static str,
    /// Why it placed none.
    pub because: CarrierError,
}

impl CallDriver {
    /// Exchanges the provider and dials. Without leave the call ends as if there were no second one.
    pub(super) fn dial_by_second(&mut self) {
        let (Some(reserve), Some(second), Some(because)) = (self.reserve.take(), self.second.take(), self.facts.carrier_error.take()) else {
            return self.line(Input::NotPlaced);
        };
        let first = self.ports.carrier.name();
        tracing::warn!(first, second = second.carrier.name(), error = %because, "the first phone provider placed no call; the second is asked");
        self.tell(LiveEvent::AsksSecond { provider: second.carrier.name().to_owned(), because: because.to_string() });
        self.facts.passed_over = Some(PassedOver { provider: first, because });
        (second.reconnect)();
        self.scribe.connected_by(second.carrier.name(), second.rates);
        self.ports.carrier = second.carrier;
        self.request = second.request;
        self.mode = second.mode;
        self.turn_url = second.turn_url;
        self.takeover_addresses = second.takeover;
        if let Some(recording) = &mut self.carrier_recording {
            recording.report_to = second.report_to;
        }
        self.cleared = Some(reserve.release());
        self.dial();
    }
}
