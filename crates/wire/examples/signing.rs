//! Signs and checks the carriers' webhooks on a pipe: `tests/peers/*validators.*` holds it against the carriers' own packages.
//!
//! Each line that comes in is `{"secret", "url", "content_type", "body", "signature"}`; the line that goes out says what we
//! would have signed it with, and whether we accept the signature that was given: `{"signature", "accepted"}`. A body of
//! another kind than a form is signed by its hash, which stands in the address already.
//!
//! A line with `"nonce"` and `"method"` is Plivo's, and its answer has `"v2"` as well: the signature of the older scheme.

use std::error::Error;
use std::io::{self, BufRead, Write};

use serde::Deserialize;
use serde_json::{Value, json};
use wire::http::{Form, Method};
use wire::plivo::signature as plivo;
use wire::twilio::signature::{Algorithm, Signed, SigningKey};

#[derive(Deserialize)]
struct Question {
    secret: String,
    url: String,
    content_type: String,
    body: String,
    signature: String,
    nonce: Option<String>,
    method: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let answer = match &question.nonce {
            Some(nonce) => of_plivo(&question, nonce),
            None => of_twilio(&question),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn of_twilio(question: &Question) -> Value {
    let key = SigningKey::new(&question.secret);
    let is_form = question.content_type.starts_with("application/x-www-form-urlencoded");
    let form = if is_form { Form::parse(&question.body) } else { Form::new() };
    let signed = Signed {
        url: &question.url,
        content_type: Some(&question.content_type),
        body: question.body.as_bytes(),
        signature: Some(&question.signature),
        settings: None,
    };
    json!({ "signature": key.sign(&question.url, &form, Algorithm::HmacSha1), "accepted": key.open(&signed).is_ok() })
}

fn of_plivo(question: &Question, nonce: &str) -> Value {
    let keys = plivo::SigningKeys::new(&question.secret);
    let method = question.method.as_deref().and_then(Method::parse).unwrap_or(Method::Post);
    let form = if method == Method::Get { Form::new() } else { Form::parse(&question.body) };
    let signed = plivo::Signed {
        method,
        url: &question.url,
        content_type: Some(&question.content_type),
        body: question.body.as_bytes(),
        signatures: plivo::Signatures { own: Some(&question.signature), main: None, nonce: Some(nonce) },
    };
    json!({
        "signature": keys.sign(method, &question.url, &form, nonce),
        "v2": keys.sign_v2(&question.url, nonce),
        "accepted": keys.open(&signed).is_ok(),
    })
}
