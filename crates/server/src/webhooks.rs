//! Any carrier's webhooks: signature first, then the engine, then an answer within milliseconds.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use telephony::AttemptId;
use telephony::plan::{Plan, Verb};
use tokio::sync::oneshot;

use crate::signed::Signed;
use crate::state::ServerState;

/// How long the carrier waits for a plan at most: it gives up after 15 s, and a driver answers within eight.
const PLANNED_WITHIN: Duration = Duration::from_secs(12);

/// The carrier asks what to do with an answered call.
pub(crate) async fn answer(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    document(&state, &state.directory.answer(&AttemptId::new(attempt), event))
}

/// The carrier reports a state of the leg. News of a call that is over is accepted: the carrier may repeat itself.
pub(crate) async fn status(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> StatusCode {
    state.directory.leg_event(&AttemptId::new(attempt), event);
    StatusCode::NO_CONTENT
}

/// The carrier could not ask us, or not run what we answered. The callee hears an apology instead of the carrier's own error.
pub(crate) async fn fallback(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    let code = event.failure_code.unwrap_or_default();
    tracing::warn!(code, "the carrier could not go on with a call: `puppetmaster doctor` looks why");
    state.directory.leg_event(&AttemptId::new(attempt), event);
    let apology = "I'm sorry, something went wrong on our side. Goodbye.".to_owned();
    document(&state, &Plan { verbs: vec![Verb::Say { text: apology }, Verb::HangUp] })
}

/// The carrier asks for the next turn, and says what it heard meanwhile. A call that is not live is told to hang up.
pub(crate) async fn turn(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    let plan = state.directory.turn(&AttemptId::new(attempt), event);
    planned(&state, plan).await
}

/// Answers with the plan that a driver will give. A driver that has ended drops its end: the call is over.
pub(crate) async fn planned(state: &ServerState, plan: Option<oneshot::Receiver<Plan>>) -> Response {
    let plan = match plan {
        Some(plan) => tokio::time::timeout(PLANNED_WITHIN, plan).await.ok().and_then(Result::ok).unwrap_or_else(Plan::hang_up),
        None => Plan::hang_up(),
    };
    document(state, &plan)
}

/// Answers with a plan as the carrier's document.
pub(crate) fn document(state: &ServerState, plan: &Plan) -> Response {
    let (document, content_type) = state.callbacks.document(plan);
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}
