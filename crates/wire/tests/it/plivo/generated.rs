//! Generated documents, webhooks and requests: what is built reads back, and nothing that comes makes a reader panic.

use proptest::prelude::*;
use wire::http::{Form, HttpReply, Method};
use wire::plivo::callback::*;
use wire::plivo::document::*;
use wire::plivo::headers::HeaderList;
use wire::plivo::media::AudioFormat;
use wire::plivo::rest::*;
use wire::plivo::signature::{Signatures, SigningKeys};

/// Text as it may stand in an element or attribute: any sign that XML can hold, no blanks around it.
fn words() -> impl Strategy<Value = String> {
    "[!-~é€你&<>\"']([ -~é€你]{0,12}[!-~é€你&<>\"'])?"
}

fn some_words() -> impl Strategy<Value = Option<String>> {
    prop::option::of(words())
}

fn method() -> impl Strategy<Value = Option<Method>> {
    prop::option::of(prop::sample::select(vec![Method::Get, Method::Post]))
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop::option::of(any::<bool>())
}

fn number() -> impl Strategy<Value = Option<u32>> {
    prop::option::of(any::<u32>())
}

fn headers() -> impl Strategy<Value = HeaderList> {
    prop::collection::vec(("[A-Za-z0-9]{1,6}", "[A-Za-z0-9]{0,6}"), 0..3)
        .prop_map(|pairs| pairs.iter().fold(HeaderList::new(), |list, (name, value)| list.with(name, value)))
}

fn mark() -> impl Strategy<Value = Ssml> {
    let leaf = prop_oneof![
        (some_words(), some_words()).prop_map(|(strength, time)| Ssml::Break { strength, time }),
        (some_words(), words(), words()).prop_map(|(alphabet, ph, text)| Ssml::Phoneme { alphabet, ph, text }),
        (words(), some_words(), words()).prop_map(|(interpret_as, format, text)| Ssml::SayAs { interpret_as, format, text }),
        (words(), words()).prop_map(|(alias, text)| Ssml::Sub { alias, text }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let inside = prop::collection::vec(inner, 0..3).boxed();
        prop_oneof![
            (some_words(), inside.clone()).prop_map(|(level, inside)| Ssml::Emphasis { level, inside }),
            (words(), inside.clone()).prop_map(|(language, inside)| Ssml::Lang { language, inside }),
            inside.clone().prop_map(Ssml::Paragraph),
            inside.clone().prop_map(Ssml::Sentence),
            (some_words(), some_words(), some_words(), inside.clone()).prop_map(|(volume, rate, pitch, inside)| Ssml::Prosody {
                volume,
                rate,
                pitch,
                inside
            }),
            (some_words(), inside).prop_map(|(role, inside)| Ssml::Word { role, inside }),
        ]
    })
}

fn speak() -> impl Strategy<Value = Speak> {
    (prop::option::of(mark()), " ?[ -~é€]{1,20}", prop::option::of(mark()), number()).prop_map(|(before, text, after, times)| {
        let pieces = [before, Some(Ssml::Text(text)), after].into_iter().flatten().collect();
        Speak { voice: Some("Polly.Joanna".into()), language: None, r#loop: times, pieces }
    })
}

fn prompt() -> impl Strategy<Value = Prompt> {
    prop_oneof![
        speak().prop_map(Prompt::Speak),
        (number(), words()).prop_map(|(times, url)| Prompt::Play(Play { r#loop: times, url })),
        (number(), flag(), number(), some_words()).prop_map(|(length, silence, min_silence, beep)| Prompt::Wait(Wait {
            length,
            silence,
            min_silence,
            beep
        })),
    ]
}

fn get_digits() -> impl Strategy<Value = GetDigits> {
    ((words(), method(), number(), number(), some_words(), flag()), (some_words(), some_words(), flag(), prop::collection::vec(prompt(), 0..3)))
        .prop_map(|((action, method, num_digits, timeout, finish_on_key, redirect), (valid_digits, sound, log, prompts))| GetDigits {
            method,
            num_digits,
            timeout,
            finish_on_key,
            redirect,
            valid_digits,
            invalid_digits_sound: sound,
            log,
            prompts,
            ..GetDigits::new(action)
        })
}

fn get_input() -> impl Strategy<Value = GetInput> {
    let kind = prop::sample::select(InputType::ALL.to_vec());
    ((words(), kind, method(), number(), some_words()), (some_words(), some_words(), some_words(), flag(), prop::collection::vec(prompt(), 0..3)))
        .prop_map(|((action, kind, method, timeout, end), (hints, language, interim, log, prompts))| GetInput {
            method,
            execution_timeout: timeout,
            speech_end_timeout: end,
            hints,
            language,
            interim_callback: interim,
            log,
            prompts,
            ..GetInput::new(action, kind)
        })
}

fn dial() -> impl Strategy<Value = Dial> {
    let to = prop_oneof![
        (words(), some_words(), flag(), headers()).prop_map(|(number, send_digits, send_on_preanswer, sip_headers)| {
            Destination::Number(Number { number, send_digits, send_on_preanswer, sip_headers, ..Number::default() })
        }),
        (words(), some_words(), headers()).prop_map(|(address, user, sip_headers)| Destination::User(User {
            address,
            sip_auth_username: user,
            sip_headers,
            ..User::default()
        })),
    ];
    (prop::collection::vec(to, 0..3), some_words(), method(), number(), some_words(), flag(), headers()).prop_map(
        |(to, action, method, timeout, caller_name, redirect, sip_headers)| Dial {
            to,
            action,
            method,
            timeout,
            caller_name,
            redirect,
            sip_headers,
            ..Dial::default()
        },
    )
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        speak().prop_map(Verb::from),
        (number(), words()).prop_map(|(times, url)| Play { r#loop: times, url }.into()),
        (number(), some_words()).prop_map(|(length, beep)| Wait { length, beep, ..Wait::default() }.into()),
        (flag(), words()).prop_map(|(r#async, digits)| Dtmf { r#async, digits }.into()),
        get_input().prop_map(Verb::from),
        get_digits().prop_map(Verb::from),
        (some_words(), method(), number(), flag(), some_words()).prop_map(|(action, method, max_length, record_session, callback_url)| {
            Record { action, method, max_length, record_session, callback_url, ..Record::default() }.into()
        }),
        dial().prop_map(Verb::from),
        (words(), some_words(), flag(), number()).prop_map(|(room, enter_sound, muted, max_members)| Conference {
            room,
            enter_sound,
            muted,
            max_members,
            ..Conference::default()
        }
        .into()),
        (words(), prop::sample::select(Role::ALL.to_vec()), number(), prop::collection::vec(prop::sample::select(EventGroup::ALL.to_vec()), 0..3))
            .prop_map(|(room, role, max_duration, status_callback_events)| {
                MultiPartyCall { max_duration, status_callback_events, ..MultiPartyCall::joined_as(role, room) }.into()
            }),
        (words(), prop::sample::select(AudioFormat::ALL.to_vec()), headers()).prop_map(|(url, format, extra_headers)| Stream {
            extra_headers,
            ..Stream::two_way(url, format)
        }
        .into()),
        (method(), words()).prop_map(|(method, url)| Redirect { method, url }.into()),
        (prop::option::of(prop::sample::select(HangupReason::ALL.to_vec())), number())
            .prop_map(|(reason, schedule)| Hangup { reason, schedule }.into()),
        prop::collection::vec(
            prop_oneof![
                prompt().prop_map(PreAnswerStep::Prompt),
                get_digits().prop_map(PreAnswerStep::GetDigits),
                words().prop_map(|url| PreAnswerStep::Redirect(Redirect::to(url))),
                words().prop_map(|digits| PreAnswerStep::Dtmf(Dtmf::press(digits))),
            ],
            0..3
        )
        .prop_map(|steps| PreAnswer { steps }.into()),
        (words(), words(), words(), method()).prop_map(|(src, dst, text, callback_method)| Message {
            src,
            dst,
            text,
            callback_method,
            ..Message::default()
        }
        .into()),
    ]
}

/// Documents built from parts that a stranger might combine, right and wrong.
fn almost_documents() -> impl Strategy<Value = String> {
    let names = vec!["Response", "Speak", "Say", "GetInput", "Dial", "Number", "Stream", "PreAnswer", "break", "p", "Hangup", "MultiPartyCall"];
    let attributes = vec!["", " loop=\"x\"", " action=\"/a\"", " bidirectional=\"true\" audioTrack=\"both\"", " role=\"boss\"", " tea=\"1\""];
    let leaf = prop_oneof![words(), Just(String::new())].prop_map(|text| text.replace(['<', '&'], "")).boxed();
    let element = leaf.prop_recursive(4, 24, 4, move |inner| {
        (prop::sample::select(names.clone()), prop::sample::select(attributes.clone()), prop::collection::vec(inner, 0..4))
            .prop_map(|(name, attributes, inside)| format!("<{name}{attributes}>{}</{name}>", inside.concat()))
    });
    prop::collection::vec(element, 0..4).prop_map(|inside| format!("<Response>{}</Response>", inside.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_built_document_reads_back(verbs in prop::collection::vec(verb(), 0..4)) {
        let document = Document { verbs };
        let parsed = Document::parse(&document.to_xml()).unwrap_or_else(|error| panic!("{error}\n{}", document.to_xml()));
        prop_assert_eq!(parsed.document, document);
    }

    #[test]
    fn any_document_is_read_or_refused(text in almost_documents()) {
        if let Ok(parsed) = Document::parse(&text) {
            let again = Document::parse(&parsed.document.to_xml());
            prop_assert_eq!(again.map(|again| again.document), Ok(parsed.document));
        }
    }

    #[test]
    fn any_text_is_no_document_and_no_panic(text in ".{0,200}") {
        let _ = Document::parse(&text);
        let _ = Document::parse(&format!("<Response>{text}</Response>"));
    }

    #[test]
    fn any_webhook_is_written_as_it_was_read(pairs in prop::collection::vec(
        (
            prop::sample::select(vec![
                "CallUUID", "Event", "CallStatus", "Direction", "Duration", "HangupCauseCode", "HangupSource", "TotalCost", "Machine", "RecordingID",
                "recording_id", "StreamID", "MPCUUID", "MessageUUID", "Digits", "SequenceNumber", "X-PH-a",
            ]),
            prop_oneof![Just("1".to_owned()), Just("-1".to_owned()), Just("true".to_owned()), Just("Hangup".to_owned()), Just("007".to_owned()), ".{0,8}"],
        ),
        0..8,
    )) {
        let mut sorted: Vec<(String, String)> = pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        // The order of one key's values is kept; that of keys is Plivo's.
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let mut form = Form::new();
        for (key, value) in &sorted {
            form.push(key.clone(), value.clone());
        }
        let pairs = |form: &Form<'_>| {
            let mut pairs: Vec<_> = form.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            pairs.sort();
            pairs
        };
        let expected = pairs(&form);
        if let Ok(read) = CallCallback::read(&form) {
            let _ = (read.key(), read.leg_state(), read.cost_micros());
            prop_assert_eq!(pairs(&read.to_form()), expected.clone());
        }
        if let Ok(read) = RecordingCallback::read(&form) {
            let _ = (read.key(), read.length());
            prop_assert_eq!(pairs(&read.to_form()), expected.clone());
        }
        if let Ok(read) = StreamCallback::read(&form) {
            prop_assert_eq!(pairs(&read.to_form()), expected.clone());
        }
        if let Ok(read) = MultipartyCallback::read(&form) {
            prop_assert_eq!(pairs(&read.to_form()), expected.clone());
        }
        if let Ok(read) = MessageCallback::read(&form) {
            prop_assert_eq!(pairs(&read.to_form()), expected);
        }
    }

    #[test]
    fn any_request_is_read_or_refused(
        method in prop::sample::select(vec!["GET", "POST", "DELETE", "PUT"]),
        parts in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "Call", "Request", "Recording", "Conference", "MultiPartyCall", "Participant", "Member", "all", "Stream", "Play", "Number", "name_a",
                    "Application", "Pricing", "Message", "Record", "Pause", "r1.mp3", "%2e%2e", "",
                ]).prop_map(str::to_owned),
                "[ -~é]{0,8}",
            ],
            0..7,
        ),
        query in ".{0,20}",
        body in prop_oneof![Just(String::new()), ".{0,40}", Just("{\"from\":\"1\",\"to\":\"2\",\"answer_url\":\"https://a/b\",\"role\":\"agent\",\"url\":\"https://a/b\"}".to_owned())],
    ) {
        let target = format!("/v1/Account/MAXXXXXXXXXXXXXXXXXX/{}?{query}", parts.join("/"));
        if let Ok(read) = RestRequest::parse(method, &target, body.as_bytes()) {
            let written = read.write();
            let http = written.request();
            prop_assert!(http.target.bytes().all(|b| b.is_ascii_graphic()), "{}", http.target);
            prop_assert_eq!(RestRequest::parse(http.method.as_str(), &http.target, &http.body), Ok(read));
        }
    }

    #[test]
    fn any_reply_is_read_or_refused(body in ".{0,80}", status in 100_u16..600) {
        let reply = HttpReply { status, headers: Vec::new(), body: body.into_bytes() };
        let _ = wire::plivo::error_codes::refusal(&RestError::read(&reply));
        let _ = read_reply::<CallRecord>(&reply);
        let _ = Page::<CallRecord>::read(&reply);
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does(
        query in prop::collection::vec(("[a-zA-Z]{1,3}", "[ -~é]{0,6}"), 0..4),
        body in prop::collection::vec(("[a-zA-Z]{1,3}", "[ -~é]{0,6}"), 0..4),
        nonce in "[0-9]{1,20}",
        port in prop::option::of(1_u16..),
    ) {
        let form_of = |pairs: &[(String, String)]| {
            let mut form = Form::new();
            pairs.iter().for_each(|(key, value)| form.push(key.clone(), value.clone()));
            form
        };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let url = format!("https://pm.example.com{port}/h?{}", form_of(&query).encode());
        let keys = SigningKeys::new("token");
        let form = form_of(&body);
        let signature = keys.sign(Method::Post, &url, &form, &nonce);
        let signatures = Signatures { own: Some(&signature), main: None, nonce: Some(&nonce) };
        prop_assert!(keys.verify(Method::Post, &url, &form, &signatures).is_ok());
        let mut more = form.clone();
        more.push("zzzz", "1");
        prop_assert!(keys.verify(Method::Post, &url, &more, &signatures).is_err());
        prop_assert!(SigningKeys::new("other").verify(Method::Post, &url, &form, &signatures).is_err());
    }
}
