//! The cast in virtual time, as a command.

use serde_json::Value;

use crate::program::Home;

#[test]
fn the_whole_cast_comes_out_as_expected() {
    let home = Home::new();
    let ended = home.run(&["simulate"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let names: Vec<String> = home.run(&["simulate", "--list"]).stdout.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert!(names.len() >= 24 && names.iter().all(|name| ended.stdout.contains(name)), "{}", ended.stdout);
    assert!(!home.data().exists(), "it needs no data folder");
}

#[test]
fn the_same_seed_plays_the_same_calls() {
    let home = Home::new();
    let play = |seed: &str| {
        let ended = home.run(&["simulate", "--scenario", "corner-shop", "--calls", "20", "--seed", seed, "--impairments", "awful", "--json"]);
        let mut summary: Value = serde_json::from_str(&ended.stdout).unwrap();
        summary["took_millis"] = Value::Null;
        summary
    };
    assert_eq!(play("4711"), play("4711"));
    assert_ne!(play("4711")["virtual_seconds"], play("4712")["virtual_seconds"]);
}

#[test]
fn a_script_that_expects_what_does_not_come_fails_with_its_replay() {
    let home = Home::new();
    let folder = home.path().join("scenarios");
    std::fs::create_dir(&folder).unwrap();
    let script = "number: \"+13105550177\"\nname: Kiosk\ndescription: Sells one thing.\nline: { behaviour: busy }\n\
                  expect:\n  - { intent: Ask how much it is, disposition: conversed, outcome: achieved }\n";
    std::fs::write(folder.join("kiosk.yaml"), script).unwrap();
    let setting = format!("sandbox.scenarios_dir={}", folder.display());
    let ended = home.run(&["--set", &setting, "simulate", "--scenario", "kiosk", "--seed", "7"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("puppetmaster simulate --scenario kiosk --calls 1 --seed 7"), "{}", ended.stdout);
    home.run(&["simulate", "--scenario", "moon-base"]).fails_with(1, "simulate.no_such_scenario");
    std::fs::write(folder.join("kiosk.yaml"), "number: 7").unwrap();
    home.run(&["--set", &setting, "simulate"]).fails_with(1, "sandbox.bad_script");
}
