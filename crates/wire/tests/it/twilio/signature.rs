//! Signatures as both official libraries compute them.

use serde_json::Value;
use wire::http::Form;
use wire::twilio::signature::{Algorithm, Forged, Signed, SigningKey};

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
