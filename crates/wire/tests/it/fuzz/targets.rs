//! What must hold of any bytes that a stranger sends: nothing panics, what was read is written so that it reads the same,
//! and nothing grows beyond its input. Time and memory of an input are bounded by libFuzzer (`cargo xtask fuzz`).

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::http::{self, Form};
use wire::plivo;
use wire::twilio::callback::Webhook;
use wire::twilio::document::Document;
use wire::twilio::media::{self, FromApp, FromCarrier};
use wire::twilio::relay;
use wire::twilio::rest::{self, RestRequest};
use wire::twilio::signature::{Algorithm, SigningKey};
use wire::xml::Element;

/// Takes any bytes; panics if they show a fault.
pub type Target = fn(&[u8]);

/// All targets, by the names of their folders in `tests/corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("forms", forms),
    ("requests", requests),
    ("resources", resources),
    ("media", media_messages),
    ("relay", relay_messages),
    ("twiml", twiml),
    ("webhooks", webhooks),
    ("plivo_xml", plivo_xml),
    ("plivo_media", plivo_media),
    ("plivo_requests", plivo_requests),
];

/// Returns the input as text, or nothing if it is none.
fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// Asserts that a writing is no larger than its reading allows: an encoded byte is six at most (`&quot;`), defaults come on top.
fn bounded(input: &[u8], written: usize) {
    assert!(written <= 64 * input.len() + 8_192, "{} bytes became {written}", input.len());
}

/// Forms of any kind, parts of paths, credentials, dates, and signatures over the form.
fn forms(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let form = Form::parse(text);
    let written = form.encode();
    bounded(input, written.len());
    assert!(Form::parse(&written) == form, "a form reads differently once written");
    let signing = SigningKey::new("secret");
    let url = "https://pm.example.com/voice?x=1";
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
        assert_eq!(signing.verify(url, &form, &signing.sign(url, &form, algorithm), algorithm), Ok(()));
        let _ = signing.verify(text, &form, text, algorithm);
    }
    assert_eq!(http::decode_path(&http::encode_path_segment(text)), text);
    let _ = http::split_target(text);
    if let Some((user, password)) = http::basic_credentials(text) {
        assert_eq!(http::basic_credentials(&http::basic_authorization(&user, &password)), Some((user, password)));
    }
    if let Some(at) = wire::date::parse(text) {
        assert_eq!(wire::date::parse(&wire::date::rfc2822(at)).map(wire::date::rfc2822), Some(wire::date::rfc2822(at)));
    }
}

/// Returns method, target and body of an input: `POST /path?query`, a line's end, the body.
fn request_of(input: &[u8]) -> Option<(&str, &str, &[u8])> {
    let end = input.iter().position(|b| *b == b'\n')?;
    let (method, target) = text(&input[..end])?.split_once(' ')?;
    Some((method, target, &input[end + 1..]))
}

/// REST requests: whatever is accepted is written as a request that asks for the same.
fn requests(input: &[u8]) {
    let Some((method, target, body)) = request_of(input) else { return };
    let Ok(read) = RestRequest::parse(method, target, body) else { return };
    let written = read.write();
    bounded(input, written.target.len() + written.body.len());
    assert_eq!(RestRequest::parse(written.method.as_str(), &written.target, &written.body).as_ref(), Ok(&read));
}

/// Replies of the REST API: what was read as a resource shows itself as it was read.
fn resources(input: &[u8]) {
    fn resource<T: DeserializeOwned + Serialize>(input: &[u8]) {
        let Ok(read) = serde_json::from_slice::<T>(input) else { return };
        let shown = serde_json::to_vec(&read).expect("a resource is shown");
        bounded(input, shown.len());
        let again: T = serde_json::from_slice(&shown).unwrap_or_else(|error| panic!("not read again: {error}"));
        assert_eq!(serde_json::to_vec(&again).expect("a resource is shown"), shown);
    }
    resource::<rest::CallResource>(input);
    resource::<rest::RecordingResource>(input);
    resource::<rest::ConferenceResource>(input);
    resource::<rest::ParticipantResource>(input);
    resource::<rest::QueueResource>(input);
    resource::<rest::QueueMemberResource>(input);
    resource::<rest::StreamResource>(input);
    resource::<rest::TranscriptionResource>(input);
    resource::<rest::MessageResource>(input);
    resource::<rest::NumberResource>(input);
    resource::<rest::CallerIdResource>(input);
    resource::<rest::AccountResource>(input);
    resource::<rest::BalanceResource>(input);
    resource::<rest::UsageResource>(input);
    resource::<rest::EventResource>(input);
    resource::<rest::NotificationResource>(input);
    resource::<rest::NumberPrices>(input);
}

/// The same message as no fast reader takes it: with an escape.
fn escaped(text: &str) -> String {
    text.replace("\"event\"", "\"\\u0065vent\"")
}

/// Messages of media sockets: the fast reader and the slow one agree, and what was read can be said again.
fn media_messages(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let escaped = escaped(text);
    let (carrier, app) = (media::read_from_carrier(text), media::read_from_app(text));
    assert_eq!(carrier, media::read_from_carrier(&escaped), "the two readers differ");
    assert_eq!(app, media::read_from_app(&escaped), "the two readers differ");

    let (mut out, mut sound) = (String::new(), Vec::new());
    match &app {
        Ok(FromApp::Media { stream_sid, payload }) => {
            if media::decode_payload(payload, &mut sound).is_ok() {
                media::write_media(stream_sid, &sound, &mut out);
                assert_eq!(media::read_from_app(&out), app);
            }
        }
        Ok(FromApp::Mark { stream_sid, name }) => {
            media::write_mark(stream_sid, name, &mut out);
            assert_eq!(media::read_from_app(&out), app);
        }
        Ok(FromApp::Clear { stream_sid }) => {
            media::write_clear(stream_sid, &mut out);
            assert_eq!(media::read_from_app(&out), app);
        }
        Err(_) => {}
    }
    bounded(input, out.len());
    out.clear();
    let mut stream = media::CarrierStream::new("AC1", "CA1", "MZ1");
    match &carrier {
        Ok(FromCarrier::Media { track, at_millis, payload }) => {
            sound.clear();
            if media::decode_payload(payload, &mut sound).is_ok() {
                stream.media(*track, *at_millis, &sound, &mut out);
                assert_eq!(media::read_from_carrier(&out), carrier);
            }
        }
        Ok(FromCarrier::Mark { name }) => {
            stream.mark(name, &mut out);
            assert_eq!(media::read_from_carrier(&out), carrier);
        }
        Ok(FromCarrier::Start(start)) => {
            stream.start(&start.parameters, &mut out);
            let Ok(FromCarrier::Start(again)) = media::read_from_carrier(&out) else { panic!("a start is none any more") };
            assert_eq!(again.parameters, start.parameters);
        }
        _ => {}
    }
    bounded(input, out.len());
}

/// Messages of a conversation in text.
fn relay_messages(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(read) = relay::FromApp::read(text) {
        let written = read.write();
        bounded(input, written.len());
        assert!(relay::FromApp::read(&written) == Ok(read), "our message reads differently once written");
    }
    if let Ok(read) = relay::FromCarrier::read(text) {
        let written = read.write();
        bounded(input, written.len());
        assert!(relay::FromCarrier::read(&written) == Ok(read), "Twilio's message reads differently once written");
    }
    bounded(input, relay::RelayFault::description(text).len());
}

/// Asserts that a tree survives its writing.
fn xml(input: &[u8], text: &str) {
    if let Ok(root) = Element::parse(text) {
        let written = root.to_document();
        bounded(input, written.len());
        assert_eq!(Element::parse(&written), Ok(root));
    }
}

/// TwiML, as the sandbox reads any program's, and strictly.
fn twiml(input: &[u8]) {
    let Some(text) = text(input) else { return };
    xml(input, text);
    if let Ok(parsed) = Document::parse(text) {
        let written = parsed.document.to_xml();
        bounded(input, written.len());
        same(Document::parse(&written).map(|again| again.document), &parsed.document);
    }
    if let Ok(document) = Document::parse_strictly(text) {
        let written = document.to_checked_xml().expect("what is right to the letter stays so");
        same(Document::parse_strictly(&written), &document);
    }
}

fn same<T: PartialEq + Debug, E: PartialEq + Debug>(again: Result<T, E>, first: &T) {
    assert_eq!(again.as_ref(), Ok(first), "it reads differently once written");
}

/// Webhooks of any kind.
fn webhooks(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let Ok(read) = Webhook::read(&Form::parse(text)) else { return };
    let written = read.to_form().encode();
    bounded(input, written.len());
    // Parts of a second are lost in writing, and what cannot be read counts as not said; the kind and all else stay.
    let again_form = Form::parse(&written);
    let again = Webhook::read(&again_form).expect("it is read again");
    assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(&read));
    assert_eq!(again.to_form().encode(), written);
    assert_eq!((again.key(), again.wants_document()), (read.key(), read.wants_document()));
    assert_eq!(again.call().map(|call| &call.call_sid), read.call().map(|call| &call.call_sid));
}

/// Plivo's documents.
fn plivo_xml(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(parsed) = plivo::document::Document::parse(text) {
        let written = parsed.document.to_xml();
        bounded(input, written.len());
        // Defaults that are written out may make it longer than Plivo takes.
        if written.len() <= 100_000 {
            same(plivo::document::Document::parse(&written).map(|again| again.document), &parsed.document);
        }
        let _ = parsed.document.check();
    }
}

/// Messages of Plivo's media sockets.
fn plivo_media(input: &[u8]) {
    use plivo::media;
    let Some(text) = text(input) else { return };
    let escaped = escaped(text);
    assert_eq!(media::read_from_carrier(text), media::read_from_carrier(&escaped), "the two readers differ");
    let app = media::read_from_app(text);
    if escaped.len() <= 60_000 {
        assert_eq!(app, media::read_from_app(&escaped), "the two readers differ");
    }
    let mut out = String::new();
    match &app {
        Ok(media::FromApp::PlayAudio { format, payload }) => {
            let mut sound = Vec::new();
            if media::decode_payload(payload, &mut sound).is_ok() && sound.len() < 8_000 {
                media::write_play_audio(*format, &sound, &mut out);
                let _ = media::read_from_app(&out);
            }
        }
        Ok(media::FromApp::Checkpoint { name }) => {
            media::write_checkpoint("stream", name, &mut out);
            assert_eq!(media::read_from_app(&out), app);
        }
        Ok(media::FromApp::SendDtmf { digits }) => {
            media::write_send_dtmf(digits, &mut out);
            assert_eq!(media::read_from_app(&out), app);
        }
        Ok(media::FromApp::ClearAudio) | Err(_) => {}
    }
    bounded(input, out.len());
}

/// Requests to Plivo's REST API.
fn plivo_requests(input: &[u8]) {
    let Some((method, target, body)) = request_of(input) else { return };
    let Ok(read) = plivo::rest::RestRequest::parse(method, target, body) else { return };
    let written = read.write();
    let written = written.request();
    bounded(input, written.target.len() + written.body.len());
    let again = plivo::rest::RestRequest::parse(written.method.as_str(), &written.target, &written.body);
    assert_eq!(again.as_ref(), Ok(&read));
}
