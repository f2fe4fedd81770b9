//! The REST API: checks who asks, reads the request, answers from what is kept, tells the call's driver.
//!
//! Each kind of resource has its file below. What the practice network does not have is answered with 404, as Plivo answers
//! what it does not know.

mod account;
mod applications;
mod calls;
mod conferences;
mod live;
mod messages;
mod numbers;
mod parties;
mod recordings;
mod streams;
mod transcriptions;

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::time::Instant;
use wire::http::{HttpReply, basic_credentials, split_target};
use wire::plivo::rest::{Asks, CallRequest, Paging, RecordingRequest, RestError, RestRequest};

use super::{Service, fresh_uuid};
use crate::mp3;
use crate::part::part;

pub(super) use calls::shown_start;
pub(super) use messages::Outgoing;
pub(super) use recordings::complete;

/// Largest request body: a thousand numbers and all parameters.
const MAX_BODY_BYTES: usize = 128 * 1_024;

pub(super) type Answer = Result<HttpReply, RestError>;

/// All routes on one page.
pub fn router(service: Weak<Service>) -> Router {
    Router::new().route("/v1/Account/{*rest}", any(api)).with_state(service)
}

/// A request as it is answered: what it is called, and where it went.
pub(super) struct Asked<'a> {
    /// Plivo's name for it.
    pub api_id: String,
    /// Path and query.
    pub target: &'a str,
}

async fn api(State(service): State<Weak<Service>>, request: Request) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let (_inside, at_once) = service.network.gate.enter();
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let Ok(api_id) = fresh_uuid() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let asked = Asked { api_id, target: &target };
    let (reply, delay) = match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => {
            let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
            service.answer(parts.method.as_str(), &asked, authorization, &body, at_once)
        }
        Err(_) => (Err(RestError::new(413, "the request is too large")), None),
    };
    if let Some(delay) = delay {
        let mut closing = service.network.closing.subscribe();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = closing.wait_for(|is_closing| *is_closing) => {}
        }
    }
    let reply = reply.unwrap_or_else(|error| error.for_request(&asked.api_id).reply());
    let range = parts.headers.get("range").and_then(|value| value.to_str().ok());
    response(part(encoded(reply, &asked.api_id).await, range))
}

/// Makes the MP3 that a reply promises out of the WAV that it holds, on its way out.
async fn encoded(reply: HttpReply, api_id: &str) -> HttpReply {
    if reply.header("content-type") != Some(recordings::MP3) {
        return reply;
    }
    match mp3::encode(reply.body).await {
        Ok(body) => HttpReply { body, ..reply },
        Err(error) => RestError::new(415, error.to_string()).for_request(api_id).reply(),
    }
}

fn response(reply: HttpReply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        // Ordinary HTTP clients send their password only after this.
        response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Basic realm=\"Plivo API\""));
    }
    response
}

impl Service {
    /// Answers a request, and says how long the reply must wait.
    fn answer(
        self: &Arc<Self>,
        method: &str,
        asked: &Asked<'_>,
        authorization: Option<&str>,
        body: &[u8],
        at_once: usize,
    ) -> (Answer, Option<Duration>) {
        match self.admit(method, asked, authorization, body, at_once) {
            Ok(Asks::Call(CallRequest::Create(create))) => match self.create_calls(&create, asked) {
                Ok((reply, delay)) => (Ok(reply), delay),
                Err(error) => (Err(error), None),
            },
            Ok(asks) => (self.carry_out(asks, asked), None),
            Err(error) => (Err(error), None),
        }
    }

    /// Decides whether a request is answered at all, and reads it.
    fn admit(&self, method: &str, asked: &Asked<'_>, authorization: Option<&str>, body: &[u8], at_once: usize) -> Result<Asks, RestError> {
        let request = RestRequest::parse(method, asked.target, body);
        // The sound of a recording is open to who knows its address, unless the account says otherwise: so it is at Plivo.
        if let Ok(RestRequest { asks: asks @ Asks::Recording(RecordingRequest::Media { .. }), .. }) = request {
            return Ok(asks);
        }
        if !self.is_ours(authorization) {
            return Err(RestError::unauthorized());
        }
        if !self.network.gate.admits(at_once, Instant::now()) {
            return Err(RestError::too_many_requests());
        }
        if let Some(status) = self.network.faults.decide_request() {
            return Err(refusal(status));
        }
        let request = request?;
        if request.account != self.account {
            return Err(RestError::unauthorized());
        }
        Ok(request.asks)
    }

    fn is_ours(&self, authorization: Option<&str>) -> bool {
        let given = authorization.and_then(basic_credentials);
        given.is_some_and(|(user, password)| user == self.credentials.auth_id && password == self.credentials.auth_token)
    }

    /// Carries out whatever does not place a call.
    fn carry_out(self: &Arc<Self>, asks: Asks, asked: &Asked<'_>) -> Answer {
        let status = asks.success_status();
        match asks {
            Asks::Call(request) => self.call_request(request, asked),
            Asks::Live { call, request } => self.live_request(call.as_str(), request, asked, status),
            Asks::Stream { call, request } => self.stream_request(call.as_str(), request, asked, status),
            Asks::Recording(request) => self.recording_request(request, asked),
            Asks::Account => Ok(self.show_account(asked)),
            Asks::Pricing { country_iso } => self.show_prices(&country_iso, asked),
            Asks::Number(request) => self.number_request(request, asked),
            Asks::Conference(request) => self.conference_request(request, asked, status),
            Asks::Application(request) => self.application_request(request, asked),
            Asks::Message(request) => self.message_request(request, asked),
            Asks::Transcription(request) => self.transcription_request(request, asked),
            Asks::Multiparty(request) => self.party_request(request, asked, status),
        }
    }
}

/// Returns the entries of one page and how many there are in all.
pub(super) fn page_of<T: Clone>(all: &[T], paging: &Paging) -> (Vec<T>, u32) {
    let items = all.iter().skip(paging.offset as usize).take(paging.limit as usize).cloned().collect();
    (items, u32::try_from(all.len()).unwrap_or(u32::MAX))
}

/// Returns the refusal that a fault asks for.
fn refusal(status: u16) -> RestError {
    match status {
        401 => RestError::unauthorized(),
        403 => RestError::new(403, "you are not allowed to do this"),
        404 => RestError::not_found(),
        429 => RestError::too_many_requests(),
        500.. => RestError::new(status, "internal server error"),
        _ => RestError::new(status, "a parameter is invalid"),
    }
}

fn internal() -> RestError {
    RestError::new(500, "internal server error")
}

/// Returns the path of a request.
pub(super) fn path(target: &str) -> &str {
    split_target(target).0
}
