//! The way in: somebody of the cast rings the account's number, and the application that it points to says what happens then.
//!
//! Who rings comes from [`control`](crate::control); `Number` and `Application` of the REST API show and set where the calls go.

use std::sync::Arc;

use serde::Deserialize;
use telephony::PhoneNumber;
use wire::http::Method;
use wire::plivo::rest::{CreateCall, UpdateApplication, WebUrl};

use super::Service;
use super::call::Origin;
use super::place::Placing;
use crate::control::{NOT_OURS, Refused, Ringing};

/// Where the calls of the account's number go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberAt {
    answer_url: String,
    #[serde(default)]
    fallback_answer_url: Option<String>,
    #[serde(default)]
    hangup_url: Option<String>,
    #[serde(default)]
    message_url: Option<String>,
}

/// There is no application that says where the call goes.
const NO_APPLICATION: Refused =
    Refused::new(409, "sandbox.no_answer_url", "the number points to no application; set one over the API, or answer_url with POST /sandbox/number");

impl Service {
    /// Makes an application for the account's number and points the number to it.
    pub(crate) fn point_number(&self, at: &NumberAt) -> Result<(), Refused> {
        let address =
            |text: &str| WebUrl::parse(text).map_err(|_| Refused::new(400, "sandbox.bad_request", "addresses must be absolute, http or https"));
        let perhaps = |text: &Option<String>| text.as_deref().map(address).transpose();
        let answer_url = address(&at.answer_url)?;
        let settings = UpdateApplication {
            app_name: Some("sandbox".to_owned()),
            // Where nobody says otherwise, the end is reported to the address for documents: so it is at Plivo.
            hangup_url: perhaps(&at.hangup_url)?.or_else(|| Some(answer_url.clone())),
            answer_url: Some(answer_url),
            fallback_answer_url: perhaps(&at.fallback_answer_url)?,
            message_url: perhaps(&at.message_url)?,
            ..UpdateApplication::default()
        };
        self.holdings.with(|held| {
            let made = held.add_application(&self.account, &settings);
            let id = made.map_err(|_| Refused::new(500, "sandbox.no_chance", "the system gives no random numbers"))?;
            held.point_number(&self.account, Some(&id));
            Ok(())
        })
    }

    /// Lets somebody ring the account's number, and returns the UUID of the call.
    pub(crate) fn ring(self: &Arc<Self>, Ringing { from, leg }: Ringing, to: &str) -> Result<String, Refused> {
        let to = PhoneNumber::parse(to).ok().filter(|to| self.owns(to.as_e164())).ok_or(NOT_OURS)?;
        let application = self.holdings.with(|held| held.application_of_number().cloned()).ok_or(NO_APPLICATION)?;
        let address = |text: &Option<String>| text.as_deref().and_then(|text| WebUrl::parse(text).ok());
        let method = |text: &Option<String>| text.as_deref().and_then(Method::parse);
        let answer_url = address(&application.answer_url).ok_or(NO_APPLICATION)?;
        let hangup_url = address(&application.hangup_url).unwrap_or_else(|| answer_url.clone());
        let create = CreateCall {
            answer_method: method(&application.answer_method),
            hangup_method: method(&application.hangup_method),
            fallback_url: address(&application.fallback_answer_url),
            fallback_method: method(&application.fallback_method),
            ..CreateCall::new(from.as_e164(), to.as_e164(), answer_url, hangup_url)
        };
        let faults = self.network.faults.decide(from.as_e164());
        let placed = self.place(Placing { create, to, leg, origin: Origin::Inbound, faults });
        placed.map(|placed| placed.uuid).ok_or(Refused::no_line())
    }
}
