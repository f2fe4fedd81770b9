//! Calls that come in, with real voices: strangers leave messages and choose from menus, callees ring back, callers wait.

use std::io::{Read, Write};
use std::net::TcpStream;

use assistant::attempt::Direction;
use ports::inbound_store::{InboundStore, MessageState, Visit};
use ports::task_store::TaskStore;
use serde_json::{Value, json};
use store::{Access, Options, Store};
use telephony::{Disposition, PhoneNumber};

use crate::program::{Home, Network, Running, give_way};

/// The practice network's number, which is ours.
const OURS: &str = "+12125550100";

/// The one that it has as Plivo.
const OURS_AT_PLIVO: &str = "+12125550101";

/// Has the practice network spoken to as Plivo.
const PLIVO: &str = "sandbox.provider=plivo";

/// Somebody who leaves a message when asked to.
const LEAVES_A_MESSAGE: &str = r#"
number: "+12125550180"
name: Alex
description: Leaves a message.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      thinks_ms: 1500
      fallback: ["Hm."]
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: message, when: ["message beep"], say: ["This is Alex. Please call me about the delivery on Friday."] }
"#;

/// Somebody who presses keys: first the wrong one, then 9.
const WANTS_NO_CALLS: &str = r#"
number: "+12125550181"
name: Robin
description: Wants no more calls.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      fallback: ["Hm."]
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: never, when: ["press nine|9", "never called again"], presses: "9", say: ["Never again."] }
        - { topic: bye, when: ["will never be called by us"], say: ["Good."], then: hang_up }
"#;

/// Somebody who wants to hear the opening hours, and says so.
const ASKS_FOR_HOURS: &str = r#"
number: "+12125550182"
name: Kim
description: Asks for the opening hours in words.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      fallback: ["Opening hours."]
      patience: 9
      silence: { after_ms: 600000, say: [] }
"#;

/// Declines our call and rings back later; closes at nine.
const RINGS_BACK: &str = r#"
number: "+12125550183"
name: Bakery
description: Declines, and rings back.
line: { ring_after_ms: 100, answer_after_ms: 100, behaviour: rejects }
scenes:
  counter:
    person:
      greeting: [{ say: "Hello, you have called us." }]
      knows:
        - { topic: closing time, when: ["close|closing|shut"], say: ["We close at nine today.", "Yes, at nine pm."] }
"#;

/// Waits in the queue.
const WAITS: &str = r#"
number: "+12125550184"
name: Pat
description: Waits in a queue.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      fallback: ["Support."]
      patience: 90
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: waiting, when: ["you next", "number queue"], say: ["I will wait."] }
"#;

/// Waits in the queue for a moment, and hangs up.
const LEAVES: &str = r#"
number: "+12125550187"
name: Lou
description: Does not wait for long.
line: { ring_after_ms: 100, answer_after_ms: 100 }
begins_at: menu
scenes:
  menu:
    person:
      fallback: ["Support."]
      patience: 90
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: choice, when: ["press"], say: ["Support."], then: { goto: queue } }
  queue:
    person:
      silence: { after_ms: 600000, say: [] }
      hang_up: { after_ms: 12000 }
"#;

/// The user's own phone.
const OPERATOR: &str = r#"
number: "+12125550185"
name: Sam
description: Takes the next caller.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      fallback: ["How can I help you?"]
      patience: 90
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: key, when: ["press one|1", "waits you"], presses: "1", say: ["Yes."] }
"#;

const MENU: &str = r#"
menus:
  main:
    say: "For opening hours, press 1. For support, press 2."
    options:
      - { key: 1, words: [hours], say: "We are open from nine to five. Goodbye." }
      - { key: 2, words: [support], queue: support }
    tries: 4
queues:
  support: { most: 2 }
"#;

/// Looks at what has become of a call before a test gives up: more than two minutes.
const LOOKS_AT_MOST: usize = 600;

/// A program that takes calls, and the practice network in it.
struct Desk {
    running: Running,
    address: String,
    network: String,
    number: &'static str,
}

fn home_with(scripts: &[&str], menu: Option<&str>) -> Home {
    let home = Home::new();
    std::fs::create_dir(home.path().join("cast")).unwrap();
    for (index, script) in scripts.iter().enumerate() {
        std::fs::write(home.path().join(format!("cast/{index}.yaml")), script).unwrap();
    }
    if let Some(menu) = menu {
        std::fs::write(home.path().join("menu.yaml"), menu).unwrap();
    }
    home
}

impl Desk {
    fn open(home: &Home, settings: &[&str]) -> Self {
        let mut args = vec!["--set", "sandbox.scenarios_dir=cast", "--set", "inbound.enabled=true", "--set", "user_name=Sam Miller"];
        args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        args.extend(["serve", "--listen", "127.0.0.1:0"]);
        let mut running = home.start(&args);
        let ready: Value = serde_json::from_str(&running.until("address")).unwrap();
        assert_eq!(ready["takes_calls"], true);
        let address = ready["address"].as_str().unwrap().to_owned();
        Self {
            address,
            network: ready["sandbox"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned(),
            number: if settings.contains(&PLIVO) { OURS_AT_PLIVO } else { OURS },
            running,
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        ask(&self.network, method, path, body)
    }

    fn ring(&self, from: &str) -> String {
        let (status, reply) = self.ask("POST", "/sandbox/ring", &json!({ "from": from, "to": self.number }).to_string());
        assert_eq!(status, 201, "{reply}");
        reply["call_sid"].as_str().or(reply["call_uuid"].as_str()).unwrap().to_owned()
    }

    fn truth(&self, call: &str) -> Value {
        let (_, log) = self.ask("GET", "/sandbox/log", "");
        log["calls"].as_array().unwrap().iter().find(|truth| truth["call_sid"] == call).cloned().unwrap_or_default()
    }

    /// Waits until the network's truth of a call is so.
    fn until(&self, call: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut truth = Value::Null;
        for _ in 0..LOOKS_AT_MOST {
            truth = self.truth(call);
            if is_so(&truth) {
                return truth;
            }
            give_way();
        }
        panic!("it does not become so: {truth:#}");
    }

    /// Waits until there is a call that is so, and returns its name.
    fn find(&self, is_so: impl Fn(&Value) -> bool) -> String {
        let mut log = Value::Null;
        for _ in 0..LOOKS_AT_MOST {
            log = self.ask("GET", "/sandbox/log", "").1;
            if let Some(truth) = log["calls"].as_array().unwrap().iter().find(|truth| is_so(truth)) {
                return truth["call_sid"].as_str().unwrap().to_owned();
            }
            give_way();
        }
        panic!("no call becomes so: {:?}", log["calls"].as_array().unwrap().iter().map(heard).collect::<Vec<_>>());
    }

    /// Waits until the books of all calls are closed, a moment after the calls are.
    fn until_settled(&self, home: &Home) {
        let is_settled = || with_store(home, async |store| store.unfinished().await.unwrap().is_empty());
        for _ in 0..LOOKS_AT_MOST {
            if is_settled() {
                return;
            }
            give_way();
        }
        panic!("the books of a call stay open");
    }

    /// Waits for the end of a call, and until the caller has understood these words: ears may be behind the end.
    fn until_over(&self, call: &str, words: &str) -> Value {
        self.until(call, |truth| is_over(truth) && heard(truth).contains(words))
    }

    fn close(self) {
        self.running.signal("TERM");
        let ended = self.running.end();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    }
}

/// Asks a practice network.
fn ask(network: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut socket = TcpStream::connect(network).unwrap();
    let length = body.len();
    write!(socket, "{method} {path} HTTP/1.1\r\nHost: {network}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    let status = reply.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap_or(Value::Null))
}

/// Waits until a message is fetched and written down, which is done beside its call.
fn until_kept(home: &Home) -> Visit {
    for _ in 0..LOOKS_AT_MOST {
        let visits = with_store(home, async |store| store.visits(10).await.unwrap());
        if let Some(visit) = visits.into_iter().find(|visit| visit.message.as_ref().is_some_and(|message| message.state == MessageState::Kept)) {
            return visit;
        }
        give_way();
    }
    panic!("no message is kept");
}

/// Asks a program and returns the status of its answer.
fn status_of(address: &str, method: &str, path: &str) -> u16 {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).split(' ').nth(1).unwrap().parse().unwrap()
}

fn is_over(truth: &Value) -> bool {
    truth["states"].as_array().is_some_and(|states| states.iter().any(|state| state == "completed"))
}

fn heard(truth: &Value) -> String {
    let texts = truth["callee_heard"].as_array().into_iter().flatten();
    texts.map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn with_store<T>(home: &Home, ask: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.data(), Options::new(Access::Looking)).await.unwrap();
        let answer = ask(&store).await;
        store.close().await;
        answer
    })
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

#[test]
pub(crate) fn a_stranger_without_a_menu_leaves_a_message_that_can_be_read_and_heard() {
    let home = home_with(&[LEAVES_A_MESSAGE], None);
    let desk = Desk::open(&home, &[]);
    let call = desk.ring("+12125550180");
    let truth = desk.until_over(&call, "recorded");
    assert!(heard(&truth).contains("automated assistant"), "{truth:#}");
    let visit = until_kept(&home);
    assert_eq!(visit.caller, Some(number("+12125550180")));
    let said = visit.message.unwrap().words.unwrap().into_inner().to_lowercase();
    assert!(said.contains("delivery") && said.contains("friday"), "{said}");

    let listed = home.run(&["inbox", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed[0]["message"]["state"], "kept");
    let id = listed[0]["id"].as_str().unwrap();
    let shown = home.run(&["inbox", "show", id]);
    assert!(shown.code == Some(0) && shown.stdout.to_lowercase().contains("delivery"), "{shown:?}");
    let file = home.path().join("message.wav");
    assert_eq!(home.run(&["recording", id, "--to", file.to_str().unwrap()]).code, Some(0));
    assert!(audio::wav::read_wav(&std::fs::read(file).unwrap(), 8_000 * 600).unwrap().samples.iter().any(|sample| sample.unsigned_abs() > 1_000));
    home.run(&["inbox", "show", "nobody"]).fails_with(1, "command.no_such_call");
    desk.close();
}

#[test]
fn webhooks_that_come_twice_are_one_call_and_one_message() {
    let home = home_with(&[LEAVES_A_MESSAGE], None);
    let desk = Desk::open(&home, &[]);
    assert_eq!(desk.ask("POST", "/sandbox/faults", r#"{"faults": ["webhook=twice"]}"#).0, 201);
    let call = desk.ring("+12125550180");
    desk.until_over(&call, "recorded");
    until_kept(&home);
    desk.close();
    let visits = with_store(&home, async |store| store.visits(10).await.unwrap());
    assert_eq!(visits.len(), 1, "{visits:?}");
}

#[test]
fn a_message_whose_end_nobody_heard_of_is_found_at_the_next_start() {
    let home = home_with(&[LEAVES_A_MESSAGE], None);
    let network = Network::with(&home, &["--set", "sandbox.scenarios_dir=cast"]);
    let open = || {
        let args = ["--set", &network.flag(), "--set", "inbound.enabled=true", "serve", "--listen", "127.0.0.1:0"];
        let mut running = home.start(&args);
        let ready: Value = serde_json::from_str(&running.until("address")).unwrap();
        (running, ready["origin"].as_str().unwrap().to_owned())
    };
    let (running, origin) = open();
    let network_address = network.address().to_owned();
    let number = json!({ "voice_url": format!("{origin}/carrier/inbound") }).to_string();
    assert_eq!(ask(&network_address, "POST", "/sandbox/number", &number).0, 204);
    let (status, rung) = ask(&network_address, "POST", "/sandbox/ring", &json!({ "from": "+12125550180", "to": OURS }).to_string());
    assert_eq!(status, 201, "{rung}");
    let until = |is_so: &dyn Fn(&Value) -> bool| {
        for _ in 0..LOOKS_AT_MOST {
            if network.calls().iter().any(|truth| truth["call_sid"] == rung["call_sid"] && is_so(truth)) {
                return;
            }
            give_way();
        }
        panic!("it does not become so: {:?}", network.calls());
    };
    until(&|truth| truth["callee_said"].to_string().contains("delivery on Friday"));
    running.signal("KILL");
    running.end();
    until(&is_over);
    let (running, _) = open();
    until_kept(&home);
    running.signal("TERM");
    let ended = running.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR"), "{ended:?}");
}

#[test]
fn who_finds_a_queue_full_or_waits_too_long_leaves_a_message() {
    let also_waits = WAITS.replace("+12125550184", "+12125550186");
    let menu = MENU.replace("most: 2", "most: 1, longest_wait_seconds: 15");
    let home = home_with(&[WAITS, &also_waits], Some(&menu));
    let desk = Desk::open(&home, &["inbound.menu_file=menu.yaml"]);
    let callers = [desk.ring("+12125550184"), desk.ring("+12125550186")];
    // Whoever was through the menu second hears it at once, the other one after a while.
    let turned_away = desk.find(|truth| heard(truth).to_lowercase().contains("waiting right now"));
    let waits = callers.iter().find(|call| **call != turned_away).unwrap();
    desk.until(&turned_away, |truth| heard(truth).contains("message after"));
    // Ears that have listened to music for a while do not catch every word behind it, so the lengths tell: fifteen seconds and a piece
    // of music in the queue, then the box, and no end of waiting.
    let waited = desk.until(waits, is_over);
    let lasted = waited["lasted_ms"].as_u64().unwrap();
    assert!(waited["ended_by"] == "document" && (25_000..120_000).contains(&lasted), "{waited:#}");
    desk.close();
}

#[test]
pub(crate) fn nine_in_a_menu_is_a_stop_request_that_the_gate_obeys() {
    nine_in_a_menu(&[]);
}

#[test]
pub(crate) fn nine_in_a_menu_over_plivo_is_one_too() {
    nine_in_a_menu(&[PLIVO]);
}

fn nine_in_a_menu(settings: &[&str]) {
    let home = home_with(&[WANTS_NO_CALLS], Some(MENU));
    let desk = Desk::open(&home, &[&["inbound.menu_file=menu.yaml"], settings].concat());
    let call = desk.ring("+12125550181");
    desk.until_over(&call, "never be called");
    desk.close();
    assert!(with_store(&home, async |store| store.has_opted_out(&number("+12125550181")).await.unwrap()));
    let again = home.run(&["--set", "sandbox.scenarios_dir=cast", "call", "+12125550181", "Ask when they open", "--yes", "--strict"]);
    again.fails_with(3, "number.opted_out");
}

#[test]
fn words_choose_from_a_menu() {
    let home = home_with(&[ASKS_FOR_HOURS], Some(MENU));
    let desk = Desk::open(&home, &["inbound.menu_file=menu.yaml"]);
    desk.until_over(&desk.ring("+12125550182"), "open from");
    for path in ["", "/fallback", "/status", "/menu/main/0", "/message", "/recording", "/queue/support/wait"] {
        assert_eq!(status_of(&desk.address, "POST", &format!("/carrier/inbound{path}")), 403, "{path} is asked without a signature");
    }
    assert_eq!(status_of(&desk.address, "GET", "/sounds/waiting.wav"), 200);
    desk.close();
}

#[test]
pub(crate) fn a_callee_who_rings_back_goes_on_with_the_errand() {
    for mode in ["media_stream", "text_relay", "spoken_turns"] {
        let home = home_with(&[RINGS_BACK], None);
        let call = home.run(&["--set", "sandbox.scenarios_dir=cast", "call", "+12125550183", "Ask what time they close today", "--yes", "--json"]);
        assert_eq!(call.code, Some(4), "{call:?}");
        let setting = format!("conversation_mode={mode}");
        let desk = Desk::open(&home, &[&setting]);
        desk.until_over(&desk.ring("+12125550183"), "calling back");
        desk.until_settled(&home);
        // A second ring finds the errand done.
        let again = desk.ring("+12125550183");
        let settled = desk.until(&again, |truth| heard(truth).contains("settled"));
        assert!(!heard(&settled).contains("close today"), "{mode}: {settled:#}");
        desk.close();
        let books = home.books();
        assert_eq!(books.len(), 1, "{mode}");
        let attempts = &books[0].1;
        let [dialed, rang_back] = attempts.as_slice() else { panic!("{mode}: {attempts:?}") };
        assert_eq!((dialed.direction, rang_back.direction), (Direction::Outbound, Direction::Inbound), "{mode}");
        let finish = rang_back.finish.as_ref().unwrap();
        assert_eq!(finish.disposition, Disposition::Conversed, "{mode}: {finish:?}");
        let fact = &finish.report.as_ref().unwrap().facts[0];
        assert_eq!(fact.value.as_str(), "21:00", "{mode}: {finish:?}");
        let replayed = home.run(&["replay", rang_back.attempt.as_str()]);
        assert!(replayed.code == Some(0) && replayed.stdout.contains("the same outputs"), "{mode}: {replayed:?}");
    }
}

#[test]
fn a_ring_back_that_a_kill_cuts_off_ends_in_the_books() {
    let home = home_with(&[RINGS_BACK], None);
    let call = home.run(&["--set", "sandbox.scenarios_dir=cast", "call", "+12125550183", "Ask what time they close today", "--yes", "--json"]);
    assert_eq!(call.code, Some(4), "{call:?}");
    let desk = Desk::open(&home, &[]);
    let call = desk.ring("+12125550183");
    desk.until(&call, |truth| truth["streams"].as_u64().unwrap_or(0) > 0);
    desk.running.signal("KILL");
    desk.running.end();
    Desk::open(&home, &[]).close();
    let books = home.books();
    assert_eq!(books[0].1[1].direction, Direction::Inbound);
}

#[test]
pub(crate) fn callers_wait_in_order_and_the_users_phone_is_rung_and_takes_the_next() {
    wait_in_order(&[]);
}

/// Plivo has no queues: the line is ours, and the two meet in a room.
#[test]
pub(crate) fn over_plivo_they_do_the_same() {
    wait_in_order(&[PLIVO]);
}

fn wait_in_order(settings: &[&str]) {
    let also_waits = WAITS.replace("+12125550184", "+12125550186");
    let home = home_with(&[WAITS, &also_waits, OPERATOR], Some(MENU));
    let desk = Desk::open(&home, &[&["inbound.menu_file=menu.yaml", "operator_number=+12125550185"], settings].concat());
    let callers = [desk.ring("+12125550184"), desk.ring("+12125550186")];
    // Whoever was through the menu first is next; the other one is told so.
    let second = desk.find(|truth| ["number 2", "number two"].iter().any(|words| heard(truth).contains(words)));
    let first = callers.iter().find(|call| **call != second).unwrap();
    let operator = desk.find(|truth| truth["to"] == "+12125550185");
    let hears = |truth: &Value, whom: &str| truth["heard_calls"].as_array().is_some_and(|calls| calls.iter().any(|call| *call == *whom));
    desk.until(first, |truth| hears(truth, &operator));
    desk.until(&operator, |truth| hears(truth, first));
    assert!(!hears(&desk.truth(&second), &operator), "the second still waits");
    desk.close();
}

#[test]
pub(crate) fn who_hangs_up_while_the_users_telephone_rings_is_not_rung_for_any_longer() {
    leaves_while_it_rings(&[]);
}

#[test]
pub(crate) fn nor_is_who_hangs_up_over_plivo() {
    leaves_while_it_rings(&[PLIVO]);
}

fn leaves_while_it_rings(settings: &[&str]) {
    let rings_on = OPERATOR.replace("answer_after_ms: 100", "behaviour: no_answer");
    assert!(rings_on.contains("no_answer"));
    let home = home_with(&[LEAVES, &rings_on], Some(MENU));
    let desk = Desk::open(&home, &[&["inbound.menu_file=menu.yaml", "operator_number=+12125550185"], settings].concat());
    let mut rung = Vec::new();
    for round in 1..=2 {
        // Nobody need wait until the telephone may be rung again: it was rung in vain.
        desk.until(&desk.ring("+12125550187"), is_over);
        let operator = desk.find(|truth| truth["to"] == "+12125550185" && !rung.contains(&truth["call_sid"]));
        let ended = desk.until(&operator, |truth| !truth["ended_by"].is_null());
        assert!(ended["ended_by"] == "caller" && ended["answered_after_ms"].is_null(), "round {round}: rung to its end: {ended:#}");
        rung.push(ended["call_sid"].clone());
    }
    desk.until_settled(&home);
    desk.close();
}

#[test]
pub(crate) fn over_plivo_a_message_is_taken_and_a_callee_who_rings_back_goes_on_with_the_errand() {
    let home = home_with(&[LEAVES_A_MESSAGE, RINGS_BACK], None);
    let call = home.run(&["--set", "sandbox.scenarios_dir=cast", "--set", PLIVO, "call", "+12125550183", "Ask what time they close today", "--yes"]);
    assert_eq!(call.code, Some(4), "{call:?}");
    let desk = Desk::open(&home, &[PLIVO]);
    let (stranger, bakery) = (desk.ring("+12125550180"), desk.ring("+12125550183"));
    desk.until_over(&stranger, "recorded");
    let said = until_kept(&home).message.unwrap().words.unwrap().into_inner().to_lowercase();
    assert!(said.contains("delivery") && said.contains("friday"), "{said}");
    desk.until_over(&bakery, "calling back");
    desk.until_settled(&home);
    desk.close();
    let attempts = &home.books()[0].1;
    let finish = attempts[1].finish.as_ref().unwrap();
    assert_eq!((attempts[1].direction, finish.disposition), (Direction::Inbound, Disposition::Conversed), "{finish:?}");
    assert_eq!(finish.report.as_ref().unwrap().facts[0].value.as_str(), "21:00", "{finish:?}");
}

/// Comes to the meeting and talks there.
const COMES_TO_THE_MEETING: &str = r#"
number: "+12125550187"
name: Aunt Mary
description: Comes to the family meeting.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      fallback: ["Meeting."]
      patience: 90
      silence: { after_ms: 4000, say: ["Hello, this is Mary.", "Is anybody there?"] }
"#;

const MEETINGS: &str = r#"
menus:
  main:
    say: "For the meeting, say meeting."
    options:
      - { key: 1, words: [meeting], room: family }
    tries: 4
queues:
  support: {}
rooms:
  family: { starts: with_the_user, ends: with_the_user }
"#;

#[test]
pub(crate) fn callers_meet_once_the_user_is_there_and_part_when_the_user_goes() {
    meet(&[]);
}

#[test]
pub(crate) fn over_plivo_they_meet_and_part_as_well() {
    meet(&[PLIVO]);
}

fn meet(settings: &[&str]) {
    let second = COMES_TO_THE_MEETING.replace("+12125550187", "+12125550188").replace("Mary", "Rose");
    // Rings from their own phone, chooses the meeting, talks, and hangs up.
    let user = r#"
number: "+12125550185"
name: Sam
description: Opens the meeting.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      patience: 90
      hang_up: { after_ms: 25000 }
      knows:
        - { topic: key, when: ["meeting family press"], presses: "2", say: ["Yes."] }
"#;
    let home = home_with(&[COMES_TO_THE_MEETING, &second, user], Some(MEETINGS));
    let desk = Desk::open(&home, &[&["inbound.menu_file=menu.yaml", "operator_number=+12125550185"], settings].concat());
    let guests = [desk.ring("+12125550187"), desk.ring("+12125550188")];
    let hears = |truth: &Value, whom: &str| truth["heard_calls"].as_array().is_some_and(|calls| calls.iter().any(|call| *call == *whom));
    for guest in &guests {
        let truth = desk.until(guest, |truth| heard(truth).to_lowercase().contains("music"));
        assert!(guests.iter().all(|other| !hears(&truth, other)), "nobody hears anybody before the user is there: {truth:#}");
    }
    let user = desk.ring("+12125550185");
    for guest in &guests {
        desk.until(guest, |truth| hears(truth, &user) && guests.iter().all(|other| other == guest || hears(truth, other)));
    }
    desk.until(&user, |truth| is_over(truth) && guests.iter().all(|guest| hears(truth, guest)));
    for guest in &guests {
        desk.until_over(guest, "left");
    }
    desk.close();
}

#[test]
fn a_menu_that_is_wrong_is_told_before_anybody_calls() {
    let home = home_with(&[], Some("menus:\n  main:\n    say: Hello.\n    optons: []\n"));
    let checked = home.run(&["--set", "inbound.menu_file=menu.yaml", "config", "check"]);
    checked.fails_with(1, "config.unknown_key");
    assert!(checked.stderr.contains("menu.yaml:4:5") && checked.stderr.contains("`options`"), "{checked:?}");
}

#[test]
fn a_caller_is_forwarded_to_a_number_that_the_gate_lets_pass_and_to_no_other() {
    let menu = |number: &str| {
        format!(
            "menus:\n  main:\n    say: \"For opening hours, say opening hours.\"\n    options:\n      - {{words: hours, forward: {{number: \"{number}\"}}}}\n"
        )
    };
    let home = home_with(&[ASKS_FOR_HOURS], Some(&menu("+12125550123")));
    let desk = Desk::open(&home, &["inbound.menu_file=menu.yaml"]);
    desk.until(&desk.ring("+12125550182"), |truth| truth["heard_calls"].as_array().is_some_and(|calls| !calls.is_empty()));
    desk.close();
    // No number of the practice network, so nothing may ring there.
    std::fs::write(home.path().join("menu.yaml"), menu("+12125551234")).unwrap();
    let desk = Desk::open(&home, &["inbound.menu_file=menu.yaml"]);
    let call = desk.ring("+12125550182");
    desk.until(&call, |truth| heard(truth).contains("Nobody can take"));
    let (_, log) = desk.ask("GET", "/sandbox/log", "");
    assert!(log["calls"].as_array().unwrap().iter().all(|truth| truth["to"] != "+12125551234"), "{log:#}");
    desk.close();
}
