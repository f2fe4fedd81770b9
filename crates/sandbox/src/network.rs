//! The telephone network behind all carriers: who lives on it, how fast it is, what goes wrong on it, what truly happened.
//!
//! A carrier stands in front of it and translates; two carriers share one network, so the same callee answers whoever rings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use simulator::callee;
use simulator::network::{Config, PracticeLeg};
use telephony::{PhoneNumber, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::SandboxConfig;
use crate::clock::{wall_clock, weekday_of};
use crate::faults::FaultSwitches;
use crate::limits::Gate;
use crate::room::Room;
use crate::truth::GroundTruth;

/// Calls that may live at once: three times what one core carries with sockets and callees. Who asks for more is told to
/// come back later.
const MAX_LIVE_CALLS: usize = 2_000;

/// How long sound takes from one call to another: as long as a tick of a busy machine may come late.
const SOUND_TAKES: Duration = Duration::from_millis(120);

/// What all calls of all carriers share.
pub(crate) struct Network {
    /// How it was opened.
    pub config: SandboxConfig,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Where its carriers are reached: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// How much may be asked at once.
    pub gate: Gate,
    /// What truly happened.
    pub truth: GroundTruth,
    /// What goes wrong.
    pub faults: FaultSwitches,
    /// Becomes true when the sandbox closes.
    pub closing: watch::Sender<bool>,
    /// Slots are counted from here.
    began: Instant,
    /// One for each call that may live at once.
    lines: Arc<Semaphore>,
    /// Calls and their webhooks; ended together.
    tasks: Mutex<JoinSet<()>>,
    is_dead: AtomicBool,
}

impl Network {
    /// Returns a network on which nothing has happened.
    pub fn open(config: SandboxConfig, base_url: String) -> Self {
        let faults = FaultSwitches::default();
        faults.set(config.faults.clone());
        if let Some(speech) = &config.speech {
            speech.ears.warm_up();
            speech.voice.warm_up();
        }
        Self {
            gate: Gate::new(config.limits),
            config,
            opened_at: wall_clock(),
            base_url,
            truth: GroundTruth::default(),
            faults,
            closing: watch::Sender::new(false),
            began: Instant::now(),
            lines: Arc::new(Semaphore::new(MAX_LIVE_CALLS)),
            tasks: Mutex::new(JoinSet::new()),
            is_dead: AtomicBool::new(false),
        }
    }

    /// Runs something until the sandbox ends.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        if !self.is_dead.load(Ordering::SeqCst) {
            tasks.spawn(work);
        }
    }

    /// Takes a line for a call, for as long as what is returned is kept; `None` if all are busy.
    pub fn take_line(&self) -> Option<OwnedSemaphorePermit> {
        self.lines.clone().try_acquire_owned().ok()
    }

    /// Returns a room in which calls can hear each other.
    pub fn new_room(&self) -> Room {
        let slots = SOUND_TAKES.mul_f64(self.config.times.pace).as_millis().div_ceil(20);
        Room::new(u64::try_from(slots).unwrap_or(u64::MAX))
    }

    /// Returns the slot of 20 ms that a moment lies in, the same for all calls.
    pub fn slot_at(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.began).mul_f64(self.config.times.pace);
        u64::try_from(since.as_millis() / 20).unwrap_or(u64::MAX)
    }

    /// Returns how the network handles a leg: from the request to dialing, seconds that it rings, seconds that it may last.
    pub fn leg_config(&self, queued_for: Duration, ring_s: u32, limit_s: u32) -> Config {
        let (ring_timeout, time_limit) = (Duration::from_secs(ring_s.into()), Duration::from_secs(limit_s.into()));
        let today = self.config.today.unwrap_or_else(|| weekday_of(wall_clock()));
        Config { queued_for, ring_timeout, time_limit, callee: callee::Config { today, seed: self.config.seed } }
    }

    /// Returns how long a call waits for its turn and to be dialled, in the time of the call.
    pub fn queued_for(&self, turn: Duration) -> Duration {
        // The turn is waited for in real time, whatever the pace of the call.
        self.config.times.queued_for + turn.mul_f64(self.config.times.pace)
    }

    /// Returns the leg to a number of the cast, or to nobody.
    pub fn leg_to(&self, number: &PhoneNumber, config: Config) -> PracticeLeg {
        match self.config.cast.find(number) {
            Some(script) => PracticeLeg::new(script, config),
            None => PracticeLeg::to_nobody(number, config),
        }
    }

    /// Ends all calls as a carrier would, and waits so long for it at most.
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

    /// Ends everything at once.
    pub fn kill(&self) {
        self.is_dead.store(true, Ordering::SeqCst);
        self.closing.send_replace(true);
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}
