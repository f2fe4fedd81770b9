//! What we say in a conversation in text.

use std::fmt;

use serde_json::{Map, Value};

use super::{RelayFault, object, text_of};

/// A message of ours, or of any other program. `Debug` shows no words, no digits and no address.
#[derive(Clone, PartialEq, Eq)]
pub enum FromApp {
    /// Say this after all that was said before. Words may come in pieces, with their blanks; speaking begins before the last.
    Text {
        /// The words; may be empty in the last piece.
        token: String,
        /// The turn is complete.
        is_last: bool,
        /// In another language than the session's.
        language: Option<String>,
        /// Whether it may be interrupted; as the session says if not said.
        interruptible: Option<bool>,
        /// Whether what comes next may cut it short; not if not said.
        preemptible: Option<bool>,
    },
    /// Play a file.
    Play {
        /// Where it is.
        source: String,
        /// How often; once if not said, 0 is a thousand times.
        loops: Option<u32>,
        /// Whether it may be interrupted.
        interruptible: Option<bool>,
        /// Whether what comes next may cut it short.
        preemptible: Option<bool>,
    },
    /// Press keys: `0-9 w # *`.
    SendDigits {
        /// Which.
        digits: String,
    },
    /// Go on in another language.
    Language {
        /// That we speak.
        speaks: Option<String>,
        /// That the callee speaks.
        hears: Option<String>,
    },
    /// End the session; the call lives, and the document's `action` is asked for what comes next.
    End {
        /// What `action` is told, as we write it.
        handoff: Option<String>,
    },
}

impl FromApp {
    /// Returns a piece of a turn.
    pub fn piece(token: impl Into<String>) -> Self {
        Self::Text { token: token.into(), is_last: false, language: None, interruptible: None, preemptible: None }
    }

    /// Returns the last piece of a turn.
    pub fn last(token: impl Into<String>) -> Self {
        Self::Text { token: token.into(), is_last: true, language: None, interruptible: None, preemptible: None }
    }

    /// Returns what ends a turn that was interrupted.
    pub fn close_turn() -> Self {
        Self::last("")
    }

    /// Returns the message as JSON.
    pub fn write(&self) -> String {
        let mut out = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(key.to_owned(), value);
            }
        };
        let text = |text: &str| Some(Value::from(text));
        let flag = |flag: &Option<bool>| flag.map(Value::from);
        match self {
            Self::Text { token, is_last, language, interruptible, preemptible } => {
                put("type", text("text"));
                put("token", text(token));
                put("last", Some((*is_last).into()));
                put("lang", language.as_deref().map(Value::from));
                put("interruptible", flag(interruptible));
                put("preemptible", flag(preemptible));
            }
            Self::Play { source, loops, interruptible, preemptible } => {
                put("type", text("play"));
                put("source", text(source));
                put("loop", loops.map(Value::from));
                put("preemptible", flag(preemptible));
                put("interruptible", flag(interruptible));
            }
            Self::SendDigits { digits } => {
                put("type", text("sendDigits"));
                put("digits", text(digits));
            }
            Self::Language { speaks, hears } => {
                put("type", text("language"));
                put("ttsLanguage", speaks.as_deref().map(Value::from));
                put("transcriptionLanguage", hears.as_deref().map(Value::from));
            }
            Self::End { handoff } => {
                put("type", text("end"));
                put("handoffData", handoff.as_deref().map(Value::from));
            }
        }
        Value::Object(out).to_string()
    }

    /// Reads a message, for the sandbox.
    ///
    /// # Errors
    /// What Twilio would answer with `error` and log as 64107. Unknown types are errors here; unknown keys are not.
    pub fn read(message: &str) -> Result<Self, RelayFault> {
        let object = object(message)?;
        let kind = object.get("type").and_then(Value::as_str).ok_or(RelayFault::new("no type"))?;
        let text = |key: &str| object.get(key).and_then(text_of);
        let flag = |key: &str, what: &'static str| match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(flag)) if flag == "true" => Ok(Some(true)),
            Some(Value::String(flag)) if flag == "false" => Ok(Some(false)),
            Some(_) => Err(RelayFault::new(what)),
        };
        Ok(match kind {
            "text" => Self::Text {
                token: text("token").ok_or(RelayFault::new("a text without a token"))?,
                is_last: flag("last", "last is neither true nor false")?.unwrap_or(false),
                language: text("lang"),
                interruptible: flag("interruptible", "interruptible is neither true nor false")?,
                preemptible: flag("preemptible", "preemptible is neither true nor false")?,
            },
            "play" => Self::Play {
                source: text("source").filter(|source| !source.is_empty()).ok_or(RelayFault::new("nothing to play"))?,
                loops: match text("loop") {
                    None => None,
                    Some(loops) => Some(loops.parse().map_err(|_| RelayFault::new("loop is no whole number"))?),
                },
                interruptible: flag("interruptible", "interruptible is neither true nor false")?,
                preemptible: flag("preemptible", "preemptible is neither true nor false")?,
            },
            "sendDigits" => {
                let digits = text("digits").unwrap_or_default();
                let sound = !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'w' | b'#' | b'*'));
                if !sound {
                    return Err(RelayFault::new("digits that no telephone has"));
                }
                Self::SendDigits { digits }
            }
            "language" => {
                let (speaks, hears) = (text("ttsLanguage"), text("transcriptionLanguage"));
                if speaks.is_none() && hears.is_none() {
                    return Err(RelayFault::new("a change of language without a language"));
                }
                Self::Language { speaks, hears }
            }
            // An object in place of text is what beginners send; Twilio's own examples put JSON into text.
            "end" => Self::End {
                handoff: object.get("handoffData").filter(|data| !data.is_null()).map(|data| text_of(data).unwrap_or_else(|| data.to_string())),
            },
            _ => return Err(RelayFault::new("an unknown type")),
        })
    }
}

impl fmt::Debug for FromApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { is_last, .. } => f.debug_struct("Text").field("is_last", is_last).finish_non_exhaustive(),
            Self::Play { .. } => f.write_str("Play"),
            Self::SendDigits { .. } => f.write_str("SendDigits"),
            Self::Language { speaks, hears } => f.debug_struct("Language").field("speaks", speaks).field("hears", hears).finish(),
            Self::End { .. } => f.write_str("End"),
        }
    }
}

impl RelayFault {
    /// Returns the description of the `error` that Twilio answers with; it quotes the message.
    pub fn description(message: &str) -> String {
        // A quotation need not be longer than any message of ours.
        let quoted: String = message.chars().take(1_000).collect();
        format!("Invalid message received: {quoted}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_message_says_why() {
        let what = |message: Value| FromApp::read(&message.to_string()).unwrap_err().what;
        assert_eq!(what(json!([1])), "not a JSON object");
        assert_eq!(what(json!({"foo": "bar"})), "no type");
        assert_eq!(what(json!({"type": "tea"})), "an unknown type");
        assert_eq!(what(json!({"type": "text"})), "a text without a token");
        assert_eq!(what(json!({"type": "text", "token": "a", "last": 1})), "last is neither true nor false");
        assert_eq!(what(json!({"type": "play", "source": ""})), "nothing to play");
        assert_eq!(what(json!({"type": "play", "source": "u", "loop": "x"})), "loop is no whole number");
        assert_eq!(what(json!({"type": "sendDigits", "digits": "12A"})), "digits that no telephone has");
        assert_eq!(what(json!({"type": "language"})), "a change of language without a language");
        assert_eq!(FromApp::read("{\"type\":\"text\",\"token\":\"a\"").unwrap_err().code, 64107);
    }

    #[test]
    fn an_object_is_handed_on_as_text() {
        let read = FromApp::read(r#"{"type":"end","handoffData":{"a":1}}"#).unwrap();
        assert_eq!(read, FromApp::End { handoff: Some(r#"{"a":1}"#.into()) });
        assert_eq!(FromApp::read(r#"{"type":"end"}"#).unwrap(), FromApp::End { handoff: None });
    }

    #[test]
    fn debug_shows_no_words() {
        let shown = format!("{:?} {:?}", FromApp::last("the code is 4711"), FromApp::SendDigits { digits: "4711".into() });
        assert!(!shown.contains("4711"), "{shown}");
    }
}
