//! Speech to the ear and back: what the local voice says, through a telephone line, is what the local ears hear.
#![allow(clippy::unwrap_used)]

mod damaged_models;
mod end_of_turn;
mod heard;
mod interims;
mod line;
mod no_speech;
#[cfg(unix)]
mod programs;
mod stubs;
mod voice;
