//! Twilio's formats: the REST API of 2010-04-01, webhooks, TwiML, the two sockets, signatures, error codes.
//!
//! `rest` and `callback` are values with a reader and a writer each; `document` is TwiML; `media` is the hot path of a call,
//! `relay` the socket of a conversation in text; `connection` is what a handed-out address says of how it is to be asked.

pub mod callback;
pub mod connection;
pub mod document;
pub mod error_codes;
pub mod media;
pub mod relay;
pub mod rest;
pub mod signature;
pub mod status;
mod value;
