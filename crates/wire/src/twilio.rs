//! Twilio's formats: the REST API of 2010-04-01, voice and status webhooks, TwiML, Media Streams, signatures, error codes.
//!
//! `rest` and `callback` are values with a reader and a writer each; `document` is TwiML; `media` is the hot path of a call.

pub mod callback;
pub mod document;
pub mod error_codes;
pub mod media;
pub mod rest;
pub mod signature;
pub mod status;
mod value;
mod words;
