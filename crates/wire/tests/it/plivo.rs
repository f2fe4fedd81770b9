//! Plivo's golden data.

mod callback;
mod document;
mod error_codes;
mod generated;
mod media;
mod rest;
mod shapes;
mod signature;
mod traps;

use serde_json::Value;

/// Returns a file of golden data as JSON.
fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Returns the text under a key.
fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// Returns a JSON object as a form; a list is a repeated key.
fn form(params: &Value) -> wire::http::Form<'static> {
    let mut form = wire::http::Form::new();
    let own = |value: &Value| value.as_str().unwrap().to_owned();
    for (key, value) in params.as_object().into_iter().flatten() {
        match value {
            Value::Array(list) => list.iter().for_each(|value| form.push(key.clone(), own(value))),
            value => form.push(key.clone(), own(value)),
        }
    }
    form
}
