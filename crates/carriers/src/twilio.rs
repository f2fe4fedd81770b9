//! Twilio: calls over REST, webhooks, media streams.
//!
//! The practice network speaks the same formats at another address; there is no other path through this file for it.

mod account;
mod callbacks;
mod media;
mod relay;
mod room;

use std::time::Duration;

use async_trait::async_trait;
use ports::carrier::{Abilities, CallRequest, Carrier, CarrierCall, CarrierError, Cleared, Line, LiveLeg, OperatorGrant, RecordingState};
use telephony::cost::Micros;
use telephony::leg::LegState;
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use wire::date;
use wire::http::{HttpReply, Method};
use wire::twilio::connection::{ConnectionOverrides, RetryOn};
use wire::twilio::error_codes;
use wire::twilio::rest::{
    self, AccountResource, CallFilter, CallInstructions, CallResource, CallUpdate, CreateCall, CreateMessage, Credentials, MediaFormat,
    MessageRequest, Page, Paging, RecordingResource, RecordingUpdate, RestError, RestRequest,
};
use wire::twilio::signature::Keyring;
use wire::twilio::status::{CallEvent, CallStatus, RecordingStatus};

pub use media::TwilioMediaCodec;
pub use relay::TwilioRelayCodec;

use crate::http::{HttpConfig, HttpConfigError, HttpShell, NoReply, retry_after};
use crate::shared::{self, Turnstile, check_clearance, check_grant, whole_seconds};

/// Where Twilio's API is.
pub const ORIGIN: &str = "https://api.twilio.com";

/// What Twilio can do for real telephones.
pub const ABILITIES: Abilities = Abilities {
    media_stream: true,
    text_relay: true,
    machine_detection: true,
    waits_for_beeps: false,
    queues: true,
    lists_within: shared::lists_within(Line::Real),
};

/// Calls that an account may ask for in a second if nothing else was agreed.
///
/// Source: Twilio's page of the Call resource, 2026. What comes faster waits at Twilio.
pub const CALLS_PER_SECOND: u32 = 1;

/// Our name for it in records and errors.
const NAME: &str = "twilio";

/// Pages of a search that are read at most: a thousand calls between two numbers are more than any day has.
const MAX_PAGES: usize = 10;

/// Entries a page of a search.
const PAGE_SIZE: u32 = 100;

/// How to reach an account.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// What stands in place of [`ORIGIN`]; the practice network's address, or a region's.
    pub base_url: String,
    /// `AC…`.
    pub account_sid: String,
    /// Signs webhooks; signs in too unless there is an API key.
    pub auth_token: Private<String>,
    /// The auth token before or after this one: while tokens are changed, webhooks may be signed with either.
    pub other_auth_token: Option<Private<String>>,
    /// Signs in, in place of the auth token.
    pub api_key: Option<ApiKey>,
    /// Calls that may be asked for in a second; `None` for as many as come.
    pub calls_per_second: Option<u32>,
    /// Which network this is; a clearance for the other one does not dial here.
    pub line: Line,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long request and reply may take together.
    pub total_timeout: Duration,
}

/// A key made for one program, which can be taken away alone. Its secret signs no webhooks.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// `SK…`.
    pub sid: String,
    /// Its secret.
    pub secret: Private<String>,
}

impl TwilioConfig {
    /// Returns the configuration of a live account with the usual times.
    pub fn new(account_sid: impl Into<String>, auth_token: Private<String>) -> Self {
        let http = HttpConfig::new(ORIGIN, String::new(), Private::new(String::new()));
        Self {
            base_url: http.origin,
            account_sid: account_sid.into(),
            auth_token,
            other_auth_token: None,
            api_key: None,
            calls_per_second: Some(CALLS_PER_SECOND),
            line: Line::Real,
            connect_timeout: http.connect_timeout,
            total_timeout: http.total_timeout,
        }
    }
}

/// A Twilio account.
#[derive(Debug)]
pub struct Twilio {
    account_sid: String,
    line: Line,
    token: Credentials,
    key: Option<Credentials>,
    keys: Keyring,
    base_url: String,
    turnstile: Turnstile,
    http: HttpShell,
}

/// What an account is good for, once its credentials are right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccountCheck {
    /// Neither suspended nor closed.
    pub is_active: bool,
    /// A trial account calls verified numbers only, for ten minutes at most.
    pub is_trial: bool,
}

impl Twilio {
    /// Makes the adapter. Nothing is sent.
    ///
    /// # Errors
    /// The address is none, or TLS cannot be set up.
    pub fn new(config: TwilioConfig) -> Result<Self, HttpConfigError> {
        let keys = Keyring::new(config.auth_token.expose());
        let keys = config.other_auth_token.iter().fold(keys, |keys, other| keys.and_token(other.expose()));
        let token = Credentials::token(config.account_sid.clone(), config.auth_token);
        let key = config.api_key.map(|key| Credentials::key(config.account_sid.clone(), key.sid, key.secret));
        let (user, password) = key.as_ref().unwrap_or(&token).basic();
        let http = HttpShell::new(HttpConfig {
            origin: config.base_url.clone(),
            user: user.to_owned(),
            password: Private::new(password.to_owned()),
            connect_timeout: config.connect_timeout,
            total_timeout: config.total_timeout,
        })?;
        Ok(Self {
            account_sid: config.account_sid,
            line: config.line,
            token,
            key,
            keys,
            base_url: config.base_url,
            turnstile: Turnstile::new(config.calls_per_second),
            http,
        })
    }

    /// Asks Twilio whether the credentials are right. Costs nothing and rings nobody.
    ///
    /// # Errors
    /// [`CarrierError::Unauthorized`] if they are wrong.
    pub async fn check_credentials(&self) -> Result<AccountCheck, CarrierError> {
        let reply = self.ask_as_account(&rest::fetch_account(&self.account_sid)).await?;
        let account: AccountResource = rest::read_reply(&reply).ok_or(CarrierError::Unclear { carrier: NAME })?;
        Ok(AccountCheck {
            is_active: account.status.as_deref().is_none_or(|status| status == "active"),
            is_trial: account.kind.as_deref() == Some("Trial"),
        })
    }

    /// Sends a request that may be doubled and sorts the reply.
    async fn ask(&self, request: &wire::http::HttpRequest) -> Result<HttpReply, CarrierError> {
        self.http.send(request).await.map_err(no_reply).and_then(accepted)
    }

    /// Sends a request as the account itself: an API key may not ask everything.
    async fn ask_as_account(&self, request: &wire::http::HttpRequest) -> Result<HttpReply, CarrierError> {
        let (user, password) = self.token.basic();
        self.http.signed_in(user, Private::new(password.to_owned())).send(request).await.map_err(no_reply).and_then(accepted)
    }

    /// Writes the request that places a call.
    fn create(&self, request: &CallRequest) -> CreateCall {
        let instructions = CallInstructions::Url { url: question_address(&request.answer_url), method: Method::Post };
        let mut call = CreateCall::new(request.to.as_e164(), request.from.as_e164(), instructions);
        call.fallback_url = Some(request.fallback_url.clone());
        call.status_callback = Some(news_address(&request.status_url));
        call.status_callback_method = Some(Method::Post);
        call.status_events = CallEvent::ALL.to_vec();
        call.timeout = Some(whole_seconds(request.ring_timeout).clamp(5, 600));
        call.time_limit = Some(whole_seconds(request.time_limit).max(1));
        if let Some(url) = &request.machine_url {
            // Beside the conversation: without `AsyncAmd` the callee hears nothing for four seconds.
            call.machine_detection = Some("DetectMessageEnd".to_owned());
            call.async_amd = true;
            call.async_amd_status_callback = Some(news_address(url));
        }
        call
    }
}

impl Twilio {
    async fn create_call(&self, request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        let create = rest::create_call(&self.account_sid, &self.create(request));
        let reply = self.http.send_once(&create).await.map_err(no_reply).and_then(accepted)?;
        let call: Option<CallResource> = rest::read_reply(&reply);
        call.and_then(carrier_call).ok_or(CarrierError::Unclear { carrier: NAME })
    }
}

impl Twilio {
    async fn update_recording(&self, call: &CarrierCallId, update: &RecordingUpdate) -> Result<(), CarrierError> {
        self.ask(&rest::update_recording(&self.account_sid, call.as_str(), CURRENT_RECORDING, update)).await.map(drop)
    }
}

/// Twilio's name for whatever recording of a call is under way.
const CURRENT_RECORDING: &str = "Twilio.CURRENT";

#[async_trait]
impl Carrier for Twilio {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { lists_within: shared::lists_within(self.line), ..ABILITIES }
    }

    async fn place_call(&self, cleared: Cleared, request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        check_clearance(NAME, self.line, &cleared, request)?;
        self.turnstile.pass().await;
        self.create_call(request).await
    }

    async fn call_operator(&self, grant: OperatorGrant, request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        check_grant(NAME, self.line, &grant, request)?;
        self.turnstile.pass().await;
        self.create_call(request).await
    }

    async fn end_call(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        let end = rest::update_call(&self.account_sid, call.as_str(), &CallUpdate::end());
        match self.ask(&end).await {
            // Gone, or not live any more: it has ended.
            Err(CarrierError::Rejected { code: 404 | 20404 | 21220, .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn fetch_call(&self, call: &CarrierCallId) -> Result<Option<CarrierCall>, CarrierError> {
        let reply = match self.ask(&rest::fetch_call(&self.account_sid, call.as_str())).await {
            Err(CarrierError::Rejected { code: 404 | 20404, .. }) => return Ok(None),
            other => other?,
        };
        let call: Option<CallResource> = rest::read_reply(&reply);
        call.and_then(carrier_call).map(Some).ok_or(CarrierError::Unclear { carrier: NAME })
    }

    /// Filters by the day of creation here and not at Twilio: its filter is by start, and a call that is still queued has
    /// none, yet is the very one that a lost reply makes us look for.
    async fn find_calls(&self, from: &PhoneNumber, to: &PhoneNumber, since: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let filter = CallFilter { to: Some(to.as_e164().to_owned()), from: Some(from.as_e164().to_owned()), ..CallFilter::default() };
        let mut request = rest::list_calls(&self.account_sid, &filter, &Paging::first(PAGE_SIZE));
        let mut found = Vec::new();
        for _ in 0..MAX_PAGES {
            let reply = self.ask(&request).await?;
            let page: Page<CallResource> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
            let next = rest::next_page(&page);
            let total = page.items.len();
            let recent: Vec<_> = page.items.into_iter().filter(|call| was_made_since(call, since)).collect();
            let is_last = recent.len() < total;
            found.extend(recent.into_iter().filter_map(carrier_call));
            match next {
                Some(next) if !is_last => request = next,
                _ => break,
            }
        }
        Ok(found)
    }

    /// Asks for each state by itself: Twilio's filter takes one. A state that has more calls than a page is read to its first page;
    /// no installation leads a hundred calls at once.
    async fn live_calls(&self, from: &PhoneNumber) -> Result<Vec<LiveLeg>, CarrierError> {
        let mut found = Vec::new();
        for status in [CallStatus::Queued, CallStatus::Initiated, CallStatus::Ringing, CallStatus::InProgress] {
            let filter = CallFilter { from: Some(from.as_e164().to_owned()), status: Some(status), ..CallFilter::default() };
            let reply = self.ask(&rest::list_calls(&self.account_sid, &filter, &Paging::first(PAGE_SIZE))).await?;
            let page: Page<CallResource> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
            found.extend(page.items.into_iter().filter_map(live_leg));
        }
        // One that was answered while we looked stands in two lists.
        let mut seen = std::collections::HashSet::new();
        found.retain(|leg| seen.insert(leg.call.id.clone()) && !leg.call.state.is_terminal());
        Ok(found)
    }

    async fn redirect_call(&self, call: &CarrierCallId, url: &str) -> Result<(), CarrierError> {
        let instructions = CallInstructions::Url { url: url.to_owned(), method: Method::Post };
        self.ask(&rest::update_call(&self.account_sid, call.as_str(), &CallUpdate::redirect(instructions))).await.map(drop)
    }

    async fn send_text(&self, from: &PhoneNumber, to: &PhoneNumber, text: &Private<String>) -> Result<(), CarrierError> {
        let message = CreateMessage::text(to.as_e164(), from.as_e164(), text.expose().as_str());
        let request = RestRequest::Message { account: self.account_sid.clone(), request: MessageRequest::Create(Box::new(message)) };
        self.http.send_once(&request.write()).await.map_err(no_reply).and_then(accepted).map(drop)
    }

    async fn find_recordings(&self, call: &CarrierCallId) -> Result<Vec<(CarrierRecordingId, RecordingState)>, CarrierError> {
        let reply = self.ask(&rest::list_recordings(&self.account_sid, call.as_str(), &Paging::first(PAGE_SIZE))).await?;
        let page: Page<RecordingResource> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
        let found = page.items.into_iter().filter_map(|recording| {
            let state = recording.status.as_deref().map(RecordingStatus::parse).map_or(RecordingState::Running, |status| recording_state(&status));
            Some((CarrierRecordingId::new(recording.sid.filter(|sid| !sid.is_empty())?), state))
        });
        Ok(found.collect())
    }

    async fn fetch_recording(&self, recording: &CarrierRecordingId) -> Result<Vec<u8>, CarrierError> {
        let request = rest::recording_media(&self.account_sid, recording.as_str(), MediaFormat::Wav);
        let reply = self.http.fetch(&request).await.map_err(no_reply).and_then(accepted)?;
        Ok(reply.body)
    }

    async fn pause_recording(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        self.update_recording(call, &RecordingUpdate::pause(false)).await
    }

    async fn resume_recording(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        self.update_recording(call, &RecordingUpdate::resume()).await
    }

    async fn delete_recording(&self, recording: &CarrierRecordingId) -> Result<(), CarrierError> {
        match self.ask(&rest::delete_recording(&self.account_sid, recording.as_str())).await {
            Err(CarrierError::Rejected { code: 404 | 20404, .. }) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Twilio writes whole seconds, so a call of the same second counts; one without any date may be the one we look for.
fn was_made_since(call: &CallResource, since: Timestamp) -> bool {
    let made = call.date_created.as_deref().or(call.start_time.as_deref()).and_then(date::parse);
    made.is_none_or(|made| made.as_millis() + 999 >= since.as_millis())
}

fn recording_state(status: &RecordingStatus) -> RecordingState {
    match status {
        RecordingStatus::Completed => RecordingState::Ready,
        RecordingStatus::Absent | RecordingStatus::Failed => RecordingState::Absent,
        _ => RecordingState::Running,
    }
}

/// Returns our view of Twilio's, or `None` if it does not name the call.
fn carrier_call(call: CallResource) -> Option<CarrierCall> {
    // A state newer than we are counts as the earliest: that is late news to every leg, and ends none.
    let state = call.status().and_then(|status| status.leg_state()).unwrap_or(LegState::Queued);
    let duration = call.duration_seconds().filter(|_| state.is_terminal()).map(Duration::from_secs);
    let price = call.price_micros().zip(call.price_unit.clone()).map(|(price, unit)| (Micros(price), unit));
    let started_at = call.start_time.as_deref().and_then(date::parse);
    Some(CarrierCall { id: CarrierCallId::new(call.sid.filter(|sid| !sid.is_empty())?), state, started_at, duration, price })
}

/// Returns a call that lives; `None` if it rings no telephone, for example a SIP address.
fn live_leg(call: CallResource) -> Option<LiveLeg> {
    let to = PhoneNumber::parse(call.to.as_deref()?).ok()?;
    let made_at = call.date_created.as_deref().or(call.start_time.as_deref()).and_then(date::parse);
    Some(LiveLeg { call: carrier_call(call)?, to, made_at })
}

fn no_reply(failure: NoReply) -> CarrierError {
    shared::no_reply(NAME, failure)
}

/// Sorts a reply by what helps.
fn accepted(reply: HttpReply) -> Result<HttpReply, CarrierError> {
    if reply.is_success() {
        return Ok(reply);
    }
    let code = RestError::read(&reply).code;
    Err(match reply.status {
        401 | 403 => CarrierError::Unauthorized { carrier: NAME, code },
        429 => CarrierError::Throttled { carrier: NAME, wait: retry_after(&reply) },
        408 | 500.. => CarrierError::Unclear { carrier: NAME },
        300..=399 => {
            CarrierError::Rejected { carrier: NAME, code, message: "the address of the API leads elsewhere; check the setting of its address".into() }
        }
        status => CarrierError::Rejected { carrier: NAME, code, message: error_codes::named_sentence(code, status).into_owned() },
    })
}

/// News are told apart by their keys, so they may be told again and again: whatever fails, three more times.
fn news_address(url: &str) -> String {
    ConnectionOverrides::stubborn(3).on(url)
}

/// A question may be repeated, for its answer is the same; but the callee hears nothing meanwhile.
fn question_address(url: &str) -> String {
    let said = ConnectionOverrides { retries: Some(2), retry_on: vec![RetryOn::Connect, RetryOn::ServerError], ..ConnectionOverrides::default() };
    said.on(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_sorted_by_what_helps() {
        let sorted = |status: u16, body: &str| accepted(HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }).unwrap_err();
        assert_eq!(sorted(401, r#"{"code":20003}"#), CarrierError::Unauthorized { carrier: NAME, code: 20003 });
        assert_eq!(sorted(403, ""), CarrierError::Unauthorized { carrier: NAME, code: 403 });
        assert_eq!(sorted(500, "oops"), CarrierError::Unclear { carrier: NAME });
        assert_eq!(sorted(408, ""), CarrierError::Unclear { carrier: NAME });
        let CarrierError::Rejected { code, message, .. } = sorted(400, r#"{"code":21219,"message":"+12125550123 is unverified"}"#) else { panic!() };
        assert_eq!(code, 21219);
        assert!(message.contains("verify the number") && !message.contains("5550123"));
    }

    #[test]
    fn an_unknown_state_is_late_news() {
        let call = CallResource { sid: Some("CA1".into()), status: Some("parked".into()), ..CallResource::default() };
        assert_eq!(carrier_call(call).unwrap().state, LegState::Queued);
        assert_eq!(carrier_call(CallResource::default()), None);
    }

    #[test]
    fn debug_shows_no_token() {
        let config = TwilioConfig::new("AC1", Private::new("s3cr3t".into()));
        assert!(!format!("{config:?}").contains("s3cr3t"));
        let twilio = Twilio::new(TwilioConfig { base_url: "http://127.0.0.1:9".into(), ..config }).unwrap();
        assert!(!format!("{twilio:?}").contains("s3cr3t"));
    }
}
