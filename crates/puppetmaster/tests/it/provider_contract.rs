//! One contract for all phone providers: the same scenario brings the same report and the same trace over each, apart from the provider's own
//! names of things, lengths and prices. The practice network stands in for every column; `mock` is the first one.
//!
//! The table is printed by every run (`--nocapture`) and stands in docs/providers.md, which this compares.

use std::fmt::Write;

use expect_test::expect_file;
use ports::recording_vault::{ObjectKind, RecordingVault};
use serde_json::{Value, json};
use store::Vault;
use telephony::AttemptId;

use crate::program::{Home, Network};
use crate::recording;

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";
const BUSY: &str = "+12125550110";

/// The columns, and the setting that makes each.
const PROVIDERS: [(&str, &str); 2] = [("mock, twilio", "sandbox.provider=twilio"), ("plivo", "sandbox.provider=plivo")];

/// One row.
struct Scenario {
    name: &'static str,
    /// What goes wrong, once.
    fault: Option<&'static str>,
    number: &'static str,
    args: &'static [&'static str],
    /// Disposition and outcome that every provider must bring.
    brings: (&'static str, &'static str),
}

const PLAIN: Scenario = Scenario { name: "", fault: None, number: SHOP, args: &[], brings: ("conversed", "achieved") };

/// The rows. Those that are over at once are many, those that talk are few.
const SCENARIOS: [Scenario; 13] = [
    Scenario { name: "dial, answer, talk, record", ..PLAIN },
    Scenario { name: "a menu wants digits", number: "+12125550116", ..PLAIN },
    Scenario {
        name: "a message on a voicemail",
        number: "+12125550114",
        args: &["--voicemail", "The order is ready and can be picked up."],
        brings: ("voicemail", "not_achieved"),
        ..PLAIN
    },
    Scenario { name: "the callee hangs up", number: "+12125550125", brings: ("hung_up_early", "not_achieved"), ..PLAIN },
    Scenario { name: "busy", number: BUSY, brings: ("busy", "not_achieved"), ..PLAIN },
    Scenario { name: "declined", number: "+12125550112", brings: ("rejected", "not_achieved"), ..PLAIN },
    Scenario { name: "fault: the create is refused", fault: Some("create=400"), brings: ("carrier_rejected", "not_achieved"), ..PLAIN },
    Scenario { name: "fault: wrong credentials", fault: Some("create=401"), brings: ("carrier_rejected", "not_achieved"), ..PLAIN },
    Scenario { name: "fault: too many requests", fault: Some("create=429"), brings: ("carrier_rejected", "not_achieved"), ..PLAIN },
    Scenario {
        name: "fault: unclear, and it rings",
        fault: Some("create=500-after-acceptance"),
        number: BUSY,
        brings: ("busy", "not_achieved"),
        ..PLAIN
    },
    Scenario { name: "fault: webhooks come twice", fault: Some("webhook=twice"), number: BUSY, brings: ("busy", "not_achieved"), ..PLAIN },
    Scenario { name: "fault: webhooks come late", fault: Some("webhook=late:1s"), number: BUSY, brings: ("busy", "not_achieved"), ..PLAIN },
    Scenario { name: "fault: forged webhooks between", fault: Some("webhook=forged"), number: BUSY, brings: ("busy", "not_achieved"), ..PLAIN },
];

/// Runs one cell and returns what must be the same over all providers: the report, and what the leg's machine said to do.
fn run(scenario: &Scenario, network: &Network, provider: &str) -> Value {
    let home = Home::new();
    if let Some(fault) = scenario.fault {
        network.next_creates(1, fault);
    }
    let flag = network.flag();
    let settings = [flag.as_str(), provider].into_iter().flat_map(|setting| ["--set", setting]);
    let args = ["call", scenario.number, ASK].into_iter().chain(scenario.args.iter().copied()).chain(["--yes", "--json"]);
    let ended = home.run(&settings.chain(args).collect::<Vec<_>>());
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}: {}", scenario.name, ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}: no report: {ended:?}", scenario.name));
    assert!(network.calls().iter().all(|call| call["rings"].as_u64() <= Some(1)), "{}", scenario.name);
    if scenario.brings == PLAIN.brings && scenario.number == SHOP {
        recording::check(&home, report["attempt"].as_str().unwrap(), report["transcript"].as_array().unwrap());
    }
    let facts = report["report"]["facts"].as_array().unwrap().iter();
    json!({
        "exit": ended.code,
        "disposition": report["disposition"],
        "outcome": report["report"]["outcome"],
        "facts": facts.map(|fact| json!([fact["fact"], fact["value"], fact["is_proven"]])).collect::<Vec<_>>(),
        "who_answered": report["report"]["who_answered"],
        "ended_because": report["report"]["ended_because"],
        "is_recorded": !report["recording"].is_null(),
        "is_refused": !report["carrier_error"].is_null(),
        "leg": steps(&home, report["attempt"].as_str().unwrap()),
    })
}

/// Returns what the leg's machine said to do, from the trace: polls and repeated wishes aside, which follow the clock.
fn steps(home: &Home, attempt: &str) -> Vec<Value> {
    let trace = Vault::open(&home.data()).unwrap().read(&AttemptId::new(attempt), ObjectKind::Trace).unwrap().expect("there is a trace");
    let mut steps: Vec<Value> = Vec::new();
    for line in String::from_utf8(trace).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let outputs = record["outputs"].as_array().filter(|_| record["machine"] == "call").cloned().unwrap_or_default();
        for output in outputs {
            if output != "Poll" && !steps.contains(&output) {
                steps.push(output);
            }
        }
    }
    steps
}

#[test]
fn every_scenario_is_the_same_over_every_provider() {
    let home = Home::new();
    let network = Network::start(&home);
    let brought: Vec<Vec<Value>> =
        SCENARIOS.iter().map(|scenario| PROVIDERS.iter().map(|(_, setting)| run(scenario, &network, setting)).collect()).collect();
    let mut table = String::from("| scenario |");
    PROVIDERS.iter().for_each(|(name, _)| write!(table, " {name} |").unwrap());
    table.push_str(" what it brings |\n| --- | --- | --- | --- |\n");
    let mut differences = Vec::new();
    for (scenario, results) in SCENARIOS.iter().zip(&brought) {
        write!(table, "| {} |", scenario.name).unwrap();
        let (disposition, outcome) = scenario.brings;
        for result in results {
            let is_right = result["disposition"] == disposition && result["outcome"] == outcome && *result == results[0];
            table.push_str(if is_right { " the same |" } else { " DIFFERS |" });
            if !is_right {
                differences.push(format!("{}:\n  {}\n  {result}", scenario.name, results[0]));
            }
        }
        writeln!(table, " {}, {} |", disposition.replace('_', " "), outcome.replace('_', " ")).unwrap();
    }
    println!("{table}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    expect_file!["../../../../docs/provider-contract.md"].assert_eq(&format!("{PAGE}{table}"));
}

/// What stands above the table.
const PAGE: &str = "# One contract for all phone providers\n\
Each scenario is called over each provider, for which the practice network stands in, and compared: exit code, disposition, outcome, facts with\n\
their proof, who answered, why it ended, whether it was recorded, and every step of the leg in the trace. Names of calls, lengths and prices\n\
are the provider's own. Takeover, rooms, guests, callers, menus, queues and messages have tests of their own over each\n\
(`takeover`, `takeover_plivo`, `reception`); what the adapters do with refusals, broken connections and redirects is a contract of its own\n\
(`crates/carriers/tests/it/contract.rs`). What a provider cannot do stands in [providers.md](providers.md).\n\n";
