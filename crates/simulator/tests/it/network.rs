//! Legs from the request to the end.

use std::time::Duration;

use simulator::network::{Config, Input};

use crate::talk::Talk;

#[test]
fn the_caller_can_end_a_call_in_every_state() {
    for (after_ms, end) in [(0, "Canceled 487 by Caller"), (1_000, "Canceled 487 by Caller"), (5_000, "Completed 200 by Caller")] {
        let mut talk = Talk::call("+12125550123");
        talk.wait(after_ms).tell(Input::HangUp);
        assert_eq!(talk.take().last().unwrap(), end);
        talk.wait(100_000);
        assert!(talk.take().is_empty());
    }
}

#[test]
fn the_total_time_limit_ends_a_talk() {
    let mut talk = Talk::with("+12125550121", Config { time_limit: Duration::from_secs(10), ..Config::default() });
    talk.wait(30_000);
    assert_eq!(talk.take().last().unwrap(), "Completed 200 by TimeLimit");
}

#[test]
fn a_short_ring_timeout_comes_before_the_answer() {
    let mut talk = Talk::with("+12125550114", Config { ring_timeout: Duration::from_secs(3), ..Config::default() });
    talk.wait(30_000);
    assert_eq!(talk.take(), ["Dialing", "Ringing", "NoAnswer 487 by RingTimeout"]);
}

#[test]
fn one_seed_replays_and_another_differs() {
    let run = |seed| {
        let mut talk = Talk::with("+12125550123", Config { callee: simulator::callee::Config { today: 0, seed }, ..Config::default() });
        talk.wait(8_000);
        talk.begin();
        talk.tell(Input::Callee(simulator::callee::Input::HeardEnd { text: "what time do you close".into() }));
        talk.leg().next_wakeup()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}
