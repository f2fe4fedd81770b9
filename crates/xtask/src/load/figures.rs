//! What a load run has measured, and in which part of the run.

use serde::Serialize;

use crate::percentile::Spread;

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Calls are being opened.
    Ramp,
    /// All calls run, none is added.
    Steady,
    /// More calls join.
    Joining,
    /// Still more want to join and are refused.
    Full,
}

const PHASES: usize = 4;

/// Milliseconds, gathered by phase.
#[derive(Default)]
pub struct Series([Vec<f64>; PHASES]);

impl Series {
    /// Adds one measurement.
    pub fn add(&mut self, phase: Phase, millis: f64) {
        self.0[phase as usize].push(millis);
    }

    /// Returns the spread of one phase.
    pub fn of(&self, phase: Phase) -> Spread {
        Spread::of(&self.0[phase as usize])
    }

    /// Returns the spread of all phases.
    pub fn all(&self) -> Spread {
        Spread::of(&self.0.concat())
    }
}

/// Everything that the callees measure.
#[derive(Default)]
pub struct Figures {
    /// From the stream's start to the first audio.
    pub first_audio: Series,
    /// From the callee's last sound to our first audio.
    pub response: Series,
    /// Of that, what is neither a stub's delay nor the pause that ends a turn, from where the detector hears the end.
    pub own_share: Series,
    /// From an interruption's first sound to `clear`.
    pub clear: Series,
    /// From an interruption's first sound until the callee hears nothing more of us.
    pub silent: Series,
    /// From a cough's first sound to the beginning of the gap in our audio.
    pub paused: Series,
    /// The same to its end.
    pub resumed: Series,
    /// How much later a message came than the pace of its line would have it.
    pub behind: Series,
    /// The same of the calls that ran before others joined.
    pub behind_old: Series,
    /// How long the callee heard a hole in our audio, for each message that came after the one before was played.
    pub holes: Series,
    /// Messages that came more than 60 ms after they should have been heard.
    pub too_late: u64,
    /// Messages of audio.
    pub messages: u64,
    /// How late our own ticks were.
    pub own_lateness: Series,
    /// What went wrong, by name.
    pub odd: Odd,
}

/// What should not happen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Odd {
    /// Turns that nobody answered within 8 s.
    pub unanswered: u64,
    /// Interruptions after which we were not cleared.
    pub not_cleared: u64,
    /// Coughs that did not even pause us.
    pub coughs_unnoticed: u64,
    /// Coughs that were taken for an interruption.
    pub coughs_obeyed: u64,
    /// Calls that the server ended.
    pub lost_calls: u64,
    /// Frames that we could not send at once because the server did not read.
    pub not_read: u64,
}
