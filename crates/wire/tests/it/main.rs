//! Golden data of the carriers, both ways: what we write is what they and their libraries write, what they write we read.
#![allow(clippy::unwrap_used)]

mod fuzz;
mod plivo;
mod twilio;
