//! Thousands of days of a program that crashes, over a provider that lies: the real engine in virtual time, judged by the provider's log.
//!
//! `BAD_DAYS=4711 cargo test --release -p testbed --test it bad_days::a_day_again -- --nocapture` lives one day again and shows it.

pub mod clock;
pub mod day;
pub mod exchange;
mod judge;
mod memory_policy;
pub mod memory_store;
mod silence;

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use day::{Day, EVENTS};
use exchange::Lies;
use memory_store::MemoryStore;
use store::contract;

/// Days that the checks live through. More of them: `BAD_DAYS_AT_MOST=100000`.
const DAYS: u64 = 10_000;

/// The variable that names a day.
const ONE: &str = "BAD_DAYS";
const HOW_MANY: &str = "BAD_DAYS_AT_MOST";

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number")))
}

#[test]
fn nothing_is_dialed_twice_lost_or_left_alive() {
    let days = number_of(HOW_MANY).unwrap_or(DAYS);
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let sum = Mutex::new((Day::default(), u64::MAX, Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= days {
                        return;
                    }
                    let day = std::panic::catch_unwind(|| day::live(seed, Lies::BAD)).unwrap_or_else(|_| Day {
                        events: EVENTS,
                        wrong: vec!["something panicked".into()],
                        ..Day::default()
                    });
                    let (all, fewest, wrong) = &mut *sum.lock().unwrap();
                    *fewest = (*fewest).min(day.events);
                    wrong.extend(day.wrong.first().map(|what| (seed, what.clone())));
                    all.add(&day);
                }
            });
        }
    });
    let (all, fewest, mut wrong) = sum.into_inner().unwrap();
    // Past the harness, which shows what a test prints only if it fails: the checks are to say what ran.
    std::io::stdout().write_all(format!("\n{}", table(days, &all, fewest, began.elapsed().as_secs())).as_bytes()).unwrap();
    wrong.sort();
    let told: Vec<String> = wrong.iter().take(5).map(|(seed, what)| format!("{what}\n  again: {}", again(*seed))).collect();
    assert!(wrong.is_empty(), "{} of {days} days went wrong:\n{}", wrong.len(), told.join("\n"));
    assert!(fewest >= EVENTS, "a day had {fewest} events only");
    assert!(all.crashes > days && all.faults > 10 * days && all.left_open > days / 100, "the days were not bad: {all:?}");
}

fn again(seed: u64) -> String {
    format!("{ONE}={seed} cargo test --release -p testbed --test it bad_days::a_day_again -- --nocapture")
}

fn table(days: u64, all: &Day, fewest: u64, seconds: u64) -> String {
    let rows: [(&str, u64); 15] = [
        ("days, each with a seed of its own", days),
        ("events", all.events),
        ("fewest events of a day", fewest),
        ("crashes", all.crashes),
        ("faults of the provider", all.faults),
        ("news that came more than an hour after their call was over", all.old_news),
        ("dials", all.dials),
        ("dials that the gate refused", all.refused),
        ("telephones that rang", all.rings),
        ("of them a second time, by a provider that made two calls for one dial", all.rings_by_the_provider),
        ("telephones that rang more than 30 seconds after the dial", all.late),
        ("conversations", all.conversed),
        ("attempts that a start left open, to be asked about again", all.left_open),
        ("longest life of a call that nobody led, in seconds", all.orphan_seconds),
        ("seconds", seconds),
    ];
    rows.iter().map(|(what, count)| format!("bad days: {count:>10}  {what}\n")).collect()
}

/// Lives the day that the environment names, or one that is always the same.
#[test]
fn a_day_again() {
    let seed = number_of(ONE).unwrap_or(7);
    let day = day::live(seed, Lies::BAD);
    println!("{day:#?}");
    assert_eq!(day, day::live(seed, Lies::BAD), "a day is lived the same again");
    assert_eq!(day.wrong, [""; 0]);
}

#[test]
fn on_a_good_day_nobody_is_rung_twice_and_nothing_stays_open() {
    for seed in 0..50 {
        let day = day::live(seed, Lies::NONE);
        assert_eq!((day.wrong, day.faults, day.rings_by_the_provider), (vec![], 0, 0), "{seed}");
    }
}

macro_rules! the_store_keeps {
    ($($promise:ident)*) => {
        $(
            #[tokio::test]
            async fn $promise() {
                contract::$promise(&MemoryStore::new()).await;
            }
        )*
    };
}

mod the_store_in_memory {
    use super::*;

    the_store_keeps! {
        tasks_come_back_as_they_were
        tasks_are_found_by_what_they_are
        an_identity_is_used_once
        a_task_that_has_ended_stays
        an_approval_is_used_once
        a_task_has_one_live_attempt
        one_of_many_dials
        a_place_is_given_once
        money_is_reserved_once
        a_task_follows_its_attempt
        an_attempt_never_goes_back
        recent_attempts_are_found
        an_attempt_ends_once
        what_comes_twice_is_kept_once
        the_rules_learn_what_was_done
        an_attempt_that_was_put_off_is_no_try
        a_number_whose_call_has_no_name_is_not_rung
        a_price_is_settled_once
        open_prices_are_found
        a_stop_request_is_kept
        ended_attempts_are_counted
    }

    #[tokio::test]
    async fn keeps_what_is_promised_of_money() {
        contract::money::a_further_leg_is_paid_by_its_call(&MemoryStore::new()).await;
        contract::money::what_a_crash_leaves_open_counts_in_full(&MemoryStore::new()).await;
        contract::money::a_further_leg_is_found_again(&MemoryStore::new()).await;
        contract::money::a_further_leg_obeys_pause_and_budget(&MemoryStore::new()).await;
    }

    #[tokio::test]
    async fn sees_what_bars_a_dial_meanwhile() {
        contract::policy::a_dial_that_was_barred_meanwhile_is_not_made(&MemoryStore::new()).await;
    }
}
