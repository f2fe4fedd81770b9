//! Twilio's golden data.

mod callback;
mod document;
mod media;
mod relay;
mod rest;
mod signature;

use serde_json::Value;

/// Returns a file of golden data as JSON.
fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Returns pairs of a JSON array of arrays.
fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    value.as_array().map(|list| list.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()).unwrap_or_default()
}

/// Returns a form of these pairs.
fn form(pairs: &[(String, String)]) -> wire::http::Form<'static> {
    let mut form = wire::http::Form::new();
    for (key, value) in pairs {
        form.push(key.clone(), value.clone());
    }
    form
}
