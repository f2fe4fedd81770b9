//! The REST API: checks who asks, reads the request, answers from what is kept, tells the call's driver.
//!
//! Each kind of resource has its file below. All of Twilio's hosts are at one origin here; their paths do not meet.

mod access;
mod account;
mod applications;
mod caller_ids;
mod calls;
mod history;
mod keys;
mod messages;
mod numbers;
mod pages;
mod prices;
mod recordings;
mod switches;
mod test_account;
mod usage;

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::Instant;
use wire::http::HttpReply;
use wire::twilio::rest::{RestError, RestRequest};

use super::{Service, fresh_sid};
use crate::part::part;
use access::Asker;

pub(super) use pages::page;

/// Largest request body: an inline document of 4,000 characters, encoded, and all other parameters.
const MAX_BODY_BYTES: usize = 128 * 1_024;

pub(super) type Answer = Result<HttpReply, RestError>;

/// All routes on one page.
pub fn router(service: Weak<Service>) -> Router {
    Router::new()
        .route("/sandbox/log", get(log))
        .route("/sandbox/faults", get(switches::show).post(switches::add).delete(switches::clear))
        .fallback(api)
        .with_state(service)
}

/// Shows the ground truth to programs of this machine.
async fn log(State(service): State<Weak<Service>>, ConnectInfo(peer): ConnectInfo<SocketAddr>) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    if !peer.ip().is_loopback() {
        return StatusCode::FORBIDDEN.into_response();
    }
    response(HttpReply::json(200, &serde_json::json!({ "calls": service.network.truth.calls() })))
}

async fn api(State(service): State<Weak<Service>>, request: Request) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let (_inside, at_once) = service.network.gate.enter();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return response(RestError::new(413, 20_001, "The request is too large").reply());
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    let (reply, delay) = service.answer(parts.method.as_str(), &target, authorization, &body, at_once);
    if let Some(delay) = delay {
        let mut closing = service.network.closing.subscribe();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = closing.wait_for(|is_closing| *is_closing) => {}
        }
    }
    let range = parts.headers.get("range").and_then(|value| value.to_str().ok());
    let mut response = response(part(recordings::encoded(reply).await, range));
    response.headers_mut().insert("twilio-concurrent-requests", HeaderValue::from(at_once));
    response
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
    fn answer(
        self: &Arc<Self>,
        method: &str,
        target: &str,
        authorization: Option<&str>,
        body: &[u8],
        at_once: usize,
    ) -> (HttpReply, Option<Duration>) {
        let answer = self.admit(method, target, authorization, body, at_once).and_then(|(asker, request)| match (asker, request) {
            (Asker::TestAccount, request) => Ok((self.pretend(request)?, None)),
            (_, RestRequest::CreateCall { call, .. }) => self.create_call(*call),
            (_, request) => Ok((self.carry_out(request, target)?, None)),
        });
        answer.unwrap_or_else(|error| (error.reply(), None))
    }

    /// Decides whether a request is answered at all, and reads it.
    fn admit(&self, method: &str, target: &str, authorization: Option<&str>, body: &[u8], at_once: usize) -> Result<(Asker, RestRequest), RestError> {
        let asker = self.who(authorization).ok_or_else(RestError::unauthorized)?;
        if !self.network.gate.admits(at_once, Instant::now()) {
            return Err(RestError::too_many_requests());
        }
        if let Some(status) = self.network.faults.decide_request() {
            return Err(refusal(status));
        }
        let request = RestRequest::parse(method, target, body)?;
        if !self.may(asker, &request) {
            return Err(RestError::unauthorized());
        }
        Ok((asker, request))
    }

    /// Carries out whatever does not place a call.
    fn carry_out(self: &Arc<Self>, request: RestRequest, target: &str) -> Answer {
        match request {
            RestRequest::CreateCall { call, .. } => self.create_call(*call).map(|(reply, _)| reply),
            RestRequest::FetchCall { call, .. } => self.fetch_call(&call, target),
            RestRequest::ListCalls { filter, paging, .. } => self.list_calls(&filter, &paging, target),
            RestRequest::UpdateCall { call, update, .. } => self.update_call(&call, update, target),
            RestRequest::DeleteCall { call, .. } => self.delete_call(&call, target),
            RestRequest::ListEvents { call, paging, .. } => self.list_events(&call, &paging, target),
            RestRequest::StartRecording { call, start, .. } => self.start_recording(&call, start, target),
            RestRequest::UpdateRecording { call, recording, update, .. } => self.update_recording(&call, &recording, update, target),
            RestRequest::FetchRecording { call, recording, .. } => self.fetch_recording(call.as_deref(), &recording, target),
            RestRequest::ListRecordings { call, filter, paging, .. } => self.list_recordings(call.as_deref(), &filter, &paging, target),
            RestRequest::DeleteRecording { call, recording, .. } => self.delete_recording(call.as_deref(), &recording, target),
            RestRequest::RecordingMedia { recording, format, channels, .. } => self.recording_media(&recording, format, channels, target),
            RestRequest::Transcription { request, .. } => self.transcriptions(request, target),
            RestRequest::FetchAccount { .. } => Ok(self.account()),
            RestRequest::FetchBalance { .. } => Ok(self.balance()),
            RestRequest::Usage { request, .. } => self.usage(&request, target),
            RestRequest::Key { request, .. } => self.keys(request, target),
            RestRequest::Message { request, .. } => self.messages(request, target),
            RestRequest::Number { request, .. } => self.numbers(request, target),
            RestRequest::Available { request, .. } => self.available(request, target),
            RestRequest::CallerId { request, .. } => self.caller_ids(request, target),
            RestRequest::Application { request, .. } => self.applications(request, target),
            RestRequest::Notification { request, .. } => self.notifications(request, target),
            RestRequest::Alert(request) => self.alerts(request, target),
            RestRequest::Pricing(request) => self.prices(request, target),
            RestRequest::DialingPermission(request) => self.dialing_permission(&request, target),
            RestRequest::Stream { call, request, .. } => self.stream_request(&call, request, path(target)),
            RestRequest::LiveTranscription { call, request, .. } => self.transcription_request(&call, request, path(target)),
            RestRequest::Conference { request, .. } => self.conference_request(request, target, path(target)),
            RestRequest::Participant { conference, request, .. } => self.participant_request(&conference, request, target, path(target)),
            RestRequest::Queue { request, .. } => self.queue_request(request, target, path(target)),
        }
    }
}

/// Returns the refusal that a fault asks for, with the code that goes with its status.
fn refusal(status: u16) -> RestError {
    match status {
        401 => RestError::unauthorized(),
        403 => RestError::new(403, 20_006, "Access Denied"),
        404 => RestError::not_found("/"),
        429 => RestError::too_many_requests(),
        500 => internal(),
        503 => RestError::new(503, 20_503, "Service Unavailable"),
        400..500 => RestError::new(status, 20_001, "Invalid parameter"),
        _ => RestError::new(status, 20_500, "Internal Server Error"),
    }
}

fn internal() -> RestError {
    RestError::new(500, 20_500, "Internal Server Error")
}

fn path(target: &str) -> &str {
    wire::http::split_target(target).0
}
