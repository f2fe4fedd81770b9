//! The threads that think: a few, shared by all calls and all local engines, so that no async thread ever waits.
//!
//! Work has four priorities. What a call is waiting for ([`Priority::Settle`], [`Priority::Voice`]) goes before what is
//! nice to have ([`Priority::Interim`], [`Priority::Vote`]), and one thread is always kept free of the latter: an
//! interim that has begun cannot be stopped within a graph and would otherwise delay a settled transcript by 150 ms.
//! Each inference stays on one core (a pool of one thread for each worker), so two calls are served side by side. Two
//! cores for one inference were no faster for a single call and twice as slow for two (measured on two cores, Whisper:
//! 324 and 326 ms alone, 340 and 750 ms for two at once).
//!
//! Every queue has a bound. When it is full, the new job is refused ([`SpeechError::Overloaded`]) and the engine tells
//! its caller; nothing that was accepted is dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use ports::error::SpeechError;
use rten::{RunOptions, ThreadPool};

/// How urgent a job is, most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Priority {
    /// A call is silent until this is done: the words of a finished utterance.
    Settle,
    /// A call is silent until this is done: the next piece of our voice.
    Voice,
    /// What the callee seems to be saying.
    Interim,
    /// A second opinion on the end of a turn.
    Vote,
}

/// How many jobs may wait, by priority. At 180 ms a settled transcript, 64 waiting ones are 6 s on two threads: whoever
/// comes later would not be answered in time anyway.
const BOUNDS: [usize; 4] = [64, 128, 32, 8];
const KINDS: usize = BOUNDS.len();
const FIRST_IDLE_KIND: usize = Priority::Interim as usize;

type Job = Box<dyn FnOnce(&Worker) + Send>;

/// What a job finds on its thread.
pub(crate) struct Worker {
    pool: Arc<ThreadPool>,
}

impl Worker {
    /// Makes a worker outside of the threads, for a test, a benchmark or a load.
    pub(crate) fn new() -> Self {
        Self { pool: Arc::new(ThreadPool::with_num_threads(1)) }
    }

    /// Returns options that keep an inference on this worker's core.
    pub(crate) fn options(&self) -> Option<RunOptions> {
        Some(RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool))))
    }
}

/// The threads and their queues. Dropping the last handle lets the threads finish what they do and end.
pub(crate) struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    threads: usize,
}

#[derive(Default)]
struct State {
    queues: [VecDeque<Job>; KINDS],
    idle_kind_running: usize,
    closed: bool,
}

impl Workers {
    /// Starts `threads` threads, at least two.
    pub(crate) fn start(threads: usize) -> Self {
        let threads = threads.max(2);
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), threads });
        for index in 0..threads {
            let shared = Arc::clone(&shared);
            let spawned = thread::Builder::new().name(format!("speech-{index}")).spawn(move || shared.run());
            if let Err(error) = spawned {
                tracing::error!(%error, "a speech thread could not be started");
            }
        }
        Self { shared }
    }

    /// Puts a job in its queue.
    ///
    /// # Errors
    /// [`SpeechError::Overloaded`] if too many jobs of this priority are waiting.
    pub(crate) fn submit(&self, priority: Priority, job: impl FnOnce(&Worker) + Send + 'static) -> Result<(), SpeechError> {
        let kind = priority as usize;
        let mut state = self.shared.lock();
        if state.queues[kind].len() >= BOUNDS[kind] {
            return Err(SpeechError::Overloaded);
        }
        state.queues[kind].push_back(Box::new(job));
        drop(state);
        // All, not one: the thread that is woken might be one that may not take this kind of job.
        self.shared.changed.notify_all();
        Ok(())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    /// A panic in a job leaves the queues whole, so a poisoned lock is taken as it is.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let worker = Worker::new();
        loop {
            let Some((kind, job)) = self.next() else { return };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&worker)));
            if outcome.is_err() {
                tracing::error!(kind, "a speech job panicked");
            }
            if kind >= FIRST_IDLE_KIND {
                self.lock().idle_kind_running -= 1;
                self.changed.notify_all();
            }
        }
    }

    fn next(&self) -> Option<(usize, Job)> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            let allowed = if state.idle_kind_running + 1 < self.threads { KINDS } else { FIRST_IDLE_KIND };
            if let Some(kind) = (0..allowed).find(|&kind| !state.queues[kind].is_empty()) {
                let job = state.queues[kind].pop_front()?;
                if kind >= FIRST_IDLE_KIND {
                    state.idle_kind_running += 1;
                }
                return Some((kind, job));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_settle_overtakes_waiting_interims_and_one_thread_stays_free_for_it() {
        let workers = Workers::start(2);
        let (done, finished) = mpsc::channel();
        let (release, gate) = mpsc::channel::<()>();
        let (started, running) = mpsc::channel();
        workers
            .submit(Priority::Interim, move |_| {
                started.send(()).unwrap();
                gate.recv().unwrap();
            })
            .unwrap();
        running.recv().unwrap();
        for name in ["interim", "vote"] {
            let done = done.clone();
            let priority = if name == "vote" { Priority::Vote } else { Priority::Interim };
            workers.submit(priority, move |_| done.send(name).unwrap()).unwrap();
        }
        workers.submit(Priority::Settle, move |_| done.send("settle").unwrap()).unwrap();
        assert_eq!(finished.recv().unwrap(), "settle");
        release.send(()).unwrap();
        assert_eq!(finished.recv().unwrap(), "interim");
        assert_eq!(finished.recv().unwrap(), "vote");
    }

    #[test]
    fn a_full_queue_refuses_the_newcomer() {
        let workers = Workers::start(2);
        let (release, gate) = mpsc::channel::<()>();
        let (started, running) = mpsc::channel();
        workers
            .submit(Priority::Vote, move |_| {
                started.send(()).unwrap();
                gate.recv().unwrap();
            })
            .unwrap();
        running.recv().unwrap();
        for _ in 0..BOUNDS[Priority::Vote as usize] {
            workers.submit(Priority::Vote, |_| ()).unwrap();
        }
        assert_eq!(workers.submit(Priority::Vote, |_| ()), Err(SpeechError::Overloaded));
        release.send(()).unwrap();
    }
}
