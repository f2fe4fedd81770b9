//! The one machine that a call's driver talks to: [`Conversation`].
//!
//! It owns who may speak, what was said, who answered and when to stop. It does not hear, speak or think: edges of
//! the callee's voice, settled words, marks of our playout and the mind's moves come in as [`Input`]s; what to do
//! comes out as [`Output`]s. The engine carries both over real audio, the testbed over text in virtual time.

mod config;

use serde::{Deserialize, Serialize};
use telephony::dtmf::Digit;
use telephony::time::TimerTable;
use telephony::{AudioPosition, LineId, SessionTime, UtteranceId};

pub use self::config::Config;
use crate::brief::Brief;
use crate::moves::{EndReason, LineKind, Note, Observation, Thought, ThoughtId};
use crate::screening::WhoAnswered;
use crate::transcript::{Transcript, Turn};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// The carrier accepted the call; it is about to ring. Time to prepare the opening.
    Dialing,
    /// The media stream is open: the callee hears us from now on.
    MediaReady,
    /// The callee's voice begins; `at` is its first voiced sample. May turn out to be nothing.
    VoiceOnset {
        /// First voiced sample.
        at: AudioPosition,
    },
    /// The callee's voice has ended; `at` is one past its last voiced sample (reported about 100 ms later).
    VoiceOffset {
        /// One past the last voiced sample.
        at: AudioPosition,
    },
    /// What an utterance sounds like so far.
    Interim {
        /// Which.
        utterance: UtteranceId,
        /// The words so far.
        text: String,
    },
    /// The words of an utterance up to a pause; answers [`Output::Settle`].
    Settled {
        /// Which.
        utterance: UtteranceId,
        /// As asked.
        revision: u32,
        /// The words.
        text: String,
        /// 0 to 100.
        confidence: u8,
    },
    /// The sound up to that pause is no speech.
    NotSpeech {
        /// Which.
        utterance: UtteranceId,
        /// As asked.
        revision: u32,
    },
    /// The ears' vote on whether an utterance is finished, from its sound; answers [`Output::Vote`].
    Voted {
        /// Which.
        utterance: UtteranceId,
        /// 0 to 100.
        finished: u8,
    },
    /// A tone on the callee's leg.
    Tone(ToneHeard),
    /// The callee pressed a key.
    Digit(Digit),
    /// The first frame of a line was handed to the carrier.
    LineStarted {
        /// Which line.
        line: LineId,
        /// Where it begins on the call's audio.
        at: AudioPosition,
    },
    /// A line was played to its end, by the carrier's mark.
    LineFinished {
        /// Which line.
        line: LineId,
        /// Where it ended.
        at: AudioPosition,
    },
    /// A line was stopped by [`Output::StopLines`] before its end.
    LineStopped {
        /// Which line.
        line: LineId,
        /// How much of its audio the callee has truly heard, in thousandths.
        heard_permille: u16,
        /// Where it ended.
        at: AudioPosition,
    },
    /// A line could not be spoken.
    LineFailed {
        /// Which line.
        line: LineId,
    },
    /// All pressed keys were played.
    DigitsPressed,
    /// The mind's answer.
    Thought {
        /// To which question.
        id: ThoughtId,
        /// What to do.
        thought: Thought,
    },
    /// The ears have failed for good.
    EarsFailed,
    /// The user wants the call to end, politely.
    UserWantsEnd,
    /// The call has ended on the line, whoever ended it.
    Ended,
    /// A deadline that `next_wakeup` named has come.
    Wakeup,
}

/// A tone, as the audio crate's detector names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToneHeard {
    /// A voicemail's beep has ended.
    Beep,
    /// A fax machine.
    Fax,
    /// A busy or reorder signal.
    Busy,
    /// Ringback: somebody is being rung behind the answered leg.
    Ringback,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Output {
    /// Render a line that will be needed soon, so that it starts at once.
    Prepare {
        /// Its words.
        text: String,
    },
    /// Speak a line after those before it.
    Speak {
        /// Which line.
        line: LineId,
        /// Its words.
        text: String,
        /// What kind of line.
        kind: LineKind,
    },
    /// Send no more audio for the moment; what the carrier has buffered plays out. Lines keep their place.
    PauseLines,
    /// Go on where the pause began: it was nothing.
    ResumeLines,
    /// Drop all lines, also what the carrier has buffered. Each is answered by `LineStopped` (or `LineFinished`).
    StopLines,
    /// An utterance has begun: follow it.
    Follow {
        /// Which.
        utterance: UtteranceId,
        /// Where it began.
        from: AudioPosition,
    },
    /// Settle the words of an utterance up to a pause.
    Settle {
        /// Which.
        utterance: UtteranceId,
        /// Counts the pauses of one utterance from 1.
        revision: u32,
        /// Where the pause began.
        to: AudioPosition,
    },
    /// Ask for a vote from the sound on whether it is finished.
    Vote {
        /// Which.
        utterance: UtteranceId,
    },
    /// Nothing more about this utterance is wanted.
    Unfollow {
        /// Which.
        utterance: UtteranceId,
    },
    /// Ask the mind.
    Think {
        /// Counts the questions.
        id: ThoughtId,
        /// What happened.
        seen: Observation,
    },
    /// The answer to this question is no longer wanted.
    Abandon {
        /// Which.
        id: ThoughtId,
    },
    /// Press keys, as tones if the carrier cannot.
    PressDigits {
        /// The keys.
        digits: Vec<Digit>,
    },
    /// It is now known who answered (or who is there now).
    Screened {
        /// Who.
        who: WhoAnswered,
    },
    /// Words that may still change, for whoever watches.
    Heard {
        /// Which utterance.
        utterance: UtteranceId,
        /// The words so far.
        text: String,
    },
    /// A turn entered the transcript.
    Said(Turn),
    /// The callee asked never to be called again: put it on disk before anything is said.
    OptOut {
        /// Where.
        utterance: UtteranceId,
    },
    /// Hang up at the carrier.
    HangUp {
        /// Why.
        reason: EndReason,
    },
}

/// The deadlines of a conversation, at most one each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// The whole call's time is up.
    TimeLimit,
}

/// One call's talk, from the first ring to the last word.
#[derive(Clone, Debug)]
pub struct Conversation {
    brief: Brief,
    config: Config,
    timers: TimerTable<Timer>,
    transcript: Transcript,
    notes: Vec<Note>,
    who: WhoAnswered,
    end_reason: Option<EndReason>,
    opted_out: Option<UtteranceId>,
}

impl Conversation {
    /// Returns a conversation before its first ring.
    pub fn new(brief: Brief, config: Config) -> Self {
        Self {
            brief,
            config,
            timers: TimerTable::default(),
            transcript: Transcript::default(),
            notes: Vec::new(),
            who: WhoAnswered::Unknown,
            end_reason: None,
            opted_out: None,
        }
    }

    /// Takes in what happened at `now` and returns what to do, in order.
    pub fn handle(&mut self, _now: SessionTime, _input: Input) -> Vec<Output> {
        Vec::new()
    }

    /// Returns the earliest deadline: hand in [`Input::Wakeup`] then.
    pub fn next_wakeup(&self) -> Option<(SessionTime, Timer)> {
        self.timers.next()
    }

    /// Returns what was said so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Returns what the mind noted, in order.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Returns who answered, or who is there now.
    pub fn who_answered(&self) -> WhoAnswered {
        self.who
    }

    /// Returns why the conversation ended, once it did.
    pub fn end_reason(&self) -> Option<EndReason> {
        self.end_reason
    }

    /// Returns where the callee asked never to be called again.
    pub fn opted_out(&self) -> Option<UtteranceId> {
        self.opted_out
    }

    /// Returns the errand.
    pub fn brief(&self) -> &Brief {
        &self.brief
    }

    /// Returns the waits and bounds.
    pub fn config(&self) -> &Config {
        &self.config
    }
}
