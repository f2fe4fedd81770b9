//! Sockets that a call opens to the program.

use tokio::sync::mpsc;

use super::Driver;
use crate::media_socket::{self, Came, MAX_WAITING, Send, Way};
use crate::twilio::handshake::{Query, handshake, is_sound};

/// Messages of the program that may wait to be read.
const MAX_UNREAD: usize = 256;

impl Driver {
    /// Opens a socket, and returns the way to the program and the way back.
    pub(super) fn open_socket(&self, url: &str, query: Query) -> (mpsc::Sender<Send>, mpsc::Receiver<Came>) {
        let (outgoing, to_send) = mpsc::channel(MAX_WAITING);
        let (came, incoming) = mpsc::channel(MAX_UNREAD);
        let way = Way::of(&self.line.faults, self.service.network.config.seed, is_sound);
        let to = handshake(url, query, self.service.webhooks.key());
        self.service.network.spawn(media_socket::run(way, to, to_send, came));
        (outgoing, incoming)
    }
}
