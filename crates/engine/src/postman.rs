//! Carries what is still to be told to whoever is to be told, until it is there or given up.
//!
//! Runs beside the calls and keeps nothing in memory: a kill at any moment leaves rows that the next start goes on with.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::expense::{Expense, ExpenseId, ExpenseKind};
use ::assistant::notification::{Channel, STALE_AFTER, next_try};
use ::assistant::policy::Rules;
use ports::clock::Clock;
use ports::notifier::Notifier;
use ports::outbox::{Delivery, Outbox, Tried};
use ports::task_store::{StoreError, TaskStore};
use telephony::cost::Micros;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How often the outbox is looked into: a look is one question to the database, and nobody waits for a notification by the second.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Deliveries of one look. The rest waits for the next.
const AT_MOST: u32 = 20;

/// Tells the user what calls brought.
#[derive(Clone)]
pub struct Postman {
    /// What is to be told.
    pub outbox: Arc<dyn Outbox>,
    /// By which ways; none is fine, then nothing is told.
    pub notifiers: Arc<[Box<dyn Notifier>]>,
    /// Where what a message costs is reserved and written down.
    pub store: Arc<dyn TaskStore>,
    /// The rules, for their budget.
    pub rules: Rules,
    /// Makes identities that nobody can guess.
    pub make_token: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether the summary of a report may leave this machine.
    pub tells_summary: bool,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
}

/// A postman at work.
pub struct Round {
    end: Arc<Notify>,
    work: JoinHandle<()>,
}

impl Round {
    /// Ends what is being delivered, looks once more, and stops. A delivery is never cut off, so none is doubled by this.
    pub async fn stop(self) {
        self.end.notify_one();
        // A task that died has told its panic already.
        let _ = self.work.await;
    }
}

impl Postman {
    /// Begins to carry, until it is stopped.
    pub fn start(self) -> Round {
        let end = Arc::new(Notify::new());
        let is_asked_to_end = end.clone();
        let work = tokio::spawn(async move {
            let mut looks = tokio::time::interval(LOOKS_EVERY);
            looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut is_last = false;
            while !is_last {
                tokio::select! {
                    _ = looks.tick() => {}
                    () = is_asked_to_end.notified() => is_last = true,
                }
                if let Err(error) = self.deliver().await {
                    tracing::warn!(%error, "the outbox cannot be used; notifications wait");
                }
            }
        });
        Round { end, work }
    }

    /// Delivers what is due now. Returns how many were delivered.
    ///
    /// # Errors
    /// [`StoreError`]; what was not noted is delivered again.
    pub async fn deliver(&self) -> Result<usize, StoreError> {
        let channels: Vec<Channel> = self.notifiers.iter().map(|notifier| notifier.channel()).collect();
        let now = self.clock.now();
        self.outbox.address(&channels, now - STALE_AFTER, now).await?;
        let mut delivered = 0;
        for delivery in self.outbox.due(now, AT_MOST).await? {
            let outcome = self.tried(&delivery).await?;
            delivered += usize::from(outcome == Tried::Delivered);
            self.outbox.tried(&delivery, &outcome, self.clock.now()).await?;
        }
        Ok(delivered)
    }

    async fn tried(&self, delivery: &Delivery) -> Result<Tried, StoreError> {
        let Some(notifier) = self.notifiers.iter().find(|notifier| notifier.channel() == delivery.channel) else {
            return Ok(Tried::GivenUp { trouble: "switched_off" });
        };
        let Some(mut telling) = self.outbox.telling(delivery).await? else {
            return Ok(Tried::GivenUp { trouble: "gone" });
        };
        if !self.tells_summary {
            telling.leave_out_summary();
        }
        let cost = notifier.cost(&telling);
        if cost == Micros::ZERO {
            let told = notifier.tell(&telling, self.clock.now()).await;
            return Ok(told.map_or_else(|error| self.again(delivery, error.word()), |()| Tried::Delivered));
        }
        let expense = Expense {
            id: ExpenseId((self.make_token)()),
            kind: ExpenseKind::TextMessage,
            attempt: None,
            telephone: None,
            worst_case: cost,
            budget: self.rules.budget,
            alerts: self.rules.alerts.clone(),
            at: self.clock.now(),
        };
        match self.store.reserve(&expense).await {
            Ok(()) => {}
            Err(StoreError::Overtaken) => return Ok(self.again(delivery, "budget")),
            Err(error) => return Err(error),
        }
        let told = notifier.tell(&telling, self.clock.now()).await;
        let spent = if told.is_ok() { cost } else { Micros::ZERO };
        self.store.spend(&expense.id, spent, self.clock.now()).await?;
        Ok(told.map_or_else(|error| self.again(delivery, error.word()), |()| Tried::Delivered))
    }

    /// Also a refusal is tried again: whoever mends the settings within three days wants the news.
    fn again(&self, delivery: &Delivery, trouble: &'static str) -> Tried {
        let channel = delivery.channel.as_str();
        match next_try(delivery.tries + 1) {
            Some(wait) => {
                tracing::warn!(channel, trouble, "a notification could not be delivered; it is tried again");
                Tried::Later { trouble, at: self.clock.now() + wait }
            }
            None => {
                tracing::warn!(channel, trouble, "a notification could not be delivered and is given up; `task show` has the report");
                Tried::GivenUp { trouble }
            }
        }
    }
}
