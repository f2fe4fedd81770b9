//! Documents as the official library renders them.

use wire::plivo::document::*;
use wire::plivo::media::AudioFormat;
use wire::plivo::rest::{AudioTrack, EventGroup, Role};
use wire::xml::{Element, Node};

use super::golden;

macro_rules! golden_documents {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../fixtures/plivo/xml/", $name, ".xml")))),*]
    };
}

fn documents() -> [(&'static str, &'static str); 31] {
    golden_documents![
        "01_speak_plain",
        "02_speak_attrs",
        "03_speak_ssml",
        "04_play_loop",
        "05_wait",
        "06_wait_beep",
        "07_getinput_full",
        "08_getinput_min",
        "09_getdigits_full",
        "10_record_voicemail",
        "11_record_session",
        "12_dial_full",
        "13_dial_simultaneous",
        "14_dial_sequential",
        "15_conference_guest",
        "16_conference_host",
        "17_mpc_min",
        "18_mpc_full",
        "19_dtmf",
        "20_hangup_plain",
        "21_hangup_rejected",
        "22_hangup_scheduled",
        "23_redirect",
        "24_preanswer",
        "25_message",
        "26_stream_bidirectional",
        "27_stream_both_tracks",
        "28_record_then_stream",
        "29_empty_response",
        "30_unicode",
        "31_speak_cont",
    ]
}

fn parse(name: &str) -> Parsed {
    let (_, text) = documents().into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
    Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn only<T>(name: &str, pick: impl Fn(Verb) -> Option<T>) -> T {
    parse(name).document.verbs.into_iter().find_map(pick).unwrap_or_else(|| panic!("{name}"))
}

/// The order of attributes carries no meaning, nor do blanks between elements.
fn canonical(element: &Element) -> Element {
    let mut out = element.clone();
    out.attributes.sort();
    if out.name != "Speak" {
        out.children.retain(|node| !matches!(node, Node::Text(text) if text.trim().is_empty()));
    }
    for node in &mut out.children {
        if let Node::Element(inner) = node {
            *inner = canonical(inner);
        }
    }
    out
}

#[test]
fn every_document_of_the_official_library_is_written_as_it_was_read() {
    for (name, text) in documents() {
        let parsed = Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ours = Element::parse(&parsed.document.to_xml()).unwrap();
        assert_eq!(canonical(&ours), canonical(&Element::parse(text).unwrap()), "{name}");
        assert_eq!(Document::parse(&parsed.document.to_xml()).unwrap(), parsed, "{name}");
    }
}

#[test]
fn the_files_are_what_the_library_rendered() {
    let golden = golden(include_str!("../../fixtures/plivo/xml.json"));
    let rendered = golden["documents"].as_object().unwrap();
    assert_eq!(rendered.len(), documents().len());
    for (name, text) in documents() {
        assert_eq!(rendered[name].as_str(), Some(text), "{name}");
    }
}

/// What the library renders and Plivo may take otherwise than meant.
#[test]
fn few_of_the_librarys_documents_are_doubtful_and_for_a_reason() {
    let doubts: Vec<_> =
        documents().iter().flat_map(|(name, _)| parse(name).doubts.into_iter().map(|fault| format!("{} {fault}", &name[..2]))).collect();
    assert_eq!(
        doubts,
        [
            "08 <GetInput>: nothing follows a question: if no answer comes, the call ends",
            "09 <GetInput>: nothing follows a question: if no answer comes, the call ends",
            "31 <Speak>: only Polly voices follow marks of speech",
        ]
    );
}

#[test]
fn every_verb_is_typed() {
    let speak = only("03_speak_ssml", |verb| match verb {
        Verb::Speak(speak) => Some(speak),
        _ => None,
    });
    assert_eq!(speak.pieces.len(), 11);
    assert_eq!(speak.words(), "Your code isAB12 thank younowmercipecanworld wide webreadA paragraph. A sentence. ");
    let input = only("07_getinput_full", |verb| match verb {
        Verb::GetInput(input) => Some(input),
        _ => None,
    });
    assert_eq!((input.action.as_str(), input.execution_timeout(), input.log()), ("https://pm.example.com/plivo/input?t=42&k=1", 30, false));
    assert!(input.hears_keys() && input.hears_speech() && input.redirect());
    assert!(matches!(input.prompts.as_slice(), [Prompt::Speak(_), Prompt::Play(_)]));
    let record = only("11_record_session", |verb| match verb {
        Verb::Record(record) => Some(record),
        _ => None,
    });
    assert!(record.runs_beside() && record.max_length() == 3_600);
    let dial = only("12_dial_full", |verb| match verb {
        Verb::Dial(dial) => Some(dial),
        _ => None,
    });
    assert_eq!((dial.timeout, dial.confirm_key.as_deref(), dial.sip_headers.get("user")), (Some(25), Some("1"), Some("u7")));
    assert!(matches!(dial.to.as_slice(), [Destination::Number(_), Destination::User(_)]));
    let call = only("18_mpc_full", |verb| match verb {
        Verb::MultiPartyCall(call) => Some(call),
        _ => None,
    });
    assert_eq!((call.role.clone(), call.room.as_str(), call.max_duration()), (Some(Role::Supervisor), "mpc-t42", 3_600));
    assert_eq!(call.status_callback_events, [EventGroup::StateChanges, EventGroup::ParticipantChanges, EventGroup::Digits]);
    let stream = only("26_stream_bidirectional", |verb| match verb {
        Verb::Stream(stream) => Some(stream),
        _ => None,
    });
    assert_eq!((stream.format(), stream.extra_headers.get("leg")), (Some(AudioFormat::Mulaw8k), Some("a")));
    assert!(stream.bidirectional() && stream.keep_call_alive());
    let wait = only("06_wait_beep", |verb| match verb {
        Verb::Wait(wait) => Some(wait),
        _ => None,
    });
    assert!(wait.hears_beeps() && wait == Wait::for_beep(30));
}

#[test]
fn what_is_not_said_holds_as_plivo_has_it() {
    assert_eq!((Speak::default().voice().as_str(), Speak::default().language().as_str(), Speak::default().r#loop()), ("WOMAN", "en-US", 1));
    let input = GetInput::new("https://a.example/i", InputType::Both);
    assert_eq!((input.execution_timeout(), input.num_digits(), input.finish_on_key().as_str(), input.log()), (15, 32, "#", true));
    let digits = GetDigits::new("https://a.example/d");
    assert_eq!((digits.timeout(), digits.digit_timeout(), digits.num_digits(), digits.retries()), (5, 2, 99, 1));
    assert_eq!((Record::default().max_length(), Record::default().timeout(), Record::default().play_beep()), (60, 15, true));
    assert_eq!((Conference::default().max_members(), Conference::default().stay_alone()), (20, true));
    assert_eq!((MultiPartyCall::default().max_participants(), MultiPartyCall::default().enter_sound().as_str()), (10, "beep:1"));
    assert_eq!((Stream::default().stream_timeout(), Stream::default().audio_track()), (86_400, AudioTrack::Inbound));
    assert_eq!((Dial::default().time_limit(), Wait::default().length(), Dtmf::default().r#async()), (14_400, 1, true));
}

/// As the official library has it: what it refuses to build, we refuse to read.
#[test]
fn wrong_nesting_and_wrong_values_are_refused() {
    let golden = golden(include_str!("../../fixtures/plivo/xml.json"));
    let validation = golden["validation"].as_object().unwrap();
    let outcome = |case: &str| !validation[case].as_str().unwrap_or_else(|| panic!("{case}")).contains("Error");
    let stream = "<Response><Stream keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\" {}>wss://x.example</Stream></Response>";
    let mpc = "<Response><MultiPartyCall {}>m</MultiPartyCall></Response>";
    let cases = [
        ("Dial in GetDigits", "<Response><GetDigits action=\"https://a.example\"><Dial><Number>1</Number></Dial></GetDigits></Response>".to_owned()),
        ("Speak in Dial", "<Response><Dial><Speak>x</Speak></Dial></Response>".to_owned()),
        ("Record in PreAnswer", "<Response><PreAnswer><Record/></PreAnswer></Response>".to_owned()),
        ("GetDigits in PreAnswer", "<Response><PreAnswer><GetDigits action=\"https://a.example\"/></PreAnswer></Response>".to_owned()),
        ("Wait in GetInput", "<Response><GetInput action=\"https://a.example\" inputType=\"dtmf\"><Wait/></GetInput></Response>".to_owned()),
        ("Stream statusCallbackMethod=PUT", stream.replace("{}", "statusCallbackMethod=\"PUT\"")),
        ("Stream bidirectional=\"yes\"", stream.replace("{}", "bidirectional=\"yes\"")),
        ("MPC role=boss", mpc.replace("{}", "role=\"boss\"")),
        ("MPC role=ai-agent", mpc.replace("{}", "role=\"ai-agent\"")),
    ];
    for (case, document) in &cases {
        assert_eq!(Document::parse(document).is_ok(), outcome(case), "{case}");
    }
    // What the library alone checks, or does not, is told of before we send it.
    for (case, document) in [
        ("Stream audioTrack=left", stream.replace("{}", "audioTrack=\"left\"")),
        ("MPC max_duration=100", mpc.replace("{}", "role=\"agent\" maxDuration=\"100\"")),
    ] {
        assert!(!outcome(case) && !Document::parse(&document).unwrap().doubts.is_empty(), "{case}");
    }
    let both = stream.replace("{}", "bidirectional=\"true\" audioTrack=\"both\"");
    assert!(outcome("Stream bidirectional=True audioTrack=both (no SDK check)") && Document::parse(&both).is_err());
}

#[test]
fn the_built_takeover_waits_hosts_and_hangs_up() {
    let waiting = Conference { callback_url: Some("https://a.example/c".into()), ..Conference::waiting("room-1", "https://a.example/wait") };
    let document = Document { verbs: vec![waiting.into(), Hangup::default().into()] };
    assert_eq!(document.check(), Ok(()));
    let hosting = Document { verbs: vec![Conference::hosting("room-1").into()] };
    assert_eq!(hosting.check(), Ok(()));
    let mpc =
        MultiPartyCall { others: vec![("aiAgentStreamUrl".into(), "wss://a.example/s".into())], ..MultiPartyCall::joined_as(Role::AiAgent, "m") };
    let document = Document { verbs: vec![mpc.into()] };
    assert_eq!(document.check(), Ok(()));
    assert!(document.to_xml().contains("aiAgentStreamUrl=\"wss://a.example/s\""));
}

#[test]
fn an_incoming_call_is_answered_by_what_is_heard() {
    let answers: Vec<_> =
        ["05_wait", "12_dial_full", "21_hangup_rejected", "24_preanswer", "01_speak_plain", "26_stream_bidirectional", "10_record_voicemail"]
            .map(|name| parse(name).document.verbs[0].answers())
            .into();
    assert_eq!(answers, [false, false, false, false, true, true, true]);
}

#[test]
fn speech_is_read_with_its_marks_and_their_places() {
    let doubts = |inside: &str| {
        let text = format!("<Response><Speak voice=\"Polly.Joanna\">{inside}</Speak></Response>");
        Document::parse(&text).unwrap().doubts.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(doubts("<p>a<s>b<break/></s></p><w><say-as interpret-as=\"digits\">1</say-as></w>"), [""; 0]);
    let misplaced = "a mark of speech where it may not stand";
    assert_eq!(doubts("<p>a<p>b</p></p>"), [format!("<p>: {misplaced}")]);
    assert_eq!(doubts("<s>a<s>b</s></s>"), [format!("<s>: {misplaced}")]);
    assert_eq!(doubts("<w><lang xml:lang=\"fr-FR\">a</lang></w>"), [format!("<lang>: {misplaced}")]);
    assert_eq!(doubts("<sub alias=\"a\">b<break/></sub>"), [format!("<sub>: {misplaced}")]);
    assert_eq!(doubts(&"x".repeat(3_001)), ["<Speak>: more than 3000 characters"]);
    assert_eq!(doubts("  "), ["<Speak>: the element is empty"]);
}
