//! Whether this process can carry one more call: a configured most, and what the machine shows of itself.
//!
//! Two signs say that the machine is at its limit, both of the last second. The threads that carry the calls are
//! nearly always busy (which also shows if another program takes the processor away), or a deadline was met late. The
//! calls that run keep running: only new ones are refused, until a second has passed in which both signs are gone.
//! What surprised us: a late deadline alone is no early sign. A thread that is busy 98 % of the time meets its
//! deadlines, and two calls more make a queue that never ends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Handle;
use tokio::time::{Instant, MissedTickBehavior};

/// Where the limits lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CapacityConfig {
    /// Calls at once, whatever the machine shows.
    pub calls_at_most: usize,
    /// The share of the last second that the carrying threads may be busy, in percent of their whole time.
    ///
    /// 92: the pauses of the last 8 % are what absorbs the uneven arrival of frames; above it lateness grows fast.
    pub busy_percent_at_most: u32,
    /// How late a deadline may be met. Below the 60 ms that we send ahead, so that it is a sign before it is heard.
    pub late_at_most: Duration,
}

impl CapacityConfig {
    /// Returns the limits for at most this many calls.
    pub const fn new(calls_at_most: usize) -> Self {
        Self { calls_at_most, busy_percent_at_most: 92, late_at_most: Duration::from_millis(30) }
    }
}

/// Why no new call is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Full {
    /// As many calls run as are allowed.
    #[error("{calls_at_most} calls are running, which is the most that is allowed")]
    Most {
        /// How many are allowed.
        calls_at_most: usize,
    },
    /// The machine has no time left.
    #[error("the machine is busy for {percent} % of its time")]
    Busy {
        /// Its share.
        percent: u32,
    },
    /// The machine does its work too late.
    #[error("the machine is {} ms late", late.as_millis())]
    Late {
        /// By how much at worst in the last second.
        late: Duration,
    },
    /// The process is about to end.
    #[error("the program is about to end")]
    Closing,
}

/// The places for calls in this process.
pub struct Capacity {
    config: CapacityConfig,
    running: AtomicUsize,
    is_closing: AtomicBool,
    load: Mutex<Load>,
}

/// One call's place. Dropping it gives the place back.
pub struct Place(Arc<Capacity>);

/// How often the machine is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks in the second that counts.
const LOOKS: usize = 20;

impl Capacity {
    /// Returns places for calls, all free.
    pub fn new(config: CapacityConfig) -> Self {
        Self { config, running: AtomicUsize::new(0), is_closing: AtomicBool::new(false), load: Mutex::default() }
    }

    /// Returns the limits.
    pub fn config(&self) -> CapacityConfig {
        self.config
    }

    /// Returns how many calls have a place.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Takes a place for one call.
    ///
    /// # Errors
    /// [`Full`]; refuse the call, and let the caller try again in a second.
    pub fn take_place(self: &Arc<Self>) -> Result<Place, Full> {
        if self.is_closing.load(Ordering::Relaxed) {
            return Err(Full::Closing);
        }
        self.load.lock().unwrap_or_else(PoisonError::into_inner).check(&self.config)?;
        let most = self.config.calls_at_most;
        let take = |running: usize| (running < most).then_some(running + 1);
        self.running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).map_err(|_| Full::Most { calls_at_most: most })?;
        Ok(Place(self.clone()))
    }

    /// Takes no call any more.
    pub fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }

    /// Looks at the machine for ever. Run it on the runtime that carries the calls: its own lateness is a sign.
    pub async fn watch(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        // A late look is followed by the next at its own time: the lateness has been seen.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = (Instant::now(), busy_time());
        loop {
            let due = ticks.tick().await;
            let (now, busy) = (Instant::now(), busy_time());
            let whole = (now - last.0) * u32::try_from(Handle::current().metrics().num_workers()).unwrap_or(1);
            let look = Look { busy: busy.saturating_sub(last.1), whole, late: now.saturating_duration_since(due) };
            self.load.lock().unwrap_or_else(PoisonError::into_inner).add(look);
            last = (now, busy);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn busy_time() -> Duration {
    let metrics = Handle::current().metrics();
    (0..metrics.num_workers()).map(|worker| metrics.worker_total_busy_duration(worker)).sum()
}

/// What was seen between two looks.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Look {
    busy: Duration,
    whole: Duration,
    late: Duration,
}

/// The looks of the last second.
#[derive(Default)]
struct Load {
    looks: [Look; LOOKS],
    next: usize,
}

impl Load {
    fn add(&mut self, look: Look) {
        self.looks[self.next] = look;
        self.next = (self.next + 1) % LOOKS;
    }

    fn check(&self, config: &CapacityConfig) -> Result<(), Full> {
        let late = self.looks.iter().map(|look| look.late).max().unwrap_or_default();
        if late > config.late_at_most {
            return Err(Full::Late { late });
        }
        let busy: Duration = self.looks.iter().map(|look| look.busy).sum();
        let whole: Duration = self.looks.iter().map(|look| look.whole).sum();
        let percent = u32::try_from(busy.as_micros() * 100 / whole.as_micros().max(1)).unwrap_or(100);
        if percent > config.busy_percent_at_most {
            return Err(Full::Busy { percent });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: CapacityConfig = CapacityConfig::new(2);

    fn look(busy: u64, late: u64) -> Look {
        Look { busy: Duration::from_millis(busy), whole: Duration::from_millis(50), late: Duration::from_millis(late) }
    }

    fn after(looks: &[Look]) -> Result<(), Full> {
        let mut load = Load::default();
        looks.iter().for_each(|look| load.add(*look));
        load.check(&CONFIG)
    }

    #[test]
    fn a_place_is_free_again_when_its_call_is_over() {
        let capacity = Arc::new(Capacity::new(CONFIG));
        let (first, _second) = (capacity.take_place().unwrap(), capacity.take_place().unwrap());
        assert_eq!(capacity.take_place().err(), Some(Full::Most { calls_at_most: 2 }));
        drop(first);
        assert_eq!(capacity.running(), 1);
        assert!(capacity.take_place().is_ok());
    }

    #[test]
    fn who_closes_takes_nobody() {
        let capacity = Arc::new(Capacity::new(CONFIG));
        capacity.close();
        assert_eq!(capacity.take_place().err(), Some(Full::Closing));
    }

    #[test]
    fn a_busy_second_or_a_late_deadline_refuses_until_a_good_second_has_passed() {
        assert_eq!(after(&[look(40, 2); LOOKS]), Ok(()));
        assert_eq!(after(&[look(49, 2); LOOKS]), Err(Full::Busy { percent: 98 }));
        let late = look(10, 31);
        assert_eq!(after(&[late]), Err(Full::Late { late: late.late }));
        let good_again: Vec<Look> = std::iter::once(late).chain([look(10, 0); LOOKS]).collect();
        assert_eq!(after(&good_again), Ok(()));
    }
}
