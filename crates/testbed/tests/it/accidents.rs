//! What happened to others, as they publicly told it, played here: A1 to A25 of the table of reliability, each by its name.
//!
//! Where a day of [`crate::bad_days`] can be as bad as the accident was, it is lived; what happens within one call is played in virtual
//! time; and what a machine or a rule alone decides is asked of it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use assistant::approval::ApprovedBy;
use assistant::attempt::AttemptState;
use assistant::budget::Payer;
use assistant::task::{Limits, TaskState};
use dialogue::report::Outcome;
use dialogue::screening::WhoAnswered;
use dialogue::transcript::Speaker;
use engine::call_driver::control;
use engine::directory::{Connection, Directory, TakeoverAsks};
use engine::settlement::settle;
use ports::carrier::{Carrier, CarrierEvent, CarrierNews, ConversationMode};
use ports::clock::Clock;
use ports::task_store::TaskStore;
use std::sync::Arc;
use store::contract::{self, NOON};
use telephony::call::{CallMachine, Config, EndedBy, Input, Output};
use telephony::cost::{Micros, RateCard};
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use telephony::{AttemptId, CarrierCallId, Disposition, PhoneNumber, SessionTime};
use testbed::impairments::Impairments;
use testbed::scenario::{Scenario, Scenarios};
use testbed::world::{Call, Scene, play};

use crate::bad_days::clock::DayClock;
use crate::bad_days::day::{self, CALLEES, Day, OURS, errand};
use crate::bad_days::exchange::{Exchange, Lies};

/// Days that an accident is played over. Each is another one.
const DAYS: u64 = 25;

/// Lives some days and adds them up. None of them may go wrong.
fn days(lies: Lies) -> Day {
    let mut sum = Day::default();
    for seed in 0..DAYS {
        let day = day::live(seed, lies);
        assert_eq!(day.wrong, [""; 0], "day {seed}");
        sum.add(&day);
    }
    sum
}

/// Plays a call of the cast.
fn call(scenario: &str) -> Call {
    of(Scenarios::shipped().unwrap().only(scenario).unwrap().iter().next().unwrap())
}

fn of(scenario: &Scenario) -> Call {
    let call = play(Scene { script: scenario.script.clone(), brief: scenario.brief.clone(), seed: 1, impairments: Impairments::default() });
    assert!(call.broken.is_none(), "{}", call.log);
    call
}

fn told(call: &Call) -> String {
    let ours = call.transcript.turns.iter().filter(|turn| matches!(turn.speaker, Speaker::Assistant(_)));
    ours.map(|turn| turn.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A leg that is dialed and has a name.
fn ringing() -> CallMachine {
    let mut machine = CallMachine::new(Config::new(Duration::from_secs(40), Duration::from_secs(600)));
    assert_eq!(machine.handle(SessionTime(0), Input::Start), [Output::Dial]);
    machine.handle(SessionTime::from_millis(500), Input::Placed { call: CarrierCallId::new("CA1"), state: LegState::Ringing });
    machine
}

/// Lets a machine's deadlines come until it is over or this long has passed, and returns what it asked for.
fn asked_until(machine: &mut CallMachine, seconds: u64) -> Vec<Output> {
    let mut outputs = Vec::new();
    while let Some((at, _)) = machine.next_wakeup().filter(|(at, _)| *at <= SessionTime::from_millis(seconds * 1_000)) {
        outputs.extend(machine.handle(at, Input::Wakeup));
        if outputs.iter().any(|output| matches!(output, Output::EndCall)) && !machine.is_over() {
            machine.handle(at, Input::HangUpFailed);
        }
    }
    outputs
}

/// A directory with one live attempt of this name.
fn one_live(attempt: &AttemptId) -> (Directory, engine::call_driver::ControlReceiver) {
    let directory = Directory::default();
    let (sender, receiver) = control();
    let at = |what: &str| format!("wss://ours.example/{what}");
    let connection =
        Connection { mode: ConversationMode::MediaStream, socket_url: at("media"), turn_url: at("turn"), records_to: None, listens_at: at("media") };
    directory.enter(attempt.clone(), sender, connection, "token".into());
    (directory, receiver)
}

fn asks(call: &str) -> CarrierEvent {
    CarrierEvent {
        call: CarrierCallId::new(call),
        state: Some(LegState::InProgress),
        key: "1".into(),
        duration: None,
        failure_code: None,
        news: CarrierNews::Nothing,
    }
}

/// Ten calls at night after a restart: what is long over is closed, and the hour is asked at the dial.
#[test]
fn a01_a_restart_at_night_dials_nobody() {
    let three_at_night = NOON + Duration::from_secs(15 * 3_600);
    let world = day::scene(Lies::NONE, DayClock::at(three_at_night), async |_, assistant| {
        for _ in 0..10 {
            let (task, receipt) = assistant.create_task(errand(CALLEES[0], Limits::default())).await.unwrap();
            assistant.approve(&receipt, ApprovedBy::User).await.unwrap();
            let refused = assistant.execute(&task.id).await.map(|_| ()).unwrap_err();
            assert!(format!("{refused:?}").contains("hours.outside"), "{refused:?}");
        }
    });
    assert!(world.exchange.inner().dials.is_empty());
}

/// Asked for 337 times, and the call lived on: a hang-up is a request to the provider, repeated until the leg is over.
#[test]
fn a02_a_hang_up_is_an_act_and_is_repeated_until_it_is_done() {
    let mut machine = ringing();
    assert_eq!(machine.handle(SessionTime::from_millis(900), Input::HangUp), [Output::EndCall]);
    machine.handle(SessionTime::from_millis(950), Input::HangUpFailed);
    let asked = asked_until(&mut machine, 12).iter().filter(|output| **output == Output::EndCall).count();
    assert!(asked >= 4, "it was asked {asked} times more");
    let over = machine.handle(SessionTime::from_millis(13_000), Input::Leg { call: CarrierCallId::new("CA1"), state: LegState::Completed });
    assert_eq!(over, [Output::Ended { leg: LegState::Completed, by: EndedBy::Conversation }]);
}

/// Hold music for as long as the line lasts.
const ENDLESS_HOLD: &str = "number: \"+13105550178\"\nname: Endless\ndescription: Music without end.\nbegins_at: welcome\nscenes:\n  welcome:\n    \
    announcement:\n      say: [{ after_ms: 300, say: \"Please hold, your call is important to us.\" }]\n      then: { goto: queue }\n  queue:\n    \
    hold:\n      seconds: 3000\n      music: true\n      then: { goto: gone }\n  gone:\n    announcement:\n      say: [{ after_ms: 300, say: \"Goodbye.\" }]\n\
    expect:\n  - { intent: Ask how much it is, disposition: conversed, outcome: not_achieved }\n";

/// 21 minutes with hold music: nothing is said to it, and it is given up.
#[test]
fn a03_hold_music_is_not_talked_to_and_is_given_up() {
    let scenarios = Scenarios::read([("endless.yaml", ENDLESS_HOLD)]).unwrap();
    let call = of(scenarios.iter().next().unwrap());
    assert!(call.lasted < Duration::from_secs(16 * 60), "{:?}", call.lasted);
    assert!(told(&call).split_whitespace().count() < 60, "{}", told(&call));
    assert_ne!(call.report.unwrap().outcome, Outcome::Achieved);
}

/// Hours on a line on which nobody hangs up: silence ends the call.
#[test]
fn a04_silence_ends_a_call_that_nobody_else_ends() {
    let call = call("silent-line");
    assert!(call.lasted < Duration::from_secs(120), "{:?}", call.lasted);
    assert_eq!((call.disposition, call.who_answered), (Some(Disposition::Silent), WhoAnswered::Silence));
}

const NEVER_CLEAR: Lies = Lies { unclear: 1_000, ..Lies::NONE };

/// Up to three requests for one call: after a timeout nobody dials again, whatever the provider has made of it.
#[test]
fn a05_a_dial_without_an_answer_is_not_made_again() {
    let sum = days(NEVER_CLEAR);
    assert!(sum.dials > DAYS && sum.rings <= sum.dials, "{sum:?}");
}

/// The request timed out, and the telephone rang 85 seconds later: the call is found or told to hang up, and never made again.
#[test]
fn a06_a_telephone_that_rings_long_after_the_timeout_is_still_ours() {
    let sum = days(NEVER_CLEAR);
    assert!(sum.late > 0, "{sum:?}");
}

const ALL_LOST: Lies = Lies { lost: 1_000, ..Lies::NONE };

/// In progress for five days, because the last webhook never came: whoever is not told asks.
#[test]
fn a07_a_call_whose_end_is_never_told_ends_in_the_books() {
    let sum = days(ALL_LOST);
    assert!(sum.conversed > DAYS && sum.faults > 10 * DAYS, "{sum:?}");
}

/// A library sent the request again by itself: of all dials each arrives once, also where every reply is lost.
#[test]
fn a08_no_layer_sends_a_dial_twice() {
    for seed in 100..100 + DAYS {
        let day = day::live(seed, Lies { outages: 60, ..NEVER_CLEAR });
        assert_eq!(day.wrong, [""; 0], "{seed}");
    }
}

/// A media socket that was open to anybody: none is let in without the token of its own call.
#[test]
fn a09_a_stream_without_the_token_of_its_call_is_not_let_in() {
    let attempt = AttemptId::new("a1");
    let (directory, _driver) = one_live(&attempt);
    let call = CarrierCallId::new("CA1");
    directory.answer(&attempt, asks("CA1"));
    for token in [None, Some(""), Some("guessed")] {
        assert!(directory.attach(token, &call).is_err(), "{token:?}");
    }
    assert!(directory.attach(Some("token"), &CarrierCallId::new("CA2")).is_err(), "of another call");
    assert!(directory.attach(Some("token"), &call).is_ok());
}

/// A replayed webhook gave a new token: a question that comes again opens nothing.
#[test]
fn a10_a_replayed_question_gives_no_second_stream() {
    let attempt = AttemptId::new("a1");
    let (directory, _driver) = one_live(&attempt);
    let token = |plan: Plan| {
        plan.verbs.into_iter().find_map(|verb| match verb {
            Verb::ConnectMedia { token, .. } => Some(token),
            _ => None,
        })
    };
    let first = token(directory.answer(&attempt, asks("CA1"))).unwrap();
    assert_eq!(token(directory.answer(&attempt, asks("CA1"))), Some(first.clone()), "the same, as long as it is not used");
    directory.attach(Some(&first), &CarrierCallId::new("CA1")).unwrap();
    assert_eq!(directory.answer(&attempt, asks("CA1")), Plan::hang_up());
}

/// The check of signatures was switched off because a tunnel broke it: there is no such switch.
#[test]
fn a11_no_setting_switches_the_check_of_signatures_off() {
    let example = include_str!("../../../../config/example.yaml");
    let keys: Vec<&str> = example.lines().filter_map(|line| line.trim_start_matches(['#', ' ']).split_once(':')).map(|(key, _)| key).collect();
    assert!(keys.contains(&"phone_provider"), "{keys:?}");
    let switches_off = |key: &&&str| ["skip", "disable", "insecure", "verif", "unsigned"].iter().any(|word| key.contains(word));
    assert_eq!(keys.iter().find(switches_off), None);
}

/// Calls that were long gone took all places after a restart: what the provider says has ended gives its place back.
#[test]
fn a12_calls_that_are_gone_give_their_places_back() {
    let sum = days(Lies { outages: 100, ..Lies::BAD });
    assert!(sum.crashes > 0 && sum.left_open > 0, "{sum:?}");
}

/// A reaper ended live talks, because the answer was told late: what is late changes nothing.
#[test]
fn a13_an_answer_that_is_told_late_ends_no_talk() {
    let sum = days(Lies { late: 1_000, ..Lies::NONE });
    assert!(sum.conversed > DAYS, "{sum:?}");
}

/// The end was never told, and nobody asked: asking is not a setting.
#[test]
fn a14_whoever_is_not_told_of_the_end_asks() {
    let mut machine = ringing();
    machine.handle(SessionTime::from_millis(2_000), Input::MediaOpened);
    let closed = machine.handle(SessionTime::from_millis(9_000), Input::MediaClosed);
    assert!(closed.contains(&Output::Poll), "{closed:?}");
    assert!(asked_until(&mut machine, 60).contains(&Output::EndCall));
    assert!(machine.is_over(), "it does not wait for ever");
}

/// A do-not-call list that could not be read counted as a yes: here it is an error, and nobody is dialed.
#[test]
fn a15_a_list_that_cannot_be_read_is_no_leave_to_dial() {
    let world = day::scene(Lies::NONE, DayClock::new(), async |world, assistant| {
        let (task, receipt) = assistant.create_task(errand(CALLEES[0], Limits::default())).await.unwrap();
        assistant.approve(&receipt, ApprovedBy::User).await.unwrap();
        world.store.list_is_broken.store(true, Ordering::Relaxed);
        assert!(assistant.execute(&task.id).await.is_err());
        assert_eq!(world.store.task(&task.id).await.unwrap().unwrap().state, TaskState::Approved);
    });
    assert!(world.exchange.inner().dials.is_empty() && world.store.rows().attempts.is_empty());
}

/// A stop request was lost among other results: it is one of its own, whatever else came of the call.
#[test]
fn a16_a_stop_request_is_kept_whatever_else_came_of_the_call() {
    let call = call("never-call-again");
    let report = call.report.unwrap();
    assert!(report.opted_out.is_some(), "{report:?}");
    assert_eq!(call.disposition, Some(Disposition::Conversed), "what happened on the line is told beside it");
}

/// It opened as the restaurant, read the whole brief aloud and told how it works.
#[test]
fn a17_it_says_who_it_is_and_not_what_it_was_told() {
    let scenarios = Scenarios::shipped().unwrap().only("restaurant").unwrap();
    let scenario = scenarios.iter().next().unwrap();
    let call = of(scenario);
    let told = told(&call);
    assert!(told.contains("automated assistant") && !told.contains(&scenario.script.name), "{told}");
    assert!(!told.contains(&scenario.brief.intent), "the errand is asked for, not read: {told}");
    for word in ["prompt", "instructions", "workflow", "my task"] {
        assert!(!told.to_lowercase().contains(word), "{word}: {told}");
    }
}

/// It called itself by two invented names: it has none, and says what it is when it is asked.
#[test]
fn a18_it_gives_itself_no_name() {
    let told = told(&call("asks-if-robot"));
    assert!(told.contains("automated assistant"), "{told}");
    for phrase in ["my name is", "I'm a person", "I am a person", "this is Alex", "this is Sam"] {
        assert!(!told.to_lowercase().contains(&phrase.to_lowercase()), "{phrase}: {told}");
    }
}

/// A long greeting of a menu was taken for a voicemail.
#[test]
fn a19_a_menu_is_no_voicemail() {
    let call = call("menu");
    assert_eq!((call.disposition, call.messages.len()), (Some(Disposition::Conversed), 0), "{}", call.log);
    assert_eq!(call.report.unwrap().outcome, Outcome::Achieved);
}

/// The telephone kept ringing after the call was taken back: it is asked whether the ringing has stopped.
#[test]
fn a20_who_takes_a_call_back_makes_sure_that_it_rings_no_more() {
    let mut machine = ringing();
    assert_eq!(machine.handle(SessionTime::from_millis(3_000), Input::Cancel), [Output::EndCall]);
    machine.handle(SessionTime::from_millis(3_050), Input::HangUpAccepted);
    assert!(!machine.is_over(), "accepted is not done");
    let asked = asked_until(&mut machine, 8);
    assert!(asked.contains(&Output::Poll) && asked.contains(&Output::EndCall), "{asked:?}");
}

/// Who had left was still rung for: whoever picks up for a call that is over is told to hang up.
#[test]
fn a21_who_picks_up_for_a_call_that_is_over_is_told_to_hang_up() {
    let attempt = AttemptId::new("a1");
    let (directory, _driver) = one_live(&attempt);
    assert!(directory.takeover(&attempt, TakeoverAsks::Operator, asks("CA2")).is_some(), "while it lives its driver says what to do");
    directory.leave(&attempt);
    for who in [TakeoverAsks::Operator, TakeoverAsks::OperatorLeft, TakeoverAsks::Guest] {
        assert!(directory.takeover(&attempt, who, asks("CA2")).is_none(), "nobody says what to do, which the server answers with a hang-up");
    }
}

/// A hang-up while it dialed left the call open: it is ended as soon as it has a name.
#[test]
fn a22_a_hang_up_while_it_dials_is_kept_until_there_is_a_call() {
    let mut machine = CallMachine::new(Config::new(Duration::from_secs(40), Duration::from_secs(600)));
    machine.handle(SessionTime(0), Input::Start);
    assert_eq!(machine.handle(SessionTime::from_millis(100), Input::Cancel), []);
    let placed = machine.handle(SessionTime::from_millis(900), Input::Placed { call: CarrierCallId::new("CA1"), state: LegState::Queued });
    assert_eq!(placed, [Output::EndCall]);
}

/// A limit of ten minutes was not wired, and calls were cut at five: each limit reaches the provider as it was set.
#[test]
fn a23_a_limit_reaches_the_provider_as_it_was_set() {
    for seconds in [30, 600, 1_800] {
        let limits = Limits { total_time: Duration::from_secs(seconds), ..Limits::default() };
        let world = day::scene(Lies::NONE, DayClock::new(), async |world, assistant| {
            let (task, receipt) = assistant.create_task(errand(CALLEES[0], limits)).await.unwrap();
            assert_eq!(receipt.limits.total_time, limits.total_time);
            assistant.approve(&receipt, ApprovedBy::User).await.unwrap();
            assistant.execute(&task.id).await.unwrap();
            world.exchange.dialed.notified().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        });
        assert_eq!(world.exchange.inner().calls[0].time_limit, seconds * 1_000);
    }
}

/// Billed for longer than the limit: the worst case of a receipt is a whole call to its limit, and no call costs more.
#[test]
fn a24_no_call_costs_more_than_its_receipt_says() {
    for seconds in [30, 61, 600, 3_599] {
        let limits = Limits { total_time: Duration::from_secs(seconds), ..Limits::default() };
        let world = day::scene(Lies::NONE, DayClock::new(), async |world, assistant| {
            let (_, receipt) = assistant.create_task(errand(CALLEES[0], limits)).await.unwrap();
            assert_eq!(receipt.worst_case_cost, world.rates.call_cost(limits.total_time));
            assert!(world.rates.call_cost(Duration::from_secs(seconds - 1)) <= receipt.worst_case_cost);
        });
        assert!(world.store.rows().attempts.is_empty());
    }
}

/// Counted 4 min 27 s for a call of 15 s: the provider's record is what counts.
#[tokio::test(start_paused = true)]
async fn a25_the_price_of_the_provider_takes_the_place_of_our_own_count() {
    let clock = DayClock::new();
    clock.goes();
    let store = crate::bad_days::memory_store::MemoryStore::new();
    let exchange = Exchange::new(1, Lies::NONE, clock.clone(), |_| false);
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    let call = exchange.remember(&attempt, &PhoneNumber::parse(OURS).unwrap(), &task.number, 15);
    store.advance(&attempt, AttemptState::Dialing, None, NOON).await.unwrap();
    store.advance(&attempt, AttemptState::Placed, Some(&call), NOON).await.unwrap();
    let counted = contract::finish(Disposition::Conversed, None, 267);
    let provider = ports::task_store::Measured { provider: Some("exchange".into()), ..counted.measured.clone() };
    store.finish_attempt(&attempt, &ports::task_store::Finish { measured: provider, ..counted }, TaskState::Done).await.unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    let rates = RateCard::twilio_us();
    let carriers: [(Arc<dyn Carrier>, RateCard); 1] = [(Arc::new(exchange), rates.clone())];
    let settled = settle(&store, &carriers, &assistant::policy::Rules::default(), &clock).await.unwrap();
    assert_eq!((settled.settled, settled.open), (1, 0));
    let cost = rates.call_cost(Duration::from_secs(15));
    assert_eq!(store.spending(&Payer::default(), clock.now()).await.unwrap().last_day, cost);
    assert!(cost < Micros(5 * 14_000), "five begun minutes were counted");
}
