//! Tasks that nobody waits for: made and approved by one process, carried out by another, given up by a third.

use serde_json::Value;

use crate::program::{Home, Network, Running, give_way};

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";
const BUSY: &str = "+12125550110";
const KNOWS_NOTHING: &str = "+12125550126";
const TALKS_AT_LENGTH: &str = "+12125550128";

/// Makes a task and returns its identity.
fn create(home: &Home, args: &[&str]) -> String {
    let ended = home.run(&[&["task", "create"], args, &["--json"]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let created: Value = serde_json::from_str(&ended.stdout).unwrap();
    created["task"].as_str().unwrap().to_owned()
}

fn approve(home: &Home, task: &str) {
    let ended = home.run(&["task", "approve", task, "--yes"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("  approved\n"), "{ended:?}");
}

fn show(home: &Home, task: &str) -> Value {
    let ended = home.run(&["task", "show", task, "--json"]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn state(shown: &Value) -> &str {
    shown["task"]["state"].as_str().unwrap()
}

/// Looks at a task until something is so. A call that talks takes half a minute.
fn until(home: &Home, task: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let shown = show(home, task);
        if is_so(&shown) {
            return shown;
        }
        give_way();
    }
    panic!("it did not come about: {}", show(home, task));
}

fn serve(home: &Home, network: &Network) -> Running {
    let mut serving = home.start(&["--set", &network.flag(), "serve"]);
    serving.until("address");
    serving
}

fn end(serving: Running) {
    serving.signal("TERM");
    let ended = serving.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{ended:?}");
}

#[test]
fn what_one_process_approves_another_carries_out() {
    let home = Home::new();
    let network = Network::start(&home);
    let serving = serve(&home, &network);
    let task = create(&home, &[SHOP, ASK]);
    assert_eq!(state(&show(&home, &task)), "awaiting_approval");
    approve(&home, &task);
    let shown = until(&home, &task, |shown| state(shown) == "done");
    assert_eq!(shown["attempts"][0]["finish"]["report"]["outcome"], "achieved", "{shown}");
    assert_eq!((shown["attempts"].as_array().map(Vec::len), &shown["decisions"][0]["is_cleared"]), (Some(1), &Value::Bool(true)));
    // Another program dials from this folder, so running a task hands it over.
    let second = create(&home, &[BUSY, ASK]);
    home.run(&["task", "run", &second]).fails_with(1, "task.wrong_state");
    approve(&home, &second);
    until(&home, &second, |shown| state(shown) == "done");
    end(serving);
    home.books();
}

#[test]
fn a_call_that_the_provider_puts_off_is_made_again() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(1, "create=429");
    let serving = serve(&home, &network);
    let task = create(&home, &[BUSY, ASK]);
    approve(&home, &task);
    // The task allows one attempt, and this was none: nothing rang.
    let is_planned_again = |shown: &Value| state(shown) == "approved" && shown["attempts"][0]["finish"]["disposition"] == "throttled";
    let shown = until(&home, &task, is_planned_again);
    let waits = shown["due_at"].as_i64().unwrap() - shown["attempts"][0]["finish"]["at"].as_i64().unwrap();
    assert!(waits >= 15_000, "{waits} ms are too soon");
    end(serving);
    // Who does not want to wait for a decent hour has it tried at once.
    let ended = home.run(&["--set", &network.flag(), "task", "run", &task]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let shown = show(&home, &task);
    let attempts = shown["attempts"].as_array().unwrap();
    assert_eq!((state(&shown), attempts.len(), attempts[1]["finish"]["disposition"].as_str()), ("done", 2, Some("busy")), "{shown}");
    assert_eq!(network.calls().len(), 1, "{:?}", network.calls());
}

#[test]
fn a_call_is_ended_when_another_process_gives_its_task_up() {
    let home = Home::new();
    let network = Network::start(&home);
    let serving = serve(&home, &network);
    let task = create(&home, &[TALKS_AT_LENGTH, ASK]);
    approve(&home, &task);
    until(&home, &task, |shown| shown["attempts"][0]["state"] == "talking");
    let ended = home.run(&["task", "cancel", &task]);
    assert!(ended.code == Some(0) && ended.stdout.contains("its call is ended by the program that made it"), "{ended:?}");
    let shown = until(&home, &task, |shown| shown["attempts"][0]["state"] == "terminal");
    assert_eq!(state(&shown), "canceled");
    // Over the API, or by the document that the carrier asks for once the stream is closed, whichever is first; never by the callee.
    let calls = network.calls();
    assert!(calls.len() == 1 && ["caller", "document"].contains(&calls[0]["ended_by"].as_str().unwrap()), "{calls:?}");
    home.run(&["task", "cancel", &task]).fails_with(1, "task.wrong_state");
    end(serving);
    home.books();
}

#[test]
fn a_draft_says_what_it_lacks_and_is_approved_once_it_is_whole() {
    let home = Home::new();
    let ended = home.run(&["task", "create", SHOP, "Book a table", "--json"]);
    let created: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((created["state"].as_str(), created["missing"][0]["label"].as_str()), (Some("draft"), Some("party size")), "{created}");
    let task = created["task"].as_str().unwrap();
    home.run(&["task", "approve", task, "--yes"]).fails_with(3, "task.missing_facts");
    let ended = home.run(&["task", "fact", task, "party size=four"]);
    assert!(ended.stdout.contains("missing    when: For which day and hour"), "{ended:?}");
    let ended = home.run(&["task", "fact", task, "when=Friday at 7"]);
    assert!(ended.stdout.contains("may say    party size: four") && ended.stdout.contains("waiting for approval"), "{ended:?}");
    approve(&home, task);
    // Whoever changes a task has it approved anew.
    home.run(&["task", "fact", task, "party size=five"]);
    assert_eq!(state(&show(&home, task)), "awaiting_approval");
    assert_eq!(home.run(&["task", "deny", task]).code, Some(0));
    home.run(&["task", "approve", task, "--yes"]).fails_with(1, "task.wrong_state");

    // Asked in a terminal, the answers complete it at once.
    let mut command = home.command(&["task", "create", SHOP, "Book a table"]);
    command.stdin(std::process::Stdio::piped());
    let mut asking = Running::of(command);
    asking.type_line("four");
    asking.type_line("Friday at 7");
    let ended = asking.end();
    assert!(ended.code == Some(0) && ended.stdout.contains("waiting for approval"), "{ended:?}");
    assert_eq!(home.run(&["task", "create", SHOP, "Book a table", "--incomplete"]).code, Some(0));
    home.run(&["task", "create", SHOP, ASK, "--opening-hours", "always"]).fails_with(3, "task.opening_hours");
    home.run(&["task", "create", SHOP, ASK, "--not-before", "+2h", "--deadline", "+1h"]).fails_with(3, "task.empty_schedule");
    home.run(&["task", "create", SHOP, ASK, "--after", "nothing"]).fails_with(1, "command.no_such_task");
}

#[test]
fn a_busy_line_is_tried_again_under_the_same_yes_also_after_a_crash() {
    let home = Home::new();
    let network = Network::start(&home);
    let serving = serve(&home, &network);
    let task = create(&home, &[BUSY, ASK, "--attempts", "2"]);
    approve(&home, &task);
    // The attempt stands before the task says that it is under way, so only its end tells that it is planned again.
    let is_planned_again = |shown: &Value| state(shown) == "approved" && shown["attempts"][0]["finish"]["disposition"] == "busy";
    let shown = until(&home, &task, is_planned_again);
    let due_at = shown["due_at"].as_i64().unwrap();
    let waits = due_at - shown["attempts"][0]["finish"]["at"].as_i64().unwrap();
    assert!(waits >= 300_000, "{waits} ms are too soon");
    serving.signal("KILL");
    drop(serving);
    assert_eq!(show(&home, &task)["due_at"].as_i64(), Some(due_at), "a crash forgets nothing");

    // Who does not want to wait has it tried at once: the last attempt that the task allows.
    let ended = home.run(&["--set", &network.flag(), "task", "run", &task]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let shown = show(&home, &task);
    assert_eq!((state(&shown), shown["attempts"].as_array().map(Vec::len)), ("done", Some(2)), "{shown}");
    assert_eq!(network.calls().len(), 2);
}

#[test]
fn a_task_waits_for_its_time_and_for_others() {
    let home = Home::new();
    let network = Network::start(&home);
    // They say no, so the next shop is tried, and what was for a yes is not needed.
    let first = create(&home, &[KNOWS_NOTHING, ASK]);
    let second = create(&home, &[SHOP, ASK, "--after", &first, "--if", "said_no"]);
    let third = create(&home, &[SHOP, "Ask when they open", "--after", &first, "--if", "achieved"]);
    let tomorrow = create(&home, &[BUSY, "Ask when they open", "--not-before", "+1d"]);
    for task in [&second, &third, &tomorrow, &first] {
        approve(&home, task);
    }
    let serving = serve(&home, &network);
    let shown = until(&home, &second, |shown| state(shown) == "done");
    assert_eq!(shown["attempts"][0]["finish"]["report"]["outcome"], "achieved", "{shown}");
    assert_eq!(state(&until(&home, &third, |shown| state(shown) != "approved")), "canceled", "the first one did not achieve it");
    assert_eq!(show(&home, &first)["attempts"][0]["finish"]["disposition"], "conversed", "they were talked to");
    let shown = show(&home, &tomorrow);
    assert_eq!((state(&shown), shown["attempts"].as_array().map(Vec::len)), ("approved", Some(0)));
    end(serving);
    assert_eq!(network.calls().len(), 2);
}

#[test]
fn a_standing_approval_covers_what_is_narrow_enough_until_it_is_taken_back() {
    let home = Home::new();
    home.run(&["standing", "add", BUSY, "--most-a-call", "0.50", "--until", "+200d"]).fails_with(3, "approval.standing");
    home.run(&["standing", "add", BUSY, "--most-a-call", "much", "--until", "+30d"]).fails_with(1, "command.bad_amount");
    let given = home.run(&["standing", "add", BUSY, "--most-a-call", "0.50", "--until", "+30d", "--type", "information_inquiry"]);
    let id = given.stdout.split(' ').next().unwrap().to_owned();
    let covered = create(&home, &[BUSY, ASK]);
    assert_eq!(state(&show(&home, &covered)), "approved");
    let waiting = create(&home, &[BUSY, "Ask when they open", "--not-before", "+1d"]);
    for other in [create(&home, &[SHOP, ASK]), create(&home, &[BUSY, "Tell them that we come later"])] {
        assert_eq!(state(&show(&home, &other)), "awaiting_approval", "another number, another type");
    }
    let network = Network::start(&home);
    let ended = home.run(&["--set", &network.flag(), "task", "run", &covered]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(network.calls().len(), 1);

    assert_eq!(home.run(&["standing", "revoke", &id]).code, Some(0));
    home.run(&["standing", "revoke", "nothing"]).fails_with(1, "approval.no_standing");
    assert!(home.run(&["standing", "list"]).stdout.contains("taken back "));
    assert_eq!(state(&show(&home, &create(&home, &[BUSY, "Ask what it costs"]))), "awaiting_approval");
    let again = home.run(&["task", "approve", &waiting, "--yes"]);
    assert_eq!(again.code, Some(0), "the user may still say yes: {again:?}");
}

#[test]
fn nothing_that_is_due_is_dialed_during_a_pause() {
    let home = Home::new();
    let network = Network::start(&home);
    home.run(&["pause"]);
    let serving = serve(&home, &network);
    let task = create(&home, &[BUSY, ASK]);
    approve(&home, &task);
    for _ in 0..10 {
        give_way();
    }
    let shown = show(&home, &task);
    assert_eq!((state(&shown), shown["decisions"].as_array().map(Vec::len)), ("approved", Some(0)), "nobody is asked, nothing is forgotten");
    home.run(&["resume"]);
    until(&home, &task, |shown| state(shown) == "done");
    end(serving);
    assert_eq!(network.calls().len(), 1);
}

#[test]
fn tasks_are_listed_by_what_they_are_and_page_by_page() {
    let home = Home::new();
    for (number, intent, name) in [
        ("+12125550123", "Ask what time they close today", "Sam"),
        ("+12125550124", "Ask what time they open tomorrow", "Sam"),
        ("+12125550123", "Book a table for two tonight at 7 pm", "Sam"),
    ] {
        let made = home.run(&["task", "create", number, intent, "--for", name, "--incomplete", "--json"]);
        assert_eq!(made.code, Some(0), "{made:?}");
    }
    let list = |args: &[&str]| home.run(&[&["task", "list"], args].concat());
    let found = |args: &[&str]| {
        let listed: Value = serde_json::from_str(&list(&[args, &["--json"]].concat()).stdout).unwrap();
        assert_eq!(listed["tasks"].as_array().unwrap().len() as u64, listed["count"].as_u64().unwrap(), "{args:?}: {listed}");
        listed["tasks"].as_array().unwrap().iter().map(|task| task["intent"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [close, open, book] = ["Ask what time they close today", "Ask what time they open tomorrow", "Book a table for two tonight at 7 pm"];
    assert_eq!(found(&[]), [book, open, close], "the newest first");
    assert_eq!(found(&["--type", "information_inquiry"]), [open, close]);
    assert_eq!(found(&["--number", "+1 212 555 0123"]), [book, close]);
    assert_eq!(found(&["--number", "+12125550123", "--type", "reservation", "--state", "awaiting_approval"]), [book]);
    assert_eq!(found(&["--since", "2020-01-01", "--until", "+1h"]).len(), 3);
    let task = serde_json::from_str::<Value>(&list(&["--type", "reservation", "--json"]).stdout).unwrap()["tasks"][0]["id"].clone();
    assert_eq!(home.run(&["task", "cancel", task.as_str().unwrap()]).code, Some(0));
    assert_eq!(found(&["--state", "canceled"]), [book]);
    assert_eq!(found(&["--state", "canceled", "--state", "awaiting_approval"]).len(), 3);

    assert!(!list(&[]).stdout.contains(" of 3"), "all fit on one page");
    let first = list(&["--at-most", "2"]).stdout;
    assert!(first.contains(book) && !first.contains(close) && first.ends_with("1 to 2 of 3; the next: --page 2\n"), "{first}");
    let last = list(&["--at-most", "2", "--page", "2"]).stdout;
    assert!(last.contains(close) && !last.contains(open) && last.ends_with("3 to 3 of 3\n"), "{last}");
    assert!(list(&["--page", "9"]).stdout.contains("there is no such page"));
    assert!(list(&["--until", "2020-01-01"]).stdout.contains("no task is like that"));
    list(&["--since", "soon"]).fails_with(2, "schedule.moment");
    list(&["--number", "shop"]).fails_with(1, "command.bad_number");
    assert_eq!(list(&["--at-most", "0"]).code, Some(2));
}
