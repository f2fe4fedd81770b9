//! One contract for all phone providers: the same scenario brings the same report and the same trace over each, apart from the provider's own
//! names of things, lengths and prices.
//!
//! What a scenario brings lies in a file beside this one, and every cell of the table is compared with that: so cells are tests of their own and
//! run side by side, and none waits for another. The table stands in docs/provider-contract.md, which the last test compares.

use std::fmt::Write;

use expect_test::expect_file;
use ports::recording_vault::{ObjectKind, RecordingVault};
use serde_json::{Value, json};
use store::Vault;
use telephony::AttemptId;

use crate::column::{Column, Line};
use crate::program::{Ended, Home, Network, give_way};
use crate::{conversation_modes, practice_call, reception, recording, takeover};

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
const TEXT_RELAY: Scenario = Scenario { name: "texts over a socket", brings: "text-relay", settings: &["conversation_mode=text_relay"], ..PLAIN };
const NO_SOCKET: Scenario = Scenario { name: "fault: the stream is refused", brings: "stream-refused", fault: Some("socket=refused"), ..PLAIN };
const NO_NEWS: Scenario =
    Scenario { name: "fault: no news come", brings: "no-news", fault: Some("webhook=lost"), number: "+12125550125", is_cut: true, ..PLAIN };

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
    the_errand_over_plivo: THE_ERRAND over Plivo;
    the_errand_over_plivo_as_it_is_practised: THE_ERRAND over PractisedPlivo;
    an_interruption_over_mock: INTERRUPTS over Mock;
    an_interruption_over_twilio: INTERRUPTS over Twilio;
    an_interruption_over_plivo: INTERRUPTS over Plivo;
    a_menu_over_mock: MENU over Mock;
    a_menu_over_twilio: MENU over Twilio;
    a_menu_over_plivo: MENU over Plivo;
    a_voicemail_over_mock: VOICEMAIL over Mock;
    a_voicemail_over_twilio: VOICEMAIL over Twilio;
    a_voicemail_over_plivo: VOICEMAIL over Plivo;
    a_callee_who_hangs_up_over_mock: HANGS_UP over Mock;
    a_callee_who_hangs_up_over_twilio: HANGS_UP over Twilio;
    a_callee_who_hangs_up_over_plivo: HANGS_UP over Plivo;
    our_hanging_up_over_mock: WE_HANG_UP over Mock;
    our_hanging_up_over_twilio: WE_HANG_UP over Twilio;
    our_hanging_up_over_plivo: WE_HANG_UP over Plivo;
    spoken_turns_over_mock: SPOKEN_TURNS over Mock;
    spoken_turns_over_twilio: SPOKEN_TURNS over Twilio;
    spoken_turns_over_plivo: SPOKEN_TURNS over Plivo;
    a_relay_of_texts_over_mock: TEXT_RELAY over Mock;
    a_relay_of_texts_over_twilio: TEXT_RELAY over Twilio;
    a_relay_of_texts_over_plivo: TEXT_RELAY over Plivo;
    a_refused_stream_over_mock: NO_SOCKET over Mock;
    a_refused_stream_over_twilio: NO_SOCKET over Twilio;
    a_refused_stream_over_plivo: NO_SOCKET over Plivo;
    lost_news_over_mock: NO_NEWS over Mock;
    lost_news_over_twilio: NO_NEWS over Twilio;
    lost_news_over_plivo: NO_NEWS over Plivo;
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
    // They think for longer than we need to begin anew: to answer the few words that they have cut off, in the middle of ours, would be another scenario.
    let interrupts = "    person:\n      thinks_ms: 3500\n      when_spoken_over: talks_over\n      interrupts:\n        - { line: 2, after_ms: 300, say: \"Yes, that is right, we close at nine pm today.\" }\n";
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
    // Shown if the cell brings something else.
    println!("{:#}\n{:#?}", report["transcript"], calls.iter().map(|call| (&call["callee_said"], &call["callee_heard"])).collect::<Vec<_>>());
    let attempt = report["attempt"].as_str().unwrap();
    let is_kept = !report["recording"].is_null();
    if scenario.brings == THE_ERRAND.brings && is_kept {
        recording::check(&home, attempt, report["transcript"].as_array().unwrap());
        practice_call::check(&home, &report);
    }
    if [TEXT_RELAY.brings, SPOKEN_TURNS.brings].contains(&scenario.brings) && is_kept {
        conversation_modes::check(&home, &report);
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
practice network as it is without any configuration, which is Twilio's adapter. `twilio` and `plivo` are called as they are really configured: account,\n\
number, API, public address, real telephones, behind which the practice network stands; such calls are not recorded unless somebody wants it. A call that\n\
is practised with Plivo's adapter, and recorded, is compared as well and has no column.\n\n\
The last rows are tests of their own, named below the table. Where they say *practised*, the practice network was spoken to as that provider without the\n\
configuration of a real account: whoever calls us from it has a number that no real account is ever called from.\n\n\
Plivo shows a call that is over only once its record is made, seconds to minutes later. If no news of the end come either, the call is asked after\n\
twice, two seconds apart; a call that was picked up, and that neither waits nor lives nor has a record, is over, and the far end ended it, for we did\n\
not. What the record says later is its price; who hung up is not written anew, for an attempt ends once.\n\n\
What the adapters do with refusals, broken connections and redirects is a contract of its own (`crates/carriers/tests/it/contract.rs`). One fault\n\
has no row: a create that fails without an answer, of which nothing is ever heard. A real provider may list such a call late, so the attempt\n\
stays open and is asked about again, while the practice network is believed at once (`bad_days` of `crates/testbed`). What a provider cannot do\n\
stands in [providers.md](providers.md).\n\n";

/// A cell whose scenario is a test of its own: the test's name, and what the table says of it.
struct Told {
    test: &'static str,
    says: &'static str,
}

/// Names a test, which must be there.
macro_rules! told {
    ($says:literal, $($test:path),+) => {{
        // A test that was renamed or taken away is no function.
        let _tests: &[fn()] = &[$($test),+];
        Told { test: concat!($(stringify!($test), " "),+), says: $says }
    }};
}

/// Rows whose scenarios are tests of their own beside the others of their kind, told by one function over each provider: what over mock, Twilio and
/// Plivo, and what it brings.
fn told() -> [(&'static str, [Told; 3], &'static str); 7] {
    [
        (
            "takeover: the user talks, and gives the call back",
            [
                told!("the same", takeover::the_assistant_listens_on_if_that_is_wanted_and_the_callee_knows),
                told!("the same", takeover::star_gives_the_call_back_and_the_errand_goes_on),
                told!("the same", takeover::star_gives_the_call_back_over_plivo_too),
            ],
            "the errand is done",
        ),
        (
            "takeover: nobody picks up, the callee comes back",
            [
                told!("called over `twilio`", takeover::a_callee_who_is_sent_to_a_telephone_that_nobody_picks_up_comes_back),
                told!("the same", takeover::a_callee_who_is_sent_to_a_telephone_that_nobody_picks_up_comes_back),
                told!("the same", takeover::over_plivo_they_come_back_as_well),
            ],
            "conversed",
        ),
        (
            "takeover: muted, on hold, a guest, words for all",
            [
                told!("called over `twilio`", takeover::the_user_can_be_silent_let_the_callee_wait_bring_somebody_in_and_have_something_said),
                told!("the same", takeover::the_user_can_be_silent_let_the_callee_wait_bring_somebody_in_and_have_something_said),
                told!("the same, but nobody whispers and hold is silent", takeover::all_of_that_over_plivo_but_a_guest_who_whispers),
            ],
            "all is done or told",
        ),
        (
            "conference: callers meet, and part with the user",
            [
                told!("the same", reception::callers_meet_once_the_user_is_there_and_part_when_the_user_goes),
                told!("practised, which is `mock`", reception::callers_meet_once_the_user_is_there_and_part_when_the_user_goes),
                told!("the same, practised", reception::over_plivo_they_meet_and_part_as_well),
            ],
            "all hear each other",
        ),
        (
            "queue: callers in order, the user takes the next",
            [
                told!("the same", reception::callers_wait_in_order_and_the_users_phone_is_rung_and_takes_the_next),
                told!("practised, which is `mock`", reception::callers_wait_in_order_and_the_users_phone_is_rung_and_takes_the_next),
                told!("the same, practised", reception::over_plivo_they_do_the_same),
            ],
            "the first is taken",
        ),
        (
            "inbound menu: a key, and never called again",
            [
                told!("the same", reception::nine_in_a_menu_is_a_stop_request_that_the_gate_obeys),
                told!("practised, which is `mock`", reception::nine_in_a_menu_is_a_stop_request_that_the_gate_obeys),
                told!("the same, practised", reception::nine_in_a_menu_over_plivo_is_one_too),
            ],
            "on the do-not-call list",
        ),
        (
            "inbound: a message, and an errand that rings back",
            [
                told!(
                    "the same",
                    reception::a_stranger_without_a_menu_leaves_a_message_that_can_be_read_and_heard,
                    reception::a_callee_who_rings_back_goes_on_with_the_errand
                ),
                told!("practised, which is `mock`", reception::a_callee_who_rings_back_goes_on_with_the_errand),
                told!("the same, practised", reception::over_plivo_a_message_is_taken_and_a_callee_who_rings_back_goes_on_with_the_errand),
            ],
            "kept; conversed, achieved",
        ),
    ]
}

#[test]
fn the_table_stands_in_the_documents() {
    let mut table = String::from("| scenario | mock | twilio | plivo | what it brings |\n| --- | --- | --- | --- | --- |\n");
    let everywhere = AT_ONCE.iter().chain([&NOBODY]).flat_map(|scenario| Column::ALL.map(|column| (scenario, column)));
    let cells: Vec<(&Scenario, Column)> = CELLS.iter().copied().chain(everywhere).collect();
    for (scenario, _) in cells.iter().filter(|(_, column)| *column == Column::Mock) {
        let brings = brings(scenario);
        write!(table, "| {} |", scenario.name).unwrap();
        for column in Column::ALL {
            assert!(
                cells.iter().any(|(other, of)| other.brings == scenario.brings && *of == column),
                "{} is not called over {column:?}",
                scenario.name
            );
            let says = if scenario.brings == TEXT_RELAY.brings && column == Column::Plivo { "the same, by spoken turns" } else { "the same" };
            write!(table, " {says} |").unwrap();
        }
        writeln!(table, " {}, {} |", said(&brings["disposition"]), said(&brings["outcome"])).unwrap();
    }
    let mut tests = String::from("\nThe tests of the last rows (`crates/puppetmaster/tests/it`):\n");
    for (name, cells, brings) in told() {
        let [mock, twilio, plivo] = &cells;
        writeln!(table, "| {name} | {} | {} | {} | {brings} |", mock.says, twilio.says, plivo.says).unwrap();
        let mut names: Vec<&str> = cells.iter().flat_map(|cell| cell.test.split_whitespace()).collect();
        names.sort_unstable();
        names.dedup();
        writeln!(tests, "- {}: `{}`", name, names.join("`, `")).unwrap();
    }
    println!("{table}");
    expect_file!["../../../../docs/provider-contract.md"].assert_eq(&format!("{PAGE}{table}{tests}"));
}
