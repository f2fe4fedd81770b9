//! Twilio's error codes: what each means to a person, and what helps.
//!
//! The texts are ours: Twilio's own hold numbers, and change. Codes of calls, webhooks, documents and media streams are here;
//! what is missing gets a sentence by the kind of its HTTP status.

use std::borrow::Cow;

/// What helps, in one word. Decides how a failure is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remedy {
    /// Fix the account, its credentials or its rights.
    FixAccount,
    /// Fix the number that was to be called, or give up on it.
    FixNumber,
    /// Fix our settings: our number, our public address.
    FixSettings,
    /// The program sent something wrong: tell its makers.
    Report,
    /// Wait, then try again.
    Wait,
    /// Nothing to do: it is over, or as intended.
    Nothing,
}

/// One code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCode {
    /// Twilio's number.
    pub code: u32,
    /// What helps.
    pub remedy: Remedy,
    /// What happened, a sentence without its full stop.
    pub meaning: &'static str,
    /// What to do, a sentence without its full stop.
    pub advice: &'static str,
}

impl ErrorCode {
    /// Returns meaning and advice in one line.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.meaning, self.advice)
    }
}

/// Returns what is known of a code.
pub fn lookup(code: u32) -> Option<&'static ErrorCode> {
    CODES.binary_search_by_key(&code, |entry| entry.code).ok().map(|at| &CODES[at])
}

/// Returns a sentence for a code, known or not.
pub fn sentence(code: u32, http_status: u16) -> Cow<'static, str> {
    match (lookup(code), http_status) {
        (Some(entry), _) => Cow::Owned(entry.sentence()),
        (None, 401 | 403) => Cow::Borrowed("the account does not allow this; check the account SID, the auth token and the account's rights"),
        (None, 404) => Cow::Borrowed("this does not exist at Twilio; it may have been deleted, or belongs to another account"),
        (None, 429) => Cow::Borrowed("too many requests at once; wait a moment"),
        (None, 500..) => Cow::Borrowed("Twilio has a fault of its own; try again later"),
        (None, _) => Cow::Borrowed("Twilio refuses this request; look the code up at https://www.twilio.com/docs/errors"),
    }
}

/// Returns all known codes, in order.
pub fn all() -> &'static [ErrorCode] {
    CODES
}

const fn entry(code: u32, remedy: Remedy, meaning: &'static str, advice: &'static str) -> ErrorCode {
    ErrorCode { code, remedy, meaning, advice }
}

use Remedy::{FixAccount, FixNumber, FixSettings, Nothing, Report, Wait};

const CODES: &[ErrorCode] = &[
    entry(10001, FixAccount, "the Twilio account is not active", "reactivate it in the Twilio console, or pay what is due"),
    entry(10002, FixAccount, "a trial account cannot do this", "upgrade the Twilio account"),
    entry(10004, Wait, "the account has as many calls open as it may", "wait for one to end, or ask Twilio for a higher limit"),
    entry(11100, FixSettings, "Twilio cannot read an address that we gave it", "set the public address to a full https:// address"),
    entry(
        11200,
        FixSettings,
        "Twilio asked our public address and got no usable answer",
        "make it reachable from the internet, answering within 15 seconds",
    ),
    entry(11205, FixSettings, "Twilio could not connect to our public address", "check that the server runs and that no firewall closes the port"),
    entry(11206, FixSettings, "our public address did not speak HTTP", "check which program answers there"),
    entry(11210, FixSettings, "the host name of our public address is unknown", "check its spelling and its DNS entry"),
    entry(11215, FixSettings, "our public address redirected Twilio in circles", "set the address that answers itself, without redirects"),
    entry(11220, FixSettings, "the TLS handshake with our public address failed", "install a valid public certificate"),
    entry(11235, FixSettings, "the certificate of our public address is for another name", "install a certificate for this host name"),
    entry(11236, FixSettings, "the certificate of our public address has expired", "renew it"),
    entry(11237, FixSettings, "the certificate of our public address is not trusted", "install one of a public authority, with its chain"),
    entry(11750, Report, "our document was too long for Twilio", "report this"),
    entry(11770, FixSettings, "our public address answered with nothing", "check which program answers there"),
    entry(12100, FixSettings, "Twilio could not read our document", "check that no proxy changes what the server answers"),
    entry(12101, Report, "our document has a wrong XML version", "report this"),
    entry(12102, FixSettings, "our public address answered with something other than a document", "check which program answers there"),
    entry(12200, Report, "our document has something that Twilio does not know", "report this"),
    entry(12300, FixSettings, "our public address answered with a wrong content type", "check that no proxy changes what the server answers"),
    entry(12400, Wait, "Twilio failed inside while running the document", "try again later"),
    entry(13214, FixSettings, "the number to show is not valid", "set a number that the account owns or has verified"),
    entry(13223, FixNumber, "the number to call is not written rightly", "write it with + and the country code"),
    entry(13224, FixNumber, "Twilio cannot call this number", "check its digits"),
    entry(13225, FixNumber, "Twilio does not connect to this number", "use another number"),
    entry(13226, FixNumber, "the country code does not exist", "check the digits behind the +"),
    entry(13227, FixAccount, "the account may not call this country", "enable it in the Twilio console under voice geographic permissions"),
    entry(13805, FixAccount, "a call of a trial account ended at its limit of ten minutes", "upgrade the Twilio account"),
    entry(15003, FixSettings, "our status address did not answer Twilio with success", "make it reachable from the internet"),
    entry(20001, Report, "Twilio does not accept a parameter of the request", "report this"),
    entry(20003, FixAccount, "Twilio does not accept the credentials", "check the account SID, the auth token and the region of the account"),
    entry(20004, Report, "Twilio does not know this method here", "report this"),
    entry(20005, FixAccount, "the Twilio account is not active", "reactivate it in the Twilio console"),
    entry(20006, FixAccount, "the account may not use this", "check its rights in the Twilio console"),
    entry(20008, FixAccount, "test credentials cannot do this", "use the live account SID and auth token"),
    entry(20404, Nothing, "this does not exist at Twilio", "it is over, or belongs to another account"),
    entry(20408, Wait, "Twilio did not get this done in time", "try again"),
    entry(20429, Wait, "too many requests at once", "wait a moment"),
    entry(20500, Wait, "Twilio has a fault of its own", "try again later"),
    entry(20503, Wait, "Twilio is not available", "try again later"),
    entry(21201, Report, "the request names no number to call", "report this"),
    entry(21202, FixNumber, "Twilio never calls premium, emergency or three-digit numbers", "use another number"),
    entry(21203, FixAccount, "the account may not call abroad", "enable it in the Twilio console"),
    entry(21205, FixSettings, "Twilio cannot read our public address", "set it to a full https:// address without an underscore"),
    entry(21206, Report, "the keys to press are not valid", "report this"),
    entry(21208, FixSettings, "the ringing time is not valid", "set 5 to 600 seconds"),
    entry(21209, Report, "the method of an address is not valid", "report this"),
    entry(
        21210,
        FixSettings,
        "our number is neither owned nor verified by this account",
        "buy or verify it in the Twilio console, or set another one",
    ),
    entry(21211, FixNumber, "the number to call is not valid", "check its digits; it begins with + and the country code"),
    entry(21212, FixSettings, "our number is not valid", "write it with + and the country code"),
    entry(21213, FixSettings, "no number of ours is set", "set the number to call from"),
    entry(21214, FixNumber, "the number cannot be reached", "check its digits"),
    entry(
        21215,
        FixAccount,
        "the account may not call this country or kind of number",
        "enable it in the Twilio console under voice geographic permissions",
    ),
    entry(21216, FixAccount, "Twilio blocks this number for the account", "ask Twilio's support"),
    entry(21217, FixNumber, "the number to call does not look valid", "check its digits"),
    entry(21218, Report, "the application of the request does not exist", "report this"),
    entry(21219, FixAccount, "a trial account calls verified numbers only", "verify the number in the Twilio console, or upgrade the account"),
    entry(21220, Nothing, "the call is not live any more", "nothing is left to do"),
    entry(21262, Report, "who answered was to be found out, but nobody is told", "report this"),
    entry(31901, FixSettings, "Twilio could not reach our media socket in time", "open port 443 of the public address to the internet"),
    entry(31910, FixSettings, "the TLS handshake with our media socket failed", "install a valid public certificate"),
    entry(31920, FixSettings, "our media socket refused Twilio", "check that the proxy passes WebSocket upgrades on"),
    entry(31921, Nothing, "we closed the media socket", "this is how a stream ends"),
    entry(31924, Report, "the media socket carried what is no message", "report this"),
    entry(31951, Report, "the media socket carried a message that Twilio does not know", "report this"),
    entry(573002, FixSettings, "this trial account calls this number from another number only", "set the trial number that Twilio assigned to it"),
    entry(573005, FixAccount, "the number was added to the trial account, but not verified", "finish its verification in the Twilio console"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_reads_as_sentences() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
        for entry in CODES {
            assert!(!entry.meaning.ends_with('.') && !entry.advice.ends_with('.'), "{}", entry.code);
            assert!(!entry.advice.is_empty(), "{}", entry.code);
        }
    }

    #[test]
    fn known_and_unknown_codes_say_what_to_do() {
        assert_eq!(
            sentence(21219, 400),
            "a trial account calls verified numbers only; verify the number in the Twilio console, or upgrade the account"
        );
        assert!(sentence(99_999, 400).contains("look the code up"));
        assert!(sentence(99_999, 429).contains("wait"));
    }
}
