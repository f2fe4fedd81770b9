//! Decisions of the gate, for people: what was asked, what was answered, and when it would be a yes.

use std::fmt::Write;

use assistant::decision_record::DecisionRecord;
use assistant::moment;
use assistant::refusal::AllowedWhen;

/// Returns when a refused call would be allowed, as a sentence without its stop; moments in the reader's zone.
pub fn when(allowed: AllowedWhen, zone: &str) -> String {
    match allowed {
        AllowedWhen::Never => "never, whatever anybody says".to_owned(),
        AllowedWhen::AfterRemedy => "once what is said above was done".to_owned(),
        AllowedWhen::From(at) => format!("from {} on, all else equal", moment::show(at, zone)),
        AllowedWhen::ACallEnds => "once a running call has ended".to_owned(),
    }
}

/// Returns a decision of the past: a line of its verdict, with the noes; all questions if `is_whole`.
pub fn past(record: &DecisionRecord, zone: &str, is_whole: bool) -> String {
    let mut text = String::new();
    let verdict = if record.is_cleared { "cleared" } else { "refused" };
    // Writing into a String cannot fail.
    let _ = writeln!(text, "\n  decision {}  {verdict} at {}", record.attempt, moment::show(record.decided_at, zone));
    if is_whole {
        for line in record.findings().lines() {
            let _ = writeln!(text, "    {line}");
        }
        return text;
    }
    for (question, no) in record.noes() {
        let _ = writeln!(text, "  {}: {} [{}]", question.in_words(), no.fact, no.code);
    }
    text
}
