//! What was found where nothing speaks against a call: the fact behind a yes.

use telephony::number::NumberKind;

use super::{Question, moment};
use crate::compliance::number_gate::Step;
use crate::policy::Facts;
use crate::task::{CalleeKind, Line};

/// Returns the fact behind a yes, for people. Holds no number, name or word of the task.
pub(crate) fn found(question: Question, facts: &Facts<'_>) -> String {
    let (receipt, rules) = (facts.receipt, facts.rules);
    match question {
        Question::Number(Step::Emergency) => "reaches none".to_owned(),
        Question::Number(Step::Network) => match receipt.line {
            Line::Practice => "one of the practice network".to_owned(),
            Line::Real => "a real telephone".to_owned(),
        },
        Question::Number(Step::Range) => "of ordinary price".to_owned(),
        Question::Number(Step::Plan) => "such a number can exist".to_owned(),
        Question::Number(Step::Region) => receipt.number.region().map_or_else(|| "of no country".to_owned(), |region| format!("{region} is allowed")),
        Question::Number(Step::Kind) => kind_in_words(receipt.number.kind()).to_owned(),
        Question::Number(Step::Own) => "not our own".to_owned(),
        Question::Dialing => "switched on".to_owned(),
        Question::DoNotCall => "not on the list".to_owned(),
        Question::Solicitation => "allowed by the operator".to_owned(),
        Question::Registry => "not listed, or leave in writing".to_owned(),
        Question::Consent => "none is needed".to_owned(),
        Question::CallsToNumber => {
            let cap = if receipt.callee_kind == CalleeKind::Business { rules.caps.per_business_number } else { rules.caps.per_consumer_number };
            format!("{} in 24 hours, the cap is {cap}", facts.usage.attempts_to_number)
        }
        Question::Attempts => format!("{} made, the task allows {}", facts.attempts_made, receipt.limits.max_attempts),
        Question::Schedule => match (receipt.schedule.not_before, receipt.schedule.not_after) {
            (None, None) => "at any time".to_owned(),
            (_, None) => "it has begun".to_owned(),
            (_, Some(to)) => format!("it ends {}", moment(to)),
        },
        Question::Hours => match facts.hours.places.len() {
            1 => "a decent hour there".to_owned(),
            places => format!("a decent hour in all {places} time zones where the phone may be"),
        },
        Question::Approval => facts.approval.map_or_else(String::new, |approval| format!("given, good until {}", moment(approval.expires_at))),
        Question::Budget => format!(
            "at most {} {}; spent in 24 hours {}, cap {}",
            receipt.worst_case_cost, receipt.currency, facts.spending.last_day, rules.budget.per_day
        ),
        Question::Pace => format!(
            "{} begun in a second, {} in a minute, {} in 24 hours, {} in 7 days, {} in 30 days; the caps are {}, {}, {}, {} and {}",
            facts.usage.begun.in_second,
            facts.usage.begun.in_minute,
            facts.usage.begun.in_day,
            facts.usage.begun.in_week,
            facts.usage.begun.in_month,
            rules.caps.calls_per_second,
            rules.caps.calls_per_minute,
            rules.caps.calls_per_day,
            rules.caps.calls_per_week,
            rules.caps.calls_per_month
        ),
        Question::Concurrency => format!("{} running, the cap is {}", facts.usage.live_calls, rules.caps.calls_at_once),
    }
}

/// Returns what the numbering plan says of a number, for people.
pub(super) const fn kind_in_words(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::FixedLine => "a landline",
        NumberKind::Mobile => "a mobile",
        NumberKind::FixedLineOrMobile => "a landline or mobile",
        NumberKind::TollFree => "toll-free",
        NumberKind::PremiumRate => "premium rate",
        NumberKind::SharedCost => "shared cost",
        NumberKind::Voip => "an internet line",
        NumberKind::Personal => "a follow-me number",
        NumberKind::Pager => "a pager",
        NumberKind::Other => "of another kind",
        NumberKind::Invalid => "not in the plan",
    }
}
