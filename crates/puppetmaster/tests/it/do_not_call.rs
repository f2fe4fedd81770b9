//! The do-not-call list, consents, line kinds and the pause, as their users work with them; the gate reads them all.

use serde_json::Value;

use crate::doctor::well;
use crate::fake_twilio::FakeTwilio;
use crate::program::{Home, Network};

const ASK: &str = "Ask what time they close today";
const NUMBER: &str = "+12125552671";
/// A Monday afternoon in New York, and a decent hour wherever in the country a mobile may be.
const AFTERNOON: &str = "2026-11-30T16:00:00-05:00";

/// Asks the gate and returns the codes of the noes.
fn noes(home: &Home, args: &[&str]) -> Vec<String> {
    noes_under(home, &[], args)
}

/// Does the same under these settings.
fn noes_under(home: &Home, settings: &[&str], args: &[&str]) -> Vec<String> {
    let ended = home.run(&[settings, &["gate"], args, &["--at", AFTERNOON, "--json"]].concat());
    let explained: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    let asked = explained["record"]["asked"].as_array().unwrap().iter().filter(|asked| asked["verdict"] == "no");
    let codes: Vec<String> = asked.map(|asked| asked["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ended.code, Some(if codes.is_empty() { 0 } else { 3 }), "{ended:?}");
    codes
}

/// Runs a command that must succeed, and returns what it prints.
fn well_done(home: &Home, args: &[&str]) -> String {
    let ended = home.run(args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

#[test]
fn a_number_on_the_list_is_refused_within_the_scope_of_its_entry_until_it_is_lifted() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    assert_eq!(noes(&home, &[NUMBER, ASK]), [""; 0]);
    well_done(&home, &["dnc", "add", NUMBER, "--type", "complaint", "--in-writing"]);
    assert_eq!(noes(&home, &[NUMBER, ASK]), [""; 0], "this is no complaint");
    assert_eq!(noes(&home, &[NUMBER, "Complain about the noise"]), ["do_not_call.scope"]);
    well_done(&home, &["dnc", "add", NUMBER, "--for", "Sam Miller"]);
    assert_eq!(noes(&home, &[NUMBER, ASK, "--for", "Ada Jones"]), [""; 0]);
    assert_eq!(noes(&home, &[NUMBER, ASK, "--for", "Sam Miller"]), ["do_not_call.scope"]);
    well_done(&home, &["dnc", "add", NUMBER]);
    assert!(well_done(&home, &["dnc", "add", NUMBER]).contains("stands on the list already"));
    assert_eq!(noes(&home, &[NUMBER, ASK, "--for", "Ada Jones"]), ["number.opted_out"]);
    let checked = home.run(&["dnc", "check", NUMBER]);
    assert_eq!((checked.code, checked.stdout.lines().filter(|line| line.starts_with("list ")).count()), (Some(3), 3), "{checked:?}");

    home.run(&["dnc", "remove", NUMBER, "--reason", "ok"]).fails_with(3, "do_not_call.reason");
    home.run(&["dnc", "remove", "nothing", "--callee-asked"]).fails_with(1, "do_not_call.no_entry");
    well_done(&home, &["dnc", "remove", NUMBER, "--reason", "They wrote that we may call again."]);
    assert_eq!(noes(&home, &[NUMBER, ASK]), [""; 0]);
    assert_eq!(well_done(&home, &["dnc", "list"]).lines().filter(|line| line.contains("  lifted ")).count(), 3, "lifted entries are still told");
    let csv = home.path().join("list.csv");
    well_done(&home, &["dnc", "export", "--to", csv.to_str().unwrap()]);
    let csv = std::fs::read_to_string(csv).unwrap();
    assert_eq!(csv.lines().next(), Some("number,bars,channel,asked_at,lifted_at,attempt"));
    assert!(csv.contains(&format!("{NUMBER},task_type:complaint,writing,")) && csv.contains("user:Sam Miller"), "{csv}");
    assert!(twilio.asked().is_empty());
}

#[test]
fn what_is_asked_for_on_a_call_stands_on_the_same_list() {
    let home = Home::new();
    let network = Network::start(&home);
    home.run(&["--set", &network.flag(), "call", "+12125550119", ASK, "--yes"]);
    let listed = well_done(&home, &["dnc", "list", "--json"]);
    let entry: Value = serde_json::from_str(listed.lines().next().unwrap_or_else(|| panic!("nobody is on the list"))).unwrap();
    assert_eq!((&entry["entry"]["number"], &entry["entry"]["channel"]), (&"+12125550119".into(), &"speech".into()), "{entry}");
    home.run(&["--set", &network.flag(), "call", "+12125550119", ASK, "--yes", "--strict"]).fails_with(3, "number.opted_out");
}

#[test]
fn leave_and_line_kinds_are_believed_with_their_proof() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let person = [NUMBER, ASK, "--callee", "person"];
    assert_eq!(noes(&home, &person), ["consent.missing"]);
    home.run(&["consent", "add", NUMBER, "--basis", "prior_express_written", "--wording", "signed"]).fails_with(3, "consent.unproven");
    let letter = home.path().join("letter.txt");
    std::fs::write(&letter, "You may have me called by your machine.").unwrap();
    let add = ["consent", "add", NUMBER, "--basis", "prior_express_written", "--wording", "her letter", "--granted", "2026-11-01", "--document"];
    let added = well_done(&home, &[&add[..], &[letter.to_str().unwrap()]].concat());
    assert!(added.contains("prior express written for any errand"), "{added}");
    assert_eq!(noes(&home, &person), [""; 0]);
    well_done(&home, &["consent", "revoke", added.split(' ').next().unwrap()]);
    assert_eq!(noes(&home, &person), ["consent.revoked"]);
    home.run(&["consent", "revoke", "nothing"]).fails_with(1, "consent.unknown");
    assert!(well_done(&home, &["consent", "list", NUMBER]).contains("taken back "));

    // What was looked up goes before what a task says: at this number no business picks up at its desk.
    let business = ["+12125552672", ASK];
    assert_eq!(noes(&home, &business), [""; 0]);
    well_done(&home, &["line", "set", "+12125552672", "personal_mobile", "--source", "lookup"]);
    let codes = noes(&home, &business);
    assert!(codes.contains(&"consent.missing".to_owned()), "{codes:?}");
    assert!(well_done(&home, &["line", "list"]).contains("a private mobile (a line look-up says so)"));
}

#[test]
fn a_call_that_sells_needs_leave_in_writing_and_a_fresh_registry() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let sell = [NUMBER, "Sell them our insurance"];
    assert_eq!(noes(&home, &sell), ["solicitation.refused", "registry.missing", "consent.missing"]);
    let list = home.path().join("212.txt");
    std::fs::write(&list, "2125552671\n2125552673\n").unwrap();
    let list = list.to_str().unwrap();
    home.run(&["dnc", "import", list, "--as-of", "+1d"]).fails_with(1, "do_not_call.from_the_future");
    let old = well_done(&home, &["dnc", "import", list, "--as-of", "2026-10-01"]);
    assert!(old.contains("2 numbers in 1 area codes") && old.contains("too old to be used"), "{old}");
    assert_eq!(noes(&home, &sell)[1], "registry.stale");
    // The gate is asked about the last of November; a list of this month is fresh then.
    well_done(&home, &["dnc", "import", list, "--as-of", "2026-11-20"]);
    assert_eq!(noes(&home, &sell)[1], "registry.listed");
    let checked = home.run(&["dnc", "check", NUMBER]);
    assert!(checked.code == Some(0) && checked.stdout.contains("registry    the number is on it"), "{checked:?}");
    let changes = home.path().join("changes.txt");
    std::fs::write(&changes, "212,5552671,2026-11-21,D\n").unwrap();
    well_done(&home, &["dnc", "import", changes.to_str().unwrap(), "--as-of", "2026-11-21", "--changes"]);
    assert_eq!(noes(&home, &sell), ["solicitation.refused", "consent.missing"]);
    assert_eq!(noes_under(&home, &["--set", "solicitation=with_registry"], &sell), ["consent.missing"]);
    std::fs::write(&changes, "no number\n").unwrap();
    home.run(&["dnc", "import", changes.to_str().unwrap(), "--as-of", "2026-11-22"]).fails_with(1, "registry.line");
}

#[test]
fn while_dialing_is_paused_nothing_is_dialed_by_anybody() {
    let home = Home::new();
    let network = Network::start(&home);
    assert!(well_done(&home, &["resume"]).contains("was not paused"));
    well_done(&home, &["pause", "holidays"]);
    home.run(&["--set", &network.flag(), "call", "+12125550110", ASK, "--yes"]).fails_with(3, "dialing.paused");
    assert!(network.calls().is_empty(), "it rang");
    well_done(&home, &["resume"]);
    assert_eq!(home.run(&["--set", &network.flag(), "call", "+12125550110", ASK, "--yes"]).code, Some(4), "busy, so it was dialed");
}

#[test]
fn no_real_telephone_is_rung_before_somebody_says_how_much_may_be_spent() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let file = home.path().join("puppetmaster.yaml");
    let yaml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, yaml.replace("    budget:\n      per_day: 5.00\n", "")).unwrap();
    assert_eq!(noes(&home, &[NUMBER, ASK]), ["dialing.no_budget"]);
    assert_eq!(noes_under(&home, &["--set", "budget.per_month=20"], &[NUMBER, ASK]), [""; 0]);
}
