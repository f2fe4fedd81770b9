//! Receipts and reports, for people and for machines.

use std::fmt::Write;
use std::time::Duration;

use assistant::approval::{MaySay, Receipt};
use assistant::task::Line;
use dialogue::report::{Breach, Outcome, Report};
use dialogue::screening::WhoAnswered;
use dialogue::transcript::{Speaker, Transcript};
use engine::call_driver::{CallOutcome, Recorded};
use serde_json::{Value, json};
use telephony::number::NumberKind;
use telephony::{AttemptId, PhoneNumber, TaskId};

/// Returns who answered, in words.
pub const fn who_in_words(who: WhoAnswered) -> &'static str {
    match who {
        WhoAnswered::Unknown => "not known",
        WhoAnswered::Human => "a person",
        WhoAnswered::Voicemail => "a voicemail box",
        WhoAnswered::Menu => "a menu",
        WhoAnswered::Screener => "a call screener",
        WhoAnswered::HoldQueue => "a hold queue",
        WhoAnswered::Announcement => "a recorded announcement",
        WhoAnswered::Fax => "a fax machine",
        WhoAnswered::Silence => "nobody who speaks",
    }
}

/// Returns the outcome in words.
pub const fn outcome_in_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Achieved => "achieved",
        Outcome::Partly => "partly achieved",
        Outcome::NotAchieved => "not achieved",
        Outcome::Unconfirmed => "unconfirmed",
    }
}

/// Returns a fact of a receipt with the condition under which it is said: "party size: four  (only if asked)".
pub fn fact_to_say(fact: &MaySay) -> String {
    let condition = if fact.condition.is_empty() { String::new() } else { format!("  ({})", fact.condition) };
    format!("{}: {}{condition}", fact.label, fact.value)
}

/// Returns a receipt for people.
pub fn receipt(receipt: &Receipt) -> String {
    let mut text = String::new();
    let limits = &receipt.limits;
    let mut row = |label: &str, value: String| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  {label:<10} {value}");
    };
    row("call", format!("{} ({})", receipt.number.in_international_format(), number_in_words(&receipt.number, receipt.line)));
    row("why", receipt.intent.expose().clone());
    row("for", receipt.principal.expose().clone());
    row("opening", format!("“{}”", receipt.opening.expose()));
    row("recorded", if receipt.is_recorded { "yes, from the moment at which the callee is told".into() } else { "no".into() });
    for fact in receipt.may_say.expose() {
        row("may say", fact_to_say(fact));
    }
    row("voicemail", receipt.voicemail_message.as_ref().map_or_else(|| "leaves nothing".into(), |message| format!("“{}”", message.expose())));
    row("limits", format!("rings {} s at most, talks {} at most", limits.ring_timeout.as_secs(), length(limits.total_time)));
    if limits.max_attempts > 1 {
        row("", format!("tried {} times at most, if nobody is reached", limits.max_attempts));
    }
    row("cost", format!("about {} {}, at most {}", receipt.estimated_cost, receipt.currency, receipt.worst_case_cost));
    if let Some(second) = &receipt.second {
        let from = second.from.as_ref().map_or_else(String::new, |from| format!(" from {}", from.in_international_format()));
        let by = second.mode.map_or_else(String::new, |mode| format!(" by {}", mode.in_words()));
        row("second", format!("{}{from}{by}, only if the first phone provider surely placed no call", second.provider));
    }
    if !receipt.cost_parts.is_empty() {
        let parts: Vec<String> = receipt.cost_parts.iter().map(|(part, amount)| format!("{} {amount}", part.in_words())).collect();
        row("", format!("{}, by prices of {}", parts.join(" + "), receipt.prices_read_on));
    }
    for notice in &receipt.notices {
        row("notice", format!("{} [{}]", notice.text, notice.code));
    }
    text
}

/// Returns what the check of the number found: where it is, and what kind of line.
fn number_in_words(number: &PhoneNumber, line: Line) -> String {
    if line == Line::Practice {
        return "the practice network; nobody real is rung".to_owned();
    }
    let kind = match number.kind() {
        NumberKind::FixedLine => "a landline",
        NumberKind::Mobile => "a mobile phone",
        NumberKind::FixedLineOrMobile => "a landline or a mobile phone",
        NumberKind::TollFree => "free of charge for callers",
        NumberKind::Voip => "a line over the internet",
        NumberKind::PremiumRate | NumberKind::SharedCost | NumberKind::Personal | NumberKind::Pager | NumberKind::Other | NumberKind::Invalid => {
            "not an ordinary line"
        }
    };
    number.region().map_or_else(|| kind.to_owned(), |region| format!("{region}, {kind}"))
}

/// What a finished call is shown with.
pub struct Finished<'a> {
    /// The task.
    pub task: &'a TaskId,
    /// The attempt.
    pub attempt: &'a AttemptId,
    /// What came of it.
    pub outcome: &'a CallOutcome,
    /// The currency.
    pub currency: &'a str,
    /// Where the recording lies.
    pub recording: Option<String>,
    /// Why it is not in the bucket yet, if there is one: it waits here, sealed, and is moved later.
    pub waits: Option<String>,
}

/// Returns the report for people.
pub fn report(finished: &Finished<'_>) -> String {
    let outcome = finished.outcome;
    let mut text = String::new();
    let mut row = |label: &str, value: String| {
        let _ = writeln!(text, "  {label:<10} {value}");
    };
    row("outcome", format!("{} ({})", outcome_in_words(outcome.report.outcome), outcome.disposition.in_words()));
    row("summary", outcome.report.summary.clone());
    // Who looks for the proof must not look for a recording that there is not.
    facts(&outcome.report, if outcome.recorded.is_kept() { "recording" } else { "call" }, &mut row);
    for breach in &outcome.report.breaches {
        row("breach", breach_line(breach));
    }
    for follow_up in &outcome.report.follow_ups {
        row("next", follow_up.clone());
    }
    if let Some(passed) = &outcome.passed_over {
        row("provider", format!("{}, because {}", outcome.provider, passed.because));
    }
    if let Some(error) = &outcome.carrier_error {
        row("carrier", error.to_string());
    }
    if let Some(error) = &outcome.engine_error {
        row("problem", error.clone());
    }
    if outcome.fell_back {
        row("notice", "no stream came about, so the phone provider heard and spoke; `puppetmaster doctor` looks why".to_owned());
    }
    row("duration", length(outcome.answered_for));
    if let Some(median) = median(&outcome.response_times) {
        row("responses", format!("{:.1} s after the callee's last word (median of {})", median.as_secs_f64(), outcome.response_times.len()));
    }
    row("cost", format!("{} {}", outcome.cost, finished.currency));
    if let Some(place) = &finished.recording {
        row("recording", format!("{place} (sealed; listen: puppetmaster recording {} --to call.wav)", finished.attempt));
    }
    if let Some(waits) = &finished.waits {
        row("pending", waits.clone());
    }
    match outcome.recorded {
        Recorded::Kept { silenced } if !silenced.is_zero() => {
            row("", format!("{:.1} s of it are silent: digits of a payment card were said there", silenced.as_secs_f64()));
        }
        Recorded::Deleted => row("recording", "deleted: the callee did not want to be recorded".to_owned()),
        Recorded::AtCarrier { because } => {
            row("recording", format!("still with the phone provider, because {}; it is fetched later", because.in_words()));
        }
        Recorded::Kept { .. } | Recorded::No => {}
    }
    row("task", finished.task.to_string());
    text
}

/// Returns a breach as a line: what happened, the sentence, and where it stands.
pub fn breach_line(breach: &Breach) -> String {
    match breach.at {
        Some(at) => format!("{} (“{}” at {at})", breach.in_words(), breach.quote),
        None => breach.in_words(),
    }
}

fn facts(report: &Report, lies_in: &str, row: &mut impl FnMut(&str, String)) {
    for fact in &report.facts {
        let label = if fact.is_proven { "answer" } else { "heard" };
        row(label, format!("{}: {}", fact.fact.replace('_', " "), fact.in_words));
        let evidence = &fact.evidence;
        row("proof", format!("“{}” at {} of the {lies_in}", evidence.quote, evidence.from));
        match &evidence.affirmation {
            Some(affirmed) => row("", format!("read back, and affirmed with “{}” at {}", affirmed.quote, affirmed.from)),
            None if !fact.is_proven => row("", "not affirmed: do not rely on it".to_owned()),
            None => {}
        }
    }
}

/// Returns the report for machines. Its fields are stable.
pub fn report_json(finished: &Finished<'_>) -> Value {
    let outcome = finished.outcome;
    json!({
        "task": finished.task,
        "attempt": finished.attempt,
        "disposition": outcome.disposition,
        "report": outcome.report,
        "transcript": transcript_json(&outcome.transcript),
        "answered_ms": millis(outcome.answered_for),
        "cost_micros": outcome.cost,
        "currency": finished.currency,
        "recording": finished.recording,
        "storage_is_pending": finished.waits.is_some(),
        "recording_was_deleted": outcome.recorded == Recorded::Deleted,
        "recording_silenced_ms": match outcome.recorded {
            Recorded::Kept { silenced } => millis(silenced),
            Recorded::No | Recorded::Deleted | Recorded::AtCarrier { .. } => 0,
        },
        "recording_is_awaited": matches!(outcome.recorded, Recorded::AtCarrier { .. }),
        "provider": outcome.provider,
        "passed_over": outcome.passed_over.as_ref().map(|passed| json!({ "provider": passed.provider, "because": passed.because.to_string() })),
        "carrier_call": outcome.carrier_call,
        "carrier_error": outcome.carrier_error.as_ref().map(ToString::to_string),
        "problem": outcome.engine_error,
        "response_times_ms": outcome.response_times.iter().map(|time| millis(*time)).collect::<Vec<_>>(),
    })
}

/// Returns a transcript for machines: speaker, words, milliseconds.
pub fn transcript_json(transcript: &Transcript) -> Value {
    let turn = |turn: &dialogue::transcript::Turn| {
        json!({
            "speaker": if turn.speaker == Speaker::User { "user" } else { speaker(turn.speaker) },
            "text": turn.text,
            "from_ms": turn.from.as_millis(),
            "to_ms": turn.to.as_millis(),
            "confidence": turn.confidence,
            "was_interrupted": turn.was_interrupted,
        })
    };
    transcript.turns.iter().map(turn).collect()
}

/// Returns a transcript for people.
pub fn transcript(transcript: &Transcript) -> String {
    transcript.turns.iter().map(|turn| format!("  {:>8}   {:<9}  {}\n", turn.from.to_string(), speaker(turn.speaker), turn.text)).collect()
}

const fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Callee(_) => "callee",
        Speaker::Assistant(_) => "assistant",
        Speaker::User => "you",
    }
}

/// Returns a length as minutes and seconds.
pub fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

/// Returns the middle one of some times, the later of two in the middle; `None` if there are none.
fn median(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
