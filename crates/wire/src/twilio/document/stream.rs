//! `<Stream>`: the sound of a call on a socket.

use super::attribute::element;
use super::limits;
use super::parameter;
use super::warning::Warnings;
use crate::http::Method;
use crate::twilio::rest::Track;
use crate::xml::Element;

element! {
    /// A media stream.
    Stream as "Stream" {
        /// Address of the socket: `wss://…`, without a query.
        url: String, "url";
        /// Its name, unique in the call.
        name: Option<String>, "name";
        /// Whose sound; the far end's if not said, and always in a two-way stream.
        track: Option<Track>, "track";
        /// Where to report its states; an absolute address.
        status_callback: Option<String>, "statusCallback";
        /// How to report them.
        status_callback_method: Option<Method>, "statusCallbackMethod";
    }
    untyped ["connectorName", "audioFormat", "sampleRate"]
    inside {
        /// What `start` carries as `customParameters`.
        parameters: Vec<(String, String)>,
    }
}

impl Stream {
    /// Returns a stream to this socket.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut stream = Self::of_attributes(element, warnings);
        warnings.of_text(element);
        for inner in element.elements() {
            if inner.name == "Parameter" {
                parameter::read_into(inner, &mut stream.parameters, warnings);
            } else {
                warnings.of(inner, "an element that cannot stand inside <Stream> is passed over");
            }
        }
        limits::stream(element, &stream, warnings);
        stream
    }

    pub(super) fn to_element(&self) -> Element {
        parameter::write_into(self.with_attributes(), &self.parameters)
    }
}
