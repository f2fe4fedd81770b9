//! Messages, numbers, caller IDs, applications, keys, balance, usage, prices, permissions.

use sandbox::SandboxConfig;

use crate::app::{App, config};

const TO: &str = "%2B12125550123";
const FROM: &str = "%2B12125550100";

fn code(reply: &(u16, serde_json::Value)) -> (u16, Option<u64>) {
    (reply.0, reply.1["code"].as_u64())
}

#[tokio::test]
async fn a_message_is_queued_sent_and_delivered_and_its_news_are_signed() {
    let mut app = App::start().await;
    app.serve("/news", "");
    let form = format!("To={TO}&From={FROM}&Body=See+you+at+six&StatusCallback={}/news", app.origin);
    let (status, made) = app.ask("POST", "/Messages.json", &form).await;
    assert_eq!(
        (status, made["status"].as_str(), made["num_segments"].as_str(), made["num_media"].as_str()),
        (201, Some("queued"), Some("1"), Some("0"))
    );
    assert!(made["error_code"].is_null() && made["date_sent"].is_null() && made["price"].is_null());
    let mut seen = Vec::new();
    for _ in 0..3 {
        let news = app.until_hook("/news").await;
        assert_eq!(news["MessageSid"], made["sid"].as_str().unwrap());
        seen.push(news["MessageStatus"].clone());
    }
    assert_eq!(seen, ["queued", "sent", "delivered"]);
    let path = format!("/Messages/{}.json", made["sid"].as_str().unwrap());
    let (_, shown) = app.ask("GET", &path, "").await;
    assert_eq!((shown["status"].as_str(), shown["body"].as_str()), (Some("delivered"), Some("See you at six")));
    assert!(shown["date_sent"].is_string());
    let (_, list) = app.ask("GET", &format!("/Messages.json?To={TO}"), "").await;
    assert_eq!(list["messages"][0]["sid"], made["sid"]);
    let (_, redacted) = app.ask("POST", &path, "Body=").await;
    assert_eq!(redacted["body"], "");
    assert_eq!(app.ask("DELETE", &path, "").await.0, 204);
    assert_eq!(code(&app.ask("GET", &path, "").await), (404, Some(20_404)));
}

#[tokio::test]
async fn a_message_to_nobody_does_not_arrive() {
    let mut app = App::start().await;
    app.serve("/news", "");
    let form = format!("To=%2B12125550199&From={FROM}&Body=x&StatusCallback={}/news", app.origin);
    app.ask("POST", "/Messages.json", &form).await;
    let news = loop {
        let news = app.until_hook("/news").await;
        if news.contains_key("ErrorCode") {
            break news;
        }
    };
    assert_eq!((news["MessageStatus"].as_str(), news["ErrorCode"].as_str()), ("undelivered", "30005"));
}

#[tokio::test]
async fn bad_messages_are_refused_with_the_carriers_codes() {
    let app = App::start().await;
    for (form, expected) in [
        (format!("From={FROM}&Body=x"), 21_604),
        (format!("To={TO}&Body=x"), 21_603),
        (format!("To={TO}&From={FROM}"), 21_602),
        (format!("To={TO}&From=%2B12125550101&Body=x"), 21_606),
        (format!("To={TO}&From={FROM}&Body={}", "x".repeat(1_601)), 21_617),
    ] {
        assert_eq!(code(&app.ask("POST", "/Messages.json", &form).await), (400, Some(expected)));
    }
}

#[tokio::test]
async fn the_account_has_two_numbers_that_can_be_set_up_and_called_from() {
    let mut app = App::start().await;
    let (status, list) = app.ask("GET", "/IncomingPhoneNumbers.json", "").await;
    let numbers = list["incoming_phone_numbers"].as_array().unwrap();
    assert_eq!((status, numbers.len(), numbers[0]["phone_number"].as_str()), (200, 2, Some("+12125550100")));
    assert_eq!((numbers[0]["voice_url"].as_str(), numbers[0]["trunk_sid"].is_null()), (Some(""), true));
    let path = format!("/IncomingPhoneNumbers/{}.json", numbers[1]["sid"].as_str().unwrap());
    let (_, changed) = app.ask("POST", &path, "VoiceUrl=https%3A%2F%2Fe.example%2Fvoice&VoiceMethod=GET&FriendlyName=Desk").await;
    assert_eq!((changed["voice_url"].as_str(), changed["voice_method"].as_str()), (Some("https://e.example/voice"), Some("GET")));
    let (_, found) = app.ask("GET", "/IncomingPhoneNumbers.json?FriendlyName=Desk", "").await;
    assert_eq!(found["incoming_phone_numbers"][0]["sid"], changed["sid"]);
    let mut create = app.create("+12125550110");
    create.from = changed["phone_number"].as_str().unwrap().to_owned();
    let sid = app.place(&create).await;
    assert_eq!(app.until_over().await["CallStatus"], "busy");
    assert_eq!(app.fetch(&sid).await.phone_number_sid.as_deref(), changed["sid"].as_str());
    assert_eq!(code(&app.ask("POST", &path, "VoiceApplicationSid=AP00000000000000000000000000000001").await), (400, Some(21_218)));
    assert_eq!(code(&app.ask("GET", "/IncomingPhoneNumbers/PN1.json", "").await), (404, Some(20_404)));
}

#[tokio::test]
async fn numbers_are_offered_bought_and_given_back() {
    let app = App::start().await;
    let (_, countries) = app.ask("GET", "/AvailablePhoneNumbers.json", "").await;
    assert_eq!(countries["countries"][0]["country_code"], "US");
    let (_, offered) = app.ask("GET", "/AvailablePhoneNumbers/US/Local.json?AreaCode=510&PageSize=3", "").await;
    let offered = offered["available_phone_numbers"].as_array().unwrap();
    assert_eq!((offered.len(), offered[0]["capabilities"]["SMS"].as_bool()), (3, Some(true)));
    let number = offered[0]["phone_number"].as_str().unwrap().replace('+', "%2B");
    let (status, bought) = app.ask("POST", "/IncomingPhoneNumbers.json", &format!("PhoneNumber={number}&FriendlyName=New")).await;
    assert_eq!((status, bought["friendly_name"].as_str()), (201, Some("New")));
    assert_eq!(code(&app.ask("POST", "/IncomingPhoneNumbers.json", &format!("PhoneNumber={number}")).await), (400, Some(21_422)));
    assert_eq!(code(&app.ask("POST", "/IncomingPhoneNumbers.json", "PhoneNumber=%2B1").await), (400, Some(21_421)));
    assert_eq!(code(&app.ask("POST", "/IncomingPhoneNumbers.json", "AreaCode=911").await), (400, Some(21_452)));
    assert_eq!(app.ask("POST", "/IncomingPhoneNumbers.json", "AreaCode=510").await.0, 201);
    let path = format!("/IncomingPhoneNumbers/{}.json", bought["sid"].as_str().unwrap());
    assert_eq!(app.ask("DELETE", &path, "").await.0, 204);
    assert_eq!(code(&app.ask("GET", &path, "").await), (404, Some(20_404)));
    assert_eq!(code(&app.ask("GET", "/AvailablePhoneNumbers/FR/Local.json", "").await), (404, Some(20_404)));
}

#[tokio::test]
async fn a_number_that_its_owner_proves_can_be_called_from() {
    let mut app = App::start().await;
    app.serve("/proved", "");
    let form = format!("PhoneNumber={TO}&FriendlyName=Shop&StatusCallback={}/proved", app.origin);
    let (status, asked) = app.ask("POST", "/OutgoingCallerIds.json", &form).await;
    assert_eq!((status, asked["validation_code"].as_str().map(str::len), asked["phone_number"].as_str()), (200, Some(6), Some("+12125550123")));
    let news = app.until_hook("/proved").await;
    assert_eq!((news["VerificationStatus"].as_str(), news["CallSid"].as_str()), ("success", asked["call_sid"].as_str().unwrap()));
    let (_, list) = app.ask("GET", "/OutgoingCallerIds.json", "").await;
    assert_eq!(list["outgoing_caller_ids"][0]["sid"], news["OutgoingCallerIdSid"].as_str());
    let mut create = app.create("+12125550110");
    create.from = "+12125550123".into();
    app.place(&create).await;
    let path = format!("/OutgoingCallerIds/{}.json", news["OutgoingCallerIdSid"]);
    assert_eq!(app.ask("POST", &path, "FriendlyName=Corner").await.1["friendly_name"], "Corner");
    assert_eq!(app.ask("DELETE", &path, "").await.0, 204);
    // Who is busy keys in nothing.
    app.ask("POST", "/OutgoingCallerIds.json", &form.replace("0123", "0110")).await;
    assert_eq!(app.until_hook("/proved").await["VerificationStatus"], "failed");
    assert_eq!(code(&app.ask("POST", "/OutgoingCallerIds.json", "PhoneNumber=pizza").await), (400, Some(21_401)));
}

#[tokio::test]
async fn a_call_does_what_its_application_says() {
    let mut app = App::start().await;
    app.serve("/app", "<Response><Hangup/></Response>");
    let form = format!("FriendlyName=Desk&VoiceUrl={0}/app&VoiceMethod=GET&StatusCallback={0}/status", app.origin);
    let (status, made) = app.ask("POST", "/Applications.json", &form).await;
    let sid = made["sid"].as_str().unwrap();
    assert_eq!((status, &sid[..2]), (201, "AP"));
    let (_, placed) = app.ask("POST", "/Calls.json", &format!("To={TO}&From={FROM}&ApplicationSid={sid}")).await;
    app.until_hook("/app").await;
    assert_eq!(app.until_over().await["CallSid"], placed["sid"].as_str().unwrap());
    let path = format!("/Applications/{sid}.json");
    let (_, changed) = app.ask("POST", &path, "FriendlyName=Other").await;
    assert_eq!((changed["friendly_name"].as_str(), changed["voice_method"].as_str()), (Some("Other"), Some("GET")));
    assert_eq!(app.ask("GET", "/Applications.json?FriendlyName=Other", "").await.1["applications"][0]["sid"], sid);
    assert_eq!(app.ask("DELETE", &path, "").await.0, 204);
    let form = format!("To={TO}&From={FROM}&ApplicationSid={sid}");
    assert_eq!(code(&app.ask("POST", "/Calls.json", &form).await), (400, Some(21_218)));
}

#[tokio::test]
async fn a_key_signs_in_but_does_not_see_the_account_or_other_keys() {
    let app = App::start().await;
    let (status, key) = app.ask("POST", "/Keys.json", "FriendlyName=one+program").await;
    let (sid, secret) = (key["sid"].as_str().unwrap(), key["secret"].as_str().unwrap());
    assert_eq!((status, &sid[..2], key["friendly_name"].as_str()), (201, "SK", Some("one program")));
    let as_key = (sid, secret);
    assert_eq!(app.ask_as(as_key, "GET", "/IncomingPhoneNumbers.json?PageSize=1", "").await.0, 200);
    assert_eq!(code(&app.ask_as(as_key, "GET", ".json", "").await), (401, Some(20_003)));
    assert_eq!(code(&app.ask_as(as_key, "POST", "/Keys.json", "").await), (401, Some(20_003)));
    assert_eq!(code(&app.ask_as((sid, "wrong"), "GET", "/Calls.json", "").await), (401, Some(20_003)));
    let (_, shown) = app.ask("GET", &format!("/Keys/{sid}.json"), "").await;
    assert!(shown["secret"].is_null() && shown["sid"] == sid);
    assert_eq!(app.ask("GET", "/Keys.json", "").await.1["keys"].as_array().unwrap().len(), 1);
    assert_eq!(app.ask("DELETE", &format!("/Keys/{sid}.json"), "").await.0, 204);
    assert_eq!(code(&app.ask_as(as_key, "GET", "/Calls.json", "").await), (401, Some(20_003)));
}

#[tokio::test]
async fn the_account_and_what_is_left_on_it_are_shown() {
    let app = App::start().await;
    let (_, account) = app.ask("GET", ".json", "").await;
    assert_eq!(
        (account["status"].as_str(), account["type"].as_str(), account["sid"].as_str()),
        (Some("active"), Some("Full"), Some(&*app.account()))
    );
    let (_, balance) = app.ask("GET", "/Balance.json", "").await;
    assert_eq!((balance["currency"].as_str(), balance["balance"].as_str()), (Some("USD"), Some("100.00")));
    for path in ["/Balance.json", "/Calls.json", "/Messages.json", "/Keys.json", "/IncomingPhoneNumbers.json"] {
        assert_eq!(code(&app.ask("PUT", path, "").await), (405, Some(20_004)), "{path}");
    }
    assert_eq!(code(&app.ask("DELETE", "/Balance.json", "").await), (405, Some(20_004)));
    assert_eq!(code(&app.ask("GET", "/Nothing.json", "").await), (404, Some(20_404)));
    assert_eq!(code(&app.ask("GET", "/2010-04-01/Accounts/AC00000000000000000000000000000009/Calls.json", "").await), (401, Some(20_003)));
}

#[tokio::test]
async fn usage_counts_what_was_used() {
    let mut app = App::start().await;
    app.call("+12125550110").await;
    app.until_over().await;
    let (_, usage) = app.ask("GET", "/Usage/Records.json", "").await;
    let record = |name: &str| usage["usage_records"].as_array().unwrap().iter().find(|record| record["category"] == name).unwrap().clone();
    assert_eq!((record("calls-outbound")["count"].as_str(), record("calls-outbound")["usage"].as_str()), (Some("1"), Some("0")));
    assert_eq!((record("phonenumbers")["count"].as_str(), record("totalprice")["price"].as_str()), (Some("2"), Some("0")));
    assert_eq!(record("calls")["price_unit"], "usd");
    let (_, today) = app.ask("GET", "/Usage/Records/Today.json?Category=calls", "").await;
    assert_eq!((today["usage_records"].as_array().unwrap().len(), today["usage_records"][0]["count"].as_str()), (1, Some("1")));
    let (_, before) = app.ask("GET", "/Usage/Records/Yesterday.json?Category=calls", "").await;
    assert_eq!(before["usage_records"][0]["count"], "0");
    assert_eq!(code(&app.ask("GET", "/Usage/Records.json?StartDate=soon", "").await), (400, Some(20_001)));
}

#[tokio::test]
async fn prices_and_permissions_are_at_the_same_origin() {
    let app = App::start().await;
    let (_, number) = app.ask("GET", "/v2/Voice/Numbers/+12125550123?OriginationNumber=%2B12125550100", "").await;
    assert_eq!((number["outbound_call_prices"][0]["current_price"].as_str(), number["iso_country"].as_str()), (Some("0.014"), Some("US")));
    let (_, alaska) = app.ask("GET", "/v2/Voice/Numbers/+19072345678", "").await;
    assert_eq!(alaska["outbound_call_prices"][0]["base_price"], "0.090");
    let (_, countries) = app.ask("GET", "/v2/Voice/Countries", "").await;
    assert_eq!((countries["meta"]["key"].as_str(), countries["countries"][0]["iso_country"].as_str()), (Some("countries"), Some("US")));
    let (_, country) = app.ask("GET", "/v2/Voice/Countries/US", "").await;
    assert_eq!(country["inbound_call_prices"][1]["number_type"], "toll free");
    let (_, rental) = app.ask("GET", "/v1/PhoneNumbers/Countries/US", "").await;
    assert_eq!(rental["phone_number_prices"][0]["current_price"], "1.15");
    let (_, permission) = app.ask("GET", "/v1/DialingPermissions/Countries/CA", "").await;
    assert_eq!((permission["low_risk_numbers_enabled"].as_bool(), permission["iso_code"].as_str()), (Some(true), Some("CA")));
    for path in ["/v2/Voice/Numbers/+442079460000", "/v2/Voice/Countries/GB", "/v1/DialingPermissions/Countries/GB"] {
        assert_eq!(code(&app.ask("GET", path, "").await), (404, Some(20_404)), "{path}");
    }
    // What cannot be called cannot be called.
    let form = format!("To=%2B442079460000&From={FROM}&Twiml=%3CResponse%2F%3E");
    assert_eq!(code(&app.ask("POST", "/Calls.json", &form).await), (400, Some(21_215)));
}

#[tokio::test]
async fn there_are_no_transcriptions_until_somebody_makes_one() {
    let app = App::start().await;
    assert_eq!(app.ask("GET", "/Transcriptions.json", "").await.1["transcriptions"].as_array().unwrap().len(), 0);
    assert_eq!(code(&app.ask("GET", "/Transcriptions/TR1.json", "").await), (404, Some(20_404)));
}

#[tokio::test]
async fn pages_of_numbers_follow_each_other() {
    let app = App::with(SandboxConfig { ..config() }).await;
    let (_, first) = app.ask("GET", "/IncomingPhoneNumbers.json?PageSize=1", "").await;
    let next = first["next_page_uri"].as_str().unwrap();
    let (_, second) = app.ask("GET", next, "").await;
    assert_eq!(second["incoming_phone_numbers"][0]["phone_number"], "+12125550102");
    assert!(second["next_page_uri"].is_null());
}
