//! What the detectors make of human speech, of a synthetic voice with known edges, and of mixtures.
#![allow(clippy::unwrap_used)]

mod false_alarms;
mod speech;
mod voice_activity;
