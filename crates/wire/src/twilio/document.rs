//! TwiML: what a call does next, as a typed list of verbs.
//!
//! Our adapter writes a [`Plan`] with [`Document::from_plan`]; the sandbox reads any program's document with
//! [`Document::parse`] and runs it. Verbs that we do not know are kept as [`Verb::Other`], and everything that is passed
//! over leaves a [`Warning`] as Twilio's debugger would (12200): a document is only refused when it is no TwiML at all.

mod read;
mod write;

use thiserror::Error;

use crate::http::Method;
use crate::xml::{Element, Node, XmlError, collect_text};
use telephony::plan::{Plan, Verb as PlanVerb};

/// The content type that our documents are served with.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The parameter of a stream that carries the one-time token.
pub const TOKEN_PARAMETER: &str = "token";

/// Longest text of a `<Say>`.
///
/// Source: Twilio's public skill on voice documents, 2026.
pub const MAX_SAY_CHARS: usize = 4_096;

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
    Gather(Gather),
    /// Record the far end.
    Record(Record),
    /// Connect the call to a stream, and stay.
    Connect(Connect),
    /// Start something beside the document.
    Start(Start),
    /// Stop something started beside the document.
    Stop {
        /// The stream's name; the only one if not said.
        stream: Option<String>,
    },
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

/// Speaks a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Say {
    /// Text and SSML elements.
    pub content: Vec<Node>,
    /// The voice; the account's own if not said.
    pub voice: Option<String>,
    /// The language; `en-US` if not said.
    pub language: Option<String>,
    /// How often; 0 means until the call ends.
    pub loops: u32,
}

impl Say {
    /// Returns a `<Say>` of plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { content: vec![Node::Text(text.into())], voice: None, language: None, loops: 1 }
    }

    /// Returns the words without SSML.
    pub fn text(&self) -> String {
        let mut out = String::new();
        collect_text(&self.content, &mut out);
        out
    }
}

/// Plays a file, keys, or both: keys first if both are given.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Play {
    /// Address of the file, perhaps relative.
    pub url: Option<String>,
    /// Keys, with `w` for half a second of silence.
    pub digits: Option<String>,
    /// How often; 0 means until the call ends.
    pub loops: Option<u32>,
}

/// Collects keys or speech while prompts inside it play.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gather {
    /// Where to send what was collected; the document itself if not said.
    pub action: Option<String>,
    /// How to send it.
    pub method: Method,
    /// Listen for keys.
    pub dtmf: bool,
    /// Listen for speech.
    pub speech: bool,
    /// Seconds of silence after the prompt that end it; `None` is `auto`.
    pub timeout: Option<u32>,
    /// Seconds of silence that end speech, or `auto`; the same as `timeout` if not said.
    pub speech_timeout: Option<String>,
    /// End at this many keys.
    pub num_digits: Option<u32>,
    /// End at this key; `None` means that no key ends it.
    pub finish_on_key: Option<char>,
    /// Ask `action` even if nothing came.
    pub action_on_empty_result: bool,
    /// Language of the speech.
    pub language: Option<String>,
    /// Words to expect.
    pub hints: Option<String>,
    /// Where to send interim text.
    pub partial_result_callback: Option<String>,
    /// Prompts: `Say`, `Play`, `Pause`.
    pub prompts: Vec<Verb>,
    /// Attributes without a field of their own, as written.
    pub others: Vec<(String, String)>,
}

impl Default for Gather {
    fn default() -> Self {
        Self {
            action: None,
            method: Method::Post,
            dtmf: true,
            speech: false,
            timeout: Some(5),
            speech_timeout: None,
            num_digits: None,
            finish_on_key: Some('#'),
            action_on_empty_result: false,
            language: None,
            hints: None,
            partial_result_callback: None,
            prompts: Vec::new(),
            others: Vec::new(),
        }
    }
}

/// Records the far end until silence, a key, or the limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Where to go on; the document itself if not said.
    pub action: Option<String>,
    /// How to ask there.
    pub method: Method,
    /// Seconds of silence that end it; 0 means none.
    pub timeout: u32,
    /// Keys that end it.
    pub finish_on_key: String,
    /// Longest length in seconds.
    pub max_length: u32,
    /// Beep before it.
    pub play_beep: bool,
    /// Keep silence at both ends.
    pub do_not_trim: bool,
    /// Where to report states of the recording.
    pub status_callback: Option<String>,
    /// How to report them.
    pub status_callback_method: Method,
    /// Which; `completed` if none is named.
    pub status_events: Vec<String>,
    /// Attributes without a field of their own, as written.
    pub others: Vec<(String, String)>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            action: None,
            method: Method::Post,
            timeout: 5,
            finish_on_key: "1234567890*#".into(),
            max_length: 3_600,
            play_beep: true,
            do_not_trim: false,
            status_callback: None,
            status_callback_method: Method::Post,
            status_events: Vec::new(),
            others: Vec::new(),
        }
    }
}

/// Hands the call to a stream; the next verb runs once the stream is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connect {
    /// Where to go on afterwards; the next verb if not said.
    pub action: Option<String>,
    /// How to ask there.
    pub method: Method,
    /// To what.
    pub to: ConnectTo,
}

/// What a `<Connect>` leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectTo {
    /// A media stream, both ways.
    Stream(Stream),
    /// Something we do not know, kept as it is.
    Other(Element),
}

/// What a `<Start>` starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// A media stream that only listens.
    Stream(Stream),
    /// A recording of the call.
    Recording(StartRecording),
    /// Something we do not know, kept as it is.
    Other(Element),
}

/// A media stream.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Address of the socket.
    pub url: String,
    /// Its name, unique in the call.
    pub name: Option<String>,
    /// `inbound_track`, `outbound_track`, `both_tracks`.
    pub track: Option<String>,
    /// Where to report its states.
    pub status_callback: Option<String>,
    /// How to report them.
    pub status_callback_method: Option<Method>,
    /// What `start` carries as `customParameters`.
    pub parameters: Vec<(String, String)>,
    /// Attributes without a field of their own, as written.
    pub others: Vec<(String, String)>,
}

/// A recording started beside the document.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct StartRecording {
    /// Where to report its states.
    pub status_callback: Option<String>,
    /// How to report them.
    pub status_callback_method: Option<Method>,
    /// Which; `completed` if none is named.
    pub status_events: Vec<String>,
    /// `mono` or `dual`.
    pub channels: Option<String>,
    /// `inbound`, `outbound`, `both`.
    pub track: Option<String>,
    /// Attributes without a field of their own, as written.
    pub others: Vec<(String, String)>,
}

/// Something in a document that is passed over or taken for its default; the call goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// Twilio's code, 12200 as a rule.
    pub code: u32,
    /// The element it is about.
    pub element: String,
    /// What is wrong.
    pub what: &'static str,
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
}

impl Document {
    /// Returns the document of a plan.
    pub fn from_plan(plan: &Plan) -> Self {
        Self { verbs: plan.verbs.iter().map(verb_of_plan).collect() }
    }

    /// Returns the document as XML.
    pub fn to_xml(&self) -> String {
        write::response(self).to_document()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Only what is no TwiML at all; [`DocumentError::code`] is Twilio's.
    pub fn parse(text: &str) -> Result<Parsed, DocumentError> {
        if text.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        let root = Element::parse(text)?;
        if root.name != "Response" {
            return Err(DocumentError::NotAResponse);
        }
        Ok(read::response(&root))
    }
}

fn verb_of_plan(verb: &PlanVerb) -> Verb {
    // Begun seconds: a pause is never cut, and never left out.
    let seconds = |length: std::time::Duration| u32::try_from(length.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
    match verb {
        PlanVerb::ConnectMedia { url, token } => Verb::Connect(Connect {
            action: None,
            method: Method::Post,
            to: ConnectTo::Stream(Stream { url: url.clone(), parameters: vec![(TOKEN_PARAMETER.to_owned(), token.clone())], ..Stream::default() }),
        }),
        PlanVerb::Say { text } => Verb::Say(Say::plain(text.clone())),
        PlanVerb::Play { url } => Verb::Play(Play { url: Some(url.clone()), ..Play::default() }),
        PlanVerb::PressDigits { digits } => {
            Verb::Play(Play { digits: Some(digits.iter().map(|digit| digit.as_char()).collect()), ..Play::default() })
        }
        PlanVerb::Pause { length } => Verb::Pause { length: seconds(*length) },
        PlanVerb::Redirect { url } => Verb::Redirect { url: url.clone(), method: Method::Post },
        PlanVerb::HangUp => Verb::Hangup,
    }
}

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
        let parsed = Document::parse("<Response>words<say>hi</say><Say volume=\"9\" loop=\"x\">a<break/>b</Say><Dial>+1</Dial></Response>").unwrap();
        let [Verb::Other(lower), Verb::Say(say), Verb::Other(dial)] = parsed.document.verbs.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((lower.name.as_str(), say.text().as_str(), say.loops, dial.name.as_str()), ("say", "ab", 1, "Dial"));
        let what: Vec<_> = parsed.warnings.iter().map(|warning| (warning.element.as_str(), warning.what)).collect();
        assert_eq!(
            what,
            [
                ("Response", "text between verbs is passed over"),
                ("say", "an unknown verb is passed over"),
                ("Say", "an attribute that is no whole number is passed over"),
                ("Say", "an unknown attribute is passed over"),
                ("Dial", "an unknown verb is passed over"),
            ]
        );
    }

    #[test]
    fn what_is_no_document_has_twilios_code() {
        let code = |text: &str| Document::parse(text).unwrap_err().code();
        assert_eq!((code(" "), code("hello"), code("<Hello/>")), (11770, 12100, 12102));
    }
}
