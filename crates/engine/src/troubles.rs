//! Hears of troubles from all corners of the process and puts each among what is to be told, once.
//!
//! Whoever notices a trouble does not wait for a disk: it goes through a queue to a worker of its own, which looks at the counters
//! meanwhile.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::assistant::trouble::{ForgeryWatch, NOT_AGAIN_WITHIN, Trouble};
use ports::clock::Clock;
use ports::outbox::Outbox;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::metrics::Metrics;

/// Troubles that may wait. Each is told once, so more are the same again.
const WAITING_AT_MOST: usize = 16;

/// How often the counters are looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(30);

/// Where troubles are told. The default tells nobody, for whoever dials nothing.
#[derive(Clone, Default, Debug)]
pub struct Troubles(Option<mpsc::Sender<Trouble>>);

impl Troubles {
    /// Returns where troubles are told that go into this queue.
    #[cfg(test)]
    pub(crate) fn through(sender: mpsc::Sender<Trouble>) -> Self {
        Self(Some(sender))
    }

    /// Tells of a trouble. Never waits; what finds the queue full is lost, and is noticed again if it lasts.
    pub fn tell(&self, trouble: Trouble) {
        if let Some(sender) = &self.0
            && sender.try_send(trouble).is_err()
        {
            tracing::debug!("a trouble could not be put among what is to be told");
        }
    }
}

/// The worker.
pub struct Watch {
    end: Arc<Notify>,
    work: JoinHandle<()>,
}

impl Watch {
    /// Puts down what is still waiting, looks at the counters once more, and stops.
    pub async fn stop(self) {
        self.end.notify_one();
        // A task that died has told its panic already.
        let _ = self.work.await;
    }
}

/// Begins to watch. What is told to the returned [`Troubles`] is put into the outbox.
pub fn watch(outbox: Arc<dyn Outbox>, metrics: Arc<Metrics>, clock: Arc<dyn Clock>) -> (Troubles, Watch) {
    let (sender, mut told) = mpsc::channel(WAITING_AT_MOST);
    let end = Arc::new(Notify::new());
    let is_asked_to_end = end.clone();
    let work = tokio::spawn(async move {
        let (began, mut forgeries) = (Instant::now(), ForgeryWatch::default());
        let mut looks = tokio::time::interval(LOOKS_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_last = false;
        while !is_last {
            let heard = tokio::select! {
                heard = told.recv() => heard,
                _ = looks.tick() => None,
                () = is_asked_to_end.notified() => {
                    is_last = true;
                    None
                }
            };
            let mut found: Vec<Trouble> = heard.into_iter().collect();
            while let Ok(more) = told.try_recv() {
                found.push(more);
            }
            found.extend(forgeries.look(began.elapsed(), metrics.refused_callbacks.load(Ordering::Relaxed)));
            for trouble in found {
                put(outbox.as_ref(), &trouble, clock.as_ref()).await;
            }
        }
    });
    (Troubles(Some(sender)), Watch { end, work })
}

async fn put(outbox: &dyn Outbox, trouble: &Trouble, clock: &dyn Clock) {
    let now = clock.now();
    tracing::warn!(code = trouble.entry().code, "something is wrong that the user is told of");
    if let Err(error) = outbox.tell_trouble(trouble, now - NOT_AGAIN_WITHIN, now).await {
        tracing::warn!(%error, "a trouble could not be put among what is to be told");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use ::assistant::notification::{Channel, Telling};
    use async_trait::async_trait;
    use ports::outbox::{Delivery, Tried};
    use ports::task_store::StoreError;
    use telephony::Timestamp;

    use super::*;

    /// Keeps what is told.
    #[derive(Default)]
    struct Kept(Mutex<Vec<Trouble>>);

    impl Kept {
        fn all(&self) -> Vec<Trouble> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    #[async_trait]
    impl Outbox for Kept {
        async fn address(&self, _: &[Channel], _: Timestamp, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }

        async fn due(&self, _: Timestamp, _: u32) -> Result<Vec<Delivery>, StoreError> {
            Ok(Vec::new())
        }

        async fn telling(&self, _: &Delivery) -> Result<Option<Telling>, StoreError> {
            Ok(None)
        }

        async fn tried(&self, _: &Delivery, _: &Tried, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }

        async fn tell_trouble(&self, trouble: &Trouble, _: Timestamp, _: Timestamp) -> Result<bool, StoreError> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(trouble.clone());
            Ok(true)
        }

        async fn troubles(&self, _: Timestamp) -> Result<Vec<(Timestamp, Trouble)>, StoreError> {
            Ok(Vec::new())
        }
    }

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp(1_795_539_600_000)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn forged_webhooks_that_come_in_numbers_are_told_once() {
        let (kept, metrics) = (Arc::new(Kept::default()), Arc::new(Metrics::default()));
        let (_troubles, watch) = watch(kept.clone(), metrics.clone(), Arc::new(Noon));
        Metrics::add(&metrics.refused_callbacks, 19);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(kept.all(), []);
        Metrics::add(&metrics.refused_callbacks, 21);
        tokio::time::sleep(Duration::from_secs(120)).await;
        assert!(matches!(kept.all()[..], [Trouble::Forgeries { count: 40, .. }]), "{:?}", kept.all());
        watch.stop().await;
        assert_eq!(kept.all().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_told_last_is_kept_before_the_end() {
        let kept = Arc::new(Kept::default());
        let (troubles, watch) = watch(kept.clone(), Arc::default(), Arc::new(Noon));
        let trouble = Trouble::Credentials { provider: "twilio".into() };
        troubles.tell(trouble.clone());
        watch.stop().await;
        assert_eq!(kept.all(), [trouble]);
        Troubles::default().tell(Trouble::Credentials { provider: "plivo".into() });
    }
}
