//! The network between a caller and the cast: finds the callee of a number and walks the leg from queued to its end.
//!
//! [`PracticeLeg`] wraps a [`Callee`] and adds what a carrier adds: the states of a leg, the ring timeout and the total
//! time limit. The sandbox drives it in real time, the testbed in virtual time.

use std::sync::Arc;
use std::time::Duration;

use telephony::SessionTime;
use telephony::leg::LegState;
use telephony::time::TimerTable;

use crate::callee::{self, Callee};
use crate::script::{Line, LineBehaviour, Script, Voice};

/// How the network handles one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// From the request to dialing.
    pub queued_for: Duration,
    /// How long it may ring before the network gives up.
    pub ring_timeout: Duration,
    /// How long it may last once answered.
    pub time_limit: Duration,
    /// What the callee cannot know by itself.
    pub callee: callee::Config,
}

impl Default for Config {
    /// Dials after 200 ms, rings for 60 s, talks for 4 h: a carrier's own defaults.
    fn default() -> Self {
        Self {
            queued_for: Duration::from_millis(200),
            ring_timeout: Duration::from_secs(60),
            time_limit: Duration::from_secs(4 * 3_600),
            callee: callee::Config::default(),
        }
    }
}

/// What happens to a leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// The call is requested.
    Placed,
    /// Something on the callee's side: words, keys, lines played to their end.
    Callee(callee::Input),
    /// The caller ends the call, in whatever state it is.
    HangUp,
    /// The callee ends it out of turn, whatever their script says. Before the answer it is nothing.
    CalleeHangsUp,
    /// A deadline that [`PracticeLeg::next_wakeup`] named has come.
    Wakeup,
}

/// What a leg does.
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// The leg's state has changed.
    State {
        /// To this.
        state: LegState,
        /// The SIP code that goes with an end: 200, 404, 486, 487, 603.
        sip_code: Option<u16>,
        /// Who ended it, if it has ended.
        ended_by: Option<EndedBy>,
    },
    /// The callee does something that is heard. States of the line are not among these.
    Callee(callee::Output),
}

/// Who ended a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    /// The callee hung up, declined, was busy or does not exist.
    Callee,
    /// The caller.
    Caller,
    /// The ring timeout.
    RingTimeout,
    /// The total time limit.
    TimeLimit,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Dial,
    RingTimeout,
    TimeLimit,
}

/// One leg to one callee.
#[derive(Clone, Debug)]
pub struct PracticeLeg {
    callee: Callee,
    config: Config,
    state: LegState,
    timers: TimerTable<Timer>,
}

impl PracticeLeg {
    /// Returns the leg to the callee of this script, not placed yet.
    pub fn new(script: Arc<Script>, config: Config) -> Self {
        Self { callee: Callee::new(script, config.callee), config, state: LegState::Queued, timers: TimerTable::default() }
    }

    /// Returns the leg to a number that nobody has.
    pub fn to_nobody(number: &telephony::PhoneNumber, config: Config) -> Self {
        Self::new(Arc::new(nobody(number)), config)
    }

    /// Returns the leg's state.
    pub const fn state(&self) -> LegState {
        self.state
    }

    /// Returns who is at the other end.
    pub const fn callee(&self) -> &Callee {
        &self.callee
    }

    /// Changes the total time limit of a call; a limit that has passed already ends it at the next wakeup.
    pub fn limit_time(&mut self, answered_at: SessionTime, limit: Duration) {
        self.config.time_limit = limit;
        if self.state == LegState::InProgress {
            self.timers.set(Timer::TimeLimit, answered_at + limit);
        }
    }

    /// Returns when it wants to be woken.
    pub fn next_wakeup(&self) -> Option<SessionTime> {
        let own = self.timers.next().map(|(at, _)| at);
        let callees = self.callee.next_wakeup().map(|(at, _)| at);
        own.into_iter().chain(callees).min()
    }

    /// Takes in what happened and returns what to do, in order.
    pub fn handle(&mut self, now: SessionTime, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            // Words said before the end may be understood after it.
            Input::Callee(heard @ callee::Input::HeardEnd { .. }) if self.state.is_terminal() => self.tell_callee(now, heard, &mut out),
            _ if self.state.is_terminal() => {}
            Input::Placed => self.timers.set(Timer::Dial, now + self.config.queued_for),
            Input::Callee(input) => self.tell_callee(now, input, &mut out),
            Input::HangUp => self.end(now, EndedBy::Caller, &mut out),
            Input::CalleeHangsUp if self.state == LegState::InProgress => self.end(now, EndedBy::Callee, &mut out),
            Input::CalleeHangsUp => {}
            Input::Wakeup => self.wake_up(now, &mut out),
        }
        out
    }

    fn wake_up(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        while let Some(timer) = self.timers.take_due(now) {
            match timer {
                Timer::Dial => {
                    self.moves_to(LegState::Dialing, None, None, out);
                    self.timers.set(Timer::RingTimeout, now + self.config.ring_timeout);
                    self.tell_callee(now, callee::Input::Dialed, out);
                }
                Timer::RingTimeout => self.end(now, EndedBy::RingTimeout, out),
                Timer::TimeLimit => self.end(now, EndedBy::TimeLimit, out),
            }
        }
        if !self.state.is_terminal() {
            self.tell_callee(now, callee::Input::Wakeup, out);
        }
    }

    fn tell_callee(&mut self, now: SessionTime, input: callee::Input, out: &mut Vec<Output>) {
        for output in self.callee.handle(now, input) {
            match output {
                callee::Output::Ring => self.moves_to(LegState::Ringing, None, None, out),
                callee::Output::Answer => {
                    self.timers.cancel(Timer::RingTimeout);
                    self.timers.set(Timer::TimeLimit, now + self.config.time_limit);
                    self.moves_to(LegState::InProgress, None, None, out);
                }
                callee::Output::Busy => self.close(LegState::Busy, 486, EndedBy::Callee, out),
                // Carriers report a declined call as busy (SIP 603).
                callee::Output::Reject => self.close(LegState::Busy, 603, EndedBy::Callee, out),
                callee::Output::Invalid => self.close(LegState::Failed, 404, EndedBy::Callee, out),
                callee::Output::HangUp => self.close(LegState::Completed, 200, EndedBy::Callee, out),
                heard => out.push(Output::Callee(heard)),
            }
        }
    }

    fn end(&mut self, now: SessionTime, by: EndedBy, out: &mut Vec<Output>) {
        self.callee.handle(now, callee::Input::HungUp);
        match (self.state, by) {
            (LegState::InProgress, _) => self.close(LegState::Completed, 200, by, out),
            (_, EndedBy::RingTimeout) => self.close(LegState::NoAnswer, 487, by, out),
            (_, EndedBy::Caller | EndedBy::Callee | EndedBy::TimeLimit) => self.close(LegState::Canceled, 487, by, out),
        }
    }

    fn close(&mut self, state: LegState, sip_code: u16, by: EndedBy, out: &mut Vec<Output>) {
        self.timers = TimerTable::default();
        self.moves_to(state, Some(sip_code), Some(by), out);
    }

    fn moves_to(&mut self, state: LegState, sip_code: Option<u16>, ended_by: Option<EndedBy>, out: &mut Vec<Output>) {
        self.state = state;
        out.push(Output::State { state, sip_code, ended_by });
    }
}

/// A number without a subscriber.
fn nobody(number: &telephony::PhoneNumber) -> Script {
    Script {
        number: number.clone(),
        name: "Nobody".into(),
        description: "A number that nobody has.".into(),
        line: Line { behaviour: LineBehaviour::Invalid, ..Line::default() },
        voice: Voice::default(),
        begins_at: None,
        scenes: std::collections::BTreeMap::default(),
        expect: Vec::new(),
    }
}
