//! Plivo XML: what a call does next, as a typed list of verbs.
//!
//! Our adapter writes a [`Plan`] with [`Document::from_plan`]; the sandbox reads any program's document with
//! [`Document::parse`] and runs it. Unlike Twilio, Plivo reads the whole document before it runs any of it, and one unknown
//! element or attribute refuses all of it: the call ends with "invalid XML" (8011) although the server answered 200. So
//! nesting is a matter of types here, and [`Document::check`] looks a document over before it is sent.

mod advice;
mod attributes;
mod dial;
mod flow;
mod input;
mod output;
mod record;
mod rooms;
mod ssml;
mod stream;

use telephony::plan::{Plan, Verb as PlanVerb};
use thiserror::Error;

use super::error_codes::DocumentSource;
use super::headers::HeaderList;
use super::media::AudioFormat;
use crate::xml::{Element, Node, XmlError};
use attributes::{Faults, no_words};

pub use dial::{Destination, Dial, Number, User};
pub use flow::{Hangup, HangupReason, Message, PreAnswer, PreAnswerStep, Redirect};
pub use input::{GetDigits, GetInput, InputType, SpeechModel};
pub use output::{Dtmf, MAX_SPEAK_CHARS, Play, Speak, Wait};
pub use record::Record;
pub use rooms::{Conference, MultiPartyCall};
pub use ssml::Ssml;
pub use stream::Stream;

/// The content type that our documents are served with.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

/// The header of a stream that carries the one-time token.
pub const TOKEN_HEADER: &str = "token";

/// Longest document that Plivo takes, in bytes.
///
/// Source: Plivo's page on account limits, 2026.
pub const MAX_BYTES: usize = 100 << 10;

/// A document: verbs, run from the top. When none is left the call ends with 4010.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Document {
    /// The verbs in order.
    pub verbs: Vec<Verb>,
}

/// Makes the verbs with their readers and writers.
macro_rules! verbs {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// One step of a [`Document`].
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Verb {
            $($(#[$meta])* $name($name),)+
        }

        impl Verb {
            /// Returns the name of the element.
            pub const fn tag(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $name::TAG,)+
                }
            }

            fn read(element: &Element, faults: &mut Faults) -> Option<Self> {
                match element.name.as_str() {
                    $($name::TAG => Some(Self::$name($name::read(element, faults))),)+
                    _ => None,
                }
            }

            fn write(&self) -> Element {
                match self {
                    $(Self::$name(verb) => verb.write(),)+
                }
            }
        }

        $(impl From<$name> for Verb {
            fn from(verb: $name) -> Self {
                Self::$name(verb)
            }
        })+
    };
}

verbs! {
    /// Speak.
    Speak,
    /// Play a file.
    Play,
    /// Wait, for a time, silence or a beep.
    Wait,
    /// Press keys.
    Dtmf,
    /// Collect keys or speech.
    GetInput,
    /// Collect keys.
    GetDigits,
    /// Record.
    Record,
    /// Connect another leg.
    Dial,
    /// Join a conference.
    Conference,
    /// Join a multiparty call.
    MultiPartyCall,
    /// Connect a socket.
    Stream,
    /// Go on with another document.
    Redirect,
    /// End the call.
    Hangup,
    /// Be heard before the answer.
    PreAnswer,
    /// Send a text message.
    Message,
}

impl Verb {
    /// Returns whether an incoming call that nobody has answered yet is answered by this verb.
    ///
    /// Source: plivoframework, the open ancestor; for `<Wait>` and `<Dial>` the hosted service is not verified.
    pub const fn answers(&self) -> bool {
        !matches!(self, Self::PreAnswer(_) | Self::Hangup(_) | Self::Wait(_) | Self::Dial(_))
    }
}

/// What is heard while a question waits for its answer, or before a call is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Speak.
    Speak(Speak),
    /// Play a file.
    Play(Play),
    /// Wait.
    Wait(Wait),
}

impl Prompt {
    fn read(element: &Element, faults: &mut Faults) -> Option<Self> {
        match element.name.as_str() {
            Speak::TAG => Some(Self::Speak(Speak::read(element, faults))),
            Play::TAG => Some(Self::Play(Play::read(element, faults))),
            Wait::TAG => Some(Self::Wait(Wait::read(element, faults))),
            _ => None,
        }
    }

    fn write(&self) -> Element {
        match self {
            Self::Speak(speak) => speak.write(),
            Self::Play(play) => play.write(),
            Self::Wait(wait) => wait.write(),
        }
    }
}

/// Something wrong with a document. Holds names of elements and attributes, no content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The element it is about.
    pub element: String,
    /// The attribute it is about, if it is about one.
    pub attribute: Option<String>,
    /// What is wrong.
    pub what: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.attribute {
            Some(attribute) => write!(f, "<{} {attribute}>: {}", self.element, self.what),
            None => write!(f, "<{}>: {}", self.element, self.what),
        }
    }
}

/// A document that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What Plivo may refuse after all, or take for something else than meant.
    pub doubts: Vec<Fault>,
}

/// Why a text is no document for Plivo. The call ends.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DocumentError {
    /// Nothing at all.
    #[error("the document is empty")]
    Empty,
    /// More than 100 KB.
    #[error("the document is longer than 100 KB")]
    TooLong,
    /// Not XML: JSON, the page of a tunnel.
    #[error("the document is not XML: {0}")]
    NotXml(#[from] XmlError),
    /// The root is not `<Response>`.
    #[error("the root element is not <Response>")]
    NotAResponse,
    /// Something in it that Plivo does not know: TwiML, a misspelt name.
    #[error("the document has {} that Plivo does not take, the first is {}", count(.0), first(.0))]
    Refused(Vec<Fault>),
}

fn count(faults: &[Fault]) -> String {
    if faults.len() == 1 { "something".to_owned() } else { format!("{} things", faults.len()) }
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(Fault::to_string).unwrap_or_default()
}

impl DocumentError {
    /// Returns the cause with which the call ends.
    pub const fn cause_code(&self, source: DocumentSource) -> u32 {
        source.invalid_document()
    }
}

impl Document {
    /// Returns the document of a plan.
    pub fn from_plan(plan: &Plan) -> Self {
        Self { verbs: plan.verbs.iter().map(verb_of_plan).collect() }
    }

    /// Returns the document as XML.
    pub fn to_xml(&self) -> String {
        let mut root = Element::new("Response");
        root.children = self.verbs.iter().map(|verb| Node::Element(verb.write())).collect();
        root.to_document()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// What Plivo refuses for sure. What is only doubtful is read, and told in [`Parsed::doubts`].
    pub fn parse(text: &str) -> Result<Parsed, DocumentError> {
        if text.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(DocumentError::TooLong);
        }
        let root = Element::parse(text)?;
        if root.name != "Response" {
            return Err(DocumentError::NotAResponse);
        }
        let mut faults = Faults::default();
        no_words(&root, &mut faults);
        let mut verbs = Vec::new();
        for element in root.elements() {
            match Verb::read(element, &mut faults) {
                Some(verb) => verbs.push(verb),
                None => faults.refuse(&element.name, "an unknown element"),
            }
        }
        if !faults.refused.is_empty() {
            return Err(DocumentError::Refused(faults.refused));
        }
        advice::doubt(&verbs, &mut faults);
        Ok(Parsed { document: Self { verbs }, doubts: faults.doubts })
    }

    /// Looks the document over as Plivo will: strict, every doubt is told.
    ///
    /// # Errors
    /// As [`Document::parse`], and [`DocumentError::Refused`] with what is only doubtful.
    pub fn check(&self) -> Result<(), DocumentError> {
        let parsed = Self::parse(&self.to_xml())?;
        if parsed.doubts.is_empty() { Ok(()) } else { Err(DocumentError::Refused(parsed.doubts)) }
    }
}

fn verb_of_plan(verb: &PlanVerb) -> Verb {
    // Begun seconds: a pause is never cut, and never left out.
    let seconds = |length: std::time::Duration| u32::try_from(length.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
    match verb {
        PlanVerb::ConnectMedia { url, token } => {
            let extra_headers = HeaderList::new().with(TOKEN_HEADER, token);
            Stream { extra_headers, ..Stream::two_way(url.clone(), AudioFormat::Mulaw8k) }.into()
        }
        // Plivo has nothing like the first, and its adapter's abilities say so. The others are of our reception, which has no
        // Plivo adapter yet. A plan for any of them is our mistake, and no call may hang in it.
        PlanVerb::ConnectRelay { .. }
        | PlanVerb::WaitInQueue { .. }
        | PlanVerb::TakeFromQueue { .. }
        | PlanVerb::LeaveQueue
        | PlanVerb::TakeMessage { .. } => Hangup::default().into(),
        PlanVerb::Listen { lines, answer_to, silence } => GetInput {
            num_digits: Some(1),
            finish_on_key: Some("none".to_owned()),
            execution_timeout: Some((seconds(*silence) + LONGEST_SPEECH).clamp(5, 60)),
            prompts: lines.iter().map(|line| Prompt::Speak(Speak::plain(line.clone()))).collect(),
            ..GetInput::new(answer_to.clone(), InputType::Both)
        }
        .into(),
        PlanVerb::Record { report_to } => Record::whole_call(LONGEST_CALL, report_to.clone()).into(),
        PlanVerb::Room { name, opens, closes, star_leaves, beeps } => Conference {
            enter_sound: beeps.then(|| "beep:1".to_owned()),
            exit_sound: beeps.then(|| "beep:2".to_owned()),
            start_conference_on_enter: Some(*opens),
            end_conference_on_exit: Some(*closes),
            stay_alone: Some(true),
            hangup_on_star: Some(*star_leaves),
            room: name.clone(),
            ..Conference::default()
        }
        .into(),
        PlanVerb::Forward { to, shows, ring_for, time_limit, done_to } => Dial {
            action: done_to.clone(),
            caller_id: shows.as_ref().map(|shows| shows.as_e164().to_owned()),
            timeout: Some(seconds(*ring_for)),
            time_limit: Some(seconds(*time_limit).max(1)),
            ..Dial::number(to.as_e164())
        }
        .into(),
        PlanVerb::Say { text } => Speak::plain(text.clone()).into(),
        PlanVerb::Play { url } => Play::once(url.clone()).into(),
        PlanVerb::PressDigits { digits } => Dtmf::press(digits.iter().map(|digit| digit.as_char()).collect::<String>()).into(),
        PlanVerb::Pause { length } => Wait::seconds(seconds(*length)).into(),
        PlanVerb::Redirect { url } => Redirect::to(url.clone()).into(),
        PlanVerb::HangUp => Hangup::default().into(),
    }
}

/// Seconds that a turn of the callee may take, prompts included: Plivo counts them from the question's first word.
const LONGEST_SPEECH: u32 = 40;

/// Seconds of the longest call, four hours: a recording is never cut before its call.
const LONGEST_CALL: u32 = 4 * 3_600;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use telephony::dtmf::Digit;

    use super::*;

    #[test]
    fn a_plan_stays_in_its_stream_with_its_token_in_a_header() {
        let plan = Plan { verbs: vec![PlanVerb::ConnectMedia { url: "wss://pm.example.com/media?a&b".into(), token: "0a1b".into() }] };
        let document = Document::from_plan(&plan);
        assert_eq!(
            document.to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Stream bidirectional=\"true\" contentType=\"audio/x-mulaw;rate=8000\" \
             keepCallAlive=\"true\" extraHeaders=\"token=0a1b\">wss://pm.example.com/media?a&amp;b</Stream></Response>"
        );
        assert_eq!(document.check(), Ok(()));
    }

    #[test]
    fn every_verb_of_a_plan_reads_back_without_a_doubt() {
        let plan = Plan {
            verbs: vec![
                PlanVerb::Record { report_to: "https://e.com/recording".into() },
                PlanVerb::Say { text: "Hello & <bye>".into() },
                PlanVerb::Play { url: "https://e.com/a.wav?x=1&y=2".into() },
                PlanVerb::PressDigits { digits: "1*#".chars().filter_map(Digit::new).collect() },
                PlanVerb::Pause { length: Duration::from_millis(1_200) },
                PlanVerb::ConnectMedia { url: "ws://127.0.0.1:1/m".into(), token: "t".into() },
                PlanVerb::Room { name: "r1".into(), opens: true, closes: false, star_leaves: true, beeps: true },
                PlanVerb::Listen { lines: vec!["Yes?".into()], answer_to: "https://e.com/turn".into(), silence: Duration::from_secs(5) },
                PlanVerb::Redirect { url: "https://e.com/next".into() },
            ],
        };
        let document = Document::from_plan(&plan);
        let parsed = Document::parse(&document.to_xml()).unwrap();
        assert_eq!(parsed, Parsed { document: document.clone(), doubts: Vec::new() });
        assert_eq!(document.verbs[4], Wait::seconds(2).into());
        assert_eq!(Document::from_plan(&Plan::hang_up()).check(), Ok(()));
    }

    #[test]
    fn a_call_passed_on_with_an_address_for_its_end_leaves_nothing_to_follow() {
        let forward = PlanVerb::Forward {
            to: telephony::PhoneNumber::parse("+12125550123").unwrap(),
            shows: telephony::PhoneNumber::parse("+15005550006").ok(),
            ring_for: Duration::from_secs(20),
            time_limit: Duration::from_secs(600),
            done_to: Some("https://e.com/done".into()),
        };
        let doubts_of = |verbs: Vec<PlanVerb>| {
            let document = Document::from_plan(&Plan { verbs });
            let parsed = Document::parse(&document.to_xml()).unwrap();
            assert_eq!(parsed.document, document);
            parsed.doubts.iter().map(Fault::to_string).collect::<Vec<_>>()
        };
        assert_eq!(doubts_of(vec![forward.clone()]), Vec::<String>::new());
        assert_eq!(doubts_of(vec![forward, PlanVerb::Redirect { url: "https://e.com/next".into() }]), ["<Dial>: what follows is never reached"]);
    }

    #[test]
    fn one_unknown_thing_refuses_all_of_it() {
        let refused = |text: &str| match Document::parse(text) {
            Err(DocumentError::Refused(faults)) => faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused("<Response><Say>hi</Say></Response>"), ["<Say>: an unknown element"]);
        assert_eq!(refused("<Response><speak>hi</speak></Response>"), ["<speak>: an unknown element"]);
        assert_eq!(
            refused("<Response><Speak volume=\"9\" loop=\"x\">hi</Speak><Hangup><Wait/></Hangup></Response>"),
            ["<Speak volume>: an unknown attribute", "<Speak loop>: not a whole number", "<Hangup>: an element inside one that holds none"]
        );
        assert_eq!(
            refused("<Response><Stream bidirectional=\"yes\">wss://a/b</Stream><Redirect method=\"PUT\">https://a/b</Redirect></Response>"),
            ["<Stream bidirectional>: neither true nor false", "<Redirect method>: neither GET nor POST"]
        );
        assert_eq!(refused("<Response><Speak>a<amazon:effect>b</amazon:effect></Speak></Response>"), ["<amazon:effect>: an unknown mark of speech"]);
        assert_eq!(refused("<Response><GetInput inputType=\"tea\"/></Response>").len(), 2);
    }

    #[test]
    fn what_is_no_document_ends_the_call_with_the_cause_of_its_place() {
        let error = |text: &str| Document::parse(text).unwrap_err();
        assert_eq!(error(" "), DocumentError::Empty);
        assert!(matches!(error("{\"a\":1}"), DocumentError::NotXml(_)));
        assert!(matches!(error("<!DOCTYPE html><html></html>"), DocumentError::NotXml(_)));
        assert_eq!(error("<html/>"), DocumentError::NotAResponse);
        assert_eq!(error(&format!("<Response><Speak>{}</Speak></Response>", "a".repeat(MAX_BYTES))), DocumentError::TooLong);
        assert_eq!(error(" ").cause_code(DocumentSource::Transfer), 8013);
        assert_eq!(Document::parse("<Response></Response>").unwrap().document, Document::default());
    }

    #[test]
    fn debug_shows_no_word_and_no_number() {
        let document = Document { verbs: vec![Speak::plain("my secret").into(), Dial::number("14155550177").into()] };
        let shown = format!("{document:?}");
        assert!(!shown.contains("secret") && !shown.contains("5550177"), "{shown}");
    }
}
