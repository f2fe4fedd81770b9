//! Golden data of Twilio, both ways: what we write is what Twilio and its libraries write, what they write we read.
#![allow(clippy::unwrap_used)]

mod twilio;
