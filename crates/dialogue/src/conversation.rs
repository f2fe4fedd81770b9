//! The one machine that a call's driver talks to: [`Conversation`].
//!
//! It owns who may speak, what was said, who answered and when to stop. It does not hear, speak or think: edges of
//! the callee's voice, settled words, marks of our playout and the mind's moves come in as [`Input`]s; what to do
//! comes out as [`Output`]s. The engine carries both over real audio, the testbed over text in virtual time.

mod config;
mod ending;
mod guard;
mod hearing;
mod opening;
mod screened;
mod speaking;
mod takeover;
#[cfg(test)]
pub(crate) mod tests;
mod thinking;
mod waiting;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use telephony::dtmf::Digit;
use telephony::time::TimerTable;
use telephony::{AudioPosition, LineId, SessionTime, UtteranceId};

pub use self::config::Config;
use self::guard::Guard;
pub use self::guard::{DECLINE, WhyWithheld, Withheld};
use self::speaking::{Dropped, Line};
use self::thinking::Thinking;
use crate::brief::Brief;
use crate::disclosure::{self, Opening};
use crate::hold::Hold;
use crate::menu::Menus;
use crate::moves::{EndReason, LineKind, Note, Observation, Thought, ThoughtId};
use crate::screening::WhoAnswered;
use crate::transcript::{Transcript, Turn};
use crate::turn::barge_in::BargeIn;
use crate::turn::silence::Silence;
use crate::utterance::Utterance;

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
    /// There may be a voice; an onset (or [`Input::VoiceWasNothing`]) follows within a frame or two. Enough to fall silent
    /// for a moment, and for nothing else.
    VoiceStirs {
        /// Its first sample.
        at: AudioPosition,
    },
    /// What stirred was no voice.
    VoiceWasNothing,
    /// Within the callee's voice there is silence, too short yet to be its end (reported about 40 ms into it).
    VoiceFalters,
    /// It was not the end.
    VoiceGoesOn,
    /// The callee's audio up to `to` has just arrived. Told for the first frame, and again whenever one comes earlier
    /// than those before it: the least delayed frame tells best when a sample sounded.
    AudioArrived {
        /// One past the last sample that has come.
        to: AudioPosition,
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
    /// The user takes the call: they are on their telephone already.
    UserTakesOver,
    /// The user has left and the call is ours again.
    CameBack,
    /// Something was said while the user has the call and we only listen.
    Overheard {
        /// By whom.
        by: Overheard,
        /// The words.
        text: String,
        /// First sample.
        from: AudioPosition,
        /// One past the last sample.
        to: AudioPosition,
        /// 0 to 100.
        confidence: u8,
    },
    /// The call has ended on the line, whoever ended it.
    Ended,
    /// A deadline that `next_wakeup` named has come.
    Wakeup,
}

/// Who says something in a talk that we only listen to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overheard {
    /// Whoever is on the callee's leg.
    Callee,
    /// Whom the callee hears: the user, and those whom the user has brought in.
    User,
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
    /// Connect the callee with the user now: they were told.
    HandOver,
    /// Hang up at the carrier.
    HangUp {
        /// Why.
        reason: EndReason,
    },
}

/// The deadlines of a conversation, at most one each. Ties fire in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// The whole call's time is up.
    TimeLimit,
    /// The callee's voice over our line is due for its next judgement.
    BargeIn,
    /// A pause is long enough to ask for the words up to it.
    Settle,
    /// The words asked for are overdue.
    SettleTimeout,
    /// A pause is long enough to end the turn.
    TurnEnd,
    /// A voice without words has gone on for long.
    Wordless,
    /// An utterance is as long as may be.
    UtteranceLimit,
    /// A voice that was no speech still goes on: listen into it.
    Relisten,
    /// The look into it is long enough.
    ProbeEnd,
    /// Both sides have been silent for too long.
    NoInput,
    /// The mind is overdue.
    Thought,
    /// A line's start or its mark is overdue.
    LineLost,
    /// The answer to a stop is overdue.
    StopLost,
    /// The voicemail's greeting has ended and no beep came.
    VoicemailSilence,
    /// The voicemail has talked for too long.
    VoicemailLimit,
    /// A menu or a screener says nothing more.
    MachinePatience,
    /// We have been on hold for too long.
    HoldLimit,
    /// The callee has had time to say their goodbye.
    Farewell,
    /// The time limit is near.
    TimeShort,
}

/// Where the conversation as a whole is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Nobody hears us yet.
    Ringing,
    /// We talk.
    Talking,
    /// All is said; once it is played, we hang up.
    TakingLeave {
        /// Why.
        reason: EndReason,
    },
    /// The callee is being told that the user comes to the phone.
    HandingOver,
    /// The user talks. We hear nothing and say nothing.
    HandedOver,
    /// The carrier was asked to hang up.
    HangingUp,
    /// The line is closed.
    Over,
}

/// How far a voicemail is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Voicemail {
    /// Its greeting runs (or there is none).
    Greeting,
    /// It records: our message is thought of or spoken.
    Recording,
}

/// One call's talk, from the first ring to the last word.
#[derive(Clone, Debug)]
pub struct Conversation {
    brief: Brief,
    config: Config,
    opening: Opening,
    stage: Stage,
    now: SessionTime,
    /// When the callee's first sample sounded, as far as their audio tells.
    audio_began_at: SessionTime,
    has_audio_arrived: bool,
    timers: TimerTable<Timer>,
    out: Vec<Output>,

    transcript: Transcript,
    notes: Vec<Note>,
    who: WhoAnswered,
    end_reason: Option<EndReason>,
    opted_out: Option<UtteranceId>,

    lines: VecDeque<Line>,
    last_line: u32,
    failed_lines: u8,
    lines_are_paused: bool,
    barge_in: BargeIn,
    dropped: Dropped,
    said_again: u8,

    voice_is_on: bool,
    voice_falters: bool,
    utterance: Option<Utterance>,
    last_utterance: u32,
    /// The callee's last turn that ended while the opening was spoken: an answer only if it began after the purpose did.
    during_opening: Option<UtteranceId>,

    thinking: Option<Thinking>,
    last_thought: u32,

    silence: Silence,
    silent_since: SessionTime,
    turns: u16,
    sayings: Vec<(String, u8)>,
    has_heard_words: bool,
    time_is_short: bool,
    was_reopened: bool,

    voicemail: Voicemail,
    menus: Menus,
    hold: Hold,
    screened_times: u8,
    guard: Guard,
}

/// The deadlines that one call of `handle` may let pass; more would mean that a wait is zero and feeds itself.
const WAKEUPS_AT_ONCE: usize = 64;

impl Conversation {
    /// Returns a conversation before its first ring.
    pub fn new(brief: Brief, config: Config) -> Self {
        Self {
            opening: disclosure::opening(&brief),
            guard: Guard::new(&brief),
            brief,
            config,
            stage: Stage::Ringing,
            now: SessionTime::ZERO,
            audio_began_at: SessionTime::ZERO,
            has_audio_arrived: false,
            timers: TimerTable::default(),
            out: Vec::new(),
            transcript: Transcript::default(),
            notes: Vec::new(),
            who: WhoAnswered::Unknown,
            end_reason: None,
            opted_out: None,
            lines: VecDeque::new(),
            last_line: 0,
            failed_lines: 0,
            lines_are_paused: false,
            barge_in: BargeIn::None,
            dropped: Dropped::default(),
            said_again: 0,
            voice_is_on: false,
            voice_falters: false,
            utterance: None,
            last_utterance: 0,
            during_opening: None,
            thinking: None,
            last_thought: 0,
            silence: Silence::default(),
            silent_since: SessionTime::ZERO,
            turns: 0,
            sayings: Vec::new(),
            has_heard_words: false,
            time_is_short: false,
            was_reopened: false,
            voicemail: Voicemail::Greeting,
            menus: Menus::default(),
            hold: Hold::default(),
            screened_times: 0,
        }
    }

    /// Takes in what happened at `now` and returns what to do, in order.
    ///
    /// Late, doubled and reordered inputs are harmless. After [`Input::Ended`] nothing comes out any more but the last words of a talk
    /// that we listened to.
    pub fn handle(&mut self, now: SessionTime, input: Input) -> Vec<Output> {
        self.now = self.now.max(now);
        match self.stage {
            Stage::Over => self.when_over(input),
            Stage::HangingUp => self.while_hanging_up(input),
            Stage::HandedOver => self.while_handed_over(input),
            Stage::Ringing => self.while_ringing(input),
            Stage::Talking | Stage::TakingLeave { .. } | Stage::HandingOver => self.while_talking(input),
        }
        self.follow_through();
        std::mem::take(&mut self.out)
    }

    /// Returns the earliest deadline: hand in [`Input::Wakeup`] then. Always later than the last time handed in.
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

    /// Returns where the callee asked never to be called again; `UtteranceId(0)` if by a key before any word.
    pub fn opted_out(&self) -> Option<UtteranceId> {
        self.opted_out
    }

    /// Returns whether a turn of the callee or a question to the mind is in hand, so that something may be said soon.
    pub fn is_working(&self) -> bool {
        self.utterance.is_some() || self.thinking.is_some()
    }

    /// Returns whether a voicemail has greeted us, and has not been heard to record yet.
    pub fn awaits_beep(&self) -> bool {
        self.stage == Stage::Talking && self.who == WhoAnswered::Voicemail && self.voicemail == Voicemail::Greeting && self.utterance.is_none()
    }

    /// Returns whether all that is still to be said is our goodbye.
    pub fn is_taking_leave(&self) -> bool {
        matches!(self.stage, Stage::TakingLeave { .. })
    }

    /// Returns what was to be said and was not, in order.
    pub fn withheld(&self) -> &[Withheld] {
        self.guard.withheld()
    }

    /// Returns the errand.
    pub fn brief(&self) -> &Brief {
        &self.brief
    }

    /// Returns the waits and bounds.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn while_ringing(&mut self, input: Input) {
        match input {
            Input::Dialing => self.prepare_opening(),
            Input::MediaReady => self.open(),
            Input::UserWantsEnd => self.hang_up(EndReason::UserEnded),
            Input::EarsFailed => self.hang_up(EndReason::EngineFailed),
            Input::Ended => self.line_closed(),
            // Nobody hears us and we hear nobody, so these are leftovers or nonsense.
            Input::VoiceOnset { .. }
            | Input::VoiceOffset { .. }
            | Input::VoiceStirs { .. }
            | Input::VoiceWasNothing
            | Input::VoiceFalters
            | Input::VoiceGoesOn
            | Input::AudioArrived { .. }
            | Input::Interim { .. }
            | Input::Settled { .. }
            | Input::NotSpeech { .. }
            | Input::Voted { .. }
            | Input::Tone(_)
            | Input::Digit(_)
            | Input::LineStarted { .. }
            | Input::LineFinished { .. }
            | Input::LineStopped { .. }
            | Input::LineFailed { .. }
            | Input::DigitsPressed
            | Input::Thought { .. }
            | Input::UserTakesOver
            | Input::CameBack
            | Input::Overheard { .. }
            | Input::Wakeup => {}
        }
    }

    fn while_talking(&mut self, input: Input) {
        match input {
            // Said once already; a second socket of the same call changes nothing.
            Input::Dialing | Input::MediaReady => {}
            Input::VoiceOnset { at } => self.voice_begins(at),
            Input::VoiceOffset { at } => self.voice_ends(at),
            Input::VoiceStirs { at } => self.voice_stirs(at),
            Input::VoiceWasNothing => self.voice_was_nothing(),
            Input::VoiceFalters => self.voice_falters = true,
            Input::VoiceGoesOn => self.voice_goes_on(),
            Input::AudioArrived { to } => self.audio_arrives(to),
            Input::Interim { utterance, text } => self.hears(utterance, &text),
            Input::Settled { utterance, revision, text, confidence } => self.settles(utterance, revision, &text, confidence),
            Input::NotSpeech { utterance, revision } => self.settles(utterance, revision, "", 0),
            Input::Voted { utterance, finished } => self.votes(utterance, finished),
            Input::Tone(tone) => self.hears_tone(tone),
            Input::Digit(digit) => self.hears_digit(digit),
            Input::LineStarted { line, at } => self.line_starts(line, at),
            Input::LineFinished { line, at } => self.line_finishes(line, at),
            Input::LineStopped { line, heard_permille, at } => self.line_stops(line, heard_permille, at),
            Input::LineFailed { line } => self.line_fails(line),
            Input::DigitsPressed => self.timers.cancel(Timer::MachinePatience),
            Input::Thought { id, thought } => self.thought_comes(id, thought),
            Input::EarsFailed => self.cannot_go_on(EndReason::EngineFailed),
            Input::UserWantsEnd => self.user_wants_end(),
            Input::UserTakesOver => self.user_takes_over(),
            Input::CameBack => {}
            // The last words before the call came back.
            Input::Overheard { by, text, from, to, confidence } => self.overhears(by, text, (from, to), confidence),
            Input::Ended => self.line_closed(),
            Input::Wakeup => {}
        }
    }

    fn while_handed_over(&mut self, input: Input) {
        match input {
            Input::CameBack => self.call_comes_back(),
            Input::Overheard { by, text, from, to, confidence } => self.overhears(by, text, (from, to), confidence),
            Input::UserWantsEnd => self.hang_up(EndReason::UserEnded),
            Input::Ended => {
                self.ended_elsewhere();
                self.line_closed();
            }
            // What still comes belongs to the talk before; nothing of the user's own talk comes here.
            Input::Dialing
            | Input::MediaReady
            | Input::VoiceOnset { .. }
            | Input::VoiceOffset { .. }
            | Input::VoiceStirs { .. }
            | Input::VoiceWasNothing
            | Input::VoiceFalters
            | Input::VoiceGoesOn
            | Input::AudioArrived { .. }
            | Input::Interim { .. }
            | Input::Settled { .. }
            | Input::NotSpeech { .. }
            | Input::Voted { .. }
            | Input::Tone(_)
            | Input::Digit(_)
            | Input::LineStarted { .. }
            | Input::LineFinished { .. }
            | Input::LineStopped { .. }
            | Input::LineFailed { .. }
            | Input::DigitsPressed
            | Input::Thought { .. }
            | Input::EarsFailed
            | Input::UserTakesOver
            | Input::Wakeup => {}
        }
    }

    /// Words reach us after their sound: those of a talk that ended with the call still belong to it.
    fn when_over(&mut self, input: Input) {
        if let Input::Overheard { by, text, from, to, confidence } = input
            && self.end_reason == Some(EndReason::HandedOver)
        {
            self.overhears(by, text, (from, to), confidence);
        }
    }

    fn while_hanging_up(&mut self, input: Input) {
        match input {
            // What was still heard of us belongs into the transcript.
            Input::LineFinished { line, at } => self.line_finishes(line, at),
            Input::LineStopped { line, heard_permille, at } => self.line_stops(line, heard_permille, at),
            Input::Ended => self.line_closed(),
            Input::Dialing
            | Input::MediaReady
            | Input::VoiceOnset { .. }
            | Input::VoiceOffset { .. }
            | Input::VoiceStirs { .. }
            | Input::VoiceWasNothing
            | Input::VoiceFalters
            | Input::VoiceGoesOn
            | Input::AudioArrived { .. }
            | Input::Interim { .. }
            | Input::Settled { .. }
            | Input::NotSpeech { .. }
            | Input::Voted { .. }
            | Input::Tone(_)
            | Input::Digit(_)
            | Input::LineStarted { .. }
            | Input::LineFailed { .. }
            | Input::DigitsPressed
            | Input::Thought { .. }
            | Input::EarsFailed
            | Input::UserWantsEnd
            | Input::UserTakesOver
            | Input::CameBack
            | Input::Overheard { .. }
            | Input::Wakeup => {}
        }
    }

    /// Lets pass what is due, and does what has become possible: end a turn, speak a thought, hang up, watch the silence.
    fn follow_through(&mut self) {
        for _ in 0..WAKEUPS_AT_ONCE {
            self.proceed();
            match self.timers.take_due(self.now) {
                Some(timer) => self.deadline(timer),
                None => return,
            }
        }
        // Waits of zero feed each other: the rest comes a moment later rather than never.
        while let Some(timer) = self.timers.take_due(self.now) {
            self.timers.set(timer, self.now + std::time::Duration::from_millis(1));
        }
    }

    fn deadline(&mut self, timer: Timer) {
        match timer {
            Timer::TimeLimit => self.hang_up(EndReason::TimeLimit),
            Timer::BargeIn => self.judge_barge_in(),
            Timer::Settle => self.ask_for_words(),
            Timer::SettleTimeout => self.words_are_overdue(),
            // The pause is measured anew by `proceed`.
            Timer::TurnEnd => {}
            Timer::Wordless => self.ask_into_the_voice(),
            Timer::UtteranceLimit => self.cut_utterance(),
            Timer::Relisten => self.listen_again(),
            Timer::ProbeEnd => self.ask_into_the_voice(),
            Timer::NoInput => self.silence_lasts(),
            Timer::Thought => self.cannot_go_on(EndReason::EngineFailed),
            Timer::LineLost => self.line_is_lost(),
            Timer::StopLost => self.stop_is_lost(),
            Timer::VoicemailSilence => self.voicemail_is_ready(),
            Timer::VoicemailLimit => self.hang_up(EndReason::VoicemailNoMessage),
            Timer::MachinePatience => self.machine_says_no_more(),
            Timer::HoldLimit => self.hang_up(EndReason::HoldTooLong),
            Timer::Farewell => self.hang_up_after_leave(),
            Timer::TimeShort => self.time_is_short = true,
        }
    }
}
