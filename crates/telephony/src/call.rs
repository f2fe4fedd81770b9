//! The life of one call's leg: [`CallMachine`].
//!
//! It knows when to dial, when to open the line to the conversation, when to hang up and when the call is over,
//! whatever the carrier says, says twice, or never says. It does not know what is talked about. The engine's driver
//! feeds it carrier events and replies; each transition has its file under `call/`.

mod answer;
mod arrive;
mod dial;
mod hand_over;
mod hang_up;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::CarrierCallId;
use crate::leg::LegState;
use crate::time::{SessionTime, TimerTable};

/// What happened on the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// The intent is on disk: dial now.
    Start,
    /// The call came to us: nothing is dialed.
    Arrived {
        /// Its name at the carrier.
        call: CarrierCallId,
    },
    /// The carrier accepted the call.
    Placed {
        /// Its name there.
        call: CarrierCallId,
        /// The leg's state so far.
        state: LegState,
    },
    /// The carrier surely did not place the call. Whoever is next, if there is one, is asked.
    NotPlaced,
    /// The carrier's answer to the dial was unclear; the phone may be ringing.
    Unclear,
    /// The carrier was asked which calls there are and knows of none.
    NoneFound,
    /// News of the leg, from a webhook or a poll.
    Leg {
        /// The call it is about.
        call: CarrierCallId,
        /// Its state.
        state: LegState,
    },
    /// The carrier was asked after the leg and knows of none that waits or lives, nor has it a record of one that is over.
    Gone,
    /// The media stream is open.
    MediaOpened,
    /// The media stream has closed.
    MediaClosed,
    /// The stream carries sound: said as it opens, and about once a second while frames come. Only of streams on which a carrier
    /// sends a frame every 20 ms, whatever the callee does.
    MediaFlows,
    /// The leg was sent to somebody else, and our stream ends with that.
    HandedOver,
    /// The leg was asked to come back to us.
    TakenBack,
    /// The conversation wants to hang up.
    HangUp,
    /// The user wants the call gone at once.
    Cancel,
    /// The carrier accepted the hang-up.
    HangUpAccepted,
    /// The carrier did not accept the hang-up, or gave no clear answer.
    HangUpFailed,
    /// A deadline that `next_wakeup` named has come.
    Wakeup,
}

/// What to do on the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Output {
    /// Ask the carrier to dial. Given exactly once in the machine's life.
    Dial,
    /// Ask the second carrier to dial: the first surely placed no call. Given at most once, and never after an unclear answer.
    DialBySecond,
    /// Ask the carrier which calls there are between these numbers: the dial was unclear.
    FindOut,
    /// Ask the carrier for the leg's present state.
    Poll,
    /// Ask the carrier to end the call.
    EndCall,
    /// The far end rings.
    Ringing,
    /// The far end has picked up.
    Answered,
    /// The media stream serves this call: the conversation may begin.
    OpenLine,
    /// Nothing more may be heard or said.
    CloseLine,
    /// The call is over. The last output of the machine's life.
    Ended {
        /// How the leg ended.
        leg: LegState,
        /// Who or what ended it.
        by: EndedBy,
    },
}

/// Who or what ended a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// We hung up because the conversation was over.
    Conversation,
    /// The user cancelled it.
    User,
    /// The far end or its carrier: hung up, busy, refused, did not answer.
    FarEnd,
    /// The media stream went away and did not come back, or stayed open and carried nothing.
    MediaLost,
    /// The total time limit.
    TimeLimit,
    /// It was answered but no media stream ever came.
    SetupTimeout,
    /// The carrier refused to place it.
    Carrier,
    /// Nobody knows: the dial was unclear and no call was found, or the end was never confirmed.
    Unknown,
}

/// Deadlines of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Timer {
    /// It has rung too long, and the carrier has not said so.
    Ring,
    /// Answered, and still no media stream.
    MediaSetup,
    /// The open stream has carried nothing for too long: ask what has become of the leg.
    MediaSilence,
    /// It still carries nothing.
    MediaLost,
    /// The total time is used up.
    TotalTime,
    /// Ask the carrier for the leg's state.
    Poll,
    /// Ask again which calls there are.
    FindOut,
    /// Stop waiting for a clear answer.
    GiveUp,
}

/// A carrier sends a frame every 20 ms; five seconds without one are no bad way but a stream that is dead.
const fn media_silence() -> Duration {
    Duration::from_secs(5)
}

/// A call's times.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// How long the carrier lets it ring.
    pub ring_timeout: Duration,
    /// How long the carrier lets it live once answered.
    pub time_limit: Duration,
    /// On top of each of the carrier's own limits, before we act ourselves: the carrier knows best when it began.
    pub grace: Duration,
    /// From the answer to the media stream.
    pub media_setup: Duration,
    /// How long an open stream may carry nothing before the carrier is asked about its leg.
    #[serde(default = "media_silence")]
    pub media_silence: Duration,
    /// Between polls of a leg whose webhook is missing.
    pub poll_every: Duration,
    /// From the end of our patience with the leg to the end of the call in our books.
    pub give_up_after: Duration,
    /// Whether a second carrier may dial if the first surely placed no call.
    #[serde(default)]
    pub has_second: bool,
}

impl Config {
    /// Returns the times for a ring timeout and a total limit: 5 s of grace, 10 s for the media stream, 5 s of nothing on it, polls every 2 s
    /// and 30 s until the books are closed over a leg that nobody confirms. There is one carrier.
    pub fn new(ring_timeout: Duration, time_limit: Duration) -> Self {
        Self {
            ring_timeout,
            time_limit,
            grace: Duration::from_secs(5),
            media_setup: Duration::from_secs(10),
            media_silence: media_silence(),
            poll_every: Duration::from_secs(2),
            give_up_after: Duration::from_secs(30),
            has_second: false,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    Idle,
    /// The request is under way.
    Placing,
    /// No clear answer; asking around.
    Unclear,
    /// The carrier has the call.
    Live,
    /// We want it gone; the carrier has not confirmed it.
    Ending(EndedBy),
    Over,
}

/// What came of asking after a leg: since its stream went away, or since we want it gone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Asked {
    /// It was told that the leg lives.
    lives: bool,
    /// Questions since the last answer.
    unanswered: u32,
    /// Answers in a row that there is no such leg.
    gone: u32,
}

/// One leg's life. Feed it everything; do what it says in order.
#[derive(Clone, Debug)]
pub struct CallMachine {
    config: Config,
    state: State,
    leg: LegState,
    call: Option<CarrierCallId>,
    line_is_open: bool,
    /// Somebody else talks on the leg.
    is_elsewhere: bool,
    /// Whether the media stream was there and went away.
    lost_media: bool,
    /// What came of asking after the leg.
    asked: Asked,
    /// Whether the user asked for the end before the carrier told us which call to end.
    end_when_placed: Option<EndedBy>,
    /// Whether the second carrier, if there is one, was asked.
    is_with_second: bool,
    timers: TimerTable<Timer>,
}

impl CallMachine {
    /// Returns a machine for one call that has not been dialled.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::Idle,
            leg: LegState::Queued,
            call: None,
            line_is_open: false,
            is_elsewhere: false,
            lost_media: false,
            asked: Asked::default(),
            end_when_placed: None,
            is_with_second: false,
            timers: TimerTable::default(),
        }
    }

    /// Returns the call's name at the carrier, once it is known.
    pub fn carrier_call(&self) -> Option<&CarrierCallId> {
        self.call.as_ref()
    }

    /// Returns the leg's state as far as it is known.
    pub fn leg(&self) -> LegState {
        self.leg
    }

    /// Returns whether we want the call gone, and the carrier has not confirmed it yet.
    pub fn is_ending(&self) -> bool {
        matches!(self.state, State::Ending(_)) || self.end_when_placed.is_some()
    }

    /// Returns whether the call is over.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Returns the next deadline. Feed [`Input::Wakeup`] when it has come.
    pub fn next_wakeup(&self) -> Option<(SessionTime, Timer)> {
        self.timers.next()
    }

    /// Takes one input and returns what to do, in order.
    pub fn handle(&mut self, now: SessionTime, input: Input) -> Vec<Output> {
        if self.is_over() {
            return Vec::new();
        }
        match input {
            Input::Start => self.start(now),
            Input::Arrived { call } => self.arrived(now, call),
            Input::Placed { call, state } => self.placed(now, call, state),
            Input::NotPlaced => self.not_placed(),
            Input::Unclear => self.unclear(now),
            Input::NoneFound => self.none_found(now),
            Input::Leg { call, state } => self.leg_news(now, call, state),
            Input::Gone => self.gone(),
            Input::MediaOpened => self.media_opened(now),
            Input::MediaClosed if self.is_elsewhere => Vec::new(),
            Input::MediaClosed => self.media_closed(now),
            Input::MediaFlows => self.media_flows(now),
            Input::HandedOver => self.handed_over(now),
            Input::TakenBack => self.taken_back(now),
            Input::HangUp => self.hang_up(now, EndedBy::Conversation),
            Input::Cancel => self.hang_up(now, EndedBy::User),
            Input::HangUpAccepted => self.hang_up_accepted(now),
            Input::HangUpFailed => self.hang_up_failed(now),
            Input::Wakeup => self.wakeup(now),
        }
    }

    fn wakeup(&mut self, now: SessionTime) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(timer) = self.timers.take_due(now) {
            outputs.extend(match timer {
                Timer::Ring => self.rang_too_long(now),
                Timer::MediaSetup => self.hang_up(now, EndedBy::SetupTimeout),
                Timer::MediaSilence => self.media_is_silent(now),
                Timer::MediaLost => self.hang_up(now, EndedBy::MediaLost),
                Timer::TotalTime => self.hang_up(now, EndedBy::TimeLimit),
                Timer::Poll => self.poll(now),
                Timer::FindOut => self.find_out(now),
                Timer::GiveUp => self.give_up(),
            });
        }
        outputs
    }

    /// Closes the books. Nothing comes out of the machine afterwards.
    fn end(&mut self, leg: LegState, by: EndedBy) -> Vec<Output> {
        self.state = State::Over;
        self.leg = leg;
        self.timers = TimerTable::default();
        let mut outputs = self.close_line();
        outputs.push(Output::Ended { leg, by });
        outputs
    }

    fn close_line(&mut self) -> Vec<Output> {
        self.expect_no_media();
        if std::mem::take(&mut self.line_is_open) { vec![Output::CloseLine] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests;
