//! Whom `<Dial>` can ring: numbers, clients, SIP addresses, and whoever is next in a queue.

use telephony::Private;

use super::attribute::element;
use super::dial::plain_text;
use super::limits;
use super::parameter;
use super::warning::Warnings;
use crate::http::Method;
use crate::twilio::status::CallEvent;
use crate::words::words;
use crate::xml::Element;

words! {
    /// How who answered is found out.
    Detection {
        /// As soon as it is known.
        Enable = "Enable",
        /// After the greeting of a machine.
        DetectMessageEnd = "DetectMessageEnd",
    }
}

element! {
    /// A telephone to ring.
    Number as "Number" {
        /// Keys to press once it answers.
        send_digits: Option<String>, "sendDigits";
        /// A document for its ear only, before it is connected.
        url: Option<String>, "url";
        /// How to ask for that.
        method: Method = Method::Post, "method";
        /// Where to report the leg's states.
        status_callback: Option<String>, "statusCallback";
        /// How to report them.
        status_callback_method: Method = Method::Post, "statusCallbackMethod";
        /// Which moments; only the end if none is named.
        status_events: Vec<CallEvent>, "statusCallbackEvent";
        /// `BY…`: another carrier's trunk.
        byoc: Option<String>, "byoc";
        /// Find out who answers.
        machine_detection: Option<Detection>, "machineDetection";
        /// Seconds it may take for that.
        machine_detection_timeout: Option<u32>, "machineDetectionTimeout";
        /// Milliseconds of speech that make a machine.
        machine_detection_speech_threshold: Option<u32>, "machineDetectionSpeechThreshold";
        /// Milliseconds of silence that end a greeting.
        machine_detection_speech_end_threshold: Option<u32>, "machineDetectionSpeechEndThreshold";
        /// Milliseconds of silence at the start that end the search.
        machine_detection_silence_timeout: Option<u32>, "machineDetectionSilenceTimeout";
        /// Where to report the finding.
        amd_status_callback: Option<String>, "amdStatusCallback";
        /// How to report it.
        amd_status_callback_method: Method = Method::Post, "amdStatusCallbackMethod";
    }
    inside {
        /// The number.
        number: String,
    }
}

impl Number {
    /// Returns a number to ring.
    pub fn new(number: impl Into<String>) -> Self {
        Self { number: number.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_elements(element);
        Self { number: plain_text(element), ..Self::of_attributes(element, warnings) }
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().text(self.number.clone())
    }
}

element! {
    /// A program to ring that signed in at Twilio.
    Client as "Client" {
        /// A document for its ear only, before it is connected.
        url: Option<String>, "url";
        /// How to ask for that.
        method: Method = Method::Post, "method";
        /// Where to report the leg's states.
        status_callback: Option<String>, "statusCallback";
        /// How to report them.
        status_callback_method: Method = Method::Post, "statusCallbackMethod";
        /// Which moments; only the end if none is named.
        status_events: Vec<CallEvent>, "statusCallbackEvent";
        /// Whom to tell so that the program wakes up.
        notification_url: Option<String>, "clientNotificationUrl";
    }
    inside {
        /// The name that it signed in with.
        identity: String,
        /// Names and values for it.
        parameters: Vec<(String, String)>,
    }
}

impl Client {
    /// Returns a client to ring.
    pub fn new(identity: impl Into<String>) -> Self {
        Self { identity: identity.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut client = Self { identity: plain_text(element), ..Self::of_attributes(element, warnings) };
        for inner in element.elements() {
            match inner.name.as_str() {
                "Identity" => client.identity = plain_text(inner),
                "Parameter" => parameter::read_into(inner, &mut client.parameters, warnings),
                _ => warnings.of(inner, "an element that cannot stand inside <Client> is passed over"),
            }
        }
        limits::client(element, &client, warnings);
        client
    }

    pub(super) fn to_element(&self) -> Element {
        let element = self.with_attributes();
        if self.parameters.is_empty() {
            return element.text(self.identity.clone());
        }
        parameter::write_into(element.child(Element::new("Identity").text(self.identity.clone())), &self.parameters)
    }
}

element! {
    /// A SIP address to ring. `Debug` shows no password.
    Sip as "Sip" {
        /// User name for its server.
        username: Option<String>, "username";
        /// Password for its server.
        password: Option<Private<String>>, "password";
        /// A document for its ear only, before it is connected.
        url: Option<String>, "url";
        /// How to ask for that.
        method: Method = Method::Post, "method";
        /// Where to report the leg's states.
        status_callback: Option<String>, "statusCallback";
        /// How to report them.
        status_callback_method: Method = Method::Post, "statusCallbackMethod";
        /// Which moments; only the end if none is named.
        status_events: Vec<CallEvent>, "statusCallbackEvent";
        /// Find out who answers.
        machine_detection: Option<Detection>, "machineDetection";
        /// Seconds it may take for that.
        machine_detection_timeout: Option<u32>, "machineDetectionTimeout";
        /// Milliseconds of speech that make a machine.
        machine_detection_speech_threshold: Option<u32>, "machineDetectionSpeechThreshold";
        /// Milliseconds of silence that end a greeting.
        machine_detection_speech_end_threshold: Option<u32>, "machineDetectionSpeechEndThreshold";
        /// Milliseconds of silence at the start that end the search.
        machine_detection_silence_timeout: Option<u32>, "machineDetectionSilenceTimeout";
        /// Where to report the finding.
        amd_status_callback: Option<String>, "amdStatusCallback";
        /// How to report it.
        amd_status_callback_method: Method = Method::Post, "amdStatusCallbackMethod";
    }
    inside {
        /// Addresses: `sip:user@host:port;transport=tls?X-Header=v`. Several are tried by their priority.
        uris: Vec<SipUri>,
        /// Headers for it.
        headers: Vec<(String, String)>,
    }
}

element! {
    /// One of a SIP target's addresses. `Debug` shows no password.
    SipUri as "Uri" {
        /// The lowest is tried first.
        priority: Option<u32>, "priority";
        /// How often it is chosen among those of one priority.
        weight: Option<u32>, "weight";
        /// User name for its server.
        username: Option<String>, "username";
        /// Password for its server.
        password: Option<Private<String>>, "password";
    }
    inside {
        /// The address.
        uri: String,
    }
}

impl Sip {
    /// Returns a SIP address to ring.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uris: vec![SipUri { uri: uri.into(), ..SipUri::default() }], ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut sip = Self::of_attributes(element, warnings);
        let text = plain_text(element);
        if !text.is_empty() {
            sip.uris.push(SipUri { uri: text, ..SipUri::default() });
        }
        for inner in element.elements() {
            match inner.name.as_str() {
                "Uri" => {
                    warnings.of_elements(inner);
                    sip.uris.push(SipUri { uri: plain_text(inner), ..SipUri::of_attributes(inner, warnings) });
                }
                "Headers" => {
                    for header in inner.elements() {
                        if header.name == "Header" {
                            parameter::read_into(header, &mut sip.headers, warnings);
                        } else {
                            warnings.of(header, "an element that cannot stand inside <Headers> is passed over");
                        }
                    }
                }
                _ => warnings.of(inner, "an element that cannot stand inside <Sip> is passed over"),
            }
        }
        if sip.uris.is_empty() {
            warnings.of(element, "no address");
        }
        sip
    }

    pub(super) fn to_element(&self) -> Element {
        let mut element = self.with_attributes();
        match self.uris.as_slice() {
            [only] if only.is_plain() => element = element.text(only.uri.clone()),
            several => {
                for uri in several {
                    element = element.child(uri.with_attributes().text(uri.uri.clone()));
                }
            }
        }
        if self.headers.is_empty() {
            return element;
        }
        let headers = self.headers.iter().fold(Element::new("Headers"), |headers, (name, value)| {
            headers.child(Element::new("Header").with("name", name.clone()).with("value", value.clone()))
        });
        element.child(headers)
    }
}

impl SipUri {
    fn is_plain(&self) -> bool {
        *self == Self { uri: self.uri.clone(), ..Self::default() }
    }
}

element! {
    /// Whoever is next in a queue.
    DialQueue as "Queue" {
        /// A document for the ear of the one who waited, before they are connected.
        url: Option<String>, "url";
        /// How to ask for that.
        method: Method = Method::Post, "method";
    }
    untyped ["reservationSid", "postWorkActivitySid"]
    inside {
        /// The queue's name.
        name: String,
    }
}

impl DialQueue {
    /// Returns whoever is next in this queue.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_elements(element);
        let queue = Self { name: plain_text(element), ..Self::of_attributes(element, warnings) };
        limits::queue_name(element, &queue.name, warnings);
        queue
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().text(self.name.clone())
    }
}
