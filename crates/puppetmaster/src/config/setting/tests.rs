//! What each kind of setting takes and refuses.

use std::path::Path;
use std::time::Duration;

use dialogue::brief::Persona;
use models::CommandLine;
use telephony::cost::Micros;

use crate::config::Provider;

use super::*;

fn set<S: Setting>(mut setting: S, text: &str) -> Result<Option<String>, &'static str> {
    let around = Around { directory: Path::new("/etc/pm"), home: Some(Path::new("/home/sam")) };
    setting.set(text, &around).map_err(|wrong| wrong.entry.code)?;
    Ok(setting.show())
}

fn ok(text: &str) -> Result<Option<String>, &'static str> {
    Ok(Some(text.into()))
}

#[test]
fn money_is_read_to_the_last_micro() {
    assert_eq!(set(Micros::ZERO, "1"), ok("1.00"));
    assert_eq!(set(Micros::ZERO, "0.014"), ok("0.014"));
    assert_eq!(set(Micros::ZERO, "2.500001"), ok("2.500001"));
    assert_eq!(set(Micros::ZERO, "100000"), ok("100000.00"));
    for text in ["-1", "100000.000001", "99999999999999999999"] {
        assert_eq!(set(Micros::ZERO, text), Err("config.out_of_range"), "{text}");
    }
    for text in ["1,5", ".5", "1.", "1e3", "$1", "0.0000001", "-", ""] {
        assert_eq!(set(Micros::ZERO, text), Err("config.bad_value"), "{text}");
    }
}

#[test]
fn seconds_and_counts_keep_their_bounds() {
    let seconds = Seconds::<15, 120>::clamped(Duration::from_secs(40));
    assert_eq!(set(seconds, "15"), ok("15"));
    assert_eq!(set(seconds, "121"), Err("config.out_of_range"));
    assert_eq!(set(seconds, "-1"), Err("config.out_of_range"));
    assert_eq!(set(seconds, "99999999999999999999999"), Err("config.out_of_range"));
    assert_eq!(set(seconds, "40s"), Err("config.bad_value"));
    assert_eq!(set(seconds, "4.5"), Err("config.bad_value"));
    assert_eq!(set(Count::<1, 9>::clamped(3), "0"), Err("config.out_of_range"));
}

#[test]
fn directories_begin_where_their_text_stands() {
    let directory = Directory("/".into());
    assert_eq!(set(directory.clone(), "data"), ok("/etc/pm/data"));
    assert_eq!(set(directory.clone(), "~/calls"), ok("/home/sam/calls"));
    assert_eq!(set(directory.clone(), "/var/lib/pm"), ok("/var/lib/pm"));
    assert_eq!(set(directory, " "), Err("config.bad_value"));
}

#[test]
fn a_command_is_words_and_quotes() {
    assert_eq!(set(None::<CommandLine>, " whisper-cli -f {wav} "), ok("whisper-cli -f {wav}"));
    assert_eq!(set(None::<CommandLine>, "say 'it"), Err("config.bad_value"));
}

#[test]
fn a_public_url_is_an_origin() {
    assert_eq!(set(None::<PublicUrl>, "https://calls.example.org/"), ok("https://calls.example.org"));
    assert_eq!(set(None::<PublicUrl>, "http://127.0.0.1:8080"), ok("http://127.0.0.1:8080"));
    for text in ["calls.example.org", "https://", "https://a b", "https://x/y", "https://user:word@host", "ftp://x"] {
        assert_eq!(set(None::<PublicUrl>, text), Err("config.bad_value"), "{text}");
    }
}

#[test]
fn words_lists_and_days_are_read() {
    assert_eq!(set(Provider::Mock, "twilio"), ok("twilio"));
    assert_eq!(set(Provider::Mock, "Twilio"), Err("config.bad_value"));
    assert_eq!(set(Persona::Concise, "friendly_helper"), ok("friendly_helper"));
    assert_eq!(set(None::<Vec<String>>, "us, CA"), ok("[US, CA]"));
    assert_eq!(set(None::<Vec<String>>, ""), ok("[]"));
    assert_eq!(set(None::<Vec<String>>, "USA"), Err("config.bad_value"));
    assert_eq!(set(None::<Day>, "2026-11-22"), ok("2026-11-22"));
    assert_eq!(set(None::<Day>, "2026-13-22"), Err("config.bad_value"));
    assert_eq!(set(None::<Currency>, "usd"), Err("config.bad_value"));
    assert_eq!(set(true, "off"), ok("false"));
    assert_eq!(set(true, "maybe"), Err("config.bad_value"));
}

#[test]
fn every_provider_is_a_choice() {
    let names: Vec<&str> = Provider::ALL.into_iter().map(Provider::as_str).collect();
    assert_eq!(names, Provider::Mock.choices());
}
