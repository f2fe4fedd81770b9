//! Documents as the official library renders them.

mod generated;
mod vocabulary;

use wire::http::Method;
use wire::twilio::document::*;
use wire::twilio::rest::Track;
use wire::twilio::status::CallEvent;
use wire::xml::{Element, Node};

use super::golden;

macro_rules! golden_documents {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../fixtures/twilio/twiml/", $name, ".xml")))),*]
    };
}

fn documents() -> [(&'static str, &'static str); 36] {
    golden_documents![
        "01_empty",
        "02_say_plain",
        "03_say_voice_lang_loop_escape",
        "04_say_ssml",
        "05_play_url_and_digits",
        "06_pause_hangup",
        "07_redirect_get",
        "08_reject_busy",
        "09_gather_speech",
        "10_gather_dtmf_ivr",
        "11_gather_both_partial",
        "12_record_voicemail",
        "13_dial_text_number",
        "14_dial_numbers_simring",
        "15_dial_sequential",
        "16_dial_client_params",
        "17_dial_sip_headers",
        "18_dial_conference_full",
        "19_dial_conference_coach",
        "20_enqueue",
        "21_dial_queue",
        "22_leave",
        "23_connect_stream",
        "24_start_stream_both",
        "25_stop_stream",
        "26_start_recording",
        "27_start_transcription",
        "28_stop_transcription",
        "29_connect_conversationrelay",
        "30_connect_conversationrelay_min",
        "31_refer",
        "32_agent_full_flow",
        "33_takeover_conference",
        "34_unicode",
        "35_generic_child",
        "36_sip_multi_uri",
    ]
}

/// Attributes that stand for what holds anyway; we leave them out.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("Conference", "muted", "false"),
    ("Conference", "startConferenceOnEnter", "true"),
    ("Conference", "endConferenceOnExit", "false"),
    ("ConversationRelay", "preemptible", "false"),
    ("ConversationRelay", "reportInputDuringAgentSpeech", "none"),
    ("ConversationRelay", "ttsProvider", "ElevenLabs"),
    ("ConversationRelay", "welcomeGreetingInterruptible", "any"),
    ("Dial", "method", "POST"),
    ("Dial", "trim", "do-not-trim"),
    ("Gather", "timeout", "5"),
    ("Gather", "method", "POST"),
    ("Gather", "input", "dtmf"),
    ("Gather", "bargeIn", "true"),
    ("Pause", "length", "1"),
    ("Queue", "method", "POST"),
    ("Record", "timeout", "5"),
    ("Record", "playBeep", "true"),
    ("Record", "trim", "trim-silence"),
    ("Redirect", "method", "POST"),
    ("Refer", "method", "POST"),
    ("Transcription", "enableAutomaticPunctuation", "true"),
    ("Transcription", "track", "both_tracks"),
];

/// Order of attributes carries no meaning; the library sorts them by name.
fn canonical(element: &Element) -> Element {
    let mut out = element.clone();
    out.attributes.retain(|(key, value)| !DEFAULTS.contains(&(element.name.as_str(), key.as_str(), value.as_str())));
    out.attributes.sort();
    for node in &mut out.children {
        if let Node::Element(inner) = node {
            *inner = canonical(inner);
        }
    }
    out
}

fn verbs(number: usize) -> Vec<Verb> {
    Document::parse(documents()[number - 1].1).unwrap().document.verbs
}

#[test]
fn every_document_of_the_official_library_means_the_same_after_reading_and_writing() {
    for (name, text) in documents() {
        let parsed = Document::parse(text).unwrap();
        let ours = Element::parse(&parsed.document.to_xml()).unwrap();
        assert_eq!(canonical(&ours), canonical(&Element::parse(text).unwrap()), "{name}");
        assert_eq!(Document::parse(&parsed.document.to_xml()).unwrap().document, parsed.document, "{name}");
    }
}

/// What differs from the library's bytes is the order of attributes, the blank in `<Hangup />`, and attributes that say what
/// holds anyway.
#[test]
fn written_in_the_librarys_manner_the_bytes_are_the_same() {
    let mut same = 0;
    for (name, text) in documents() {
        let manner = |root: &Element| {
            let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
            write_as_the_library(root, &mut out);
            out
        };
        assert_eq!(manner(&Element::parse(text).unwrap()), text.trim_end(), "{name}");
        let ours = Element::parse(&Document::parse(text).unwrap().document.to_xml()).unwrap();
        same += usize::from(manner(&ours) == text.trim_end());
    }
    assert_eq!(same, 25);
}

fn write_as_the_library(element: &Element, out: &mut String) {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut attributes = element.attributes.clone();
    attributes.sort();
    out.push_str(&format!("<{}", element.name));
    for (name, value) in &attributes {
        out.push_str(&format!(" {name}=\"{}\"", escaped(value).replace('"', "&quot;")));
    }
    if element.children.is_empty() {
        return out.push_str(" />");
    }
    out.push('>');
    for node in &element.children {
        match node {
            Node::Element(inner) => write_as_the_library(inner, out),
            Node::Text(text) => out.push_str(&escaped(text)),
        }
    }
    out.push_str(&format!("</{}>", element.name));
}

#[test]
fn every_document_but_the_one_from_the_future_is_typed_and_warns_of_nothing() {
    for (name, text) in documents() {
        let parsed = Document::parse(text).unwrap();
        if name == "35_generic_child" {
            assert!(matches!(parsed.document.verbs.as_slice(), [Verb::Other(_)]));
            assert_eq!(parsed.warnings[0].to_string(), "<FutureVerb>: an unknown verb is passed over");
            continue;
        }
        assert_eq!(parsed.warnings, [], "{name}");
        assert!(!parsed.document.verbs.iter().any(|verb| matches!(verb, Verb::Other(_))), "{name}");
        assert_eq!(Document::parse_strictly(text).as_ref(), Ok(&parsed.document), "{name}");
    }
}

#[test]
fn the_index_tells_the_same_documents() {
    let index = golden(include_str!("../../fixtures/twilio/twiml.json"));
    let cases = index["cases"].as_array().unwrap();
    assert_eq!(cases.len(), documents().len());
    for (case, (name, text)) in cases.iter().zip(documents()) {
        assert_eq!((case["name"].as_str(), case["xml"].as_str()), (Some(name), Some(text.trim_end())));
    }
}

#[test]
fn an_agents_document_reads_as_recording_words_and_stream() {
    let verbs = verbs(32);
    let [
        Verb::Start(Start { what: Started::Recording(recording), .. }),
        Verb::Say(say),
        Verb::Connect(Connect { to: ConnectTo::Stream(stream), .. }),
    ] = verbs.as_slice()
    else {
        panic!("{verbs:?}");
    };
    assert_eq!(recording.channels.as_deref(), Some("dual"));
    assert_eq!(say.text(), "This call may be recorded.");
    assert_eq!(stream.url, "wss://pm.example.com/twilio/media");
    assert_eq!(stream.parameters, [("task_id".to_owned(), "t-42".to_owned())]);
}

#[test]
fn a_dial_of_several_reads_with_all_that_it_says() {
    let verbs = verbs(14);
    let [Verb::Dial(dial)] = verbs.as_slice() else { panic!("{verbs:?}") };
    assert_eq!((dial.timeout, dial.time_limit, dial.answer_on_bridge, dial.hangup_on_star), (25, 600, true, true));
    assert!(dial.record.is_on() && dial.record.is_dual());
    let DialTo::Targets(targets) = &dial.to else { panic!("{dial:?}") };
    let [Target::Number(first), Target::Number(second)] = targets.as_slice() else { panic!("{targets:?}") };
    assert_eq!((first.send_digits.as_deref(), first.machine_detection.as_ref()), (Some("ww1"), Some(&Detection::Enable)));
    assert_eq!(first.status_events, CallEvent::ALL);
    assert_eq!(second, &Number::new("+15005550012"));
}

#[test]
fn a_conference_a_client_and_sip_addresses_read_with_all_that_they_say() {
    let dial_to = |number: usize| match verbs(number).remove(0) {
        Verb::Dial(dial) => dial.to,
        other => panic!("{other:?}"),
    };
    let DialTo::Conference(conference) = dial_to(18) else { panic!() };
    assert_eq!((conference.name.as_str(), conference.wait_url.as_deref(), conference.max_participants), ("pm-task-42", Some(""), 3));
    assert!(conference.end_on_exit && conference.record.is_on());
    let DialTo::Targets(clients) = dial_to(16) else { panic!() };
    let [Target::Client(client)] = clients.as_slice() else { panic!("{clients:?}") };
    assert_eq!((client.identity.as_str(), client.parameters.len()), ("human_operator", 1));
    let DialTo::Targets(sips) = dial_to(17) else { panic!() };
    let [Target::Sip(sip)] = sips.as_slice() else { panic!("{sips:?}") };
    assert_eq!(sip.uris[0].uri, "sip:1000@pbx.example.com;transport=tls?X-Task=42&X-Note=a%20b");
    assert_eq!(sip.password.as_ref().map(|password| password.expose().as_str()), Some("p"));
    assert!(!format!("{sip:?}").contains("\"p\""));
    let DialTo::Targets(sips) = dial_to(36) else { panic!() };
    let [Target::Sip(sip)] = sips.as_slice() else { panic!("{sips:?}") };
    assert_eq!(sip.uris.iter().map(|uri| (uri.priority, uri.weight)).collect::<Vec<_>>(), [(Some(1), Some(10)), (Some(2), None)]);
}

#[test]
fn a_conversation_in_text_reads_with_all_that_it_says() {
    let verbs = verbs(29);
    let [Verb::Connect(Connect { action, to: ConnectTo::Relay(relay), .. })] = verbs.as_slice() else { panic!("{verbs:?}") };
    assert_eq!(action.as_deref(), Some("/cr-done"));
    assert_eq!((relay.welcome_greeting.as_deref(), relay.dtmf_detection, relay.partial_prompts), (Some("Hello!"), true, true));
    assert!(relay.interruptible.by_speech() && !relay.interruptible.by_keys());
    assert_eq!(relay.debug, ["debugging", "speaker-events", "tokens-played"]);
    assert_eq!(relay.languages[0].code, "fr-FR");
    assert_eq!(relay.parameters, [("task_id".to_owned(), "t-42".to_owned())]);
    let node_spells =
        "<Response><Connect><ConversationRelay url=\"wss://e.com/\" ignorebackchannel=\"true\" speechtimeout=\"auto\"/></Connect></Response>";
    let document = Document::parse_strictly(node_spells).unwrap();
    let [Verb::Connect(Connect { to: ConnectTo::Relay(relay), .. })] = document.verbs.as_slice() else { panic!("{document:?}") };
    assert_eq!((relay.ignore_backchannel, relay.speech_timeout), (Some(true), Some(SpeechTimeout::Auto)));
}

#[test]
fn queues_transcriptions_and_stops_are_typed() {
    assert!(
        matches!(verbs(20).as_slice(), [Verb::Enqueue(Enqueue { what: Enqueued::In(name), wait_url_method: Some(Method::Get), .. })] if name == "support_queue")
    );
    assert!(matches!(verbs(21).as_slice(), [Verb::Dial(dial)] if matches!(&dial.to, DialTo::Queue(queue) if queue.name == "support_queue")));
    assert!(matches!(verbs(22).as_slice(), [Verb::Say(_), Verb::Leave]));
    assert!(matches!(verbs(24).as_slice(), [Verb::Start(Start { what: Started::Stream(stream), .. }), _] if stream.track == Some(Track::Both)));
    assert!(matches!(verbs(25).as_slice(), [Verb::Stop(Stop::Stream(Some(name))), _] if name == "tap"));
    assert!(matches!(verbs(27).as_slice(), [Verb::Start(Start { what: Started::Transcription(started), .. }), _] if started.partial_results));
    assert!(matches!(verbs(28).as_slice(), [Verb::Stop(Stop::Transcription(Some(name)))] if name == "rt"));
    assert!(matches!(verbs(31).as_slice(), [Verb::Refer(refer)] if refer.to.starts_with("sip:alice@")));
}
