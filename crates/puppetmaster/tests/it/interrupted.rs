//! Ctrl-C and the system's wish that we end: polite at first, at once if asked twice.

use telephony::Disposition;

use crate::program::{Home, Network};

const ASK: &str = "Ask what time they close today";

/// A line that never says a word, so that the call does not end by itself meanwhile.
const SILENT: &str = "+12125550121";

#[test]
fn the_first_ctrl_c_says_goodbye_and_hangs_up_at_the_carrier() {
    for name in ["INT", "TERM"] {
        let home = Home::new();
        let network = Network::start(&home);
        let mut call = home.start(&["--set", &network.flag(), "call", SILENT, ASK, "--yes"]);
        call.until("assistant  Hello");
        call.signal(name);
        call.until("oodbye");
        let ended = call.end();
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(ended.stderr.contains("saying goodbye"), "{}", ended.stderr);
        assert!(ended.stdout.contains("outcome"), "the report comes all the same: {}", ended.stdout);
        let calls = network.calls();
        assert!(calls.len() == 1 && matches!(calls[0]["ended_by"].as_str(), Some("caller" | "document")), "{calls:?}");
        home.books();
    }
}

#[test]
fn the_second_ctrl_c_hangs_up_at_once() {
    let home = Home::new();
    let network = Network::start(&home);
    let mut call = home.start(&["--set", &network.flag(), "call", SILENT, ASK, "--yes"]);
    call.until("answered");
    call.signal("INT");
    call.signal("INT");
    let ended = call.end();
    assert!(matches!(ended.code, Some(1 | 4)), "{ended:?}");
    // At the carrier's own request, or because the document ends where our socket closes: either way by us.
    assert!(matches!(network.calls()[0]["ended_by"].as_str(), Some("caller" | "document")), "{:?}", network.calls());
    home.books();
}

#[test]
fn who_cancels_while_it_rings_was_never_answered() {
    let home = Home::new();
    let network = Network::start(&home);
    let mut call = home.start(&["--set", &network.flag(), "call", "+12125550111", ASK, "--yes"]);
    call.until("ringing");
    call.signal("INT");
    let ended = call.end();
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(home.last_disposition(), Disposition::Canceled);
    let calls = network.calls();
    assert_eq!((calls[0]["rings"].as_u64(), calls[0]["answered_after_ms"].as_u64()), (Some(1), None));
}
