//! What was kept: tasks, recordings, traces.

use std::path::Path;
use std::process::ExitCode;

use assistant::attempt::Direction;
use assistant::moment;
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use audio::wav::WavHeader;
use dialogue::transcript::Transcript;
use engine::replay;
use ports::batch_store::BatchStore;
use ports::plan_store::PlanStore;
use ports::policy_store::PolicyStore;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::{AttemptRecord, TaskStore};
use serde_json::json;
use store::Store;
use telephony::{AttemptId, TaskId};

use super::{batch, do_not_call, series, task};
use crate::cli::{TaskCommand, TaskListArgs};
use crate::config::Config;
use crate::decision_view;
use crate::failure::{FAILED, Failure, codes};
use crate::report_view;
use crate::wiring;

pub(super) async fn task(command: TaskCommand, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        TaskCommand::Create(args) => return task::create(args, config).await,
        TaskCommand::Fact { task, facts } => return task::fact(&TaskId::new(task), &facts, config).await,
        TaskCommand::Approve { task, yes } => return task::approve(&TaskId::new(task), yes, config).await,
        TaskCommand::Deny { task } => return task::deny(&TaskId::new(task), config).await,
        TaskCommand::Cancel { task } => return task::cancel(&TaskId::new(task), config).await,
        TaskCommand::Change(args) => return series::change(&args, config).await,
        TaskCommand::Batch(args) => return batch::batch(args, config).await,
        TaskCommand::Run { task } => return task::run(&TaskId::new(task), config).await,
        TaskCommand::List(_) | TaskCommand::Show { .. } => {}
    }
    let (store, _) = wiring::look(config).await?;
    match command {
        TaskCommand::List(args) => list(&store, &args, &config.zone()).await?,
        TaskCommand::Show { task, why, json } => {
            wiring::settle_now(config, &store).await?;
            show(&store, &TaskId::new(task), &Shown { why, json, zone: config.zone() }).await?;
        }
        // Done above.
        TaskCommand::Create(_)
        | TaskCommand::Fact { .. }
        | TaskCommand::Approve { .. }
        | TaskCommand::Deny { .. }
        | TaskCommand::Cancel { .. }
        | TaskCommand::Change(_)
        | TaskCommand::Batch(_)
        | TaskCommand::Run { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &Store, args: &TaskListArgs, zone: &str) -> Result<(), Failure> {
    let filter = filter(args, zone)?;
    let page = Page { skip: u64::from(args.page - 1) * u64::from(args.at_most), at_most: args.at_most };
    let (tasks, count) = (store.tasks(&filter, page).await?, store.count_tasks(&filter).await?);
    if args.json {
        println!("{}", json!({ "count": count, "tasks": tasks }));
        return Ok(());
    }
    match (tasks.is_empty(), filter == TaskFilter::default(), count) {
        (true, true, 0) => println!("no tasks yet; make a call with: puppetmaster call \"+12125550123\" \"Ask what time they close today\""),
        (true, false, 0) => println!("no task is like that; leave something out, or see all with: puppetmaster task list"),
        (true, ..) => println!("there is no such page: of {count} in all {} fit on one", args.at_most),
        (false, ..) => {}
    }
    for task in &tasks {
        println!("{}  {:<17}  {}  {}", task.id, task.state.in_words(), task.number.in_international_format(), task.intent.expose());
        if let Some(series) = store.plan(&task.id).await?.and_then(|planned| planned.plan.series) {
            println!("{:indent$}  {}", "", series::in_words(&series, zone), indent = task.id.as_str().len());
        }
    }
    let last = page.skip + tasks.len() as u64;
    if !tasks.is_empty() && (tasks.len() as u64) < count {
        let next = if last < count { format!("; the next: --page {}", args.page + 1) } else { String::new() };
        println!("{} to {last} of {count}{next}", page.skip + 1);
    }
    Ok(())
}

fn filter(args: &TaskListArgs, zone: &str) -> Result<TaskFilter, Failure> {
    Ok(TaskFilter {
        states: args.state.iter().map(|state| (*state).into()).collect(),
        task_types: args.task_type.iter().map(|task_type| (*task_type).into()).collect(),
        callee: args.number.as_deref().map(do_not_call::parsed).transpose()?,
        since: task::moment_of(args.since.as_deref(), zone)?,
        until: task::moment_of(args.until.as_deref(), zone)?,
    })
}

/// How a task is shown.
struct Shown {
    why: bool,
    json: bool,
    /// Of whoever reads it.
    zone: String,
}

/// Shows a task to people.
pub(super) async fn show_one(store: &Store, id: &TaskId, config: &Config) -> Result<(), Failure> {
    show(store, id, &Shown { why: false, json: false, zone: config.zone() }).await
}

async fn show(store: &Store, id: &TaskId, how: &Shown) -> Result<(), Failure> {
    let unknown = || Failure::of(&codes::TASK_UNKNOWN);
    let task = store.task(id).await?.ok_or_else(unknown)?;
    let mut shown = Vec::new();
    for attempt in store.attempts(id).await? {
        let turns = store.turns(&attempt.attempt).await?;
        shown.push((attempt, Transcript { turns }));
    }
    let decisions = store.decisions(id).await?;
    let planned = store.plan(id).await?;
    if how.json {
        let attempts: Vec<_> = shown.iter().map(|(attempt, transcript)| attempt_json(attempt, transcript)).collect();
        println!(
            "{}",
            json!({ "task": task, "attempts": attempts, "decisions": decisions, "due_at": planned.as_ref().and_then(|planned| planned.due_at), "plan": planned.map(|planned| planned.plan) })
        );
        return Ok(());
    }
    print_task(&task);
    if let Some(series) = planned.as_ref().and_then(|planned| planned.plan.series.as_ref()) {
        println!("  {}", series::in_words(series, &how.zone));
    }
    if let Some(batch) = store.batch_of(id).await? {
        println!("  of batch {}", batch.id);
    }
    match planned.and_then(|planned| planned.due_at) {
        Some(due_at) if task.state == TaskState::Approved => println!("  due {}", moment::show(due_at, &how.zone)),
        _ => {}
    }
    for record in &decisions {
        print!("{}", decision_view::past(record, &how.zone, how.why));
    }
    for (attempt, transcript) in &shown {
        print_attempt(attempt, transcript);
    }
    Ok(())
}

fn print_task(task: &Task) {
    println!("{}  {}", task.id, task.state.in_words());
    println!("  {}  {}", task.number.in_international_format(), task.intent.expose());
}

fn print_attempt(attempt: &AttemptRecord, transcript: &Transcript) {
    let who = if attempt.direction == Direction::Inbound { "  they rang back" } else { "" };
    println!("\n  attempt {}  {}{who}", attempt.attempt, attempt.state.as_str());
    if let Some(finish) = &attempt.finish {
        let how = if attempt.is_settled { "" } else { " (reckoned; the phone provider has not told its price yet)" };
        println!("  {}, {}, cost {}{how}", finish.disposition.in_words(), report_view::length(finish.answered_for), finish.cost);
        if let (Some(provider), Some(because)) = (&finish.measured.provider, &finish.measured.passed_over) {
            println!("  by {provider}, the second provider, because {because}");
        }
        if let Some(report) = &finish.report {
            println!("  {}: {}", report_view::outcome_in_words(report.outcome), report.summary);
            for fact in &report.facts {
                println!("  {}: {}  (“{}” at {})", fact.fact, fact.in_words, fact.evidence.quote, fact.evidence.from);
            }
            for breach in &report.breaches {
                println!("  breach: {}", report_view::breach_line(breach));
            }
        }
    }
    print!("{}", report_view::transcript(transcript));
}

fn attempt_json(attempt: &AttemptRecord, transcript: &Transcript) -> serde_json::Value {
    let finish = attempt.finish.as_ref().map(|finish| {
        json!({
            "disposition": finish.disposition,
            "report": finish.report,
            "answered_ms": u64::try_from(finish.answered_for.as_millis()).unwrap_or(u64::MAX),
            "cost_micros": finish.cost,
            "cost_is_settled": attempt.is_settled,
            "at": finish.at,
            "provider": finish.measured.provider,
            "passed_over": finish.measured.passed_over,
        })
    });
    json!({
        "attempt": attempt.attempt,
        "direction": attempt.direction,
        "state": attempt.state,
        "carrier_call": attempt.call,
        "began_at": attempt.began_at,
        "finish": finish,
        "transcript": report_view::transcript_json(transcript),
    })
}

pub(super) async fn recording(attempt: &str, to: &Path, config: &Config) -> Result<ExitCode, Failure> {
    let (_, vault) = wiring::look(config).await?;
    let none = || Failure::of(&codes::RECORDING_UNKNOWN);
    let mut wav = vault.read(&AttemptId::new(attempt), ObjectKind::Recording).await?.ok_or_else(none)?;
    // The stream was written before its length was known; now it is.
    let length = u32::try_from(wav.len().saturating_sub(WavHeader::LEN)).unwrap_or(WavHeader::UNKNOWN);
    for (at, bytes) in WavHeader::patches(length) {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        if let Some(place) = wav.get_mut(at..at.saturating_add(bytes.len())) {
            place.copy_from_slice(&bytes);
        }
    }
    std::fs::write(to, &wav).map_err(|error| Failure::new(&codes::RECORDING_CANNOT_WRITE, format!("cannot write {}: {error}", to.display())))?;
    println!("wrote {} (stereo: callee left, assistant right)", to.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn replay(trace: &str, config: &Config) -> Result<ExitCode, Failure> {
    let bytes = if Path::new(trace).exists() {
        std::fs::read(trace).map_err(|error| Failure::new(&codes::TRACE_CANNOT_READ, error.to_string()))?
    } else {
        let (_, vault) = wiring::look(config).await?;
        let none = || Failure::of(&codes::TRACE_UNKNOWN);
        vault.read(&AttemptId::new(trace), ObjectKind::Trace).await?.ok_or_else(none)?
    };
    let text = String::from_utf8_lossy(&bytes);
    let replayed = replay::replay(&text).map_err(|error| Failure::new(&codes::TRACE_UNREADABLE, error.to_string()))?;
    match replayed.difference {
        None => {
            println!("{} steps, the same outputs", replayed.steps);
            Ok(ExitCode::SUCCESS)
        }
        Some(difference) => {
            println!("line {} came out differently\n  then: {}\n  now:  {}", difference.line, difference.recorded, difference.replayed);
            Ok(ExitCode::from(FAILED))
        }
    }
}
