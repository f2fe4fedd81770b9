//! The account at Plivo: what is read from its replies, what is "not known", and that a number gets an application of its own.

use carriers::plivo::{Plivo, PlivoConfig};
use ports::carrier::{CallbackError, Callbacks, CarrierError, WebhookRequest};
use ports::carrier_account::{Balance, CarrierAccount, Price, TestError, Trial};
use serde_json::json;
use telephony::cost::Micros;
use telephony::{PhoneNumber, Private};
use wire::date;
use wire::plivo::rest::{ApplicationRequest, Asks, NumberRequest, RestRequest};

use crate::peer::{Act, Peer, Received};
use crate::plivo::{config, plivo};

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn asks(received: &Received) -> Asks {
    RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap().asks
}

#[tokio::test]
async fn trap_20_the_identity_tells_a_trial_and_the_clock() {
    let body = json!({"account_type": "developer", "auth_id": "MAXXXXXXXXXXXXXXXXXX", "cash_credits": "4.88860"}).to_string();
    let peer = Peer::start([Act::Reply { status: 200, header: Some(("Date", "Tue, 20 Oct 2026 14:03:09 GMT")), body }]).await;
    let identity = plivo(&peer.origin).identity().await.unwrap();
    assert!(matches!(identity.trial, Some(Trial::Yes { limits, .. }) if limits.contains("verified")));
    assert_eq!((identity.is_active, identity.provider_time), (None, date::parse("2026-10-20T14:03:09Z")));
    assert_eq!(plivo(&peer.origin).balance().await, Ok(Some(Balance { micros: 4_888_600, currency: "USD".into() })));

    let peer = Peer::start([Act::reply(200, r#"{"account_type":"standard"}"#)]).await;
    assert_eq!(plivo(&peer.origin).identity().await.unwrap().trial, Some(Trial::No));
    let peer = Peer::start([Act::reply(401, "not even JSON")]).await;
    assert_eq!(plivo(&peer.origin).identity().await, Err(CarrierError::Unauthorized { carrier: "plivo", code: 401 }));
}

#[test]
fn trap_31_a_token_that_was_copied_badly_is_told_without_showing_it() {
    assert_eq!(plivo("http://127.0.0.1:9").check_form(), Ok(()));
    let blanks = Plivo::new(PlivoConfig { auth_token: Private::new(format!(" {}\n", crate::plivo::TOKEN)), ..config("http://127.0.0.1:9") }).unwrap();
    assert_eq!(blanks.check_form(), Ok(()));
    let short = Plivo::new(PlivoConfig { auth_token: Private::new("s3cr3t".into()), ..config("http://127.0.0.1:9") }).unwrap();
    let bad = short.check_form().unwrap_err();
    assert!(!bad.is_certain && !bad.what.contains("s3cr3t"), "{bad}");
}

#[tokio::test]
async fn a_number_goes_where_its_application_goes() {
    fn answer(received: &Received) -> Act {
        let owned = |number: &str, application: Option<&str>| json!({"number": number, "application": application, "voice_enabled": true});
        let application = "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Application/77/";
        match asks(received) {
            Asks::Number(NumberRequest::List { .. }) => {
                let numbers = [owned("15005550006", Some(application)), owned("15005550007", Some(application)), owned("15005550008", None)];
                Act::reply(200, json!({"meta": {"next": null}, "objects": numbers}).to_string())
            }
            Asks::Number(NumberRequest::Fetch { number }) if number.as_str() == "15005550006" => {
                Act::reply(200, owned("15005550006", Some(application)).to_string())
            }
            Asks::Application(ApplicationRequest::Fetch { .. }) => {
                Act::reply(200, json!({"app_id": "77", "answer_url": "https://old.example/a", "hangup_url": "https://old.example/h"}).to_string())
            }
            _ => Act::reply(404, r#"{"error":"not found"}"#),
        }
    }
    let peer = Peer::answering(answer).await;
    let numbers = plivo(&peer.origin).numbers().await.unwrap();
    let shown: Vec<_> = numbers.iter().map(|owned| (owned.id.as_str(), owned.voice_url.as_str(), owned.status_url.as_str())).collect();
    let old = ("https://old.example/a", "https://old.example/h");
    assert_eq!(shown, [("15005550006", old.0, old.1), ("15005550007", old.0, old.1), ("15005550008", "", "")]);
    assert_eq!(peer.received().len(), 2, "an application is asked for once");
    let one = plivo(&peer.origin).number(&number("+15005550006")).await.unwrap().unwrap();
    assert_eq!((one.has_voice, one.voice_url.as_str()), (Some(true), old.0));
    assert_eq!(plivo(&peer.origin).number(&number("+15005550009")).await, Ok(None));
}

/// Others may share the application that a number points to, so it is left alone (trap 29: or it is the console's own).
#[tokio::test]
async fn trap_29_a_number_gets_an_application_of_its_own_once() {
    fn none_yet(received: &Received) -> Act {
        match asks(received) {
            Asks::Application(ApplicationRequest::List { .. }) => {
                Act::reply(200, json!({"meta": {}, "objects": [{"app_id": "1", "app_name": "puppetmaster-150055500061"}]}).to_string())
            }
            Asks::Application(ApplicationRequest::Create(_)) => Act::reply(201, r#"{"app_id":"88","message":"created"}"#),
            _ => Act::reply(202, r#"{"message":"changed"}"#),
        }
    }
    fn one_there(received: &Received) -> Act {
        match asks(received) {
            Asks::Application(ApplicationRequest::List { .. }) => {
                Act::reply(200, json!({"meta": {}, "objects": [{"app_id": "88", "app_name": "puppetmaster-15005550006"}]}).to_string())
            }
            _ => Act::reply(202, r#"{"message":"changed"}"#),
        }
    }
    let owned = ports::carrier_account::OwnedNumber {
        id: "15005550006".into(),
        number: number("+15005550006"),
        has_voice: Some(true),
        voice_url: String::new(),
        status_url: String::new(),
        taken_by: None,
    };
    for (answer, is_new) in [(none_yet as fn(&Received) -> Act, true), (one_there, false)] {
        let peer = Peer::answering(answer).await;
        let [voice, fallback, end] = ["in", "fallback", "end"].map(|path| format!("https://pm.example.com/{path}"));
        plivo(&peer.origin).set_webhooks(&owned, &voice, &fallback, &end).await.unwrap();
        let received = peer.received();
        let (answer_url, hangup_url) = match asks(&received[1]) {
            Asks::Application(ApplicationRequest::Create(create)) if is_new => (Some(create.answer_url), Some(create.hangup_url)),
            Asks::Application(ApplicationRequest::Update { update, .. }) if !is_new => (update.answer_url, update.hangup_url),
            other => panic!("{other:?}"),
        };
        assert_eq!(answer_url.unwrap().as_str(), "https://pm.example.com/in");
        assert_eq!(hangup_url.unwrap().as_str(), "https://pm.example.com/end");
        let Asks::Number(NumberRequest::Update { number, update }) = asks(&received[2]) else { panic!() };
        assert_eq!((number.as_str(), update.app_id.as_deref()), ("15005550006", Some("88")));
    }
}

#[tokio::test]
async fn a_price_is_the_accounts_own_and_what_plivo_does_not_tell_is_not_known() {
    let body = json!({"country_iso": "US", "voice": {"outbound": {"rates": [{"prefix": ["1"], "rate": "0.01150"}, {"prefix": ["1907"], "rate": "0.17900"}]}}});
    let peer = Peer::start([Act::reply(200, body.to_string())]).await;
    let plivo = plivo(&peer.origin);
    let (from, to) = (number("+15005550006"), number("+19075550123"));
    assert_eq!(plivo.price(&from, &to).await, Ok(Some(Price { amount: Micros(179_000), currency: "USD".into() })));
    assert!(peer.received()[0].target.ends_with("/Pricing/?country_iso=US"));
    assert_eq!((plivo.dialing("US").await, plivo.is_proved(&from).await, plivo.spent_this_month().await), (Ok(None), Ok(None), Ok(None)));
    assert_eq!((plivo.check_key().await, plivo.try_test_credentials().await), (Ok(None), Err(TestError::None)));
    assert_eq!(peer.received().len(), 1);
}

#[test]
fn a_sample_is_what_we_accept_and_nothing_else() {
    let url = "https://pm.example.com/carrier/status/check";
    let plivo = plivo("http://127.0.0.1:9");
    let sample = plivo.sample_webhook(url).unwrap();
    let read = |url: &str| {
        let header = |name: &str| sample.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        plivo.read(&WebhookRequest { method: "POST", url, header: &header, body: sample.body.as_bytes() }).map(|_| ())
    };
    assert_eq!(read(url), Ok(()));
    assert_eq!(read("https://internal:8080/carrier/status/check"), Err(CallbackError::Forged));
    let socket = "wss://pm.example.com/carrier/media";
    let headers = plivo.sample_handshake(socket).unwrap();
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    assert_eq!(plivo.verify_socket(socket, &header), Ok(()));
    assert_eq!(plivo.verify_socket("wss://pm.example.com/carrier/relay", &header), Err(CallbackError::Forged));
}

#[test]
fn codes_are_explained_by_the_names_that_people_know() {
    let plivo = plivo("http://127.0.0.1:9");
    assert_eq!(plivo.explain(3130).name, Some("Spam block"));
    assert!(plivo.explain(401).sentence.contains("Auth ID") && plivo.explain(99_999).name.is_none());
    assert!(!plivo.explain(1).sentence.is_empty());
}
