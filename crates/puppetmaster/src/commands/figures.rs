//! `puppetmaster stats` and `puppetmaster costs`: figures of calls, and what they cost.

use std::process::ExitCode;
use std::time::Duration;

use assistant::budget::Payer;
use assistant::moment;
use assistant::notice::Notice;
use assistant::statistics::advice::{self, Advice, Circumstances};
use assistant::statistics::costs::{self, CostRow, CostsBy};
use assistant::statistics::month::Month;
use assistant::statistics::{Figures, Part, Statistics};
use ports::clock::Clock;
use ports::task_store::{StoreError, TaskStore};
use serde_json::json;
use store::Store;
use telephony::cost::Micros;
use telephony::{PhoneNumber, Private, Timestamp};

use crate::cli::{CostsArgs, StatsArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::report_view;
use crate::wiring::{self, SystemClock};

const DAY: Duration = Duration::from_secs(86_400);

/// Advice rests on so much history: what was long ago says little about now.
const ADVISED_FROM: Duration = Duration::from_secs(90 * 86_400);

pub(super) async fn stats(args: &StatsArgs, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    let (since, until) = span(args.month);
    let statistics = Statistics::of(&store.ended_calls(since, until).await?, store.task_counts(since, until).await?);
    let currency = config.rate_card().currency;
    if args.json {
        let mut shown = json!(statistics);
        shown["currency"] = json!(currency);
        shown["month"] = json!(args.month.map(|month| month.to_string()));
        println!("{shown}");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(month) = args.month {
        println!("{month} (universal time)\n");
    }
    print(&statistics, &currency);
    Ok(ExitCode::SUCCESS)
}

fn print(statistics: &Statistics, currency: &str) {
    let (tasks, total) = (&statistics.tasks, &statistics.total);
    println!("tasks       {} ({} done, {} given up, {} failed, {} open)", tasks.made, tasks.done, tasks.canceled, tasks.failed, tasks.open);
    println!("successful  {} ({} of the tasks that ended)", tasks.achieved, rate(statistics.task_success_rate));
    println!("calls       {}", total.attempts);
    println!("answered    {}", total.answered);
    println!("achieved    {} ({})", total.achieved, percent(total));
    println!(
        "talked      {}{}",
        length(total.talked_ms),
        total.average_ms.map_or_else(String::new, |average| format!(", {} a call", length(average)))
    );
    let average = total.average_cost.map_or_else(String::new, |average| format!(", {average} a call"));
    println!("cost        {} {currency}{average}", total.cost);
    if let Some(time) = total.response_time {
        let (median, p90, slowest) = (seconds(time.median_ms), seconds(time.p90_ms), seconds(time.slowest_ms));
        println!("responses   {median} s (median of {} turns), nine of ten within {p90} s, slowest {slowest} s", time.turns);
    }
    if statistics.came_in > 0 {
        println!("came in     {} calls that belong to no errand", statistics.came_in);
    }
    for (title, parts) in [
        ("kind", &statistics.by_type),
        ("provider", &statistics.by_provider),
        ("hour there", &statistics.by_hour),
        ("ended", &statistics.by_disposition),
    ] {
        table(title, parts);
    }
}

fn table(title: &str, parts: &[Part]) {
    if parts.is_empty() {
        return;
    }
    println!("\n{title:<22} {:>6} {:>9} {:>9} {:>13} {:>10} {:>10}", "calls", "answered", "achieved", "talked", "cost", "response");
    for Part { key, figures } in parts {
        let response = figures.response_time.map_or_else(|| "–".to_owned(), |time| format!("{} s", seconds(time.median_ms)));
        println!(
            "{:<22} {:>6} {:>9} {:>9} {:>13} {:>10} {response:>10}",
            key.replace('_', " "),
            figures.attempts,
            figures.answered,
            percent(figures),
            length(figures.talked_ms),
            figures.cost.to_string()
        );
    }
}

/// Shows what calls cost, after open prices were asked for.
pub(super) async fn costs(args: &CostsArgs, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    wiring::settle_now(config, &store).await?;
    let zone = config.zone();
    if args.csv || args.by.is_some() || args.month.is_some() {
        return sorted(args, config, &store).await;
    }
    let (now, rates, budget) = (SystemClock.now(), config.rate_card(), config.budget);
    let spending = store.spending(&Payer { task: None, user: Some(Private::new(config.user_name.as_str().to_owned())) }, now).await?;
    let alerts: Vec<(Timestamp, Notice)> = store.alerts(now - 30 * DAY).await?.into_iter().map(|(at, alert)| (at, alert.notice())).collect();
    let open = store.unsettled(now - 30 * DAY, 1_000).await?.len();
    let advice = advise(config, &store, now).await?;
    if args.json {
        let shown = json!({
            "currency": rates.currency,
            "day": { "cost_micros": spending.last_day, "budget_micros": budget.per_day },
            "week": { "cost_micros": spending.last_week, "budget_micros": budget.per_week },
            "month": { "cost_micros": spending.last_month, "budget_micros": budget.per_month },
            "user": { "cost_micros": spending.user, "budget_micros": budget.per_user },
            "alerts": alerts.iter().map(|(at, notice)| json!({ "at": at, "code": notice.code, "text": notice.text })).collect::<Vec<_>>(),
            "reserved_micros": spending.reserved,
            "open_prices": open,
            "number_per_month_micros": rates.number_per_month,
            "prices_read_on": rates.read_on,
            "advice": advice,
        });
        println!("{shown}");
        return Ok(ExitCode::SUCCESS);
    }
    let currency = &rates.currency;
    println!("24 hours    {} {currency} of {}", spending.last_day, budget.per_day);
    println!("7 days      {} {currency} of {}", spending.last_week, budget.per_week);
    println!("30 days     {} {currency} of {}", spending.last_month, budget.per_month);
    println!("your own    {} {currency} of {} in 30 days, with what is reserved", spending.user, budget.per_user);
    println!("reserved    {} {currency} for calls that have not ended", spending.reserved);
    for (at, notice) in &alerts {
        println!("alert       {} {} [{}]", moment::show(*at, &zone), notice.text, notice.code);
    }
    if open > 0 {
        println!("open        {open} calls are reckoned by prices of {}; the phone provider has not told theirs yet", rates.read_on);
    }
    if rates.number_per_month > Micros::ZERO {
        println!("beside      {} {currency} a month for the number", rates.number_per_month);
    }
    for advice in &advice {
        println!("\ncheaper     {} Over the last 90 days that would have saved {} {currency}.", advice.text, advice.would_have_saved);
    }
    Ok(ExitCode::SUCCESS)
}

async fn advise(config: &Config, store: &Store, now: Timestamp) -> Result<Vec<Advice>, StoreError> {
    let calls = store.ended_calls(now - ADVISED_FROM, now).await?;
    let own_region = config.caller_id().and_then(PhoneNumber::region);
    let circumstances = Circumstances { rates: &config.rate_card(), own_region: own_region.as_deref(), limit: config.task_limits().total_time };
    Ok(advice::advice(&calls, &circumstances))
}

async fn sorted(args: &CostsArgs, config: &Config, store: &Store) -> Result<ExitCode, Failure> {
    let by = args.by.map_or(CostsBy::Month, CostsBy::from);
    let (since, until) = span(args.month);
    let rows = costs::costs(&store.ended_calls(since, until).await?, by);
    let currency = config.rate_card().currency;
    if args.csv {
        print!("{}", costs::as_csv(&rows, by, &currency));
    } else if args.json {
        println!("{}", json!({ "by": by.as_str(), "currency": currency, "rows": rows, "total": costs::total(&rows) }));
    } else {
        println!("{:<34} {:>6} {:>8} {:>12} {:>12}", by.as_str(), "calls", "minutes", currency, "reckoned");
        let total = costs::total(&rows);
        rows.iter().chain([&total]).for_each(print_cost);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_cost(row: &CostRow) {
    println!("{:<34} {:>6} {:>8} {:>12} {:>12}", row.key, row.calls, row.begun_minutes, row.cost.to_string(), row.reckoned.to_string());
}

/// From the first to after the last moment of a month, or of all time.
fn span(month: Option<Month>) -> (Timestamp, Timestamp) {
    month.map_or((Timestamp(0), Timestamp(i64::MAX)), |month| (month.since(), month.until()))
}

fn percent(figures: &Figures) -> String {
    rate(figures.success_rate)
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.0} %", rate * 100.0))
}

fn length(millis: u64) -> String {
    report_view::length(Duration::from_millis(millis))
}

fn seconds(millis: u64) -> String {
    format!("{:.1}", Duration::from_millis(millis).as_secs_f64())
}
