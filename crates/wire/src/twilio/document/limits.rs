//! How much of everything a document may have. What is beyond is warned of in reading, and refused where documents are
//! checked to the letter.

use super::conference::Conference;
use super::dial::{Dial, DialTo};
use super::dial_target::Client;
use super::gather::Gather;
use super::record::Record;
use super::stream::Stream;
use super::warning::{SCHEMA, Warnings};
use crate::xml::Element;

/// Longest document, in bytes. From memory.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1_024;

/// Longest text of a `<Say>`.
///
/// Source: Twilio's public skill on voice documents, 2026.
pub const MAX_SAY_CHARS: usize = 4_096;

/// Most targets that one `<Dial>` rings at once.
///
/// Source: Twilio's page of `<Client>`, 2025.
pub const MAX_TARGETS: usize = 10;

/// Most entries of `hints`, and the longest one.
///
/// Source: Twilio's page of `<Gather>`, 2025.
pub const MAX_HINTS: (usize, usize) = (500, 100);

/// Name and value of a `<Parameter>` together are shorter than this.
///
/// Source: Twilio's page of `<Stream>`, 2025.
pub const PARAMETER_CHARS: usize = 500;

/// Longest name of a queue.
pub const MAX_QUEUE_NAME: usize = 64;

/// Longest name of a conference, and longest label of a participant.
pub const MAX_CONFERENCE_NAME: usize = 128;

/// Most participants of a conference.
pub const MAX_PARTICIPANTS: u32 = 250;

/// Longest identity of a client.
pub const MAX_IDENTITY: usize = 256;

/// Longest reason of a call.
pub const MAX_CALL_REASON: usize = 50;

/// Longest recording of an account that may make long ones, in seconds; 14 400 otherwise.
pub const MAX_RECORDING_SECONDS: u32 = 86_400;

/// Which code of the family of `<Say>` a text that is too long has is from memory.
const SAY_TOO_LONG: u32 = 13521;

pub(super) fn say(element: &Element, warnings: &mut Warnings) {
    if element.all_text().chars().count() > MAX_SAY_CHARS {
        warnings.push(SAY_TOO_LONG, element, None, "a text of more than 4096 characters");
    }
}

pub(super) fn gather(element: &Element, gather: &Gather, warnings: &mut Warnings) {
    hints(element, gather.hints.as_deref(), warnings);
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '#' | '*');
    if gather.finish_on_key.chars().count() > 1 || !gather.finish_on_key.chars().all(is_key) {
        warnings.of_attribute(element, "finishOnKey", "more than one key, or none that there is");
    }
    if gather.num_digits == Some(0) {
        warnings.of_attribute(element, "numDigits", "fewer than one key");
    }
}

pub(super) fn hints(element: &Element, hints: Option<&str>, warnings: &mut Warnings) {
    let mut entries = hints.unwrap_or_default().split(',');
    let (most, longest) = MAX_HINTS;
    if entries.clone().count() > most || entries.any(|entry| entry.trim().chars().count() > longest) {
        warnings.of_attribute(element, "hints", "more than 500 entries, or one of more than 100 characters");
    }
}

pub(super) fn record(element: &Element, record: &Record, warnings: &mut Warnings) {
    if !(2..=MAX_RECORDING_SECONDS).contains(&record.max_length) {
        warnings.of_attribute(element, "maxLength", "fewer than 2 or more than 86400 seconds");
    }
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '#' | '*');
    if !record.finish_on_key.chars().all(is_key) {
        warnings.of_attribute(element, "finishOnKey", "a key that there is none of");
    }
}

pub(super) fn dial(element: &Element, dial: &Dial, warnings: &mut Warnings) {
    if !(5..=600).contains(&dial.timeout) {
        warnings.of_attribute(element, "timeout", "fewer than 5 or more than 600 seconds");
    }
    if dial.call_reason.as_deref().is_some_and(|reason| reason.chars().count() > MAX_CALL_REASON) {
        warnings.of_attribute(element, "callReason", "more than 50 characters");
    }
    if let DialTo::Targets(targets) = &dial.to
        && !dial.sequential
        && targets.len() > MAX_TARGETS
    {
        warnings.of(element, "more than 10 targets at once");
    }
}

pub(super) fn client(element: &Element, client: &Client, warnings: &mut Warnings) {
    if client.identity.is_empty() || client.identity.chars().count() > MAX_IDENTITY {
        warnings.of(element, "no identity, or one of more than 256 characters");
    }
}

pub(super) fn conference(element: &Element, conference: &Conference, warnings: &mut Warnings) {
    if conference.name.is_empty() || conference.name.chars().count() > MAX_CONFERENCE_NAME {
        warnings.of(element, "no name, or one of more than 128 characters");
    }
    if conference.participant_label.as_deref().is_some_and(|label| label.chars().count() > MAX_CONFERENCE_NAME) {
        warnings.of_attribute(element, "participantLabel", "more than 128 characters");
    }
    if !(2..=MAX_PARTICIPANTS).contains(&conference.max_participants) {
        warnings.of_attribute(element, "maxParticipants", "fewer than 2 or more than 250");
    }
}

pub(super) fn queue_name(element: &Element, name: &str, warnings: &mut Warnings) {
    if name.chars().count() > MAX_QUEUE_NAME {
        warnings.of(element, "a name of more than 64 characters");
    }
}

pub(super) fn parameter(element: &Element, name: &str, value: &str, warnings: &mut Warnings) {
    if name.chars().count() + value.chars().count() >= PARAMETER_CHARS {
        warnings.push(SCHEMA, element, None, "a name and a value of 500 characters or more together");
    }
}

pub(super) fn stream(element: &Element, stream: &Stream, warnings: &mut Warnings) {
    socket(element, &stream.url, warnings);
    if stream.url.contains('?') {
        warnings.of_what_will_fail(element, "url", "a query, which the handshake fails on: use <Parameter>");
    }
    absolute(element, "statusCallback", stream.status_callback.as_deref(), warnings);
}

/// `ws` passes for tests on one machine; Twilio itself takes `wss` only.
pub(super) fn socket(element: &Element, url: &str, warnings: &mut Warnings) {
    let rest = url.strip_prefix("wss://").or_else(|| url.strip_prefix("ws://127.0.0.1")).or_else(|| url.strip_prefix("ws://localhost"));
    if rest.is_none_or(str::is_empty) {
        warnings.of_what_will_fail(element, "url", "no address of a socket (wss://…)");
    }
}

pub(super) fn absolute(element: &Element, attribute: &str, url: Option<&str>, warnings: &mut Warnings) {
    if url.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        warnings.of_what_will_fail(element, attribute, "a relative address, which is never asked");
    }
}
