//! Compares what came of a call with what its scenario expects.
//!
//! On a perfect line everything must be as expected. On a bad one a call may bring less, and must say so: what it may
//! never do is go on for ever, claim as proven what is not so, or break an invariant of the world it was played in.

use std::time::Duration;

use assistant::disclosure_matrix::details;
use dialogue::brief::{Brief, LocalTime, Persona, TaskType};
use dialogue::report::{Fact, Outcome, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use simulator::script::Expectation;

use crate::world::Call;

/// How a call compares with its expectation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "verdict", content = "because", rename_all = "snake_case")]
pub enum Verdict {
    /// All of it.
    AsExpected,
    /// Less came of it than expected, and it says so. Pardoned on a bad line.
    Less(Vec<String>),
    /// Wrong on any line.
    Wrong(Vec<String>),
}

/// Tuesday, 24 November 2026, ten in the morning at the callee's place: the scripts' shops are open.
const MORNING: LocalTime = LocalTime { year: 2026, month: 11, day: 24, weekday: 1, minute: 600 };

/// Returns the brief of the standard task that a scenario describes.
///
/// # Errors
/// The task type, if there is none of that name.
pub fn brief_of(expectation: &Expectation) -> Result<Brief, String> {
    let task_type: TaskType = from_word(&expectation.task_type).ok_or_else(|| format!("there is no task type `{}`", expectation.task_type))?;
    Ok(Brief {
        task_type,
        intent: expectation.intent.clone(),
        principal: expectation.principal.clone(),
        may_disclose: details(&expectation.context.clone().into_iter().collect::<Vec<_>>(), task_type),
        voicemail_message: expectation.voicemail_message.clone(),
        persona: Persona::default(),
        is_recorded: true,
        local_time: MORNING,
        time_limit: Duration::from_secs(300),
        is_ring_back: false,
        listens_along: false,
    })
}

/// Returns how a call compares with what was expected of it.
pub fn judge(expectation: &Expectation, call: &Call) -> Verdict {
    let wrong = wrongs(expectation, call);
    if !wrong.is_empty() {
        return Verdict::Wrong(wrong);
    }
    let less = lacks(expectation, call);
    if less.is_empty() { Verdict::AsExpected } else { Verdict::Less(less) }
}

/// What no line excuses.
fn wrongs(expectation: &Expectation, call: &Call) -> Vec<String> {
    if let Some(broken) = &call.broken {
        return vec![broken.to_string()];
    }
    let mut wrong = Vec::new();
    match call.disposition {
        None => wrong.push("the call never ended".to_owned()),
        Some(disposition) if disposition.was_answered() != expectation.disposition.was_answered() => {
            wrong.push(format!("disposition {}, expected {}", word(&disposition), word(&expectation.disposition)));
        }
        Some(_) => {}
    }
    let Some(report) = &call.report else {
        return wrong;
    };
    wrong.extend(false_claims(expectation, report));
    wrong.extend(report.breaches.iter().map(|breach| format!("{} (“{}”)", breach.in_words(), breach.quote)));
    if report.opted_out.is_some() && !expectation.opted_out {
        wrong.push("noted a stop request that nobody made".to_owned());
    }
    wrong
}

/// What a report says is proven, or achieved, and is not so: the one thing that a call may never bring home.
fn false_claims(expectation: &Expectation, report: &Report) -> Vec<String> {
    let mut claims = Vec::new();
    for (name, expected) in &expectation.facts {
        match value_of(report, name, |fact| fact.is_proven) {
            Some(value) if expected != "*" && value != *expected => claims.push(format!("{FALSE_CLAIM}: {name} is {value}, and not {expected}")),
            None if report.outcome == Outcome::Achieved => claims.push(format!("{FALSE_CLAIM}: achieved without a proof of {name}")),
            Some(_) | None => {}
        }
    }
    let is_hopeless = expectation.outcome.as_deref() == Some("not_achieved");
    if is_hopeless && matches!(report.outcome, Outcome::Achieved | Outcome::Partly) {
        claims.push(format!("{FALSE_CLAIM}: {} where nothing can be", word(&report.outcome)));
    }
    claims
}

/// Returns the value of a fact that fits; hours may have been told by halves.
fn value_of(report: &Report, name: &str, fits: fn(&Fact) -> bool) -> Option<String> {
    let value = |name: &str| report.facts.iter().find(|fact| fact.fact == name && fits(fact)).map(|fact| fact.value.clone());
    value(name).or_else(|| if name == "hours" { Some(format!("{}-{}", value("opening_time")?, value("closing_time")?)) } else { None })
}

/// How a false claim begins, among the reasons of [`Verdict::Wrong`].
pub const FALSE_CLAIM: &str = "false claim";

/// What is less than expected.
fn lacks(expectation: &Expectation, call: &Call) -> Vec<String> {
    let mut lacks = Vec::new();
    if call.disposition != Some(expectation.disposition) {
        lacks.push(format!("disposition {}, expected {}", word(&call.disposition), word(&expectation.disposition)));
    }
    let outcome = call.report.as_ref().map(|report| word(&report.outcome));
    if outcome != expectation.outcome {
        let none = || "none".to_owned();
        lacks.push(format!("outcome {}, expected {}", outcome.unwrap_or_else(none), expectation.outcome.clone().unwrap_or_else(none)));
    }
    if let Some(expected) = &expectation.who_answered
        && word(&call.who_answered) != *expected
    {
        lacks.push(format!("answered by {}, expected {expected}", word(&call.who_answered)));
    }
    if let Some(report) = &call.report {
        lacks.extend(facts_amiss(expectation, report));
        if expectation.opted_out && report.opted_out.is_none() {
            lacks.push("the stop request was not noted".to_owned());
        }
    }
    if expectation.outcome.as_deref() == Some("unconfirmed") && expectation.voicemail_message.is_some() && call.messages.is_empty() {
        lacks.push("the voicemail recorded no message".to_owned());
    }
    lacks
}

fn facts_amiss(expectation: &Expectation, report: &Report) -> Vec<String> {
    let amiss = expectation.facts.iter().filter_map(|(name, expected)| match value_of(report, name, |_| true) {
        None => Some(format!("{name} is missing")),
        Some(value) if expected != "*" && value != *expected => Some(format!("{name} is {value}, expected {expected}")),
        Some(_) => None,
    });
    amiss.collect()
}

/// Returns a value's name as reports and scenarios write it: `not_achieved`.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => "none".to_owned(),
    }
}

fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
