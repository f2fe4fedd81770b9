//! A conversation in text, message by message.

use proptest::prelude::*;
use serde_json::Value;
use wire::twilio::relay::{CLOSE_MALFORMED, FromApp, FromCarrier, Info, MAX_MALFORMED, RelayFault, Setup};

use super::golden;

const GOLDEN: &str = include_str!("../../fixtures/twilio/ws_conversationrelay.json");

fn messages() -> Vec<(bool, Value)> {
    let golden = golden(GOLDEN);
    let messages = golden["messages"].as_array().unwrap().iter();
    messages.map(|entry| (entry["dir"] == "app->twilio", entry["message"].clone())).collect()
}

/// Writes each message of the session anew from what was read of it; the JSON must be the same to the type of each value.
#[test]
fn the_session_is_written_as_it_was_read() {
    let messages = messages();
    assert_eq!(messages.len(), 16);
    for (is_ours, expected) in messages {
        let text = expected.to_string();
        let written = if is_ours { FromApp::read(&text).unwrap().write() } else { FromCarrier::read(&text).unwrap().write() };
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
    }
}

#[test]
fn the_session_is_typed() {
    let carriers: Vec<_> =
        messages().into_iter().filter(|(is_ours, _)| !is_ours).map(|(_, message)| FromCarrier::read(&message.to_string()).unwrap()).collect();
    let [FromCarrier::Setup(setup), partial, settled, interrupt, key, round_trip, we_speak, callee_speaks, played, error] = carriers.as_slice()
    else {
        panic!("{carriers:?}");
    };
    assert_eq!((setup.call_status.as_str(), setup.parameter("task_id")), ("IN-PROGRESS", Some("t-42")));
    assert!(matches!(partial, FromCarrier::Prompt { words, is_last: false, .. } if words == "Thank you for"));
    assert!(matches!(settled, FromCarrier::Prompt { is_last: true, language: Some(language), .. } if language == "en-US"));
    assert_eq!(interrupt, &FromCarrier::Interrupt { heard: "Hello, I am calling".into(), heard_millis: Some(460) });
    assert_eq!(key, &FromCarrier::Dtmf { digit: '1' });
    assert_eq!(round_trip, &FromCarrier::Info(Info::RoundTrip(148)));
    assert_eq!(we_speak, &FromCarrier::Info(Info::WeSpeak(true)));
    assert_eq!(callee_speaks, &FromCarrier::Info(Info::CalleeSpeaks(false)));
    assert_eq!(played, &FromCarrier::Info(Info::Played("Hello, ".into())));
    let quoted = RelayFault::description("{ \"foo\" : \"bar\" }");
    assert_eq!(error, &FromCarrier::Error { description: quoted });
}

#[test]
fn older_and_newer_shapes_are_read() {
    let read = |text: &str| FromCarrier::read(text).unwrap();
    let interrupt = read(r#"{"type":"interrupt","utteranceUntilInterrupt":"Hi","durationUntilInterruptMs":"460","new":[1]}"#);
    assert_eq!(interrupt, FromCarrier::Interrupt { heard: "Hi".into(), heard_millis: Some(460) });
    assert_eq!(read(r#"{"type":"prompt","voicePrompt":"Hi"}"#), FromCarrier::Prompt { words: "Hi".into(), language: None, is_last: true });
    assert_eq!(read(r#"{"type":"tea"}"#), FromCarrier::Other { kind: "tea".into() });
    let odd = read(r#"{"type":"info","name":"agentSpeaking","value":"maybe"}"#);
    assert_eq!(odd, FromCarrier::Info(Info::Other { name: "agentSpeaking".into(), value: "maybe".into() }));
}

#[test]
fn what_is_no_message_says_why() {
    let what = |text: &str| FromCarrier::read(text).unwrap_err().what;
    assert_eq!(what("hello"), "not a JSON object");
    assert_eq!(what("{}"), "no type");
    assert_eq!(what(r#"{"type":"setup","sessionId":"VX1"}"#), "a setup without its session or its call");
    assert_eq!(what(r#"{"type":"prompt"}"#), "a prompt without words");
    assert_eq!(what(r#"{"type":"dtmf","digit":"12"}"#), "a key press without a key");
    assert_eq!((MAX_MALFORMED, CLOSE_MALFORMED.0), (10, 1007));
}

#[test]
fn debug_shows_neither_words_nor_numbers_nor_the_token() {
    let setup = Setup { to: "+12125550123".into(), parameters: vec![("token".into(), "s3cr3t".into())], ..Setup::default() };
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        FromCarrier::Setup(Box::new(setup)),
        FromCarrier::Prompt { words: "my code is 4711".into(), language: None, is_last: true },
        FromCarrier::Dtmf { digit: '7' },
        FromCarrier::Info(Info::Played("hello".into())),
    );
    for private in ["555", "s3cr3t", "4711", "'7'", "hello"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

fn app() -> impl Strategy<Value = FromApp> {
    let flag = || prop::option::of(any::<bool>());
    let some = || prop::option::of(".{0,12}");
    prop_oneof![
        (".{0,20}", any::<bool>(), some(), flag(), flag()).prop_map(|(token, is_last, language, interruptible, preemptible)| FromApp::Text {
            token,
            is_last,
            language,
            interruptible,
            preemptible
        }),
        (".{1,20}", prop::option::of(any::<u32>()), flag(), flag()).prop_map(|(source, loops, interruptible, preemptible)| FromApp::Play {
            source,
            loops,
            interruptible,
            preemptible
        }),
        "[0-9w#*]{1,12}".prop_map(|digits| FromApp::SendDigits { digits }),
        (".{0,8}", some()).prop_map(|(speaks, hears)| FromApp::Language { speaks: Some(speaks), hears }),
        some().prop_map(|handoff| FromApp::End { handoff }),
    ]
}

fn carrier() -> impl Strategy<Value = FromCarrier> {
    prop_oneof![
        ("VX[0-9]{2}", "CA[0-9]{2}", ".{0,12}", prop::collection::btree_map(".{0,8}", ".{0,8}", 0..3)).prop_map(
            |(session_id, call_sid, from, parameters)| {
                FromCarrier::Setup(Box::new(Setup { session_id, call_sid, from, parameters: parameters.into_iter().collect(), ..Setup::default() }))
            }
        ),
        (".{0,20}", prop::option::of(".{1,8}"), any::<bool>()).prop_map(|(words, language, is_last)| FromCarrier::Prompt {
            words,
            language,
            is_last
        }),
        (".{0,20}", prop::option::of(any::<u64>())).prop_map(|(heard, heard_millis)| FromCarrier::Interrupt { heard, heard_millis }),
        any::<char>().prop_map(|digit| FromCarrier::Dtmf { digit }),
        any::<u64>().prop_map(|millis| FromCarrier::Info(Info::RoundTrip(millis))),
        any::<bool>().prop_map(|on| FromCarrier::Info(Info::CalleeSpeaks(on))),
        ".{0,12}".prop_map(|words| FromCarrier::Info(Info::Played(words))),
        ".{0,12}".prop_map(|description| FromCarrier::Error { description }),
    ]
}

/// Messages built from parts that a stranger might combine, right and wrong.
fn almost_a_message() -> impl Strategy<Value = String> {
    let kind =
        prop::sample::select(vec!["setup", "prompt", "interrupt", "dtmf", "info", "error", "text", "play", "sendDigits", "language", "end", "x"]);
    let key = prop::sample::select(vec![
        "token",
        "last",
        "source",
        "loop",
        "digits",
        "digit",
        "voicePrompt",
        "name",
        "value",
        "sessionId",
        "callSid",
        "customParameters",
        "handoffData",
        "ttsLanguage",
        "durationUntilInterruptMs",
    ]);
    let value = prop::sample::select(vec!["null", "true", "\"\"", "\"1\"", "1", "-1.5e9", "[]", "{}", "{\"a\":1}", "\"on\"", "\"é😀\""]);
    (kind, prop::collection::vec((key, value), 0..5)).prop_map(|(kind, pairs)| {
        let pairs: String = pairs.into_iter().map(|(key, value)| format!(",\"{key}\":{value}")).collect();
        format!("{{\"type\":\"{kind}\"{pairs}}}")
    })
}

proptest! {
    #[test]
    fn what_we_write_the_carrier_reads(message in app()) {
        prop_assert_eq!(FromApp::read(&message.write()), Ok(message));
    }

    #[test]
    fn what_the_carrier_writes_we_read(message in carrier()) {
        prop_assert_eq!(FromCarrier::read(&message.write()), Ok(message));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", almost in almost_a_message()) {
        for text in [text, almost] {
            let _ = FromCarrier::read(&text);
            let _ = FromApp::read(&text);
        }
    }
}
