//! Calls that come to our number: signature first, then the engine's reception, then its plan as a document.

use std::sync::LazyLock;

use ::assistant::menu::Place;
use audio::hold_music::HoldMusic;
use audio::wav::write_wav;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use engine::reception::addresses::{MUSIC_PATH, PATH};
use telephony::plan::Plan;

use crate::signed::Arrived;
use crate::state::ServerState;
use crate::webhooks::document;

/// Two rounds of the music, sixteen seconds: then a caller who waits hears their position again.
static MUSIC: LazyLock<Bytes> = LazyLock::new(|| {
    let mut samples = vec![0; 16 * 8_000];
    HoldMusic::new().fill(&mut samples);
    write_wav(8_000, 1, &samples).into()
});

/// Returns the routes of the reception, without their state.
pub(crate) fn routes() -> Router<ServerState> {
    Router::new()
        .route(PATH, post(incoming))
        .route(&format!("{PATH}/fallback"), post(fallback))
        .route(&format!("{PATH}/status"), post(status))
        .route(&format!("{PATH}/menu/{{menu}}/{{misses}}"), post(menu))
        .route(&format!("{PATH}/forwarded"), post(forwarded))
        .route(&format!("{PATH}/message"), post(message))
        .route(&format!("{PATH}/recording"), post(recording))
        .route(&format!("{PATH}/queue/{{queue}}/wait"), post(waiting))
        .route(&format!("{PATH}/queue/{{queue}}/left"), post(left))
        .route(&format!("{PATH}/queue/{{queue}}/line"), post(in_line))
        .route(&format!("{PATH}/queue/{{queue}}/meets"), post(meets))
        .route(&format!("{PATH}/queue/{{queue}}/next/{{round}}"), post(next_in_line))
        .route(&format!("{PATH}/served"), post(served))
        .route(&format!("{PATH}/operator/{{queue}}/{{asked}}"), post(operator))
        .route(&format!("{PATH}/operator-status"), post(operator_status))
        .route(&format!("{PATH}/chosen"), post(chosen))
        .route(MUSIC_PATH, get(music))
}

async fn music() -> Response {
    ([(header::CONTENT_TYPE, "audio/wav")], MUSIC.clone()).into_response()
}

async fn incoming(State(state): State<ServerState>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.incoming(event).await)
}

async fn fallback(State(state): State<ServerState>, Arrived { reception, .. }: Arrived) -> Response {
    document(&state, &reception.fallback())
}

async fn menu(State(state): State<ServerState>, Path((menu, misses)): Path<(String, u8)>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.menu(&Place { menu, misses }, event).await)
}

async fn forwarded(State(state): State<ServerState>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.forwarded(&event))
}

async fn message(State(state): State<ServerState>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.message_taken(&event).await)
}

async fn waiting(State(state): State<ServerState>, Path(queue): Path<String>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.waiting(&queue, &event))
}

async fn left(State(state): State<ServerState>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.left_queue(&event))
}

async fn in_line(State(state): State<ServerState>, Path(queue): Path<String>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.in_line(&queue, &event))
}

async fn meets(State(state): State<ServerState>, _: Path<String>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.meets(&event))
}

async fn next_in_line(
    State(state): State<ServerState>,
    Path((queue, round)): Path<(String, u32)>,
    Arrived { reception, event }: Arrived,
) -> Response {
    document(&state, &reception.next_in_line(&queue, round, &event.call).await)
}

/// The user's telephone was answered for who waits.
async fn operator(State(state): State<ServerState>, Path((queue, asked)): Path<(String, u8)>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.operator(&queue, asked > 0, &event).await)
}

async fn chosen(State(state): State<ServerState>, Arrived { reception, event }: Arrived) -> Response {
    document(&state, &reception.chosen(&event).await)
}

async fn operator_status(Arrived { reception, event }: Arrived) -> StatusCode {
    reception.operator_status(&event).await;
    StatusCode::NO_CONTENT
}

/// The user and a caller have parted.
async fn served(State(state): State<ServerState>, _: Arrived) -> Response {
    document(&state, &Plan::hang_up())
}

async fn status(Arrived { reception, event }: Arrived) -> StatusCode {
    reception.status(event).await;
    StatusCode::NO_CONTENT
}

async fn recording(Arrived { reception, event }: Arrived) -> StatusCode {
    reception.recording(event).await;
    StatusCode::NO_CONTENT
}
