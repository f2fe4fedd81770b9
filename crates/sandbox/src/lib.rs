//! A telephone network in a box that stands in for the carriers on the wire: the default `mock` provider.
//!
//! It listens on loopback, takes the REST requests that a carrier would take, sends signed webhooks, runs the documents
//! that come back and opens the media socket as the carrier's side of it, with real frames in real time. Behind each number
//! stands a callee of the cast who speaks with a real voice and listens with real ears. It knows nothing of the assistant:
//! any other program that speaks the carrier's protocol can be tried against it.
//!
//! [`Sandbox::start`] opens it; [`GroundTruth`] tells afterwards what truly happened, whatever anybody believes.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod callee_voice;
mod caller;
mod clock;
mod control;
mod ear;
mod faults;
mod hum;
mod limits;
mod line;
mod media_socket;
mod mp3;
mod network;
mod part;
mod playout;
mod plivo;
mod post;
mod program;
mod prompter;
mod room;
mod rough_line;
mod scribe;
mod shelf;
mod tape;
mod text_message;
mod truth;
mod twilio;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use network::Network;
use ports::speech_to_text::SpeechToText;
use ports::text_to_speech::TextToSpeech;
use simulator::cast::Cast;
use thiserror::Error;

pub use faults::{CreateFault, FAULTS, FaultError, FaultSwitches, Faults, Rule, SocketFault, WebhookFault};
pub use truth::{CallTruth, GroundTruth, WebhookTruth};

/// How to open a sandbox.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Where to listen; a loopback address. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The account at Twilio; made afresh if `None`.
    pub credentials: Option<Credentials>,
    /// The account at Plivo; made afresh if `None`.
    pub plivo_credentials: Option<PlivoCredentials>,
    /// Ears and voice of the callees. `None`: they hum instead of speaking, and understand nothing.
    pub speech: Option<Speech>,
    /// Who can be reached.
    pub cast: Cast,
    /// How fast the network is.
    pub times: Times,
    /// How much the account may ask at once.
    pub limits: Limits,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// The day at the callees' place, 0 (Monday) to 6 (Sunday); `None`: today, in New York's standard time.
    pub today: Option<u8>,
    /// Where the calls of the account's own number go, until a program says otherwise.
    pub voice_url: Option<String>,
    /// Varies how long callees think; 0: not at all.
    pub seed: u64,
    /// What a begun minute costs at Plivo, in millionths of a dollar. Practice costs nothing, so 0 but where bills are tried.
    pub plivo_minute_micros: u64,
}

impl SandboxConfig {
    /// Returns a sandbox with this cast on a free loopback port.
    pub fn new(cast: Cast) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            credentials: None,
            plivo_credentials: None,
            speech: None,
            cast,
            times: Times::default(),
            limits: Limits::default(),
            faults: Faults::default(),
            today: None,
            voice_url: None,
            seed: 0,
            plivo_minute_micros: 0,
        }
    }
}

/// Ears and voice of the callees, and the carrier's own voice.
#[derive(Clone)]
pub struct Speech {
    /// Turns what the assistant says into text.
    pub ears: Arc<dyn SpeechToText>,
    /// Speaks the callees' lines.
    pub voice: Arc<dyn TextToSpeech>,
}

/// An account at Plivo's side of the sandbox. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub struct PlivoCredentials {
    /// `MA` and 18 capital letters or digits.
    pub auth_id: String,
    /// The secret that signs webhooks.
    pub auth_token: String,
    /// The number that calls can be made from.
    pub from_number: String,
}

impl std::fmt::Debug for PlivoCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlivoCredentials").field("auth_id", &self.auth_id).finish_non_exhaustive()
    }
}

/// An account at Twilio's side of the sandbox. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The secret that signs webhooks.
    pub auth_token: String,
    /// The first number that calls can be made from; the API lists all.
    pub from_number: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("account_sid", &self.account_sid).finish_non_exhaustive()
    }
}

/// How fast the network is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Times {
    /// From the request to dialing.
    pub queued_for: Duration,
    /// How long a webhook may take. 15 s at Twilio, whatever is asked.
    pub webhook_timeout: Duration,
    /// From the end of a call to its price.
    pub priced_after: Duration,
    /// How many seconds of a call pass in one second: 1.0, and more only in tests.
    pub pace: f64,
}

impl Default for Times {
    fn default() -> Self {
        Self { queued_for: Duration::from_millis(200), webhook_timeout: Duration::from_secs(15), priced_after: Duration::from_secs(1), pace: 1.0 }
    }
}

/// How much the account may ask at once. The default: as much as it likes, unlike Twilio, so that nothing waits unasked.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Limits {
    /// Calls that leave the queue in a second; the others wait in it. Twilio: 1 for a new account.
    pub calls_per_second: Option<f64>,
    /// Requests that are answered in a second; the others are refused with 429 and 20429.
    pub requests_per_second: Option<u32>,
    /// Requests that are answered at the same time; the others are refused likewise.
    pub requests_at_once: Option<u32>,
}

/// Why a sandbox cannot be opened.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// Somebody listens there already. Choose another port, or 0 for a free one.
    #[error("port {port} of {ip} is in use", ip = .address.ip(), port = .address.port())]
    PortInUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address is not a loopback address. The sandbox is no server for a network: it has one account, and whoever reaches it can make it misbehave.
    #[error("{address} is not a loopback address")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not let us listen there.
    #[error("cannot listen on {address}: {source}")]
    CannotListen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The HTTP client or the secrets could not be made.
    #[error("the sandbox cannot be set up: {what}")]
    CannotSetUp {
        /// What failed.
        what: &'static str,
    },
}

impl SandboxError {
    /// Returns the stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PortInUse { .. } => "sandbox.port_in_use",
            Self::NotLoopback { .. } => "sandbox.not_loopback",
            Self::CannotListen { .. } => "sandbox.cannot_listen",
            Self::CannotSetUp { .. } => "sandbox.cannot_set_up",
        }
    }
}

/// A sandbox that is open. Dropping it ends everything it does at once.
pub struct Sandbox {
    /// What stands in place of the carrier's API origin: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The account at Twilio.
    pub credentials: Credentials,
    /// The account at Plivo, on the same network.
    pub plivo_credentials: PlivoCredentials,
    /// The account whose requests are answered as if they were real, while nothing happens.
    pub test_credentials: Credentials,
    network: Arc<Network>,
    /// Kept open for as long as it is: requests find it by a weak pointer.
    #[expect(dead_code, reason = "held for its life alone")]
    carriers: (Arc<twilio::Service>, Arc<plivo::Service>),
}

impl Sandbox {
    /// Opens a sandbox: listens at once, so that the first request finds it.
    ///
    /// # Errors
    /// [`SandboxError`], each with what to do.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        if !config.listen.ip().is_loopback() {
            return Err(SandboxError::NotLoopback { address: config.listen });
        }
        let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => SandboxError::PortInUse { address: config.listen },
            _ => SandboxError::CannotListen { address: config.listen, source },
        })?;
        let address = listener.local_addr().map_err(|source| SandboxError::CannotListen { address: config.listen, source })?;
        let credentials = match &config.credentials {
            Some(credentials) => credentials.clone(),
            None => twilio::fresh_credentials()?,
        };
        let plivo_credentials = match &config.plivo_credentials {
            Some(credentials) => credentials.clone(),
            None => plivo::fresh_credentials()?,
        };
        let base_url = format!("http://{address}");
        let test_credentials = twilio::fresh_test_credentials()?;
        let accounts = (credentials.clone(), test_credentials.clone());
        let network = Arc::new(Network::open(config, base_url.clone()));
        let twilio = Arc::new(twilio::Service::new(network.clone(), accounts)?);
        let plivo = Arc::new(plivo::Service::new(network.clone(), plivo_credentials.clone())?);
        let carriers = control::Carriers { twilio: Arc::downgrade(&twilio), plivo: Arc::downgrade(&plivo) };
        let router = plivo::router(carriers.plivo.clone()).merge(control::router(carriers.clone())).merge(twilio::router(carriers.twilio));
        listen(&network, listener, router);
        Ok(Self { base_url, credentials, plivo_credentials, test_credentials, network, carriers: (twilio, plivo) })
    }

    /// Returns the one line that `puppetmaster sandbox --json` prints first.
    pub fn credentials_json(&self) -> String {
        serde_json::json!({
            "twilio": {
                "base_url": self.base_url,
                "account_sid": self.credentials.account_sid,
                "auth_token": self.credentials.auth_token,
                "from_number": self.credentials.from_number,
                "test_account_sid": self.test_credentials.account_sid,
                "test_auth_token": self.test_credentials.auth_token,
            },
            "plivo": {
                "base_url": self.base_url,
                "auth_id": self.plivo_credentials.auth_id,
                "auth_token": self.plivo_credentials.auth_token,
                "from_number": self.plivo_credentials.from_number,
            },
        })
        .to_string()
    }

    /// Returns what truly happened on the network.
    pub fn truth(&self) -> GroundTruth {
        self.network.truth.clone()
    }

    /// Returns the switches that make the network misbehave.
    pub fn faults(&self) -> FaultSwitches {
        self.network.faults.clone()
    }

    /// Hangs up every call as a carrier would, tells the programs so, and closes. Waits at most two seconds.
    pub async fn shut_down(self) {
        self.network.shut_down(Duration::from_secs(2)).await;
    }

    /// Ends everything at once, as a crash would: sockets break, nobody is told.
    pub fn kill(self) {
        self.network.kill();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.network.kill();
    }
}

/// Answers requests on a socket that listens already, until the network closes.
fn listen(network: &Network, listener: tokio::net::TcpListener, router: axum::Router) {
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut closing = network.closing.subscribe();
    let closes = async move {
        // An error means that the network is gone: close as well.
        let _ = closing.wait_for(|is_closing| *is_closing).await;
    };
    network.spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closes).await {
            tracing::error!(%error, "the sandbox cannot listen any more");
        }
    });
}
