//! `doctor --provider twilio` as its users run it: against a fake account on loopback, through a public address that leads to
//! us, to nobody, to somebody else, or to us under another name.

use std::net::TcpListener;

use crate::fake_twilio::{ACCOUNT, FakeTwilio, KEY, NUMBER, SECRET, TEST_ACCOUNT, TEST_TOKEN, TOKEN};
use crate::program::{Ended, Home, Network};

/// Returns an address that is free now.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A home that is set up for the fake account; the public address leads straight to where we listen.
fn home(twilio: &FakeTwilio, listen: &str, public_url: &str) -> Home {
    let home = Home::new();
    let yaml = format!(
        "voice:\n  personal_assistant:\n    phone_provider: twilio\n    listen: {listen}\n    public_url: {public_url}\n    allowed_regions: [US, CA]\n    \
         budget:\n      per_day: 5.00\n    twilio:\n      account_sid: ${{TWILIO_ACCOUNT_SID}}\n      auth_token: ${{TWILIO_AUTH_TOKEN}}\n      phone_number: \"{NUMBER}\"\n      \
         api_url: {}\n",
        twilio.url
    );
    std::fs::write(home.path().join("puppetmaster.yaml"), yaml).unwrap();
    std::fs::write(home.path().join(".env"), format!("TWILIO_ACCOUNT_SID={ACCOUNT}\nTWILIO_AUTH_TOKEN={TOKEN}\n")).unwrap();
    home
}

/// A home in which all is well.
pub fn well(twilio: &FakeTwilio) -> Home {
    let listen = free_address();
    home(twilio, &listen, &format!("http://{listen}"))
}

/// Runs the check and returns exit code and, for each line that is not green, its colour and code.
fn check(home: &Home, args: &[&str]) -> (Ended, Vec<(String, String)>) {
    let all: Vec<&str> = ["doctor", "--provider", "twilio", "--json"].into_iter().chain(args.iter().copied()).collect();
    let ended = home.run(&all);
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let checks = json["checks"].as_array().unwrap().iter();
    let bad = checks.filter(|check| check["level"] != "green").map(|check| {
        assert!(check["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{check} has no fix");
        (text(&check["level"]), text(&check["code"]))
    });
    let bad = bad.collect();
    for secret in [TOKEN, SECRET, TEST_TOKEN] {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "a secret is shown: {ended:?}");
    }
    (ended, bad)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(level, code)| ((*level).to_owned(), (*code).to_owned())).collect()
}

#[test]
fn an_account_in_order_is_green_but_for_calls_that_come_in() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let (ended, bad) = check(&home, &[]);
    assert_eq!(bad, owned(&[("yellow", "doctor.webhooks")]), "{}", ended.stdout);
    assert_eq!(ended.code, Some(0));

    let shown = home.run(&["doctor", "--provider", "twilio"]).stdout;
    for line in [
        "ok      credentials: well-formed",
        "ok      account: accepted and active",
        "ok      number: +1 212-555-0123 is the account's and can speak",
        "ok      country US: may be called",
        "ok      balance: 20.00 USD; this month cost 1.50 USD so far",
        "ok      price: a minute costs 0.014 USD",
        "ok      public address: a signed webhook came through and was verified",
        "ok      media sockets: come through and are verified",
    ] {
        assert!(shown.contains(line), "{line} is missing:\n{shown}");
    }
    assert!(twilio.asked().iter().all(|asked| asked.starts_with("GET ")), "a check changes nothing: {:?}", twilio.asked());
}

#[test]
fn everything_that_is_wrong_with_an_account_is_told_at_once() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    twilio.change(|books| {
        books.account.kind = Some("Trial".into());
        books.numbers[0].capabilities.as_mut().unwrap().insert("voice".into(), false.into());
        books.numbers[0].voice_url = Some("https://a1b2.ngrok-free.app/voice".into());
        books.balance = Some("-0.50");
        books.enabled = vec!["US"];
        books.minute = "0.0900";
        books.date = Some("Tue, 20 Oct 2020 14:03:09 GMT");
    });
    let (ended, bad) = check(&home, &["--set", "limits.call_seconds=900"]);
    let expected = [
        ("yellow", "doctor.trial"),
        ("red", "doctor.clock"),
        ("red", "doctor.number_without_voice"),
        ("yellow", "doctor.webhooks"),
        ("red", "doctor.country_not_enabled"),
        ("red", "doctor.balance"),
        ("yellow", "doctor.price"),
        ("yellow", "doctor.limits"),
    ];
    assert_eq!(bad, owned(&expected), "{}", ended.stdout);
    assert_eq!(ended.code, Some(1));
}

#[test]
fn what_is_not_told_is_not_known_and_no_failure() {
    let twilio = FakeTwilio::start();
    twilio.change(|books| {
        books.balance = None;
        books.account.kind = None;
    });
    let (ended, bad) = check(&well(&twilio), &[]);
    let expected = [("yellow", "doctor.not_known"), ("yellow", "doctor.webhooks"), ("yellow", "doctor.not_known")];
    assert_eq!(bad, owned(&expected), "{}", ended.stdout);
    assert_eq!(ended.code, Some(0));
}

#[test]
fn wrong_credentials_are_told_by_the_name_that_people_know() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    std::fs::write(home.path().join(".env"), format!("TWILIO_ACCOUNT_SID={ACCOUNT}\nTWILIO_AUTH_TOKEN=wrong\n")).unwrap();
    let (ended, bad) = check(&home, &[]);
    assert_eq!(bad, owned(&[("yellow", "doctor.credentials_form"), ("red", "doctor.credentials_refused")]), "{}", ended.stdout);
    assert!(ended.stdout.contains("Authentication Error"), "{}", ended.stdout);
    assert_eq!(ended.code, Some(1));

    let nobody = FakeTwilio { url: format!("http://{}", free_address()), books: twilio.books.clone() };
    let (ended, bad) = check(&well(&nobody), &[]);
    assert!(bad.iter().any(|(level, code)| level == "red" && code == "doctor.provider_unreachable"), "{}", ended.stdout);
}

#[test]
fn an_api_key_is_checked_beside_the_token() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let env = |secret: &str| format!("TWILIO_ACCOUNT_SID={ACCOUNT}\nTWILIO_AUTH_TOKEN={TOKEN}\nTWILIO_API_KEY={KEY}\nTWILIO_API_SECRET={secret}\n");
    std::fs::write(home.path().join(".env"), env(SECRET)).unwrap();
    let (ended, bad) = check(&home, &[]);
    assert_eq!(bad, owned(&[("yellow", "doctor.webhooks")]), "{}", ended.stdout);
    assert!(ended.stdout.contains("API key"));

    std::fs::write(home.path().join(".env"), env("wrong")).unwrap();
    let (ended, bad) = check(&home, &[]);
    assert!(bad.contains(&("red".into(), "doctor.key_refused".into())), "{}", ended.stdout);
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_caller_id_is_owned_or_verified() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let (_, bad) = check(&home, &["--set", "from_number=+12125550188"]);
    assert_eq!(bad, owned(&[("yellow", "doctor.webhooks")]));
    let (ended, bad) = check(&home, &["--set", "from_number=+12125550177"]);
    assert!(bad.contains(&("red".into(), "doctor.caller_id".into())), "{}", ended.stdout);
    let (ended, bad) = check(&home, &["--set", "twilio.phone_number=+12125550177"]);
    assert!(bad.contains(&("red".into(), "doctor.number_not_owned".into())), "{}", ended.stdout);
}

#[test]
fn a_public_address_must_lead_to_us_and_keep_its_name() {
    let twilio = FakeTwilio::start();
    let listen = free_address();
    let code = |public_url: &str| {
        let (ended, bad) = check(&home(&twilio, &listen, public_url), &[]);
        assert_eq!(ended.code, Some(1), "{}", ended.stdout);
        bad.into_iter().filter(|(level, _)| level == "red").map(|(_, code)| code).collect::<Vec<_>>()
    };
    assert_eq!(code(&format!("http://{}", free_address())), ["doctor.public_url_unreachable"]);
    assert_eq!(code(&twilio.url), ["doctor.public_url_elsewhere"]);
}

/// Who runs the server already has it checked as it runs.
#[test]
fn a_server_that_runs_already_is_asked_in_place_of_ours() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let mut serving = home.start(&["serve"]);
    serving.until("address");
    let (ended, bad) = check(&home, &[]);
    assert_eq!(bad, owned(&[("yellow", "doctor.webhooks")]), "{}", ended.stdout);
    assert!(ended.stdout.contains("runs already"), "{}", ended.stdout);
    serving.signal("TERM");
    assert_eq!(serving.end().code, Some(0));
}

/// The practice network stands in for Plivo, the second.
#[test]
fn a_second_provider_is_looked_at_as_well_and_alone_if_it_is_named() {
    let twilio = FakeTwilio::start();
    let (home, elsewhere) = (well(&twilio), Home::new());
    let network = Network::start(&elsewhere);
    let account = network.account("plivo");
    let of = |key: &str| account[key].as_str().unwrap().to_owned();
    let file = home.path().join("puppetmaster.yaml");
    let yaml = std::fs::read_to_string(&file).unwrap()
        + &format!(
            "    second_provider: plivo\n    plivo:\n      auth_id: {}\n      auth_token: ${{PLIVO_AUTH_TOKEN}}\n      phone_number: \"{}\"\n      \
             api_url: {}\n",
            of("auth_id"),
            of("from_number"),
            of("base_url")
        );
    std::fs::write(&file, yaml).unwrap();
    let secrets = |plivo: &str| {
        let env = format!("TWILIO_ACCOUNT_SID={ACCOUNT}\nTWILIO_AUTH_TOKEN={TOKEN}\nPLIVO_AUTH_TOKEN={plivo}\n");
        std::fs::write(home.path().join(".env"), env).unwrap();
    };
    let lines = |args: &[&str]| {
        let ended = home.run(&[&["doctor"], args].concat());
        (ended.stdout.lines().map(str::to_owned).collect::<Vec<_>>(), ended)
    };
    secrets(&of("auth_token"));
    let (both, ended) = lines(&[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for line in [
        "ok      account: accepted and active",
        "ok      public address: a signed webhook came through and was verified",
        "ok      plivo, the second: account: accepted and active",
        "ok      plivo, the second: number: +1 212-555-0101 is the account's and can speak",
        "ok      plivo, the second: public address: a signed webhook came through and was verified",
        "ok      plivo, the second: media sockets: come through and are verified",
    ] {
        assert!(both.iter().any(|is| is == line), "{line} is missing: {both:#?}");
    }
    secrets("bm90IHRoZSB0b2tlbiBvZiB0aGlzIGFjY291bnQ");
    let (second, ended) = lines(&["--provider", "plivo"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(second.iter().any(|line| line.contains("plivo, the second: account") && line.contains("[doctor.credentials_refused]")), "{second:#?}");
    assert!(second.iter().filter(|line| !line.starts_with(' ')).all(|line| line.contains("plivo, the second: ")), "{second:#?}");
    let (first, ended) = lines(&["--provider", "twilio"]);
    assert!(ended.code == Some(0) && first.iter().all(|line| !line.contains("the second: ")), "{first:#?}");
}

#[test]
fn test_credentials_are_tried_and_live_ones_are_left_alone() {
    let twilio = FakeTwilio::start();
    let home = Home::new();
    let api = format!("twilio.api_url={}", twilio.url);
    let run = |sid: &str, token: &str| {
        let mut command = home.command(&["--set", &api, "doctor", "--provider", "twilio", "--test-credentials"]);
        command.env("TWILIO_TEST_ACCOUNT_SID", sid).env("TWILIO_TEST_AUTH_TOKEN", token);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, shown) = run(TEST_ACCOUNT, TEST_TOKEN);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.lines().count() >= 20 && shown.lines().all(|line| line.starts_with("ok ")), "{shown}");
    assert!(shown.contains("a call to +15005550003: refused with 21215, as documented: the account may not call this country"), "{shown}");

    let before = twilio.asked().len();
    let (code, shown) = run(ACCOUNT, TOKEN);
    assert_eq!(code, Some(1));
    assert!(shown.contains("[doctor.test_credentials_live]") && !shown.contains(TOKEN), "{shown}");
    assert_eq!(twilio.asked()[before..], [format!("GET /2010-04-01/Accounts/{ACCOUNT}.json")]);

    let (code, shown) = run("", "");
    assert_eq!(code, Some(1));
    assert!(shown.contains("[doctor.test_credentials_missing]"), "{shown}");
}
