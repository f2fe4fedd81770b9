//! The way in: somebody of the cast rings a number of the account, and the number's settings say what happens then.
//!
//! Who rings comes from [`control`](crate::control); `IncomingPhoneNumbers` shows and sets where the calls go.

use std::sync::Arc;

use serde::Deserialize;
use telephony::leg::LegState;
use wire::http::Method;
use wire::twilio::rest::{CallInstructions, CreateCall, NumberSettings};
use wire::twilio::status::CallEvent;

use super::call::Origin;
use super::{Service, fresh_sid};
use crate::control::{NOT_OURS, Refused, Ringing};

/// Where the calls of the account's number go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberAt {
    voice_url: String,
    #[serde(default)]
    voice_fallback_url: Option<String>,
    #[serde(default)]
    status_callback: Option<String>,
}

impl Service {
    /// Sets where the calls of the account's first number go.
    pub(crate) fn point_number(&self, at: NumberAt) -> Result<(), Refused> {
        let settings = NumberSettings {
            voice_url: Some(at.voice_url),
            voice_fallback_url: at.voice_fallback_url,
            status_callback: at.status_callback,
            ..NumberSettings::default()
        };
        let first = &self.credentials.from_number;
        self.holdings.with(|held| held.own_number_mut(first).map(|number| number.apply(&settings))).ok_or(NOT_OURS)
    }

    /// Lets somebody ring a number of the account, and returns the SID of the call.
    pub(crate) fn ring(self: &Arc<Self>, Ringing { from, leg }: Ringing, to: &str) -> Result<String, Refused> {
        let number = self.holdings.with(|held| held.own_number_mut(to).cloned()).ok_or(NOT_OURS)?;
        let no_url = Refused::new(409, "sandbox.no_voice_url", "the number has no voice_url; set it with POST /sandbox/number");
        let method = |text: &Option<String>| text.as_deref().and_then(Method::parse).unwrap_or(Method::Post);
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let application = set(&number.voice_application_sid).map(CallInstructions::Application);
        let own = || set(&number.voice_url).filter(|_| set(&number.trunk_sid).is_none());
        let instructions = application.or_else(|| own().map(|url| CallInstructions::Url { url, method: method(&number.voice_method) }));
        let mut create = CreateCall::new(to.to_owned(), from.as_e164(), instructions.ok_or(no_url)?);
        create.fallback_url = set(&number.voice_fallback_url);
        create.fallback_method = Some(method(&number.voice_fallback_method));
        create.status_callback = set(&number.status_callback);
        create.status_callback_method = Some(method(&number.status_callback_method));
        create.status_events = vec![CallEvent::Completed];
        self.instruct(&mut create).map_err(|_| Refused::new(409, "sandbox.no_voice_url", "the number's application is gone, or has no voice_url"))?;
        let token = fresh_sid("").map_err(|_| Refused::new(500, "sandbox.no_chance", "the system gives no random numbers"))?;
        let placed = self.place(create, leg, Origin::Inbound { token }, LegState::Ringing).ok_or(Refused::no_line())?;
        Ok(placed.sid)
    }
}
