//! How Twilio asks a program for a socket: signed, and never with a query string for media.

use wire::http::Form;
use wire::twilio::media::{FromApp, read_from_app};
use wire::twilio::signature::{Algorithm, HEADER, SigningKey};

use crate::media_socket::{Handshake, Refusal};

/// Which addresses may be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Query {
    /// None with a query string: media streams.
    Refused,
    /// Any: conversations in text.
    Allowed,
}

/// Returns how to ask for a socket.
///
/// A query string is refused by Twilio: programs that need it must learn so here.
pub fn handshake(url: &str, query: Query, key: &SigningKey) -> Result<Handshake, Refusal> {
    if query == Query::Refused && url.contains('?') {
        return Err(Refusal::Rejected);
    }
    let signature = key.sign(url, &Form::new(), Algorithm::HmacSha1);
    Ok(Handshake { url: url.to_owned(), headers: vec![(HEADER, signature), ("user-agent", "Twilio.TmeWs/1.0".to_owned())] })
}

/// Returns Twilio's code for a socket that did not open.
pub const fn code_of(why: Refusal) -> u32 {
    match why {
        Refusal::Rejected => 31_920,
        Refusal::Untrusted => 31_910,
        Refusal::Unreachable => 31_901,
    }
}

/// Returns whether a message of the program is sound.
pub fn is_sound(text: &str) -> bool {
    matches!(read_from_app(text), Ok(FromApp::Media { .. }))
}
