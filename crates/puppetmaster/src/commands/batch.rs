//! `puppetmaster task batch`: many calls made of a table, one receipt and one yes for all of them, and what has become of them.

mod read;
mod view;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use assistant::approval::ApprovedBy;
use assistant::batch::{self, Batch, Draft, Pace, RowProblem, Template};
use assistant::task::{Task, TaskState};
use engine::batch_desk::{BatchDesk, NotApproved, Order};
use engine::task_desk::Errand;
use ports::batch_store::BatchStore;
use ports::clock::Clock;
use ports::task_store::StoreError;
use serde_json::json;
use store::Store;
use telephony::Private;

use self::read::Mistake;
use super::task::{ask, plan, schedule};
use crate::cli::{BatchArgs, BatchCommand, MakeBatchArgs};
use crate::config::Config;
use crate::failure::{Failure, REFUSED, WRONG_COMMAND_LINE, codes};
use crate::wiring::{self, SystemClock};

pub(super) async fn batch(args: BatchArgs, config: &Config) -> Result<ExitCode, Failure> {
    match args.command {
        Some(_) if args.make.file.is_some() => Err(Failure { exit: WRONG_COMMAND_LINE, ..Failure::of(&codes::BATCH_WHICH) }),
        Some(BatchCommand::List { at_most, json }) => list(at_most, json, config).await,
        Some(BatchCommand::Show { batch, csv, json }) => show(&batch, csv, json, config).await,
        Some(BatchCommand::Approve { batch, yes }) => approve(&batch, yes, config).await,
        Some(BatchCommand::Cancel { batch }) => cancel(&batch, config).await,
        None => make(&args.make, config).await,
    }
}

async fn open_desk(config: &Config) -> Result<(std::sync::Arc<Store>, BatchDesk), Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    Ok((store.clone(), BatchDesk { desk, batches: store }))
}

async fn make(args: &MakeBatchArgs, config: &Config) -> Result<ExitCode, Failure> {
    let path = args.file.as_deref().unwrap_or_else(|| Path::new(""));
    let (store, desk) = open_desk(config).await?;
    let tasks = match tasks(path, args, &desk, config).await? {
        Ok(tasks) => tasks,
        Err(mistakes) => return Ok(told_mistakes(path, &mistakes, args.json)),
    };
    let usual = Pace::default();
    let pace = Pace {
        calls_at_once: args.at_once.unwrap_or(usual.calls_at_once),
        calls_an_hour: args.per_hour.unwrap_or(usual.calls_an_hour),
        least_gap: args.gap.map_or(usual.least_gap, |gap| std::time::Duration::from_secs(gap.into())),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let batch = Batch { id: wiring::make_token(), made_at: SystemClock.now(), name: Private::new(name), pace, approved: None };
    let order = if args.until_achieved { Order::UntilAchieved } else { Order::SideBySide };
    desk.create(&batch, &tasks, &plan(&args.when)?, order).await?;
    let by = if args.yes { Answer::Given } else { Answer::of(args.json) };
    let done = agree(&desk, &batch.id, by, args.json, config).await;
    store.close().await;
    done
}

/// Returns the tasks that the file asks for, or every mistake in it. Nothing is kept yet.
async fn tasks(path: &Path, args: &MakeBatchArgs, desk: &BatchDesk, config: &Config) -> Result<Result<Vec<Task>, Vec<Mistake>>, Failure> {
    let unreadable = |why: String| Failure::new(&codes::CANNOT_READ, format!("cannot read {}: {why}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > read::MOST_BYTES {
        return Err(unreadable(format!("it is larger than {} MiB", read::MOST_BYTES / 1024 / 1024)));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let read::Contents { rows, shared, mut mistakes } = read::read(path, &text);
    let template = template(args, &shared, config).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        Template::default()
    });
    // Without any row that can be read there is nothing more to say than why.
    let drafts = if rows.is_empty() && !mistakes.is_empty() { Ok(Vec::new()) } else { batch::drafts(&rows, &template, &config.allowed_regions()) };
    let drafts = drafts.unwrap_or_else(|problems| {
        mistakes.extend(problems.into_iter().map(Mistake::from));
        Vec::new()
    });
    let (schedule, mut limits) = (schedule(&args.when, config)?, config.task_limits());
    limits.max_attempts = args.when.attempts;
    let mut tasks = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let line = draft.line;
        let errand = Errand { schedule, limits, persona: config.persona, ..errand(draft) };
        match desk.desk.task(errand, TaskState::AwaitingApproval) {
            // The secrets that it names are looked for here, where the line is known.
            Ok(task) => match desk.desk.secrets(&task).await {
                Ok(_) => tasks.push(task),
                Err(error) => mistakes.push(mistake(line, &error.into())),
            },
            Err(error) => mistakes.push(mistake(line, &error.into())),
        }
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Ok(if mistakes.is_empty() { Ok(tasks) } else { Err(mistakes) })
}

fn errand(draft: Draft) -> Errand {
    Errand {
        task_type: draft.task_type,
        number: draft.number,
        callee_kind: draft.callee_kind,
        intent: draft.intent.into_inner(),
        principal: draft.principal.into_inner(),
        context: draft.context.into_inner(),
        voicemail_message: draft.voicemail_message.map(Private::into_inner),
        persona: dialogue::brief::Persona::default(),
        limits: assistant::task::Limits::default(),
        schedule: assistant::task::Schedule::default(),
    }
}

/// Returns what all rows share: what the command line says, else what the file says beside its rows.
fn template(args: &MakeBatchArgs, shared: &[(String, String)], config: &Config) -> Result<Template, Mistake> {
    let told = |name: &str| shared.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
    let wrong = |field: &str, entry| Err(Mistake::from(RowProblem { line: 0, field: field.to_owned(), entry }));
    let callee_kind = match (args.callee, told("callee").as_deref()) {
        (Some(callee), _) => callee.into(),
        // A business picks up unless somebody says otherwise, as for a single call.
        (None, None | Some("business")) => assistant::task::CalleeKind::Business,
        (None, Some("person")) => assistant::task::CalleeKind::Consumer,
        (None, Some("unknown")) => assistant::task::CalleeKind::Unknown,
        (None, Some(_)) => return wrong("callee", assistant::codes::BATCH_CALLEE),
    };
    let task_type = match (args.task_type, told("type")) {
        (Some(task_type), _) => Some(task_type.into()),
        (None, Some(word)) => match serde_json::from_value(json!(word)) {
            Ok(task_type) => Some(task_type),
            Err(_) => return wrong("type", assistant::codes::BATCH_TYPE),
        },
        (None, None) => None,
    };
    Ok(Template {
        intent: args.intent.clone().or_else(|| told("intent")).map(Private::new),
        principal: Some(Private::new(args.principal.clone().or_else(|| told("for")).unwrap_or_else(|| config.user_name.as_str().to_owned()))),
        callee_kind,
        task_type,
        voicemail_message: args.voicemail.clone().or_else(|| told("voicemail")).map(Private::new),
        allows_missing_facts: args.incomplete,
    })
}

fn mistake(line: u32, failure: &Failure) -> Mistake {
    let entry = assistant::codes::find(failure.code).copied().unwrap_or(assistant::codes::BATCH_UNFIT);
    Mistake { what: failure.what.clone(), ..Mistake::from(RowProblem { line, field: String::new(), entry }) }
}

fn told_mistakes(path: &Path, mistakes: &[Mistake], is_json: bool) -> ExitCode {
    if is_json {
        println!("{}", json!({ "mistakes": mistakes }));
        return ExitCode::from(REFUSED);
    }
    for mistake in mistakes {
        let line = if mistake.line == 0 { String::new() } else { format!(":{}", mistake.line) };
        let field = if mistake.field.is_empty() { String::new() } else { format!(" {}:", mistake.field) };
        eprintln!("{}{line}:{field} {} [{}]", path.display(), mistake.what, mistake.code);
        eprintln!("  {}", mistake.remedy);
    }
    let lines: BTreeSet<u32> = mistakes.iter().map(|mistake| mistake.line).collect();
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let what = format!("{} in {} of the file; nothing of it was stored", count(mistakes.len(), "mistake"), count(lines.len(), "line"));
    Failure::new(&codes::BATCH_ROWS, what).refused().tell()
}

/// Where a yes comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It was given on the command line.
    Given,
    /// The user is asked.
    Asked,
    /// Nobody is asked.
    Later,
}

impl Answer {
    const fn of(is_json: bool) -> Self {
        if is_json { Self::Later } else { Self::Asked }
    }
}

/// Shows the calls of a batch that wait for a yes, and takes it.
async fn agree(desk: &BatchDesk, id: &str, answer: Answer, is_json: bool, config: &Config) -> Result<ExitCode, Failure> {
    let zone = config.zone();
    let open = desk.open(id).await?;
    let explained = desk.explain(&open).await?;
    let beyond = desk.beyond_budget(&open).await?;
    let shown = open.receipt.hash();
    if !is_json {
        print!("{}", view::open(&open, &explained, &beyond, &zone));
    }
    let by = match answer {
        Answer::Given => Some(ApprovedBy::StandingChoice),
        Answer::Later => None,
        Answer::Asked => {
            let said = ask(&format!("  Approve these {} calls? [y/N] ", open.calls.len())).await;
            said.filter(|said| matches!(said.to_ascii_lowercase().as_str(), "y" | "yes")).map(|_| ApprovedBy::User)
        }
    };
    let approved = match &by {
        Some(by) => desk.approve(id, &shown, by).await?,
        None => 0,
    };
    if is_json {
        let calls = open.calls.iter().zip(&explained).map(|(call, explanation)| {
            json!({
                "task": call.task.id, "number": call.receipt.number, "intent": call.receipt.intent,
                "worst_case_micros": call.receipt.worst_case_cost, "allowed_when": explanation.allowed_when, "is_allowed": explanation.record.is_cleared,
                "receipt_hash": call.receipt.hash(),
            })
        });
        let calls: Vec<_> = calls.collect();
        println!("{}", json!({ "batch": id, "hash": shown, "receipt": open.receipt, "calls": calls, "approved": approved }));
    } else if by.is_some() {
        println!("batch {id}  {approved} calls approved");
        println!("  `puppetmaster serve` carries them out at their pace; look with: puppetmaster task batch show {id}");
    } else {
        println!("\nbatch {id}  {} calls wait for your yes", open.calls.len());
        println!("  approve them with: puppetmaster task batch approve {id}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn approve(id: &str, is_agreed: bool, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = open_desk(config).await?;
    let done = agree(&desk, id, if is_agreed { Answer::Given } else { Answer::Asked }, false, config).await;
    store.close().await;
    done
}

async fn show(id: &str, is_csv: bool, is_json: bool, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = open_desk(config).await?;
    let batch = store.batch(id).await?.ok_or_else(|| Failure::of(&codes::BATCH_UNKNOWN))?;
    let report = desk.report(id).await?;
    store.close().await;
    let currency = config.rate_card().currency;
    if is_csv {
        print!("{}", report.as_csv(&currency));
    } else if is_json {
        println!("{}", json!({ "batch": batch, "currency": currency, "report": report }));
    } else {
        print!("{}", view::report(&batch, &report, &currency, &config.zone()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(at_most: u32, is_json: bool, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = open_desk(config).await?;
    let mut shown = Vec::new();
    for batch in store.batches(at_most).await? {
        let report = desk.report(&batch.id).await?;
        shown.push((batch, report));
    }
    store.close().await;
    if is_json {
        let lines = shown.iter().map(|(batch, report)| json!({ "batch": batch, "states": report.states, "calls": report.calls, "achieved": report.achieved, "cost_micros": report.cost }));
        println!("{}", json!(lines.collect::<Vec<_>>()));
    } else if shown.is_empty() {
        println!("no batches yet; make one with: puppetmaster task batch calls.csv");
    }
    if !is_json {
        for (batch, report) in &shown {
            println!("{}  {:<20}  {}, {} achieved", batch.id, batch.name.expose(), view::summary(report), report.achieved);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn cancel(id: &str, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = open_desk(config).await?;
    let given_up = desk.cancel(id).await.map_err(|error| match error {
        StoreError::NotFound => Failure::of(&codes::BATCH_UNKNOWN),
        other => other.into(),
    })?;
    store.close().await;
    println!("batch {id}  {} calls given up", given_up.tasks);
    if given_up.running > 0 {
        println!("  {} of them are running and are ended by the program that made them, within a second", given_up.running);
    }
    Ok(ExitCode::SUCCESS)
}

impl From<NotApproved> for Failure {
    fn from(error: NotApproved) -> Self {
        match error {
            NotApproved::NoSuchBatch => Self::of(&codes::BATCH_UNKNOWN),
            NotApproved::NothingOpen => Self::of(&codes::BATCH_NOTHING_OPEN).refused(),
            NotApproved::Batch(error) => {
                let entry = assistant::codes::find(error.code()).unwrap_or(&assistant::codes::BATCH_UNFIT);
                Self::new(entry, error.to_string()).refused()
            }
            NotApproved::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::task_desk::NotMade;

    use super::*;

    #[test]
    fn a_refused_task_keeps_its_line_and_code() {
        let failure: Failure = NotMade::Errand(assistant::task::TaskError::NoPrincipal).into();
        let told = mistake(7, &failure);
        assert_eq!((told.line, told.code), (7, "task.no_principal"));
    }
}
