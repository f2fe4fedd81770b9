//! What the handlers share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::capacity::Capacity;
use engine::directory::{Directory, StreamRefused};
use engine::media_link::SocketEnd;
use engine::metrics::Metrics;
use engine::reception::Reception;
use ports::carrier::Callbacks;
use telephony::CarrierCallId;

/// Decides which media streams come in.
#[async_trait]
pub trait Admission: Send + Sync {
    /// Lets a stream in by its one-time token.
    ///
    /// # Errors
    /// [`StreamRefused`]: the socket is closed before any of its audio is read.
    async fn admit(&self, token: Option<&str>, call: &CarrierCallId) -> Result<SocketEnd, StreamRefused>;
}

#[async_trait]
impl Admission for Directory {
    async fn admit(&self, token: Option<&str>, call: &CarrierCallId) -> Result<SocketEnd, StreamRefused> {
        self.attach(token, call)
    }
}

/// What the handlers share. Cheap to clone: everything is behind an `Arc`.
#[derive(Clone)]
pub struct ServerState {
    /// Verifies and answers the carrier.
    pub callbacks: Arc<dyn Callbacks>,
    /// Verifies and answers the second carrier, which dials what the first surely did not; `None` if there is none.
    pub second: Option<Arc<dyn Callbacks>>,
    /// Live calls.
    pub directory: Arc<Directory>,
    /// Who takes calls that come to our number; `None` if nobody does.
    pub reception: Option<Arc<Reception>>,
    /// Who lets media streams in; the directory, or the load mode's own.
    pub admission: Arc<dyn Admission>,
    /// Places for calls that first show themselves by their stream, as in the load mode. `None` where every call was
    /// counted before it was dialed: turning its stream away would only leave a callee in silence.
    pub capacity: Option<Arc<Capacity>>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Scheme, host and port under which the carrier reaches us, without a slash at the end.
    pub public_origin: Arc<str>,
    /// Whether handshakes of media sockets must be signed. Only the load mode, which the mock provider alone allows, has other means.
    pub sockets_are_signed: bool,
    /// How long a socket may take to present its token.
    pub start_within: Duration,
}

impl ServerState {
    /// Returns the public address of a request's path and query.
    pub fn public_url(&self, path_and_query: &str) -> String {
        let mut url = String::with_capacity(self.public_origin.len() + path_and_query.len());
        url.push_str(&self.public_origin);
        url.push_str(path_and_query);
        url
    }
}
