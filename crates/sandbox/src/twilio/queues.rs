//! The queues of the account and those who wait in them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tokio::time::Instant;
use wire::date;
use wire::twilio::rest::{QueueResource, QueueSettings};

use super::registry::Command;
use crate::clock::wall_clock;

/// Queues that may be there at once.
pub const MAX_QUEUES: usize = 1_000;

/// One queue.
pub struct Queue {
    /// What the API shows, but for the numbers that change.
    pub resource: QueueResource,
    /// Those who wait, the next one first.
    pub members: VecDeque<Waits>,
    waited_seconds: u64,
    taken: u64,
}

/// Somebody who waits.
pub struct Waits {
    /// `CA…`.
    pub call: String,
    /// The way to the call.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Since when.
    pub since: Instant,
    /// The same as the API shows it.
    pub enqueued: String,
}

/// All queues, by SID. Seconds are those of calls: faster than life in tests only.
pub struct Queues {
    queues: Mutex<BTreeMap<String, Queue>>,
    pace: f64,
}

/// How it stands with somebody who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// 1 is next.
    pub position: u32,
    /// Seconds that people wait here.
    pub average_seconds: u32,
    /// How many wait.
    pub size: u32,
    /// How many may.
    pub max_size: u32,
}

/// Why somebody cannot wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl Queues {
    /// Returns no queues.
    pub fn new(pace: f64) -> Self {
        Self { queues: Mutex::default(), pace }
    }

    /// Does something with all; nothing in it may wait.
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns seconds of a call since a moment.
    pub fn seconds_since(&self, since: Instant) -> u32 {
        since.elapsed().mul_f64(self.pace).as_secs().try_into().unwrap_or(u32::MAX)
    }

    /// Puts a call into the queue of a name, which is made if there is none, and returns its SID.
    pub fn enter(
        &self,
        account: &str,
        sid: &str,
        name: &str,
        max: Option<u32>,
        call: &str,
        commands: mpsc::UnboundedSender<Command>,
    ) -> Result<String, Full> {
        let mut queues = self.lock();
        let found = queues.iter().find(|(_, queue)| queue.resource.friendly_name.as_deref() == Some(name)).map(|(sid, _)| sid.clone());
        let sid = match found {
            Some(sid) => sid,
            None if queues.len() >= MAX_QUEUES => return Err(Full),
            None => {
                let settings = QueueSettings { friendly_name: Some(name.to_owned()), max_size: max, ..QueueSettings::default() };
                queues.insert(sid.to_owned(), Queue::new(account, sid, &settings));
                sid.to_owned()
            }
        };
        let queue = queues.get_mut(&sid).ok_or(Full)?;
        let most = max.or(queue.resource.max_size).unwrap_or(u32::MAX);
        if queue.members.len() >= most as usize {
            return Err(Full);
        }
        queue.members.push_back(Waits { call: call.to_owned(), commands, since: Instant::now(), enqueued: date::rfc2822(wall_clock()) });
        Ok(sid)
    }

    /// Returns whether there is a queue of this name.
    pub fn is_there(&self, name: &str) -> bool {
        self.lock().values().any(|queue| queue.resource.friendly_name.as_deref() == Some(name))
    }

    /// Takes out who is next in the queue of a name; returns the queue's SID, too.
    pub fn take_front(&self, name: &str) -> Option<(String, Waits)> {
        let mut queues = self.lock();
        let (sid, queue) = queues.iter_mut().find(|(_, queue)| queue.resource.friendly_name.as_deref() == Some(name))?;
        let waits = queue.members.pop_front()?;
        queue.count(self.seconds_since(waits.since));
        Some((sid.clone(), waits))
    }

    /// Takes a call out, wherever it stands.
    pub fn leave(&self, sid: &str, call: &str) {
        if let Some(queue) = self.lock().get_mut(sid)
            && let Some(at) = queue.members.iter().position(|waits| waits.call == call)
            && let Some(waits) = queue.members.remove(at)
        {
            queue.count(self.seconds_since(waits.since));
        }
    }

    /// Returns how it stands with somebody who waits.
    pub fn place_of(&self, sid: &str, call: &str) -> Option<Place> {
        let queues = self.lock();
        let queue = queues.get(sid)?;
        let at = queue.members.iter().position(|waits| waits.call == call)?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(Place {
            position: count(at + 1),
            average_seconds: queue.average(),
            size: count(queue.members.len()),
            max_size: queue.resource.max_size.unwrap_or(1_000),
        })
    }
}

impl Queue {
    /// Returns a queue in which nobody waits.
    pub fn new(account: &str, sid: &str, settings: &QueueSettings) -> Self {
        let now = date::rfc2822(wall_clock());
        let mut resource = QueueResource::empty(account, sid, settings);
        (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
        Self { resource, members: VecDeque::new(), waited_seconds: 0, taken: 0 }
    }

    /// Returns what the API shows now.
    pub fn shown(&self) -> QueueResource {
        let mut resource = self.resource.clone();
        resource.current_size = u32::try_from(self.members.len()).ok();
        resource.average_wait_time = Some(self.average());
        resource
    }

    fn average(&self) -> u32 {
        u32::try_from(self.waited_seconds / self.taken.max(1)).unwrap_or(u32::MAX)
    }

    fn count(&mut self, seconds: u32) {
        self.waited_seconds += u64::from(seconds);
        self.taken += 1;
    }
}
