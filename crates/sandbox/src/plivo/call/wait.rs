//! `<Wait>`: for a time, until it is silent, or until an answering machine beeps.

use audio::frame::Frame;
use audio::level::rms_dbfs;
use telephony::SessionTime;
use wire::plivo::document::Wait;

use super::{Doing, Driver};

/// Frames more silent than this are silence.
const SILENCE_DBFS: f32 = -45.0;

/// Milliseconds of silence that end a wait for it, if none are said. What Plivo takes is not documented.
const MIN_SILENCE_MS: u32 = 2_000;

/// A wait in progress.
pub(super) struct Waiting {
    until: SessionTime,
    /// Frames of silence that end it, and how many there were.
    silence: Option<(u32, u32)>,
    hears_beeps: bool,
}

impl Waiting {
    /// Returns when it is over at the latest.
    pub const fn until(&self) -> SessionTime {
        self.until
    }
}

impl Driver {
    pub(super) fn wait(&mut self, wait: &Wait) {
        let until = self.line.clock.now() + std::time::Duration::from_secs(wait.length().into());
        let silence = wait.silence().then(|| (wait.min_silence.unwrap_or(MIN_SILENCE_MS) / 20, 0));
        self.doing = Doing::Waiting(Waiting { until, silence, hears_beeps: wait.hears_beeps() });
    }

    pub(super) fn waiting_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let Doing::Waiting(waiting) = &mut self.doing else { return };
        let mut is_over = waiting.until <= now;
        if let Some((wanted, quiet)) = &mut waiting.silence {
            *quiet = if rms_dbfs(up) < SILENCE_DBFS { *quiet + 1 } else { 0 };
            is_over |= *quiet >= *wanted;
        }
        if is_over {
            self.next_verb();
        }
    }

    /// The callee's machine beeps. It is recorded from then on, so what follows is run at once.
    pub(super) fn waiting_beep(&mut self) {
        if let Doing::Waiting(waiting) = &mut self.doing
            && waiting.hears_beeps
        {
            // Not in the middle of what the line tells: with the next frame.
            waiting.until = SessionTime::ZERO;
            self.note(|truth| truth.beeps_waited_for += 1);
        }
    }
}
