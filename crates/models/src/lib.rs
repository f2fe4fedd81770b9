//! Ears and voices: local speech engines and their stubs behind the ports.
//!
//! One folder a kind, one file an engine. [`LocalSpeech`] joins what runs on this machine: Whisper listens, hibari
//! speaks, Silero keeps music and noise away from Whisper, smart-turn votes on the end of a turn. All are loaded once,
//! in the background, and shared by all calls. A user's own speech programs take their place by a command. [`StubSpeech`]
//! stands in for them, and for the brain, under load tests.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod brain;
mod graph;
pub mod library;
mod loaded;
mod local;
mod mel;
mod program;
mod resample;
mod speech_to_text;
mod stub;
mod text_to_speech;
mod turn_vote;
mod voice_activity;
mod workers;

pub use local::LocalSpeech;
pub use program::{CommandLine, CommandLineError};
pub use stub::StubSpeech;
pub use text_to_speech::spoken::spoken;
pub use text_to_speech::stored::stored;
