//! TwiML: what a call does next, as a typed list of verbs.
//!
//! Our adapter writes a [`Plan`] with [`Document::from_plan`], or a document of its own; the sandbox reads any program's
//! document with [`Document::parse`] and runs it. Verbs that we do not know are kept as [`Verb::Other`], and everything that
//! is passed over leaves a [`Warning`] as Twilio's debugger would (12200): a document is only refused when it is no TwiML at
//! all. Where a document must be right to the letter, [`Document::parse_strictly`] and [`Document::to_checked_xml`] refuse
//! what Twilio would warn of, with its place.
//!
//! Nesting is in the types: what cannot stand inside a verb has no place in its struct. Text is escaped by being text.

mod attribute;
mod conference;
mod connect;
mod dial;
mod dial_target;
mod enqueue;
mod gather;
mod limits;
mod occasion;
mod parameter;
mod prompt;
mod record;
mod refer;
mod relay;
mod say;
mod ssml;
mod start;
mod stream;
mod warning;

use thiserror::Error;

use crate::http::Method;
use crate::twilio::connection::ConnectionOverrides;
use crate::twilio::rest::{Beep, Track};
use crate::xml::{Element, Node, XmlError};
use attribute::element;
use telephony::plan::{Plan, Verb as PlanVerb};
use warning::Warnings;

pub use attribute::Seconds;
pub use conference::{Conference, ConferenceRecord};
pub use connect::{Connect, ConnectTo};
pub use dial::{Dial, DialRecord, DialTo, Target};
pub use dial_target::{Client, Detection, DialQueue, Number, Sip, SipUri};
pub use enqueue::{Enqueue, Enqueued};
pub use gather::{Gather, Input};
pub use limits::{
    MAX_CALL_REASON, MAX_CONFERENCE_NAME, MAX_DOCUMENT_BYTES, MAX_HINTS, MAX_IDENTITY, MAX_PARTICIPANTS, MAX_QUEUE_NAME, MAX_RECORDING_SECONDS,
    MAX_SAY_CHARS, MAX_TARGETS, PARAMETER_CHARS,
};
pub use occasion::{Misplaced, Occasion};
pub use prompt::{Play, Prompt};
pub use record::{MAX_TRANSCRIBED, Record, Trim};
pub use refer::Refer;
pub use relay::{ConversationRelay, Interruptible, Language, Sensitivity, SpeechTimeout, TranscriptionProvider, TtsProvider};
pub use say::Say;
pub use ssml::{BreakStrength, SayAs, Spoken};
pub use start::{Start, StartRecording, StartTranscription, Started, Stop};
pub use stream::Stream;
pub use warning::{ParseError, Warning};

/// The content type that our documents are served with.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The parameter of a stream that carries the one-time token.
pub const TOKEN_PARAMETER: &str = "token";

/// Twilio's code for a document that is too long. From memory.
const TOO_LONG: u32 = 11750;

/// A document: verbs, run from the top. When none is left the call hangs up.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Document {
    /// The verbs in order.
    pub verbs: Vec<Verb>,
}

/// One step of a [`Document`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Speak.
    Say(Say),
    /// Play a file or keys.
    Play(Play),
    /// Wait.
    Pause {
        /// Seconds; 1 if not said.
        length: u32,
    },
    /// Collect keys or speech.
    Gather(Box<Gather>),
    /// Record the far end.
    Record(Box<Record>),
    /// Connect the call with somebody else.
    Dial(Box<Dial>),
    /// Let the call wait in a queue.
    Enqueue(Enqueue),
    /// Leave the queue that the call waits in.
    Leave,
    /// Hand the call to a socket, and stay.
    Connect(Connect),
    /// Start something beside the document.
    Start(Start),
    /// Stop something started beside the document.
    Stop(Stop),
    /// Tell a SIP caller to call somebody else.
    Refer(Refer),
    /// Go on with another document.
    Redirect {
        /// Its address, perhaps relative; empty means the same document again.
        url: String,
        /// How to ask for it.
        method: Method,
    },
    /// Refuse an incoming call.
    Reject {
        /// As busy instead of as not in service.
        busy: bool,
    },
    /// End the call.
    Hangup,
    /// Something we do not know, kept as it is.
    Other(Element),
}

/// A document that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What was passed over.
    pub warnings: Vec<Warning>,
}

/// Why a text is no TwiML. The call ends with "an application error has occurred".
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DocumentError {
    /// Nothing at all (11770).
    #[error("the document is empty")]
    Empty,
    /// Not XML (12100).
    #[error("the document is not XML: {0}")]
    NotXml(#[from] XmlError),
    /// The root is not `<Response>` (12102).
    #[error("the root element is not <Response>")]
    NotAResponse,
}

impl DocumentError {
    /// Returns Twilio's code.
    pub const fn code(&self) -> u32 {
        match self {
            Self::Empty => 11770,
            Self::NotXml(_) => 12100,
            Self::NotAResponse => 12102,
        }
    }

    const fn at(&self) -> u64 {
        match self {
            Self::NotXml(error) => error.at,
            Self::Empty | Self::NotAResponse => 0,
        }
    }
}

impl Document {
    /// Returns the document of a plan.
    pub fn from_plan(plan: &Plan) -> Self {
        Self { verbs: plan.verbs.iter().map(verb_of_plan).collect() }
    }

    /// Returns the document with one more verb.
    #[must_use]
    pub fn then(mut self, verb: impl Into<Verb>) -> Self {
        self.verbs.push(verb.into());
        self
    }

    /// Returns the document as XML.
    pub fn to_xml(&self) -> String {
        let mut root = Element::new("Response");
        root.children = self.verbs.iter().map(|verb| Node::Element(verb.to_element())).collect();
        root.to_document()
    }

    /// Returns the document as XML if Twilio would warn of nothing in it: for documents that hold what others wrote.
    ///
    /// # Errors
    /// What is beyond a limit, or nested as only [`Verb::Other`] and [`Spoken`] can be.
    pub fn to_checked_xml(&self) -> Result<String, ParseError> {
        let text = self.to_xml();
        Self::parse_strictly(&text)?;
        Ok(text)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Only what is no TwiML at all; [`DocumentError::code`] is Twilio's.
    pub fn parse(text: &str) -> Result<Parsed, DocumentError> {
        Self::read(text, Warnings::new(false))
    }

    fn read(text: &str, mut warnings: Warnings) -> Result<Parsed, DocumentError> {
        if text.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        let root = Element::parse(text)?;
        if root.name != "Response" {
            return Err(DocumentError::NotAResponse);
        }
        // Twilio refuses these; that limit is from memory, so we only say so.
        if text.len() > MAX_DOCUMENT_BYTES {
            warnings.push(TOO_LONG, &root, None, "a document of more than 64 kB");
        }
        for (name, _) in &root.attributes {
            warnings.of_attribute(&root, name, "an unknown attribute is passed over");
        }
        warnings.of_text(&root);
        let mut verbs = Vec::new();
        for element in root.elements() {
            Verb::read(element, &mut verbs, &mut warnings);
        }
        Ok(Parsed { document: Self { verbs }, warnings: warnings.into_inner() })
    }

    /// Reads a document that must be right to the letter.
    ///
    /// # Errors
    /// What is no TwiML, and the first thing that Twilio would warn of or fail on.
    pub fn parse_strictly(text: &str) -> Result<Self, ParseError> {
        let parsed = Self::read(text, Warnings::new(true)).map_err(|error| ParseError::new(text, error.code(), error.to_string(), error.at()))?;
        match parsed.warnings.first() {
            None => Ok(parsed.document),
            Some(warning) => Err(ParseError::new(text, warning.code, warning.to_string(), warning.at)),
        }
    }
}

impl Verb {
    /// Reads a verb: one, or several if it starts or stops several things at once.
    fn read(element: &Element, verbs: &mut Vec<Self>, warnings: &mut Warnings) {
        let before = verbs.len();
        match element.name.as_str() {
            "Gather" => verbs.push(Self::Gather(Box::new(Gather::read(element, warnings)))),
            "Record" => verbs.push(Self::Record(Box::new(Record::read(element, warnings)))),
            "Dial" => verbs.push(Self::Dial(Box::new(Dial::read(element, warnings)))),
            "Enqueue" => verbs.push(Self::Enqueue(Enqueue::read(element, warnings))),
            "Leave" => {
                warnings.of_inside(element);
                verbs.push(Self::Leave);
            }
            "Connect" => verbs.extend(Connect::read(element, warnings).map(Self::Connect)),
            "Start" => verbs.extend(Start::read_all(element, warnings).into_iter().map(Self::Start)),
            "Stop" => verbs.extend(Stop::read_all(element, warnings).into_iter().map(Self::Stop)),
            "Refer" => verbs.extend(Refer::read(element, warnings).map(Self::Refer)),
            "Redirect" => {
                warnings.of_elements(element);
                let redirect = Redirect::of_attributes(element, warnings);
                verbs.push(Self::Redirect { url: element.all_text().trim().to_owned(), method: redirect.method });
            }
            "Reject" => {
                warnings.of_text(element);
                let reject = Reject::of_attributes(element, warnings);
                if !matches!(reject.reason.as_str(), "rejected" | "busy") {
                    warnings.of_attribute(element, "reason", "an unknown value");
                }
                verbs.push(Self::Reject { busy: reject.reason == "busy" });
            }
            "Hangup" => {
                warnings.of_text(element);
                verbs.push(Self::Hangup);
            }
            // These exist at Twilio and are not for this program.
            "Sms" | "Pay" | "Prompt" | "Echo" => verbs.push(Self::Other(element.clone())),
            _ => match Prompt::read(element, warnings) {
                Some(prompt) => verbs.push(prompt.into()),
                None => {
                    warnings.of(element, "an unknown verb is passed over");
                    verbs.push(Self::Other(element.clone()));
                }
            },
        }
        if verbs.len() == before {
            warnings.of(element, "a verb with nothing to do is passed over");
            verbs.push(Self::Other(element.clone()));
        }
    }

    fn to_element(&self) -> Element {
        match self {
            Self::Say(say) => say.to_element(),
            Self::Play(play) => Prompt::Play(play.clone()).to_element(),
            Self::Pause { length } => Prompt::Pause { length: *length }.to_element(),
            Self::Gather(gather) => gather.to_element(),
            Self::Record(record) => record.to_element(),
            Self::Dial(dial) => dial.to_element(),
            Self::Enqueue(enqueue) => enqueue.to_element(),
            Self::Leave => Element::new("Leave"),
            Self::Connect(connect) => connect.to_element(),
            Self::Start(start) => start.to_element(),
            Self::Stop(stop) => stop.to_element(),
            Self::Refer(refer) => refer.to_element(),
            Self::Redirect { url, method } => Redirect { method: *method, ..Redirect::default() }.with_attributes().text(url.clone()),
            Self::Reject { busy: false } => Reject::default().with_attributes(),
            Self::Reject { busy: true } => Reject { reason: "busy".into(), ..Reject::default() }.with_attributes(),
            Self::Hangup => Element::new("Hangup"),
            Self::Other(element) => element.clone(),
        }
    }
}

element! {
    /// The attributes of `<Redirect>`.
    Redirect as "Redirect" {
        /// How to ask for the document.
        method: Method = Method::Post, "method";
    }
}

element! {
    /// The attributes of `<Reject>`.
    Reject as "Reject" {
        /// `rejected` or `busy`.
        reason: String = "rejected".to_owned(), "reason";
    }
}

macro_rules! verb_from {
    ($($kind:ident $(in $boxed:ident)?),+) => {
        $(impl From<$kind> for Verb {
            fn from(verb: $kind) -> Self {
                Self::$kind(verb_from!(@wrap verb $(in $boxed)?))
            }
        })+
    };
    (@wrap $verb:ident) => { $verb };
    (@wrap $verb:ident in $boxed:ident) => { $boxed::new($verb) };
}

verb_from!(Say, Play, Gather in Box, Record in Box, Dial in Box, Enqueue, Connect, Start, Stop, Refer);

fn verb_of_plan(verb: &PlanVerb) -> Verb {
    // Begun seconds: a pause is never cut, and never left out.
    let seconds = |length: std::time::Duration| u32::try_from(length.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
    match verb {
        PlanVerb::ConnectMedia { url, token } => {
            Verb::Connect(Connect::stream(Stream { parameters: vec![(TOKEN_PARAMETER.to_owned(), token.clone())], ..Stream::new(url.clone()) }))
        }
        PlanVerb::Overhear { url, token } => Verb::Start(Start::from(Started::Stream(Stream {
            track: Some(Track::Both),
            parameters: vec![(TOKEN_PARAMETER.to_owned(), token.clone())],
            ..Stream::new(url.clone())
        }))),
        PlanVerb::ConnectRelay { url, token } => Verb::Connect(Connect::relay(relay_of_plan(url, token))),
        PlanVerb::Listen { lines, answer_to, silence } => Verb::Gather(Box::new(Gather {
            action: Some(answer_to.clone()),
            input: Input::Both,
            // One key at a time, none of them special: what a key means is not Twilio's business here.
            num_digits: Some(1),
            finish_on_key: String::new(),
            timeout: Seconds::Of(seconds(*silence).max(1)),
            speech_timeout: Some(Seconds::Auto),
            prompts: lines.iter().map(|line| Prompt::Say(Say::plain(line.clone()))).collect(),
            ..Gather::default()
        })),
        PlanVerb::Record { report_to } => Verb::Start(Start::from(Started::Recording(StartRecording {
            channels: Some("dual".to_owned()),
            status_callback: Some(ConnectionOverrides::stubborn(3).on(report_to)),
            status_events: ["in-progress", "completed", "absent"].map(str::to_owned).to_vec(),
            // Positions in the recording are positions in the call only if nothing is cut away.
            trim: Some("do-not-trim".to_owned()),
            ..StartRecording::default()
        }))),
        PlanVerb::Room { name, opens, closes, star_leaves, beeps } => {
            let beep = if *beeps { Beep::Both } else { Beep::Never };
            let room = Conference { start_on_enter: *opens, end_on_exit: *closes, beep, name: name.clone(), ..Conference::default() };
            Verb::Dial(Box::new(Dial { hangup_on_star: *star_leaves, ..Dial::conference(room) }))
        }
        PlanVerb::Say { text } => Verb::Say(Say::plain(text.clone())),
        PlanVerb::Play { url } => Verb::Play(Play::file(url.clone())),
        PlanVerb::PressDigits { digits } => Verb::Play(Play::keys(digits.iter().map(|digit| digit.as_char()).collect::<String>())),
        // Twilio hears beeps for its news of machines, and not in a document.
        PlanVerb::Pause { length } | PlanVerb::AwaitBeep { at_most: length } => Verb::Pause { length: seconds(*length) },
        PlanVerb::Forward { to, shows, ring_for, time_limit, done_to } => Verb::Dial(Box::new(Dial {
            action: done_to.clone(),
            caller_id: shows.as_ref().map(|shows| shows.as_e164().to_owned()),
            timeout: seconds(*ring_for),
            time_limit: seconds(*time_limit).max(1),
            ..Dial::number(to.as_e164())
        })),
        PlanVerb::WaitInQueue { queue, most, wait_at, done_to } => Verb::Enqueue(Enqueue {
            action: Some(done_to.clone()),
            wait_url: Some(wait_at.clone()),
            wait_url_method: Some(Method::Post),
            max_queue_size: Some(*most),
            ..Enqueue::new(queue.clone())
        }),
        PlanVerb::TakeFromQueue { queue, time_limit, done_to } => Verb::Dial(Box::new(Dial {
            action: Some(done_to.clone()),
            time_limit: seconds(*time_limit).max(1),
            ..Dial::queue(DialQueue::new(queue.clone()))
        })),
        PlanVerb::LeaveQueue => Verb::Leave,
        PlanVerb::TakeMessage { longest, silence, done_to, report_to } => Verb::Record(Box::new(Record {
            action: Some(done_to.clone()),
            timeout: seconds(*silence).max(1),
            max_length: seconds(*longest).max(1),
            status_callback: Some(report_to.clone()),
            status_events: ["completed", "absent"].map(str::to_owned).to_vec(),
            ..Record::default()
        })),
        PlanVerb::Redirect { url } => Verb::Redirect { url: url.clone(), method: Method::Post },
        PlanVerb::HangUp => Verb::Hangup,
    }
}

/// A conversation in text as ours are: interrupted by speech but not by "uh-huh"; who speaks when is reported.
fn relay_of_plan(url: &str, token: &str) -> ConversationRelay {
    ConversationRelay {
        interruptible: Interruptible::Speech,
        interrupt_sensitivity: Sensitivity::Medium,
        dtmf_detection: true,
        report_input_during_speech: Interruptible::Any,
        partial_prompts: true,
        ignore_backchannel: Some(true),
        // The older place and the newer one: Twilio's own pages differ.
        debug: vec![SPEAKER_EVENTS.to_owned()],
        events: vec![SPEAKER_EVENTS.to_owned()],
        parameters: vec![(TOKEN_PARAMETER.to_owned(), token.to_owned())],
        ..ConversationRelay::new(url)
    }
}

/// Asks a conversation in text to report who begins and ceases to speak.
const SPEAKER_EVENTS: &str = "speaker-events";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use telephony::dtmf::Digit;

    use super::*;

    #[test]
    fn a_plan_connects_with_its_token_as_a_parameter() {
        let plan = Plan { verbs: vec![PlanVerb::ConnectMedia { url: "wss://pm.example.com/media?a&b".into(), token: "t<1>".into() }] };
        assert_eq!(
            Document::from_plan(&plan).to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Connect><Stream url=\"wss://pm.example.com/media?a&amp;b\">\
             <Parameter name=\"token\" value=\"t&lt;1&gt;\"/></Stream></Connect></Response>"
        );
    }

    #[test]
    fn every_verb_of_a_plan_reads_back_without_a_warning() {
        let plan = Plan {
            verbs: vec![
                PlanVerb::Say { text: "Hello & <bye>".into() },
                PlanVerb::Play { url: "https://e.com/a.wav?x=1&y=2".into() },
                PlanVerb::PressDigits { digits: "1*#".chars().filter_map(Digit::new).collect() },
                PlanVerb::Pause { length: Duration::from_millis(1_200) },
                PlanVerb::ConnectMedia { url: "ws://127.0.0.1:1/m".into(), token: "t".into() },
                PlanVerb::ConnectRelay { url: "wss://e.com/relay".into(), token: "t".into() },
                PlanVerb::Listen { lines: vec!["Yes?".into()], answer_to: "https://e.com/turn".into(), silence: Duration::from_secs(5) },
                PlanVerb::Record { report_to: "https://e.com/recording".into() },
                PlanVerb::Room { name: "r1".into(), opens: true, closes: false, star_leaves: true, beeps: true },
                PlanVerb::Forward {
                    to: telephony::PhoneNumber::parse("+12125550123").unwrap(),
                    shows: telephony::PhoneNumber::parse("+15005550006").ok(),
                    ring_for: Duration::from_secs(20),
                    time_limit: Duration::from_secs(600),
                    done_to: Some("/done".into()),
                },
                PlanVerb::WaitInQueue { queue: "support".into(), most: 5, wait_at: "/wait".into(), done_to: "/out".into() },
                PlanVerb::TakeFromQueue { queue: "support".into(), time_limit: Duration::from_secs(600), done_to: "/served".into() },
                PlanVerb::LeaveQueue,
                PlanVerb::TakeMessage {
                    longest: Duration::from_secs(120),
                    silence: Duration::from_secs(5),
                    done_to: "/message".into(),
                    report_to: "/recording".into(),
                },
                PlanVerb::Redirect { url: "/next".into() },
                PlanVerb::HangUp,
            ],
        };
        let document = Document::from_plan(&plan);
        let parsed = Document::parse(&document.to_xml()).unwrap();
        assert_eq!(parsed, Parsed { document: document.clone(), warnings: Vec::new() });
        assert_eq!(document.verbs[3], Verb::Pause { length: 2 });
    }

    #[test]
    fn what_is_unknown_is_kept_and_warned_of() {
        let text = "<Response>words<say>hi</say><Say volume=\"9\" loop=\"x\">a<break/>b</Say><Start/></Response>";
        let parsed = Document::parse(text).unwrap();
        let [Verb::Other(lower), Verb::Say(say), Verb::Other(start)] = parsed.document.verbs.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((lower.name.as_str(), say.text().as_str(), say.loops, start.name.as_str()), ("say", "a b", 1, "Start"));
        assert_eq!(say.others, [("volume".to_owned(), "9".to_owned())]);
        let shown: Vec<_> = parsed.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "<Response>: text that is passed over",
                "<say>: an unknown verb is passed over",
                "<Say loop>: a value that cannot be read is passed over",
                "<Say volume>: an unknown attribute",
                "<Start>: a verb with nothing to do is passed over",
            ]
        );
    }

    #[test]
    fn a_document_that_must_be_right_names_the_place_of_its_fault() {
        let fault = |text: &str| Document::parse_strictly(text).unwrap_err().to_string();
        assert_eq!(
            fault("<Response>\n  <Gather>\n    <Dial>+1</Dial>\n  </Gather>\n</Response>"),
            "line 3, column 5: <Dial>: an element that cannot stand inside <Gather> is passed over"
        );
        assert_eq!(fault("<Response>\n<Say>"), "line 2, column 6: the document is not XML: the document ends inside an element at byte 16");
        assert_eq!(fault("<Response><Reject reason=\"no\"/></Response>"), "line 1, column 11: <Reject reason>: an unknown value");
        assert_eq!(fault("<Play/>"), "line 1, column 1: the root element is not <Response>");
        assert_eq!(Document::parse_strictly("").unwrap_err().code, 11770);
    }

    #[test]
    fn what_is_written_for_others_is_checked() {
        let say = |length: usize| Document::default().then(Say::plain("x".repeat(length)));
        assert!(say(MAX_SAY_CHARS).to_checked_xml().is_ok());
        assert_eq!(say(MAX_SAY_CHARS + 1).to_checked_xml().unwrap_err().code, 13521);
        let inside_out = Say { content: vec![Spoken::Word { role: None, inner: vec![Spoken::Paragraph(Vec::new())] }], ..Say::default() };
        assert_eq!(
            Document::default().then(inside_out).to_checked_xml().unwrap_err().to_string(),
            "line 1, column 57: <p>: an element that cannot stand here"
        );
        let long = (0..20).fold(Document::default(), |document, _| document.then(Say::plain("x".repeat(4_000))));
        assert_eq!(long.to_checked_xml().unwrap_err().code, TOO_LONG);
    }

    #[test]
    fn limits_are_told_with_their_attribute() {
        let fault = |inner: &str| match Document::parse_strictly(&format!("<Response>{inner}</Response>")) {
            Ok(_) => String::new(),
            Err(error) => error.what,
        };
        let long = |length: usize| "x".repeat(length);
        assert_eq!(fault("<Dial timeout=\"601\">+1</Dial>"), "<Dial timeout>: fewer than 5 or more than 600 seconds");
        assert_eq!(fault(&format!("<Dial callReason=\"{}\">+1</Dial>", long(51))), "<Dial callReason>: more than 50 characters");
        assert_eq!(fault(&format!("<Dial>{}</Dial>", "<Number>+1</Number>".repeat(11))), "<Dial>: more than 10 targets at once");
        assert_eq!(fault(&format!("<Dial sequential=\"true\">{}</Dial>", "<Number>+1</Number>".repeat(11))), "");
        assert_eq!(fault("<Dial/>"), "<Dial>: nobody to ring");
        assert_eq!(
            fault("<Dial><Conference>a</Conference><Number>+1</Number></Dial>"),
            "<Number>: an element beside a conference or a queue is passed over"
        );
        assert_eq!(
            fault("<Dial><Conference maxParticipants=\"251\">a</Conference></Dial>"),
            "<Conference maxParticipants>: fewer than 2 or more than 250"
        );
        assert_eq!(fault(&format!("<Enqueue>{}</Enqueue>", long(65))), "<Enqueue>: a name of more than 64 characters");
        assert_eq!(fault("<Record maxLength=\"1\"/>"), "<Record maxLength>: fewer than 2 or more than 86400 seconds");
        assert_eq!(fault("<Gather finishOnKey=\"12\"/>"), "<Gather finishOnKey>: more than one key, or none that there is");
        assert_eq!(fault(&format!("<Gather hints=\"{}\"/>", long(101))), "<Gather hints>: more than 500 entries, or one of more than 100 characters");
        assert_eq!(
            fault(&format!("<Connect><Stream url=\"wss://e.com/\"><Parameter name=\"n\" value=\"{}\"/></Stream></Connect>", long(499))),
            "<Parameter>: a name and a value of 500 characters or more together"
        );
        assert_eq!(
            fault("<Connect><Stream url=\"wss://e.com/?a=1\"/></Connect>"),
            "<Stream url>: a query, which the handshake fails on: use <Parameter>"
        );
        assert_eq!(fault("<Connect><Stream url=\"ws://e.com/\"/></Connect>"), "<Stream url>: no address of a socket (wss://…)");
        assert_eq!(
            fault("<Start><Recording recordingStatusCallback=\"/r\"/></Start>"),
            "<Recording recordingStatusCallback>: a relative address, which is never asked"
        );
    }

    #[test]
    fn what_fails_only_when_it_is_run_is_no_warning() {
        let text = "<Response><Connect><Stream url=\"wss://e.com/?a=1\" statusCallback=\"/s\"/></Connect></Response>";
        assert_eq!(Document::parse(text).unwrap().warnings, []);
        assert!(Document::parse_strictly(text).is_err());
    }

    #[test]
    fn several_things_in_one_start_are_started_one_by_one() {
        let text = "<Response><Start><Stream url=\"wss://e.com/\"/><Recording/></Start></Response>";
        let document = Document::parse_strictly(text).unwrap();
        let [Verb::Start(first), Verb::Start(second)] = document.verbs.as_slice() else { panic!("{document:?}") };
        assert!(matches!((&first.what, &second.what), (Started::Stream(_), Started::Recording(_))));
    }

    #[test]
    fn a_transcribed_message_has_two_minutes() {
        let length = |text: &str| match Document::parse(text).unwrap().document.verbs.remove(0) {
            Verb::Record(record) => record.max_length,
            other => panic!("{other:?}"),
        };
        assert_eq!(length("<Response><Record transcribe=\"true\"/></Response>"), MAX_TRANSCRIBED);
        assert_eq!(length("<Response><Record transcribe=\"true\" maxLength=\"60\"/></Response>"), 60);
        assert_eq!(length("<Response><Record/></Response>"), 3_600);
    }

    #[test]
    fn what_is_no_document_has_twilios_code() {
        let code = |text: &str| Document::parse(text).unwrap_err().code();
        assert_eq!((code(" "), code("hello"), code("<Hello/>")), (11770, 12100, 12102));
    }
}
