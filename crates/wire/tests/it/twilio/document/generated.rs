//! Generated documents come back as they were written; whatever is no document is refused without a panic.

use proptest::prelude::*;
use wire::http::Method;
use wire::twilio::document::*;
use wire::twilio::rest::{Beep, ConferenceEvent, JitterBuffer, Track};
use wire::twilio::status::CallEvent;

/// Text that XML can carry and that no reader trims.
fn text() -> impl Strategy<Value = String> {
    "[!-~é€😀你&<>\"']{1,12}( [!-~é&<>]{1,8})?"
}

/// The same for attributes, where blanks and line ends count.
fn attribute() -> impl Strategy<Value = String> {
    "[ -~é€😀\t\n\r&<>\"']{0,16}"
}

fn some() -> impl Strategy<Value = Option<String>> {
    prop::option::of(attribute())
}

fn https() -> impl Strategy<Value = Option<String>> {
    prop::option::of("https://[a-z]{1,8}\\.example/[a-z?=&%]{0,12}")
}

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![Method::Get, Method::Post])
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[a-z_]{1,8}", attribute()), 0..3)
}

fn seconds() -> impl Strategy<Value = Seconds> {
    prop_oneof![Just(Seconds::Auto), any::<u32>().prop_map(Seconds::Of)]
}

fn spoken() -> impl Strategy<Value = Spoken> {
    let leaf = prop_oneof![
        prop::option::of(prop::sample::select(BreakStrength::ALL)).prop_map(|strength| Spoken::Break { strength, time: None }),
        text().prop_map(Spoken::digits),
        (text(), text()).prop_map(|(alias, text)| Spoken::Sub { alias, text }),
        (some(), attribute(), text()).prop_map(|(alphabet, sounds, text)| Spoken::Phoneme { alphabet, sounds, text }),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let inner = prop::collection::vec(inner, 0..3);
        prop_oneof![
            (some(), some(), inner.clone()).prop_map(|(rate, pitch, inner)| Spoken::Prosody { volume: None, rate, pitch, inner }),
            (some(), inner.clone()).prop_map(|(level, inner)| Spoken::Emphasis { level, inner }),
            inner.prop_map(Spoken::Sentence),
        ]
    })
}

/// Words and elements in turn: two texts side by side would come back as one. What stands where it cannot is warned of only.
fn say() -> impl Strategy<Value = Say> {
    (some(), some(), any::<u32>(), prop::collection::vec((text(), spoken()), 0..3), pairs()).prop_map(
        |(voice, language, loops, pieces, mut others)| {
            others.retain(|(name, _)| !matches!(name.as_str(), "voice" | "language" | "loop"));
            others.sort();
            others.dedup_by(|a, b| a.0 == b.0);
            let content = pieces.into_iter().flat_map(|(words, piece)| [Spoken::Text(words), piece]).collect();
            Say { voice, language, loops, content, others }
        },
    )
}

fn play() -> impl Strategy<Value = Play> {
    (prop::option::of(text()), some(), prop::option::of(any::<u32>())).prop_map(|(url, digits, loops)| Play { url, digits, loops, ..Play::default() })
}

fn prompt() -> impl Strategy<Value = Prompt> {
    prop_oneof![say().prop_map(Prompt::Say), play().prop_map(Prompt::Play), any::<u32>().prop_map(|length| Prompt::Pause { length })]
}

prop_compose! {
    fn gather()(
        action in some(), method in method(), input in prop::sample::select(vec![Input::Dtmf, Input::Speech, Input::Both]),
        timeout in seconds(), speech_timeout in prop::option::of(seconds()), num_digits in prop::option::of(any::<u32>()),
        finish_on_key in "[0-9#*]?", barge_in in any::<bool>(), hints in some(), partial in some(), prompts in prop::collection::vec(prompt(), 0..3),
    ) -> Gather {
        Gather {
            action, method, input, timeout, speech_timeout, num_digits, finish_on_key, barge_in, hints, partial_result_callback: partial, prompts,
            ..Gather::default()
        }
    }
}

prop_compose! {
    fn record()(
        action in some(), timeout in any::<u32>(), finish_on_key in "[0-9#*]{0,12}", max_length in any::<u32>(), play_beep in any::<bool>(),
        trim in prop::sample::select(Trim::ALL), transcribe in any::<bool>(), events in prop::collection::vec("[a-z-]{1,9}", 0..3),
    ) -> Record {
        Record { action, timeout, finish_on_key, max_length, play_beep, trim, transcribe, status_events: events, ..Record::default() }
    }
}

prop_compose! {
    fn number()(number in text(), url in some(), events in prop::collection::vec(prop::sample::select(&CallEvent::ALL[..]), 0..4), detection in prop::option::of(prop::sample::select(Detection::ALL))) -> Number {
        Number { url, status_events: events, machine_detection: detection, ..Number::new(number) }
    }
}

prop_compose! {
    fn client()(identity in text(), parameters in pairs(), method in method()) -> Client {
        Client { parameters, method, ..Client::new(identity) }
    }
}

prop_compose! {
    fn sip()(uris in prop::collection::vec((text(), prop::option::of(any::<u32>())), 1..3), password in prop::option::of(attribute()), headers in pairs()) -> Sip {
        let uris = uris.into_iter().map(|(uri, priority)| SipUri { uri, priority, ..SipUri::default() }).collect();
        Sip { uris, password: password.map(Into::into), headers, ..Sip::default() }
    }
}

prop_compose! {
    fn conference()(
        name in text(), muted in any::<bool>(), beep in prop::sample::select(Beep::ALL), start in any::<bool>(), end in any::<bool>(), wait_url in some(),
        buffer in prop::sample::select(JitterBuffer::ALL), most in any::<u32>(), record in prop::sample::select(ConferenceRecord::ALL), coach in some(),
        events in prop::collection::vec(prop::sample::select(ConferenceEvent::ALL), 0..4),
    ) -> Conference {
        Conference {
            muted, beep, start_on_enter: start, end_on_exit: end, wait_url, jitter_buffer_size: buffer, max_participants: most, record, coach,
            status_events: events, ..Conference::new(name)
        }
    }
}

fn dial_to() -> impl Strategy<Value = DialTo> {
    let target = prop_oneof![number().prop_map(Target::Number), client().prop_map(Target::Client), sip().prop_map(Target::Sip)];
    prop_oneof![
        text().prop_map(DialTo::Plain),
        prop::collection::vec(target, 1..4).prop_map(DialTo::Targets),
        conference().prop_map(|conference| DialTo::Conference(Box::new(conference))),
        (text(), some()).prop_map(|(name, url)| DialTo::Queue(DialQueue { url, ..DialQueue::new(name) })),
    ]
}

prop_compose! {
    fn dial()(to in dial_to(), action in some(), timeout in any::<u32>(), record in prop::sample::select(DialRecord::ALL), bridge in any::<bool>(), caller_id in some()) -> Dial {
        Dial { to, action, timeout, record, answer_on_bridge: bridge, caller_id, ..Dial::default() }
    }
}

prop_compose! {
    fn stream()(url in attribute(), name in some(), track in prop::option::of(prop::sample::select(Track::ALL)), status_callback in https(), parameters in pairs()) -> Stream {
        Stream { url, name, track, status_callback, parameters, ..Stream::default() }
    }
}

prop_compose! {
    fn relay()(
        url in attribute(), greeting in some(), interruptible in prop::sample::select(Interruptible::ALL), sensitivity in prop::sample::select(Sensitivity::ALL),
        dtmf in any::<bool>(), debug in prop::collection::vec("[a-z-]{1,9}", 0..3), provider in prop::sample::select(TtsProvider::ALL),
        timeout in prop::option::of(any::<u32>().prop_map(SpeechTimeout::Millis)), codes in prop::collection::vec(attribute(), 0..3), parameters in pairs(),
    ) -> ConversationRelay {
        ConversationRelay {
            welcome_greeting: greeting, interruptible, interrupt_sensitivity: sensitivity, dtmf_detection: dtmf, debug, tts_provider: provider,
            speech_timeout: timeout, languages: codes.into_iter().map(|code| Language { code, ..Language::default() }).collect(), parameters,
            ..ConversationRelay::new(url)
        }
    }
}

fn verb() -> impl Strategy<Value = Verb> {
    let started = prop_oneof![
        stream().prop_map(Started::Stream),
        https().prop_map(|status_callback| Started::Recording(StartRecording { status_callback, ..StartRecording::default() })),
        (some(), any::<bool>()).prop_map(|(name, partial_results)| {
            Started::Transcription(Box::new(StartTranscription { name, partial_results, ..StartTranscription::default() }))
        }),
    ];
    prop_oneof![
        prompt().prop_map(Verb::from),
        gather().prop_map(Verb::from),
        record().prop_map(Verb::from),
        dial().prop_map(Verb::from),
        (text(), some(), prop::option::of(method()))
            .prop_map(|(name, wait_url, wait_url_method)| { Enqueue { wait_url, wait_url_method, ..Enqueue::new(name) }.into() }),
        (stream(), some()).prop_map(|(stream, action)| Connect { action, ..Connect::stream(stream) }.into()),
        (relay(), method()).prop_map(|(relay, method)| Connect { method, ..Connect::relay(relay) }.into()),
        started.prop_map(|what| Start::from(what).into()),
        some().prop_map(|name| Stop::Stream(name).into()),
        some().prop_map(|name| Stop::Transcription(name).into()),
        text().prop_map(|to| Refer::new(to).into()),
        (text(), method()).prop_map(|(url, method)| Verb::Redirect { url, method }),
        any::<bool>().prop_map(|busy| Verb::Reject { busy }),
        Just(Verb::Hangup),
        Just(Verb::Leave),
    ]
}

/// Pieces of documents that a stranger might put together, right and wrong.
fn almost_a_document() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<Response>",
        "</Response>",
        "<Dial>",
        "</Dial>",
        "<Dial timeout='x'/>",
        "<Number>",
        "</Number>",
        "<Gather input='speech dtmf fax'>",
        "</Gather>",
        "<Say>",
        "</Say>",
        "<break/>",
        "<say-as interpret-as='x'>",
        "</say-as>",
        "<Conference/>",
        "<Connect>",
        "</Connect>",
        "<Stream url=''/>",
        "<ConversationRelay>",
        "</ConversationRelay>",
        "<Start/>",
        "<Stop>",
        "</Stop>",
        "<Refer><Sip/></Refer>",
        "<Record maxLength='-1'/>",
        "&amp;",
        "&x;",
        "&#0;",
        "&#xD800;",
        "<![CDATA[<x>]]>",
        "<!-- -- -->",
        "<?pi?>",
        "<!DOCTYPE a>",
        "é",
        " ",
        "\n",
        "<",
        ">",
        "'",
        "\"",
        "<a b='1' b='2'/>",
        "\u{0}",
        "\u{feff}",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_document_comes_back_as_it_was_written(verbs in prop::collection::vec(verb(), 0..5)) {
        let document = Document { verbs };
        let text = document.to_xml();
        let parsed = Document::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert_eq!(parsed.document, document, "{}", text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = Document::parse(&text);
        let _ = Document::parse_strictly(&text);
    }

    #[test]
    fn what_is_almost_a_document_is_read_or_refused(text in almost_a_document()) {
        let _ = Document::parse_strictly(&text);
        if let Ok(parsed) = Document::parse(&text) {
            let again = Document::parse(&parsed.document.to_xml()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(again.document, parsed.document);
        }
    }
}
