//! Signatures as both official libraries compute them.

use proptest::prelude::*;
use serde_json::Value;
use wire::http::Form;
use wire::public_origin::PublicOrigin;
use wire::twilio::signature::{Algorithm, Forged, Keyring, Signed, SigningKey, with_body_hash};

use super::{form, golden, pairs};

const GOLDEN: &str = include_str!("../../fixtures/twilio/signatures.json");

fn algorithm(value: &Value) -> Algorithm {
    match value["algorithm"].as_str() {
        Some("HMAC_SHA256") => Algorithm::HmacSha256,
        _ => Algorithm::HmacSha1,
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn every_vector_is_signed_and_verified() {
    let golden = golden(GOLDEN);
    let vectors = golden["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 18);
    for vector in vectors {
        let name = text(vector, "name");
        let key = SigningKey::new(text(vector, "auth_token"));
        let params = pairs(&vector["params"]);
        let form = form(&params);
        let (url, signature) = (text(vector, "url"), text(vector, "signature"));
        assert_eq!(key.sign(url, &form, algorithm(vector)), signature, "{name}");
        assert_eq!(key.verify(url, &form, signature, algorithm(vector)), Ok(()), "{name}");
        assert_eq!(SigningKey::new("another").verify(url, &form, signature, algorithm(vector)), Err(Forged), "{name}");
    }
}

#[test]
fn every_case_is_accepted_or_refused_as_by_the_official_library() {
    let golden = golden(GOLDEN);
    let cases = golden["validation_cases"].as_array().unwrap();
    assert_eq!(cases.len(), 19);
    for case in cases {
        let description = text(case, "description");
        let vectors = golden["vectors"].as_array().unwrap();
        let vector = vectors.iter().find(|vector| vector["name"] == case["signed_vector"]).unwrap();
        let mut params = pairs(&vector["params"]);
        let mut signature = text(vector, "signature").to_owned();
        let mut body = vector["body"].as_str().unwrap_or_default().to_owned();
        match description {
            "one parameter missing" => drop(params.pop()),
            "one extra parameter" => params.push(("Extra".into(), "1".into())),
            "parameter order is irrelevant" => params.reverse(),
            "wrong signature" => signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
            "empty signature" => signature.clear(),
            "JSON body altered" => body.push(' '),
            _ => {}
        }
        let is_json = vector["params"].is_null();
        if !is_json {
            body = form(&params).encode();
        }
        let settings = (algorithm(case) == Algorithm::HmacSha256).then_some("key=SK1,algorithm=HMAC_SHA256");
        let key = SigningKey::new(text(vector, "auth_token"));
        let opened = key.open(&Signed {
            url: text(case, "presented_url"),
            content_type: Some(if is_json { "application/json" } else { "application/x-www-form-urlencoded; charset=UTF-8" }),
            body: body.as_bytes(),
            signature: Some(&signature),
            settings,
        });
        assert_eq!(opened.is_ok(), case["python_sdk_valid"].as_bool().unwrap(), "{description}");
        if let Ok(opened) = opened
            && !is_json
        {
            assert_eq!(opened, form(&params), "{description}");
        }
    }
}

#[test]
fn every_golden_webhook_opens() {
    let webhooks = golden(include_str!("../../fixtures/twilio/webhooks.json"));
    let webhooks = webhooks["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 46);
    for webhook in webhooks {
        let key = SigningKey::new(text(webhook, "auth_token"));
        let signed = Signed {
            url: text(webhook, "url"),
            content_type: webhook["content_type"].as_str(),
            body: text(webhook, "body").as_bytes(),
            signature: webhook["x_twilio_signature"].as_str(),
            settings: None,
        };
        let opened = key.open(&signed).unwrap_or_else(|_| panic!("{}", webhook["name"]));
        assert_eq!(opened, form(&pairs(&webhook["params"])), "{}", webhook["name"]);
    }
}

#[test]
fn a_body_that_nothing_vouches_for_is_forged() {
    let key = SigningKey::new("secret");
    let url = "https://pm.example.com/hook";
    let signature = key.sign(url, &Form::new(), Algorithm::HmacSha1);
    let open = |content_type, body: &str, signature: Option<&str>, settings| {
        key.open(&Signed { url, content_type, body: body.as_bytes(), signature, settings }).map(|form| form.pairs().len())
    };
    assert_eq!(open(None, "", Some(&signature), None), Ok(0));
    assert_eq!(open(Some("application/json"), "{}", Some(&signature), None), Err(Forged));
    assert_eq!(open(Some("application/x-www-form-urlencoded"), "A=1", Some(&signature), None), Err(Forged));
    assert_eq!(open(None, "", None, None), Err(Forged));
    assert_eq!(open(None, "", Some(&signature), Some("algorithm=NONE")), Err(Forged));
    assert_eq!(open(None, "", Some(&"A".repeat(44)), None), Err(Forged));
    assert_eq!(open(None, "", Some(&"A".repeat(4_000)), None), Err(Forged));
    assert_eq!(open(None, "", Some("not base64 at all é"), None), Err(Forged));
}

#[test]
fn a_socket_may_have_its_query_signed_either_way() {
    let key = SigningKey::new("secret");
    let url = "wss://pm.example.com/media?a=1&b=2";
    let as_address = key.sign(url, &Form::new(), Algorithm::HmacSha1);
    let as_parameters = key.sign("wss://pm.example.com/media", &Form::parse("a=1&b=2"), Algorithm::HmacSha1);
    assert_eq!(key.verify_socket(url, Some(&as_address), None), Ok(()));
    assert_eq!(key.verify_socket(url, Some(&as_parameters), None), Ok(()));
    assert_eq!(key.verify_socket("wss://pm.example.com/media?a=1&b=3", Some(&as_parameters), None), Err(Forged));
    assert_eq!(key.verify_socket(url, None, None), Err(Forged));
}

fn signed<'a>(url: &'a str, body: &'a str, signature: &'a str, settings: Option<&'a str>) -> Signed<'a> {
    Signed { url, content_type: Some("application/x-www-form-urlencoded"), body: body.as_bytes(), signature: Some(signature), settings }
}

#[test]
fn two_tokens_are_good_while_they_are_changed() {
    let ring = Keyring::new("new token").and_token("old token");
    let (url, body) = ("https://pm.example.com/hook", "CallSid=CA1");
    let by = |token: &str| SigningKey::new(token).sign(url, &Form::parse(body), Algorithm::HmacSha1);
    let opens = |ring: &Keyring, signature: &str| ring.open(&signed(url, body, signature, None)).is_ok();
    assert!(opens(&ring, &by("new token")) && opens(&ring, &by("old token")));
    assert!(!opens(&ring, &by("another")) && !opens(&Keyring::new("new token"), &by("old token")));
    assert_eq!(ring.signing().sign(url, &Form::parse(body), Algorithm::HmacSha1), by("new token"));
    let socket = "wss://pm.example.com/media";
    let handshake = SigningKey::new("old token").sign(socket, &Form::new(), Algorithm::HmacSha1);
    assert_eq!(ring.verify_socket(socket, Some(&handshake), None), Ok(()));
    assert_eq!(Keyring::new("new token").verify_socket(socket, Some(&handshake), None), Err(Forged));
}

#[test]
fn a_shared_key_is_known_by_its_name() {
    let ring = Keyring::new("token").and_shared("KEY1", "shared secret");
    let (url, body) = ("https://pm.example.com/hook", "CallSid=CA1");
    let by = |secret: &str, algorithm| SigningKey::new(secret).sign(url, &Form::parse(body), algorithm);
    let opens = |signature: &str, settings: &str| ring.open(&signed(url, body, signature, Some(settings))).is_ok();
    let settings = Algorithm::HmacSha256.settings("KEY1").unwrap();
    assert_eq!(settings, "key=KEY1,algorithm=HMAC_SHA256");
    assert!(opens(&by("shared secret", Algorithm::HmacSha256), &settings));
    assert!(!opens(&by("token", Algorithm::HmacSha256), &settings));
    assert!(!opens(&by("shared secret", Algorithm::HmacSha256), "key=KEY2,algorithm=HMAC_SHA256"));
    assert!(!opens(&by("shared secret", Algorithm::HmacSha1), "key=KEY1"));
    assert!(opens(&by("token", Algorithm::HmacSha1), "key=KEY1"));
}

#[test]
fn a_json_body_is_vouched_for_by_its_hash() {
    let key = SigningKey::new("token");
    let body = r#"{"property":"value","n":1}"#;
    for url in ["https://pm.example.com/json", "https://pm.example.com/json?a=1", "https://pm.example.com/json#rc=2"] {
        let url = with_body_hash(url, body.as_bytes());
        let signature = key.sign(&url, &Form::new(), Algorithm::HmacSha1);
        let open = |body: &str| {
            key.open(&Signed {
                url: &url,
                content_type: Some("application/json"),
                body: body.as_bytes(),
                signature: Some(&signature),
                settings: None,
            })
            .is_ok()
        };
        assert!(open(body) && !open(r#"{"property":"value","n":2}"#), "{url}");
    }
}

/// One configured origin gives the address that was signed, whatever the proxies between have done to host and port.
#[test]
fn one_public_origin_gives_the_address_that_was_signed() {
    let golden = golden(GOLDEN);
    let find = |name: &str| golden["vectors"].as_array().unwrap().iter().find(|vector| text(vector, "name") == name).unwrap().clone();
    let mut checked = 0;
    for vector in golden["vectors"].as_array().unwrap() {
        let url = text(vector, "url");
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_socket = scheme == "wss";
        let origin = format!("https://{authority}");
        let Ok(origin) = PublicOrigin::parse(&origin) else { continue };
        if scheme == "http" {
            continue;
        }
        let ours = if is_socket { origin.socket_url(target) } else { origin.url(target) };
        let key = SigningKey::new(text(vector, "auth_token"));
        let params = pairs(&vector["params"]);
        let verdict = key.verify(&ours, &form(&params), text(vector, "signature"), algorithm(vector));
        assert_eq!(verdict, Ok(()), "{url} as {ours}");
        checked += 1;
    }
    assert!(checked >= 12, "{checked}");
    let handshake = find("wss_handshake");
    let origin = PublicOrigin::parse("https://pm.example.com/").unwrap();
    let key = SigningKey::new(text(&handshake, "auth_token"));
    let signature = Some(text(&handshake, "signature"));
    assert_eq!(key.verify_socket(&origin.socket_url("/twilio/media"), signature, None), Ok(()));
    assert_eq!(key.verify_socket(&origin.url("/twilio/media"), signature, None), Err(Forged), "a socket is signed over wss");
}

/// The ports that a signer and a verifier may disagree about, and those that they may not.
#[test]
fn a_default_port_may_come_and_go_and_another_may_not() {
    let key = SigningKey::new("token");
    let verify = |made_over: &str, seen: &str| {
        key.verify(seen, &Form::new(), &key.sign(made_over, &Form::new(), Algorithm::HmacSha1), Algorithm::HmacSha1).is_ok()
    };
    assert!(verify("https://e.com/a", "https://e.com:443/a") && verify("https://e.com:443/a", "https://e.com/a"));
    assert!(verify("https://e.com/a", "https://e.com:8443/a"), "the port is dropped to try");
    assert!(!verify("https://e.com:8443/a", "https://e.com/a"), "a lost port cannot be guessed");
    assert!(verify("https://u:p@e.com/a", "https://u:p@e.com:443/a"));
    assert!(!verify("https://u:p@e.com/a", "https://e.com/a"));
}

proptest! {
    /// Whatever parameters a webhook has, what one side signs the other accepts, as sent over the wire.
    #[test]
    fn what_the_sandbox_signs_we_accept(
        pairs in prop::collection::vec(("[A-Za-z_]{0,8}", ".{0,12}"), 0..8),
        target in "/[a-z0-9?=&%+'é-]{0,16}",
        sha256 in any::<bool>(),
    ) {
        let url = PublicOrigin::parse("https://pm.example.com").unwrap().url(&target);
        let body = form(&pairs).encode();
        let algorithm = if sha256 { Algorithm::HmacSha256 } else { Algorithm::HmacSha1 };
        let settings = algorithm.settings("token");
        let ring = Keyring::new("token");
        let signature = ring.signing().sign(&url, &form(&pairs), algorithm);
        let opened = ring.open(&signed(&url, &body, &signature, settings.as_deref()));
        prop_assert!(opened.is_ok());
        let altered = format!("{body}&Extra=1");
        let forged = ring.open(&signed(&url, &altered, &signature, settings.as_deref()));
        prop_assert_eq!(forged.err(), Some(Forged));
    }

    #[test]
    fn any_signature_is_accepted_or_refused(signature in ".{0,60}", url in ".{0,40}", settings in prop::option::of(".{0,30}"), body in ".{0,40}") {
        let ring = Keyring::new("token").and_shared("K", "x");
        prop_assert_eq!(ring.open(&signed(&url, &body, &signature, settings.as_deref())).err(), Some(Forged));
        prop_assert_eq!(ring.verify_socket(&url, Some(&signature), settings.as_deref()), Err(Forged));
    }
}
