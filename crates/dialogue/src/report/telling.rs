//! The report in words: a summary for the user, and what they may want to do next.

use super::proof::Found;
use super::{Fact, Outcome};
use crate::brief::{Brief, TaskType};
use crate::claim;
use crate::moves::EndReason;
use crate::question::{self, Answer, Ask};
use crate::speakable::{in_words, time_in_words};
use crate::understand::clock::{self, Leaning};

/// Returns one or two sentences for the user.
pub(super) fn summary(brief: &Brief, found: &Found, wanted: &[&str], outcome: Outcome, ended_because: EndReason, opted_out: bool) -> String {
    let errand = question::errand(brief);
    let mut sentences: Vec<String> = Vec::new();
    for wanted in wanted {
        let is_told_by_halves = *wanted == "hours" && found.of("hours").is_none();
        let told_by: &[&str] = if is_told_by_halves { &["opening_time", "closing_time"] } else { &[*wanted] };
        for fact in told_by.iter().filter_map(|fact| found.of(fact)) {
            let told = tell(fact, errand.asks.iter().find(|ask| ask.fact == fact.fact));
            sentences.push(match (fact.is_proven, fact.fact.as_str()) {
                (true, _) => told,
                (false, "booked_for" | "cancelled") => "They seemed to agree, but did not confirm it when it was read back.".to_owned(),
                (false, _) => format!("{told} This was not confirmed."),
            });
        }
    }
    if let Some(number) = found.of("confirmation_number") {
        let doubt = if number.is_proven { "" } else { " This was not confirmed." };
        sentences.push(format!("The confirmation number is {}.{doubt}", number.value));
    }
    if sentences.is_empty() && outcome == Outcome::Unconfirmed && ended_because != EndReason::MessageLeft {
        sentences.push("Something was agreed or answered, but the callee's words do not prove it.".to_owned());
    }
    if outcome != Outcome::Achieved {
        if found.of("availability").is_some_and(|fact| fact.value == "no") && !wanted.contains(&"availability") {
            sentences.push("They could not do what was asked for.".to_owned());
        }
        if let Some(offered) = found.of("offered") {
            sentences.push(format!("They offered {} instead.", offered.in_words));
        }
        sentences.push(why(ended_because, brief.listens_along).to_owned());
    }
    if opted_out && ended_because != EndReason::OptedOut {
        sentences.push("They asked not to be called again.".to_owned());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    if sentences.is_empty() {
        sentences.push("Nothing was learnt.".to_owned());
    }
    sentences.join(" ")
}

fn tell(fact: &Fact, ask: Option<&Ask>) -> String {
    let said = &fact.in_words;
    match (fact.fact.as_str(), fact.value.as_str(), ask) {
        ("booked_for", "yes", _) => "It is booked.".to_owned(),
        ("booked_for", ..) => format!("It is booked for {said}."),
        ("cancelled", ..) => "It is canceled.".to_owned(),
        ("delivered", "passed on", _) => "The message was taken and will be passed on.".to_owned(),
        ("delivered", ..) => "The message was delivered.".to_owned(),
        ("opening_time", _, None) => format!("They open at {said}."),
        ("closing_time", _, None) => format!("They close at {said}."),
        (_, "yes" | "no", Some(ask)) => format!("\"{}\" They said {said}.", ask.question),
        (_, value, Some(ask)) if ask.answer != Answer::PhoneNumber && (said != value || matches!(value, "closed" | "open 24 hours")) => {
            claim::told(ask, value)
        }
        (_, value, Some(ask)) if ask.answer == Answer::PhoneNumber => format!("Their number is {value}."),
        _ => format!("They said: \"{}\".", said.trim_end_matches('.')),
    }
}

fn why(ended_because: EndReason, listened: bool) -> &'static str {
    match ended_because {
        EndReason::Done => "",
        EndReason::Declined => "The callee could not or would not help.",
        EndReason::OptedOut => "They asked not to be called again.",
        EndReason::MessageLeft => "A message was left on the voicemail.",
        EndReason::VoicemailNoMessage => "A voicemail answered, and no message was to be left.",
        EndReason::NoInput => "Nobody said anything.",
        EndReason::NotUnderstood => "The callee and the assistant did not understand each other.",
        EndReason::WrongNumber => "It is the wrong number.",
        EndReason::Fax => "A fax machine answered.",
        EndReason::HoldTooLong => "The call was on hold for too long.",
        EndReason::MenuFailed => "The menu could not be passed.",
        EndReason::ScreenedOut => "A call screener did not put the call through.",
        EndReason::TimeLimit => "The time limit was reached.",
        EndReason::UserEnded => "You ended the call.",
        EndReason::HandedOver if listened => "You took the call over; what was said then is in the transcript, and nothing is concluded from it.",
        EndReason::HandedOver => "You took the call over; what came of it then is not in this report.",
        EndReason::CalleeLeft => "The line was cut, or the callee hung up.",
        EndReason::EngineFailed => "Hearing or thinking failed during the call.",
    }
}

/// Returns what the user may want to do next, the most useful first.
pub(super) fn follow_ups(brief: &Brief, found: &Found, outcome: Outcome, ended_because: EndReason, opted_out: bool) -> Vec<String> {
    let mut next: Vec<String> = Vec::new();
    if opted_out || ended_because == EndReason::OptedOut {
        return vec!["Do not call this number again; it is on the do-not-call list now.".to_owned()];
    }
    if outcome == Outcome::Achieved {
        return next;
    }
    if let Some(offered) = found.of("offered") {
        next.push(format!("They offered {}: start a new task if that suits you.", offered.in_words));
    }
    if let Some(fee) = found.of("fee") {
        next.push(format!("They want a payment ({}); only you can agree to it.", in_words(&fee.value)));
    }
    if let Some(number) = found.of("other_number") {
        next.push(format!("They named another number: {}.", number.value));
    }
    if let Some(call_back) = found.of("call_back") {
        let time = clock::times(&call_back.evidence.quote, Leaning::Opening).first().map(|time| time_in_words(time.value.minute));
        next.push(time.map_or_else(|| "Call again later, as they asked.".to_owned(), |time| format!("Call again after {time}.")));
    }
    let is_closed = found.facts.iter().any(|fact| fact.value == "closed");
    if is_closed {
        next.push("Call again when they are open.".to_owned());
    }
    if outcome == Outcome::Unconfirmed && ended_because != EndReason::MessageLeft {
        next.push("Call again to have it confirmed before you rely on it.".to_owned());
    }
    let by_end = match ended_because {
        EndReason::WrongNumber => "Check the number.",
        EndReason::VoicemailNoMessage => "Call again later, or allow a message to be left.",
        EndReason::NoInput
        | EndReason::CalleeLeft
        | EndReason::HoldTooLong
        | EndReason::MenuFailed
        | EndReason::TimeLimit
        | EndReason::EngineFailed => "Try again later.",
        EndReason::NotUnderstood => "Try again with a simpler question, or call yourself.",
        EndReason::ScreenedOut => "Ask them to expect the call, then try again.",
        EndReason::Fax => "Find the voice number.",
        EndReason::MessageLeft if brief.task_type != TaskType::MessageDelivery => "Wait for them to call back, or try again later.",
        EndReason::Done | EndReason::Declined | EndReason::OptedOut | EndReason::MessageLeft | EndReason::UserEnded | EndReason::HandedOver => "",
    };
    if !by_end.is_empty() && next.len() < 3 {
        next.push(by_end.to_owned());
    }
    next
}
