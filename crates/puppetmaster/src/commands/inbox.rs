//! `puppetmaster inbox`: calls that came in, and the messages that were left.

use std::process::ExitCode;

use assistant::compliance::calling_hours::local_time;
use ports::inbound_store::{InboundStore, MessageState, Visit};
use serde_json::{Value, json};
use telephony::{PhoneNumber, Timestamp};

use crate::cli::InboxCommand;
use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::report_view;
use crate::wiring;

/// More calls than anybody looks through; `show` looks among so many.
const LOOKS_AT: u32 = 10_000;

pub(super) async fn inbox(command: InboxCommand, config: &Config) -> Result<ExitCode, Failure> {
    let (store, _) = wiring::look(config).await?;
    match command {
        InboxCommand::List { at_most, messages, json } => {
            let mut visits = store.visits(if messages { LOOKS_AT } else { at_most }).await?;
            visits.retain(|visit| !messages || visit.message.is_some());
            visits.truncate(usize::try_from(at_most).unwrap_or(usize::MAX));
            list(&visits, json);
        }
        InboxCommand::Show { id, json } => {
            let found = store.visits(LOOKS_AT).await?.into_iter().find(|visit| visit.id.as_str() == id);
            show(&found.ok_or_else(|| Failure::of(&codes::INBOX_UNKNOWN))?, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(visits: &[Visit], is_json: bool) {
    if is_json {
        println!("{}", Value::from(visits.iter().map(visit_json).collect::<Vec<_>>()));
        return;
    }
    if visits.is_empty() {
        println!("no calls have come in; docs/inbound.md says how to take them");
    }
    for visit in visits {
        println!("{}  {}  {:<16}  {}", visit.id, moment(visit.caller.as_ref(), visit.came_at), caller(visit), in_words(visit));
    }
}

fn show(visit: &Visit, is_json: bool) {
    if is_json {
        println!("{}", visit_json(visit));
        return;
    }
    println!("{}  {}", visit.id, caller(visit));
    let length = visit.length.map_or_else(|| "no end was told".to_owned(), report_view::length);
    println!("  {}, {length}, cost {}", moment(visit.caller.as_ref(), visit.came_at), visit.cost);
    println!("  {}", in_words(visit));
    if visit.message.as_ref().is_some_and(|message| message.state == MessageState::Kept) {
        println!("  listen to it: puppetmaster recording {} --to message.wav", visit.id);
    }
}

fn caller(visit: &Visit) -> String {
    visit.caller.as_ref().map_or_else(|| "number withheld".to_owned(), PhoneNumber::in_international_format)
}

/// The day and hour at the caller's place, where the number tells it; else universal time.
fn moment(caller: Option<&PhoneNumber>, at: Timestamp) -> String {
    let Some(caller) = caller else {
        return wire::date::rfc2822(at);
    };
    let time = local_time(caller, at);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", time.year, time.month, time.day, time.minute / 60, time.minute % 60)
}

fn in_words(visit: &Visit) -> String {
    if let Some(attempt) = &visit.attempt {
        return format!("rang back: attempt {attempt}");
    }
    match &visit.message {
        None => "left no message".to_owned(),
        Some(message) => match (message.state, &message.words) {
            (_, Some(words)) => format!("“{}”", words.expose()),
            (MessageState::Kept, None) => "a message whose words were not understood".to_owned(),
            (MessageState::Coming, None) => "a message that is still at the phone provider".to_owned(),
            (MessageState::Lost, None) => "a message that could not be had".to_owned(),
        },
    }
}

fn visit_json(visit: &Visit) -> Value {
    let millis = |length: Option<std::time::Duration>| length.map(|length| u64::try_from(length.as_millis()).unwrap_or(u64::MAX));
    let message = visit.message.as_ref().map(|message| {
        json!({
            "state": message.state,
            "left_at": message.left_at,
            "length_ms": millis(message.length),
            "words": message.words.as_ref().map(telephony::Private::expose),
        })
    });
    json!({
        "id": visit.id,
        "carrier_call": visit.call,
        "caller": visit.caller,
        "came_at": visit.came_at,
        "ended_at": visit.ended_at,
        "length_ms": millis(visit.length),
        "cost_micros": visit.cost,
        "attempt": visit.attempt,
        "message": message,
    })
}
