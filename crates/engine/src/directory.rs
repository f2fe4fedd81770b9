//! Live calls, found by what the carrier brings: an attempt in an address, a one-time token in a stream.
//!
//! The only shared state of the engine. It holds senders, never machines.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ports::carrier::{CarrierEvent, ConversationMode};
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::call_driver::{ControlSender, Event};
use crate::media_link::{DriverEnd, SocketEnd, link};
use crate::relay_link::{RelaySocketEnd, relay_link};

/// How long a token waits for its stream after the answer document named it.
///
/// Carriers open the stream within a second; the source's own bound is 30 s (threat T3).
pub const TOKEN_LIVES: Duration = Duration::from_secs(30);

/// Live calls.
#[derive(Default)]
pub struct Directory {
    calls: Mutex<Calls>,
    /// Rung when the last call has left.
    emptied: Notify,
}

#[derive(Default)]
struct Calls {
    by_attempt: HashMap<AttemptId, Entry>,
    by_token: HashMap<String, Waiting>,
}

/// How the carrier is told to hold a call's conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    /// How.
    pub mode: ConversationMode,
    /// The socket of audio or of texts; unused by turn.
    pub socket_url: String,
    /// Where the carrier asks for turns: also where a call goes on whose stream does not come about.
    pub turn_url: String,
    /// Where a recording that the carrier makes is reported; `None` if it makes none.
    pub records_to: Option<String>,
    /// The socket of audio also where the conversation does not use it: for listening to the talk of others.
    pub listens_at: String,
}

struct Entry {
    control: ControlSender,
    connection: Connection,
    token: String,
    /// The one call of this attempt that gets anything to do.
    named: Option<CarrierCallId>,
}

impl Entry {
    /// The second lock of the dial protocol: the first call that asks is the attempt's one live call.
    fn is_the_one(&mut self, call: &CarrierCallId) -> bool {
        self.named.get_or_insert_with(|| call.clone()) == call
    }

    fn plan(&self) -> Plan {
        let Connection { mode, socket_url, turn_url, records_to, listens_at: _ } = &self.connection;
        let (url, token) = (socket_url.clone(), self.token.clone());
        // A stream that does not come about is followed by the next verb: then the call goes on by turns.
        let by_turns = Verb::Redirect { url: turn_url.clone() };
        let verbs = match mode {
            ConversationMode::MediaStream => vec![Verb::ConnectMedia { url, token }, by_turns],
            ConversationMode::TextRelay => {
                let record = records_to.clone().map(|report_to| Verb::Record { report_to });
                record.into_iter().chain([Verb::ConnectRelay { url, token }, by_turns]).collect()
            }
            ConversationMode::SpokenTurns => vec![by_turns],
        };
        Plan { verbs }
    }
}

struct Waiting {
    attempt: AttemptId,
    /// Whether it only listens.
    overhears: bool,
    /// The call that the answer document was given to, and until when its stream may come.
    named_for: Option<(CarrierCallId, Instant)>,
}

/// Who asks in a takeover.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TakeoverAsks {
    /// The user's telephone.
    Operator,
    /// The user's telephone, after the user has left the room.
    OperatorLeft,
    /// The callee's leg.
    Callee,
    /// A guest's telephone.
    Guest,
}

/// Why a media stream is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StreamRefused {
    /// No token, an unknown one, one already used, one too old, or one of another call.
    #[error("the stream's token is not good for a live call")]
    BadToken,
}

impl Directory {
    /// Enters a call. Its stream must present `token`.
    pub fn enter(&self, attempt: AttemptId, control: ControlSender, connection: Connection, token: String) {
        let mut calls = self.lock();
        calls.by_token.insert(token.clone(), Waiting { attempt: attempt.clone(), overhears: false, named_for: None });
        calls.by_attempt.insert(attempt, Entry { control, connection, token, named: None });
    }

    /// Forgets a call that is over.
    pub fn leave(&self, attempt: &AttemptId) {
        let mut calls = self.lock();
        calls.by_attempt.remove(attempt);
        calls.by_token.retain(|_, waiting| waiting.attempt != *attempt);
        if calls.by_attempt.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    /// Waits until no call is live.
    pub async fn emptied(&self) {
        loop {
            let rung = self.emptied.notified();
            tokio::pin!(rung);
            // Registered before the look, so that a call that leaves in between is not missed.
            rung.as_mut().enable();
            if self.live() == 0 {
                return;
            }
            rung.await;
        }
    }

    /// Has the answer to an attempt's question lead to other sockets: another carrier dials.
    pub fn reconnect(&self, attempt: &AttemptId, connection: Connection) {
        if let Some(entry) = self.lock().by_attempt.get_mut(attempt) {
            entry.connection = connection;
        }
    }

    /// Returns how many calls are live.
    pub fn live(&self) -> usize {
        self.lock().by_attempt.len()
    }

    /// Returns whether somebody leads this attempt's call.
    pub fn holds(&self, attempt: &AttemptId) -> bool {
        self.lock().by_attempt.contains_key(attempt)
    }

    /// Hands news of a leg to its driver. Returns whether there is one.
    pub fn leg_event(&self, attempt: &AttemptId, event: CarrierEvent) -> bool {
        let calls = self.lock();
        let Some(entry) = calls.by_attempt.get(attempt) else {
            return false;
        };
        entry.control.send(Event::Leg(event));
        true
    }

    /// Answers the carrier's question what to do with an answered call.
    ///
    /// The second lock of the dial protocol: whatever is not the one live attempt is told to hang up.
    pub fn answer(&self, attempt: &AttemptId, event: CarrierEvent) -> Plan {
        let mut calls = self.lock();
        let Calls { by_attempt, by_token } = &mut *calls;
        let Some(entry) = by_attempt.get_mut(attempt) else {
            return Plan::hang_up();
        };
        let call = event.call.clone();
        let is_the_one = entry.is_the_one(&call);
        entry.control.send(Event::Leg(event));
        match by_token.get_mut(&entry.token) {
            Some(waiting) if is_the_one => {
                waiting.named_for = Some((call, Instant::now() + TOKEN_LIVES));
                entry.plan()
            }
            // A second call for the same attempt must not talk, nor a stream be opened twice.
            Some(_) | None => Plan::hang_up(),
        }
    }

    /// Answers the carrier's question for the next turn: the driver's plan comes through what is returned. `None`: hang up.
    pub fn turn(&self, attempt: &AttemptId, event: CarrierEvent) -> Option<oneshot::Receiver<Plan>> {
        let mut calls = self.lock();
        let entry = calls.by_attempt.get_mut(attempt)?;
        if !entry.is_the_one(&event.call) {
            return None;
        }
        let (reply, plan) = oneshot::channel();
        entry.control.send(Event::TurnAsked(event, reply));
        Some(plan)
    }

    /// Answers the carrier's question about a takeover, in the same way. The user's telephone is a call of its own.
    pub fn takeover(&self, attempt: &AttemptId, asks: TakeoverAsks, event: CarrierEvent) -> Option<oneshot::Receiver<Plan>> {
        let mut calls = self.lock();
        let entry = calls.by_attempt.get_mut(attempt)?;
        if asks == TakeoverAsks::Callee && !entry.is_the_one(&event.call) {
            return None;
        }
        let (reply, plan) = oneshot::channel();
        entry.control.send(match asks {
            TakeoverAsks::Operator => Event::OperatorAsked(event, reply),
            TakeoverAsks::OperatorLeft => Event::OperatorLeft(event, reply),
            TakeoverAsks::Callee => Event::ElsewhereAsked(event, reply),
            TakeoverAsks::Guest => Event::GuestAsked(event, reply),
        });
        Some(plan)
    }

    /// Answers the carrier's question what all in the room of a takeover are to hear. `None`: there is no such call any more.
    pub fn announcement(&self, attempt: &AttemptId) -> Option<oneshot::Receiver<Plan>> {
        let calls = self.lock();
        let (reply, plan) = oneshot::channel();
        calls.by_attempt.get(attempt)?.control.send(Event::AnnouncementAsked(reply));
        Some(plan)
    }

    /// Hands news of the leg to a guest's telephone to the driver.
    pub fn guest_leg(&self, attempt: &AttemptId, event: CarrierEvent) {
        if let Some(entry) = self.lock().by_attempt.get(attempt) {
            entry.control.send(Event::GuestLeg(event));
        }
    }

    /// Hands news of the leg to the user's telephone to the driver.
    pub fn operator_leg(&self, attempt: &AttemptId, event: CarrierEvent) {
        if let Some(entry) = self.lock().by_attempt.get(attempt) {
            entry.control.send(Event::OperatorLeg(event));
        }
    }

    /// Returns the plan that opens the stream of a live call once more; it must present `token`.
    pub fn reopen(&self, attempt: &AttemptId, token: String) -> Plan {
        let mut calls = self.lock();
        let Calls { by_attempt, by_token } = &mut *calls;
        let Some((entry, call)) = by_attempt.get_mut(attempt).and_then(|entry| entry.named.clone().map(|call| (entry, call))) else {
            return Plan::hang_up();
        };
        by_token.remove(&entry.token);
        let waiting = Waiting { attempt: attempt.clone(), overhears: false, named_for: Some((call, Instant::now() + TOKEN_LIVES)) };
        by_token.insert(token.clone(), waiting);
        entry.token = token;
        // The recording of the provider, if there is one, has gone on.
        let mut plan = entry.plan();
        plan.verbs.retain(|verb| !matches!(verb, Verb::Record { .. }));
        plan
    }

    /// Returns the verb that lets us listen to a live call's leg while others talk; its stream must present `token`.
    pub fn overhear(&self, attempt: &AttemptId, token: String) -> Option<Verb> {
        let mut calls = self.lock();
        let entry = calls.by_attempt.get(attempt)?;
        let (url, call) = (entry.connection.listens_at.clone(), entry.named.clone()?);
        let waiting = Waiting { attempt: attempt.clone(), overhears: true, named_for: Some((call, Instant::now() + TOKEN_LIVES)) };
        calls.by_token.insert(token.clone(), waiting);
        Some(Verb::Overhear { url, token })
    }

    /// Lets a media stream in: its token is used up, and its driver gets the other end.
    ///
    /// # Errors
    /// [`StreamRefused`]; close the socket without reading audio.
    pub fn attach(&self, token: Option<&str>, call: &CarrierCallId) -> Result<SocketEnd, StreamRefused> {
        let (socket_end, driver_end): (SocketEnd, DriverEnd) = link();
        let opened = |overhears| if overhears { Event::OverhearingOpened(driver_end) } else { Event::MediaOpened(driver_end) };
        self.let_in(token, call, ConversationMode::MediaStream, opened)?;
        Ok(socket_end)
    }

    /// Lets a stream of texts in, in the same way.
    ///
    /// # Errors
    /// [`StreamRefused`]; close the socket without reading on.
    pub fn attach_relay(&self, token: Option<&str>, call: &CarrierCallId) -> Result<RelaySocketEnd, StreamRefused> {
        let (socket_end, driver_end) = relay_link();
        self.let_in(token, call, ConversationMode::TextRelay, |_| Event::RelayOpened(driver_end))?;
        Ok(socket_end)
    }

    fn let_in(
        &self,
        token: Option<&str>,
        call: &CarrierCallId,
        mode: ConversationMode,
        opened: impl FnOnce(bool) -> Event,
    ) -> Result<(), StreamRefused> {
        let mut calls = self.lock();
        let token = token.ok_or(StreamRefused::BadToken)?;
        let waiting = calls.by_token.get(token).ok_or(StreamRefused::BadToken)?;
        let is_good = matches!(&waiting.named_for, Some((named, until)) if named == call && Instant::now() <= *until);
        let entry = calls.by_attempt.get(&waiting.attempt).ok_or(StreamRefused::BadToken)?;
        // Whoever only listens needs audio, however the conversation is held.
        let expected = if waiting.overhears { ConversationMode::MediaStream } else { entry.connection.mode };
        if !is_good || expected != mode {
            return Err(StreamRefused::BadToken);
        }
        entry.control.send(opened(waiting.overhears));
        calls.by_token.remove(token);
        Ok(())
    }

    /// Asks one live call to end at once at the carrier. Returns whether there is one.
    pub fn cancel(&self, attempt: &AttemptId) -> bool {
        let calls = self.lock();
        let Some(entry) = calls.by_attempt.get(attempt) else {
            return false;
        };
        entry.control.send(Event::Cancel);
        true
    }

    /// Asks every live call to say goodbye and end. One that nobody has answered yet is ended at once.
    pub fn end_all_politely(&self) {
        for entry in self.lock().by_attempt.values() {
            entry.control.send(Event::EndPolitely);
        }
    }

    /// Asks every live call to end at once, politely at the carrier.
    pub fn cancel_all(&self) {
        for entry in self.lock().by_attempt.values() {
            entry.control.send(Event::Cancel);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use ports::carrier::CarrierNews;

    use super::*;
    use crate::call_driver::{ControlReceiver, control};

    fn asks(call: &str) -> CarrierEvent {
        CarrierEvent {
            call: CarrierCallId::new(call),
            state: None,
            key: "1".to_owned(),
            duration: None,
            failure_code: None,
            news: CarrierNews::Nothing,
        }
    }

    /// A directory in which one attempt is live; its stream must present "token".
    fn one_live() -> (Directory, AttemptId, ControlReceiver) {
        let directory = Directory::default();
        let (sender, receiver) = control();
        let connection = Connection {
            mode: ConversationMode::MediaStream,
            socket_url: "wss://e.com/media".to_owned(),
            turn_url: "https://e.com/turn".to_owned(),
            records_to: None,
            listens_at: "wss://e.com/media".to_owned(),
        };
        let attempt = AttemptId::new("a1");
        directory.enter(attempt.clone(), sender, connection, "token".to_owned());
        (directory, attempt, receiver)
    }

    #[test]
    fn a_call_that_nobody_knows_is_told_to_hang_up() {
        let (directory, attempt, _driver) = one_live();
        assert_eq!(directory.answer(&AttemptId::new("a2"), asks("CA1")), Plan::hang_up());
        assert!(!directory.leg_event(&AttemptId::new("a2"), asks("CA1")));
        assert!(directory.turn(&AttemptId::new("a2"), asks("CA1")).is_none());
        directory.leave(&attempt);
        assert_eq!(directory.answer(&attempt, asks("CA1")), Plan::hang_up(), "it was live and is over");
    }

    #[test]
    fn of_two_calls_for_one_attempt_the_first_talks_and_the_second_hangs_up() {
        let (directory, attempt, _driver) = one_live();
        assert_ne!(directory.answer(&attempt, asks("CA1")), Plan::hang_up());
        assert_eq!(directory.answer(&attempt, asks("CA2")), Plan::hang_up());
        assert!(directory.turn(&attempt, asks("CA2")).is_none());
        assert!(directory.attach(Some("token"), &CarrierCallId::new("CA2")).is_err(), "the token is of the first");
    }

    #[test]
    fn a_token_opens_one_stream_of_its_call_and_a_repeated_question_gives_no_other() {
        let (directory, attempt, _driver) = one_live();
        let call = CarrierCallId::new("CA1");
        assert!(directory.attach(Some("token"), &call).is_err(), "nobody was answered yet");
        directory.answer(&attempt, asks("CA1"));
        assert!(directory.attach(None, &call).is_err());
        assert!(directory.attach(Some("another"), &call).is_err());
        assert!(directory.attach(Some("token"), &call).is_ok());
        assert!(directory.attach(Some("token"), &call).is_err(), "it is used up");
        assert_eq!(directory.answer(&attempt, asks("CA1")), Plan::hang_up());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_void_after_its_time() {
        for (waited, is_let_in) in [(TOKEN_LIVES - Duration::from_secs(1), true), (TOKEN_LIVES + Duration::from_secs(1), false)] {
            let (directory, attempt, _driver) = one_live();
            let call = CarrierCallId::new("CA1");
            directory.answer(&attempt, asks("CA1"));
            tokio::time::advance(waited).await;
            assert_eq!(directory.attach(Some("token"), &call).is_ok(), is_let_in, "after {waited:?}");
        }
    }
}
