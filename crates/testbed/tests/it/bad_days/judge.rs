//! What must be true of a day once it is over, by the provider's own log and the rows.

use std::time::Duration;

use telephony::Disposition;
use telephony::cost::Micros;
use telephony::leg::LegState;

use super::day::{Day, World};
use super::exchange::NetCall;
use super::memory_store::AttemptRow;

/// Judges a day.
pub fn judge(world: &mut World) -> Day {
    let mut wrong = Vec::new();
    let calls_of = world.calls_of();
    let rows = world.store.rows();
    for row in &rows.attempts {
        let calls = calls_of.get(&row.attempt).map(Vec::as_slice).unwrap_or_default();
        let mut say = |what: &str| {
            wrong.push(format!(
                "{what}: attempt {} {:?} {calls:?}",
                row.attempt,
                row.finish.as_ref().map(|finish| (finish.disposition, finish.answered_for, finish.cost))
            ))
        };
        let told = rows.told.iter().filter(|told| **told == row.attempt).count();
        match &row.finish {
            None => say("I5: it never ended"),
            Some(_) if told != 1 => say("I15: its end is not told once"),
            Some(finish) if finish.report.is_none() => say("I15: it has no report"),
            Some(_) => {}
        }
        if rows.decisions.iter().filter(|(_, record)| record.attempt == row.attempt && record.is_cleared).count() != 1 {
            say("I12: its dial does not rest on one decision");
        }
        if !is_told_right(row, calls) {
            say("I6: the books say something else than the provider");
        }
        if !is_paid(row, calls, &world.rates) {
            say("I3: the books have less than the provider charges");
        }
    }
    let inner = world.exchange.inner();
    if inner.calls.iter().any(|call| !call.state.is_terminal()) {
        wrong.push("I7: a call lives on".into());
    }
    for attempt in inner.dials.keys() {
        if !rows.attempts.iter().any(|row| row.attempt == *attempt) {
            wrong.push("I2: a dial has no intent".into());
        }
    }
    wrong.extend(inner.wrong.iter().cloned());
    let rings = calls_of.values().map(|calls| calls.iter().filter(|call| call.rang).count() as u64).sum();
    let doubles = calls_of.values().map(|calls| calls.iter().filter(|call| call.rang).count().saturating_sub(1) as u64).sum();
    let orphan = inner.calls.iter().map(|call| orphan(call, &world.lives)).max().unwrap_or_default();
    let (faults, old_news, dials) = (inner.faults, inner.old_news, inner.dials.values().map(|dials| u64::from(*dials)).sum());
    let is_late = |row: &&AttemptRow| {
        let asked_at = u64::try_from(row.began_at.as_millis()).unwrap();
        calls_of.get(&row.attempt).is_some_and(|calls| calls.iter().any(|call| call.made_at > asked_at + 30_000))
    };
    let late = rows.attempts.iter().filter(is_late).count() as u64;
    let has_conversed = |row: &&AttemptRow| row.finish.as_ref().is_some_and(|finish| finish.disposition == Disposition::Conversed);
    let conversed = rows.attempts.iter().filter(has_conversed).count() as u64;
    drop((inner, rows));
    let events = world.events();
    let mut day = std::mem::take(world.day());
    day.wrong.extend(wrong);
    Day { events, faults, old_news, dials, rings, rings_by_the_provider: doubles, orphan_seconds: orphan.as_secs(), late, conversed, ..day }
}

/// What the books say of the line is what the provider knows, as far as it is one call.
fn is_told_right(row: &AttemptRow, calls: &[NetCall]) -> bool {
    let Some(finish) = &row.finish else { return true };
    match (finish.disposition, calls) {
        // Nobody knew of a call, so there was none.
        (Disposition::FailedUnknown | Disposition::CarrierRejected | Disposition::Throttled, calls) => calls.is_empty(),
        (Disposition::Busy, [call]) => call.state == LegState::Busy,
        (Disposition::NoAnswer, [call]) => call.answered_at.is_none(),
        (Disposition::Conversed | Disposition::HungUpEarly, []) => false,
        _ => true,
    }
}

/// A call costs at least what the provider charges for it. What a second call for the same dial costs is the provider's own mistake.
fn is_paid(row: &AttemptRow, calls: &[NetCall], rates: &telephony::cost::RateCard) -> bool {
    let (Some(_), [call]) = (&row.finish, calls) else { return true };
    let charged = match call.answered_for() {
        Duration::ZERO => Micros::ZERO,
        length => rates.call_cost(Duration::from_secs(length.as_millis().div_ceil(1_000) as u64)),
    };
    row.cost() >= charged
}

/// For how long a call that was made before a crash lived on in the next life.
fn orphan(call: &NetCall, lives: &[u64]) -> Duration {
    let ended_at = call.ended_at.unwrap_or(u64::MAX);
    let next = lives.iter().find(|began| **began > call.made_at);
    Duration::from_millis(next.map_or(0, |began| ended_at.saturating_sub(*began)))
}
