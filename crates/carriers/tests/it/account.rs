//! The account at Twilio: what is read from its replies, what is "not known", and that test credentials ring nobody.

use std::time::Duration;

use carriers::twilio::{ApiKey, Twilio, TwilioConfig};
use ports::carrier::{CallbackError, Callbacks, CarrierError, Line, WebhookRequest};
use ports::carrier_account::{Balance, CarrierAccount, Price, TestError, Trial};
use serde_json::{Value, json};
use telephony::cost::Micros;
use telephony::{PhoneNumber, Private};
use wire::date;
use wire::http::{Form, basic_credentials};
use wire::twilio::rest::{NumberRequest, RestRequest, test_credentials};
use wire::twilio::signature::{Algorithm, SigningKey};

use crate::peer::{Act, Peer, Received};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "SK00000000000000000000000000000001";

fn config(origin: &str) -> TwilioConfig {
    let config = TwilioConfig::new(ACCOUNT, Private::new(TOKEN.into()));
    TwilioConfig { base_url: origin.into(), line: Line::Practice, total_timeout: Duration::from_secs(20), ..config }
}

fn account(origin: &str) -> Twilio {
    Twilio::new(config(origin)).unwrap()
}

fn with_key(origin: &str) -> Twilio {
    let api_key = Some(ApiKey { sid: KEY.into(), secret: Private::new("key-secret".into()) });
    Twilio::new(TwilioConfig { api_key, ..config(origin) }).unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn user(received: &Received) -> String {
    let header = received.headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.as_str());
    basic_credentials(header.unwrap()).unwrap().0
}

fn missing() -> Act {
    Act::reply(404, json!({"code": 20404, "message": "not found", "status": 404}).to_string())
}

#[tokio::test]
async fn the_identity_tells_trial_state_and_clock() {
    let body = json!({"status": "active", "type": "Trial"}).to_string();
    let date_header = Some(("Date", "Tue, 20 Oct 2026 14:03:09 GMT"));
    let peer = Peer::start([Act::Reply { status: 200, header: date_header, body }]).await;
    let identity = account(&peer.origin).identity().await.unwrap();
    assert_eq!(identity.is_active, Some(true));
    let Some(Trial::Yes { longest_call, limits }) = identity.trial else { panic!() };
    assert_eq!(longest_call, Duration::from_secs(600));
    assert!(limits.contains("five verified numbers"), "{limits}");
    assert_eq!(identity.provider_time, date::parse("2026-10-20T14:03:09Z"));

    let peer = Peer::start([Act::reply(200, r#"{"status":"suspended","type":"Full"}"#)]).await;
    let identity = account(&peer.origin).identity().await.unwrap();
    assert_eq!((identity.is_active, identity.trial, identity.provider_time), (Some(false), Some(Trial::No), None));

    let peer = Peer::start([Act::reply(200, "{}")]).await;
    let identity = account(&peer.origin).identity().await.unwrap();
    assert_eq!((identity.is_active, identity.trial), (None, None), "what is not said is not known");
}

/// A key may not see the account, so that is asked with the token, and all else with the key.
#[tokio::test]
async fn a_key_signs_in_for_everything_but_the_account_itself() {
    let peer = Peer::start([Act::reply(200, r#"{"status":"active"}"#), Act::reply(200, r#"{"incoming_phone_numbers":[]}"#)]).await;
    let twilio = with_key(&peer.origin);
    twilio.identity().await.unwrap();
    assert_eq!(twilio.check_key().await, Ok(Some(())));
    let received = peer.received();
    assert_eq!((user(&received[0]), user(&received[1])), (ACCOUNT.to_owned(), KEY.to_owned()));
    assert!(received[1].target.contains("IncomingPhoneNumbers.json?PageSize=1"));
    assert_eq!(account(&peer.origin).check_key().await, Ok(None));
}

#[tokio::test]
async fn an_owned_number_is_found_among_those_that_only_look_like_it() {
    let owned = |sid: &str, number: &str, change: Value| {
        let mut owned =
            json!({"sid": sid, "phone_number": number, "capabilities": {"voice": true, "sms": true}, "voice_url": "", "status_callback": ""});
        owned.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        owned
    };
    let list = [
        owned("PN1", "+121255501234", json!({})),
        owned("PN2", "+12125550123", json!({"capabilities": {"voice": false}, "voice_url": "https://old.example/voice", "trunk_sid": "TK1"})),
    ];
    let peer = Peer::start([Act::reply(200, json!({"incoming_phone_numbers": list}).to_string())]).await;
    let found = account(&peer.origin).number(&number("+12125550123")).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.has_voice, found.taken_by), ("PN2", Some(false), Some("trunk")));
    assert_eq!((found.voice_url.as_str(), found.status_url.as_str()), ("https://old.example/voice", ""));
    assert!(!format!("{found:?}").contains("5550123"));
    assert_eq!(account(&peer.origin).number(&number("+12125550199")).await, Ok(None));
}

#[tokio::test]
async fn webhooks_are_set_at_the_number() {
    let peer = Peer::start([
        Act::reply(200, json!({"incoming_phone_numbers": [{"sid": "PN2", "phone_number": "+12125550123"}]}).to_string()),
        Act::reply(200, "{}"),
    ])
    .await;
    let twilio = account(&peer.origin);
    let owned = twilio.number(&number("+12125550123")).await.unwrap().unwrap();
    twilio.set_webhooks(&owned, "https://pm.example.com/voice", "https://pm.example.com/fallback", "https://pm.example.com/status").await.unwrap();
    let received = &peer.received()[1];
    let request = RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap();
    let RestRequest::Number { request: NumberRequest::Update { number, settings }, .. } = request else { panic!() };
    assert_eq!(number, "PN2");
    assert_eq!(settings.voice_url.as_deref(), Some("https://pm.example.com/voice"));
    assert_eq!(settings.status_callback.as_deref(), Some("https://pm.example.com/status"));
}

#[tokio::test]
async fn money_permissions_and_callers_are_read_and_what_is_missing_is_not_known() {
    let us = number("+12125550123");
    let reply = async |body: Value| Peer::start([Act::reply(200, body.to_string())]).await;
    let peer = reply(json!({"balance": "-0.50", "currency": "USD"})).await;
    assert_eq!(account(&peer.origin).balance().await, Ok(Some(Balance { micros: -500_000, currency: "USD".into() })));

    let peer = reply(json!({"iso_code": "GB", "low_risk_numbers_enabled": false, "high_risk_special_numbers_enabled": null})).await;
    let permission = account(&peer.origin).dialing("GB").await.unwrap().unwrap();
    assert_eq!((permission.ordinary, permission.special), (Some(false), None));
    assert_eq!(peer.received()[0].target, "/v1/DialingPermissions/Countries/GB");

    let peer = reply(json!({"price_unit": "USD", "outbound_call_prices": [{"current_price": "0.0140"}, {"current_price": "0.0900"}]})).await;
    let price = account(&peer.origin).price(&us, &us).await;
    assert_eq!(price, Ok(Some(Price { amount: Micros(90_000), currency: "USD".into() })));

    let peer = reply(json!({"usage_records": [{"category": "totalprice", "price": "3.25", "price_unit": "usd"}]})).await;
    let spent = account(&peer.origin).spent_this_month().await;
    assert_eq!(spent, Ok(Some(Price { amount: Micros(3_250_000), currency: "USD".into() })));

    let peer = reply(json!({"outgoing_caller_ids": [{"sid": "PN9", "phone_number": "+12125550123"}]})).await;
    assert_eq!(account(&peer.origin).is_proved(&us).await, Ok(Some(true)));
    assert_eq!(account(&peer.origin).is_proved(&number("+12125550199")).await, Ok(Some(false)));

    let peer = Peer::start([missing()]).await;
    let twilio = account(&peer.origin);
    assert_eq!((twilio.balance().await, twilio.dialing("XX").await, twilio.price(&us, &us).await), (Ok(None), Ok(None), Ok(None)));
    assert_eq!(twilio.spent_this_month().await, Ok(None));
}

#[tokio::test]
async fn whatever_goes_wrong_is_sorted_by_what_helps() {
    let twilio = account(&Peer::nobody().await);
    assert_eq!(twilio.identity().await, Err(CarrierError::Unreachable { carrier: "twilio" }));
    assert_eq!(twilio.dialing("US").await, Err(CarrierError::Unreachable { carrier: "twilio" }));

    let impatient = |origin: &str| Twilio::new(TwilioConfig { total_timeout: Duration::from_millis(200), ..config(origin) }).unwrap();
    for act in [Act::Hang, Act::Reset, Act::HalfReply, Act::Close, Act::reply(500, "{}")] {
        let peer = Peer::start([act]).await;
        assert_eq!(impatient(&peer.origin).balance().await, Err(CarrierError::Unclear { carrier: "twilio" }));
    }
    let peer = Peer::start([Act::reply(401, r#"{"code":20003}"#)]).await;
    assert_eq!(account(&peer.origin).identity().await, Err(CarrierError::Unauthorized { carrier: "twilio", code: 20003 }));
    for body in ["no JSON", "[]", r#"{"page":0}"#] {
        let peer = Peer::start([Act::reply(200, body)]).await;
        assert_eq!(account(&peer.origin).numbers().await, Err(CarrierError::Unclear { carrier: "twilio" }), "{body}");
    }
}

#[test]
fn the_form_of_credentials_is_checked_without_asking() {
    assert_eq!(account("http://127.0.0.1:9").check_form(), Ok(()));
    assert_eq!(with_key("http://127.0.0.1:9").check_form(), Ok(()));
    let token = Twilio::new(TwilioConfig { auth_token: Private::new("test_token".into()), ..config("http://127.0.0.1:9") }).unwrap();
    let bad = token.check_form().unwrap_err();
    assert!(!bad.is_certain && !bad.what.contains("test_token"), "{bad}");
    let api_key = Some(ApiKey { sid: "AC1".into(), secret: Private::new("x".into()) });
    assert!(Twilio::new(TwilioConfig { api_key, ..config("http://127.0.0.1:9") }).unwrap().check_form().unwrap_err().is_certain);
}

/// Answers like a test account: by the magic numbers, as the sandbox's side of the wire knows them.
fn test_account(received: &Received) -> Act {
    let request = RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap();
    match test_credentials::check(&request) {
        Ok(()) => Act::reply(201, "{}"),
        Err(error) => {
            let reply = error.reply();
            Act::reply(reply.status, String::from_utf8(reply.body).unwrap())
        }
    }
}

#[tokio::test]
async fn test_credentials_are_tried_number_by_number() {
    let peer = Peer::answering(test_account).await;
    let cases = account(&peer.origin).try_test_credentials().await.unwrap();
    assert!(cases.len() >= 20, "{}", cases.len());
    let strange: Vec<_> = cases.iter().filter(|case| !case.is_as_documented()).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert_eq!(cases.iter().filter(|case| case.found.is_none()).count(), 5);
}

/// Live credentials may see the account, and that is all that is ever asked with them.
#[tokio::test]
async fn nothing_is_tried_with_live_credentials() {
    let peer = Peer::start([Act::reply(200, r#"{"status":"active"}"#)]).await;
    assert_eq!(account(&peer.origin).try_test_credentials().await, Err(TestError::Live));
    assert_eq!(peer.received().len(), 1);
    assert_eq!(peer.received()[0].method, "GET");

    let peer = Peer::start([Act::reply(401, r#"{"code":20003}"#)]).await;
    let refused = TestError::Carrier(CarrierError::Unauthorized { carrier: "twilio", code: 20003 });
    assert_eq!(account(&peer.origin).try_test_credentials().await, Err(refused));
    assert_eq!(peer.received().len(), 1);

    // Neither seen as an account nor behaving like a test one: one try, and no more.
    let peer = Peer::start([Act::reply(403, r#"{"code":20008}"#), Act::reply(400, r#"{"code":21210}"#)]).await;
    let cases = account(&peer.origin).try_test_credentials().await.unwrap();
    assert_eq!((cases.len(), cases[0].is_as_documented()), (1, false));
    assert_eq!(peer.received().len(), 2);
}

#[test]
fn a_sample_webhook_is_what_we_accept_and_nothing_else() {
    let url = "https://pm.example.com/carrier/status/check";
    let twilio = account("http://127.0.0.1:9");
    let sample = twilio.sample_webhook(url).unwrap();
    let read = |by: &Twilio, url: &str| {
        let header = |name: &str| sample.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        by.read(&WebhookRequest { method: "POST", url, header: &header, body: sample.body.as_bytes() }).map(|_| ())
    };
    assert_eq!(read(&twilio, url), Ok(()));
    assert_eq!(read(&twilio, "https://internal:8080/carrier/status/check"), Err(CallbackError::Forged));
    let other = Twilio::new(TwilioConfig { auth_token: Private::new("another".into()), ..config("http://127.0.0.1:9") }).unwrap();
    assert_eq!(read(&other, url), Err(CallbackError::Forged));

    let socket = "wss://pm.example.com/carrier/media";
    let headers = twilio.sample_handshake(socket).unwrap();
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    assert_eq!(twilio.verify_socket(socket, &header), Ok(()));
    assert_eq!(twilio.verify_socket("https://pm.example.com/carrier/media", &header), Err(CallbackError::Forged));
}

/// While tokens are changed, Twilio may sign with either; we sign in with the new one alone.
#[test]
fn an_old_token_is_accepted_beside_the_new_one() {
    let url = "wss://pm.example.com/carrier/media";
    let signed_by = |token: &str| SigningKey::new(token).sign(url, &Form::new(), Algorithm::HmacSha1);
    let other_auth_token = Some(Private::new("the-old-token".into()));
    let changing = Twilio::new(TwilioConfig { other_auth_token, ..config("http://127.0.0.1:9") }).unwrap();
    let accepts = |twilio: &Twilio, token: &str| {
        let header = |name: &str| (name == "x-twilio-signature").then(|| signed_by(token));
        twilio.verify_socket(url, &header).is_ok()
    };
    assert!(accepts(&changing, TOKEN) && accepts(&changing, "the-old-token") && !accepts(&changing, "a-third"));
    assert!(!accepts(&account("http://127.0.0.1:9"), "the-old-token"));
}

#[test]
fn codes_are_explained_by_the_names_that_people_know() {
    let twilio = account("http://127.0.0.1:9");
    assert_eq!(twilio.explain(21219).name, Some("Phone Number Not Verified"));
    assert!(twilio.explain(20003).sentence.contains("credentials"));
    assert!(twilio.explain(503).sentence.contains("try again later"));
    let all = [twilio.explain(1).sentence, twilio.explain(99_999).sentence];
    assert!(all.iter().all(|sentence| !sentence.is_empty()));
}
