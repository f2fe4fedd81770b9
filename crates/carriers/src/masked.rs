//! Requests and replies as people may see them: secrets, numbers and words masked.
//!
//! The one place that masks. A value is shown only if its name is known to be harmless (`SHOWN`); of all others the length
//! is. What is shown goes through [`text`] first, because harmless values hold numbers too: paths, addresses, a carrier's own
//! complaints. The credentials are headers, and headers are not shown at all.

use std::fmt::Write;

use serde_json::Value;
use wire::http::{Form, HttpReply, HttpRequest, split_target};

/// Longer renderings are cut: lists of a thousand entries help nobody.
const LONGEST: usize = 4_000;

/// Fewer digits in a row are codes, seconds and years; more are numbers of people.
const DIGITS_OF_A_NUMBER: usize = 7;

/// Names of harmless values, in lower case without `_`: those of forms and those of JSON are the same then.
const SHOWN: &[&str] = &[
    "accountsid",
    "answeredby",
    "apiversion",
    "asyncamd",
    "asyncamdstatuscallback",
    "balance",
    "baseprice",
    "beta",
    "callbacksource",
    "callsid",
    "callstatus",
    "category",
    "channels",
    "code",
    "count",
    "currency",
    "currentprice",
    "dateandtime",
    "datecreated",
    "dateupdated",
    "direction",
    "duration",
    "end",
    "endtime",
    "errorcode",
    "fax",
    "firstpageuri",
    "highriskspecialnumbersenabled",
    "isocode",
    "isocountry",
    "loglevel",
    "lowrisknumbersenabled",
    "machinedetection",
    "machinedetectiontimeout",
    "message",
    "method",
    "mms",
    "moreinfo",
    "nextpageuri",
    "origin",
    "page",
    "pagesize",
    "period",
    "previouspageuri",
    "price",
    "priceunit",
    "queuetime",
    "record",
    "recordingchannels",
    "recordingstatuscallback",
    "recordingstatuscallbackevent",
    "sid",
    "sms",
    "source",
    "start",
    "startdate",
    "starttime",
    "status",
    "statuscallback",
    "statuscallbackevent",
    "statuscallbackmethod",
    "timelimit",
    "timeout",
    "trim",
    "trunksid",
    "type",
    "uri",
    "url",
    "usage",
    "usageunit",
    "voice",
    "voiceapplicationsid",
    "voicefallbackurl",
    "voicemethod",
    "voiceurl",
];

/// Returns a request: method, path, and its parameters.
pub fn request(request: &HttpRequest) -> String {
    let (path, query) = split_target(&request.target);
    let mut out = format!("{} {}", request.method.as_str(), text(path));
    form(query, &mut out);
    // A body that is no text is no form either.
    form(std::str::from_utf8(&request.body).unwrap_or_default(), &mut out);
    cut(out)
}

/// Returns a reply: status, and its JSON.
pub fn reply(reply: &HttpReply) -> String {
    let mut out = reply.status.to_string();
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) => {
            out.push(' ');
            json("", &body, &mut out);
        }
        Err(_) if reply.body.is_empty() => {}
        // Writing into a String cannot fail.
        Err(_) => drop(write!(out, " [{} bytes]", reply.body.len())),
    }
    cut(out)
}

fn form(parameters: &str, out: &mut String) {
    for (name, value) in Form::parse(parameters).pairs() {
        // Writing into a String cannot fail.
        let _ = write!(out, " {}={}", text(name), if is_shown(name) { text(value) } else { shape(value) });
    }
}

fn json(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
        Value::Number(number) if is_shown(name) => out.push_str(&text(&number.to_string())),
        Value::Number(_) => out.push_str("[number]"),
        Value::String(value) => out.push_str(&if is_shown(name) { text(value) } else { shape(value) }),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                json(name, item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, value)) in fields.iter().filter(|(_, value)| !value.is_null()).enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(&text(name));
                out.push_str(": ");
                json(name, value, out);
            }
            out.push('}');
        }
    }
}

fn is_shown(name: &str) -> bool {
    let name: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    SHOWN.binary_search(&name.as_str()).is_ok()
}

fn shape(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("[{} characters]", value.chars().count()) }
}

/// Returns a text with its numbers, secrets and addresses of mail masked, and identities shortened to their ends.
pub fn text(text: &str) -> String {
    let without_queries = text.split('?').next().unwrap_or(text);
    let dropped = if without_queries.len() < text.len() { "?…" } else { "" };
    let signs: Vec<char> = without_queries.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < signs.len() {
        let is_inside = at > 0 && signs[at - 1].is_ascii_alphanumeric() && signs[at].is_ascii_alphabetic();
        let word = signs[at..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        if word >= 30 && !is_inside {
            out.push_str(&identity(&signs[at..at + word]));
            at += word;
        } else if let Some(length) = number(&signs[at..]) {
            out.push_str("[number]");
            at += length;
        } else if signs[at].is_ascii_digit() {
            // Digits that are no number are passed over whole, or a tail of them would be looked at again.
            let digits = signs[at..].iter().take_while(|c| c.is_ascii_digit() || **c == '-').count();
            out.extend(&signs[at..at + digits]);
            at += digits;
        } else {
            out.push(if signs[at].is_control() { ' ' } else { signs[at] });
            at += 1;
        }
    }
    let out = out.split(' ').map(|word| if word.contains('@') { "[address]" } else { word }).collect::<Vec<_>>().join(" ");
    out + dropped
}

/// An identity of two letters and 32 hexadecimal digits keeps its kind and its end; any other long word may be a secret.
fn identity(word: &[char]) -> String {
    let is_identity = word.len() == 34 && word[..2].iter().all(char::is_ascii_uppercase) && word[2..].iter().all(char::is_ascii_hexdigit);
    if !is_identity {
        return "[secret]".into();
    }
    word[..2].iter().chain(&['…']).chain(&word[30..]).collect()
}

/// Returns how many signs at the beginning are a telephone number, however it is written. A day (`2026-10-20`) is none.
fn number(signs: &[char]) -> Option<usize> {
    if !signs.first().is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '(')) {
        return None;
    }
    let (mut digits, mut end) = (0, 0);
    for (index, sign) in signs.iter().enumerate() {
        match sign {
            c if c.is_ascii_digit() => {
                digits += 1;
                end = index + 1;
            }
            '+' if index == 0 => {}
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' => {}
            _ => break,
        }
    }
    let written: String = signs[..end].iter().collect();
    let is_day = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        matches!(parts[..], [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) && year.starts_with("20"))
    };
    (digits >= DIGITS_OF_A_NUMBER && !is_day(written.trim_end_matches('/'))).then_some(end)
}

fn cut(mut out: String) -> String {
    if out.len() > LONGEST {
        let mut end = LONGEST;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted_and_plain() {
        assert!(SHOWN.is_sorted());
        assert!(SHOWN.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn numbers_are_masked_however_they_are_written() {
        for number in ["+12125550123", "(212) 555-0123", "212.555.0123", "+1 212-555-0123", "12125550123", "+49 30 5550123", "5550123"] {
            assert_eq!(text(&format!("to {number}, is not valid")), "to [number], is not valid", "{number}");
        }
        assert_eq!(text("/v2/Voice/Numbers/%2B12125550123"), "/v2/Voice/Numbers/%2B[number]");
        assert_eq!(text("x12125550123y"), "x[number]y");
    }

    #[test]
    fn days_codes_and_times_stay() {
        let path = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json";
        assert_eq!(text(path), "/2010-04-01/Accounts/AC…cdef/Calls.json");
        assert_eq!(text("Tue, 20 Oct 2026 14:03:09 +0000"), "Tue, 20 Oct 2026 14:03:09 +0000");
        assert_eq!(text("21219, 600 s, -0.01400"), "21219, 600 s, -0.01400");
    }

    #[test]
    fn secrets_and_addresses_are_masked() {
        assert_eq!(text("token 00112233445566778899aabbccddeeff!"), "token [secret]!");
        assert_eq!(text("mail sam@example.org now"), "mail [address] now");
        assert_eq!(text("https://x.example/y?token=abc"), "https://x.example/y?…");
    }

    #[test]
    fn a_request_shows_what_is_harmless_and_the_length_of_the_rest() {
        let mut form = Form::new();
        for (name, value) in [
            ("To", "+12125550123"),
            ("Timeout", "40"),
            ("StatusCallback", "https://pm.example.com/carrier/status/a1"),
            ("Twiml", "<Say>Hi Sam</Say>"),
            ("SendDigits", "1234"),
            ("Invented", "Sam"),
        ] {
            form.push(name, value);
        }
        let shown = request(&HttpRequest::post_form("/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json?From=%2B12125550100", &form));
        assert_eq!(
            shown,
            "POST /2010-04-01/Accounts/AC…cdef/Calls.json From=[12 characters] To=[12 characters] Timeout=40 \
             StatusCallback=https://pm.example.com/carrier/status/a1 Twiml=[17 characters] SendDigits=[4 characters] Invented=[3 characters]"
        );
    }

    #[test]
    fn a_reply_shows_codes_and_states() {
        let reply_of = |body: &str| reply(&HttpReply { status: 400, headers: Vec::new(), body: body.as_bytes().to_vec() });
        assert_eq!(
            reply_of(
                r#"{"code":21211,"message":"The number +12125550123 is not valid","status":400,"to":"+12125550123","auth_token":"s3cr3t","x":12}"#
            ),
            "400 {auth_token: [6 characters], code: 21211, message: The number [number] is not valid, status: 400, to: [12 characters], x: [number]}"
        );
        assert_eq!(
            reply_of(r#"{"calls":[{"sid":"CA0123456789abcdef0123456789abcdef","friendly_name":"Sam"}]}"#),
            "400 {calls: [{friendly_name: [3 characters], sid: CA…cdef}]}"
        );
        assert_eq!(reply_of("RIFF"), "400 [4 bytes]");
        assert_eq!(reply_of(""), "400");
        assert!(reply_of(&format!("[{}0]", "0,".repeat(9_000))).len() <= LONGEST + 3);
    }
}
