//! The test account: magic numbers, and nothing happens.

use crate::app::App;

async fn ask(app: &App, method: &str, path: &str, form: &str) -> (u16, Option<u64>, serde_json::Value) {
    let test = &app.sandbox.test_credentials;
    let (status, body) = app.ask_as((&test.account_sid, &test.auth_token), method, path, form).await;
    (status, body["code"].as_u64(), body)
}

#[tokio::test]
async fn calls_are_answered_as_if_they_were_real_and_nobody_is_rung() {
    let app = App::start().await;
    let form = "To=%2B15005550006&From=%2B15005550006&Twiml=%3CResponse%2F%3E";
    let (status, _, call) = ask(&app, "POST", "/Calls.json", form).await;
    assert_eq!(
        (status, call["status"].as_str(), call["account_sid"].as_str()),
        (201, Some("queued"), Some(&*app.sandbox.test_credentials.account_sid))
    );
    assert!(app.sandbox.truth().calls().is_empty());
    assert_eq!(app.ask("GET", "/Calls.json", "").await.1["calls"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn magic_numbers_give_what_the_page_says() {
    let app = App::start().await;
    let call = |from: &str, to: &str| format!("To=%2B{to}&From=%2B{from}&Twiml=%3CResponse%2F%3E");
    for (from, to, code) in [
        ("15005550001", "12125550123", 21_212),
        ("12125550100", "12125550123", 21_210),
        ("15005550006", "15005550001", 21_217),
        ("15005550006", "15005550002", 21_214),
        ("15005550006", "15005550003", 21_215),
        ("15005550006", "15005550004", 21_216),
        // All checks run as for a live call.
        ("15005550006", "19995551234", 21_217),
        ("15005550006", "19005551234", 21_202),
    ] {
        let (status, found, _) = ask(&app, "POST", "/Calls.json", &call(from, to)).await;
        assert_eq!((status, found), (400, Some(code)), "{from} {to}");
    }
    assert_eq!(ask(&app, "POST", "/Calls.json", "To=123&From=%2B15005550006&Twiml=x").await.1, Some(21_211));
    for (to, code) in [("15005550001", 21_211), ("15005550002", 21_612), ("15005550003", 21_408), ("15005550004", 21_610), ("15005550009", 21_614)] {
        let (status, found, _) = ask(&app, "POST", "/Messages.json", &format!("To=%2B{to}&From=%2B15005550006&Body=x")).await;
        assert_eq!((status, found), (400, Some(code)), "{to}");
    }
    assert_eq!(ask(&app, "POST", "/Messages.json", "To=%2B12125550123&From=%2B15005550006&Body=x").await.0, 201);
    assert_eq!(ask(&app, "POST", "/IncomingPhoneNumbers.json", "PhoneNumber=%2B15005550006").await.0, 201);
    assert_eq!(ask(&app, "POST", "/IncomingPhoneNumbers.json", "PhoneNumber=%2B15005550000").await.1, Some(21_422));
    assert_eq!(ask(&app, "POST", "/IncomingPhoneNumbers.json", "AreaCode=533").await.1, Some(21_452));
}

#[tokio::test]
async fn everything_else_is_forbidden() {
    let app = App::start().await;
    for (method, path) in [("GET", ".json"), ("GET", "/Calls.json"), ("GET", "/Balance.json"), ("POST", "/Keys.json"), ("GET", "/v2/Voice/Countries")]
    {
        let (status, code, _) = ask(&app, method, path, "").await;
        assert_eq!((status, code), (403, Some(20_008)), "{path}");
    }
    // Nor does it see the live account, or the live account it.
    let live = format!("/2010-04-01/Accounts/{}/Calls.json", app.account());
    assert_eq!(ask(&app, "GET", &live, "").await.0, 401);
}
