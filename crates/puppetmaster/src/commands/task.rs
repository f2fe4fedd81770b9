//! `puppetmaster task create/fact/approve/deny/cancel/run`: errands that nobody waits for. `serve` carries them out, or `task run`.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use assistant::approval::ApprovedBy;
use assistant::dependency::{Condition, Dependency};
use assistant::missing_facts::{self, NeededFact};
use assistant::moment;
use assistant::opening_hours::OpeningHours;
use assistant::task::{Schedule, Task, TaskState};
use assistant::task_plan::{Priority, TaskPlan};
use dialogue::report::Outcome;
use engine::task_desk::{NotMade, TaskDesk};
use engine::task_runner::TaskRunner;
use ports::clock::Clock;
use ports::plan_store::{PlanStore, Planned};
use ports::policy_store::PolicyStore;
use ports::task_store::{StoreError, TaskStore};
use serde_json::json;
use store::Store;
use telephony::{Private, TaskId, Timestamp};

use super::ending::Ending;
use super::errand::{errand, facts};
use super::{records, series, serve};
use crate::cli::{ConditionArg, PriorityArg, TaskCreateArgs, WhenArgs};
use crate::config::Config;
use crate::failure::{Failure, NOT_ACHIEVED, REFUSED, codes};
use crate::report_view;
use crate::wiring::{self, SystemClock};

pub(super) async fn create(args: TaskCreateArgs, config: &Config) -> Result<ExitCode, Failure> {
    let mut errand = errand(&args.errand, config)?;
    let now = SystemClock.now();
    errand.schedule = schedule(&args.when, config)?;
    let from = errand.schedule.not_before.map_or(now, |not_before| not_before.max(now));
    let comes_back = series::wanted(&args.series, from, config)?;
    if comes_back.is_some() && errand.schedule.not_after.is_some() {
        return Err(Failure::of(&codes::SERIES_DEADLINE).refused());
    }
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let mut plan = plan(&args.when)?;
    plan.dependencies = dependencies(&args, &store).await?;
    if !args.json {
        ask_for(&missing_facts::missing(errand.task_type, &errand.intent, &errand.context), &mut errand.context).await;
    }
    let missing = missing_facts::missing(errand.task_type, &errand.intent, &errand.context);
    let state = if missing.is_empty() || args.incomplete { TaskState::AwaitingApproval } else { TaskState::Draft };
    errand.limits.max_attempts = args.when.attempts;
    let mut task = desk.task(errand, state)?;
    if let Some(comes_back) = comes_back {
        let series = comes_back.first(&task.id, from)?;
        task.schedule = series.schedule();
        plan.series = Some(series);
    }
    let in_words = plan.series.as_ref().map(|series| series::in_words(series, &config.zone()));
    let receipt = desk.checked_receipt(&task).await?;
    store.create_planned(&task, &receipt, &Planned { plan, due_at: None }).await?;
    let standing = if task.state == TaskState::AwaitingApproval { desk.approve_by_standing(&receipt).await? } else { None };
    if standing.is_some() {
        store.set_due(&task.id, Some(first_due(&desk, &task))).await?;
    }
    let task = known(&store, &task.id).await?;
    store.close().await;
    if args.json {
        let missing: Vec<_> = missing.iter().map(|fact| json!({ "label": fact.label, "question": fact.question })).collect();
        let shown = json!({
            "task": task.id, "state": task.state, "missing": missing, "receipt": receipt, "standing_approval": standing, "comes_back": in_words,
        });
        println!("{shown}");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", report_view::receipt(&receipt));
    match standing {
        Some(standing) => println!("task {}  approved by the standing approval {standing}", task.id),
        None => told_state(&task, &missing),
    }
    if let Some(in_words) = in_words {
        println!("  {in_words}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns when a task may be carried out, by moments in the user's zone.
pub(super) fn schedule(args: &WhenArgs, config: &Config) -> Result<Schedule, Failure> {
    let zone = config.zone();
    Ok(Schedule { not_before: moment_of(args.not_before.as_deref(), &zone)?, not_after: moment_of(args.deadline.as_deref(), &zone)? })
}

/// Returns the moment that somebody in this zone means, if they say one.
pub(super) fn moment_of(text: Option<&str>, zone: &str) -> Result<Option<Timestamp>, Failure> {
    Ok(text.map(|text| moment::read(text, zone, SystemClock.now())).transpose()?)
}

fn told_state(task: &Task, missing: &[NeededFact]) {
    println!("task {}  {}", task.id, task.state.in_words());
    if task.state == TaskState::Draft {
        missing.iter().for_each(|fact| println!("  missing    {}: {}", fact.label, fact.question));
        println!("  tell it with: puppetmaster task fact {} \"{}=…\"", task.id, missing.first().map_or("label", |fact| fact.label));
    } else {
        println!("  approve it with: puppetmaster task approve {}", task.id);
    }
}

/// Returns how a task is carried out that waits for no other.
pub(super) fn plan(args: &WhenArgs) -> Result<TaskPlan, Failure> {
    let opening_hours = args.opening_hours.as_deref().map(str::parse::<OpeningHours>).transpose();
    let opening_hours = opening_hours.map_err(|error| Failure::new(&assistant::codes::TASK_OPENING_HOURS, error.to_string()).refused())?;
    Ok(TaskPlan { priority: args.priority.into(), opening_hours, ..TaskPlan::default() })
}

async fn dependencies(args: &TaskCreateArgs, store: &Store) -> Result<Vec<Dependency>, Failure> {
    let mut dependencies = Vec::new();
    for on in &args.after {
        let on = TaskId::new(on.clone());
        // It exists already, so no circle can come about.
        store.task(&on).await?.ok_or_else(|| Failure::of(&codes::TASK_UNKNOWN))?;
        dependencies.push(Dependency { on, when: args.if_it.into() });
    }
    Ok(dependencies)
}

/// Asks the user for facts; who has no answer presses Enter.
async fn ask_for(missing: &[NeededFact], context: &mut Vec<(String, String)>) {
    for fact in missing {
        let Some(answer) = ask(&format!("  {} ", fact.question)).await else { return };
        if !answer.is_empty() {
            context.push((fact.label.to_owned(), answer));
        }
    }
}

/// Returns the answer to a question, `None` if there is nobody to ask.
pub(super) async fn ask(question: &str) -> Option<String> {
    print!("{question}");
    // A prompt that cannot be shown is answered by whoever types anyway.
    let _ = io::stdout().flush();
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).ok().filter(|length| *length > 0).map(|_| line.trim().to_owned())
    });
    read.await.ok().flatten()
}

async fn known(store: &Store, id: &TaskId) -> Result<Task, Failure> {
    store.task(id).await?.ok_or_else(|| Failure::of(&codes::TASK_UNKNOWN))
}

/// Adds facts to a task, or changes them; an approval, if there is one, is void then.
pub(super) async fn fact(id: &TaskId, given: &[String], config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let mut task = known(&store, id).await?;
    let mut context = task.context.into_inner();
    for (label, value) in facts(given)? {
        match context.iter_mut().find(|(known, _)| *known == label) {
            Some(known) => known.1 = value,
            None => context.push((label, value)),
        }
    }
    let missing = missing_facts::missing(task.task_type, task.intent.expose(), &context);
    task.context = Private::new(context);
    let before = task.state;
    task.state = if missing.is_empty() { TaskState::AwaitingApproval } else { TaskState::Draft };
    let receipt = desk.checked_receipt(&task).await?;
    store.edit_task(&task, &receipt, SystemClock.now()).await.map_err(|error| match error {
        StoreError::Conflict => NotMade::WrongState { state: before }.into(),
        other => Failure::from(other),
    })?;
    store.close().await;
    println!("{}", report_view::receipt(&receipt));
    told_state(&task, &missing);
    Ok(ExitCode::SUCCESS)
}

/// Shows the receipt as it stands now and takes the yes.
pub(super) async fn approve(id: &TaskId, is_agreed: bool, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let task = known(&store, id).await?;
    match task.state {
        TaskState::AwaitingApproval | TaskState::Approved => {}
        TaskState::Draft => {
            let missing = missing_facts::missing(task.task_type, task.intent.expose(), task.context.expose());
            let labels: Vec<&str> = missing.iter().map(|fact| fact.label).collect();
            return Err(Failure::new(&codes::TASK_MISSING_FACTS, format!("the task is a draft; it lacks: {}", labels.join(", "))).refused());
        }
        state => return Err(NotMade::WrongState { state }.into()),
    }
    let receipt = desk.checked_receipt(&task).await?;
    println!("{}", report_view::receipt(&receipt));
    if !is_agreed {
        let answer = ask("  Approve this? [y/N] ").await.unwrap_or_default();
        if !matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::of(&codes::APPROVAL_DENIED).refused());
        }
    }
    desk.approve(&receipt, if is_agreed { ApprovedBy::StandingChoice } else { ApprovedBy::User }).await?;
    let due_at = first_due(&desk, &task);
    store.set_due(id, Some(due_at)).await?;
    let is_planned = store.plan(id).await?.is_some();
    store.close().await;
    println!("task {id}  approved");
    if is_planned {
        println!("  it is due {}; `puppetmaster serve` carries it out, or: puppetmaster task run {id}", moment::show(due_at, &config.zone()));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn first_due(desk: &TaskDesk, task: &Task) -> Timestamp {
    let now = desk.gate.clock.now();
    task.schedule.not_before.map_or(now, |not_before| not_before.max(now))
}

/// Says no to a task, or gives it up: then whoever has a call of it ends that.
pub(super) async fn cancel(id: &TaskId, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let is_running = known(&store, id).await?.state == TaskState::Running;
    let comes_back = store.plan(id).await?.is_some_and(|planned| planned.plan.series.is_some());
    desk.cancel(id).await?;
    if comes_back {
        // Whoever carries tasks out would see it as well.
        store.set_series(id, None).await?;
    }
    store.close().await;
    println!("task {id}  canceled{}", if comes_back { "; it does not come back" } else { "" });
    if is_running {
        println!("  its call is ended by the program that made it, within a second");
    }
    Ok(ExitCode::SUCCESS)
}

/// Says no to a receipt.
pub(super) async fn deny(id: &TaskId, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let task = known(&store, id).await?;
    if !matches!(task.state, TaskState::Draft | TaskState::AwaitingApproval | TaskState::Approved) {
        return Err(NotMade::WrongState { state: task.state }.into());
    }
    let comes_back = store.plan(id).await?.is_some_and(|planned| planned.plan.series.is_some());
    // Only this time: the one that follows is made in the same step.
    let next = if comes_back { engine::series::follow(&desk, store.as_ref(), id, TaskState::Canceled).await? } else { None };
    if next.is_none() {
        desk.cancel(id).await?;
    }
    store.close().await;
    println!("task {id}  denied; it is never called");
    series::told(next.as_ref(), &config.zone());
    Ok(ExitCode::SUCCESS)
}

/// Carries a task out now: here, or by the program that dials from this data folder already.
pub(super) async fn run(id: &TaskId, config: &Config) -> Result<ExitCode, Failure> {
    config.require_enabled().map_err(|problem| Failure::new(problem.entry, problem.what.clone()))?;
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let task = known(&store, id).await?;
    if task.state != TaskState::Approved {
        return Err(NotMade::WrongState { state: task.state }.into());
    }
    if store.plan(id).await?.is_none() {
        return Err(Failure::of(&codes::TASK_NOT_PLANNED));
    }
    store.set_due(id, Some(first_due(&desk, &task))).await?;
    store.close().await;
    let running = match wiring::run(config, wiring::Purpose::Call { is_strict: false }).await {
        Ok(running) => running,
        Err(failure) if failure.code == assistant::codes::STORE_LOCKED.code => {
            println!("another program dials from this data folder and carries the task out; look with: puppetmaster task show {id}");
            return Ok(ExitCode::SUCCESS);
        }
        Err(failure) => return Err(failure),
    };
    let runner = TaskRunner::new(running.assistant.clone(), running.store.clone(), running.store.clone(), wiring::chance);
    let mut end = Ending::new();
    let carried_out = tokio::select! {
        done = runner.run_one(id) => done,
        () = end.next() => {
            eprintln!("\nsaying goodbye and hanging up; what is left is carried out by the next run");
            serve::drain(&running.directory, &mut end).await;
            Ok(())
        }
    };
    let shown = match carried_out {
        Ok(()) => result(&running.store, id, config).await,
        Err(error) => Err(error.into()),
    };
    running.stop().await;
    shown
}

/// Shows what came of a task and returns the exit code.
async fn result(store: &Store, id: &TaskId, config: &Config) -> Result<ExitCode, Failure> {
    records::show_one(store, id, config).await?;
    let attempts = store.attempts(id).await?;
    let report = attempts.last().and_then(|attempt| attempt.finish.as_ref()).and_then(|finish| finish.report.as_ref());
    let was_refused = store.decisions(id).await?.last().is_some_and(|record| !record.is_cleared);
    Ok(match report {
        Some(report) if report.outcome == Outcome::Achieved => ExitCode::SUCCESS,
        _ if was_refused => ExitCode::from(REFUSED),
        _ => ExitCode::from(NOT_ACHIEVED),
    })
}

impl From<PriorityArg> for Priority {
    fn from(arg: PriorityArg) -> Self {
        match arg {
            PriorityArg::Low => Self::Low,
            PriorityArg::Normal => Self::Normal,
            PriorityArg::High => Self::High,
            PriorityArg::Urgent => Self::Urgent,
        }
    }
}

impl From<ConditionArg> for Condition {
    fn from(arg: ConditionArg) -> Self {
        match arg {
            ConditionArg::Achieved => Self::Achieved,
            ConditionArg::SaidNo => Self::SaidNo,
            ConditionArg::NotReached => Self::NotReached,
            ConditionArg::NotAchieved => Self::NotAchieved,
            ConditionArg::Ended => Self::Ended,
        }
    }
}
