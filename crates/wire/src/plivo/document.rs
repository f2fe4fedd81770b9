//! Plivo XML: what a call does next, as a typed list of verbs.
//!
//! Our adapter writes a [`Plan`](telephony::plan::Plan) with [`Document::from_plan`]; the sandbox reads any program's document with
//! [`Document::parse`] and runs it. Unlike Twilio, Plivo reads the whole document before it runs any of it, and one unknown
//! element or attribute refuses all of it: the call ends with "invalid XML" (8011) although the server answered 200. So
//! nesting is a matter of types here, and [`Document::check`] looks a document over before it is sent.

mod advice;
mod attributes;
mod dial;
mod flow;
mod input;
mod of_plan;
mod output;
mod record;
mod rooms;
mod ssml;
mod stream;

use thiserror::Error;

use super::error_codes::DocumentSource;
use crate::xml::{Element, Node, XmlError};
use attributes::{Faults, no_words};

pub use dial::{Destination, Dial, Number, User};
pub use flow::{Hangup, HangupReason, Message, PreAnswer, PreAnswerStep, Redirect};
pub use input::{GetDigits, GetInput, InputType, SpeechModel};
pub use of_plan::{Lacking, TOKEN_HEADER, is_message_address};
pub use output::{Dtmf, MAX_SPEAK_CHARS, Play, Speak, Wait};
pub use record::Record;
pub use rooms::{Conference, MultiPartyCall};
pub use ssml::Ssml;
pub use stream::Stream;

/// The content type that our documents are served with.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

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

#[cfg(test)]
mod tests {
    use super::*;

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
