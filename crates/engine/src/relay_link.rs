//! The line between a socket of texts and the driver of its call: a bounded queue each way.
//!
//! A turn is a handful of messages, so a full queue means that one end has stopped reading: then the link is broken.

use ports::carrier::{RelayEvent, RelayMessage};
use tokio::sync::mpsc;

/// Messages that may wait in either direction.
const WAITING_AT_MOST: usize = 256;

/// The socket's end. Dropping it tells the driver that the session is over.
pub struct RelaySocketEnd {
    inbound: mpsc::Sender<RelayEvent>,
    outgoing: mpsc::Receiver<RelayMessage>,
}

/// The driver's end. Dropping it closes the socket.
pub struct RelayDriverEnd {
    inbound: mpsc::Receiver<RelayEvent>,
    outgoing: mpsc::Sender<RelayMessage>,
}

/// Returns the two ends of a fresh link.
pub fn relay_link() -> (RelaySocketEnd, RelayDriverEnd) {
    let (to_driver, inbound) = mpsc::channel(WAITING_AT_MOST);
    let (to_socket, outgoing) = mpsc::channel(WAITING_AT_MOST);
    (RelaySocketEnd { inbound: to_driver, outgoing }, RelayDriverEnd { inbound, outgoing: to_socket })
}

impl RelaySocketEnd {
    /// Hands an event to the driver. Never waits. Returns whether the driver still takes them.
    pub fn deliver(&self, event: RelayEvent) -> bool {
        self.inbound.try_send(event).is_ok()
    }

    /// Returns the next message for the carrier, or `None` once the driver is gone.
    pub async fn next(&mut self) -> Option<RelayMessage> {
        self.outgoing.recv().await
    }
}

impl RelayDriverEnd {
    /// Returns the next event, or `None` once the session is over.
    pub async fn next(&mut self) -> Option<RelayEvent> {
        self.inbound.recv().await
    }

    /// Sends to the carrier; returns whether the socket still takes messages.
    pub fn send(&self, message: RelayMessage) -> bool {
        self.outgoing.try_send(message).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_is_gone_takes_nothing() {
        let (socket, driver) = relay_link();
        assert!(driver.send(RelayMessage::End));
        drop(socket);
        assert!(!driver.send(RelayMessage::End));
        let (socket, driver) = relay_link();
        drop(driver);
        assert!(!socket.deliver(RelayEvent::Refused));
    }
}
