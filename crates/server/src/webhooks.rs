//! Any carrier's webhooks: signature first, then the engine, then an answer within milliseconds.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use ports::carrier::{CallbackError, CarrierEvent, WebhookRequest};
use telephony::AttemptId;
use telephony::plan::{Plan, Verb};
use tokio::sync::oneshot;

use crate::state::ServerState;

/// The carrier asks what to do with an answered call.
pub async fn answer(
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let event = match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => event,
        Err(refused) => return refused.into_response(),
    };
    let plan = state.directory.answer(&AttemptId::new(attempt), event);
    let (document, content_type) = state.callbacks.document(&plan);
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}

/// The carrier reports a state of the leg. News of a call that is over is accepted: the carrier may repeat itself.
pub async fn status(
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => {
            state.directory.leg_event(&AttemptId::new(attempt), event);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

/// The carrier could not ask us, or not run what we answered. The callee hears an apology instead of the carrier's own error.
pub async fn fallback(
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let event = match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => event,
        Err(refused) => return refused.into_response(),
    };
    let code = event.failure_code.unwrap_or_default();
    tracing::warn!(code, "the carrier could not go on with a call: `puppetmaster doctor` looks why");
    state.directory.leg_event(&AttemptId::new(attempt), event);
    let apology = "I'm sorry, something went wrong on our side. Goodbye.".to_owned();
    let (document, content_type) = state.callbacks.document(&Plan { verbs: vec![Verb::Say { text: apology }, Verb::HangUp] });
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}

/// How long the carrier waits for a turn at most: it gives up after 15 s, and the driver answers within eight.
const TURN_WITHIN: Duration = Duration::from_secs(12);

/// The carrier asks for the next turn, and says what it heard meanwhile. A call that is not live is told to hang up.
pub async fn turn(
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let event = match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => event,
        Err(refused) => return refused.into_response(),
    };
    let plan = state.directory.turn(&AttemptId::new(attempt), event);
    planned(&state, plan).await
}

/// Answers with the plan that a driver will give. A driver that has ended drops its end: the call is over.
pub(crate) async fn planned(state: &ServerState, plan: Option<oneshot::Receiver<Plan>>) -> Response {
    let plan = match plan {
        Some(plan) => tokio::time::timeout(TURN_WITHIN, plan).await.ok().and_then(Result::ok).unwrap_or_else(Plan::hang_up),
        None => Plan::hang_up(),
    };
    let (document, content_type) = state.callbacks.document(&plan);
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}

/// Why a webhook is not taken: the status and a word on what cannot be read, never a value of it.
pub(crate) type Refused = (StatusCode, &'static str);

pub(crate) fn verified(state: &ServerState, uri: &Uri, method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<CarrierEvent, Refused> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let url = state.public_url(path);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let request = WebhookRequest { method: method.as_str(), url: &url, header: &header, body };
    state.callbacks.read(&request).map_err(|error| match error {
        CallbackError::Forged => {
            state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
            (StatusCode::FORBIDDEN, "")
        }
        CallbackError::Unreadable { what } => (StatusCode::BAD_REQUEST, what),
    })
}
