//! What is never shown and never taken from the command line.

use store::MasterKey;
use telephony::Private;

use super::{Around, Setting, Wrong};

impl Setting for Option<Private<String>> {
    fn expects(&self) -> String {
        "a secret, best as `${file:path}` or `${VARIABLE}`".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Wrong::because("it has a blank or a line break inside"));
        }
        *self = Some(Private::new(text.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|_| "********".into())
    }

    fn is_private(&self) -> bool {
        true
    }

    fn is_secret(&self) -> bool {
        true
    }
}

impl Setting for Option<MasterKey> {
    fn expects(&self) -> String {
        "64 hexadecimal digits, best as `${file:path}` or `${VARIABLE}`; `openssl rand -hex 32` makes them".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(text.parse().map_err(|_| Wrong::value())?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|_| "********".into())
    }

    fn is_private(&self) -> bool {
        true
    }

    fn is_secret(&self) -> bool {
        true
    }
}
