//! The line between a media socket and the driver of its call: two bounded queues.
//!
//! Towards the driver, audio drops the oldest second when the driver lags; marks, keys and the end are never dropped.
//! Towards the socket, the pacer keeps less than a tenth of a second under way, so the bound is met only by a socket
//! that has stopped reading: then the link is broken and says so.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use ports::carrier::Track;
use telephony::dtmf::Digit;
use tokio::sync::{Notify, mpsc};

/// Audio messages that may wait for the driver: a second of 20 ms frames.
const AUDIO_WAITING_AT_MOST: usize = 50;

/// Messages that may wait for the socket: more than a second of paced audio.
const OUTGOING_AT_MOST: usize = 128;

/// What the carrier's socket says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromCarrier {
    /// μ-law audio.
    Audio {
        /// Whose.
        track: Track,
        /// Milliseconds since the stream began, by the carrier's count.
        at_millis: u64,
        /// The bytes.
        ulaw: Vec<u8>,
    },
    /// A mark came back.
    Mark(String),
    /// The callee pressed a key.
    Digit(Digit),
    /// The stream is over; nothing follows.
    Closed,
}

/// What the driver sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToCarrier {
    /// Play this μ-law audio after what was sent before.
    Audio(Vec<u8>),
    /// Echo this name once all audio before it was played.
    Mark(String),
    /// Drop all audio not yet played.
    Clear,
    /// Close the socket.
    Close,
}

#[derive(Default)]
struct Inbound {
    queue: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    messages: VecDeque<FromCarrier>,
    audio: usize,
    dropped: u64,
}

/// The socket's end.
pub struct SocketEnd {
    inbound: Arc<Inbound>,
    outgoing: mpsc::Receiver<ToCarrier>,
}

/// The driver's end.
pub struct DriverEnd {
    inbound: Arc<Inbound>,
    outgoing: mpsc::Sender<ToCarrier>,
}

/// Returns the two ends of a fresh link.
pub fn link() -> (SocketEnd, DriverEnd) {
    let inbound = Arc::new(Inbound::default());
    let (sender, receiver) = mpsc::channel(OUTGOING_AT_MOST);
    (SocketEnd { inbound: inbound.clone(), outgoing: receiver }, DriverEnd { inbound, outgoing: sender })
}

impl SocketEnd {
    /// Hands a message to the driver. Never waits. Returns whether an older audio message was dropped for it.
    pub fn deliver(&self, message: FromCarrier) -> bool {
        let mut waiting = self.inbound.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = waiting.dropped;
        if matches!(message, FromCarrier::Audio { .. }) {
            if waiting.audio >= AUDIO_WAITING_AT_MOST {
                let oldest = waiting.messages.iter().position(|m| matches!(m, FromCarrier::Audio { .. }));
                if let Some(oldest) = oldest {
                    waiting.messages.remove(oldest);
                    waiting.audio -= 1;
                    waiting.dropped += 1;
                }
            }
            waiting.audio += 1;
        }
        waiting.messages.push_back(message);
        let has_dropped = waiting.dropped > dropped;
        drop(waiting);
        self.inbound.arrived.notify_one();
        has_dropped
    }

    /// Returns the next message for the carrier, or `None` once the driver is gone.
    pub async fn next(&mut self) -> Option<ToCarrier> {
        self.outgoing.recv().await
    }

    /// Returns the next message if one is waiting.
    pub fn next_waiting(&mut self) -> Option<ToCarrier> {
        self.outgoing.try_recv().ok()
    }
}

/// However the socket's task ends, the driver learns that the stream is over.
impl Drop for SocketEnd {
    fn drop(&mut self) {
        self.deliver(FromCarrier::Closed);
    }
}

impl DriverEnd {
    /// Returns the next message of the carrier.
    pub async fn next(&mut self) -> FromCarrier {
        loop {
            if let Some(message) = self.next_waiting() {
                return message;
            }
            self.inbound.arrived.notified().await;
        }
    }

    /// Returns the next message if one is waiting.
    pub fn next_waiting(&mut self) -> Option<FromCarrier> {
        let mut waiting = self.inbound.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let message = waiting.messages.pop_front()?;
        if matches!(message, FromCarrier::Audio { .. }) {
            waiting.audio -= 1;
        }
        Some(message)
    }

    /// Returns how many audio messages were dropped because the driver lagged.
    pub fn dropped(&self) -> u64 {
        self.inbound.queue.lock().unwrap_or_else(PoisonError::into_inner).dropped
    }

    /// Sends to the carrier; returns whether the socket still takes messages.
    pub fn send(&self, message: ToCarrier) -> bool {
        self.outgoing.try_send(message).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(at_millis: u64) -> FromCarrier {
        FromCarrier::Audio { track: Track::FromCallee, at_millis, ulaw: Vec::new() }
    }

    #[test]
    fn a_lagging_driver_loses_the_oldest_audio_and_nothing_else() {
        let (socket, mut driver) = link();
        socket.deliver(FromCarrier::Mark("first".into()));
        for n in 0..AUDIO_WAITING_AT_MOST as u64 + 2 {
            socket.deliver(audio(n * 20));
        }
        drop(socket);
        assert_eq!(driver.next_waiting(), Some(FromCarrier::Mark("first".into())));
        assert_eq!(driver.next_waiting(), Some(audio(40)));
        assert_eq!(driver.dropped(), 2);
        let rest: Vec<_> = std::iter::from_fn(|| driver.next_waiting()).collect();
        assert_eq!(rest.len(), AUDIO_WAITING_AT_MOST);
        assert_eq!(rest.last(), Some(&FromCarrier::Closed));
    }

    #[test]
    fn a_socket_that_is_gone_takes_nothing() {
        let (socket, driver) = link();
        assert!(driver.send(ToCarrier::Clear));
        drop(socket);
        assert!(!driver.send(ToCarrier::Clear));
    }
}
