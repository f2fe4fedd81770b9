//! Other people's formats, read and written: carriers' REST, webhooks, documents, media messages, signatures.
//!
//! Pure: bytes in, values out, and the other way round. No socket, no clock, no chance. Each format is read *and* written,
//! because the sandbox stands on the other side of the same wire: what one side writes, the other reads, and golden data
//! from the carriers' own documents and libraries keeps both honest.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod date;
pub mod http;
mod json_cursor;
mod loose;
pub mod plivo;
pub mod public_origin;
pub mod track;
pub mod twilio;
mod words;
pub mod xml;
