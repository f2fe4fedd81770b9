//! Which call a request became, and which webhooks came before.
//!
//! A create answers with the name of the *request*; the call has its name from the first webhook on. Today both are the same
//! for a single outgoing call, but SIP calls and older accounts were seen with two. All the rest of the program knows a call by
//! the name that the create gave, so that is told everywhere, and Plivo is asked by its own.
//!
//! Kept in memory alone: after a restart a call is asked for by the name of its request, which is right as long as the two are
//! the same. Bounded: the oldest are forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use telephony::Timestamp;
use wire::plivo::signature::{NonceMemory, Seen};

/// Calls with two names that are remembered: as many as a process carries in a day, and some more.
const MOST: usize = 4_096;

/// What is known of calls and webhooks.
#[derive(Default, Debug)]
pub(super) struct Names {
    calls: Mutex<Calls>,
    nonces: Mutex<NonceMemory>,
}

#[derive(Default, Debug)]
struct Calls {
    request_of: HashMap<String, String>,
    call_of: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Names {
    /// Learns that a request became a call. Calls without a request are known by their own name.
    pub(super) fn learn(&self, request: Option<&str>, call: &str) {
        let Some(request) = request.filter(|request| !request.is_empty() && *request != call) else {
            return;
        };
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.request_of.contains_key(call) {
            return;
        }
        if calls.order.len() >= MOST
            && let Some(oldest) = calls.order.pop_front()
            && let Some(request) = calls.request_of.remove(&oldest)
        {
            calls.call_of.remove(&request);
        }
        calls.order.push_back(call.to_owned());
        calls.request_of.insert(call.to_owned(), request.to_owned());
        calls.call_of.insert(request.to_owned(), call.to_owned());
    }

    /// Returns the name by which this program knows a call of Plivo's.
    pub(super) fn ours(&self, call: &str) -> String {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.request_of.get(call).map_or_else(|| call.to_owned(), Clone::clone)
    }

    /// Returns the name by which Plivo knows a call of ours.
    pub(super) fn theirs(&self, name: &str) -> String {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.call_of.get(name).map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// Remembers a verified webhook and returns whether it came before.
    pub(super) fn see(&self, now: Timestamp, nonce: &str) -> Seen {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner).see(now, nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_one_name_here_and_its_own_at_plivo() {
        let names = Names::default();
        names.learn(Some("r1"), "c1");
        names.learn(Some("c2"), "c2");
        names.learn(None, "c3");
        assert_eq!((names.ours("c1"), names.theirs("r1"), names.ours("r1")), ("r1".into(), "c1".into(), "r1".into()));
        assert_eq!((names.ours("c2"), names.theirs("c3")), ("c2".into(), "c3".into()));
    }

    #[test]
    fn the_memory_has_a_bound() {
        let names = Names::default();
        for number in 0..=MOST {
            names.learn(Some(&format!("r{number}")), &format!("c{number}"));
        }
        assert_eq!((names.theirs("r0"), names.ours("c0")), ("r0".into(), "c0".into()));
        assert_eq!(names.theirs(&format!("r{MOST}")), format!("c{MOST}"));
    }
}
