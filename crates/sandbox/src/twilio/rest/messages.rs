//! Text messages: taken, handed over, delivered to whoever of the cast has a line, with news of each step.

use std::sync::Arc;

use telephony::PhoneNumber;
use wire::date;
use wire::http::{HttpReply, Method};
use wire::twilio::callback::MessageCallback;
use wire::twilio::rest::{CreateMessage, MessageRequest, MessageResource, MessageStatus, MessageUpdate, RestError};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::text_message::Passage;
use crate::twilio::{Service, fresh_sid};

/// Twilio's code for a number that cannot be reached.
const UNKNOWN_DESTINATION: u32 = 30_005;

/// Returns the first letters of a message's SID: with pictures, or without.
pub(super) const fn kind_of(message: &CreateMessage) -> &'static str {
    if message.media_urls.is_empty() { "SM" } else { "MM" }
}

impl Service {
    pub(super) fn messages(self: &Arc<Self>, request: MessageRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        match request {
            MessageRequest::Create(message) => self.send_message(*message),
            MessageRequest::List { filter, paging } => self.holdings.with(|held| {
                let all: Vec<MessageResource> = held.messages.newest_first().filter(|message| filter.passes(message)).cloned().collect();
                Ok(page("messages", target, &paging, &all, |message| message.sid.as_deref()))
            }),
            MessageRequest::Fetch { message } => self.holdings.with(|held| Ok(held.messages.get(&message).ok_or_else(unknown)?.reply(200))),
            MessageRequest::Update { message, update } => self.holdings.with(|held| {
                let message = held.messages.get_mut(&message).ok_or_else(unknown)?;
                change(message, &update)?;
                message.date_updated = Some(date::rfc2822(wall_clock()));
                Ok(message.reply(200))
            }),
            MessageRequest::Delete { message } => self.holdings.with(|held| {
                if !is_over(held.messages.get(&message).ok_or_else(unknown)?) {
                    return Err(RestError::new(409, 20_009, "The message is not sent yet"));
                }
                held.messages.remove(&message);
                Ok(HttpReply::empty(204))
            }),
        }
    }

    fn send_message(self: &Arc<Self>, message: CreateMessage) -> Answer {
        if let Some(from) = &message.from
            && self.holdings.with(|held| held.own_number(from)).is_none()
        {
            return Err(RestError::invalid(21_606, "The From phone number is not a valid, SMS-capable number of your account"));
        }
        if message.from.is_none() {
            // The account has no messaging service to choose one.
            return Err(RestError::new(404, 20_404, "The requested messaging service was not found"));
        }
        let number = PhoneNumber::parse(&message.to).map_err(|_| RestError::invalid(21_211, "The 'To' number is not a valid phone number"))?;
        let sid = fresh_sid(kind_of(&message)).map_err(|_| internal())?;
        let now = Some(date::rfc2822(wall_clock()));
        let queued = MessageResource::queued(&self.credentials.account_sid, &sid, &message);
        let resource = MessageResource { date_created: now.clone(), date_updated: now, ..queued };
        let reply = resource.reply(201);
        self.holdings.with(|held| held.messages.add(sid.clone(), resource));
        let service = Arc::downgrade(self);
        let message = Arc::new(message);
        self.network.carry_message(&number, move |passage| {
            let (service, sid, message) = (service.upgrade(), sid.clone(), message.clone());
            async move {
                let status = status_of(passage);
                let Some(service) = service else { return false };
                if !service.message_is(&sid, &status) {
                    return false;
                }
                if let Some(url) = &message.status_callback {
                    service.tell_of_message(&sid, url, &message, status).await;
                }
                true
            }
        });
        Ok(reply)
    }

    /// Moves a message on; false if it was called back or deleted.
    fn message_is(&self, sid: &str, status: &MessageStatus) -> bool {
        self.holdings.with(|held| {
            let Some(message) = held.messages.get_mut(sid).filter(|message| message.status() != Some(MessageStatus::Canceled)) else { return false };
            let now = Some(date::rfc2822(wall_clock()));
            message.status = Some(status.as_str().to_owned());
            message.date_updated.clone_from(&now);
            match status {
                MessageStatus::Sent => message.date_sent = now,
                MessageStatus::Delivered => message.price = Some("-0.00000".into()),
                MessageStatus::Undelivered => {
                    message.error_code = Some(UNKNOWN_DESTINATION);
                    message.error_message = Some("Unknown destination handset".into());
                }
                _ => {}
            }
            true
        })
    }

    async fn tell_of_message(&self, sid: &str, url: &str, message: &CreateMessage, status: MessageStatus) {
        let error_code = (status == MessageStatus::Undelivered).then_some(UNKNOWN_DESTINATION);
        let callback = MessageCallback {
            account_sid: self.credentials.account_sid.clone(),
            message_sid: sid.to_owned(),
            status: status.clone(),
            from: message.from.clone(),
            to: Some(message.to.clone()),
            error_code,
            others: vec![
                ("SmsSid".to_owned(), sid.to_owned()),
                ("SmsStatus".to_owned(), status.as_str().to_owned()),
                ("ApiVersion".to_owned(), wire::twilio::rest::API_VERSION.to_owned()),
            ],
        };
        // The message goes on whatever the program makes of the news.
        let _ = self.webhooks.send(Method::Post, url, &callback.to_form()).await;
    }
}

const fn status_of(passage: Passage) -> MessageStatus {
    match passage {
        Passage::Queued => MessageStatus::Queued,
        Passage::Sent => MessageStatus::Sent,
        Passage::Delivered => MessageStatus::Delivered,
        Passage::Undelivered => MessageStatus::Undelivered,
    }
}

fn is_over(message: &MessageResource) -> bool {
    matches!(message.status(), Some(MessageStatus::Delivered | MessageStatus::Undelivered | MessageStatus::Failed | MessageStatus::Canceled))
}

/// Takes the words away, or calls the message back.
fn change(message: &mut MessageResource, update: &MessageUpdate) -> Result<(), RestError> {
    match update.status.as_deref() {
        None => {}
        Some("canceled") if !is_over(message) => message.status = Some("canceled".into()),
        Some("canceled") => return Err(RestError::new(409, 30_409, "The message cannot be canceled any more")),
        Some(_) => return Err(RestError::invalid(20_001, "Status must be canceled")),
    }
    match update.body.as_deref() {
        None => Ok(()),
        Some("") if is_over(message) => {
            message.body = Some(String::new());
            Ok(())
        }
        Some("") => Err(RestError::new(409, 20_009, "The message is not sent yet")),
        Some(_) => Err(RestError::invalid(20_001, "Body can only be taken away")),
    }
}
