//! Signals: frames, codecs, voice activity, tones, playout and recordings as pure functions and machines.
//!
//! Everything here works on slices of 16-bit samples and does not allocate on the steady path: buffers
//! are made once, when a machine is made, or belong to the caller. Nothing reads a clock, draws a random
//! number or opens a file; positions are plain sample counts (`u64`, 8 kHz unless a doc says otherwise)
//! and times are microseconds that the caller passes in. Levels are dBFS: 0 is a full-scale square wave,
//! so a full-scale sine reads −3.01, and digital silence reads [`level::SILENCE_DBFS`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dtmf;
pub mod frame;
pub mod g711;
pub mod hold_music;
pub mod jitter;
pub mod level;
pub mod mixer;
pub mod noise;
pub mod playout;
pub mod resample;
pub mod tone;
pub mod vad;
pub mod wav;

mod spectrum;

pub use frame::{FRAME_MS, FRAME_SAMPLES, Frame, Framer, RATE_HZ, SILENCE, ULAW_SILENCE};
