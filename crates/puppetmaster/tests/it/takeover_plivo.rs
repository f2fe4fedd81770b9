//! Taking a call over, with the practice network spoken to as Plivo: warm and back, to a telephone that nobody picks up, with a guest; and
//! what is recorded meanwhile.

use dialogue::moves::EndReason;
use telephony::Disposition;

use crate::program::Home;
use crate::takeover::{GIVES_BACK, GUEST, NOBODY, SHOP, begin_with, network_with, stays, to, until_heard};

const PLIVO: &str = "sandbox.provider=plivo";

#[test]
fn the_user_takes_the_call_both_talk_and_the_errand_goes_on_once_it_is_given_back() {
    let home = Home::new();
    let network = network_with(&home, &[("gives-back.yaml", GIVES_BACK)]);
    let mut call = begin_with(&home, &network, "+12125550151", "media_stream", &[PLIVO]);
    call.until("answered");
    call.type_line("t");
    call.until("ringing your telephone");
    call.until("the callee is being told");
    call.until("the call is yours");
    call.until("you gave the call back");
    call.until("the automated assistant again");
    call.until("outcome");
    let ended = call.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR"), "the read-back is affirmed after all: {ended:?}");
    let calls = network.calls();
    let (shop, own) = (to(&calls, SHOP), to(&calls, "+12125550151"));
    assert!(own["heard_calls"].as_array().unwrap().contains(&shop["call_sid"]), "they did not meet: {shop} {own}");
    assert_eq!((shop["rings"].as_u64(), own["rings"].as_u64(), calls.len()), (Some(1), Some(1), 2));
    let books = home.books();
    let finish = books[0].1[0].finish.as_ref().unwrap();
    assert_eq!(finish.report.as_ref().unwrap().ended_because, EndReason::Done);
    assert!(finish.measured.is_recorded, "{finish:?}");
}

#[test]
fn a_callee_who_is_sent_to_a_telephone_that_nobody_picks_up_comes_back() {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let mut call = begin_with(&home, &network, NOBODY, "media_stream", &[PLIVO]);
    call.until("who answered");
    call.type_line("x");
    call.until("the call is yours");
    call.until("you did not get the call: nobody picked up");
    call.until("the automated assistant again");
    call.until("callee  ");
    call.signal("INT");
    call.until("outcome");
    let ended = call.end();
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
    assert_eq!(home.last_disposition(), Disposition::Conversed);
}

#[test]
fn the_user_can_be_silent_let_the_callee_wait_and_bring_somebody_in() {
    let home = Home::new();
    let network = network_with(&home, &[("stays.yaml", &stays()), ("guest.yaml", GUEST)]);
    let mut call = begin_with(&home, &network, "+12125550151", "media_stream", &[PLIVO]);
    call.until("answered");
    call.type_line("t");
    call.until("the call is yours");
    until_heard(&network, SHOP, "+12125550151");
    let mut wish = |key: &str, done: &str| {
        call.type_line(key);
        call.until(done);
    };
    wish("m", "does not hear you");
    wish("m", "hears you again");
    wish("h", "the callee waits");
    wish("h", "the callee is back");
    wish("g +12125550152", "ringing your guest");
    call.until("your guest comes in");
    until_heard(&network, SHOP, "+12125550152");
    let mut wish = |key: &str, done: &str| {
        call.type_line(key);
        call.until(done);
    };
    // A Plivo conference lets nobody be heard by one alone; that is told, and the talk goes on.
    wish("w", "that could not be done");
    wish("s The reservation has the number seven", "all hear what you wrote");
    wish("k", "your guest has left");
    call.until("outcome");
    let ended = call.end();
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
}
