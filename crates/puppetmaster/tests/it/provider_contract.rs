//! One contract for all phone providers: the same scenario brings the same report and the same trace over each, apart from the provider's own
//! names of things, lengths and prices.
//!
//! What a scenario brings lies in a file beside this one, and every cell of the table is compared with that: so cells are tests of their own and
//! run side by side, and none waits for another. The table stands in docs/provider-contract.md, which the last test compares.

mod column;

use std::fmt::Write;

use expect_test::expect_file;
use ports::recording_vault::{ObjectKind, RecordingVault};
use serde_json::{Value, json};
use store::Vault;
use telephony::AttemptId;

use crate::program::{Ended, Home, Network, give_way};
use crate::recording;
use column::{Column, Line};

const ASK: &str = "Ask what time they close today";
const BUSY: &str = "+12125550110";

/// The corner shop, whose keeper does not let anybody finish who reads back what was said.
const IMPATIENT: &str = "+12125550162";

/// One row.
struct Scenario {
    name: &'static str,
    /// The file that says what it brings.
    brings: &'static str,
    /// What goes wrong, once.
    fault: Option<&'static str>,
    number: &'static str,
    settings: &'static [&'static str],
    args: &'static [&'static str],
    we_hang_up: Option<When>,
    /// Somebody hangs up within a word: what was understood and recorded by then depends on the moment, and is not compared.
    is_cut: bool,
}

/// When the user ends the call by Ctrl-C.
#[derive(Clone, Copy)]
enum When {
    ItRings,
    TheyTalk,
}

const PLAIN: Scenario =
    Scenario { name: "", brings: "", fault: None, number: "+12125550123", settings: &[], args: &[], we_hang_up: None, is_cut: false };

const THE_ERRAND: Scenario = Scenario { name: "dial, answer, talk, record", brings: "the-errand", ..PLAIN };
const INTERRUPTS: Scenario = Scenario { name: "the callee interrupts", brings: "interrupted", number: IMPATIENT, ..PLAIN };
const MENU: Scenario = Scenario { name: "a menu wants digits", brings: "menu", number: "+12125550116", ..PLAIN };
const VOICEMAIL: Scenario = Scenario {
    name: "a message on a voicemail",
    brings: "voicemail",
    number: "+12125550114",
    args: &["--voicemail", "The order is ready and can be picked up."],
    ..PLAIN
};
const HANGS_UP: Scenario = Scenario { name: "the callee hangs up", brings: "callee-hangs-up", number: "+12125550125", is_cut: true, ..PLAIN };
const WE_HANG_UP: Scenario = Scenario { name: "we hang up", brings: "we-hang-up", we_hang_up: Some(When::TheyTalk), is_cut: true, ..PLAIN };
const SPOKEN_TURNS: Scenario =
    Scenario { name: "spoken turns, no socket", brings: "spoken-turns", settings: &["conversation_mode=spoken_turns"], ..PLAIN };
const NO_SOCKET: Scenario = Scenario { name: "fault: the stream is refused", brings: "stream-refused", fault: Some("socket=refused"), ..PLAIN };
const NO_NEWS: Scenario =
    Scenario { name: "fault: no news come", brings: "no-news", fault: Some("webhook=lost"), number: "+12125550125", is_cut: true, ..PLAIN };
/// Plivo shows a call that is over only once its record is made, seconds to minutes later, so who ended it is not known in time.
const NO_NEWS_OF_PLIVO: Scenario = Scenario { brings: "no-news-plivo", ..NO_NEWS };

/// The rows that are over at once.
const AT_ONCE: [Scenario; 13] = [
    Scenario { name: "busy", brings: "busy", number: BUSY, ..PLAIN },
    Scenario { name: "declined", brings: "declined", number: "+12125550112", ..PLAIN },
    Scenario { name: "we hang up while it rings", brings: "we-hang-up-early", number: "+12125550111", we_hang_up: Some(When::ItRings), ..PLAIN },
    Scenario { name: "fault: the create is refused", brings: "create-refused", fault: Some("create=400"), ..PLAIN },
    Scenario { name: "fault: wrong credentials", brings: "wrong-credentials", fault: Some("create=401"), ..PLAIN },
    Scenario { name: "fault: too many requests", brings: "too-many-requests", fault: Some("create=429"), ..PLAIN },
    Scenario {
        name: "fault: the create fails, and it rings",
        brings: "create-unclear",
        fault: Some("create=500-after-acceptance"),
        number: BUSY,
        ..PLAIN
    },
    Scenario { name: "fault: the answer comes late", brings: "create-late", fault: Some("create=late:3s"), number: BUSY, ..PLAIN },
    Scenario { name: "fault: the news of the end is lost", brings: "end-lost", fault: Some("webhook=end-lost"), number: BUSY, ..PLAIN },
    Scenario { name: "fault: webhooks come twice", brings: "webhooks-twice", fault: Some("webhook=twice"), number: BUSY, ..PLAIN },
    Scenario { name: "fault: webhooks come late", brings: "webhooks-late", fault: Some("webhook=late:1s"), number: BUSY, ..PLAIN },
    Scenario {
        name: "fault: webhooks come in the wrong order",
        brings: "webhooks-reordered",
        fault: Some("webhook=reordered"),
        number: BUSY,
        ..PLAIN
    },
    Scenario { name: "fault: forged webhooks between", brings: "webhooks-forged", fault: Some("webhook=forged"), number: BUSY, ..PLAIN },
];

/// One that waits, and goes beside the others.
const NOBODY: Scenario =
    Scenario { name: "nobody answers", brings: "no-answer", number: "+12125550111", settings: &["limits.ring_timeout_seconds=15"], ..PLAIN };

/// Makes a test of each cell that takes as long as a call does, and the list of them.
macro_rules! cells {
    ($($test:ident: $row:ident over $column:ident;)+) => {
        $(#[test]
        fn $test() {
            let home = Home::new();
            let network = network(&home);
            let line = Column::$column.open(&network);
            compare(&$row, Column::$column, &network, &line);
        })+

        /// Row and column of each.
        static CELLS: &[(&Scenario, Column)] = &[$((&$row, Column::$column)),+];
    };
}

cells! {
    the_errand_over_mock: THE_ERRAND over Mock;
    the_errand_over_twilio: THE_ERRAND over Twilio;
    the_errand_over_plivo: THE_ERRAND over PractisedPlivo;
    the_errand_over_plivo_as_it_is_configured: THE_ERRAND over Plivo;
    an_interruption_over_mock: INTERRUPTS over Mock;
    an_interruption_over_plivo: INTERRUPTS over PractisedPlivo;
    a_menu_over_mock: MENU over Mock;
    a_menu_over_plivo: MENU over PractisedPlivo;
    a_voicemail_over_mock: VOICEMAIL over Mock;
    a_voicemail_over_plivo: VOICEMAIL over PractisedPlivo;
    a_callee_who_hangs_up_over_mock: HANGS_UP over Mock;
    a_callee_who_hangs_up_over_plivo: HANGS_UP over PractisedPlivo;
    our_hanging_up_over_mock: WE_HANG_UP over Mock;
    our_hanging_up_over_plivo: WE_HANG_UP over PractisedPlivo;
    spoken_turns_over_mock: SPOKEN_TURNS over Mock;
    spoken_turns_over_plivo: SPOKEN_TURNS over PractisedPlivo;
    a_refused_stream_over_mock: NO_SOCKET over Mock;
    a_refused_stream_over_plivo: NO_SOCKET over PractisedPlivo;
    lost_news_over_mock: NO_NEWS over Mock;
    lost_news_over_plivo: NO_NEWS_OF_PLIVO over PractisedPlivo;
}

#[test]
fn what_is_over_at_once_over_mock() {
    at_once(Column::Mock);
}

#[test]
fn what_is_over_at_once_over_twilio() {
    at_once(Column::Twilio);
}

#[test]
fn what_is_over_at_once_over_plivo() {
    at_once(Column::Plivo);
}

/// Opens the practice network with the one callee more.
fn network(home: &Home) -> Network {
    let scripts = home.path().join("scripts");
    std::fs::create_dir(&scripts).unwrap();
    let shop = include_str!("../../../../scenarios/corner-shop.yaml").replace("+12125550123", IMPATIENT);
    let interrupts = "    person:\n      when_spoken_over: talks_over\n      interrupts:\n        - { line: 2, after_ms: 300, say: \"Yes, that is right, we close at nine pm today.\" }\n";
    std::fs::write(scripts.join("impatient.yaml"), shop.replace("    person:\n", interrupts)).unwrap();
    Network::with(home, &["--set", &format!("sandbox.scenarios_dir={}", scripts.display())])
}

fn at_once(column: Column) {
    let home = Home::new();
    let network = network(&home);
    let line = column.open(&network);
    let (network, line) = (&network, &line);
    std::thread::scope(|scope| {
        // Two calls at once listen at two addresses.
        scope.spawn(move || compare(&NOBODY, column, network, &column.open(network)));
        AT_ONCE.iter().for_each(|scenario| compare(scenario, column, network, line));
    });
}

/// Compares what a cell brings with what the row brings.
fn compare(scenario: &Scenario, column: Column, network: &Network, line: &Line) {
    let brought = run(scenario, network, line);
    println!("| {} | {column:?} | {}, {} |", scenario.name, said(&brought["disposition"]), said(&brought["outcome"]));
    assert_ne!(brought["ended_because"], "engine_failed", "{}: hearing or thinking failed, which says nothing of the provider", scenario.name);
    let text = format!("{}\n", serde_json::to_string_pretty(&brought).unwrap());
    if column.is_practice() {
        return expect_file![format!("provider_contract/brings/{}.json", scenario.brings)].assert_eq(&text);
    }
    // Of real calls nothing is recorded unless somebody wants it, and what must be asked before then depends on the place.
    let mut expected = brings(scenario);
    if !scenario.is_cut {
        assert_eq!(brought["is_recorded"], false, "{}", scenario.name);
        expected["is_recorded"] = false.into();
    }
    assert_eq!(brought, expected, "{}", scenario.name);
}

/// Runs one cell and returns what must be the same over all providers: the report, and what the leg's machine said to do.
fn run(scenario: &Scenario, network: &Network, line: &Line) -> Value {
    let home = Home::new();
    line.move_in(&home);
    if let Some(fault) = scenario.fault {
        let rule = json!({ "faults": [fault], "times": 1, "to": scenario.number });
        network.control("/sandbox/faults", &rule.to_string());
    }
    let before = network.calls().len();
    let number = line.number(scenario.number);
    let settings = scenario.settings.iter().flat_map(|setting| ["--set", setting]);
    let call = ["call", &number, ASK].into_iter().chain(scenario.args.iter().copied()).chain(["--yes", "--json"]);
    let args: Vec<&str> = line.settings().into_iter().chain(settings).chain(call).collect();
    let ended = match scenario.we_hang_up {
        None => home.run(&args),
        Some(when) => hung_up(&home, &args, when, network, before),
    };
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}: {}", scenario.name, ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}: no report: {ended:?}", scenario.name));
    let calls = &network.calls()[before..];
    assert!(calls.iter().all(|call| call["rings"].as_u64() <= Some(1)), "{}: {calls:?}", scenario.name);
    let attempt = report["attempt"].as_str().unwrap();
    if scenario.brings == THE_ERRAND.brings && !report["recording"].is_null() {
        recording::check(&home, attempt, report["transcript"].as_array().unwrap());
    }
    if scenario.brings == INTERRUPTS.brings {
        assert!(calls.iter().any(|call| call["clears"].as_u64() > Some(0)), "what was said into the callee's words was not taken back: {calls:?}");
    }
    let facts = report["report"]["facts"].as_array().unwrap().iter();
    let as_it_came = |value: Value| if scenario.is_cut { json!("as it came") } else { value };
    json!({
        "exit": ended.code,
        "disposition": report["disposition"],
        "outcome": report["report"]["outcome"],
        "facts": facts.map(|fact| json!([fact["fact"], fact["value"], fact["is_proven"]])).collect::<Vec<_>>(),
        "who_answered": as_it_came(report["report"]["who_answered"].clone()),
        "ended_because": report["report"]["ended_because"],
        "is_recorded": as_it_came(json!(!report["recording"].is_null())),
        "is_refused": !report["carrier_error"].is_null(),
        "leg": steps(&home, attempt),
    })
}

/// Runs a call that the user ends.
fn hung_up(home: &Home, args: &[&str], when: When, network: &Network, before: usize) -> Ended {
    let mut call = home.start(args);
    let is_time = |truth: &Value| match when {
        When::ItRings => truth["rings"].as_u64() == Some(1),
        When::TheyTalk => truth["callee_heard"].as_array().is_some_and(|heard| !heard.is_empty()),
    };
    while !network.calls()[before..].iter().any(is_time) {
        assert!(!call.has_ended(), "it ended by itself: {:?} {:?}", call.end(), &network.calls()[before..]);
        give_way();
    }
    call.signal("INT");
    call.end()
}

/// Returns what the leg's machine said to do, from the trace: polls and repeated wishes aside, which follow the clock.
fn steps(home: &Home, attempt: &str) -> Vec<Value> {
    let vault = Vault::open(&home.data()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let trace = runtime.block_on(vault.read(&AttemptId::new(attempt), ObjectKind::Trace)).unwrap().expect("there is a trace");
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

/// Reads what a scenario must bring.
fn brings(scenario: &Scenario) -> Value {
    let file = format!("{}/tests/it/provider_contract/brings/{}.json", env!("CARGO_MANIFEST_DIR"), scenario.brings);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn said(word: &Value) -> String {
    word.as_str().unwrap_or_default().replace('_', " ")
}

/// What stands above the table.
const PAGE: &str = "# One contract for all phone providers\n\
Each scenario is called over each provider and must bring the very same, which lies in a file\n\
(`crates/puppetmaster/tests/it/provider_contract/brings`): exit code, disposition, outcome, facts with their proof, who answered, why it ended,\n\
whether it was recorded, and every step of the leg in the trace. Names of calls, lengths and prices are the provider's own. `mock` is the\n\
practice network as it is without any configuration, which is Twilio's adapter; for `plivo` it is practised with Plivo's. The first row and all that are\n\
over at once are called over `twilio` and `plivo` as they are really configured, too: account, number, API, public address, real telephones, behind which\n\
the practice network stands. Such calls are not recorded unless somebody wants it. The other rows of `twilio` say `as mock`.\n\n\
What the adapters do with refusals, broken connections and redirects is a contract of its own (`crates/carriers/tests/it/contract.rs`). One fault\n\
has no row: a create that fails without an answer, of which nothing is ever heard. A real provider may list such a call late, so the attempt\n\
stays open and is asked about again, while the practice network is believed at once (`bad_days` of `crates/testbed`). What a provider cannot do\n\
stands in [providers.md](providers.md).\n\n";

/// Rows whose scenario is a test of its own beside the others of its kind, told by one function over each provider.
const TOLD: [(&str, &str, &str); 7] = [
    ("takeover: the user talks, and gives the call back", "the same", "the errand is done"),
    ("takeover: nobody picks up, the callee comes back", "the same", "conversed"),
    ("takeover: muted, on hold, a guest, words for all", "the same, but nobody whispers and hold is silent", "all is done or told"),
    ("conference: callers meet, and part with the user", "the same", "all hear each other"),
    ("queue: callers in order, the user takes the next", "the same", "the first is taken"),
    ("inbound menu: a key, and never called again", "the same", "on the do-not-call list"),
    ("inbound: a message, and an errand that rings back", "the same", "kept; conversed, achieved"),
];

#[test]
fn the_table_stands_in_the_documents() {
    let mut table = String::from("| scenario | mock | twilio | plivo | what it brings |\n| --- | --- | --- | --- | --- |\n");
    let everywhere = AT_ONCE.iter().chain([&NOBODY]).flat_map(|scenario| Column::ALL.map(|column| (scenario, column)));
    let cells: Vec<(&Scenario, Column)> = CELLS.iter().copied().chain(everywhere).collect();
    for (scenario, _) in cells.iter().filter(|(_, column)| *column == Column::Mock) {
        let brings = brings(scenario);
        write!(table, "| {} |", scenario.name).unwrap();
        for column in Column::ALL {
            let cell = cells.iter().find(|(other, of)| other.name == scenario.name && of.shown() == column);
            match cell {
                None => table.push_str(" as mock |"),
                Some((other, _)) if other.brings == scenario.brings => table.push_str(" the same |"),
                Some((other, _)) => write!(table, " {} |", said(&self::brings(other)["disposition"])).unwrap(),
            }
        }
        writeln!(table, " {}, {} |", said(&brings["disposition"]), said(&brings["outcome"])).unwrap();
    }
    for (name, plivo, brings) in TOLD {
        writeln!(table, "| {name} | the same | as mock | {plivo} | {brings} |").unwrap();
    }
    println!("{table}");
    expect_file!["../../../../docs/provider-contract.md"].assert_eq(&format!("{PAGE}{table}"));
}
