//! What would have made the user's own calls cheaper: no general wisdom, only what their history shows.
//!
//! Three things can be told from what is kept: recordings that the carrier charges for and simple errands do not need,
//! countries that are dear to call from this number, and limits far beyond what calls that succeed ever need.

use std::time::Duration;

use dialogue::brief::TaskType;
use dialogue::report::Outcome;
use serde::Serialize;
use telephony::cost::{Micros, RateCard, leg_cost};

use super::{EndedCall, parts};

/// Fewer calls than this prove nothing.
const ENOUGH_CALLS: usize = 5;

/// A hint is worth reading if it would have saved at least this: a cent.
const WORTH_TELLING: Micros = Micros(10_000);

/// Limits are rounded up to this.
const STEP: Duration = Duration::from_secs(30);

/// What the advice rests on beside the calls.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// What the carrier charges.
    pub rates: &'a RateCard,
    /// Where our own number belongs, `US`, if it is known.
    pub own_region: Option<&'a str>,
    /// The limit of a call's talk as it is configured.
    pub limit: Duration,
}

/// Something that would have been cheaper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Advice {
    /// A stable word: `recording`, `local_number`, `shorter_limit`.
    pub about: &'static str,
    /// What to do and why, for people.
    pub text: String,
    /// What it would have saved over these calls, in µ.
    pub would_have_saved: Micros,
}

/// Returns advice, what saves most first; none if the history shows nothing.
pub fn advice(calls: &[EndedCall], circumstances: &Circumstances<'_>) -> Vec<Advice> {
    let attempts: Vec<&EndedCall> = calls.iter().filter(|call| call.task.is_some() && call.cost > Micros::ZERO).collect();
    let mut all: Vec<Advice> = [recording(&attempts, circumstances), shorter_limit(&attempts, circumstances)].into_iter().flatten().collect();
    all.extend(local_numbers(&attempts, circumstances));
    all.retain(|advice| advice.would_have_saved >= WORTH_TELLING);
    all.sort_by_key(|advice| std::cmp::Reverse(advice.would_have_saved));
    all
}

/// The answer to a question stands in the report with the callee's words; its sound is rarely asked for.
const fn is_simple(task_type: TaskType) -> bool {
    matches!(task_type, TaskType::InformationInquiry | TaskType::OrderStatus | TaskType::QuoteRequest)
}

fn recording(attempts: &[&EndedCall], circumstances: &Circumstances<'_>) -> Option<Advice> {
    let rates = circumstances.rates;
    if !rates.uses.recording {
        return None;
    }
    let simple: Vec<_> = attempts.iter().filter(|call| call.is_recorded && call.task_type.is_some_and(is_simple)).collect();
    let saved = simple.iter().fold(Micros::ZERO, |sum, call| sum.plus(leg_cost(call.answered_for, rates.recording_per_minute)));
    (simple.len() >= ENOUGH_CALLS).then(|| Advice {
        about: "recording",
        text: format!(
            "{} calls that only asked something were recorded by the phone provider, for {saved} {}. The words that prove an answer are kept \
             without it: set `recording.enabled: false` for such calls.",
            simple.len(),
            rates.currency
        ),
        would_have_saved: saved,
    })
}

fn local_numbers(attempts: &[&EndedCall], circumstances: &Circumstances<'_>) -> Vec<Advice> {
    let Some(own) = circumstances.own_region else { return Vec::new() };
    let rates = circumstances.rates;
    let mut found = Vec::new();
    for part in parts(attempts, |call| call.region.clone().unwrap_or_default()) {
        let there: Vec<_> = attempts.iter().filter(|call| call.region.as_deref() == Some(part.key.as_str())).collect();
        // Canada and the United States share a numbering plan and most price lists; what counts is what was paid.
        if part.key.is_empty() || part.key == own || there.len() < ENOUGH_CALLS {
            continue;
        }
        let at_home = there.iter().fold(Micros::ZERO, |sum, call| sum.plus(rates.call_cost(call.answered_for)));
        let saved = Micros(part.figures.cost.0.saturating_sub(at_home.0).saturating_sub(rates.number_per_month.0));
        found.push(Advice {
            about: "local_number",
            text: format!(
                "{} calls to {} cost {} {currency}; within {own} they would have cost {at_home}. Ask your phone provider for a number of {} \
                 (about {} {currency} a month here).",
                there.len(),
                part.key,
                part.figures.cost,
                part.key,
                rates.number_per_month,
                currency = rates.currency
            ),
            would_have_saved: saved,
        });
    }
    found
}

fn shorter_limit(attempts: &[&EndedCall], circumstances: &Circumstances<'_>) -> Option<Advice> {
    let achieved: Vec<Duration> = attempts.iter().filter(|call| call.outcome == Some(Outcome::Achieved)).map(|call| call.answered_for).collect();
    let longest = achieved.iter().max().copied().filter(|_| achieved.len() >= ENOUGH_CALLS)?;
    // A quarter more than any success has ever needed.
    let needed = longest + longest / 4;
    let steps = needed.as_secs().div_ceil(STEP.as_secs()).max(2);
    let enough = STEP * u32::try_from(steps).ok()?;
    if enough >= circumstances.limit {
        return None;
    }
    let beyond: Vec<_> = attempts.iter().filter(|call| call.answered_for > enough).collect();
    let saved = beyond.iter().fold(Micros::ZERO, |sum, call| {
        let minutes = call.begun_minutes().max(1);
        let kept = enough.as_secs().div_ceil(60).min(minutes);
        sum.plus(Micros(call.cost.0 / minutes * (minutes - kept)))
    });
    Some(Advice {
        about: "shorter_limit",
        text: format!(
            "No call that achieved its errand lasted longer than {} s, and {} went on beyond {} s for {saved} {} without success. Set \
             `limits.call_seconds: {}`.",
            longest.as_secs(),
            beyond.len(),
            enough.as_secs(),
            circumstances.rates.currency,
            enough.as_secs()
        ),
        would_have_saved: saved,
    })
}

#[cfg(test)]
mod tests {
    use telephony::Disposition;
    use telephony::cost::CallUses;

    use super::super::ended_call::tests::call;
    use super::*;

    const LIMIT: Duration = Duration::from_secs(600);

    fn card() -> RateCard {
        let card = RateCard::twilio_us();
        RateCard { uses: CallUses { recording: true, ..card.uses }, ..card }
    }

    fn talked(count: usize, outcome: Outcome, seconds: u64, change: impl Fn(EndedCall) -> EndedCall) -> Vec<EndedCall> {
        let cost = card().call_cost(Duration::from_secs(seconds));
        (0..count).map(|n| change(EndedCall { cost, ..call(&format!("a{n}-{seconds}"), Disposition::Conversed, Some(outcome), seconds) })).collect()
    }

    fn told(calls: &[EndedCall], rates: &RateCard) -> Vec<(&'static str, Micros)> {
        let circumstances = Circumstances { rates, own_region: Some("US"), limit: LIMIT };
        advice(calls, &circumstances).into_iter().map(|advice| (advice.about, advice.would_have_saved)).collect()
    }

    #[test]
    fn recordings_that_cost_are_named_where_nobody_needs_them() {
        let recorded = |call| EndedCall { is_recorded: true, ..call };
        let calls = talked(10, Outcome::Achieved, 600, recorded);
        assert_eq!(told(&calls, &card()), [("recording", Micros(10 * 10 * 2_500))]);
        assert_eq!(told(&calls, &RateCard::twilio_us()), [], "we record ourselves, for nothing");
        assert_eq!(told(&calls[..4], &card()), [], "four calls prove nothing");
        let booked = talked(10, Outcome::Achieved, 600, |call| EndedCall { task_type: Some(TaskType::Reservation), ..recorded(call) });
        assert_eq!(told(&booked, &card()), [], "what was agreed is worth its proof");
    }

    #[test]
    fn dear_countries_are_named_if_a_number_there_pays() {
        let abroad = |cost| move |call| EndedCall { region: Some("GB".into()), cost: Micros(cost), ..call };
        let calls = talked(20, Outcome::NotAchieved, 60, abroad(300_000));
        let at_home = card().call_cost(Duration::from_secs(60)).0;
        assert_eq!(told(&calls, &card()), [("local_number", Micros(20 * (300_000 - at_home) - 1_150_000))]);
        assert_eq!(told(&talked(20, Outcome::NotAchieved, 60, abroad(30_000)), &card()), [], "the number would cost more than it saves");
        assert_eq!(told(&talked(20, Outcome::NotAchieved, 60, |call| call), &card()), [], "at home");
    }

    #[test]
    fn a_limit_beyond_every_success_is_named() {
        let mut calls = talked(5, Outcome::Achieved, 100, |call| call);
        calls.extend(talked(3, Outcome::NotAchieved, 590, |call| call));
        // 125 s are enough, 150 s in steps: three of ten begun minutes are kept.
        let a_minute = card().call_cost(Duration::from_secs(60)).0;
        assert_eq!(told(&calls, &card()), [("shorter_limit", Micros(3 * 7 * a_minute))]);
        assert_eq!(told(&calls[..5], &card()), [], "nothing went on for longer");
        let long = talked(5, Outcome::Achieved, 550, |call| call);
        assert_eq!(told(&long, &card()), [], "the limit is needed");
    }

    #[test]
    fn practice_costs_nothing_and_needs_no_advice() {
        let free = talked(50, Outcome::NotAchieved, 590, |call| EndedCall { cost: Micros::ZERO, is_recorded: true, ..call });
        assert_eq!(told(&free, &card()), []);
    }
}
