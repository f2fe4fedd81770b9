//! Live calls, found by what the carrier brings: an attempt in an address, a one-time token in a media stream.
//!
//! The only shared state of the engine. It holds senders, never machines.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ports::carrier::CarrierEvent;
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::call_driver::{ControlSender, Event};
use crate::media_link::{DriverEnd, SocketEnd, link};

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

struct Entry {
    control: ControlSender,
    socket_url: String,
    token: String,
}

struct Waiting {
    attempt: AttemptId,
    /// The call that the answer document was given to, and until when its stream may come.
    named_for: Option<(CarrierCallId, Instant)>,
}

/// Why a media stream is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StreamRefused {
    /// No token, an unknown one, one already used, one too old, or one of another call.
    #[error("the stream's token is not good for a live call")]
    BadToken,
}

impl Directory {
    /// Enters a call. Its media stream must present `token`.
    pub fn enter(&self, attempt: AttemptId, control: ControlSender, socket_url: String, token: String) {
        let mut calls = self.lock();
        calls.by_token.insert(token.clone(), Waiting { attempt: attempt.clone(), named_for: None });
        calls.by_attempt.insert(attempt, Entry { control, socket_url, token });
    }

    /// Forgets a call that is over.
    pub fn leave(&self, attempt: &AttemptId) {
        let mut calls = self.lock();
        if let Some(entry) = calls.by_attempt.remove(attempt) {
            calls.by_token.remove(&entry.token);
        }
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

    /// Returns how many calls are live.
    pub fn live(&self) -> usize {
        self.lock().by_attempt.len()
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
        let Some(entry) = calls.by_attempt.get(attempt) else {
            return Plan::hang_up();
        };
        let (url, token) = (entry.socket_url.clone(), entry.token.clone());
        let call = event.call.clone();
        entry.control.send(Event::Leg(event));
        let Some(waiting) = calls.by_token.get_mut(&token) else {
            // The token is used: a stream is open already. A second call for the same attempt must not talk.
            return Plan::hang_up();
        };
        match &waiting.named_for {
            Some((named, _)) if *named != call => Plan::hang_up(),
            _ => {
                waiting.named_for = Some((call, Instant::now() + TOKEN_LIVES));
                Plan { verbs: vec![Verb::ConnectMedia { url, token }, Verb::HangUp] }
            }
        }
    }

    /// Lets a media stream in: its token is used up, and its driver gets the other end.
    ///
    /// # Errors
    /// [`StreamRefused`]; close the socket without reading audio.
    pub fn attach(&self, token: Option<&str>, call: &CarrierCallId) -> Result<SocketEnd, StreamRefused> {
        let mut calls = self.lock();
        let token = token.ok_or(StreamRefused::BadToken)?;
        let waiting = calls.by_token.get(token).ok_or(StreamRefused::BadToken)?;
        let is_good = matches!(&waiting.named_for, Some((named, until)) if named == call && Instant::now() <= *until);
        if !is_good {
            return Err(StreamRefused::BadToken);
        }
        let waiting = calls.by_token.remove(token).ok_or(StreamRefused::BadToken)?;
        let entry = calls.by_attempt.get(&waiting.attempt).ok_or(StreamRefused::BadToken)?;
        let (socket_end, driver_end): (SocketEnd, DriverEnd) = link();
        entry.control.send(Event::MediaOpened(driver_end));
        Ok(socket_end)
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
