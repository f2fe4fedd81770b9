//! What the program tells of its calls: figures, costs, advice.

use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ::assistant::task::TaskState;
use dialogue::report::Outcome;
use ports::clock::Clock;
use ports::task_store::{Finish, Measured, TaskStore};
use puppetmaster::wiring::SystemClock;
use serde_json::Value;
use store::{Access, Options, Store, contract};
use telephony::cost::{Micros, RateCard};
use telephony::{CarrierCallId, Disposition, Timestamp};

use crate::program::Home;

/// Writes calls into the books as runs of the program would have: how each ended, its length in seconds, and when.
fn books(home: &Home, calls: &[(Disposition, Option<Outcome>, u64, Timestamp)]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.data(), Options::new(Access::Dialing)).await.unwrap();
        for (index, (disposition, outcome, seconds, at)) in calls.iter().enumerate() {
            let (_, attempt) = contract::begin(&store, &format!("t{index}"), &format!("a{index}")).await;
            store.advance(&attempt, AttemptState::Dialing, None, *at).await.unwrap();
            store.advance(&attempt, AttemptState::Placed, Some(&CarrierCallId::new(format!("CA{index}"))), *at).await.unwrap();
            let length = Duration::from_secs(*seconds);
            let measured = Measured { provider: Some("twilio".into()), ..contract::finish(*disposition, *outcome, *seconds).measured };
            let cost = RateCard::twilio_us().call_cost(length);
            let finish = Finish { at: *at, cost, measured, ..contract::finish(*disposition, *outcome, *seconds) };
            store.finish_attempt(&attempt, &finish, TaskState::Done).await.unwrap();
        }
        store.close().await;
    });
}

fn json(home: &Home, args: &[&str]) -> Value {
    let ended = home.run(args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

const NOVEMBER: Timestamp = contract::NOON;
const DECEMBER: Timestamp = Timestamp(contract::NOON.0 + 10 * 86_400_000);

#[test]
fn figures_of_all_months_and_of_one() {
    let home = Home::new();
    let achieved = Some(Outcome::Achieved);
    let calls = [
        (Disposition::Conversed, achieved, 90, NOVEMBER),
        (Disposition::Conversed, Some(Outcome::Unconfirmed), 30, NOVEMBER),
        (Disposition::Busy, None, 0, NOVEMBER),
        (Disposition::Conversed, achieved, 60, DECEMBER),
    ];
    books(&home, &calls);
    let all = json(&home, &["stats", "--json"]);
    let total = &all["total"];
    assert_eq!((&total["attempts"], &total["achieved"], &total["success_rate"]), (&4.into(), &2.into(), &0.5.into()), "{all}");
    assert_eq!((&total["talked_ms"], &total["average_ms"]), (&180_000.into(), &60_000.into()));
    assert_eq!(total["response_time"], serde_json::json!({ "turns": 6, "median_ms": 700, "p90_ms": 900, "slowest_ms": 900 }));
    assert_eq!((&all["tasks"]["made"], &all["tasks"]["done"]), (&4.into(), &4.into()));
    assert_eq!((&all["by_provider"][0]["key"], &all["by_hour"][0]["key"]), (&"twilio".into(), &"12".into()));

    let november = json(&home, &["stats", "--month", "2026-11", "--json"]);
    assert_eq!((&november["month"], &november["total"]["attempts"], &november["total"]["achieved"]), (&"2026-11".into(), &3.into(), &1.into()));
    assert_eq!(json(&home, &["stats", "--month", "2026-10", "--json"])["total"]["success_rate"], Value::Null);

    let shown = home.run(&["stats", "--month", "2026-11"]).stdout;
    for line in [
        "2026-11 (universal time)",
        "successful  2 (50 % of the tasks that ended)",
        "calls       3",
        "achieved    1 (33 %)",
        "talked      2 min 0 s, 1 min 0 s a call",
        "responses   0.7 s (median of 4 turns), nine of ten within 0.9 s, slowest 0.9 s",
        "information inquiry         3         2      33 %     2 min 0 s      0.054      0.7 s",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let wrong = home.run(&["stats", "--month", "November"]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("write a month as 2026-11"), "{wrong:?}");
}

#[test]
fn fifty_calls_of_three_minutes_in_the_books() {
    let home = Home::new();
    let calls = [(Disposition::Conversed, Some(Outcome::Achieved), 180, NOVEMBER); 50];
    books(&home, &calls);
    let csv = home.run(&["costs", "--csv"]).stdout;
    assert_eq!(csv, "month,calls,begun_minutes,cost,of_which_reckoned,currency\r\n2026-11,50,150,2.700000,2.700000,USD\r\n");
    let by_provider = json(&home, &["costs", "--by", "provider", "--json"]);
    assert_eq!((&by_provider["rows"][0]["key"], &by_provider["total"]["cost"]), (&"twilio".into(), &2_700_000.into()), "{by_provider}");
    assert_eq!(home.run(&["costs", "--by", "task", "--csv"]).stdout.lines().count(), 51);
    let shown = home.run(&["costs", "--by", "month"]).stdout;
    assert!(shown.contains("2026-11                                50      150         2.70         2.70\n"), "{shown}");
}

#[test]
fn advice_comes_from_the_user_s_own_calls() {
    let home = Home::new();
    let now = SystemClock.now() - Duration::from_secs(3_600);
    let mut calls = vec![(Disposition::Conversed, Some(Outcome::Achieved), 100, now); 6];
    books(&home, &calls);
    assert_eq!(json(&home, &["costs", "--json"])["advice"], serde_json::json!([]), "nothing went on for longer");
    let home = Home::new();
    calls.extend([(Disposition::TimeLimit, Some(Outcome::NotAchieved), 590, now); 4]);
    books(&home, &calls);
    let told = json(&home, &["costs", "--json"]);
    let saved = RateCard::twilio_us().call_cost(Duration::from_secs(60)).0 * 7 * 4;
    assert_eq!((&told["advice"][0]["about"], &told["advice"][0]["would_have_saved"]), (&"shorter_limit".into(), &saved.into()), "{told}");
    let shown = home.run(&["costs"]).stdout;
    let amount = Micros(saved);
    assert!(shown.contains("`limits.call_seconds: 150`") && shown.contains(&format!("would have saved {amount} USD")), "{shown}");
}
