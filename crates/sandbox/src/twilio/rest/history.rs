//! What was sent to programs and what was wrong with it: events and notifications of a call, alerts of the account.

use serde_json::{Map, Value};
use wire::date;
use wire::http::Form;
use wire::twilio::error_codes::lookup;
use wire::twilio::rest::{
    API_VERSION, AlertRequest, AlertResource, EventRequest, EventResource, EventResponse, NotificationRequest, NotificationResource, Paging,
    RestError,
};

use super::pages::{meta_page, page};
use super::{Answer, path};
use crate::twilio::Service;
use crate::twilio::log::{Complaint, Exchange};

impl Service {
    pub(super) fn list_events(&self, call: &str, paging: &Paging, target: &str) -> Answer {
        if self.registry.with(|shelves| !shelves.calls.contains_key(call)) {
            return Err(RestError::not_found(path(target)));
        }
        // Events have no SID: their place in the list, which only grows, names them.
        let all: Vec<(String, EventResource)> =
            self.log.exchanges_of(call).iter().enumerate().map(|(at, exchange)| (at.to_string(), event(exchange))).collect();
        let (items, next) = super::pages::cut(paging, &all, |(at, _)| Some(at));
        let items: Vec<EventResource> = items.iter().map(|(_, event)| event.clone()).collect();
        Ok(wire::twilio::rest::Page::reply("events", target, paging, &items, next.as_deref()))
    }

    pub(super) fn notifications(&self, request: NotificationRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        match request {
            NotificationRequest::List { call, filter, paging } => {
                if let Some(call) = &call
                    && self.registry.with(|shelves| !shelves.calls.contains_key(call))
                {
                    return Err(unknown());
                }
                let complaints = self.log.complaints(|complaint| call.as_ref().is_none_or(|call| *call == complaint.call_sid));
                let shown = complaints.iter().map(|complaint| self.notification(complaint, false));
                let all: Vec<NotificationResource> = shown.filter(|notification| filter.passes(notification)).collect();
                Ok(page("notifications", target, &paging, &all, |notification| notification.sid.as_deref()))
            }
            NotificationRequest::Fetch { call, notification } => {
                let is_it = |complaint: &Complaint| complaint.sid == notification && call.as_ref().is_none_or(|call| *call == complaint.call_sid);
                let complaint = self.log.complaints(is_it).into_iter().next().ok_or_else(unknown)?;
                Ok(self.notification(&complaint, true).reply(200))
            }
        }
    }

    fn notification(&self, complaint: &Complaint, is_alone: bool) -> NotificationResource {
        let at = Some(date::rfc2822(complaint.at));
        let account = &self.credentials.account_sid;
        let about = complaint.about.as_ref();
        NotificationResource {
            account_sid: Some(account.clone()),
            api_version: Some(API_VERSION.into()),
            call_sid: Some(complaint.call_sid.clone()),
            date_created: at.clone(),
            date_updated: at.clone(),
            error_code: Some(complaint.code.to_string()),
            log: Some(if complaint.is_warning() { "1" } else { "0" }.into()),
            message_date: at,
            message_text: Some(text(complaint)),
            more_info: Some(more_info(complaint.code)),
            request_method: about.map(|about| about.method.as_str().to_owned()),
            request_url: about.map(|about| about.url.clone()),
            request_variables: about.filter(|_| is_alone).map(variables),
            response_headers: about.and_then(|about| about.reply.as_ref()).filter(|_| is_alone).map(headers),
            response_body: about.and_then(|about| about.reply.as_ref()).filter(|_| is_alone).map(|reply| reply.body.clone()),
            sid: Some(complaint.sid.clone()),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Notifications/{}.json", complaint.sid)),
        }
    }

    pub(super) fn alerts(&self, request: AlertRequest, target: &str) -> Answer {
        match request {
            AlertRequest::List { filter, paging } => {
                let fits = |complaint: &Complaint| {
                    filter.log_level.as_deref().is_none_or(|level| level == level_of(complaint))
                        && filter.start.is_none_or(|start| complaint.at >= start)
                        && filter.end.is_none_or(|end| complaint.at <= end)
                };
                let all: Vec<AlertResource> = self.log.complaints(fits).iter().map(|complaint| self.alert(complaint, false)).collect();
                Ok(meta_page(("alerts", &self.network.base_url), target, &paging, &all, |alert| alert.sid.as_deref()))
            }
            AlertRequest::Fetch { alert } => {
                let complaint = self.log.complaints(|complaint| complaint.sid == alert).into_iter().next();
                Ok(self.alert(&complaint.ok_or_else(|| RestError::not_found(path(target)))?, true).reply(200))
            }
        }
    }

    fn alert(&self, complaint: &Complaint, is_alone: bool) -> AlertResource {
        let at = Some(date::iso8601(complaint.at));
        let about = complaint.about.as_ref();
        AlertResource {
            account_sid: Some(self.credentials.account_sid.clone()),
            alert_text: Some(text(complaint)),
            api_version: Some(API_VERSION.into()),
            date_created: at.clone(),
            date_generated: at.clone(),
            date_updated: at,
            error_code: Some(complaint.code.to_string()),
            log_level: Some(level_of(complaint).into()),
            more_info: Some(more_info(complaint.code)),
            request_method: about.map(|about| about.method.as_str().to_owned()),
            request_url: about.map(|about| about.url.clone()),
            request_variables: about.filter(|_| is_alone).map(variables),
            request_headers: None,
            response_headers: about.and_then(|about| about.reply.as_ref()).filter(|_| is_alone).map(headers),
            response_body: about.and_then(|about| about.reply.as_ref()).filter(|_| is_alone).map(|reply| reply.body.clone()),
            resource_sid: Some(complaint.call_sid.clone()),
            sid: Some(complaint.sid.clone()),
            url: Some(format!("{}/v1/Alerts/{}", self.network.base_url, complaint.sid)),
        }
    }
}

fn event(exchange: &Exchange) -> EventResource {
    let parameters: Map<String, Value> =
        exchange.parameters.iter().map(|(name, value)| (with_underscores(name), Value::from(value.clone()))).collect();
    let reply = exchange.reply.as_ref();
    EventResource {
        request: Some(EventRequest {
            method: Some(exchange.method.as_str().to_owned()),
            url: Some(exchange.url.clone()),
            parameters: Some(parameters),
        }),
        response: Some(EventResponse {
            response_code: reply.map(|reply| reply.status.into()),
            request_duration: Some(exchange.took_ms),
            content_type: reply.map(|reply| reply.content_type.clone()),
            response_body: reply.map(|reply| reply.body.clone()),
            date_created: Some(date::rfc2822(exchange.at)),
        }),
    }
}

/// Returns `call_sid` for `CallSid`.
fn with_underscores(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for sign in name.chars() {
        if sign.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(sign.to_ascii_lowercase());
    }
    out
}

fn variables(exchange: &Exchange) -> String {
    let mut form = Form::new();
    for (key, value) in &exchange.parameters {
        form.push(key.clone(), value.clone());
    }
    form.encode()
}

fn headers(reply: &crate::twilio::log::Reply) -> String {
    let mut form = Form::new();
    form.push("Content-Type", reply.content_type.clone());
    form.encode()
}

fn text(complaint: &Complaint) -> String {
    let mut form = Form::new();
    form.push("Msg", lookup(complaint.code).map_or("An error has occurred", |entry| entry.meaning));
    form.push("ErrorCode", complaint.code.to_string());
    form.push("LogLevel", if complaint.is_warning() { "WARN" } else { "ERROR" });
    form.encode()
}

const fn level_of(complaint: &Complaint) -> &'static str {
    if complaint.is_warning() { "warning" } else { "error" }
}

fn more_info(code: u32) -> String {
    format!("https://www.twilio.com/docs/errors/{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_underscores() {
        assert_eq!(with_underscores("CallSid"), "call_sid");
        assert_eq!(with_underscores("From"), "from");
        assert_eq!(with_underscores("SipResponseCode"), "sip_response_code");
    }
}
