//! Values as they stand in attributes of documents and in parameters of webhooks: always text.

use telephony::{Private, Timestamp};

use super::status::{CallEvent, CallStatus};
use crate::date;
use crate::http::Method;
use crate::words::Word;

/// A value that stands in an attribute or a parameter.
pub(crate) trait Value: Sized {
    /// Reads it; `None` if it cannot be read.
    fn read(text: &str) -> Option<Self>;

    /// Writes it; `None` for nothing.
    fn write(&self) -> Option<String>;

    /// Whether Twilio knows the value; an unknown one is kept and warned of.
    fn is_known(&self) -> bool {
        true
    }
}

impl Value for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn write(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Value for Private<String> {
    fn read(text: &str) -> Option<Self> {
        Some(Self::new(text.to_owned()))
    }

    fn write(&self) -> Option<String> {
        Some(self.expose().clone())
    }
}

impl Value for u32 {
    fn read(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for bool {
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for Method {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text.trim()).filter(|method| *method != Self::Delete)
    }

    fn write(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }
}

/// Words with blanks between them.
impl Value for Vec<String> {
    fn read(text: &str) -> Option<Self> {
        Some(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    fn write(&self) -> Option<String> {
        Some(self.join(" "))
    }
}

impl Value for Vec<CallEvent> {
    fn read(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(CallEvent::parse).collect()
    }

    fn write(&self) -> Option<String> {
        Some(self.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" "))
    }
}

impl<T: Word> Value for Vec<T> {
    fn read(text: &str) -> Option<Self> {
        Some(text.split_ascii_whitespace().map(T::read).collect())
    }

    fn write(&self) -> Option<String> {
        Some(self.iter().map(T::word).collect::<Vec<_>>().join(" "))
    }

    fn is_known(&self) -> bool {
        self.iter().all(T::is_known)
    }
}

impl<T: Word> Value for T {
    fn read(text: &str) -> Option<Self> {
        Some(T::read(text.trim()))
    }

    fn write(&self) -> Option<String> {
        Some(self.word().to_owned())
    }

    fn is_known(&self) -> bool {
        Word::is_known(self)
    }
}

impl<T: Value> Value for Option<T> {
    fn read(text: &str) -> Option<Self> {
        T::read(text).map(Some)
    }

    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }

    fn is_known(&self) -> bool {
        self.as_ref().is_none_or(T::is_known)
    }
}

/// Dates of webhooks, RFC 2822 as a rule; either form is read.
impl Value for Timestamp {
    fn read(text: &str) -> Option<Self> {
        date::parse(text)
    }

    fn write(&self) -> Option<String> {
        Some(date::rfc2822(*self))
    }
}

impl Value for CallStatus {
    fn read(text: &str) -> Option<Self> {
        Some(Self::parse(text))
    }

    fn write(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }
}
