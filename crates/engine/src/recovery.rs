//! What nobody leads any more is ended, at the carrier and in the books: attempts that a crash left behind, and calls of ours that live
//! on by themselves.
//!
//! At the start before anything dials, and beside the calls while the process runs: an attempt about which its carrier cannot be asked
//! stays open. It keeps its reserve of money and its place among the running calls, its task cannot be dialed again, and the carrier is
//! asked again and again, ever more rarely, until it says what became of it. No attempt is ever dialed again here.

mod left_behind;
mod orphans;
pub(crate) mod own_calls;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ports::carrier::Carrier;
use ports::clock::Clock;
use ports::task_store::{OpenAttempt, StoreError, TaskStore};
use telephony::cost::RateCard;
use telephony::{AttemptId, PhoneNumber};

use crate::directory::Directory;
use left_behind::Fate;

/// The first wait before a carrier is asked again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// No wait is longer. Also how often the store is looked at while nothing is open.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How often live calls are looked for that nobody leads.
const SWEEPS_EVERY: Duration = Duration::from_secs(600);

/// An attempt of this process is entered among the live calls as soon as its intent is on disk; what is not there after so long was
/// left by its driver.
const ENTERED_WITHIN: Duration = Duration::from_secs(60);

/// Somebody who may have connected a call: the phone provider, or the second one.
#[derive(Clone)]
pub struct Way {
    /// The provider.
    pub carrier: Arc<dyn Carrier>,
    /// Our number there.
    pub from: PhoneNumber,
    /// What it charges.
    pub rates: RateCard,
}

/// What recovery did.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Attempts whose phone never rang.
    pub never_dialed: u32,
    /// Attempts whose call was found at the carrier and ended.
    pub ended: u32,
    /// Attempts of which no carrier could give a clear account yet. They stay open.
    pub unclear: u32,
}

/// What the search for calls that nobody leads came to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Swept {
    /// Calls of ours that were ended.
    pub ended: u32,
    /// Calls of ours that could not be ended; the carrier's time limit will.
    pub alive: u32,
    /// Carriers that could not be asked.
    pub unasked: u32,
}

/// Ends what nobody leads.
pub struct Recovery {
    store: Arc<dyn TaskStore>,
    ways: Vec<Way>,
    clock: Arc<dyn Clock>,
    directory: Arc<Directory>,
    /// What the last process left open.
    inherited: OnceLock<HashSet<AttemptId>>,
}

impl Recovery {
    /// Returns the recovery of a process that begins now. `ways` are all who may have connected a call, the first of them first.
    pub fn new(store: Arc<dyn TaskStore>, ways: Vec<Way>, clock: Arc<dyn Clock>, directory: Arc<Directory>) -> Self {
        Self { store, ways, clock, directory, inherited: OnceLock::new() }
    }

    /// Settles what the last process left behind. Run it before anything dials.
    ///
    /// # Errors
    /// [`StoreError`]; nothing may dial until it succeeds.
    pub async fn begin(&self) -> Result<Recovered, StoreError> {
        let inherited = self.store.unfinished().await?.into_iter().map(|open| open.attempt).collect();
        // Whoever begins twice has inherited what the first time found.
        let _ = self.inherited.set(inherited);
        let recovered = self.round().await?;
        self.store.close_expenses(self.clock.now()).await?;
        if recovered != Recovered::default() {
            tracing::info!(?recovered, "what the last run left behind was looked at");
        }
        Ok(recovered)
    }

    /// Looks for calls that nobody leads, now and every ten minutes, and asks again about what stays open, until it is dropped.
    ///
    /// Runs beside the calls: a search at a provider far away keeps no dial waiting.
    pub async fn run(&self) {
        self.sweep_or_warn().await;
        let mut known: HashSet<AttemptId> = HashSet::new();
        let mut wait = FIRST_WAIT;
        let mut swept_at = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(wait).await;
            match self.look_again(&mut known, wait).await {
                Ok(next) => wait = next,
                Err(error) => tracing::warn!(%error, "what stays open cannot be looked at; it is tried again"),
            }
            if swept_at.elapsed() >= SWEEPS_EVERY {
                swept_at = tokio::time::Instant::now();
                self.sweep_or_warn().await;
            }
        }
    }

    async fn sweep_or_warn(&self) {
        match self.sweep().await {
            Ok(swept) => tracing::debug!(?swept, "live calls that nobody leads were looked for"),
            Err(error) => tracing::warn!(%error, "calls that nobody leads cannot be looked for; it is tried again"),
        }
    }

    /// Settles what can be settled and returns how long to wait until the next look.
    async fn look_again(&self, known: &mut HashSet<AttemptId>, waited: Duration) -> Result<Duration, StoreError> {
        self.round().await?;
        let open: HashSet<AttemptId> = self.left().await?.into_iter().map(|open| open.attempt).collect();
        let has_news = open.iter().any(|attempt| !known.contains(attempt));
        let next = match (open.is_empty(), has_news) {
            (true, _) => FIRST_WAIT * LOOKS_WHILE_IDLE,
            (false, true) => FIRST_WAIT,
            (false, false) => (waited * 2).min(LONGEST_WAIT),
        };
        *known = open;
        Ok(next)
    }

    /// Settles what nobody leads, as far as carriers can say.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn round(&self) -> Result<Recovered, StoreError> {
        let mut recovered = Recovered::default();
        for open in self.left().await? {
            match self.settle(&open).await? {
                Fate::NeverDialed => recovered.never_dialed += 1,
                Fate::Ended => recovered.ended += 1,
                Fate::Unclear => recovered.unclear += 1,
            }
        }
        Ok(recovered)
    }

    /// Returns the open attempts that nobody leads.
    async fn left(&self) -> Result<Vec<OpenAttempt>, StoreError> {
        let mut open = self.store.unfinished().await?;
        let now = self.clock.now();
        open.retain(|open| !self.is_led(&open.attempt) && (self.is_inherited(&open.attempt) || now >= open.began_at + ENTERED_WITHIN));
        Ok(open)
    }

    fn is_inherited(&self, attempt: &AttemptId) -> bool {
        self.inherited.get().is_some_and(|inherited| inherited.contains(attempt))
    }

    fn is_led(&self, attempt: &AttemptId) -> bool {
        self.directory.holds(attempt)
    }

    /// Returns for how long a call may still come into a list.
    fn lists_within(&self) -> Duration {
        self.ways.iter().map(|way| way.carrier.abilities().lists_within).max().unwrap_or_default()
    }
}

/// While nothing is open the store is looked at once a minute: one query.
const LOOKS_WHILE_IDLE: u32 = 12;
