//! Numbers that may be shown as the caller because their owner proved them.
//!
//! The practice network rings nobody for that: whoever of the cast picks up ordinary calls is taken to have keyed in the code.

use std::sync::Arc;
use std::time::Duration;

use simulator::script::LineBehaviour;
use telephony::PhoneNumber;
use wire::date;
use wire::http::{Form, HttpReply, Method};
use wire::twilio::rest::{CallerIdRequest, CallerIdResource, RestError, ValidateCallerId, ValidationResource};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::twilio::{Service, fresh_sid};

/// From the request, or its delay, to the owner's last key.
const KEYED_IN_AFTER: Duration = Duration::from_millis(500);

impl Service {
    pub(super) fn caller_ids(self: &Arc<Self>, request: CallerIdRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        self.holdings.with(|held| match request {
            CallerIdRequest::Validate(validate) => {
                if held.own_number(&validate.phone_number).is_some() || held.is_proved(&validate.phone_number) {
                    return Err(RestError::invalid(21_450, "Phone number already validated for your account"));
                }
                self.validate(validate)
            }
            CallerIdRequest::List { filter, paging } => {
                let all: Vec<CallerIdResource> = held.caller_ids.newest_first().filter(|number| filter.passes(number)).cloned().collect();
                Ok(page("outgoing_caller_ids", target, &paging, &all, |number| number.sid.as_deref()))
            }
            CallerIdRequest::Fetch { number } => Ok(held.caller_ids.get(&number).ok_or_else(unknown)?.reply(200)),
            CallerIdRequest::Rename { number, friendly_name } => {
                let number = held.caller_ids.get_mut(&number).ok_or_else(unknown)?;
                number.friendly_name = Some(friendly_name);
                number.date_updated = Some(date::rfc2822(wall_clock()));
                Ok(number.reply(200))
            }
            CallerIdRequest::Delete { number } => held.caller_ids.remove(&number).map(|_| HttpReply::empty(204)).ok_or_else(unknown),
        })
    }

    fn validate(self: &Arc<Self>, validate: ValidateCallerId) -> Answer {
        let number = PhoneNumber::parse(&validate.phone_number).map_err(|_| RestError::invalid(21_401, "PhoneNumber is not a valid phone number"))?;
        let call_sid = fresh_sid("CA").map_err(|_| internal())?;
        let chance = fresh_sid("").map_err(|_| internal())?;
        let code = u32::from_str_radix(&chance[..6], 16).unwrap_or(0) % 900_000 + 100_000;
        let reply = ValidationResource {
            account_sid: Some(self.credentials.account_sid.clone()),
            call_sid: Some(call_sid.clone()),
            friendly_name: validate.friendly_name.clone().or_else(|| Some(number.as_e164().to_owned())),
            phone_number: Some(number.as_e164().to_owned()),
            validation_code: Some(code.to_string()),
        };
        let picks_up = self.network.config.cast.find(&number).is_some_and(|script| script.line.behaviour == LineBehaviour::Answers);
        let service = Arc::downgrade(self);
        self.network.spawn(async move {
            tokio::time::sleep(Duration::from_secs(validate.call_delay.unwrap_or(0).into()) + KEYED_IN_AFTER).await;
            if let Some(service) = service.upgrade() {
                service.validated(&validate, number.as_e164(), call_sid, picks_up).await;
            }
        });
        Ok(reply.reply(200))
    }

    async fn validated(&self, validate: &ValidateCallerId, number: &str, call_sid: String, is_proved: bool) {
        let sid = fresh_sid("PN").ok().filter(|_| is_proved);
        if let Some(sid) = &sid {
            let now = Some(date::rfc2822(wall_clock()));
            let proved = CallerIdResource::proved(&self.credentials.account_sid, sid, number, validate.friendly_name.as_deref());
            self.holdings.with(|held| held.caller_ids.add(sid.clone(), CallerIdResource { date_created: now.clone(), date_updated: now, ..proved }));
        }
        let Some(url) = &validate.status_callback else { return };
        let mut form = Form::new();
        form.push("AccountSid", self.credentials.account_sid.clone());
        form.push("CallSid", call_sid);
        form.push("To", number.to_owned());
        form.push("Called", number.to_owned());
        form.push("VerificationStatus", if sid.is_some() { "success" } else { "failed" });
        form.push_some("OutgoingCallerIdSid", sid);
        // Whoever does not answer this has lost the news; the list tells as well.
        let _ = self.webhooks.send(validate.status_callback_method.unwrap_or(Method::Post), url, &form).await;
    }
}
