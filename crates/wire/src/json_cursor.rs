//! Reads the plain shape of a media message by slicing, where its few keys are known: nothing is copied or allocated.
//!
//! Gives up (`None`) at anything unusual and never decides that a message is wrong: that is serde's part. Numbers are taken
//! as numbers and as text, for carriers send both.

use crate::track::Track;

/// A place in a message.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Returns the beginning of a message.
    #[inline]
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Returns whether the whole message was taken.
    #[inline]
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Takes the next byte that is no blank.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            if byte != b' ' {
                return Some(byte);
            }
        }
    }

    /// Takes this byte.
    #[inline]
    pub(crate) fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// Takes this text if it comes next. Comparing with the few known keys is quicker than looking for a key's end.
    #[inline]
    pub(crate) fn took(&mut self, wanted: &str) -> bool {
        let comes_next = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(wanted.as_bytes()));
        if comes_next {
            self.at += wanted.len();
        }
        comes_next
    }

    /// Takes what follows a pair: whether another one comes, or the object ends.
    #[inline]
    pub(crate) fn has_more(&mut self) -> Option<bool> {
        match self.next()? {
            b',' => Some(true),
            b'}' => Some(false),
            _ => None,
        }
    }

    /// Takes the value of a key into its field, unless that was taken before.
    #[inline]
    pub(crate) fn set(&mut self, field: &mut Option<&'a str>) -> Option<()> {
        self.eat(b':')?;
        field.replace(self.string()?).is_none().then_some(())
    }

    /// Takes a number, bare or as text: digits and nothing else. A bare one has no nought in front, or JSON forbids it.
    #[inline]
    pub(crate) fn set_number(&mut self, field: &mut Option<u64>) -> Option<()> {
        self.eat(b':')?;
        let bytes = self.text.as_bytes();
        let first = self.next()?;
        let is_text = first == b'"';
        let start = if is_text { self.at } else { self.at - 1 };
        let mut at = start;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at).copied() {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            at += 1;
        }
        let length = at - start;
        if length == 0 || (!is_text && length > 1 && first == b'0') {
            return None;
        }
        if is_text {
            if bytes.get(at) != Some(&b'"') {
                return None;
            }
            at += 1;
        }
        self.at = at;
        field.replace(value).is_none().then_some(())
    }

    /// Takes one of the two tracks.
    #[inline]
    pub(crate) fn set_track(&mut self, field: &mut Option<Track>) -> Option<()> {
        self.eat(b':')?;
        self.eat(b'"')?;
        let track = if self.took("inbound\"") {
            Track::Inbound
        } else if self.took("outbound\"") {
            Track::Outbound
        } else {
            return None;
        };
        field.replace(track).is_none().then_some(())
    }

    /// Takes a string without escapes and control characters.
    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = memchr::memchr2(b'"', b'\\', rest)?;
        if rest[length] != b'"' || has_control(&rest[..length]) {
            return None;
        }
        let start = self.at;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Passes over a string with simple escapes: headers come with every message, often as JSON inside JSON.
    pub(crate) fn skip_string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let length = memchr::memchr2(b'"', b'\\', rest)?;
            if has_control(&rest[..length]) {
                return None;
            }
            self.at += length + 1;
            if rest[length] == b'"' {
                return Some(());
            }
            if !matches!(rest.get(length + 1)?, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') {
                return None;
            }
            self.at += 1;
        }
    }
}

/// A fold without an early exit is compiled to vector code, unlike `any`.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, byte| found | (*byte < b' '))
}
