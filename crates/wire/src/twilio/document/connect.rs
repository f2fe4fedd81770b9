//! `<Connect>`: hands the call to a socket, and stays until that ends.

use super::attribute::element;
use super::relay::ConversationRelay;
use super::stream::Stream;
use super::warning::Warnings;
use crate::http::Method;
use crate::xml::Element;

element! {
    /// Hands the call to one thing; the next verb runs once that has ended.
    Connect as "Connect" {
        /// Where to go on afterwards; the next verb if not said. Without it a lost socket may end the call.
        action: Option<String>, "action";
        /// How to ask there.
        method: Method = Method::Post, "method";
    }
    inside {
        /// To what.
        to: ConnectTo,
    }
}

/// What a `<Connect>` leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectTo {
    /// A media stream, both ways.
    Stream(Stream),
    /// A conversation in text: Twilio hears and speaks.
    Relay(Box<ConversationRelay>),
    /// Something we do not know, kept as it is.
    Other(Element),
}

impl Default for ConnectTo {
    fn default() -> Self {
        Self::Stream(Stream::default())
    }
}

impl Connect {
    /// Returns a `<Connect>` to a stream.
    pub fn stream(stream: Stream) -> Self {
        Self { to: ConnectTo::Stream(stream), ..Self::default() }
    }

    /// Returns a `<Connect>` to a conversation in text.
    pub fn relay(relay: ConversationRelay) -> Self {
        Self { to: ConnectTo::Relay(Box::new(relay)), ..Self::default() }
    }

    /// Reads it; `None` if there is nothing inside. Only the first element counts.
    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Option<Self> {
        let mut inner = element.elements();
        let first = inner.next()?;
        for other in inner {
            warnings.of(other, "only the first element of <Connect> counts");
        }
        warnings.of_text(element);
        let to = match first.name.as_str() {
            "Stream" => {
                let stream = Stream::read(first, warnings);
                if stream.track.as_ref().is_some_and(|track| *track != crate::twilio::rest::Track::Inbound) {
                    warnings.of_attribute(first, "track", "a two-way stream hears the far end only");
                }
                ConnectTo::Stream(stream)
            }
            "ConversationRelay" => ConnectTo::Relay(Box::new(ConversationRelay::read(first, warnings))),
            // These exist at Twilio and are not for this program.
            "Room" | "VirtualAgent" | "Conversation" | "AiSession" | "ConversationRelaySession" | "Autopilot" => ConnectTo::Other(first.clone()),
            _ => {
                warnings.of(first, "an element that cannot stand inside <Connect> is passed over");
                ConnectTo::Other(first.clone())
            }
        };
        Some(Self { to, ..Self::of_attributes(element, warnings) })
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().child(match &self.to {
            ConnectTo::Stream(stream) => stream.to_element(),
            ConnectTo::Relay(relay) => relay.to_element(),
            ConnectTo::Other(element) => element.clone(),
        })
    }
}
