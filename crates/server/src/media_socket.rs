//! Any carrier's media socket: signature at the door, a one-time token in the first messages, then audio both ways.
//!
//! Reads and writes in one task. Messages to the carrier that wait together leave together. A process that is full says so
//! before the handshake: 503 and when to try again.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::capacity::{Capacity, Full, Place};
use engine::media_link::{FromCarrier, SocketEnd, ToCarrier};
use engine::metrics::Metrics;
use futures_util::SinkExt;
use ports::carrier::{MediaCodec, MediaEvent};

use crate::state::ServerState;

/// The stable code of a refusal because the process is full.
pub const FULL_CODE: &str = "server.full";

/// The largest message of a carrier: a second of audio and its JSON, with room to spare.
const MESSAGE_AT_MOST: usize = 64 * 1024;

/// Messages that a socket may send before it presents its token: `connected`, `start` and a few newer ones.
const MESSAGES_BEFORE_START: usize = 8;

/// Takes the handshake of a media socket.
pub async fn upgrade(State(state): State<ServerState>, headers: HeaderMap, socket: WebSocketUpgrade) -> Response {
    if state.sockets_are_signed {
        let url = state.public_url("/carrier/media").replacen("http", "ws", 1);
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if state.callbacks.verify_socket(&url, &header).is_err() {
            state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
            return StatusCode::FORBIDDEN.into_response();
        }
    }
    let place = match state.capacity.as_ref().map(Capacity::take_place).transpose() {
        Ok(place) => place,
        Err(full) => {
            state.metrics.refused_calls.fetch_add(1, Ordering::Relaxed);
            return refused(full);
        }
    };
    // Small buffers: a call sends and receives a few hundred bytes at a time.
    socket
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_message_size(MESSAGE_AT_MOST)
        .max_frame_size(MESSAGE_AT_MOST)
        .on_upgrade(move |socket| serve(state, socket, place))
}

/// What is said to whom there is no place for; a carrier then goes on with its document, a caller may come again.
fn refused(full: Full) -> Response {
    let body = format!("{{\"code\":\"{FULL_CODE}\",\"detail\":\"{full}\"}}");
    let headers = [(header::RETRY_AFTER, "1"), (header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}

async fn serve(state: ServerState, mut socket: WebSocket, _place: Option<Place>) {
    let mut codec = state.callbacks.media_codec();
    let started = tokio::time::timeout(state.start_within, wait_for_start(&state, codec.as_mut(), &mut socket)).await;
    let Ok(Some(end)) = started else {
        state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
        // The peer may be gone already; there is nothing to do about a farewell that is not heard.
        let _ = socket.send(Message::Close(None)).await;
        return;
    };
    state.metrics.live_calls.fetch_add(1, Ordering::Relaxed);
    carry(&state.metrics, codec.as_mut(), socket, end).await;
    state.metrics.live_calls.fetch_sub(1, Ordering::Relaxed);
    state.metrics.ended_calls.fetch_add(1, Ordering::Relaxed);
}

/// Reads up to the stream's start; no audio is looked at before its token was found good.
async fn wait_for_start(state: &ServerState, codec: &mut dyn MediaCodec, socket: &mut WebSocket) -> Option<SocketEnd> {
    let mut audio = Vec::new();
    for _ in 0..MESSAGES_BEFORE_START {
        let Message::Text(text) = socket.recv().await?.ok()? else {
            continue;
        };
        if let MediaEvent::Started { call, token } = codec.read(&text, &mut audio).ok()? {
            return state.admission.admit(token.as_deref(), &call).await.ok();
        }
    }
    None
}

async fn carry(metrics: &Metrics, codec: &mut dyn MediaCodec, mut socket: WebSocket, mut end: SocketEnd) {
    let mut audio = Vec::with_capacity(1_024);
    loop {
        // Neither future loses anything when the other is ready first.
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if !deliver(metrics, codec, &text, &mut audio, &end) {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
            },
            first = end.next() => {
                if !send_waiting(codec, &mut socket, &mut end, first).await {
                    return;
                }
            }
        }
    }
}

/// Sends what waits for the carrier; returns whether the stream goes on.
async fn send_waiting(codec: &mut dyn MediaCodec, socket: &mut WebSocket, end: &mut SocketEnd, first: Option<ToCarrier>) -> bool {
    let mut waiting = first;
    while let Some(message) = waiting {
        let mut text = String::new();
        match message {
            ToCarrier::Audio(ulaw) => codec.write_audio(&ulaw, &mut text),
            ToCarrier::Mark(name) => codec.write_mark(&name, &mut text),
            ToCarrier::Clear => codec.write_clear(&mut text),
            ToCarrier::Close => {
                // Told or not, the stream is over for us.
                let _ = socket.send(Message::Close(None)).await;
                return false;
            }
        }
        if socket.feed(Message::Text(Utf8Bytes::from(text))).await.is_err() {
            return false;
        }
        waiting = end.next_waiting();
    }
    socket.flush().await.is_ok()
}

/// Hands a message to the driver; returns whether the stream goes on. A message that cannot be read is passed over:
/// carriers add kinds of messages, and one bad one must not end a call.
fn deliver(metrics: &Metrics, codec: &mut dyn MediaCodec, text: &str, audio: &mut Vec<u8>, end: &SocketEnd) -> bool {
    let message = match codec.read(text, audio) {
        Ok(MediaEvent::Audio { track, at_millis }) => FromCarrier::Audio { track, at_millis, ulaw: audio.clone() },
        Ok(MediaEvent::Mark { name }) => FromCarrier::Mark(name),
        Ok(MediaEvent::Digit(digit)) => FromCarrier::Digit(digit),
        Ok(MediaEvent::Stopped) => return false,
        Ok(MediaEvent::Connected | MediaEvent::Started { .. } | MediaEvent::Other) => return true,
        Err(error) => {
            tracing::debug!(%error, "a media message was passed over");
            return true;
        }
    };
    if end.deliver(message) {
        metrics.dropped_audio.fetch_add(1, Ordering::Relaxed);
    }
    true
}
