//! The REST API: checks the account, reads the request, answers from the registry, tells the call's driver.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use simulator::callee;
use simulator::network::{self, PracticeLeg};
use telephony::PhoneNumber;
use telephony::leg::LegState;
use telephony::number::NumberKind;
use tokio::sync::mpsc;
use wire::date;
use wire::http::{HttpReply, basic_credentials};
use wire::twilio::rest::{
    AccountResource, CallFilter, CallInstructions, CallResource, CallUpdate, CreateCall, MediaFormat, Page, Paging, RecordingLevel,
    RecordingResource, RecordingStart, RecordingUpdate, RestError, RestRequest,
};
use wire::twilio::status::CallStatus;

use super::call::Driver;
use super::inbound;
use super::registry::{CallEntry, Command, RecordingEntry, Shelves};
use super::{Service, fresh_sid};
use crate::clock::wall_clock;

/// Largest request body: an inline document of 4,000 characters, encoded, and all other parameters.
const MAX_BODY_BYTES: usize = 128 * 1_024;

type Answer = Result<HttpReply, RestError>;

/// All routes on one page.
pub fn router(service: Weak<Service>) -> Router {
    Router::new()
        .route("/sandbox/log", get(log))
        .route("/sandbox/ring", post(inbound::ring))
        .route("/sandbox/number", post(inbound::number))
        .fallback(api)
        .with_state(service)
}

/// Shows the ground truth to programs of this machine.
async fn log(State(service): State<Weak<Service>>, ConnectInfo(peer): ConnectInfo<SocketAddr>) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    if !peer.ip().is_loopback() {
        return StatusCode::FORBIDDEN.into_response();
    }
    response(HttpReply::json(200, &serde_json::json!({ "calls": service.truth.calls() })))
}

async fn api(State(service): State<Weak<Service>>, request: Request) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return response(RestError::new(413, 20_001, "The request is too large").reply());
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    let (reply, delay) = service.answer(parts.method.as_str(), &target, authorization, &body);
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    response(reply)
}

pub(super) fn response(reply: HttpReply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (axum::http::HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        // Ordinary HTTP clients send their password only after this.
        response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Basic realm=\"Twilio API\""));
    }
    if let Some(id) = fresh_sid("RQ").ok().and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert("twilio-request-id", id);
    }
    response
}

impl Service {
    /// Answers a request, and says how long the reply must wait.
    fn answer(self: &Arc<Self>, method: &str, target: &str, authorization: Option<&str>, body: &[u8]) -> (HttpReply, Option<Duration>) {
        let is_ours = authorization
            .and_then(basic_credentials)
            .is_some_and(|(user, password)| user == self.credentials.account_sid && password == self.credentials.auth_token);
        if !is_ours {
            return (RestError::unauthorized().reply(), None);
        }
        let request = match RestRequest::parse(method, target, body) {
            Ok(request) => request,
            Err(error) => return (error.reply(), None),
        };
        if request.account().is_some_and(|account| account != self.credentials.account_sid) {
            return (RestError::unauthorized().reply(), None);
        }
        let delay = matches!(request, RestRequest::CreateCall { .. }).then(|| self.faults.get().create_reply_delay).flatten();
        let answer = self.carry_out(request, target);
        (answer.unwrap_or_else(|error| error.reply()), delay)
    }

    fn carry_out(self: &Arc<Self>, request: RestRequest, target: &str) -> Answer {
        match request {
            RestRequest::CreateCall { call, .. } => self.create_call(*call),
            RestRequest::FetchCall { call, .. } => self.fetch_call(&call, target),
            RestRequest::ListCalls { filter, paging, .. } => self.list_calls(&filter, &paging, target),
            RestRequest::UpdateCall { call, update, .. } => self.update_call(&call, update, target),
            RestRequest::DeleteCall { call, .. } => self.delete_call(&call, target),
            RestRequest::StartRecording { call, start, .. } => self.start_recording(&call, start, target),
            RestRequest::UpdateRecording { call, recording, update, .. } => self.update_recording(&call, &recording, update, target),
            RestRequest::FetchRecording { call, recording, .. } => self.fetch_recording(call.as_deref(), &recording, target),
            RestRequest::ListRecordings { call, filter, paging, .. } => self.list_recordings(call.or(filter.call_sid), &paging, target),
            RestRequest::DeleteRecording { recording, .. } => self.delete_recording(&recording, target),
            RestRequest::RecordingMedia { recording, format, .. } => self.recording_media(&recording, format, target),
            RestRequest::Conference { request, .. } => self.conference_request(request, target, path(target)),
            RestRequest::Participant { conference, request, .. } => self.participant_request(&conference, request, target, path(target)),
            RestRequest::Number { request, .. } => self.number_request(request, target, path(target)),
            RestRequest::Queue { request, .. } => self.queue_request(request, target, path(target)),
            RestRequest::Stream { call, request, .. } => self.stream_request(&call, request, path(target)),
            RestRequest::LiveTranscription { call, request, .. } => self.transcription_request(&call, request, path(target)),
            RestRequest::FetchAccount { .. } => Ok(AccountResource::active(&self.credentials.account_sid).reply(200)),
            // The rest of Twilio's API is not practised here.
            _ => Err(RestError::not_found(path(target))),
        }
    }

    fn create_call(self: &Arc<Self>, mut create: CreateCall) -> Answer {
        if create.from != self.credentials.from_number {
            return Err(RestError::invalid(21_210, "The source phone number provided is not yet verified for your account."));
        }
        let Ok(number) = PhoneNumber::parse(&create.to) else {
            return Err(RestError::invalid(21_214, "'To' phone number cannot be reached"));
        };
        match number.kind() {
            // Exchange 555 is outside of the plan in some area codes, and the cast may live there.
            NumberKind::Invalid if !number.is_fictional() => return Err(RestError::invalid(21_217, "Phone number does not appear to be valid")),
            NumberKind::PremiumRate => return Err(RestError::invalid(21_202, "This number is a premium number")),
            _ => {}
        }
        number.as_e164().clone_into(&mut create.to);
        if let CallInstructions::Application(_) = create.instructions {
            return Err(RestError::invalid(21_218, "Invalid ApplicationSid"));
        }
        let Ok(line) = self.lines.clone().try_acquire_owned() else {
            return Err(RestError::too_many_requests());
        };
        let sid = fresh_sid("CA").map_err(|_| RestError::new(500, 20_500, "Internal Server Error"))?;
        let mut resource = CallResource::queued(&self.credentials.account_sid, &sid, number.as_e164(), &create.from);
        let reply = resource.reply(201);
        let now = date::rfc2822(wall_clock());
        (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
        let (commands, orders) = mpsc::unbounded_channel();
        self.registry.with(|shelves| {
            shelves.add_call(sid.clone(), CallEntry { resource, state: LegState::Queued, ended_at: None, commands });
        });
        let config = network::Config {
            queued_for: self.config.times.queued_for,
            ring_timeout: Duration::from_secs(create.timeout.unwrap_or(60).into()),
            time_limit: Duration::from_secs(create.time_limit.unwrap_or(4 * 3_600).into()),
            callee: callee::Config { today: self.today(), seed: self.config.seed },
        };
        let leg = match self.config.cast.find(&number) {
            Some(script) => PracticeLeg::new(script, config),
            None => PracticeLeg::to_nobody(&number, config),
        };
        let driver = Driver::new(self.clone(), sid, create, leg, orders);
        self.spawn(async move {
            driver.run().await;
            drop(line);
        });
        Ok(reply)
    }

    fn fetch_call(&self, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| match shelves.calls.get(sid) {
            Some(call) => Ok(self.shown(call).reply(200)),
            None => Err(RestError::not_found(path(target))),
        })
    }

    /// Returns a call as it is now: the price comes some time after the end. Practice costs nothing.
    fn shown(&self, call: &CallEntry) -> CallResource {
        let mut resource = call.resource.clone();
        if call.ended_at.is_some_and(|ended_at| ended_at + self.config.times.priced_after <= wall_clock()) {
            resource.price = Some("-0.00000".into());
        }
        resource
    }

    fn list_calls(&self, filter: &CallFilter, paging: &Paging, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let newest_first = shelves.call_order.iter().rev().filter_map(|sid| shelves.calls.get(sid)).map(|call| self.shown(call));
            let all: Vec<CallResource> = newest_first.filter(|call| filter.passes(call)).collect();
            Ok(page("calls", target, paging, &all, |call| call.sid.as_deref()))
        })
    }

    fn update_call(&self, sid: &str, update: CallUpdate, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).filter(|call| !call.state.is_terminal()).ok_or_else(|| RestError::not_found(path(target)))?;
            for command in commands(&update, call.state)? {
                // The driver may just have ended; then the call is over, which is what the next fetch shows.
                let _ = call.commands.send(command);
            }
            Ok(self.shown(call).reply(200))
        })
    }

    fn delete_call(&self, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if !call.state.is_terminal() {
                return Err(RestError::new(409, 20_009, "The call has not ended"));
            }
            shelves.calls.remove(sid);
            shelves.call_order.retain(|other| other != sid);
            Ok(HttpReply::empty(204))
        })
    }

    fn start_recording(&self, sid: &str, start: RecordingStart, target: &str) -> Answer {
        let recording = fresh_sid("RE").map_err(|_| RestError::new(500, 20_500, "Internal Server Error"))?;
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if call.state != LegState::InProgress {
                return Err(RestError::not_in_progress());
            }
            let channels = if start.dual { 2 } else { 1 };
            let resource = self.new_recording(&recording, sid, channels, "StartCallRecordingAPI");
            let _ = call.commands.send(Command::StartRecording { sid: recording.clone(), start });
            let reply = resource.shown_at(RecordingLevel::Call, &self.base_url).reply(201);
            shelves.add_recording(recording, RecordingEntry { resource, wav: None });
            Ok(reply)
        })
    }

    /// Returns a recording that has just begun.
    pub(super) fn new_recording(&self, sid: &str, call: &str, channels: u32, source: &str) -> RecordingResource {
        let now = date::rfc2822(wall_clock());
        RecordingResource {
            sid: Some(sid.into()),
            account_sid: Some(self.credentials.account_sid.clone()),
            api_version: Some(wire::twilio::rest::API_VERSION.into()),
            call_sid: Some(call.into()),
            channels: Some(channels),
            source: Some(source.into()),
            status: Some("in-progress".into()),
            price_unit: Some("USD".into()),
            date_created: Some(now.clone()),
            date_updated: Some(now.clone()),
            start_time: Some(now),
            ..RecordingResource::default()
        }
    }

    fn update_recording(&self, call_sid: &str, name: &str, update: RecordingUpdate, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let sid = find_recording(shelves, Some(call_sid), name).ok_or_else(|| RestError::not_found(path(target)))?;
            let call = shelves.calls.get(call_sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if call.state != LegState::InProgress {
                return Err(RestError::not_in_progress());
            }
            let status = update.status.as_str().to_owned();
            let _ = call.commands.send(Command::UpdateRecording { sid: sid.clone(), status: status.clone(), skips: update.skip_pause });
            let entry = shelves.recordings.get_mut(&sid).ok_or_else(|| RestError::not_found(path(target)))?;
            entry.resource.status = Some(status);
            entry.resource.date_updated = Some(date::rfc2822(wall_clock()));
            Ok(entry.resource.shown_at(RecordingLevel::Call, &self.base_url).reply(200))
        })
    }

    fn fetch_recording(&self, call: Option<&str>, name: &str, target: &str) -> Answer {
        let level = if call.is_some() { RecordingLevel::Call } else { RecordingLevel::Account };
        self.registry.with(|shelves| {
            let sid = find_recording(shelves, call, name).ok_or_else(|| RestError::not_found(path(target)))?;
            let entry = shelves.recordings.get(&sid).ok_or_else(|| RestError::not_found(path(target)))?;
            Ok(entry.resource.shown_at(level, &self.base_url).reply(200))
        })
    }

    fn list_recordings(&self, call: Option<String>, paging: &Paging, target: &str) -> Answer {
        let level = if path(target).contains("/Calls/") { RecordingLevel::Call } else { RecordingLevel::Account };
        self.registry.with(|shelves| {
            let newest_first = shelves.recording_order.iter().rev().filter_map(|sid| shelves.recordings.get(sid));
            let of_call = newest_first.filter(|entry| call.is_none() || entry.resource.call_sid == call);
            let all: Vec<RecordingResource> = of_call.map(|entry| entry.resource.shown_at(level, &self.base_url)).collect();
            Ok(page("recordings", target, paging, &all, |recording| recording.sid.as_deref()))
        })
    }

    fn delete_recording(&self, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| {
            shelves.recordings.remove(sid).ok_or_else(|| RestError::not_found(path(target)))?;
            shelves.recording_order.retain(|other| other != sid);
            Ok(HttpReply::empty(204))
        })
    }

    fn recording_media(&self, sid: &str, format: MediaFormat, target: &str) -> Answer {
        let wav = self.registry.with(|shelves| shelves.recordings.get(sid).and_then(|entry| entry.wav.clone()));
        match (wav, format) {
            (Some(wav), MediaFormat::Wav) => {
                Ok(HttpReply { status: 200, headers: vec![("content-type".into(), "audio/x-wav".into())], body: wav.to_vec() })
            }
            // Not ready yet, unknown, or MP3, which the sandbox does not make.
            (Some(_), MediaFormat::Mp3) | (None, _) => Err(RestError::not_found(path(target))),
        }
    }
}

/// Returns what an update asks of a call in this state.
fn commands(update: &CallUpdate, state: LegState) -> Result<Vec<Command>, RestError> {
    let mut commands = Vec::new();
    match &update.status {
        Some(CallStatus::Canceled) if state == LegState::InProgress => return Err(RestError::not_in_progress()),
        Some(CallStatus::Canceled | CallStatus::Completed) => commands.push(Command::HangUp),
        Some(_) => return Err(RestError::invalid(20_001, "Invalid Status")),
        None => {}
    }
    if let Some(instructions) = &update.instructions {
        if state != LegState::InProgress {
            return Err(RestError::not_in_progress());
        }
        commands.push(Command::Redirect(instructions.clone()));
    }
    commands.extend(update.time_limit.map(Command::TimeLimit));
    commands.extend(update.status_callback.clone().map(Command::StatusCallback));
    Ok(commands)
}

/// Finds a recording by its name: a SID, or `Twilio.CURRENT` for the one of the call that still runs.
fn find_recording(shelves: &Shelves, call: Option<&str>, name: &str) -> Option<String> {
    if name != "Twilio.CURRENT" {
        let entry = shelves.recordings.get(name)?;
        return call.is_none_or(|call| entry.resource.call_sid.as_deref() == Some(call)).then(|| name.to_owned());
    }
    let newest_first = shelves.recording_order.iter().rev();
    newest_first.filter_map(|sid| shelves.recordings.get_key_value(sid)).find_map(|(sid, entry)| {
        let runs = matches!(entry.resource.status.as_deref(), Some("in-progress" | "paused"));
        (runs && entry.resource.call_sid.as_deref() == call).then(|| sid.clone())
    })
}

/// Cuts a page out of a list. The token names the last entry of the page before, so that new entries do not shift it.
pub(super) fn page<T: serde::Serialize + Clone>(
    plural: &str,
    target: &str,
    paging: &Paging,
    all: &[T],
    sid: impl Fn(&T) -> Option<&str>,
) -> HttpReply {
    let after_token = paging.token.as_deref().and_then(|token| {
        let last = token.strip_prefix("PA")?;
        all.iter().position(|entry| sid(entry).and_then(|sid| sid.get(2..)) == Some(last)).map(|at| at + 1)
    });
    let size = paging.page_size as usize;
    let start = after_token.unwrap_or_else(|| size.saturating_mul(paging.page as usize)).min(all.len());
    let end = (start + size).min(all.len());
    let items = &all[start..end];
    let next = items.last().filter(|_| end < all.len()).and_then(|last| Some(format!("PA{}", sid(last)?.get(2..)?)));
    Page::reply(plural, target, paging, items, next.as_deref())
}

fn path(target: &str) -> &str {
    wire::http::split_target(target).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_by_token_even_if_entries_are_added() {
        let entry = |n: u32| RecordingResource { sid: Some(format!("RE{n:02}")), ..RecordingResource::default() };
        let sids = |reply: &HttpReply| -> Vec<String> {
            Page::<RecordingResource>::read(reply).unwrap().items.into_iter().filter_map(|item| item.sid).collect()
        };
        let all: Vec<_> = (0..5).rev().map(entry).collect();
        let first = page("recordings", "/r", &Paging::first(2), &all, |entry| entry.sid.as_deref());
        assert_eq!(sids(&first), ["RE04", "RE03"]);
        let next = Page::<RecordingResource>::read(&first).unwrap().next_page_uri.unwrap();
        assert!(next.contains("PageToken=PA03"), "{next}");
        let grown: Vec<_> = (0..7).rev().map(entry).collect();
        let paging = Paging { page_size: 2, page: 1, token: Some("PA03".into()) };
        assert_eq!(sids(&page("recordings", "/r", &paging, &grown, |entry| entry.sid.as_deref())), ["RE02", "RE01"]);
    }
}
