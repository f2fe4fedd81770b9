//! Replies as documented and as seen: read, written again, the same.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::http::{HttpReply, split_target};
use wire::plivo::error_codes::{Remedy, refusal};
use wire::plivo::rest::*;
use wire::plivo::status::CallStatus;

use super::{golden, text};

const SHAPES: &str = include_str!("../../fixtures/plivo/rest_shapes.json");

fn shape(name: &str) -> Value {
    golden(SHAPES)["ok"].as_array().unwrap().iter().find(|shape| shape["name"] == name).unwrap_or_else(|| panic!("{name}")).clone()
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    read_reply(&HttpReply::json(200, &shape(name)["response"])).unwrap_or_else(|| panic!("{name}"))
}

fn same<T: DeserializeOwned + Serialize + std::fmt::Debug>(shape: &Value, others: impl Fn(&T) -> bool) {
    let resource: T = read_reply(&HttpReply::json(200, &shape["response"])).unwrap_or_else(|| panic!("{}", shape["name"]));
    assert!(others(&resource), "{} has fields that we do not know: {resource:?}", shape["name"]);
    assert_eq!(serde_json::to_value(&resource).unwrap(), shape["response"], "{}", shape["name"]);
}

fn same_page<T: DeserializeOwned + Serialize>(shape: &Value, count_key: CountKey) {
    let page: Page<T> = Page::read(&HttpReply::json(200, &shape["response"])).unwrap();
    let meta = &shape["response"]["meta"];
    let number = |key: &str| u32::try_from(meta[key].as_u64().unwrap()).unwrap();
    let paging = Paging { limit: number("limit"), offset: number("offset"), cursor: None };
    let total = u32::try_from(page.total.unwrap()).unwrap();
    assert_eq!(next_page(&page).map(|next| next.request().target.clone()).as_deref(), meta["next"].as_str(), "{}", shape["name"]);
    let written = Page::reply(text(&shape["response"], "api_id"), text(shape, "path"), &paging, &page.items, total, count_key);
    assert_eq!(serde_json::from_slice::<Value>(&written.body).unwrap(), shape["response"], "{}", shape["name"]);
}

/// Every request of the shapes is understood, and every reply is written as it was read, without a field unknown to us.
#[test]
fn every_shape_is_written_as_it_was_read() {
    macro_rules! resource {
        ($ty:ty, $shape:expr) => {
            same::<$ty>($shape, |resource| resource.others.is_empty())
        };
    }
    let golden = golden(SHAPES);
    let shapes = golden["ok"].as_array().unwrap();
    assert_eq!(shapes.len(), 66);
    for shape in shapes {
        let name = text(shape, "name");
        let body = if shape["request"].is_null() { Vec::new() } else { shape["request"].to_string().into_bytes() };
        // Two shapes leave out a request that the first of its kind shows.
        if name != "call_create_queued" {
            let read = RestRequest::parse(text(shape, "method"), text(shape, "path"), &body);
            assert!(read.is_ok(), "{name}: {:?}", read.map_err(|error| error.text()));
            let (path, _) = split_target(text(shape, "path"));
            let read = read.unwrap();
            assert_eq!(split_target(&read.write().request().target).0, path, "{name}");
            // Async answers have a status of our own choice.
            if name != "call_create_async" {
                assert_eq!(shape["status"], read.asks.success_status(), "{name}");
            }
        }
        match name {
            _ if shape["response"].is_null() => assert_eq!(shape["status"], 204, "{name}"),
            "call_create" | "call_create_queued" | "call_create_bulk" | "call_create_async" => resource!(CallFired, shape),
            "call_get" | "call_get_unanswered" => resource!(CallRecord, shape),
            "call_list" => same_page::<CallRecord>(shape, CountKey::TotalCount),
            "live_list" | "queued_list" => resource!(CallIds, shape),
            "live_get" | "queued_get" => resource!(LiveCall, shape),
            "record_start" | "conference_record" | "mpc_record" => resource!(RecordingStarted, shape),
            "stream_start" => resource!(StreamStarted, shape),
            "stream_get" => resource!(StreamResource, shape),
            "stream_list" => same_page::<StreamResource>(shape, CountKey::Count),
            "recording_get" => resource!(RecordingResource, shape),
            "recording_list" => same_page::<RecordingResource>(shape, CountKey::TotalCount),
            "transcription_get" => resource!(TranscriptionResource, shape),
            "conference_list" => resource!(ConferenceNames, shape),
            "conference_get" => resource!(ConferenceResource, shape),
            _ if name.starts_with("conference_member_") => resource!(MemberDone, shape),
            "mpc_list" => same_page::<MultipartyResource>(shape, CountKey::Count),
            "mpc_get" => resource!(MultipartyResource, shape),
            "mpc_add_participant" => resource!(ParticipantsAdded, shape),
            "mpc_participant_get" => resource!(ParticipantResource, shape),
            "mpc_participant_update" => resource!(ParticipantsChanged, shape),
            "mpc_member_play" => resource!(MembersPlaying, shape),
            "message_create" => resource!(MessageQueued, shape),
            "message_get" => resource!(MessageResource, shape),
            "number_list" => same_page::<NumberResource>(shape, CountKey::TotalCount),
            "number_get" => resource!(NumberResource, shape),
            "application_create" => resource!(ApplicationCreated, shape),
            "application_get" => resource!(ApplicationResource, shape),
            "account_get" => resource!(AccountResource, shape),
            "pricing_get" => resource!(PricingResource, shape),
            _ => resource!(Done, shape),
        }
    }
}

#[test]
fn a_create_promises_one_call_or_several() {
    let fired: CallFired = read("call_create");
    assert_eq!((fired.waits(), fired.request_uuid.as_ref().and_then(OneOrMany::only)), (false, Some("6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42")));
    assert!(read::<CallFired>("call_create_queued").waits());
    let bulk: CallFired = read("call_create_bulk");
    assert_eq!(bulk.request_uuid.map(|requests| requests.all().len()), Some(2));
    assert_eq!(read::<CallFired>("call_create_async").request_uuid, None);

    let api_id = "11111111-2222-4333-8444-555555555555";
    let one = || OneOrMany::one("6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42");
    assert_eq!(CallFired::new(api_id, one(), false), read("call_create"));
    assert_eq!(CallFired::new(api_id, one(), true), read("call_create_queued"));
    let two = ["6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42", "c1f0a9d2-77e4-4f3c-8a6b-5d2e9f014b73"].map(str::to_owned);
    assert_eq!(CallFired::new(api_id, OneOrMany::many(two), false), read("call_create_bulk"));
    assert_eq!(StreamStarted::new(api_id, "0b7a5c1d-9e3f-4d62-8a41-6c2f1e7d9b58"), read("stream_start"));
    assert_eq!(MemberDone::new(api_id, "kicked", "17"), read("conference_member_kick"));
    assert_eq!(Done::new(api_id, "call transfered"), read("transfer"));
}

#[test]
fn a_record_tells_time_and_money() {
    let record: CallRecord = read("call_get");
    assert_eq!((record.answered_for(), record.billed_for()), (Some(Duration::from_secs(66)), Some(Duration::from_secs(120))));
    assert_eq!(record.cost_micros(), Some(23_000));
    assert_eq!(record.started_at(), wire::date::parse("2026-09-16T08:33:35Z"));
    assert_eq!(read::<CallRecord>("call_get_unanswered").answer_time, None);
    assert_eq!(read::<LiveCall>("live_get").status(), Some(CallStatus::InProgress));
    assert_eq!(read::<RecordingStarted>("mpc_record").media_url(), read::<RecordingStarted>("record_start").media_url());
    assert_eq!(read::<RecordingResource>("recording_get").recording_duration_ms.unwrap().whole(), Some(62_040));
    assert_eq!(read::<StreamResource>("stream_get").billed_amount.unwrap().micros(), Some(3_000));
}

#[test]
fn the_account_and_its_prices_are_read() {
    let account: AccountResource = read("account_get");
    assert_eq!((account.is_trial(), account.cash_micros()), (false, Some(4_888_600)));
    let ours = AccountResource::standard(&AuthId::parse("MAXXXXXXXXXXXXXXXXXX").unwrap(), 4_888_600);
    let keys = |account: &AccountResource| serde_json::to_value(account).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&AccountResource { api_id: account.api_id.clone(), ..ours.clone() }), keys(&account));
    assert_eq!(ours.cash_credits, account.cash_credits);

    let prices: PricingResource = read("pricing_get");
    assert_eq!(prices.outbound_micros("+14155550199", "+14155550100"), Some(12_000));
    assert_eq!(prices.outbound_micros("19075550199", "14155550100"), Some(179_000));
    assert_eq!((prices.inbound_micros("local"), prices.inbound_micros("tollfree")), (Some(8_500), Some(21_000)));
    assert_eq!((prices.number_micros("local"), prices.message_micros(), prices.outbound_ip_micros()), (Some(800_000), Some(6_500), Some(3_000)));
    let application: ApplicationResource = read("application_get");
    assert!(application.answers_at("https://pm.example.com/a") && !application.answers_at("https://elsewhere.example/a"));
}

#[test]
fn errors_are_written_as_they_were_read_and_say_what_helps() {
    let golden = golden(SHAPES);
    let errors = golden["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 10);
    for shape in errors {
        let name = text(shape, "name");
        let status = u16::try_from(shape["status"].as_u64().unwrap()).unwrap();
        let error = RestError::read(&HttpReply::json(status, &shape["response"]));
        assert_eq!(serde_json::from_slice::<Value>(&error.reply().body).unwrap(), shape["response"], "{name}");
        assert_eq!(error.reply().status, status, "{name}");
        let remedy = match name {
            "bad_auth" | "compliance" | "voice_disabled" | "no_credit" => Remedy::FixAccount,
            "not_found" | "hangup_gone" => Remedy::Nothing,
            "india_concurrency" | "rate_limited" | "server" => Remedy::Wait,
            _ => Remedy::Report,
        };
        assert_eq!(refusal(&error).remedy, remedy, "{name}");
        assert!(!refusal(&error).sentence().is_empty(), "{name}");
    }
    let api_id = "11111111-2222-4333-8444-555555555555";
    let ours = |error: RestError| serde_json::from_slice::<Value>(&error.for_request(api_id).reply().body).unwrap();
    let theirs = |name: &str| errors.iter().find(|shape| shape["name"] == name).unwrap()["response"].clone();
    assert_eq!(ours(RestError::missing("answer_url")), theirs("missing_answer_url"));
    assert_eq!(ours(RestError::unauthorized()), theirs("bad_auth"));
    assert_eq!(ours(RestError::not_found()), theirs("not_found"));
    assert_eq!(ours(RestError::too_many_requests()), theirs("rate_limited"));
}

#[test]
fn fields_of_the_wrong_type_or_none_are_no_error_and_new_ones_are_kept() {
    let body = br#"{"call_uuid":5,"bill_duration":"66","total_amount":0.5,"to_number":{"x":1},"mood":"good"}"#;
    let record: CallRecord = read_reply(&HttpReply { status: 200, headers: Vec::new(), body: body.to_vec() }).unwrap();
    assert_eq!(
        (record.call_uuid.as_deref(), record.bill_duration, record.cost_micros(), &record.to_number),
        (Some("5"), Some(66), Some(500_000), &None)
    );
    assert_eq!(record.others.get("mood"), Some(&Value::from("good")));
    let nothing: CallRecord = read_reply(&HttpReply { status: 200, headers: Vec::new(), body: b"{}".to_vec() }).unwrap();
    assert_eq!(nothing, CallRecord::default());
}
