//! Every resource of the golden shapes is written as it was read, and made anew as Twilio makes it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::http::HttpReply;
use wire::twilio::rest::*;
use wire::twilio::status::AnsweredBy;

use super::{reply, shape};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const CALL: &str = "CA00000000000000000000000000000001";

/// Reads a golden shape and writes it again.
fn round_trip<T: DeserializeOwned + Serialize>(name: &str) -> T {
    let body = shape(name);
    assert!(body.is_object(), "{name}");
    let resource: T = read_reply(&reply(&body)).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(serde_json::to_value(&resource).unwrap(), body, "{name}");
    resource
}

#[test]
fn every_shape_is_written_as_it_was_read() {
    let conference: ConferenceResource = round_trip("conference");
    assert_eq!((conference.status(), conference.end()), (Some(ConferenceStatus::InProgress), None));
    let participant: ParticipantResource = round_trip("participant_created_201");
    assert_eq!((participant.status(), participant.label.as_deref()), (Some(ParticipantStatus::Queued), Some("human")));
    round_trip::<QueueResource>("queue");
    let member: QueueMemberResource = round_trip("queue_member");
    assert_eq!((member.position, member.wait_time), (Some(1), Some(143)));
    round_trip::<StreamResource>("stream_created");
    round_trip::<StreamResource>("rt_transcription_created");
    let transcription: TranscriptionResource = round_trip("recording_transcription");
    assert_eq!((transcription.status(), transcription.price_micros()), (Some(TranscriptionStatus::Completed), Some(50_000)));
    let message: MessageResource = round_trip("message_created_201");
    assert_eq!(message.status(), Some(MessageStatus::Queued));
    let number: NumberResource = round_trip("incoming_phone_number");
    assert_eq!((number.has_voice(), number.is_taken_elsewhere()), (Some(true), false));
    round_trip::<CallerIdResource>("outgoing_caller_id");
    round_trip::<ValidationResource>("validation_request");
    let balance: BalanceResource = round_trip("balance");
    assert_eq!(balance.micros(), Some(12_340_000));
    let usage: UsageResource = round_trip("usage_record");
    assert_eq!(usage.price_micros(), Some(84_000));
    let event: EventResource = round_trip("call_event");
    assert_eq!(event.response.and_then(|response| response.response_code), Some(204));
    let notification: NotificationResource = round_trip("notification");
    assert_eq!((notification.code(), notification.message().as_deref()), (Some(15003), Some("Got HTTP 404 response")));
    let prices: NumberPrices = round_trip_prices();
    assert_eq!(prices.outbound_micros(), Some(14_000));
}

/// The shape writes a price that there is none of with its kind, which the others leave out.
fn round_trip_prices() -> NumberPrices {
    let mut body = shape("pricing_v2_number");
    let prices: NumberPrices = read_reply(&reply(&body)).unwrap();
    body["inbound_call_price"].as_object_mut().unwrap().remove("number_type");
    assert_eq!(serde_json::to_value(&prices).unwrap(), body);
    prices
}

#[test]
fn the_account_is_shown_without_its_token() {
    let mut body = shape("account");
    let account: AccountResource = read_reply(&reply(&body)).unwrap();
    body.as_object_mut().unwrap().remove("auth_token");
    assert_eq!(serde_json::to_value(&account).unwrap(), body);
    assert!(account.is_active() && !account.is_trial());
    assert!(!String::from_utf8(account.reply(200).body).unwrap().contains("redacted"));
}

/// What we make anew has the golden shape, but for the dates that only the caller knows.
#[test]
fn new_resources_have_the_golden_shape() {
    let check = |name: &str, ours: Value, changes: &[(&str, Value)]| {
        let mut body = shape(name);
        for key in ["date_created", "date_updated", "date_enqueued"] {
            if let Some(date) = body.get_mut(key) {
                *date = Value::Null;
            }
        }
        for (key, value) in changes {
            body[*key] = value.clone();
        }
        assert_eq!(ours, body, "{name}");
    };
    let value = |resource: &dyn erased::Shown| resource.shown();
    let conference = "CF00000000000000000000000000000001";
    check("conference", value(&ConferenceResource::waiting(ACCOUNT, conference, "pm-task-42")), &[("status", json!("init"))]);
    let participant = ParticipantResource { label: Some("human".into()), ..ParticipantResource::queued(ACCOUNT, conference, CALL) };
    check("participant_created_201", value(&participant), &[]);
    let settings = QueueSettings { friendly_name: Some("support_queue".into()), ..QueueSettings::default() };
    check("queue", value(&QueueResource::empty(ACCOUNT, "QU00000000000000000000000000000001", &settings)), &[]);
    check("stream_created", value(&StreamResource::started(ACCOUNT, CALL, "MZ00000000000000000000000000000001", Some("tap"))), &[]);
    let transcription = live_transcription::started(ACCOUNT, CALL, "GT00000000000000000000000000000001", Some("rt"));
    check("rt_transcription_created", value(&transcription), &[]);
    let message = CreateMessage::text("+15005550010", "+15005550006", "Task 42 done");
    check("message_created_201", value(&MessageResource::queued(ACCOUNT, "SM00000000000000000000000000000001", &message)), &[]);
    let mut number = NumberResource::plain(ACCOUNT, "PN00000000000000000000000000000001", "+15005550006");
    number.apply(&NumberSettings { voice_url: Some("https://pm.example.com/twilio/voice/inbound".into()), ..NumberSettings::default() });
    check("incoming_phone_number", value(&number), &[]);
    let caller_id = CallerIdResource::proved(ACCOUNT, "PN00000000000000000000000000000002", "+15005550010", Some("My mobile"));
    check("outgoing_caller_id", value(&caller_id), &[]);
}

/// A resource as JSON, whichever it is.
mod erased {
    use serde_json::Value;

    pub trait Shown {
        fn shown(&self) -> Value;
    }

    impl<T: serde::Serialize> Shown for T {
        fn shown(&self) -> Value {
            serde_json::to_value(self).unwrap()
        }
    }
}

#[test]
fn the_newer_products_pages_are_read_and_written() {
    let entry = json!({"sid": "NO00000000000000000000000000000001", "error_code": "11200", "log_level": "error"});
    let alert: AlertResource = serde_json::from_value(entry).unwrap();
    let paging = Paging { page_size: 20, page: 1, token: Some("PA1".into()) };
    let target = "/v1/Alerts?LogLevel=error&PageSize=20&Page=1&PageToken=PA1";
    let written = Page::meta_reply("alerts", "https://monitor.twilio.com", target, &paging, std::slice::from_ref(&alert), Some("PA2"));
    let body: Value = serde_json::from_slice(&written.body).unwrap();
    assert_eq!(
        body["meta"],
        json!({
            "page": 1, "page_size": 20, "key": "alerts",
            "first_page_url": "https://monitor.twilio.com/v1/Alerts?LogLevel=error&PageSize=20&Page=0",
            "previous_page_url": "https://monitor.twilio.com/v1/Alerts?LogLevel=error&PageSize=20&Page=0",
            "url": "https://monitor.twilio.com/v1/Alerts?LogLevel=error&PageSize=20&Page=1&PageToken=PA1",
            "next_page_url": "https://monitor.twilio.com/v1/Alerts?LogLevel=error&PageSize=20&Page=2&PageToken=PA2",
        })
    );
    let page: Page<AlertResource> = Page::read(&written).unwrap();
    assert_eq!(page.items, [alert]);
    assert_eq!(next_page(&page).unwrap().target, "/v1/Alerts?LogLevel=error&PageSize=20&Page=2&PageToken=PA2");
    let last: Page<AlertResource> =
        Page::read(&Page::<AlertResource>::meta_reply("alerts", "https://e", "/v1/Alerts", &Paging::default(), &[], None)).unwrap();
    assert_eq!(next_page(&last), None);
}

#[test]
fn who_answered_is_read_from_a_call() {
    let call: CallResource = read_reply(&reply(&shape("call_completed_priced"))).unwrap();
    assert_eq!(call.answered_by(), Some(AnsweredBy::Human));
    let ringing: CallResource = read_reply(&reply(&shape("call_ringing"))).unwrap();
    assert_eq!(ringing.answered_by(), None);
}

#[test]
fn a_conferences_recording_is_shown_in_its_place() {
    let recording = RecordingResource {
        sid: Some("RE1".into()),
        account_sid: Some("AC1".into()),
        conference_sid: Some("CF1".into()),
        track: Some("both".into()),
        price: Some("-0.0025".into()),
        ..RecordingResource::default()
    };
    let shown = recording.shown_at(RecordingLevel::Conference, "https://api.twilio.com");
    assert_eq!(shown.uri.as_deref(), Some("/2010-04-01/Accounts/AC1/Conferences/CF1/Recordings/RE1.json"));
    assert_eq!((shown.track, shown.media_url, recording.price_micros()), (None, None, Some(2_500)));
}

#[test]
fn fields_of_the_wrong_type_are_missing() {
    let body = br#"{"sid":7,"muted":"true","hold":1,"label":{"x":1},"status":null}"#.to_vec();
    let read: ParticipantResource = read_reply(&HttpReply { status: 200, headers: Vec::new(), body }).unwrap();
    assert_eq!((read.muted, read.hold, read.label, read.status), (Some(true), None, None, None));
}
