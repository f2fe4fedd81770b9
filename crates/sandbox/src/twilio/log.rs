//! What was sent to programs, what they answered, and what the carrier complained about: the account's own log.
//!
//! Holds addresses and words of practice calls; the API shows them to who signs in, nothing is written anywhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use telephony::Timestamp;
use wire::http::Method;

use super::fresh_sid;

/// Requests that are remembered, over all calls: with the largest replies 80 MB, in practice far less.
const MAX_EXCHANGES: usize = 10_000;

/// Complaints that are remembered, over all calls.
const MAX_COMPLAINTS: usize = 10_000;

/// So much of a reply is kept.
const MAX_BODY_BYTES: usize = 8 * 1_024;

/// One request to a program and its reply.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub call_sid: String,
    pub at: Timestamp,
    pub method: Method,
    pub url: String,
    pub parameters: Vec<(String, String)>,
    /// Milliseconds until the reply was there.
    pub took_ms: u32,
    /// The reply, if one came.
    pub reply: Option<Reply>,
}

/// What a program answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Reply {
    /// Keeps as much of a reply as is shown.
    pub fn new(status: u16, content_type: &str, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(&body[..body.len().min(MAX_BODY_BYTES)]).into_owned();
        Self { status, content_type: content_type.to_owned(), body }
    }
}

/// Something that the carrier found wrong.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// `NO…`.
    pub sid: String,
    pub call_sid: String,
    pub at: Timestamp,
    /// Twilio's code.
    pub code: u32,
    /// The last request of the call before, which is what it is about as a rule.
    pub about: Option<Exchange>,
}

impl Complaint {
    /// Returns whether it is only a warning: the call goes on as if nothing were.
    pub const fn is_warning(&self) -> bool {
        matches!(self.code, 12_200 | 15_003 | 21_262 | 31_921 | 31_951)
    }
}

/// The log of an account, shared.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    exchanges: VecDeque<Exchange>,
    complaints: VecDeque<Complaint>,
}

impl Log {
    /// Keeps a request and its reply.
    pub fn keep(&self, exchange: Exchange) {
        self.with(|pages| {
            if pages.exchanges.len() >= MAX_EXCHANGES {
                pages.exchanges.pop_front();
            }
            pages.exchanges.push_back(exchange);
        });
    }

    /// Keeps a complaint about a call.
    pub fn complain(&self, call_sid: &str, code: u32, at: Timestamp) {
        // Without chance there is no SID, and the system is in deeper trouble than this.
        let Ok(sid) = fresh_sid("NO") else { return };
        self.with(|pages| {
            let about = pages.exchanges.iter().rev().find(|exchange| exchange.call_sid == call_sid).cloned();
            if pages.complaints.len() >= MAX_COMPLAINTS {
                pages.complaints.pop_front();
            }
            pages.complaints.push_back(Complaint { sid, call_sid: call_sid.to_owned(), at, code, about });
        });
    }

    /// Returns what was sent about a call, oldest first.
    pub fn exchanges_of(&self, call_sid: &str) -> Vec<Exchange> {
        self.with(|pages| pages.exchanges.iter().filter(|exchange| exchange.call_sid == call_sid).cloned().collect())
    }

    /// Returns the complaints that fit, newest first.
    pub fn complaints(&self, fits: impl Fn(&Complaint) -> bool) -> Vec<Complaint> {
        self.with(|pages| pages.complaints.iter().rev().filter(|complaint| fits(complaint)).cloned().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Pages) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
