//! After a crash: every attempt that was left behind is ended at the carrier and in the books, before anything dials.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ::assistant::task::TaskState;
use dialogue::moves::EndReason;
use dialogue::report::{Outcome, Report};
use dialogue::screening::WhoAnswered;
use dialogue::transcript::{Speaker, Transcript};
use ports::carrier::{Carrier, CarrierCall, CarrierError};
use ports::clock::Clock;
use ports::task_store::{Finish, Measured, OpenAttempt, StoreError, TaskStore};
use telephony::cost::{Micros, RateCard};
use telephony::{Disposition, PhoneNumber};

/// Somebody who may have connected a call: the phone provider, or the second one.
#[derive(Clone)]
pub struct Way {
    /// The provider.
    pub carrier: Arc<dyn Carrier>,
    /// Our number there.
    pub from: PhoneNumber,
    /// What it charges.
    pub rates: RateCard,
}

/// What recovery did.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Attempts whose phone never rang.
    pub never_dialed: u32,
    /// Attempts whose call was found at the carrier and ended.
    pub ended: u32,
    /// Attempts of which the carrier gave no clear account.
    pub unclear: u32,
}

/// Ends what a crash left behind, whoever connected it. No attempt is ever dialled again here.
///
/// # Errors
/// [`StoreError`]; nothing may dial until it succeeds.
pub async fn recover(store: &dyn TaskStore, ways: &[Way], clock: &dyn Clock) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered::default();
    for open in store.unfinished().await? {
        let (disposition, found) = match open.state {
            AttemptState::Intent => {
                recovered.never_dialed += 1;
                (Disposition::SetupFailed, None)
            }
            _ => match find(ways, &open).await {
                Ok(Some((way, call))) => {
                    recovered.ended += 1;
                    (Disposition::Interrupted, Some((way, end(&way.carrier, call).await)))
                }
                // Dialing was on disk, yet no carrier knows of a call: the request never left.
                Ok(None) => {
                    recovered.never_dialed += 1;
                    (Disposition::FailedUnknown, None)
                }
                Err(_) => {
                    recovered.unclear += 1;
                    (Disposition::FailedUnknown, None)
                }
            },
        };
        let way = found.as_ref().map(|(way, _)| *way).or(ways.first());
        let answered_for = found.as_ref().and_then(|(_, call)| call.duration).unwrap_or(Duration::ZERO);
        let cost = way.filter(|_| !answered_for.is_zero()).map_or(Micros::ZERO, |way| way.rates.call_cost(answered_for));
        let measured = Measured { provider: way.map(|way| way.carrier.name().to_owned()), ..Measured::default() };
        let report = Some(report(store, &open, disposition).await?);
        let finish = Finish { disposition, report, answered_for, cost, at: clock.now(), measured };
        store.finish_attempt(&open.attempt, &finish, TaskState::Done).await?;
    }
    store.close_expenses(clock.now()).await?;
    Ok(recovered)
}

/// What can be said of a call whose machines are gone: nothing was proved. The words that were kept are still there.
async fn report(store: &dyn TaskStore, open: &OpenAttempt, disposition: Disposition) -> Result<Report, StoreError> {
    let transcript = Transcript { turns: store.turns(&open.attempt).await? };
    let callee_spoke = transcript.turns.iter().any(|turn| matches!(turn.speaker, Speaker::Callee(_)));
    let summary = match disposition {
        Disposition::SetupFailed => "The program was stopped before it dialed.",
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
    })
}

/// Asks every carrier, for the books do not say which of them was being asked to dial: only one of them can have placed the call.
///
/// # Errors
/// None of them knows the call, and one of them gave no clear answer.
async fn find<'a>(ways: &'a [Way], open: &OpenAttempt) -> Result<Option<(&'a Way, CarrierCall)>, CarrierError> {
    let mut unclear = None;
    for way in ways {
        let found = match &open.call {
            Some(call) => way.carrier.fetch_call(call).await,
            None => way.carrier.find_calls(&way.from, &open.number, open.began_at).await.map(|calls| calls.into_iter().next()),
        };
        match found {
            Ok(Some(call)) => return Ok(Some((way, call))),
            Ok(None) => {}
            Err(error) => unclear = Some(error),
        }
    }
    unclear.map_or(Ok(None), Err)
}

/// Hangs up if it still lives, and returns the carrier's last word on it.
async fn end(carrier: &Arc<dyn Carrier>, call: CarrierCall) -> CarrierCall {
    if call.state.is_terminal() {
        return call;
    }
    if let Err(error) = carrier.end_call(&call.id).await {
        tracing::warn!(%error, "a call left behind by a crash could not be ended; the carrier's time limit will");
    }
    match carrier.fetch_call(&call.id).await {
        Ok(Some(ended)) => ended,
        Ok(None) | Err(_) => call,
    }
}
