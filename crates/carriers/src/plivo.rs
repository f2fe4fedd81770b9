//! Plivo: calls over REST, webhooks, audio streams.
//!
//! What differs from Twilio and shows here: a create promises a call and names the request (`names`); a call is shown at one
//! address while it lives, at another while it waits, and at a third once it is over; what we send as `POST` is never sent
//! twice; a recording cannot be paused, only ended; there are no queues and no relay of texts, and [`Abilities`] says so.

mod account;
mod callbacks;
mod media;
mod names;
mod room;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use ports::carrier::{Abilities, CallRequest, Carrier, CarrierCall, CarrierError, Cleared, Line, LiveLeg, OperatorGrant, RecordingState};
use telephony::cost::Micros;
use telephony::leg::LegState;
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use wire::http::{HttpReply, HttpRequest, Method};
use wire::plivo::callback::{Delivery, RetryOn};
use wire::plivo::error_codes;
use wire::plivo::party::{Party, bare};
use wire::plivo::rest::{
    self, AuthId, CallFilter, CallFired, CallIds, CallRecord, CreateCall, CreateMessage, FileFormat, LiveCall, LiveFilter, LiveRequest,
    MachineDetection, MessageRequest, NextDocument, Outgoing, Page, Paging, RecordingFilter, RecordingRequest, RecordingResource, ResourceId,
    RestError, Transfer, WebUrl,
};
use wire::plivo::signature::SigningKeys;
use wire::plivo::status::leg_state_at_end;

pub use media::PlivoMediaCodec;

use crate::http::{HttpConfig, HttpConfigError, HttpShell, NoReply, retry_after};
use crate::shared::{self, Turnstile, check_clearance, check_grant, mistake, whole_seconds};
use names::Names;

/// Where Plivo's API is.
pub const ORIGIN: &str = "https://api.plivo.com";

/// What Plivo can do for real telephones.
pub const ABILITIES: Abilities = Abilities {
    media_stream: true,
    text_relay: false,
    machine_detection: true,
    waits_for_beeps: true,
    queues: false,
    lists_within: shared::lists_within(Line::Real),
};

/// Calls that an account may ask for in a second if nothing else was agreed.
///
/// Source: Plivo's page on account limits, 2026. What comes faster waits at Plivo.
pub const CALLS_PER_SECOND: u32 = 2;

/// Our name for it in records and errors.
const NAME: &str = "plivo";

/// Pages of a search that are read at most, twenty entries each: two hundred calls between two numbers are more than a day has.
const MAX_PAGES: usize = 10;

/// Calls that wait or live and are looked at one by one at most.
const MAX_LIVE: usize = 100;

/// Prices and credits are in this currency, whatever the account's country.
///
/// Source: Plivo's pages on pricing, 2026: all rates are in US dollars.
const CURRENCY: &str = "USD";

/// Hosts of recordings end with this.
const MEDIA_DOMAIN: &str = ".plivo.com";

/// How to reach an account.
#[derive(Clone, Debug)]
pub struct PlivoConfig {
    /// What stands in place of [`ORIGIN`].
    pub base_url: String,
    /// `MA…`, or `SA…` of a subaccount.
    pub auth_id: AuthId,
    /// Signs in, and signs webhooks.
    pub auth_token: Private<String>,
    /// Signs webhooks too: the token before or after this one, or the main account's beside a subaccount's.
    pub other_auth_token: Option<Private<String>>,
    /// Whether webhooks that carry the older signature alone are taken. It says nothing of their content.
    pub takes_v2: bool,
    /// Calls that may be asked for in a second; `None` for as many as come.
    pub calls_per_second: Option<u32>,
    /// Which network this is; a clearance for the other one does not dial here.
    pub line: Line,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long request and reply may take together.
    pub total_timeout: Duration,
}

impl PlivoConfig {
    /// Returns the configuration of a live account with the usual times.
    pub fn new(auth_id: AuthId, auth_token: Private<String>) -> Self {
        let http = HttpConfig::new(ORIGIN, String::new(), Private::new(String::new()));
        Self {
            base_url: http.origin,
            auth_id,
            auth_token,
            other_auth_token: None,
            takes_v2: false,
            calls_per_second: Some(CALLS_PER_SECOND),
            line: Line::Real,
            connect_timeout: http.connect_timeout,
            total_timeout: http.total_timeout,
        }
    }
}

/// A Plivo account.
#[derive(Debug)]
pub struct Plivo {
    account: AuthId,
    line: Line,
    token: Private<String>,
    keys: SigningKeys,
    takes_v2: bool,
    base_url: String,
    names: Arc<Names>,
    turnstile: Turnstile,
    began: Instant,
    http: HttpShell,
}

impl Plivo {
    /// Makes the adapter. Nothing is sent.
    ///
    /// # Errors
    /// The address is none, or TLS cannot be set up.
    pub fn new(config: PlivoConfig) -> Result<Self, HttpConfigError> {
        let keys = SigningKeys::new(config.auth_token.expose());
        let keys = config.other_auth_token.iter().fold(keys, |keys, other| keys.and(other.expose()));
        // A token that was copied has blanks around it; the Auth ID was trimmed by its reader.
        let token = Private::new(config.auth_token.expose().trim().to_owned());
        let http = HttpShell::new(HttpConfig {
            origin: config.base_url.clone(),
            user: config.auth_id.as_str().to_owned(),
            password: token.clone(),
            connect_timeout: config.connect_timeout,
            total_timeout: config.total_timeout,
        })?;
        Ok(Self {
            account: config.auth_id,
            line: config.line,
            token,
            keys,
            takes_v2: config.takes_v2,
            base_url: config.base_url,
            names: Arc::default(),
            turnstile: Turnstile::new(config.calls_per_second),
            began: Instant::now(),
            http,
        })
    }

    /// Sends a request as often as it may be sent, and sorts the reply.
    async fn ask(&self, outgoing: &Outgoing) -> Result<HttpReply, CarrierError> {
        let reply = match outgoing {
            Outgoing::Once(request) => self.http.send_once(request).await,
            Outgoing::Repeatable(request) => self.http.send(request).await,
        };
        reply.map_err(no_reply).and_then(accepted)
    }

    /// The same for what may be gone: `None` then.
    async fn ask_for(&self, outgoing: &Outgoing) -> Result<Option<HttpReply>, CarrierError> {
        match self.ask(outgoing).await {
            Err(CarrierError::Rejected { code: 404, .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Returns Plivo's identity of a call of ours. None of them is empty: `DELETE /Call/` without one ends every call.
    fn call(&self, call: &CarrierCallId) -> Result<ResourceId, CarrierError> {
        identity(&self.names.theirs(call.as_str()))
    }

    /// Writes the request that places a call. The end is always told at an address of its own: else Plivo asks the answer's.
    fn create(&self, request: &CallRequest) -> Result<CreateCall, CarrierError> {
        let mut call = CreateCall::new(
            bare(&request.from),
            bare(&request.to),
            address(&question_address(&request.answer_url))?,
            address(&news_address(&request.status_url))?,
        );
        call.answer_method = Some(Method::Post);
        call.hangup_method = Some(Method::Post);
        call.ring_url = Some(address(&news_address(&request.status_url))?);
        call.ring_method = Some(Method::Post);
        call.fallback_url = Some(address(&request.fallback_url)?);
        call.fallback_method = Some(Method::Post);
        call.ring_timeout = Some(whole_seconds(request.ring_timeout).max(1));
        call.time_limit = Some(whole_seconds(request.time_limit).max(1));
        if let Some(url) = &request.machine_url {
            // With an address of its own the finding comes beside the conversation and not before it.
            call.machine_detection = Some(MachineDetection::Report);
            call.machine_detection_url = Some(address(&news_address(url))?);
            call.machine_detection_method = Some(Method::Post);
        }
        Ok(call)
    }

    async fn create_call(&self, request: &CallRequest) -> Result<CarrierCall, CarrierError> {
        let create = rest::CallRequest::Create(Box::new(self.create(request)?)).write(&self.account);
        let fired: Option<CallFired> = rest::read_reply(&self.ask(&create).await?);
        let request = fired.and_then(|fired| fired.request_uuid?.only().map(str::to_owned)).filter(|request| !request.is_empty());
        let id = CarrierCallId::new(request.ok_or(CarrierError::Unclear { carrier: NAME })?);
        Ok(CarrierCall { id, state: LegState::Queued, started_at: None, duration: None, price: None })
    }

    /// Returns a call that lives or waits.
    async fn live(&self, call: &ResourceId) -> Result<Option<LiveCall>, CarrierError> {
        let asks = [rest::CallRequest::FetchLive { call: call.clone() }, rest::CallRequest::FetchQueued { call: call.clone() }];
        for ask in asks {
            if let Some(reply) = self.ask_for(&ask.write(&self.account)).await? {
                return read(&reply).map(Some);
            }
        }
        Ok(None)
    }

    /// Returns our view of a call that lives, and learns its names.
    fn living(&self, call: LiveCall) -> Option<CarrierCall> {
        let uuid = call.call_uuid.as_deref().filter(|uuid| !uuid.is_empty())?;
        self.names.learn(call.request_uuid.as_deref(), uuid);
        // A state newer than we are counts as the earliest: that is late news to every leg, and ends none.
        let state = call.status().and_then(|status| status.leg_state()).unwrap_or(LegState::Queued);
        let started_at = call.session_start.as_deref().and_then(wire::date::parse);
        Some(CarrierCall { id: CarrierCallId::new(self.names.ours(uuid)), state, started_at, duration: None, price: None })
    }

    /// Returns our view of the record of a call that is over.
    fn ended(&self, call: &CallRecord) -> Option<CarrierCall> {
        let uuid = call.call_uuid.as_deref().filter(|uuid| !uuid.is_empty())?;
        let declined = call.hangup_cause_code.and_then(error_codes::cause);
        let state = leg_state_at_end(call.hangup_cause_code, None).map(|state| callbacks::as_others_say(state, declined));
        // Without a cause that we know, whoever was never answered tells nothing of why.
        let state = state.unwrap_or(if call.answer_time.is_some() { LegState::Completed } else { LegState::Failed });
        Some(CarrierCall {
            id: CarrierCallId::new(self.names.ours(uuid)),
            state,
            started_at: call.started_at(),
            duration: call.answered_for(),
            price: call.cost_micros().map(|micros| (Micros(micros), CURRENCY.to_owned())),
        })
    }

    /// Returns the calls that wait or live from a number of ours: to one number, or to whomever.
    async fn find_live(&self, from: &PhoneNumber, to: Option<&PhoneNumber>) -> Result<Vec<LiveCall>, CarrierError> {
        let to_number = to.map(|to| bare(to).to_owned());
        let filter = LiveFilter { from_number: Some(bare(from).to_owned()), to_number, ..LiveFilter::default() };
        let lists = [rest::CallRequest::ListQueued { paging: Paging::default() }, rest::CallRequest::ListLive { filter, paging: Paging::default() }];
        let mut found = Vec::new();
        for list in lists {
            let ids: CallIds = read(&self.ask(&list.write(&self.account)).await?)?;
            for id in ids.calls.unwrap_or_default().into_iter().take(MAX_LIVE) {
                let Some(call) = self.live(&identity(&id)?).await? else {
                    continue;
                };
                // A list of those that wait has no filter, and one that is not known is not kept either.
                let is_asked_for = is_number(call.from.as_deref(), from) && to.is_none_or(|to| is_number(call.to.as_deref(), to));
                found.extend(Some(call).filter(|_| is_asked_for));
            }
        }
        Ok(found)
    }

    /// Returns the address of a recording's sound. The credentials go along, so it must be Plivo's, or stand in for Plivo.
    async fn sound(&self, recording: &ResourceId) -> Result<(String, HttpRequest), CarrierError> {
        let shown = RecordingRequest::Fetch { recording: recording.clone() }.write(&self.account);
        let shown: RecordingResource = read(&self.ask(&shown).await?)?;
        let strange = || mistake(NAME, "the recording is at an address that is not Plivo's, or is no WAV file; fetch it in the Plivo console");
        let url = shown.recording_url.ok_or(CarrierError::Unclear { carrier: NAME })?;
        let (scheme, rest) = url.split_once("://").ok_or_else(strange)?;
        let (host, path) = rest.split_at(rest.find('/').ok_or_else(strange)?);
        let is_wav = matches!(RecordingRequest::of_media_url(&url), Some((_, RecordingRequest::Media { format: FileFormat::Wav, .. })));
        let origin = format!("{scheme}://{host}");
        let is_plivos = scheme == "https" && host.ends_with(MEDIA_DOMAIN) && !host.contains('@');
        let is_the_api = origin == self.base_url.trim_end_matches('/');
        if !is_wav || !(is_plivos || is_the_api) {
            return Err(strange());
        }
        Ok((origin, HttpRequest::new(Method::Get, path)))
    }
}

#[async_trait]
impl Carrier for Plivo {
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

    /// A call that is not known may still wait for its turn, and is known as a request then.
    async fn end_call(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        let hang_up = rest::CallRequest::HangUp { call: self.call(call)? };
        if self.ask_for(&hang_up.write(&self.account)).await?.is_some() {
            return Ok(());
        }
        let cancel = rest::CallRequest::Cancel { request: identity(call.as_str())? };
        self.ask_for(&cancel.write(&self.account)).await.map(drop)
    }

    /// The record comes first, for it has the price; it comes into being some seconds after the end.
    async fn fetch_call(&self, call: &CarrierCallId) -> Result<Option<CarrierCall>, CarrierError> {
        let id = self.call(call)?;
        let record = rest::CallRequest::Fetch { call: id.clone() };
        let found = match self.ask_for(&record.write(&self.account)).await? {
            Some(reply) => self.ended(&read(&reply)?),
            None => match self.live(&id).await? {
                Some(live) => self.living(live),
                None => return Ok(None),
            },
        };
        found.map(Some).ok_or(CarrierError::Unclear { carrier: NAME })
    }

    async fn find_calls(&self, from: &PhoneNumber, to: &PhoneNumber, since: Timestamp) -> Result<Vec<CarrierCall>, CarrierError> {
        let live = self.find_live(from, Some(to)).await?;
        let mut found: Vec<_> = live.into_iter().filter_map(|call| self.living(call)).collect();
        let filter = CallFilter { from_number: Some(bare(from).to_owned()), to_number: Some(bare(to).to_owned()), ..CallFilter::default() };
        let mut request = rest::CallRequest::List { filter: Box::new(filter), paging: Paging::default() }.write(&self.account);
        for _ in 0..MAX_PAGES {
            let reply = self.ask(&request).await?;
            let page: Page<CallRecord> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
            let next = rest::next_page(&page);
            let total = page.items.len();
            let recent: Vec<_> = page.items.iter().filter_map(|record| self.ended(record)).filter(|call| was_made_since(call, since)).collect();
            let is_last = recent.len() < total;
            found.extend(recent);
            match next {
                Some(next) if !is_last => request = next,
                _ => break,
            }
        }
        // One that ended while we looked stands in both lists.
        let mut seen = std::collections::HashSet::new();
        found.retain(|call| seen.insert(call.id.clone()) && was_made_since(call, since));
        Ok(found)
    }

    async fn live_calls(&self, from: &PhoneNumber) -> Result<Vec<LiveLeg>, CarrierError> {
        let live = self.find_live(from, None).await?;
        let leg = |call: LiveCall| {
            let to = Party::parse(call.to.as_deref()?).number()?.clone();
            let call = self.living(call)?;
            // Plivo says when the session began, which is when it was asked for.
            Some(LiveLeg { made_at: call.started_at, call, to })
        };
        let mut found: Vec<_> = live.into_iter().filter_map(leg).collect();
        let mut seen = std::collections::HashSet::new();
        found.retain(|leg| seen.insert(leg.call.id.clone()));
        Ok(found)
    }

    async fn redirect_call(&self, call: &CarrierCallId, url: &str) -> Result<(), CarrierError> {
        let transfer = Transfer::ALeg(NextDocument { url: address(url)?, method: Some(Method::Post) });
        self.ask(&rest::CallRequest::Transfer { call: self.call(call)?, transfer }.write(&self.account)).await.map(drop)
    }

    async fn send_text(&self, from: &PhoneNumber, to: &PhoneNumber, text: &Private<String>) -> Result<(), CarrierError> {
        let mut message = CreateMessage::new(bare(to), text.expose().as_str());
        message.src = Some(bare(from).to_owned());
        // What a message says belongs in no log of Plivo's.
        message.log = Some("false".to_owned());
        self.ask(&MessageRequest::Create(Box::new(message)).write(&self.account)).await.map(drop)
    }

    /// A recording is in the list once it is whole; one that is being made is in none.
    async fn find_recordings(&self, call: &CarrierCallId) -> Result<Vec<(CarrierRecordingId, RecordingState)>, CarrierError> {
        let filter = RecordingFilter { call_uuid: Some(self.call(call)?.as_str().to_owned()), ..RecordingFilter::default() };
        let list = RecordingRequest::List { filter: Box::new(filter), paging: Paging::default() };
        let page: Page<RecordingResource> =
            Page::read(&self.ask(&list.write(&self.account)).await?).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
        let found = page.items.into_iter().filter_map(|recording| recording.recording_id.filter(|id| !id.is_empty()));
        Ok(found.map(|id| (CarrierRecordingId::new(id), RecordingState::Ready)).collect())
    }

    async fn fetch_recording(&self, recording: &CarrierRecordingId) -> Result<Vec<u8>, CarrierError> {
        let (origin, request) = self.sound(&identity(recording.as_str())?).await?;
        let shell = self.http.beside(&origin).map_err(|_| CarrierError::Unreachable { carrier: NAME })?;
        let reply = shell.fetch(&request).await.map_err(no_reply).and_then(accepted)?;
        Ok(reply.body)
    }

    /// Plivo cannot pause the recording of a call, so it is ended: nothing that must not be recorded is. It does not go on.
    async fn pause_recording(&self, call: &CarrierCallId) -> Result<(), CarrierError> {
        self.ask_for(&LiveRequest::StopRecord.write(&self.account, &self.call(call)?)).await.map(drop)
    }

    async fn resume_recording(&self, _call: &CarrierCallId) -> Result<(), CarrierError> {
        Err(mistake(NAME, "Plivo cannot go on with a recording that was stopped; the rest of the call is not recorded"))
    }

    async fn delete_recording(&self, recording: &CarrierRecordingId) -> Result<(), CarrierError> {
        let delete = RecordingRequest::Delete { recording: identity(recording.as_str())? };
        self.ask_for(&delete.write(&self.account)).await.map(drop)
    }
}

/// Reads an identity; what is none is never sent.
fn identity(text: &str) -> Result<ResourceId, CarrierError> {
    ResourceId::parse(text).map_err(|_| mistake(NAME, "this is no identity of Plivo's, so nothing was sent"))
}

fn address(url: &str) -> Result<WebUrl, CarrierError> {
    WebUrl::parse(url).map_err(|_| mistake(NAME, "the public address is not absolute; check the key `public_url`"))
}

fn is_number(text: Option<&str>, number: &PhoneNumber) -> bool {
    text.is_some_and(|text| Party::parse(text).number() == Some(number))
}

/// Returns whether a call was made since then, as far as its whole seconds tell; one that does not say may have been.
fn was_made_since(call: &CarrierCall, since: Timestamp) -> bool {
    call.started_at.is_none_or(|made| made.as_millis() + 999 >= since.as_millis())
}

fn read<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Result<T, CarrierError> {
    rest::read_reply(reply).ok_or(CarrierError::Unclear { carrier: NAME })
}

fn no_reply(failure: NoReply) -> CarrierError {
    shared::no_reply(NAME, failure)
}

/// Sorts a reply by what helps. Plivo has no codes, so the HTTP status stands for them.
fn accepted(reply: HttpReply) -> Result<HttpReply, CarrierError> {
    if reply.is_success() {
        return Ok(reply);
    }
    let code = u32::from(reply.status);
    Err(match reply.status {
        401 | 403 => CarrierError::Unauthorized { carrier: NAME, code },
        429 => CarrierError::Throttled { carrier: NAME, wait: retry_after(&reply) },
        408 | 500.. => CarrierError::Unclear { carrier: NAME },
        300..=399 => {
            CarrierError::Rejected { carrier: NAME, code, message: "the address of the API leads elsewhere; check the setting of its address".into() }
        }
        _ => CarrierError::Rejected { carrier: NAME, code, message: error_codes::refusal(&RestError::read(&reply)).sentence() },
    })
}

/// News are told apart by their keys, so they may be told again and again: whatever fails, three more times.
fn news_address(url: &str) -> String {
    let all = RetryOn { connect_timeout: true, read_timeout: true, client_errors: true, server_errors: true };
    Delivery { retries: 3, retry_on: all, ..Delivery::default() }.onto_url(url)
}

/// A question may be repeated, for its answer is the same; but the callee hears nothing meanwhile.
fn question_address(url: &str) -> String {
    let faults = RetryOn { connect_timeout: true, server_errors: true, ..RetryOn::default() };
    Delivery { retries: 2, retry_on: faults, read_timeout: Duration::from_secs(15), ..Delivery::default() }.onto_url(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_token() {
        let config = PlivoConfig::new(AuthId::parse("MAXXXXXXXXXXXXXXXXXX").unwrap(), Private::new("s3cr3t".into()));
        assert!(!format!("{config:?}").contains("s3cr3t"));
        let plivo = Plivo::new(PlivoConfig { base_url: "http://127.0.0.1:9".into(), ..config }).unwrap();
        assert!(!format!("{plivo:?}").contains("s3cr3t"));
    }

    #[test]
    fn addresses_say_how_often_they_may_be_tried_again() {
        assert_eq!(news_address("https://e.com/status"), "https://e.com/status#rc=3&rp=ct,rt,4xx,5xx");
        assert_eq!(question_address("https://e.com/answer"), "https://e.com/answer#rt=15000&rc=2&rp=ct,5xx");
    }
}
