//! Signs and checks Twilio's webhooks on a pipe: `tests/peers/validators.*` holds it against Twilio's own packages.
//!
//! Each line that comes in is `{"secret", "url", "content_type", "body", "signature"}`; the line that goes out says what we
//! would have signed it with, and whether we accept the signature that was given: `{"signature", "accepted"}`. A body of
//! another kind than a form is signed by its hash, which stands in the address already.

use std::error::Error;
use std::io::{self, BufRead, Write};

use serde::Deserialize;
use serde_json::json;
use wire::http::Form;
use wire::twilio::signature::{Algorithm, Signed, SigningKey};

#[derive(Deserialize)]
struct Question {
    secret: String,
    url: String,
    content_type: String,
    body: String,
    signature: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
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
        let answer = json!({ "signature": key.sign(&question.url, &form, Algorithm::HmacSha1), "accepted": key.open(&signed).is_ok() });
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
