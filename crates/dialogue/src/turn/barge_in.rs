//! The callee's voice over ours: first a pause, then, if it goes on, the floor is theirs.
//!
//! Pausing costs nothing and is undone without a trace, so it comes early; dropping our line is for good, so it waits
//! until the voice is surely more than a cough. Which lines may be interrupted at all is not decided here.

use telephony::SessionTime;

use super::endpoint::words_of;
use crate::conversation::Config;

/// One voice over one of our lines.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum BargeIn {
    /// The floor is not in question.
    #[default]
    None,
    /// There is a voice; our line still plays.
    Suspected {
        /// When its first voiced sample sounded.
        since: SessionTime,
    },
    /// Our line is paused, until the voice has gone on for long enough or has ended.
    Paused {
        /// When its first voiced sample sounded.
        since: SessionTime,
        /// So far its words are a backchannel's.
        is_backchannel: bool,
    },
}

/// What follows from news about that voice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing yet; ask again then.
    Wait(SessionTime),
    /// Pause our line, and ask again then.
    Pause(SessionTime),
    /// The floor is theirs.
    Stop,
}

impl BargeIn {
    /// Takes in that a voice began at `since` over a line that may be interrupted.
    pub fn begin(&mut self, now: SessionTime, since: SessionTime, config: &Config) -> Verdict {
        *self = Self::Suspected { since };
        self.judge(now, config)
    }

    /// Takes in what the voice sounds like so far. `None` if the floor is not in question.
    pub fn words(&mut self, now: SessionTime, text: &str, config: &Config) -> Option<Verdict> {
        if words_of(text).is_empty() {
            return None;
        }
        match *self {
            Self::None => None,
            Self::Suspected { .. } | Self::Paused { .. } if !is_backchannel(text) => {
                *self = Self::None;
                Some(Verdict::Stop)
            }
            Self::Suspected { .. } => None,
            Self::Paused { since, .. } => {
                *self = Self::Paused { since, is_backchannel: true };
                Some(self.judge(now, config))
            }
        }
    }

    /// Judges anew because time has passed.
    pub fn judge(&mut self, now: SessionTime, config: &Config) -> Verdict {
        let (since, is_paused, limit) = match *self {
            Self::None => return Verdict::Stop,
            Self::Suspected { since } => (since, false, config.confirm_after),
            Self::Paused { since, is_backchannel: false } => (since, true, config.confirm_after),
            Self::Paused { since, is_backchannel: true } => (since, true, config.backchannel_limit),
        };
        if now >= since + limit {
            *self = Self::None;
            return Verdict::Stop;
        }
        match is_paused {
            true => Verdict::Wait(since + limit),
            false if now >= since + config.pause_after => {
                *self = Self::Paused { since, is_backchannel: false };
                Verdict::Pause(since + limit)
            }
            false => Verdict::Wait(since + config.pause_after),
        }
    }

    /// Takes in that the voice has ended. Returns whether our line was paused for it and may go on.
    pub fn voice_ended(&mut self) -> bool {
        matches!(std::mem::take(self), Self::Paused { .. })
    }
}

/// Returns whether the words only say "I am listening".
pub fn is_backchannel(text: &str) -> bool {
    const BACKCHANNELS: [&str; 22] = [
        "ah", "aha", "alright", "good", "great", "hm", "hmm", "huh", "mhm", "mm", "mm-hmm", "mmm", "oh", "ok", "okay", "right", "see", "sure",
        "uh-huh", "uhhuh", "yeah", "yep",
    ];
    let words = words_of(text);
    !words.is_empty() && words.len() <= 3 && words.iter().all(|word| BACKCHANNELS.contains(&word.as_str()) || (word == "i" && words.len() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: fn(u64) -> SessionTime = SessionTime::from_millis;

    #[test]
    fn a_voice_pauses_then_stops_us() {
        let config = Config::default();
        let mut barge_in = BargeIn::default();
        assert_eq!(barge_in.begin(T(1_050), T(1_000), &config), Verdict::Wait(T(1_060)));
        assert_eq!(barge_in.judge(T(1_060), &config), Verdict::Pause(T(1_200)));
        assert_eq!(barge_in.judge(T(1_200), &config), Verdict::Stop);
        assert_eq!(barge_in, BargeIn::None);
    }

    #[test]
    fn words_confirm_at_once_and_a_backchannel_defers() {
        let config = Config::default();
        let mut barge_in = BargeIn::default();
        assert_eq!(barge_in.begin(T(1_080), T(1_000), &config), Verdict::Pause(T(1_200)));
        assert_eq!(barge_in.words(T(1_150), "mhm", &config), Some(Verdict::Wait(T(1_700))));
        assert_eq!(barge_in.words(T(1_160), "mhm wait", &config), Some(Verdict::Stop));
    }

    #[test]
    fn a_cough_gives_the_line_back_only_if_it_was_paused() {
        let config = Config::default();
        let mut barge_in = BargeIn::default();
        barge_in.begin(T(1_050), T(1_000), &config);
        assert!(!barge_in.voice_ended());
        barge_in.begin(T(1_070), T(1_000), &config);
        assert!(barge_in.voice_ended());
    }

    #[test]
    fn an_answer_is_no_backchannel() {
        for text in ["mhm", "Yeah.", "Okay, right.", "I see."] {
            assert!(is_backchannel(text), "{text}");
        }
        for text in ["yes", "no", "I", "okay but wait a moment", ""] {
            assert!(!is_backchannel(text), "{text}");
        }
    }
}
