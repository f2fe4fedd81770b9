//! Text messages: how a user is told of an outcome by telephone.
//!
//! The codes for a missing `To` (21604), `From` (21603) and body (21602) and a bad callback (21609) are from memory.

use serde_json::{Map, Value};
use telephony::Timestamp;

use super::address::looks_like_a_number;
use super::checks::{INVALID, any_text, is_as_asked, lies_within, moments, parameters, text, texts, url, within, write_moments};
use super::loose::resource;
use super::price::charge_micros;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RestError};
use crate::http::{Form, HttpRequest, Method};
use crate::words::words;

/// Longest body of a message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 1_600;

words! {
    /// The states of a message.
    MessageStatus {
        /// Taken; a messaging service chooses the number.
        Accepted = "accepted",
        /// Will be sent later.
        Scheduled = "scheduled",
        /// Waits for its turn.
        Queued = "queued",
        /// Is being handed over.
        Sending = "sending",
        /// Handed over.
        Sent = "sent",
        /// Arrived.
        Delivered = "delivered",
        /// Did not arrive.
        Undelivered = "undelivered",
        /// Could not be sent.
        Failed = "failed",
        /// Was called back before it was sent.
        Canceled = "canceled",
        /// Is coming in.
        Receiving = "receiving",
        /// Came in.
        Received = "received",
        /// Was read.
        Read = "read",
    }
}

parameters! {
    /// A message to be sent. `Debug` shows which parameters are set, no word and no number.
    CreateMessage {
        required {
            /// Whom it is for.
            to: String = receiver("To");
        }
        optional {
            /// Our number; or a service chooses one.
            from: Option<String> = sender("From");
            /// `MG…`: the service that chooses a number.
            messaging_service_sid: Option<String> = text("MessagingServiceSid");
            /// The words, [`MAX_MESSAGE_CHARS`] at most.
            body: Option<String> = body("Body");
            /// Pictures and the like.
            media_urls: Vec<String> = texts("MediaUrl");
            /// `HX…`: a text kept at Twilio.
            content_sid: Option<String> = text("ContentSid");
            /// Where to report its states.
            status_callback: Option<String> = url("StatusCallback", 21609);
            /// Seconds after which it is not sent any more, 1 to 36 000.
            validity_period: Option<u32> = within("ValidityPeriod", 1..=36_000, INVALID);
        }
    }
}

impl CreateMessage {
    /// Returns a message of plain text.
    pub fn text(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> Self {
        let mut message = Self::new(to);
        message.from = Some(from.into());
        message.body = Some(body.into());
        message
    }

    fn check(self) -> Result<Self, RestError> {
        if self.from.is_none() && self.messaging_service_sid.is_none() {
            return Err(RestError::invalid(21603, "A 'From' phone number is required"));
        }
        if self.body.is_none() && self.media_urls.is_empty() && self.content_sid.is_none() {
            return Err(RestError::invalid(21602, "Message body is required"));
        }
        Ok(self)
    }
}

fn receiver(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    let to = form.filled(key).ok_or_else(|| RestError::invalid(21604, "A 'To' phone number is required"))?;
    let fits = looks_like_a_number(to) || to.split_once(':').is_some_and(|(_, rest)| !rest.is_empty());
    if fits { Ok(to.to_owned()) } else { Err(RestError::invalid(21211, format!("The 'To' number {to} is not a valid phone number"))) }
}

/// Names of letters and short codes may send too, so almost anything may stand here.
fn sender(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        Some(from) if from.starts_with('+') && !looks_like_a_number(from) => {
            Err(RestError::invalid(21212, format!("The 'From' number {from} is not a valid phone number")))
        }
        from => Ok(from.map(str::to_owned)),
    }
}

fn body(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        Some(body) if body.chars().count() > MAX_MESSAGE_CHARS => {
            Err(RestError::invalid(21617, "The concatenated message body exceeds the 1600 character limit"))
        }
        body => Ok(body.map(str::to_owned)),
    }
}

parameters! {
    /// A change of a message.
    MessageUpdate {
        optional {
            /// Empty text takes the words away at Twilio.
            body: Option<String> = any_text("Body");
            /// `canceled` calls a message back that is not sent yet.
            status: Option<String> = text("Status");
        }
    }
}

impl MessageUpdate {
    /// Returns the change that takes the words away at Twilio.
    pub fn redact() -> Self {
        Self { body: Some(String::new()), ..Self::default() }
    }
}

/// Which messages to list. `Debug` shows no number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Those to this number.
    pub to: Option<String>,
    /// Those from this number.
    pub from: Option<String>,
    /// Those sent at or after this moment.
    pub sent_after: Option<Timestamp>,
    /// Those sent at or before this moment.
    pub sent_before: Option<Timestamp>,
}

impl MessageFilter {
    fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        query.push_some("To", self.to.clone());
        query.push_some("From", self.from.clone());
        write_moments(&mut query, "DateSent", self.sent_after, self.sent_before);
        query
    }

    fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let (sent_after, sent_before) = moments(query, "DateSent")?;
        Ok(Self { to: text(query, "To")?, from: text(query, "From")?, sent_after, sent_before })
    }

    /// Returns whether a message passes the filter.
    pub fn passes(&self, message: &MessageResource) -> bool {
        is_as_asked(self.to.as_deref(), message.to.as_deref())
            && is_as_asked(self.from.as_deref(), message.from.as_deref())
            && lies_within(message.date_sent.as_deref(), self.sent_after, self.sent_before)
    }
}

impl std::fmt::Debug for MessageFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageFilter").finish_non_exhaustive()
    }
}

resource! {
    /// A message as the API shows it. `Debug` shows no word and no number.
    MessageResource shows [sid, status, error_code] {
        /// The words.
        body: String,
        /// Parts that it is sent in, as text.
        num_segments: String,
        /// `inbound`, `outbound-api`, …
        direction: String,
        /// Who sent it.
        from: String,
        /// Whom it is for.
        to: String,
        /// RFC 2822.
        date_updated: String,
        /// A negative decimal, as text; `null` until rated.
        price: String,
        /// What Twilio says of a failure.
        error_message: String,
        /// The path of the resource.
        uri: String,
        /// `AC…`.
        account_sid: String,
        /// Pictures and the like, as text.
        num_media: String,
        /// See [`MessageStatus`].
        status: String,
        /// `MG…`.
        messaging_service_sid: String,
        /// `SM…` or `MM…`.
        sid: String,
        /// RFC 2822.
        date_sent: String,
        /// RFC 2822.
        date_created: String,
        /// Twilio's code of a failure.
        error_code: u32,
        /// Upper case.
        price_unit: String,
        /// `2010-04-01`.
        api_version: String,
        /// Paths of what belongs to it.
        subresource_uris: Map<String, Value>,
    }
}

impl MessageResource {
    /// Returns a message that waits for its turn.
    pub fn queued(account: &str, sid: &str, message: &CreateMessage) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{account}/Messages/{sid}");
        let body = message.body.clone().unwrap_or_default();
        Self {
            num_segments: Some(segments(&body).to_string()),
            body: Some(body),
            direction: Some("outbound-api".into()),
            from: message.from.clone(),
            to: Some(message.to.clone()),
            uri: Some(format!("{base}.json")),
            account_sid: Some(account.to_owned()),
            num_media: Some(message.media_urls.len().to_string()),
            status: Some(if message.from.is_some() { "queued" } else { "accepted" }.into()),
            messaging_service_sid: message.messaging_service_sid.clone(),
            sid: Some(sid.to_owned()),
            price_unit: Some("USD".into()),
            api_version: Some(API_VERSION.into()),
            subresource_uris: Some(Map::from_iter([("media".to_owned(), Value::from(format!("{base}/Media.json")))])),
            ..Self::default()
        }
    }

    /// Returns the state, if said.
    pub fn status(&self) -> Option<MessageStatus> {
        self.status.as_deref().map(MessageStatus::parse)
    }

    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<u64> {
        charge_micros(self.price.as_deref()?)
    }
}

/// Returns how many parts a text is sent in.
///
/// 160 signs of the telephone alphabet in one part and 153 in each of several; 70 and 67 if it needs any other sign. The
/// alphabet is taken as ASCII here, so a text with an `é` counts more than it costs.
pub fn segments(body: &str) -> usize {
    let (alone, together) = if body.is_ascii() { (160, 153) } else { (70, 67) };
    let units = if body.is_ascii() { body.len() } else { body.encode_utf16().count() };
    if units <= alone { 1 } else { units.div_ceil(together) }
}

/// What can be asked of messages.
#[derive(Clone, PartialEq, Debug)]
pub enum MessageRequest {
    /// Send one. Answer 201.
    Create(Box<CreateMessage>),
    /// List them.
    List {
        /// Which.
        filter: MessageFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `SM…`.
        message: String,
    },
    /// Redact one, or call it back.
    Update {
        /// `SM…`.
        message: String,
        /// What to change.
        update: MessageUpdate,
    },
    /// Delete one. Answer 204.
    Delete {
        /// `SM…`.
        message: String,
    },
}

impl MessageRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Create(Box::new(CreateMessage::from_form(&asked.form)?.check()?)),
            (Method::Get, []) => Self::List { filter: MessageFilter::from_query(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [message]) => Self::Fetch { message: own(message) },
            (Method::Post, [message]) => Self::Update { message: own(message), update: MessageUpdate::from_form(&asked.form)? },
            (Method::Delete, [message]) => Self::Delete { message: own(message) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/Messages");
        let one = |message: &str| format!("{all}/{}", segment(message));
        match self {
            Self::Create(message) => post(all, &message.to_form()),
            Self::List { filter, paging } => list(all, filter.to_query(), paging),
            Self::Fetch { message } => get(one(message)),
            Self::Update { message, update } => post(one(message), &update.to_form()),
            Self::Delete { message } => delete(one(message)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_message_is_refused_with_its_own_code() {
        let code = |form: &str| CreateMessage::from_form(&Form::parse(form)).and_then(CreateMessage::check).unwrap_err().code;
        assert_eq!(code("From=%2B15005550006&Body=x"), 21604);
        assert_eq!(code("To=me&From=%2B15005550006&Body=x"), 21211);
        assert_eq!(code("To=%2B15005550010&From=%2Bx&Body=x"), 21212);
        assert_eq!(code("To=%2B15005550010&Body=x"), 21603);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006"), 21602);
        assert_eq!(code(&format!("To=%2B15005550010&From=%2B15005550006&Body={}", "x".repeat(1_601))), 21617);
    }

    #[test]
    fn a_long_text_is_sent_in_parts() {
        assert_eq!((segments(""), segments(&"x".repeat(160)), segments(&"x".repeat(161)), segments(&"x".repeat(307))), (1, 1, 2, 3));
        assert_eq!((segments(&"é".repeat(70)), segments(&"é".repeat(71)), segments(&"😀".repeat(36))), (1, 2, 2));
    }

    #[test]
    fn debug_shows_neither_words_nor_numbers() {
        let message = CreateMessage::text("+12125550123", "+15005550006", "your code is 4711");
        let text = format!("{message:?} {:?}", MessageResource::queued("AC1", "SM1", &message));
        assert!(!text.contains("555") && !text.contains("4711"), "{text}");
    }
}
