//! Documents as the official library renders them.

use wire::twilio::document::{Connect, ConnectTo, Document, Start, Verb};
use wire::xml::{Element, Node};

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
const DEFAULTS: [(&str, &str, &str); 7] = [
    ("Gather", "timeout", "5"),
    ("Gather", "method", "POST"),
    ("Gather", "input", "dtmf"),
    ("Record", "timeout", "5"),
    ("Record", "playBeep", "true"),
    ("Record", "trim", "trim-silence"),
    ("Redirect", "method", "POST"),
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

#[test]
fn every_document_of_the_official_library_means_the_same_after_reading_and_writing() {
    for (name, text) in documents() {
        let parsed = Document::parse(text).unwrap();
        let ours = Element::parse(&parsed.document.to_xml()).unwrap();
        assert_eq!(canonical(&ours), canonical(&Element::parse(text).unwrap()), "{name}");
        assert_eq!(Document::parse(&parsed.document.to_xml()).unwrap(), parsed, "{name}");
    }
}

#[test]
fn the_verbs_in_scope_are_typed_and_warn_of_nothing() {
    for (name, text) in documents() {
        let parsed = Document::parse(text).unwrap();
        let number: u32 = name[..2].parse().unwrap();
        if matches!(number, 1..=12 | 23 | 25 | 26 | 32 | 34) {
            assert_eq!(parsed.warnings, [], "{name}");
            assert!(!parsed.document.verbs.iter().any(|verb| matches!(verb, Verb::Other(_))), "{name}");
        }
    }
}

#[test]
fn an_agents_document_reads_as_recording_words_and_stream() {
    let (_, text) = documents()[31];
    let verbs = Document::parse(text).unwrap().document.verbs;
    let [Verb::Start(Start::Recording(recording)), Verb::Say(say), Verb::Connect(Connect { to: ConnectTo::Stream(stream), .. })] = verbs.as_slice()
    else {
        panic!("{verbs:?}");
    };
    assert_eq!(recording.channels.as_deref(), Some("dual"));
    assert_eq!(say.text(), "This call may be recorded.");
    assert_eq!(stream.url, "wss://pm.example.com/twilio/media");
    assert_eq!(stream.parameters, [("task_id".to_owned(), "t-42".to_owned())]);
}
