//! `<Dial>`: connects the call with somebody else, a conference, or somebody who waits in a queue.

use super::attribute::element;
use super::conference::Conference;
use super::dial_target::{Client, DialQueue, Number, Sip};
use super::limits;
use super::record::Trim;
use super::warning::Warnings;
use crate::http::Method;
use crate::words::words;
use crate::xml::{Element, Node};

words! {
    /// Whether and from when a connected call is recorded.
    DialRecord {
        /// Not.
        Never = "do-not-record",
        /// From the answer, mixed.
        FromAnswer = "record-from-answer",
        /// From the ringing, mixed.
        FromRinging = "record-from-ringing",
        /// From the answer, both sides apart.
        FromAnswerDual = "record-from-answer-dual",
        /// From the ringing, both sides apart.
        FromRingingDual = "record-from-ringing-dual",
        /// An older way to say that it is; taken for the answer.
        Yes = "true",
        /// An older way to say that it is not.
        No = "false",
    }
}

impl DialRecord {
    /// Returns whether there is a recording.
    pub const fn is_on(&self) -> bool {
        !matches!(self, Self::Never | Self::No | Self::Other(_))
    }

    /// Returns whether both sides are kept apart: the first channel is the call itself, the second whom it dialled.
    pub const fn is_dual(&self) -> bool {
        matches!(self, Self::FromAnswerDual | Self::FromRingingDual)
    }
}

element! {
    /// Connects the call; what was said waits until the other end is gone.
    Dial as "Dial" {
        /// Where to go on afterwards; the next verb if not said.
        action: Option<String>, "action";
        /// How to ask there.
        method: Method = Method::Post, "method";
        /// Seconds it may ring, 5 to 600. Twilio adds five.
        timeout: u32 = 30, "timeout";
        /// Seconds after which the other end is cut off.
        time_limit: u32 = 14_400, "timeLimit";
        /// The number to show; the caller's own if not said.
        caller_id: Option<String>, "callerId";
        /// The caller can end it with `*`.
        hangup_on_star: bool = false, "hangupOnStar";
        /// The incoming call keeps ringing until somebody answers.
        answer_on_bridge: bool = false, "answerOnBridge";
        /// Whether it is recorded.
        record: DialRecord = DialRecord::Never, "record";
        /// What becomes of silence at both ends of the recording.
        trim: Trim = Trim::DoNotTrim, "trim";
        /// `inbound`, `outbound`, `both`.
        recording_track: Option<String>, "recordingTrack";
        /// Where to report states of the recording.
        recording_status_callback: Option<String>, "recordingStatusCallback";
        /// How to report them.
        recording_status_callback_method: Method = Method::Post, "recordingStatusCallbackMethod";
        /// Which; `completed` if none is named.
        recording_status_events: Vec<String>, "recordingStatusCallbackEvent";
        /// The country whose ringing the caller hears.
        ring_tone: Option<String>, "ringTone";
        /// One after the other, instead of all at once.
        sequential: bool = false, "sequential";
        /// Where a SIP REFER of the other end goes.
        refer_url: Option<String>, "referUrl";
        /// How it goes there.
        refer_method: Method = Method::Post, "referMethod";
        /// What the telephone may show as the reason of the call.
        call_reason: Option<String>, "callReason";
    }
    untyped ["recordingConfigurationId", "events", "passports"]
    inside {
        /// Whom or what.
        to: DialTo,
    }
}

/// Whom or what a call is connected with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DialTo {
    /// This number, as plain text.
    Plain(String),
    /// Whoever of these answers first, ten at most.
    Targets(Vec<Target>),
    /// Everybody in a conference.
    Conference(Box<Conference>),
    /// Whoever is next in a queue.
    Queue(DialQueue),
}

impl Default for DialTo {
    fn default() -> Self {
        Self::Targets(Vec::new())
    }
}

/// Somebody to ring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A telephone.
    Number(Number),
    /// A program that signed in at Twilio.
    Client(Client),
    /// A SIP address.
    Sip(Sip),
    /// Something we do not know, kept as it is.
    Other(Element),
}

impl Dial {
    /// Returns a `<Dial>` of a number.
    pub fn number(number: impl Into<String>) -> Self {
        Self { to: DialTo::Plain(number.into()), ..Self::default() }
    }

    /// Returns a `<Dial>` of several targets.
    pub fn targets(targets: Vec<Target>) -> Self {
        Self { to: DialTo::Targets(targets), ..Self::default() }
    }

    /// Returns a `<Dial>` into a conference.
    pub fn conference(conference: Conference) -> Self {
        Self { to: DialTo::Conference(Box::new(conference)), ..Self::default() }
    }

    /// Returns a `<Dial>` of whoever is next in a queue.
    pub fn queue(queue: DialQueue) -> Self {
        Self { to: DialTo::Queue(queue), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let dial = Self { to: DialTo::read(element, warnings), ..Self::of_attributes(element, warnings) };
        limits::dial(element, &dial, warnings);
        dial
    }

    pub(super) fn to_element(&self) -> Element {
        let element = self.with_attributes();
        match &self.to {
            DialTo::Plain(number) => element.text(number.clone()),
            DialTo::Targets(targets) => targets.iter().fold(element, |element, target| element.child(target.to_element())),
            DialTo::Conference(conference) => element.child(conference.to_element()),
            DialTo::Queue(queue) => element.child(queue.to_element()),
        }
    }
}

impl DialTo {
    /// A conference or a queue stands alone; beside it, and beside elements at all, the rest is passed over.
    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let alone = element.elements().find(|inner| matches!(inner.name.as_str(), "Conference" | "Queue"));
        if let Some(alone) = alone {
            for other in element.elements().filter(|other| !std::ptr::eq(*other, alone)) {
                warnings.of(other, "an element beside a conference or a queue is passed over");
            }
            warnings.of_text(element);
            return match alone.name.as_str() {
                "Conference" => Self::Conference(Box::new(Conference::read(alone, warnings))),
                _ => Self::Queue(DialQueue::read(alone, warnings)),
            };
        }
        let targets: Vec<_> = element.elements().map(|inner| Target::read(inner, warnings)).collect();
        if targets.is_empty() {
            let number = plain_text(element);
            if number.is_empty() {
                warnings.of(element, "nobody to ring");
            }
            return Self::Plain(number);
        }
        warnings.of_text(element);
        Self::Targets(targets)
    }
}

impl Target {
    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        match element.name.as_str() {
            "Number" => Self::Number(Number::read(element, warnings)),
            "Client" => Self::Client(Client::read(element, warnings)),
            "Sip" => Self::Sip(Sip::read(element, warnings)),
            // These exist at Twilio and are not for this program.
            "Application" | "WhatsApp" | "Sim" => Self::Other(element.clone()),
            _ => {
                warnings.of(element, "an element that cannot stand inside <Dial> is passed over");
                Self::Other(element.clone())
            }
        }
    }

    fn to_element(&self) -> Element {
        match self {
            Self::Number(number) => number.to_element(),
            Self::Client(client) => client.to_element(),
            Self::Sip(sip) => sip.to_element(),
            Self::Other(element) => element.clone(),
        }
    }
}

/// Returns the text directly inside, trimmed.
pub(super) fn plain_text(element: &Element) -> String {
    let mut out = String::new();
    for node in &element.children {
        if let Node::Text(text) = node {
            out.push_str(text);
        }
    }
    out.trim().to_owned()
}
