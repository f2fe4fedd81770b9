//! The user takes a call over: what the carrier asks for the callee's leg and for the user's telephone.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::directory::TakeoverAsks;
use ports::carrier::CarrierEvent;
use telephony::AttemptId;

use crate::signed::{Signed, SignedOnly};
use crate::state::ServerState;
use crate::webhooks::planned;

/// The callee's leg asks what to do.
pub(crate) async fn callee(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    asked(&state, attempt, TakeoverAsks::Callee, event).await
}

/// The user's telephone asks what to do.
pub(crate) async fn operator(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    asked(&state, attempt, TakeoverAsks::Operator, event).await
}

/// The user's telephone asks what to do, after the user has left the room.
pub(crate) async fn operator_left(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    asked(&state, attempt, TakeoverAsks::OperatorLeft, event).await
}

/// The carrier reports the leg to the user's telephone.
pub(crate) async fn operator_status(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> StatusCode {
    state.directory.operator_leg(&AttemptId::new(attempt), event);
    StatusCode::NO_CONTENT
}

/// A guest's telephone asks what to do.
pub(crate) async fn guest(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> Response {
    asked(&state, attempt, TakeoverAsks::Guest, event).await
}

/// The carrier reports the leg to a guest's telephone.
pub(crate) async fn guest_status(State(state): State<ServerState>, Path(attempt): Path<String>, Signed(event): Signed) -> StatusCode {
    state.directory.guest_leg(&AttemptId::new(attempt), event);
    StatusCode::NO_CONTENT
}

/// The carrier asks what all in the room are to hear. It names no call.
pub(crate) async fn announcement(State(state): State<ServerState>, Path(attempt): Path<String>, _: SignedOnly) -> Response {
    let plan = state.directory.announcement(&AttemptId::new(attempt));
    planned(&state, plan).await
}

async fn asked(state: &ServerState, attempt: String, asks: TakeoverAsks, event: CarrierEvent) -> Response {
    let plan = state.directory.takeover(&AttemptId::new(attempt), asks, event);
    planned(state, plan).await
}
