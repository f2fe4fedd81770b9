//! How Plivo asks a program for a socket: signed as a `GET` of the same address with `http://`.

use wire::http::{Form, Method};
use wire::plivo::media::{FromApp, read_from_app};
use wire::plivo::signature::{HEADER, MAIN_HEADER, NONCE_HEADER, SigningKeys};

use crate::media_socket::{Handshake, Refusal};
use crate::plivo::fresh_nonce;

/// Returns how to ask for a socket.
pub fn handshake(url: &str, keys: &SigningKeys) -> Result<Handshake, Refusal> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let nonce = fresh_nonce().map_err(|_| Refusal::Unreachable)?;
    let signature = keys.sign(Method::Get, &format!("http://{rest}"), &Form::new(), &nonce);
    let headers = vec![(HEADER, signature.clone()), (MAIN_HEADER, signature), (NONCE_HEADER, nonce)];
    Ok(Handshake { url: url.to_owned(), headers })
}

/// Returns whether a message of the program is sound.
pub fn is_sound(text: &str) -> bool {
    matches!(read_from_app(text), Ok(FromApp::PlayAudio { .. }))
}
