//! What calls cost: reckoned at first, by the carrier's price once it tells one.

use ::assistant::attempt::AttemptState;
use ::assistant::task::TaskState;
use ports::clock::Clock;
use ports::task_store::{Finish, Measured, TaskStore};
use puppetmaster::wiring::SystemClock;
use store::{Access, Options, Store, contract};
use telephony::{CarrierCallId, Disposition};

use crate::doctor::well;
use crate::fake_twilio::FakeTwilio;
use crate::program::Home;

/// Writes a call of 61 seconds into the books that has just ended, as a run of the program would have.
pub fn a_call_that_ended(home: &Home) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        std::fs::create_dir_all(home.data()).unwrap();
        let store = Store::open(&home.data(), Options::new(Access::Dialing)).await.unwrap();
        let now = SystemClock.now();
        let (_, attempt) = contract::begin(&store, "t1", "a1").await;
        store.advance(&attempt, AttemptState::Dialing, None, now).await.unwrap();
        store.advance(&attempt, AttemptState::Placed, Some(&CarrierCallId::new("CA1")), now).await.unwrap();
        let finish = contract::finish(Disposition::Conversed, None, 61);
        // Only who connected a call knows its price.
        let measured = Measured { provider: Some("twilio".into()), ..finish.measured };
        let finish = Finish { at: now, measured, ..finish };
        store.finish_attempt(&attempt, &finish, TaskState::Done).await.unwrap();
        store.close().await;
    });
}

pub fn costs(home: &Home) -> serde_json::Value {
    let ended = home.run(&["costs", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn a_price_that_the_carrier_tells_later_takes_the_place_of_ours() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    a_call_that_ended(&home);

    let before = costs(&home);
    assert_eq!((&before["day"]["cost_micros"], &before["open_prices"]), (&28_000.into(), &1.into()), "{before}");
    let shown = home.run(&["task", "show", "t1"]).stdout;
    assert!(shown.contains("cost 0.028 (reckoned; the phone provider has not told its price yet)"), "{shown}");

    // Two minutes of stream at 0.004 come beside the price of the leg.
    twilio.change(|books| books.call_price = Some("-0.02600"));
    let shown = home.run(&["task", "show", "t1"]).stdout;
    assert!(shown.contains("cost 0.034\n"), "{shown}");
    let after = costs(&home);
    assert_eq!((&after["day"]["cost_micros"], &after["open_prices"]), (&34_000.into(), &0.into()), "{after}");

    // Once settled it is not asked for again, and another price changes nothing.
    let asked = twilio.asked().len();
    twilio.change(|books| books.call_price = Some("-9.00000"));
    assert_eq!(costs(&home)["day"]["cost_micros"], 34_000);
    assert_eq!(twilio.asked().len(), asked);
    let shown = home.run(&["costs"]).stdout;
    assert!(shown.contains("24 hours    0.034 USD of 5.00\n") && shown.contains("beside      1.15 USD a month"), "{shown}");
}

#[test]
fn a_start_settles_what_earlier_calls_left_open() {
    let twilio = FakeTwilio::start();
    twilio.change(|books| books.call_price = Some("-0.02600"));
    let home = well(&twilio);
    a_call_that_ended(&home);
    let mut serving = home.start(&["serve"]);
    serving.until("address");
    // Looking as on the practice network asks no carrier, so whoever settles it is the start. It does so beside everything else.
    let open = || {
        let ended = home.run(&["--set", "phone_provider=mock", "costs", "--json"]);
        serde_json::from_str::<serde_json::Value>(&ended.stdout).unwrap()["open_prices"].clone()
    };
    assert!((0..200).any(|_| open() == 0), "the price stays open");
    serving.signal("TERM");
    assert_eq!(serving.end().code, Some(0));
    assert!(twilio.asked().iter().any(|asked| asked.ends_with("/Calls/CA1.json")), "{:?}", twilio.asked());
}

#[test]
fn costs_are_shown_though_the_carrier_is_out_of_reach() {
    let nobody = FakeTwilio { url: format!("http://{}", crate::doctor::free_address()), books: FakeTwilio::start().books };
    let home = well(&nobody);
    a_call_that_ended(&home);
    assert_eq!(costs(&home)["open_prices"], 1);
    let practice = home.run(&["--set", "phone_provider=mock", "costs"]);
    assert_eq!(practice.code, Some(0), "{practice:?}");
}
