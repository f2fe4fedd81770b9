//! Lists of headers in one line of text: `sipHeaders` and `extraHeaders` of documents and requests, `extra_headers` of a
//! media socket.
//!
//! We write `k=v,k2=v2`. How Plivo writes them back on a live socket is not verified: its own samples, its libraries and
//! people's logs show `k=v;k2=v2`, JSON as text, JSON as an object, and `{X-PH-k: v}`. All of them are read.

use serde_json::Value;

/// The prefix that a custom header gets on its way through Plivo.
pub const PREFIX: &str = "X-PH-";

/// Longest list that Plivo accepts for a stream, in bytes.
///
/// Source: Plivo's documentation of `extraHeaders`, 2026.
pub const MAX_BYTES: usize = 512;

/// Names and values, in order. `Debug` shows the names, for a value may be the one-time token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderList {
    pairs: Vec<(String, String)>,
}

impl HeaderList {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the list with one more header. Signs that would end a name or a value, or that are no ASCII, are left out:
    /// letters and digits are the only ones that surely arrive.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let clean = |text: &str| text.chars().filter(|c| c.is_ascii_graphic() && !",;={}\":".contains(*c)).collect::<String>();
        self.pairs.push((clean(name), clean(value)));
        self
    }

    /// Reads a list in any of the forms seen. Never fails: what is no pair has an empty value.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.starts_with('{') {
            if let Ok(value) = serde_json::from_str(text) {
                return Self::of_json(&value);
            }
            let inner = text.trim_start_matches('{').trim_end_matches('}');
            return Self::split(inner, &[',', ';'], &[':', '=']);
        }
        Self::split(text, &[',', ';'], &['='])
    }

    /// Reads a list that stands in a message as text or as an object; anything else is an empty list.
    pub fn of_json(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Object(map) => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Self { pairs: map.iter().map(|(name, value)| (name.clone(), text(value))).collect() }
            }
            _ => Self::default(),
        }
    }

    fn split(text: &str, between: &[char], inside: &[char]) -> Self {
        let parts = text.split(between).map(str::trim).filter(|part| !part.is_empty());
        let pair = |part: &str| {
            let (name, value) = part.split_once(inside).unwrap_or((part, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        };
        Self { pairs: parts.map(pair).collect() }
    }

    /// Returns a value by its name, in any case, with or without Plivo's prefix.
    pub fn get(&self, name: &str) -> Option<&str> {
        let bare = |name: &str| match name.get(..PREFIX.len()) {
            Some(start) if start.eq_ignore_ascii_case(PREFIX) => name[PREFIX.len()..].to_ascii_lowercase(),
            _ => name.to_ascii_lowercase(),
        };
        let wanted = bare(name);
        self.pairs.iter().find(|(name, _)| bare(name) == wanted).map(|(_, value)| value.as_str())
    }

    /// Returns names and values in order.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Returns the list as `k=v,k2=v2`.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (name, value) in self.pairs() {
            if !out.is_empty() {
                out.push(',');
            }
            out.push_str(name);
            out.push('=');
            out.push_str(value);
        }
        out
    }

    /// Returns why Plivo may drop some of these on their way, if it may.
    pub fn fault(&self) -> Option<&'static str> {
        const FORBIDDEN: [&str; 7] = ["PH-", "Plivo", "FS-", "SipAuth", "ZT-", "Twilio", "ClientRegion"];
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
        if self.to_text().len() > MAX_BYTES {
            return Some("the headers are longer than 512 bytes");
        }
        if self.pairs().any(|(name, _)| FORBIDDEN.iter().any(|start| name.starts_with(start))) {
            return Some("a header has a name that Plivo keeps for itself");
        }
        let all_plain = self.pairs().all(|(name, value)| !name.is_empty() && plain(name) && plain(value));
        (!all_plain).then_some("headers surely arrive only if they are letters and digits")
    }
}

impl std::fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_means_the_same() {
        for text in
            ["task=t42,leg=a", "task=t42;leg=a", "{\"X-PH-task\":\"t42\",\"X-PH-leg\":\"a\"}", "{X-PH-task: t42, X-PH-leg: a}", "{task=t42;leg=a}"]
        {
            let list = HeaderList::parse(text);
            assert_eq!((list.get("task"), list.get("X-PH-Leg"), list.pairs().len()), (Some("t42"), Some("a"), 2), "{text}");
        }
        for text in ["", "{}", " "] {
            assert!(HeaderList::parse(text).is_empty(), "{text}");
        }
        assert_eq!(HeaderList::of_json(&serde_json::json!({"n": 1})).get("n"), Some("1"));
        assert!(HeaderList::of_json(&Value::Null).is_empty());
    }

    #[test]
    fn a_value_cannot_end_its_header() {
        let list = HeaderList::new().with("token", "a,b=c;d é\"").with("leg", "a");
        assert_eq!(list.to_text(), "token=abcd,leg=a");
        assert_eq!(HeaderList::parse(&list.to_text()), list);
        assert!(!format!("{list:?}").contains("abcd"));
    }

    #[test]
    fn what_may_not_arrive_is_told() {
        assert_eq!(HeaderList::new().with("token", "0a1b").fault(), None);
        assert!(HeaderList::new().with("Plivo1", "x").fault().is_some());
        assert!(HeaderList::new().with("a-b", "x").fault().is_some());
        assert!(HeaderList::new().with("a", &"x".repeat(600)).fault().is_some());
    }
}
