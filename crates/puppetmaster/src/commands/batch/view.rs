//! A batch, for people: the table to say yes to, and the table of what has become of it.

use std::fmt::Write;

use assistant::approval::Receipt;
use assistant::batch::{Batch, BatchReport, Pace};
use assistant::moment;
use assistant::refusal::{AllowedWhen, Refusal};
use engine::batch_desk::OpenBatch;
use engine::gate::Explanation;

use crate::report_view;

/// A cell of a fact is cut to so many characters; `--csv` has all of it.
const WIDEST: usize = 28;

/// Returns what the user says yes to: each call with what the rules say of it, and the sums.
pub(super) fn open(open: &OpenBatch, explained: &[Explanation], beyond: &[Refusal], zone: &str) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{line}");
    };
    let receipt = &open.receipt;
    for ((call, explanation), place) in open.calls.iter().zip(explained).zip(1..) {
        let number = call.receipt.number.in_international_format();
        line(format!("  {place:>3}  {number:<18}  at most {:<8}  {}", call.receipt.worst_case_cost, verdict(explanation, zone)));
        line(format!("       {}", call.receipt.intent.expose()));
        if !call.receipt.may_say.expose().is_empty() {
            let facts: Vec<String> = call.receipt.may_say.expose().iter().map(|(label, value)| format!("{label}: {value}")).collect();
            line(format!("       may say {}", facts.join("; ")));
        }
        if let Some(message) = &call.receipt.voicemail_message {
            line(format!("       voicemail “{}”", message.expose()));
        }
    }
    if let Some(first) = open.calls.first() {
        line(limits(&first.receipt));
    }
    let lasts = open.batch.pace.lasts(u32::try_from(open.calls.len()).unwrap_or(u32::MAX));
    line(format!("  pace       {}: the last one begins {} after the first at the earliest", pace(&open.batch.pace), report_view::length(lasts)));
    let refused = explained.iter().filter(|explanation| !may_be_dialed(explanation)).count();
    let refused = if refused == 0 { String::new() } else { format!(", {refused} of them refused as things stand") };
    line(format!("  calls      {}{refused}", open.calls.len()));
    line(format!("  cost       about {} {}, at most {}", receipt.estimated_cost, receipt.currency, receipt.worst_case_cost));
    for refusal in beyond {
        line(format!("  notice     the last calls may be refused: {} [{}]", refusal.fact, refusal.code));
    }
    text
}

fn limits(first: &Receipt) -> String {
    let limits = &first.limits;
    let tries = if limits.max_attempts > 1 { format!(", tried {} times at most", limits.max_attempts) } else { String::new() };
    let rings = limits.ring_timeout.as_secs();
    let opening = first.opening.expose();
    format!(
        "  opening    the first one: “{opening}”\n  limits     rings {rings} s at most, talks {} at most{tries}",
        report_view::length(limits.total_time)
    )
}

/// Returns how fast the calls are dialed.
pub(super) fn pace(pace: &Pace) -> String {
    format!("{} at once, {} an hour, {} s apart", pace.calls_at_once, pace.calls_an_hour, pace.least_gap.as_secs())
}

/// Says whether a call may be dialed, now or later, without anybody doing something first.
fn may_be_dialed(explanation: &Explanation) -> bool {
    matches!(explanation.allowed_when, None | Some(AllowedWhen::From(_) | AllowedWhen::ACallEnds))
}

fn verdict(explanation: &Explanation, zone: &str) -> String {
    match explanation.allowed_when {
        None => "may be dialed".to_owned(),
        Some(AllowedWhen::From(at)) => format!("may be dialed from {} on", moment::show(at, zone)),
        Some(AllowedWhen::ACallEnds) => "may be dialed once a running call has ended".to_owned(),
        Some(AllowedWhen::AfterRemedy | AllowedWhen::Never) => {
            let noes: Vec<String> = explanation.record.noes().map(|(_, no)| format!("{} [{}]", no.fact, no.code)).collect();
            format!("refused: {}", noes.join("; "))
        }
    }
}

/// Returns what has become of a batch.
pub(super) fn report(batch: &Batch, report: &BatchReport, currency: &str, zone: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "batch {}  {}  made {}", batch.id, batch.name.expose(), moment::show(batch.made_at, zone));
    let _ = writeln!(text, "  {}", summary(report));
    let _ = writeln!(text, "  {} achieved, {} not achieved, cost {} {currency}", report.achieved, report.not_achieved, report.cost);
    let _ = writeln!(text, "  {}", pace(&batch.pace));
    if batch.approved.is_none() && report.states.contains_key("awaiting_approval") {
        let _ = writeln!(text, "  calls wait for your yes: puppetmaster task batch approve {}", batch.id);
    }
    let labels = report.labels();
    let mut rows: Vec<Vec<String>> = vec![["row", "state", "outcome", "number", "tries", "cost"].map(str::to_owned).to_vec()];
    rows[0].extend(labels.iter().map(|label| cut(label)));
    rows[0].push("task".to_owned());
    for line in &report.lines {
        let outcome = line.outcome.map_or("–", report_view::outcome_in_words).to_owned();
        let how = line.disposition.filter(|_| line.outcome.is_none()).map_or(outcome, |disposition| disposition.in_words().to_owned());
        let mut row = vec![
            line.place.to_string(),
            line.state.in_words().to_owned(),
            how,
            line.number.in_international_format(),
            line.attempts.to_string(),
            line.cost.to_string(),
        ];
        row.extend(labels.iter().map(|label| line.fact(label).map_or_else(|| "–".to_owned(), cut)));
        row.push(line.task.as_str().to_owned());
        rows.push(row);
    }
    text.push('\n');
    text.push_str(&aligned(&rows));
    text
}

/// Returns how far a batch has come: "7 of 12 ended, 1 running, 4 approved".
pub(super) fn summary(report: &BatchReport) -> String {
    let mut parts = vec![format!("{} of {} ended", report.ended, report.calls)];
    for (word, in_words) in [("running", "running"), ("approved", "approved"), ("awaiting_approval", "waiting for approval"), ("draft", "drafts")] {
        if let Some(count) = report.states.get(word) {
            parts.push(format!("{count} {in_words}"));
        }
    }
    if let Some(canceled) = report.states.get("canceled") {
        parts.push(format!("{canceled} given up"));
    }
    parts.join(", ")
}

fn cut(text: &str) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= WIDEST { flat } else { flat.chars().take(WIDEST - 1).chain(['…']).collect() }
}

fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use assistant::batch::BatchLine;
    use assistant::task::TaskState;
    use dialogue::report::Outcome;
    use expect_test::expect;
    use telephony::cost::Micros;
    use telephony::{Disposition, PhoneNumber, Private, TaskId, Timestamp};

    use super::*;

    fn line(place: u32, state: TaskState, disposition: Option<Disposition>, outcome: Option<Outcome>, facts: &[(&str, &str)]) -> BatchLine {
        BatchLine {
            place,
            task: TaskId::new(format!("t{place}")),
            number: PhoneNumber::parse("+12125550123").unwrap(),
            intent: Private::new("Ask when they close".into()),
            state,
            attempts: u32::from(disposition.is_some()),
            disposition,
            outcome,
            facts: Private::new(facts.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()),
            cost: Micros(18_000),
        }
    }

    #[test]
    fn facts_of_all_calls_stand_in_one_table() {
        let report = BatchReport::of(vec![
            line(1, TaskState::Done, Some(Disposition::Conversed), Some(Outcome::Achieved), &[("closing time", "9 pm")]),
            line(2, TaskState::Done, Some(Disposition::Busy), None, &[]),
            line(3, TaskState::Running, None, None, &[]),
            line(4, TaskState::AwaitingApproval, None, None, &[("a note", "longer than anybody wants to read it in a table")]),
        ]);
        let pace = Pace { least_gap: Duration::from_secs(5), ..Pace::default() };
        let batch = Batch { id: "b1".into(), made_at: Timestamp(1_795_539_600_000), name: Private::new("shops.csv".into()), pace, approved: None };
        expect![[r#"
            batch b1  shops.csv  made Tue 2026-11-24 12:00
              2 of 4 ended, 1 running, 1 waiting for approval
              1 achieved, 1 not achieved, cost 0.072 USD
              2 at once, 60 an hour, 5 s apart
              calls wait for your yes: puppetmaster task batch approve b1

              row  state                 outcome            number           tries  cost   closing time  a note                        task
              1    done                  achieved           +1 212-555-0123  1      0.018  9 pm          –                             t1
              2    done                  the line was busy  +1 212-555-0123  1      0.018  –             –                             t2
              3    running               –                  +1 212-555-0123  0      0.018  –             –                             t3
              4    waiting for approval  –                  +1 212-555-0123  0      0.018  –             longer than anybody wants t…  t4
        "#]]
        .assert_eq(&super::report(&batch, &report, "USD", "America/New_York"));
    }
}
