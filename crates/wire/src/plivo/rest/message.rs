//! Text messages: send, show, list.

use telephony::Timestamp;

use super::address::WebUrl;
use super::body::{flag, method, needed, parameters, query_of, text, url, word};
use super::id::ResourceId;
use super::loose::resource;
use super::range::{Range, moments};
use super::route::Asked;
use super::several::{Several, needed_several};
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::Method;
use crate::plivo::decimal::Decimal;
use crate::plivo::status::MessageStatus;
use crate::words::words;

/// What can be asked of messages.
#[derive(Clone, PartialEq, Debug)]
pub enum MessageRequest {
    /// Send one. Answer 202 with [`MessageQueued`].
    Create(Box<CreateMessage>),
    /// Show one. Answer [`MessageResource`].
    Fetch {
        /// Which.
        message: ResourceId,
    },
    /// List them. Answer a page of [`MessageResource`].
    List {
        /// Which.
        filter: Box<MessageFilter>,
        /// Which page.
        paging: Paging,
    },
}

impl MessageRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Post, []) => Self::Create(Box::new(CreateMessage::from_body(&asked.body)?)),
            (Method::Get, []) => Self::List { filter: Box::new(MessageFilter::from_body(&asked.query)?), paging: asked.paging()? },
            (Method::Get, [message]) => Self::Fetch { message: ResourceId::parse(message)? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        match self {
            Self::Create(create) => Outgoing::post(account, "/Message/", create.to_body()),
            Self::Fetch { message } => Outgoing::get(account, &format!("/Message/{message}/")),
            Self::List { filter, paging } => {
                let mut query = query_of(filter.to_body());
                paging.write(&mut query);
                Outgoing::get_with(account, "/Message/", &query)
            }
        }
    }
}

words! {
    /// Kinds of messages.
    MessageKind {
        /// A text, if nothing is said.
        Sms = "sms",
        /// With pictures.
        Mms = "mms",
        /// Over WhatsApp.
        Whatsapp = "whatsapp",
    }
}

parameters! {
    /// A message to be sent.
    CreateMessage {
        required {
            /// Whom to.
            dst: Several = needed_several("dst", 1_000);
            /// The words.
            text: String = needed("text");
        }
        optional {
            /// Our number; a pool of numbers may stand in its place.
            src: Option<String> = text("src");
            /// `sms` if not said.
            r#type: Option<MessageKind> = word("type");
            /// Where its states are reported to.
            url: Option<WebUrl> = url("url");
            /// How to report them; `POST` if not said.
            method: Option<Method> = method("method");
            /// `true`, `false`, or what to leave out of Plivo's log.
            log: Option<String> = text("log");
            /// Shorten addresses and count who follows them.
            trackable: Option<bool> = flag("trackable");
            /// The pool of numbers.
            powerpack_uuid: Option<String> = text("powerpack_uuid");
        }
        also []
    }
}

parameters! {
    /// Which messages to list.
    MessageFilter {
        optional {
            /// Those of this subaccount.
            subaccount: Option<String> = text("subaccount");
            /// `inbound` or `outbound`.
            message_direction: Option<String> = text("message_direction");
            /// Those in this state.
            message_state: Option<MessageStatus> = word("message_state");
            /// Those of this time.
            message_time: Range<Timestamp> = moments("message_time");
        }
        also ["limit", "offset", "cursor"]
    }
}

resource! {
    /// What Plivo answers when a message is to be sent.
    MessageQueued shows [message_uuid] {
        /// `message(s) queued`.
        message: String,
        /// One for each number.
        message_uuid: Vec<String>,
    }
    sometimes {}
}

resource! {
    /// A message. Its words are not kept.
    MessageResource shows [message_uuid, message_state, error_code] {
        /// The message.
        message_uuid: String,
        /// See [`MessageStatus`].
        message_state: String,
        /// `inbound` or `outbound`.
        message_direction: String,
        /// See [`MessageKind`].
        message_type: String,
        /// With an offset.
        message_time: String,
        /// Who sent it.
        from_number: String,
        /// Who gets it.
        to_number: String,
        /// Parts it was cut into.
        units: u32,
        /// What a part costs.
        total_rate: Decimal,
        /// What it cost.
        total_amount: Decimal,
        /// Why it was not delivered.
        error_code: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {
        /// The reason in words.
        error_message: String,
    }
}
