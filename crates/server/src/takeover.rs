//! The user takes a call over: what the carrier asks for the callee's leg and for the user's telephone.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use engine::directory::TakeoverAsks;
use telephony::AttemptId;

use crate::state::ServerState;
use crate::webhooks::{planned, verified};

/// The callee's leg asks what to do.
pub async fn callee(state: State<ServerState>, path: Path<String>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    asked(TakeoverAsks::Callee, state, path, uri, method, headers, body).await
}

/// The user's telephone asks what to do.
pub async fn operator(state: State<ServerState>, path: Path<String>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    asked(TakeoverAsks::Operator, state, path, uri, method, headers, body).await
}

/// The user's telephone asks what to do, after the user has left the room.
pub async fn operator_left(state: State<ServerState>, path: Path<String>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    asked(TakeoverAsks::OperatorLeft, state, path, uri, method, headers, body).await
}

/// The carrier reports the leg to the user's telephone.
pub async fn operator_status(
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => {
            state.directory.operator_leg(&AttemptId::new(attempt), event);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn asked(
    asks: TakeoverAsks,
    State(state): State<ServerState>,
    Path(attempt): Path<String>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match verified(&state, &uri, &method, &headers, &body) {
        Ok(event) => {
            let plan = state.directory.takeover(&AttemptId::new(attempt), asks, event);
            planned(&state, plan).await
        }
        Err(refused) => refused.into_response(),
    }
}
