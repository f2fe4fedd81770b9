//! The user takes a live call over by telephone: both meet, hear each other, and the books tell it. What is the same over all providers is one
//! function here, with a test for each, over that provider as it is really configured; the table of [`crate::provider_contract`] has a row for it.

use std::process::Stdio;

use dialogue::moves::EndReason;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use telephony::Disposition;

use crate::column::{Column, Line};
use crate::program::{Home, Network, Running, give_way};

const ASK: &str = "Ask what time they close today";
/// The corner shop of the cast, but in less of a hurry: the user's telephone rings, and is talked to, while the errand is under way, also
/// on a machine that has much else to do.
const SHOP: &str = "+12125550160";
/// Picks up, presses one, talks to the shop, hangs up.
const OWN_TELEPHONE: &str = "+12125550150";
/// Rings and rings.
const NOBODY: &str = "+12125550111";

/// Begins a practice call.
fn begin(home: &Home, network: &Network, telephone: &str, mode: &str) -> Running {
    let mode = format!("conversation_mode={mode}");
    begin_over(&Column::Mock.open(network), home, telephone, &[&mode])
}

/// Begins a call over a provider.
fn begin_over(line: &Line, home: &Home, telephone: &str, settings: &[&str]) -> Running {
    line.move_in(home);
    let (operator, shop) = (format!("operator_number={}", line.number(telephone)), line.number(SHOP));
    let mut args = line.settings();
    args.extend(settings.iter().copied().chain([operator.as_str()]).flat_map(|setting| ["--set", setting]));
    args.extend(["call", &shop, ASK, "--yes"]);
    let mut command = home.command(&args);
    command.stdin(Stdio::piped());
    Running::of(command)
}

fn to<'a>(calls: &'a [Value], number: &str) -> &'a Value {
    calls.iter().find(|call| call["to"] == number).unwrap_or_else(|| panic!("no call to {number}: {calls:?}"))
}

#[test]
fn the_user_takes_the_call_and_both_hear_each_other() {
    for mode in ["media_stream", "text_relay"] {
        let home = Home::new();
        let network = network_to_take_over_on(&home, &[]);
        let mut call = begin(&home, &network, OWN_TELEPHONE, mode);
        call.until("answered");
        call.type_line("t");
        call.until("ringing your telephone");
        call.until("the callee is being told");
        call.until("the call is yours");
        call.until("outcome");
        let ended = call.end();
        assert!(!ended.stderr.contains("ERROR"), "{mode}: {}", ended.stderr);
        let calls = network.calls();
        let (shop, own) = (to(&calls, SHOP), to(&calls, OWN_TELEPHONE));
        let hears = |who: &Value, whom: &Value| who["heard_calls"].as_array().unwrap().contains(&whom["call_sid"]);
        assert!(hears(shop, own) && hears(own, shop), "{mode}: they did not meet: {shop} {own}");
        assert_eq!((shop["rings"].as_u64(), own["rings"].as_u64()), (Some(1), Some(1)), "{mode}");
        let books = home.books();
        let finish = books[0].1[0].finish.as_ref().unwrap();
        assert_eq!(finish.disposition, Disposition::Conversed, "{mode}");
        assert_eq!(finish.report.as_ref().unwrap().ended_because, EndReason::HandedOver, "{mode}");
    }
}

/// Takes the call, talks, and gives it back with star. Says nothing before they have heard what it is about: a word of theirs would cut that off, and
/// how long it takes then to be heard whole depends on the machine.
const GIVES_BACK: &str = r#"
number: "+12125550151"
name: Gives it back
description: Takes a call over, talks, and gives it back with star.
voice: { pitch: 0.7, pace: 1.0 }
line: { answer_after_ms: 800 }
begins_at: hand
scenes:
  hand:
    person:
      silence: { after_ms: 600000, say: [] }
      knows:
        - topic: take it
          when: ["press one|press 1", "assistant|call"]
          say: ["All right."]
          presses: "1"
          then: { goto: together }
  together:
    person:
      greeting:
        - { after_ms: 7000, say: "Hello, it is me in person now." }
      knows:
        - topic: back
          when: ["close|nine|9|right|help|sorry|hello|repeat|quite|anybody"]
          say: ["Thank you. My assistant goes on."]
          presses: "*"
"#;

#[test]
pub(crate) fn star_gives_the_call_back_and_the_errand_goes_on() {
    gives_back(Column::Twilio);
}

#[test]
pub(crate) fn star_gives_the_call_back_over_plivo_too() {
    gives_back(Column::Plivo);
}

fn gives_back(provider: Column) {
    let home = Home::new();
    let network = network_to_take_over_on(&home, &[("gives-back.yaml", GIVES_BACK)]);
    let mut call = begin_over(&provider.open(&network), &home, "+12125550151", &[]);
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
}

/// Takes a call over and stays for longer than any test needs it.
fn stays() -> String {
    let stays = GIVES_BACK.replace(r#"presses: "*""#, "then: stay").replace(
        "    person:\n      greeting:\n        - { after_ms: 7000",
        "    person:\n      hang_up: { after_ms: 90000 }\n      greeting:\n        - { after_ms: 7000",
    );
    assert!(stays.contains("hang_up") && !stays.contains('*'), "{stays}");
    stays
}

#[test]
pub(crate) fn the_assistant_listens_on_if_that_is_wanted_and_the_callee_knows() {
    for mode in ["media_stream", "text_relay"] {
        let home = Home::new();
        let network = network_to_take_over_on(&home, &[("gives-back.yaml", GIVES_BACK)]);
        let mode_wanted = format!("conversation_mode={mode}");
        let mut call = begin_over(&Column::Mock.open(&network), &home, "+12125550151", &[&mode_wanted, "takeover_listens=true"]);
        call.until("answered");
        call.type_line("t");
        call.until("I will keep listening and take notes.");
        call.until("the call is yours");
        call.until("you        ");
        call.until("you gave the call back");
        call.until("the automated assistant again");
        call.until("outcome");
        let ended = call.end();
        assert_eq!(ended.code, Some(0), "{mode}: the errand is done after all: {ended:?}");
        let (task, attempts) = home.books().remove(0);
        assert!(attempts[0].finish.as_ref().unwrap().measured.is_recorded, "{mode}: {attempts:?}");
        let task = task.id;
        let shown = home.run(&["task", "show", task.as_str(), "--json"]);
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        let turns = shown["attempts"][0]["transcript"].as_array().unwrap();
        let place = |of: &dyn Fn(&Value) -> bool| turns.iter().position(of).unwrap_or_else(|| panic!("{mode}: {turns:?}"));
        let user = place(&|turn| turn["speaker"] == "user");
        let again = place(&|turn| turn["text"].as_str().unwrap().contains("assistant again"));
        let between = turns[user..again].iter().any(|turn| turn["speaker"] == "callee");
        assert!(user < again && between, "{mode}: {turns:?}");
        assert!(turns[again..].iter().all(|turn| turn["speaker"] != "user"), "{mode}: nobody but callee and assistant talks then: {turns:?}");
    }
}

/// Kills the program as it talks to the callee and rings the user; the next start ends both calls.
fn killed_as_it_rings_the_user(provider: Column) {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let line = provider.open(&network);
    let mut call = begin_over(&line, &home, NOBODY, &[]);
    call.until("answered");
    call.type_line("t");
    call.until("ringing your telephone");
    while !network.calls().iter().any(|call| call["to"] == NOBODY && call["rings"] == 1) {
        give_way();
    }
    call.signal("KILL");
    call.end();
    let last = |number: &str| to(&network.calls(), number)["states"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last(NOBODY), "ringing", "it does not end by itself");
    let mut next = home.start(&[&line.settings()[..], &["serve"]].concat());
    next.until("address");
    let over = (0..100).any(|_| {
        give_way();
        network.calls().iter().all(|call| !call["ended_by"].is_null())
    });
    assert!(over && last(NOBODY) != "no-answer", "{provider:?}: {:?}", network.calls());
    next.signal("TERM");
    let ended = next.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR"), "{ended:?}");
    home.books();
}

#[test]
fn a_kill_in_a_takeover_leaves_no_telephone_off_the_hook() {
    killed_as_it_rings_the_user(Column::Mock);
}

#[test]
fn nor_over_plivo() {
    killed_as_it_rings_the_user(Column::PractisedPlivo);
}

/// A friend who comes in when asked, and lets whoever asks finish.
const GUEST: &str = r#"
number: "+12125550152"
name: Comes in
description: Is asked to join a talk, presses one, and says that they are there.
voice: { pitch: 1.2, pace: 1.0 }
line: { answer_after_ms: 800 }
begins_at: asked
scenes:
  asked:
    person:
      silence: { after_ms: 600000, say: [] }
      knows:
        - topic: join
          when: ["press one|press 1", "join"]
          say: ["All right."]
          presses: "1"
          then: { goto: inside }
  inside:
    person:
      hang_up: { after_ms: 60000 }
      greeting:
        - { after_ms: 3000, say: "Hello, this is the friend." }
      knows:
        - topic: stay
          when: ["hello"]
          say: ["Yes."]
"#;

/// A network with more telephones than the cast has.
fn network_with(home: &Home, scripts: &[(&str, &str)]) -> Network {
    network_of(home, "", scripts)
}

/// The same, with a shop that first asks for a moment, which it is given: until the assistant asks again there is half a minute, in which a user picks
/// up and takes the call, however slow the machine is.
fn network_to_take_over_on(home: &Home, scripts: &[(&str, &str)]) -> Network {
    network_of(home, "            - \"Just a moment, let me have a look.\"\n", scripts)
}

fn network_of(home: &Home, first_answer: &str, scripts: &[(&str, &str)]) -> Network {
    let directory = home.path().join("scripts");
    std::fs::create_dir(&directory).unwrap();
    let answer = "            - \"We close at {hours} {day}.\"\n";
    let shop = include_str!("../../../../scenarios/corner-shop.yaml").replace("+12125550123", SHOP);
    let slow = shop.replace("    person:\n", "    person:\n      thinks_ms: 3500\n").replace(answer, &format!("{first_answer}{answer}"));
    assert!(slow.contains(SHOP) && slow.contains("thinks_ms") && slow.contains(&format!("say:\n{first_answer}{answer}")), "{slow}");
    std::fs::write(directory.join("slow-shop.yaml"), slow).unwrap();
    for (name, script) in scripts {
        std::fs::write(directory.join(name), script).unwrap();
    }
    Network::with(home, &["--set", &format!("sandbox.scenarios_dir={}", directory.display())])
}

/// Waits until a call has heard another one: a leg comes into a room a moment after it was sent there.
fn until_heard(network: &Network, who: &str, whom: &str) {
    let hears = || {
        let calls = network.calls();
        to(&calls, who)["heard_calls"].as_array().unwrap().contains(&to(&calls, whom)["call_sid"])
    };
    for _ in 0..400 {
        if hears() {
            return;
        }
        give_way();
    }
    panic!("{who} does not hear {whom}: {:?}", network.calls());
}

#[test]
pub(crate) fn the_user_can_be_silent_let_the_callee_wait_bring_somebody_in_and_have_something_said() {
    room(Column::Twilio);
}

#[test]
pub(crate) fn all_of_that_over_plivo_but_a_guest_who_whispers() {
    room(Column::Plivo);
}

fn room(provider: Column) {
    let home = Home::new();
    let network = network_to_take_over_on(&home, &[("stays.yaml", &stays()), ("guest.yaml", GUEST)]);
    let line = provider.open(&network);
    let (guest, another) = (format!("g {}", line.number("+12125550152")), format!("g {}", line.number("+12125550150")));
    let mut call = begin_over(&line, &home, "+12125550151", &[]);
    call.until("answered");
    call.type_line("h");
    call.until("that could not be done");
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
    // A pause holds also for telephones that are not the callee's.
    assert_eq!(home.run(&["pause"]).code, Some(0));
    call.type_line(&guest);
    call.type_line("w");
    call.until("that could not be done");
    assert_eq!(home.run(&["resume"]).code, Some(0));
    call.type_line("g +19005550123");
    call.type_line("gimme");
    let mut wish = |key: &str, done: &str| {
        call.type_line(key);
        call.until(done);
    };
    wish("w", "that could not be done");
    wish(&guest, "ringing your guest");
    wish(&another, "that could not be done");
    call.until("your guest comes in");
    // Between two who talk, the shop does not get a word in.
    until_heard(&network, "+12125550152", "+12125550151");
    until_heard(&network, SHOP, "+12125550152");
    let mut wish = |key: &str, done: &str| {
        call.type_line(key);
        call.until(done);
    };
    if provider == Column::Plivo {
        // A Plivo conference lets nobody be heard by one alone; that is told, and the talk goes on.
        wish("w", "that could not be done");
    } else {
        wish("w", "only you hear your guest");
        wish("w", "all hear your guest again");
    }
    let has_heard = || {
        let heard = to(&network.calls(), SHOP)["callee_heard"].to_string();
        let is_heard = heard.contains("number seven") || heard.contains("number 7");
        if !is_heard {
            give_way();
        }
        is_heard
    };
    // Three who talk may talk over it; then it is said again.
    let is_heard = (0..5).any(|_| {
        wish("s The reservation has the number seven", "all hear what you wrote");
        (0..100).any(|_| has_heard())
    });
    assert!(is_heard, "the words are not heard: {}", to(&network.calls(), SHOP)["callee_heard"]);
    // The guest may be gone before the provider says so.
    call.type_line("k");
    call.until_each(&["your guest is taken out", "your guest has left"]);
    call.signal("INT");
    call.until("outcome");
    let ended = call.end();
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
    assert!(
        ended.stderr.contains("[dialing.paused]")
            && ended.stderr.contains("[number.premium]")
            && ended.stderr.contains("g NUMBER to bring somebody in"),
        "{ended:?}"
    );
    let calls = network.calls();
    assert_eq!(to(&calls, "+12125550152")["rings"].as_u64(), Some(1));
    assert_eq!(
        paid_legs(&home),
        [("guest_leg".into(), true), ("guest_leg".into(), true), ("user_leg".into(), true)],
        "one came, one was turned away"
    );
}

/// Returns what the books have on further legs: what for, and whether it has ended, in the order of what for.
fn paid_legs(home: &Home) -> Vec<(String, bool)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(home.data().join("puppetmaster.db"))).await.unwrap();
        let rows = sqlx::query_as("SELECT kind, ended_at IS NOT NULL FROM expenses ORDER BY kind").fetch_all(&pool).await.unwrap();
        pool.close().await;
        rows
    })
}

#[test]
fn a_user_who_does_not_pick_up_loses_nothing() {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let mut call = begin(&home, &network, NOBODY, "media_stream");
    call.until("answered");
    call.type_line("t");
    call.until("ringing your telephone");
    call.until("9 pm");
    let ended = call.end();
    assert_eq!(ended.code, Some(0), "the errand was done meanwhile: {ended:?}");
    let calls = network.calls();
    let own = to(&calls, NOBODY);
    let last = own["states"].as_array().unwrap().last().unwrap();
    assert!(last == "canceled" || last == "no-answer", "nobody is left ringing: {own}");
}

#[test]
pub(crate) fn a_callee_who_is_sent_to_a_telephone_that_nobody_picks_up_comes_back() {
    sent_to_nobody(Column::Twilio);
}

#[test]
pub(crate) fn over_plivo_they_come_back_as_well() {
    sent_to_nobody(Column::Plivo);
}

fn sent_to_nobody(provider: Column) {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let mut call = begin_over(&provider.open(&network), &home, NOBODY, &[]);
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
fn the_callee_can_be_sent_to_the_user_for_good() {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let mut call = begin(&home, &network, OWN_TELEPHONE, "media_stream");
    call.until("who answered");
    call.type_line("x");
    call.until("the call is yours");
    call.until("outcome");
    call.end();
    let calls = network.calls();
    assert_eq!(to(&calls, OWN_TELEPHONE)["rings"].as_u64(), Some(1));
    assert_eq!(home.last_disposition(), Disposition::Conversed);
}

#[test]
fn without_a_telephone_it_is_said_and_the_call_goes_on() {
    let home = Home::new();
    let network = network_with(&home, &[]);
    let mut command = home.command(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
    command.stdin(Stdio::piped());
    let mut call = Running::of(command);
    call.until("answered");
    call.type_line("t");
    call.until("outcome");
    let ended = call.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("operator_number"), "{ended:?}");
}
