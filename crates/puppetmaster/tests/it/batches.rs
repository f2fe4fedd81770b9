//! Many calls under one yes: made of a table, shown, approved, dialed at their pace, given up, and shown as one table.

use serde_json::Value;

use crate::program::{Home, Network, Running, give_way};

const BUSY: &str = "+12125550110";
const TALKS_AT_LENGTH: &str = "+12125550128";
const REJECTS: &str = "+12125550112";

fn write(home: &Home, name: &str, text: &str) -> String {
    let file = home.path().join(name);
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn json(home: &Home, args: &[&str]) -> Value {
    let ended = home.run(args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn show(home: &Home, batch: &str) -> Value {
    json(home, &["task", "batch", "show", batch, "--json"])
}

/// Looks at a batch until something is so.
fn until(home: &Home, batch: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let shown = show(home, batch);
        if is_so(&shown["report"]) {
            return shown["report"].clone();
        }
        give_way();
    }
    panic!("it did not come about: {}", show(home, batch));
}

#[test]
fn nothing_is_stored_unless_every_row_is_good() {
    let home = Home::new();
    let file = write(&home, "shops.csv", &format!("number,item\n{BUSY},a tube\n911,a tube\n{REJECTS},\n{BUSY},a,tube\n"));
    let ask = "Ask whether they have {item}";
    let ended = home.run(&["task", "batch", &file, "--intent", ask, "--yes"]);
    ended.fails_with(3, "batch.rows");
    for line in ["shops.csv:3: number: ", "[number.emergency]", "shops.csv:4: item: ", "[batch.field]", "shops.csv:5: ", "3 mistakes in 3 lines"] {
        assert!(ended.stderr.contains(line), "{line}: {ended:?}");
    }
    assert_eq!(json(&home, &["task", "list", "--json"]), serde_json::json!({ "count": 0, "tasks": [] }), "the good row neither");
    assert_eq!(json(&home, &["task", "batch", "list", "--json"]), serde_json::json!([]));
    home.run(&["task", "batch", "nothing.csv"]).fails_with(1, "command.cannot_read");
    home.run(&["task", "batch", "show", "nothing"]).fails_with(1, "batch.unknown");
    home.run(&["task", "batch", "cancel", "nothing"]).fails_with(1, "batch.unknown");

    // One yes for all of them, and a change to one takes it back.
    let list = format!("intent: {ask}\ncalls:\n  - number: {BUSY}\n    item: a tube\n  - number: {REJECTS}\n    item: a bell\n");
    let made = json(&home, &["task", "batch", &write(&home, "shops.yaml", &list), "--json"]);
    let batch = made["batch"].as_str().unwrap();
    assert_eq!((made["calls"].as_array().map(Vec::len), &made["approved"], &made["calls"][0]["is_allowed"]), (Some(2), &0.into(), &true.into()));
    let ended = home.run(&["task", "batch", "approve", batch, "--yes"]);
    for line in [
        "Ask whether they have a bell",
        "may say item: a tube",
        "at most 0.00",
        "may be dialed\n",
        "2 calls approved",
        "2 at once, 60 an hour, 10 s apart",
    ] {
        assert!(ended.stdout.contains(line), "{line}: {ended:?}");
    }
    assert_eq!(show(&home, batch)["report"]["states"]["approved"], 2);
    let task = made["calls"][1]["task"].as_str().unwrap();
    assert_eq!(home.run(&["task", "fact", task, "item=a lamp"]).code, Some(0));
    let shown = show(&home, batch);
    assert_eq!((&shown["report"]["states"]["awaiting_approval"], &shown["batch"]["approved"]), (&2.into(), &Value::Null), "{shown}");
    assert!(home.run(&["task", "batch", "show", batch]).stdout.contains("calls wait for your yes"));
    home.run(&["task", "batch", "cancel", batch]);
    home.run(&["task", "batch", "approve", batch, "--yes"]).fails_with(3, "batch.nothing_open");
}

#[test]
fn a_batch_is_dialed_at_its_pace_and_given_up_with_its_running_call() {
    let home = Home::new();
    let network = Network::start(&home);
    let mut serving: Running = home.start(&["--set", &network.flag(), "serve"]);
    serving.until("address");
    let file = write(
        &home,
        "shops.csv",
        &format!("number,intent\n{BUSY},Ask when they close\n{TALKS_AT_LENGTH},Ask when they close\n{REJECTS},Ask when they close\n"),
    );
    let made = json(&home, &["task", "batch", &file, "--at-once", "1", "--gap", "0", "--yes", "--json"]);
    let batch = made["batch"].as_str().unwrap();
    assert_eq!(made["approved"], 3);
    let talks = made["calls"][1]["task"].as_str().unwrap();
    let is_talking = || json(&home, &["task", "show", talks, "--json"])["attempts"][0]["state"] == "talking";
    until(&home, batch, |_| is_talking());
    let report = show(&home, batch)["report"].clone();
    let states = |report: &Value| (0..3).map(|line| report["lines"][line]["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(states(&report), ["done", "running", "approved"], "one at a time");
    assert_eq!((&report["lines"][0]["disposition"], &report["ended"], &report["achieved"]), (&"busy".into(), &1.into(), &0.into()));

    let ended = home.run(&["task", "batch", "cancel", batch]);
    assert!(ended.stdout.contains("2 calls given up") && ended.stdout.contains("1 of them are running"), "{ended:?}");
    let is_over = || json(&home, &["task", "show", talks, "--json"])["attempts"][0]["state"] == "terminal";
    until(&home, batch, |_| is_over());
    let report = show(&home, batch)["report"].clone();
    assert_eq!(states(&report), ["done", "canceled", "canceled"]);
    let csv = home.run(&["task", "batch", "show", batch, "--csv"]).stdout;
    assert!(csv.starts_with("row,task,number,intent,state,outcome,ended,attempts,cost USD"), "{csv}");
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(home.run(&["task", "batch", "list"]).stdout.contains("3 of 3 ended, 2 given up, 0 achieved"));
    serving.signal("TERM");
    let ended = serving.end();
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{ended:?}");
    assert_eq!(network.calls().len(), 2, "the third was never dialed");
    home.books();
}

#[test]
fn one_after_another_until_one_has_it_and_nobody_behind_is_rung() {
    let home = Home::new();
    let network = Network::start(&home);
    let file = write(&home, "shops.csv", &format!("number\n{REJECTS}\n+12125550123\n{BUSY}\n{TALKS_AT_LENGTH}\n"));
    let args = ["task", "batch", &file, "--intent", "Ask what time they close today", "--gap", "0", "--attempts", "1", "--until-achieved"];
    let both = home.run(&[&args[..], &["--at-once", "2"]].concat());
    assert!(both.code == Some(2) && both.stderr.contains("cannot be used with '--at-once"), "{both:?}");
    let made = json(&home, &[&args[..], &["--yes", "--json"]].concat());
    let batch = made["batch"].as_str().unwrap();
    let mut serving: Running = home.start(&["--set", &network.flag(), "serve"]);
    serving.until("address");
    let report = until(&home, batch, |report| report["ended"] == 4);
    let lines = report["lines"].as_array().unwrap();
    let states: Vec<&str> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "done", "canceled", "canceled"], "{report:#}");
    assert_eq!((&lines[0]["disposition"], &lines[1]["outcome"]), (&"rejected".into(), &"achieved".into()), "{report:#}");
    serving.signal("TERM");
    assert_eq!(serving.end().code, Some(0));
    assert_eq!(network.calls().len(), 2, "nobody behind the one who told was rung: {:?}", network.calls());
}
