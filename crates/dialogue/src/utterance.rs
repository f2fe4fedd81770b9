//! One utterance of the callee while it is open: where it began, its pauses, its words so far.

use std::time::Duration;

use telephony::{AudioPosition, SessionTime, UtteranceId};

/// The bytes of one utterance's words that are kept. Thirty seconds of the fastest speech are under a thousand.
const TEXT_BOUND: usize = 4_000;

/// An utterance that is still open: its turn has not ended, or its words are not settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Utterance {
    /// Which.
    pub id: UtteranceId,
    /// First voiced sample.
    pub from: AudioPosition,
    /// When that sounded.
    pub began_at: SessionTime,
    /// One past the last voiced sample; `None` while the voice goes on.
    pub to: Option<AudioPosition>,
    /// When that sounded; meaningful only if `to` is set.
    pub quiet_since: SessionTime,
    /// Pauses whose words were asked for.
    pub revision: u32,
    /// What came of the last of them.
    pub words: Words,
    /// The words settled last, with the pause they reach to.
    pub settled: Option<Settled>,
    /// The words heard last, which may change.
    pub interim: String,
    /// The sound's vote on the last pause.
    pub vote: Vote,
    /// The callee cut our line short with it: what they had heard of that.
    pub interrupted: Option<String>,
    /// Only its words are still awaited, for the transcript; it is nobody's turn any more.
    pub is_closing: bool,
    /// It was cut at the longest length, voice or not: the turn ends here.
    pub is_cut: bool,
}

/// The state of the words up to the last pause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    /// Not asked for.
    Unasked,
    /// Asked for.
    Asked {
        /// Up to where.
        to: AudioPosition,
    },
    /// They are in [`Utterance::settled`].
    Settled,
    /// There are none.
    Nothing,
}

/// Settled words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// The words; never empty.
    pub text: String,
    /// 0 to 100.
    pub confidence: u8,
    /// Where the pause began that they reach to.
    pub to: AudioPosition,
}

/// The sound's vote on a pause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vote {
    /// Not asked for.
    Unasked,
    /// Asked for.
    Asked,
    /// 0 (goes on) to 100 (finished).
    Cast(u8),
}

impl Utterance {
    /// Returns an utterance that begins.
    pub fn new(id: UtteranceId, from: AudioPosition, began_at: SessionTime) -> Self {
        Self {
            id,
            from,
            began_at,
            to: None,
            quiet_since: began_at,
            revision: 0,
            words: Words::Unasked,
            settled: None,
            interim: String::new(),
            vote: Vote::Unasked,
            interrupted: None,
            is_closing: false,
            is_cut: false,
        }
    }

    /// The voice went on after a pause.
    pub fn goes_on(&mut self) {
        self.to = None;
        self.words = Words::Unasked;
        self.vote = Vote::Unasked;
    }

    /// The voice paused at `to`, which sounded at `quiet_since`.
    pub fn pauses(&mut self, to: AudioPosition, quiet_since: SessionTime) {
        self.to = Some(to.max(self.from));
        self.quiet_since = quiet_since;
    }

    /// The words up to `to` are asked for; returns the revision to ask with.
    pub fn ask(&mut self, to: AudioPosition) -> u32 {
        self.revision += 1;
        self.words = Words::Asked { to };
        self.revision
    }

    /// Words came for a revision. Returns whether they answer the last question.
    pub fn settle(&mut self, revision: u32, text: &str, confidence: u8) -> bool {
        let Words::Asked { to } = self.words else {
            return false;
        };
        if revision != self.revision {
            return false;
        }
        let text = bounded(text);
        if text.is_empty() {
            self.words = Words::Nothing;
        } else {
            self.words = Words::Settled;
            self.settled = Some(Settled { text, confidence: confidence.min(100), to });
        }
        true
    }

    /// The words heard so far.
    pub fn hears(&mut self, text: &str) {
        self.interim = bounded(text);
    }

    /// Returns how long the utterance is, from its first to its last voiced sample (or until `now`).
    pub fn length(&self, now: SessionTime) -> Duration {
        match self.to {
            Some(to) => to.since(self.from),
            None => now.since(self.began_at),
        }
    }
}

fn bounded(text: &str) -> String {
    let text = text.trim();
    let mut end = text.len().min(TEXT_BOUND);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_earlier_pause_come_too_late() {
        let mut utterance = Utterance::new(UtteranceId(1), AudioPosition::ZERO, SessionTime::ZERO);
        utterance.pauses(AudioPosition(800), SessionTime::from_millis(100));
        assert_eq!(utterance.ask(AudioPosition(800)), 1);
        utterance.goes_on();
        utterance.pauses(AudioPosition(1_600), SessionTime::from_millis(200));
        assert_eq!(utterance.ask(AudioPosition(1_600)), 2);
        assert!(!utterance.settle(1, "we close", 80));
        assert!(utterance.settle(2, "we close at nine", 80));
        assert!(!utterance.settle(2, "something else", 80));
        assert_eq!(utterance.settled.unwrap().text, "we close at nine");
    }

    #[test]
    fn endless_words_are_cut_at_a_letter() {
        assert_eq!(bounded(&"é".repeat(3_000)).chars().count(), 2_000);
    }
}
