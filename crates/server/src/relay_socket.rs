//! Any carrier's socket of texts: signature at the door, a one-time token in the first message, then words both ways.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::relay_link::RelaySocketEnd;
use ports::carrier::{RelayCodec, RelayEvent};

use crate::state::ServerState;

/// The largest message of a carrier: a minute of speech is a few kilobytes.
const MESSAGE_AT_MOST: usize = 64 * 1024;

/// Messages that a socket may send before it presents its token.
const MESSAGES_BEFORE_START: usize = 4;

/// Takes the handshake of a socket of texts.
pub async fn upgrade(State(state): State<ServerState>, headers: HeaderMap, socket: WebSocketUpgrade) -> Response {
    let url = state.public_url("/carrier/relay").replacen("http", "ws", 1);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if state.callbacks.verify_socket(&url, &header).is_err() {
        state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(codec) = state.callbacks.relay_codec() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    socket.max_message_size(MESSAGE_AT_MOST).max_frame_size(MESSAGE_AT_MOST).on_upgrade(move |socket| serve(state, codec, socket))
}

async fn serve(state: ServerState, mut codec: Box<dyn RelayCodec>, mut socket: WebSocket) {
    let started = tokio::time::timeout(state.start_within, wait_for_start(&state, codec.as_mut(), &mut socket)).await;
    let Ok(Some(end)) = started else {
        state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
        // The peer may be gone already; there is nothing to do about a farewell that is not heard.
        let _ = socket.send(Message::Close(None)).await;
        return;
    };
    state.metrics.live_calls.fetch_add(1, Ordering::Relaxed);
    carry(codec.as_mut(), &mut socket, end).await;
    let _ = socket.send(Message::Close(None)).await;
    state.metrics.live_calls.fetch_sub(1, Ordering::Relaxed);
    state.metrics.ended_calls.fetch_add(1, Ordering::Relaxed);
}

/// Reads up to the session's start; no word is looked at before its token was found good.
async fn wait_for_start(state: &ServerState, codec: &mut dyn RelayCodec, socket: &mut WebSocket) -> Option<RelaySocketEnd> {
    for _ in 0..MESSAGES_BEFORE_START {
        let Message::Text(text) = socket.recv().await?.ok()? else {
            continue;
        };
        if let RelayEvent::Started { call, token } = codec.read(&text).ok()? {
            return state.directory.attach_relay(token.as_deref(), &call).ok();
        }
    }
    None
}

async fn carry(codec: &mut dyn RelayCodec, socket: &mut WebSocket, mut end: RelaySocketEnd) {
    loop {
        // Neither future loses anything when the other is ready first.
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => match codec.read(&text) {
                    Ok(event) => {
                        if !end.deliver(event) {
                            return;
                        }
                    }
                    Err(error) => tracing::debug!(%error, "a message of texts was passed over"),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
            },
            message = end.next() => {
                let Some(message) = message else {
                    return;
                };
                if socket.send(Message::Text(Utf8Bytes::from(codec.write(&message)))).await.is_err() {
                    return;
                }
            }
        }
    }
}
