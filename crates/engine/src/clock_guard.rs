//! Brings both clocks of the machine to [`ClockWatch`], and the phone provider's, where that is wanted.
//!
//! Looks by itself now and then, and whenever somebody asks: between a jump and the next dial lies always a look.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::assistant::clock_watch::{ClockDoubt, ClockNews, ClockWatch};
use ::assistant::trouble::Trouble;
use ports::clock::Clock;
use telephony::Timestamp;
use tokio::time::Instant;

use crate::troubles::Troubles;

/// How often the clocks are looked at by themselves: a look costs nothing.
const LOOKS_EVERY: Duration = Duration::from_secs(10);

/// Asks a phone provider what its clock shows; `None` if it does not say.
pub type ProviderTime = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Option<Timestamp>> + Send>> + Send + Sync>;

/// Doubts the wall clock when it jumps. The default never does, for whoever dials nothing.
#[derive(Clone, Default)]
pub struct ClockGuard(Option<Arc<Inner>>);

struct Inner {
    clock: Arc<dyn Clock>,
    began: Instant,
    watch: Mutex<ClockWatch>,
    troubles: Troubles,
}

impl ClockGuard {
    /// Returns a guard of this clock, from now on.
    pub fn new(clock: Arc<dyn Clock>, troubles: Troubles) -> Self {
        let guard = Self(Some(Arc::new(Inner { clock, began: Instant::now(), watch: Mutex::default(), troubles })));
        guard.doubt();
        guard
    }

    /// Looks at the clocks and returns why the wall clock is not believed; `None` if it is.
    pub fn doubt(&self) -> Option<ClockDoubt> {
        let inner = self.0.as_ref()?;
        // Both clocks are read under the lock, so that no look is older than the one before it.
        let (news, doubt) = {
            let mut watch = inner.watch();
            let news = watch.look(inner.began.elapsed(), inner.clock.now());
            (news, watch.doubt())
        };
        inner.heed(news);
        doubt
    }

    /// Looks at the clocks now and then, and asks the provider while ours is doubted, until it is dropped.
    pub async fn run(&self, provider_time: ProviderTime) {
        let Some(inner) = &self.0 else { return };
        loop {
            if self.doubt().is_some()
                && let Some(theirs) = provider_time().await
            {
                let news = inner.watch().compare(inner.clock.now(), theirs);
                inner.heed(news);
            }
            tokio::time::sleep(LOOKS_EVERY).await;
        }
    }
}

impl Inner {
    fn watch(&self) -> MutexGuard<'_, ClockWatch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heed(&self, news: ClockNews) {
        match news {
            ClockNews::None => {}
            ClockNews::Jumped(doubt) => {
                tracing::warn!(seconds = doubt.seconds, "the clock of this machine jumped; nothing is dialed until it is known to be right");
                self.troubles.tell(Trouble::Clock { seconds: doubt.seconds });
            }
            ClockNews::Believed => tracing::info!("the clock of this machine is right; what is due is dialed again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const NOON: i64 = 1_795_539_600_000;

    /// Goes with the runtime's clock, apart by so many milliseconds.
    struct Settable {
        began: Instant,
        apart: AtomicI64,
    }

    impl Settable {
        fn right(&self) -> Timestamp {
            Timestamp(NOON + i64::try_from(self.began.elapsed().as_millis()).unwrap())
        }
    }

    impl Clock for Settable {
        fn now(&self) -> Timestamp {
            Timestamp(self.right().as_millis() + self.apart.load(Ordering::Relaxed))
        }
    }

    fn guarded() -> (Arc<Settable>, ClockGuard) {
        let clock = Arc::new(Settable { began: Instant::now(), apart: AtomicI64::new(0) });
        (clock.clone(), ClockGuard::new(clock, Troubles::default()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_is_seen_by_whoever_asks_next_and_the_provider_settles_it() {
        let (clock, guard) = guarded();
        let provider = clock.clone();
        let watching = guard.clone();
        let run = tokio::spawn(async move {
            let ask: ProviderTime = Box::new(move || {
                let right = provider.right();
                Box::pin(async move { Some(right) })
            });
            watching.run(ask).await;
        });
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(guard.doubt(), None);
        clock.apart.store(7_200_000, Ordering::Relaxed);
        assert_eq!(guard.doubt(), Some(ClockDoubt { seconds: 7_200 }), "at once");
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert!(guard.doubt().is_some(), "the provider says something else");
        clock.apart.store(1_000, Ordering::Relaxed);
        assert!(guard.doubt().is_some(), "it is right now, and nobody knows yet");
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(guard.doubt(), None);
        run.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_provider_that_tells_it_must_be_steady() {
        let (clock, guard) = guarded();
        let watching = guard.clone();
        let run = tokio::spawn(async move { watching.run(Box::new(|| Box::pin(async { None }))).await });
        clock.apart.store(-600_000, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(599)).await;
        assert!(guard.doubt().is_some());
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(guard.doubt(), None);
        run.abort();
    }

    #[test]
    fn whoever_dials_nothing_doubts_nothing() {
        assert_eq!(ClockGuard::default().doubt(), None);
    }
}
