//! Each thing that can go wrong between the carrier and us is seen to do so, and to do no harm; planted breaks are caught.

use dialogue::moves::LineKind;
use telephony::leg::LegState;

use super::*;
use crate::scenario::{Scenario, Scenarios};
use crate::verdict::{Verdict, judge};

const PERFECT: Impairments = Impairments {
    misheard_permille: 0,
    unnoticed_permille: 0,
    late_words_permille: 0,
    false_voice_permille: 0,
    lost_marks_permille: 0,
    lost_webhooks_permille: 0,
    doubled_webhooks_permille: 0,
    late_webhooks_permille: 0,
    reordered_webhooks_permille: 0,
    lost_replies_permille: 0,
    lost_media_permille: 0,
};

fn scenario(name: &str) -> Scenario {
    Scenarios::shipped().unwrap().only(name).unwrap().iter().next().unwrap().clone()
}

fn world(name: &str, seed: u64, impairments: Impairments) -> World {
    let scenario = scenario(name);
    World::new(Scene { script: scenario.script, brief: scenario.brief, seed, impairments })
}

/// Plays a scenario and returns the call and how it compares with what its scenario expects.
fn played(name: &str, seed: u64, impairments: Impairments) -> (Call, Verdict) {
    let call = world(name, seed, impairments).run();
    let verdict = judge(&scenario(name).expectation, &call);
    (call, verdict)
}

/// Returns the times at which something is noted, in milliseconds.
fn times(log: &str, what: &str) -> Vec<u64> {
    let lines = log.lines().filter(|line| line.contains(what));
    lines.map(|line| (line.trim_start().split(' ').next().unwrap().parse::<f64>().unwrap() * 1_000.0).round() as u64).collect()
}

fn time(log: &str, what: &str) -> u64 {
    *times(log, what).first().unwrap_or_else(|| panic!("no `{what}` in\n{log}"))
}

#[test]
fn on_a_good_day_the_books_close_with_the_leg() {
    let (call, verdict) = played("corner-shop", 1, PERFECT);
    assert_eq!(verdict, Verdict::AsExpected, "{}", call.log);
    assert!(time(&call.log, "(the books close") - time(&call.log, "(Completed)") < 100, "{}", call.log);
    assert!(!call.log.contains("(we ask"), "a webhook told everything: {}", call.log);
}

#[test]
fn a_lost_webhook_is_made_up_for_by_asking() {
    let (call, verdict) = played("corner-shop", 1, Impairments { lost_webhooks_permille: 1_000, ..PERFECT });
    assert_eq!(times(&call.log, "lost)").len(), 4, "dialing, ringing, in progress, completed: {}", call.log);
    assert!(call.log.contains("(we ask how the leg is)"), "{}", call.log);
    assert_eq!(verdict, Verdict::AsExpected, "{}", call.log);
}

#[test]
fn a_late_webhook_holds_only_the_books_open() {
    let (call, verdict) = played("busy", 1, Impairments { late_webhooks_permille: 1_000, ..PERFECT });
    assert!(time(&call.log, "(the books close") - time(&call.log, "(Busy)") >= 500, "{}", call.log);
    assert_eq!(verdict, Verdict::AsExpected, "{}", call.log);
}

#[test]
fn doubled_and_overtaken_webhooks_change_nothing() {
    for impairments in [Impairments { doubled_webhooks_permille: 1_000, ..PERFECT }, Impairments { reordered_webhooks_permille: 500, ..PERFECT }] {
        let calls = (1..=20).map(|seed| played("corner-shop", seed, impairments));
        let mut impaired = 0;
        for (call, verdict) in calls {
            impaired += times(&call.log, ": doubled)").len() + times(&call.log, "to be overtaken)").len();
            assert_eq!(verdict, Verdict::AsExpected, "{}", call.log);
        }
        assert!(impaired > 10, "{impaired}");
    }
}

#[test]
fn an_overtaken_webhook_comes_after_the_one_behind_it() {
    let mut world = world("corner-shop", 1, PERFECT);
    world.carrier.hold(Webhook { state: LegState::Ringing, failure_code: None });
    world.carrier_sees(LegState::InProgress, None);
    let webhooks = world.events.values().filter_map(|event| match event {
        Event::Webhook(webhook) => Some(webhook.state),
        _ => None,
    });
    assert_eq!(webhooks.collect::<Vec<_>>(), [LegState::InProgress, LegState::Ringing]);
}

#[test]
fn a_dial_without_a_reply_is_looked_up_and_rings_once() {
    let bad = Impairments { lost_replies_permille: 500, lost_webhooks_permille: 1_000, ..PERFECT };
    let calls: Vec<(Call, Verdict)> = (1..=40).map(|seed| played("no-answer", seed, bad)).collect();
    let unclear: Vec<_> = calls.iter().filter(|(call, _)| call.log.contains("(the dial is unclear")).collect();
    assert!(unclear.len() > 10, "{}", unclear.len());
    for (call, verdict) in unclear {
        assert_eq!(times(&call.log, "(Dialing)").len(), 1, "{}", call.log);
        assert!(!matches!(verdict, Verdict::Wrong(_)), "{verdict:?} {}", call.log);
    }
}

#[test]
fn a_hang_up_without_a_reply_ends_the_call_all_the_same() {
    let bad = Impairments { lost_replies_permille: 1_000, ..PERFECT };
    let (call, verdict) = played("corner-shop", 1, bad);
    assert!(call.log.contains("(the reply to End is lost)"), "{}", call.log);
    assert_eq!(verdict, Verdict::AsExpected, "{}", call.log);
}

#[test]
fn a_lost_media_socket_ends_a_call_that_nobody_can_hear() {
    let calls = (1..=20).map(|seed| played("corner-shop", seed, Impairments { lost_media_permille: 1_000, ..PERFECT }));
    let lost: Vec<Call> = calls.map(|(call, _)| call).filter(|call| call.log.contains("(the media socket is lost)")).collect();
    assert!(lost.len() > 10, "{}", lost.len());
    for call in lost {
        assert_eq!((call.disposition, call.broken), (Some(Disposition::LineDropped), None), "{}", call.log);
        assert_eq!(times(&call.log, "(the media socket is lost)").len(), 1);
        assert!(time(&call.log, "(Completed)") - time(&call.log, "(the media socket is lost)") < 3_000, "{}", call.log);
    }
}

#[test]
fn a_declined_call_is_known_by_the_code_that_the_carrier_tells() {
    let (call, verdict) = played("rejects", 1, PERFECT);
    assert_eq!((call.disposition, verdict), (Some(Disposition::Rejected), Verdict::AsExpected), "{}", call.log);
    let (call, _) = played("rejects", 1, Impairments { lost_webhooks_permille: 1_000, ..PERFECT });
    assert_eq!(call.disposition, Some(Disposition::Busy), "an answer to a question tells the state and no code: {}", call.log);
}

/// Plays until something holds, tampers, and plays on.
fn tampered(name: &str, until: fn(&World) -> bool, tamper: fn(&mut World)) -> Call {
    let mut world = world(name, 1, PERFECT);
    world.begin();
    while !until(&world) {
        assert!(world.advance(), "{}", world.log);
    }
    tamper(&mut world);
    while world.advance() {}
    world.finish()
}

fn is_caught(call: &Call, name: &str, what: &str) {
    let broken = call.broken.as_ref().unwrap_or_else(|| panic!("not caught:\n{}", call.log));
    assert_eq!(broken.what, what);
    assert!(broken.step > 0 && call.log.contains(&format!("!! invariant broken at step {}", broken.step)), "{}", call.log);
    let Verdict::Wrong(because) = judge(&scenario(name).expectation, call) else { panic!("pardoned") };
    assert_eq!(because, [broken.to_string()]);
}

#[test]
fn a_line_that_sounds_after_the_call_was_closed_is_caught() {
    let call = tampered(
        "corner-shop",
        |world| world.conversation.end_reason().is_some() && !world.line.is_open,
        |world| {
            world.line.is_open = true;
            world.speak(LineId(99), "One more thing.".into(), LineKind::Talk);
        },
    );
    is_caught(&call, "corner-shop", "no sound is sent but on an open line");
}

#[test]
fn a_second_dial_is_caught() {
    let call = tampered("corner-shop", |world| world.line.is_open, |world| world.schedule(world.now, Event::CarrierIsAsked(Request::Dial)));
    is_caught(&call, "corner-shop", "an attempt makes at most one call at the carrier");
}

#[test]
fn a_call_that_never_ends_is_caught() {
    let mut call = tampered("corner-shop", |world| world.line.is_open, |world| world.steps = MOST_STEPS);
    let broken = call.broken.take().unwrap();
    assert_eq!((broken.step, broken.what.as_str()), (MOST_STEPS, "every call ends, and its books close once"));
}

#[test]
fn a_stop_request_that_is_not_on_disk_is_caught() {
    // The disk forgets; what was held back goes on all the same.
    let call = tampered(
        "never-call-again",
        |world| world.opt_out == OptOut::Pending,
        |world| {
            world.opt_out = OptOut::Kept;
            for says in std::mem::take(&mut world.held_back) {
                world.perform(says);
            }
        },
    );
    is_caught(&call, "never-call-again", "nothing is said between a stop request and its place on disk");
}

#[test]
fn a_call_that_says_something_before_the_opening_is_caught() {
    let call = tampered(
        "corner-shop",
        |world| world.now > 0,
        |world| {
            world.perform(Output::Speak { line: LineId(50), text: "Hi.".into(), kind: LineKind::Talk });
        },
    );
    is_caught(&call, "corner-shop", "the first line is the opening");
}
