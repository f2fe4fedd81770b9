//! Twilio's side of the wire: [`Service`] listens, answers REST requests and runs one driver a call.

mod announce;
mod between;
mod call;
mod conferences;
mod holdings;
mod inbound;
mod limits;
mod log;
mod media_socket;
mod place;
mod post;
mod queues;
mod registry;
mod rest;
mod rest_beside;
mod rest_conferences;
mod rest_queues;
mod room;
mod rough_line;
mod shelf;
mod webhooks;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telephony::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use wire::twilio::signature::SigningKey;

use crate::clock::{wall_clock, weekday_of};
use crate::faults::FaultSwitches;
use crate::truth::GroundTruth;
use crate::{Credentials, SandboxConfig, SandboxError};
use conferences::Conferences;
use holdings::Holdings;
use limits::Gate;
use log::Log;
use queues::Queues;
use registry::Registry;
use webhooks::Webhooks;

/// Calls that may live at once: three times what one core carries with sockets and callees. Who asks for more is told to
/// come back later (20429).
const MAX_LIVE_CALLS: usize = 2_000;

/// How long sound takes from one call to another: as long as a tick of a busy machine may come late.
const SOUND_TAKES: Duration = Duration::from_millis(120);

/// What all requests and calls share.
pub(crate) struct Service {
    config: SandboxConfig,
    credentials: Credentials,
    /// The account whose requests are answered as if they were real, while nothing happens.
    test_credentials: Credentials,
    opened_at: Timestamp,
    base_url: String,
    registry: Registry,
    holdings: Holdings,
    log: Log,
    gate: Gate,
    truth: GroundTruth,
    faults: FaultSwitches,
    webhooks: Webhooks,
    conferences: Conferences,
    queues: Queues,
    /// Slots are counted from here.
    began: Instant,
    /// One for each call that may live at once.
    lines: Arc<Semaphore>,
    /// Calls and their webhooks; ended together.
    tasks: Mutex<JoinSet<()>>,
    /// Becomes true when the sandbox closes.
    closing: watch::Sender<bool>,
    is_dead: AtomicBool,
}

impl Service {
    /// Begins to answer requests on a socket that listens already.
    pub fn start(
        config: SandboxConfig,
        (credentials, test_credentials): (Credentials, Credentials),
        base_url: String,
        listener: TcpListener,
    ) -> Result<Arc<Self>, SandboxError> {
        let queues = Queues::new(config.times.pace);
        let (log, faults) = (Log::default(), FaultSwitches::default());
        faults.set(config.faults.clone());
        let webhooks = Webhooks::new(SigningKey::new(&credentials.auth_token), config.times.webhook_timeout, log.clone(), faults.clone())?;
        let service = Arc::new(Self {
            holdings: Holdings::new(&credentials, config.voice_url.as_deref())?,
            gate: Gate::new(config.limits),
            config,
            credentials,
            test_credentials,
            opened_at: wall_clock(),
            base_url,
            registry: Registry::default(),
            log,
            truth: GroundTruth::default(),
            faults,
            webhooks,
            conferences: Conferences::default(),
            queues,
            began: Instant::now(),
            lines: Arc::new(Semaphore::new(MAX_LIVE_CALLS)),
            tasks: Mutex::new(JoinSet::new()),
            closing: watch::Sender::new(false),
            is_dead: AtomicBool::new(false),
        });
        if let Some(speech) = &service.config.speech {
            speech.ears.warm_up();
            speech.voice.warm_up();
        }
        let router = rest::router(Arc::downgrade(&service)).into_make_service_with_connect_info::<SocketAddr>();
        let mut closing = service.closing.subscribe();
        let closes = async move {
            // An error means that the service is gone: close as well.
            let _ = closing.wait_for(|is_closing| *is_closing).await;
        };
        service.spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closes).await {
                tracing::error!(%error, "the sandbox cannot listen any more");
            }
        });
        Ok(service)
    }

    pub fn truth(&self) -> GroundTruth {
        self.truth.clone()
    }

    pub fn faults(&self) -> FaultSwitches {
        self.faults.clone()
    }

    /// Runs something until the sandbox ends.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        if !self.is_dead.load(Ordering::SeqCst) {
            tasks.spawn(work);
        }
    }

    /// Returns a room in which calls can hear each other.
    fn new_room(&self) -> room::Room {
        let slots = SOUND_TAKES.mul_f64(self.config.times.pace).as_millis().div_ceil(20);
        room::Room::new(u64::try_from(slots).unwrap_or(u64::MAX))
    }

    /// Returns the slot of 20 ms that a moment lies in, the same for all calls.
    fn slot_at(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.began).mul_f64(self.config.times.pace);
        u64::try_from(since.as_millis() / 20).unwrap_or(u64::MAX)
    }

    /// Returns the SID of the conference that lives under a name, or of a new one.
    fn conference_named(&self, name: &str) -> Option<String> {
        if let Some(sid) = self.conferences.find_live(name) {
            return Some(sid);
        }
        let sid = fresh_sid("CF").ok()?;
        let (news, sender) = conferences::send_in_order(self.webhooks.clone());
        self.conferences.open(&self.credentials.account_sid, &sid, name, self.new_room(), news);
        self.spawn(sender);
        Some(sid)
    }

    /// Returns the weekday at the callees' place.
    fn today(&self) -> u8 {
        self.config.today.unwrap_or_else(|| weekday_of(wall_clock()))
    }

    pub async fn shut_down(&self, patience: Duration) {
        self.closing.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::debug!("something of the sandbox had to be cut off");
        }
        tasks.abort_all();
        self.kill();
    }

    pub fn kill(&self) {
        self.is_dead.store(true, Ordering::SeqCst);
        self.closing.send_replace(true);
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

/// Makes an account.
pub(crate) fn fresh_credentials() -> Result<Credentials, SandboxError> {
    fresh_account("+12125550100")
}

/// Makes the account for requests that do nothing.
pub(crate) fn fresh_test_credentials() -> Result<Credentials, SandboxError> {
    fresh_account(wire::twilio::rest::test_credentials::VALID_FROM)
}

fn fresh_account(from_number: &str) -> Result<Credentials, SandboxError> {
    let failed = |_| SandboxError::CannotSetUp { what: "the system gives no random numbers" };
    Ok(Credentials { account_sid: fresh_sid("AC").map_err(failed)?, auth_token: fresh_sid("").map_err(failed)?, from_number: from_number.into() })
}

/// Returns a prefix and 32 random hexadecimal digits.
fn fresh_sid(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(prefix.to_owned(), |sid, byte| format!("{sid}{byte:02x}")))
}
