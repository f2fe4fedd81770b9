//! What Twilio says in a conversation in text.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{RelayFault, object, text_of};

/// A message of Twilio. `Debug` shows no words and no digits.
#[derive(Clone, PartialEq)]
pub enum FromCarrier {
    /// The session begins.
    Setup(Box<Setup>),
    /// The callee spoke.
    Prompt {
        /// The words; all of the turn so far if they are not settled.
        words: String,
        /// The language, the first part only if it was found out.
        language: Option<String>,
        /// The words are settled. Without `partialPrompts` they always are.
        is_last: bool,
    },
    /// The callee spoke or pressed a key while we were heard, and we stopped.
    Interrupt {
        /// What was heard of us until then.
        heard: String,
        /// How long it was heard.
        heard_millis: Option<u64>,
    },
    /// A key was pressed.
    Dtmf {
        /// Which.
        digit: char,
    },
    /// Something beside, if it was asked for.
    Info(Info),
    /// A message of ours was wrong; the session goes on.
    Error {
        /// What Twilio says of it. May quote the message.
        description: String,
    },
    /// Something newer than we are.
    Other {
        /// Its `type`.
        kind: String,
    },
}

/// How a session begins. `Debug` shows no number and no parameter, for one of them is the one-time token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// `VX…`.
    pub session_id: String,
    /// `AC…`.
    pub account_sid: String,
    /// `CA…`.
    pub call_sid: String,
    /// The call that made this leg; empty if none did.
    pub parent_call_sid: String,
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// Who sent the call on.
    pub forwarded_from: String,
    /// The caller's name, if looked up.
    pub caller_name: String,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// `PSTN`, …
    pub call_type: String,
    /// `RINGING`, `IN-PROGRESS`, …
    pub call_status: String,
    /// The `<Parameter>`s of the document.
    pub parameters: Vec<(String, String)>,
}

/// Milliseconds there and back.
const ROUND_TRIP: &str = "roundTripDelayMs";
/// `on` or `off`: whether we are heard.
const WE_SPEAK: &str = "agentSpeaking";
/// `on` or `off`: whether the callee is.
const CALLEE_SPEAKS: &str = "clientSpeaking";
/// The words of ours that were just heard.
const PLAYED: &str = "tokensPlayed";

/// Something beside. `Debug` does not show words that were heard.
#[derive(Clone, PartialEq, Eq)]
pub enum Info {
    /// There and back, in milliseconds.
    RoundTrip(u64),
    /// We begin or cease to be heard.
    WeSpeak(bool),
    /// The callee begins or ceases to speak.
    CalleeSpeaks(bool),
    /// These words of ours were heard.
    Played(String),
    /// Something newer than we are.
    Other {
        /// What it is about.
        name: String,
        /// What it says.
        value: String,
    },
}

impl Setup {
    /// Returns a parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn of(object: &Map<String, Value>) -> Self {
        let text = |key: &str| object.get(key).and_then(text_of).unwrap_or_default();
        let parameters = object.get("customParameters").and_then(Value::as_object);
        let parameters = parameters.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), text_of(value)?)));
        Self {
            session_id: text("sessionId"),
            account_sid: text("accountSid"),
            call_sid: text("callSid"),
            parent_call_sid: text("parentCallSid"),
            from: text("from"),
            to: text("to"),
            forwarded_from: text("forwardedFrom"),
            caller_name: text("callerName"),
            direction: text("direction"),
            call_type: text("callType"),
            call_status: text("callStatus"),
            parameters: parameters.collect(),
        }
    }

    fn to_json(&self) -> Value {
        let parameters: Map<String, Value> = self.parameters.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
        json!({
            "type": "setup",
            "sessionId": self.session_id,
            "accountSid": self.account_sid,
            "parentCallSid": self.parent_call_sid,
            "callSid": self.call_sid,
            "from": self.from,
            "to": self.to,
            "forwardedFrom": self.forwarded_from,
            "callType": self.call_type,
            "callerName": self.caller_name,
            "direction": self.direction,
            "callStatus": self.call_status,
            "customParameters": parameters,
        })
    }
}

impl Info {
    /// An unreadable value of a known kind is kept as it came.
    fn of(name: &str, value: String) -> Self {
        let switch = match value.as_str() {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        match (name, switch, value.parse()) {
            (ROUND_TRIP, _, Ok(millis)) => Self::RoundTrip(millis),
            (WE_SPEAK, Some(on), _) => Self::WeSpeak(on),
            (CALLEE_SPEAKS, Some(on), _) => Self::CalleeSpeaks(on),
            (PLAYED, ..) => Self::Played(value),
            _ => Self::Other { name: name.to_owned(), value },
        }
    }

    fn to_json(&self) -> Value {
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let (name, value) = match self {
            Self::RoundTrip(millis) => (ROUND_TRIP, millis.to_string()),
            Self::WeSpeak(on) => (WE_SPEAK, switch(*on)),
            Self::CalleeSpeaks(on) => (CALLEE_SPEAKS, switch(*on)),
            Self::Played(words) => (PLAYED, words.clone()),
            Self::Other { name, value } => (name.as_str(), value.clone()),
        };
        json!({"type": "info", "name": name, "value": value})
    }
}

impl FromCarrier {
    /// Reads a message of Twilio.
    ///
    /// # Errors
    /// What is no JSON object with a `type`, or lacks what its type needs. An unknown type is [`FromCarrier::Other`].
    pub fn read(text: &str) -> Result<Self, RelayFault> {
        let object = object(text)?;
        let kind = object.get("type").and_then(Value::as_str).ok_or(RelayFault::new("no type"))?;
        let field = |key: &str| object.get(key).and_then(text_of);
        Ok(match kind {
            "setup" => {
                let setup = Setup::of(&object);
                if setup.session_id.is_empty() || setup.call_sid.is_empty() {
                    return Err(RelayFault::new("a setup without its session or its call"));
                }
                Self::Setup(Box::new(setup))
            }
            "prompt" => Self::Prompt {
                words: field("voicePrompt").ok_or(RelayFault::new("a prompt without words"))?,
                language: field("lang").filter(|language| !language.is_empty()),
                is_last: object.get("last").and_then(Value::as_bool).unwrap_or(true),
            },
            "interrupt" => Self::Interrupt {
                heard: field("utteranceUntilInterrupt").unwrap_or_default(),
                // An older page shows text.
                heard_millis: field("durationUntilInterruptMs").and_then(|millis| millis.parse().ok()),
            },
            "dtmf" => {
                let digit = field("digit").unwrap_or_default();
                let mut digits = digit.chars();
                let (Some(digit), None) = (digits.next(), digits.next()) else {
                    return Err(RelayFault::new("a key press without a key"));
                };
                Self::Dtmf { digit }
            }
            "info" => Self::Info(Info::of(&field("name").unwrap_or_default(), field("value").unwrap_or_default())),
            "error" => Self::Error { description: field("description").unwrap_or_default() },
            other => Self::Other { kind: other.to_owned() },
        })
    }

    /// Returns the message as JSON.
    pub fn write(&self) -> String {
        let value = match self {
            Self::Setup(setup) => setup.to_json(),
            Self::Prompt { words, language, is_last } => {
                let mut prompt = json!({"type": "prompt", "voicePrompt": words, "last": is_last});
                if let Some(language) = language {
                    prompt["lang"] = language.as_str().into();
                }
                prompt
            }
            Self::Interrupt { heard, heard_millis } => {
                let mut interrupt = json!({"type": "interrupt", "utteranceUntilInterrupt": heard});
                if let Some(millis) = heard_millis {
                    interrupt["durationUntilInterruptMs"] = (*millis).into();
                }
                interrupt
            }
            Self::Dtmf { digit } => json!({"type": "dtmf", "digit": digit.to_string()}),
            Self::Info(info) => info.to_json(),
            Self::Error { description } => json!({"type": "error", "description": description}),
            Self::Other { kind } => json!({"type": kind}),
        };
        value.to_string()
    }
}

impl fmt::Debug for FromCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(setup) => setup.fmt(f),
            Self::Prompt { is_last, .. } => f.debug_struct("Prompt").field("is_last", is_last).finish_non_exhaustive(),
            Self::Interrupt { heard_millis, .. } => f.debug_struct("Interrupt").field("heard_millis", heard_millis).finish_non_exhaustive(),
            Self::Dtmf { .. } => f.write_str("Dtmf"),
            Self::Info(info) => info.fmt(f),
            Self::Error { .. } => f.write_str("Error"),
            Self::Other { .. } => f.write_str("Other"),
        }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("session", &self.session_id).field("call", &self.call_sid).finish_non_exhaustive()
    }
}

impl fmt::Debug for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoundTrip(millis) => write!(f, "RoundTrip({millis})"),
            Self::WeSpeak(on) => write!(f, "WeSpeak({on})"),
            Self::CalleeSpeaks(on) => write!(f, "CalleeSpeaks({on})"),
            Self::Played(_) => f.write_str("Played"),
            Self::Other { .. } => f.write_str("Other"),
        }
    }
}
