//! Errands that come back: what `--every` says, and `puppetmaster task change`.

use std::process::ExitCode;

use assistant::moment;
use assistant::recurrence::{Recurrence, RecurrenceError, Rhythm};
use assistant::series::Series;
use assistant::task::Task;
use engine::task_desk::NotMade;
use ports::plan_store::PlanStore;
use ports::task_store::{StoreError, TaskStore};
use telephony::{TaskId, Timestamp};

use crate::cli::{SeriesArgs, TaskChangeArgs};
use crate::config::Config;
use crate::failure::{Failure, WRONG_COMMAND_LINE, codes};
use crate::wiring;

/// What `--every` says, before there is a task.
pub(super) struct Wanted {
    recurrence: Recurrence,
    times: Option<u32>,
}

/// Returns what `--every` says; `None` if it is not given, or says "never".
///
/// # Errors
/// It cannot be read.
pub(super) fn wanted(args: &SeriesArgs, from: Timestamp, config: &Config) -> Result<Option<Wanted>, Failure> {
    let Some(text) = args.every.as_deref().filter(|text| !text.trim().eq_ignore_ascii_case("never")) else { return Ok(None) };
    let zone = config.zone();
    let until = args.until.as_deref().map(|text| moment::read(text, &zone, from)).transpose()?;
    let wrong = |error: RecurrenceError| {
        let failure = Failure::new(&assistant::codes::SCHEDULE_RECURRENCE, error.to_string());
        Failure { exit: WRONG_COMMAND_LINE, ..failure }
    };
    let rhythm: Rhythm = text.parse().map_err(wrong)?;
    let recurrence = rhythm.from(&moment::day(from, &zone)?, &zone, until).map_err(wrong)?;
    Ok(Some(Wanted { recurrence, times: args.times }))
}

impl Wanted {
    /// Returns the series whose first task this is, carried out at once: the next time is the first one of the rhythm.
    pub(super) fn begun_by(self, task: &TaskId, now: Timestamp) -> Series {
        Series::first(task.clone(), self.recurrence, now, self.times)
    }

    /// Returns the series whose first task this is, carried out the first time that the rhythm says from a moment on.
    ///
    /// # Errors
    /// There is no such time before its end.
    pub(super) fn first(self, task: &TaskId, from: Timestamp) -> Result<Series, Failure> {
        let at = self.recurrence.next_after(Timestamp(from.as_millis() - 1)).ok_or_else(|| Failure::of(&codes::SERIES_EMPTY).refused())?;
        Ok(Series::first(task.clone(), self.recurrence, at, self.times))
    }
}

/// Returns how an errand comes back, for people: "week on mon 10:00, 3 of 5, next Mon 2026-11-30 10:00".
pub(super) fn in_words(series: &Series, zone: &str) -> String {
    let which = match series.times {
        Some(times) => format!("{} of {times}", series.number),
        None => format!("number {}", series.number),
    };
    let next = series.next_at().map_or_else(|| "the last one".to_owned(), |at| format!("next {}", moment::show(at, zone)));
    format!("every {}, {which}, {next}", series.recurrence.rhythm())
}

/// Says which task follows.
pub(super) fn told(next: Option<&Task>, zone: &str) {
    let Some(next) = next else { return };
    let at = next.schedule.not_before.map_or_else(String::new, |at| format!(" {}", moment::show(at, zone)));
    println!("  again{at}: task {}, {}", next.id, next.state.in_words());
}

/// Changes when a task comes back, or that it does.
pub(super) async fn change(args: &TaskChangeArgs, config: &Config) -> Result<ExitCode, Failure> {
    let (store, desk) = wiring::look_with_desk(config, false).await?;
    let id = TaskId::new(args.task.clone());
    let (now, zone) = (desk.gate.clock.now(), config.zone());
    let task = store.task(&id).await?.ok_or_else(|| Failure::of(&codes::TASK_UNKNOWN))?;
    let planned = store.plan(&id).await?.ok_or_else(|| Failure::of(&codes::TASK_NOT_PLANNED))?;
    let given = SeriesArgs { every: Some(args.every.clone()), until: args.until.clone(), times: args.times };
    let from = task.schedule.not_before.map_or(now, |not_before| not_before.max(now));
    let series = wanted(&given, from, config)?.map(|wanted| {
        let name = planned.plan.series.as_ref().map_or(&id, |series| &series.id);
        wanted.begun_by(name, from)
    });
    if task.state.is_final() && series.is_some() {
        return Err(NotMade::WrongState { state: task.state }.into());
    }
    store.set_series(&id, series.as_ref()).await.map_err(|error| match error {
        StoreError::Conflict => Failure::of(&codes::SERIES_FOLLOWED),
        other => other.into(),
    })?;
    store.close().await;
    match series {
        Some(series) => println!("task {id}  {}", in_words(&series, &zone)),
        None => println!("task {id}  does not come back"),
    }
    Ok(ExitCode::SUCCESS)
}
