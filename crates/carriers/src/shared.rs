//! What all adapters do alike: look at the permission, wait for the turn, sort what brought no reply.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ports::carrier::{CallRequest, CarrierError, Cleared, Line, OperatorGrant};

use crate::http::NoReply;
use crate::pace::Pace;

/// Waits so that calls are asked for no faster than an account may.
#[derive(Debug)]
pub(crate) struct Turnstile {
    pace: Option<Mutex<Pace>>,
    began: Instant,
}

impl Turnstile {
    /// Returns one that lets so many through in a second; `None` for as many as come.
    pub(crate) fn new(calls_per_second: Option<u32>) -> Self {
        Self { pace: calls_per_second.map(|calls| Mutex::new(Pace::per_second(calls))), began: Instant::now() }
    }

    /// Waits until one more call may be asked for.
    pub(crate) async fn pass(&self) {
        let Some(pace) = &self.pace else {
            return;
        };
        // Taking a leave cannot panic half-way, so a poisoned bucket is as good as any.
        let wait = pace.lock().unwrap_or_else(PoisonError::into_inner).take(self.began.elapsed());
        if !wait.is_zero() {
            tracing::debug!(wait_ms = wait.as_millis(), "a call waits for its turn");
            tokio::time::sleep(wait).await;
        }
    }
}

/// Returns how long a call may come into a provider's lists late.
///
/// A call was placed 85 s after its request had timed out, as others reported of a calling service; ten minutes are many times that.
/// The practice network lists a call as soon as there is one.
pub(crate) const fn lists_within(line: Line) -> Duration {
    match line {
        Line::Practice => Duration::ZERO,
        Line::Real => Duration::from_secs(600),
    }
}

/// Lets a request pass that its clearance is for.
pub(crate) fn check_clearance(carrier: &'static str, line: Line, cleared: &Cleared, request: &CallRequest) -> Result<(), CarrierError> {
    let is_meant = cleared.attempt() == &request.attempt && cleared.number() == &request.to && cleared.line() == line;
    if is_meant { Ok(()) } else { Err(mistake(carrier, "the clearance is for another call; report this")) }
}

/// Lets a request pass that its grant is for.
pub(crate) fn check_grant(carrier: &'static str, line: Line, grant: &OperatorGrant, request: &CallRequest) -> Result<(), CarrierError> {
    let is_meant = grant.number() == &request.to && grant.line() == line;
    if is_meant { Ok(()) } else { Err(mistake(carrier, "the grant is for another telephone; report this")) }
}

/// Returns the refusal of a request that never leaves this process, because something of ours is wrong with it.
pub(crate) fn mistake(carrier: &'static str, message: &str) -> CarrierError {
    CarrierError::Rejected { carrier, code: 0, message: message.to_owned() }
}

/// Sorts what brought no reply: whether the request was sent is all that counts.
pub(crate) fn no_reply(carrier: &'static str, failure: NoReply) -> CarrierError {
    match failure {
        NoReply::NotSent => CarrierError::Unreachable { carrier },
        NoReply::Unclear => CarrierError::Unclear { carrier },
    }
}

/// Begun seconds: a limit is never shorter than asked for.
pub(crate) fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}
