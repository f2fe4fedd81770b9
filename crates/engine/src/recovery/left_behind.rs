//! One attempt that nobody leads any more: asked for at the carrier, ended there, ended in the books. Or left open, if nobody can say.

use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ::assistant::task::TaskState;
use dialogue::moves::EndReason;
use dialogue::report::{Outcome, Report};
use dialogue::screening::WhoAnswered;
use dialogue::transcript::{Speaker, Transcript};
use ports::carrier::{CarrierCall, CarrierError};
use ports::task_store::{Finish, Measured, OpenAttempt, StoreError};
use telephony::Disposition;
use telephony::cost::Micros;
use telephony::leg::LegState;

use super::own_calls;
use super::{Recovery, Way};

/// How often a carrier is asked whether a call that we have ended is over, and how long we wait in between. What is not over then
/// is asked for again later.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// What a carrier says.
type Told<T> = Result<T, CarrierError>;

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// No telephone rang. It has ended in the books.
    NeverDialed,
    /// Its call has ended, and so has it.
    Ended,
    /// Nobody knows yet. It stays open with its reserve.
    Unclear,
}

impl Recovery {
    /// Ends an attempt at the carrier and in the books.
    pub(super) async fn settle(&self, open: &OpenAttempt) -> Result<Fate, StoreError> {
        if open.state == AttemptState::Intent {
            self.close(open, Disposition::SetupFailed, None).await?;
            return Ok(Fate::NeverDialed);
        }
        let (way, calls) = match self.calls_of(open).await? {
            Ok(Some(found)) => found,
            // No carrier knows of a call, and none will: the request never left.
            Ok(None) if self.clock.now() >= open.began_at + self.lists_within() => {
                self.close(open, Disposition::FailedUnknown, None).await?;
                return Ok(Fate::NeverDialed);
            }
            Ok(None) => return self.stays_open(open, "the carrier may list its call later").await,
            Err(error) => return self.stays_open(open, &error.to_string()).await,
        };
        if calls.len() > 1 {
            tracing::warn!(calls = calls.len(), carrier = way.carrier.name(), "the carrier made several calls for one dial; all are ended");
        }
        let had_ended = calls.iter().all(|call| call.state.is_terminal());
        let mut ended = Vec::new();
        for call in calls {
            match end(way, call).await {
                Ok(call) => ended.push(call),
                Err(error) => return self.stays_open(open, &error.to_string()).await,
            }
        }
        // Of equals the first, which is the one that the books name.
        let Some(main) = ended.iter().rev().max_by_key(|call| call.duration.unwrap_or_default()) else {
            return self.stays_open(open, "the carrier named no call").await;
        };
        // The name is kept before the end: the price is asked for by it.
        self.store.advance(&open.attempt, AttemptState::Placed, Some(&main.id), self.clock.now()).await?;
        let disposition = match main.state {
            LegState::Busy if had_ended => Disposition::Busy,
            LegState::NoAnswer if had_ended => Disposition::NoAnswer,
            _ if self.is_inherited(&open.attempt) => Disposition::Interrupted,
            _ => Disposition::LineDropped,
        };
        let cost = ended.iter().map(|call| cost(way, call)).fold(Micros::ZERO, Micros::plus);
        self.close(open, disposition, Some((way, main.duration.unwrap_or_default(), cost))).await?;
        Ok(Fate::Ended)
    }

    async fn stays_open(&self, open: &OpenAttempt, why: &str) -> Result<Fate, StoreError> {
        tracing::debug!(why, "what became of an attempt is not known yet; its carrier is asked again");
        self.store.advance(&open.attempt, AttemptState::Unknown, None, self.clock.now()).await?;
        Ok(Fate::Unclear)
    }

    async fn close(&self, open: &OpenAttempt, disposition: Disposition, by: Option<(&Way, Duration, Micros)>) -> Result<(), StoreError> {
        let way = by.map(|(way, ..)| way).or(self.ways.first());
        let (answered_for, cost) = by.map_or((Duration::ZERO, Micros::ZERO), |(_, answered_for, cost)| (answered_for, cost));
        let measured = Measured { provider: way.map(|way| way.carrier.name().to_owned()), ..Measured::default() };
        let report = Some(self.report(open, disposition).await?);
        let finish = Finish { disposition, report, answered_for, cost, at: self.clock.now(), measured };
        self.store.finish_attempt(&open.attempt, &finish, TaskState::Done).await?;
        Ok(())
    }

    /// What can be said of a call whose machines are gone: nothing was proved. The words that were kept are still there.
    async fn report(&self, open: &OpenAttempt, disposition: Disposition) -> Result<Report, StoreError> {
        let transcript = Transcript { turns: self.store.turns(&open.attempt).await? };
        let callee_spoke = transcript.turns.iter().any(|turn| matches!(turn.speaker, Speaker::Callee(_)));
        if !callee_spoke && let Some(report) = Report::not_reached(disposition).filter(|_| disposition != Disposition::SetupFailed) {
            return Ok(report);
        }
        let summary = match disposition {
            Disposition::SetupFailed => "The program was stopped before it dialed.",
            Disposition::LineDropped => "The phone provider could not be asked about the call for a while. It has ended.",
            _ if callee_spoke => "A restart cut the call off. What was said until then is in the transcript.",
            _ => "A restart cut the call off before anything was said.",
        };
        Ok(Report {
            outcome: if callee_spoke { Outcome::Unconfirmed } else { Outcome::NotAchieved },
            summary: summary.to_owned(),
            facts: Vec::new(),
            who_answered: WhoAnswered::Unknown,
            ended_because: EndReason::EngineFailed,
            follow_ups: vec!["Make the call again.".to_owned()],
            opted_out: None,
            breaches: Vec::new(),
        })
    }

    /// Asks every carrier, for the books do not say which of them was being asked to dial: only one of them can have placed the call.
    ///
    /// The inner error: none of them knows a call, and one of them gave no clear answer.
    async fn calls_of(&self, open: &OpenAttempt) -> Result<Told<Option<(&Way, Vec<CarrierCall>)>>, StoreError> {
        let mut unclear = None;
        for way in &self.ways {
            match self.calls_at(way, open).await? {
                Ok(calls) if calls.is_empty() => {}
                Ok(calls) => return Ok(Ok(Some((way, calls)))),
                Err(error) => unclear = Some(error),
            }
        }
        Ok(unclear.map_or(Ok(None), Err))
    }

    async fn calls_at(&self, way: &Way, open: &OpenAttempt) -> Result<Told<Vec<CarrierCall>>, StoreError> {
        let mut calls = Vec::new();
        if let Some(call) = &open.call {
            match way.carrier.fetch_call(call).await {
                Ok(named) => calls.extend(named),
                // A name that the provider cannot even read is none of its own.
                Err(CarrierError::Rejected { .. }) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        let listed = match way.carrier.find_calls(&way.from, &open.number, open.began_at).await {
            Ok(listed) => listed,
            // The call that the books name is enough; a second one is looked for by the sweep.
            Err(_) if !calls.is_empty() => return Ok(Ok(calls)),
            Err(error) => return Ok(Err(error)),
        };
        // Beside a call that has a name, another is ours only if no other attempt to the number misses one.
        let is_led = |attempt: &_| !calls.is_empty() || self.is_led(attempt);
        let Some(claimed) = own_calls::among(self.store.as_ref(), &open.attempt, &open.number, open.began_at, is_led).await? else {
            return Ok(if calls.is_empty() { Err(CarrierError::Unclear { carrier: way.carrier.name() }) } else { Ok(calls) });
        };
        let is_new = |call: &CarrierCall| !claimed.contains(&call.id) && Some(&call.id) != open.call.as_ref();
        calls.extend(listed.into_iter().filter(is_new));
        Ok(Ok(calls))
    }
}

/// Hangs up if it still lives, and returns the carrier's last word on it.
///
/// # Errors
/// It may still live.
pub(super) async fn end(way: &Way, call: CarrierCall) -> Result<CarrierCall, CarrierError> {
    if call.state.is_terminal() {
        return Ok(call);
    }
    way.carrier.end_call(&call.id).await?;
    for _ in 0..LOOKS {
        match way.carrier.fetch_call(&call.id).await? {
            Some(now) if now.state.is_terminal() => return Ok(now),
            _ => tokio::time::sleep(BETWEEN_LOOKS).await,
        }
    }
    Err(CarrierError::Unclear { carrier: way.carrier.name() })
}

/// A call that was answered costs at least the first begun minute, so that its price is asked for.
fn cost(way: &Way, call: &CarrierCall) -> Micros {
    match call.duration {
        Some(length) if !length.is_zero() => way.rates.call_cost(length),
        None if call.state == LegState::Completed => way.rates.call_cost(Duration::from_secs(1)),
        Some(_) | None => Micros::ZERO,
    }
}
