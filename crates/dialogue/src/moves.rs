//! Between the conversation and whoever decides what to say: what happened, and the closed set of what can be done.
//!
//! A mind (the script, or a language model) has these moves and no others. It cannot dial, name a number or change a rule.

use serde::{Deserialize, Serialize};
use telephony::UtteranceId;
use telephony::dtmf::Digit;

use crate::screening::WhoAnswered;

/// One question to the mind, counted from 1 within a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThoughtId(pub u32);

/// What the mind is told. The callee's words are data: quoted, never obeyed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Observation {
    /// A person (or a machine, see `who`) finished a turn.
    CalleeSaid {
        /// Which utterance; evidence refers to it.
        utterance: UtteranceId,
        /// The settled words.
        text: String,
        /// How sure the ears are of them, 0 to 100.
        #[serde(default = "sure")]
        confidence: u8,
        /// Who we believe is speaking.
        who: WhoAnswered,
        /// What of our last line the callee had heard when they spoke, if they cut it short.
        interrupted: Option<String>,
    },
    /// The opening was spoken and the callee has said nothing since; also after every reprompt.
    NoInput {
        /// How many times in a row.
        times: u8,
    },
    /// Somebody new is on the line: after a menu, a hold queue, a screener.
    PersonJoined,
    /// The user had taken the call and has left it again; the callee was told that we are back.
    CameBack,
    /// A menu was read out and has ended.
    Menu {
        /// The utterance that holds it.
        utterance: UtteranceId,
        /// The menu's words.
        text: String,
    },
    /// A call screener asks who is calling and why.
    ScreenerAsks {
        /// The utterance.
        utterance: UtteranceId,
        /// Its words.
        text: String,
    },
    /// The voicemail's beep has sounded (or its greeting has surely ended): speak the message now.
    VoicemailReady,
    /// The time limit is near: say what must be said and end.
    TimeIsShort,
    /// The user wants the call ended: say goodbye.
    UserWantsEnd,
}

/// Traces from before the ears' confidence was passed on are read as sure.
const fn sure() -> u8 {
    100
}

/// What the mind answers: moves, in order. Empty means: nothing to say, keep listening.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Thought {
    /// What to do, in order.
    pub moves: Vec<Move>,
}

/// The closed set of what a mind can do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Move {
    /// Speak. Cut into lines by the conversation.
    Say {
        /// The words.
        text: String,
        /// What kind of line it is.
        kind: LineKind,
    },
    /// Note what was learnt, with the words that prove it.
    Note(Note),
    /// Press keys.
    PressDigits {
        /// The keys in order.
        digits: Vec<Digit>,
    },
    /// Say nothing now and keep listening, because the callee asked for a moment or put us on hold.
    Wait,
    /// Never call this number again: the conversation reports it at once, before the acknowledgement is spoken.
    OptOut {
        /// Where it was said.
        utterance: UtteranceId,
    },
    /// Take leave: once everything said before it was played, hang up.
    End {
        /// Why.
        reason: EndReason,
    },
}

/// Kinds of lines, because they may be interrupted differently and are counted differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The disclosure: machine, for whom, why, recorded. Not interruptible.
    Opening,
    /// A question or an answer.
    Talk,
    /// Repeating back what was understood.
    ReadBack,
    /// "Are you still there?"
    Reprompt,
    /// A message for a voicemail.
    Message,
    /// Leave-taking.
    Goodbye,
}

/// Something learnt, not yet a claim: the report checks it against the transcript.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// What it is about: `closing_time`, `booked_for`, `price`, `answer`, `callee_name`, `confirmation_number`.
    pub fact: String,
    /// The value in normal form: "21:00", "2026-11-27 19:00", "$45.00", "yes".
    pub value: String,
    /// The callee's own words that carry it, exactly as settled in that utterance.
    pub quote: String,
    /// Where they were said.
    pub utterance: UtteranceId,
    /// Whether the callee affirmed it when it was read back, and where.
    pub affirmed_in: Option<UtteranceId>,
    /// 0 to 100.
    pub confidence: u8,
}

/// Why the conversation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// All that was asked for is known or agreed.
    Done,
    /// The callee cannot or will not help.
    Declined,
    /// The callee asked not to be called again.
    OptedOut,
    /// A message was left on a voicemail.
    MessageLeft,
    /// Voicemail, and nothing may be left.
    VoicemailNoMessage,
    /// Nobody said anything.
    NoInput,
    /// We could not understand each other.
    NotUnderstood,
    /// It is the wrong number.
    WrongNumber,
    /// A fax machine.
    Fax,
    /// Held for too long.
    HoldTooLong,
    /// A menu could not be passed.
    MenuFailed,
    /// A screener did not put us through.
    ScreenedOut,
    /// The time limit.
    TimeLimit,
    /// The user ended it.
    UserEnded,
    /// The user took the call over and it ended with them.
    HandedOver,
    /// The callee hung up, or the line dropped.
    CalleeLeft,
    /// Hearing or thinking failed and could not be mended.
    EngineFailed,
}
