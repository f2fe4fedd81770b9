//! Signatures as both official libraries compute them.

use wire::http::{Form, Method};
use wire::plivo::signature::{Forged, Signatures, Signed, SigningKeys};

use super::{form, golden, text};

const GOLDEN: &str = include_str!("../../fixtures/plivo/signatures.json");
const MAIN: &str = "OGY2YzFkMzE0ZTI4NDk1YTk4NzE2ZDQ1YzQ3YmVh";
const SUB: &str = "NTJhYjQ0ZWM1YzRhYjQxMTk4YjRhOTk4MzEyZmM0";
const NONCE: &str = "05429567804466091622";

fn own<'a>(signature: &'a str, nonce: &'a str) -> Signatures<'a> {
    Signatures { own: Some(signature), main: None, nonce: Some(nonce) }
}

#[test]
fn every_vector_is_signed_and_verified() {
    let golden = golden(GOLDEN);
    let vectors = golden["v3"].as_array().unwrap();
    assert_eq!(vectors.len(), 14);
    for vector in vectors {
        let name = text(vector, "name");
        let method = Method::parse(text(vector, "method")).unwrap();
        let (url, nonce, params) = (text(vector, "url"), text(vector, "nonce"), form(&vector["params"]));
        let keys = SigningKeys::new(text(vector, "auth_token"));
        let header = vector["signature"].as_str().or(vector["header"].as_str()).unwrap();
        if vector["signature"].is_string() {
            assert_eq!(keys.sign(method, url, &params, nonce), header, "{name}");
        }
        assert_eq!(keys.verify(method, url, &params, &own(header, nonce)), Ok(()), "{name}");
        let as_main = Signatures { own: None, main: Some(header), nonce: Some(nonce) };
        assert_eq!(keys.verify(method, url, &params, &as_main), Ok(()), "{name}");
        assert_eq!(SigningKeys::new("another").verify(method, url, &params, &own(header, nonce)), Err(Forged), "{name}");
    }
}

#[test]
fn what_both_libraries_refuse_is_forged() {
    let golden = golden(GOLDEN);
    let cases = golden["v3_negative"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let keys = SigningKeys::new(text(case, "token"));
        let method = Method::parse(text(case, "method")).unwrap();
        let signatures = own(text(case, "signature"), text(case, "nonce"));
        assert_eq!(keys.verify(method, text(case, "uri"), &form(&case["params"]), &signatures), Err(Forged), "{}", case["name"]);
    }
}

#[test]
fn the_older_scheme_is_verified_apart() {
    let golden = golden(GOLDEN);
    for vector in golden["v2"].as_array().unwrap() {
        let keys = SigningKeys::new(text(vector, "auth_token"));
        let (url, signature, nonce) = (text(vector, "url"), text(vector, "signature"), text(vector, "nonce"));
        assert_eq!(keys.sign_v2(url, nonce), signature);
        assert_eq!(keys.verify_v2(url, &own(signature, nonce)), Ok(()));
        assert_eq!(keys.verify(Method::Get, url, &Form::new(), &own(signature, nonce)), Err(Forged));
        assert_eq!(keys.verify_v2(&url.replace("https", "http"), &own(signature, nonce)), Err(Forged));
        let signed = Signed {
            method: Method::Post,
            url,
            content_type: Some("application/x-www-form-urlencoded"),
            body: b"CallUUID=anybody",
            signatures: own(signature, nonce),
        };
        assert!(keys.open(&signed).is_err());
        // Whoever switches V2 on believes a body that nothing vouches for.
        assert_eq!(keys.open_v2(&signed).unwrap().parameters.get("CallUUID"), Some("anybody"));
    }
}

#[test]
fn every_golden_webhook_opens_and_a_changed_one_does_not() {
    let webhooks = golden(include_str!("../../fixtures/plivo/webhooks.json"));
    let keys = SigningKeys::new(text(&webhooks, "auth_token"));
    let webhooks = webhooks["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 44);
    for webhook in webhooks {
        let name = text(webhook, "name");
        let headers = webhook["headers"].as_object().unwrap();
        let header = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str());
        let method = Method::parse(text(webhook, "method")).unwrap();
        let is_get = method == Method::Get;
        let url = if is_get { text(webhook, "requested_url") } else { text(webhook, "url") };
        let body = if is_get { "" } else { text(webhook, "body") };
        let content_type = webhook["content_type"].as_str();
        let (changed_url, changed_body) = (format!("{url}&More=1"), format!("{body}&More=1"));
        let signed = |url, body| Signed { method, url, content_type, body, signatures: Signatures::v3(&header) };
        let opened = keys.open(&signed(url, body.as_bytes())).unwrap_or_else(|_| panic!("{name}"));
        assert_eq!(opened.nonce, NONCE, "{name}");
        for (key, value) in form(&webhook["params"]).pairs() {
            assert_eq!(opened.parameters.get(key), Some(value), "{name}");
        }
        if is_get {
            assert!(keys.open(&signed(&changed_url, b"")).is_err(), "{name}");
            assert!(keys.open(&signed(url, b"a=1")).is_err(), "{name}");
        } else {
            assert!(keys.open(&signed(url, changed_body.as_bytes())).is_err(), "{name}");
            assert!(keys.open(&Signed { content_type: Some("application/json"), ..signed(url, body.as_bytes()) }).is_err(), "{name}");
        }
        assert!(keys.open(&Signed { method: Method::Delete, ..signed(url, body.as_bytes()) }).is_err(), "{name}");
        assert_eq!(
            keys.sign(method, url, &if is_get { Form::new() } else { Form::parse(body) }, NONCE),
            header("x-plivo-signature-v3").unwrap(),
            "{name}"
        );
    }
}

#[test]
fn tokens_of_two_accounts_sign_one_header_and_either_opens_it() {
    let url = "https://pm.example.com/plivo/answer/";
    let params = Form::parse("CallUUID=u1&Event=Ring");
    let header = SigningKeys::new(SUB).and(MAIN).sign(Method::Post, url, &params, NONCE);
    assert_eq!(header, text(golden(GOLDEN)["v3"].as_array().unwrap().last().unwrap(), "header"));
    for token in [SUB, MAIN, " OGY2YzFkMzE0ZTI4NDk1YTk4NzE2ZDQ1YzQ3YmVh\n"] {
        assert_eq!(SigningKeys::new(token).verify(Method::Post, url, &params, &own(&header, NONCE)), Ok(()));
    }
    // One official library never trims; what others put between is passed over.
    assert_eq!(SigningKeys::new(MAIN).verify(Method::Post, url, &params, &own(&header.replace(',', " , "), NONCE)), Ok(()));
}

#[test]
fn odd_headers_are_forged_and_harm_nobody() {
    let keys = SigningKeys::new(MAIN);
    let url = "https://pm.example.com/h";
    let right = keys.sign(Method::Post, url, &Form::new(), NONCE);
    let verify = |signatures: Signatures<'_>| keys.verify(Method::Post, url, &Form::new(), &signatures);
    assert_eq!(verify(own(&right, NONCE)), Ok(()));
    assert_eq!(verify(Signatures { own: Some(&right), ..Signatures::default() }), Err(Forged));
    assert_eq!(verify(Signatures { nonce: Some(NONCE), ..Signatures::default() }), Err(Forged));
    let many = format!("{}{right}", "A,".repeat(100));
    let long = "1".repeat(1_000);
    for (signature, nonce) in [("", NONCE), ("A", NONCE), ("é", NONCE), (&*"A".repeat(44), NONCE), (&*many, NONCE), (&*right, ""), (&*right, &*long)]
    {
        assert_eq!(verify(own(signature, nonce)), Err(Forged));
    }
}

#[test]
fn a_proxy_may_lose_or_spell_out_the_port_and_nothing_else() {
    let keys = SigningKeys::new(MAIN);
    let params = Form::parse("CallUUID=u1");
    let signed_as = |url: &str| keys.sign(Method::Post, url, &params, NONCE);
    let check = |url: &str, signature: &str| keys.verify(Method::Post, url, &params, &own(signature, NONCE));
    assert_eq!(check("https://pm.example.com/h?a=1", &signed_as("https://pm.example.com:443/h?a=1")), Ok(()));
    assert_eq!(check("https://pm.example.com:8443/h", &signed_as("https://pm.example.com/h")), Ok(()));
    assert_eq!(check("https://pm.example.com/h", &signed_as("https://pm.example.com:8443/h")), Err(Forged));
    assert_eq!(check("http://pm.example.com/h", &signed_as("https://pm.example.com/h")), Err(Forged));
    assert_eq!(check("https://pm.example.com/h", &signed_as("https://pm.example.com/h/")), Err(Forged));
    assert_eq!(check("https://pm.example.com/h", &signed_as("https://other.example.com/h")), Err(Forged));
    assert_eq!(check("https://pm.example.com/h", &signed_as("https://pm.example.com/h#rc=2")), Ok(()));
}

#[test]
fn a_socket_is_signed_as_http() {
    let keys = SigningKeys::new(MAIN);
    let golden = golden(GOLDEN);
    let vector = golden["v3"].as_array().unwrap().iter().find(|vector| vector["name"] == "ws_upgrade_http_scheme").unwrap();
    let url = text(vector, "url").replace("http://", "wss://");
    assert_eq!(keys.verify_socket(&url, &own(text(vector, "signature"), NONCE)), Ok(()));
    for scheme in ["http", "https", "wss"] {
        let signature = keys.sign(Method::Get, &url.replace("wss://", &format!("{scheme}://")), &Form::new(), NONCE);
        assert_eq!(keys.verify_socket(&url, &own(&signature, NONCE)), Ok(()), "{scheme}");
        assert_eq!(keys.verify_socket(&format!("{url}0"), &own(&signature, NONCE)), Err(Forged), "{scheme}");
    }
    assert_eq!(keys.verify_socket("nonsense", &Signatures::default()), Err(Forged));
}
