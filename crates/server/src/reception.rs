//! Calls that come to our number: signature first, then the engine's reception, then its plan as a document.

use std::sync::LazyLock;

use ::assistant::menu::Place;
use audio::hold_music::HoldMusic;
use audio::wav::write_wav;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::reception::addresses::{MUSIC_PATH, PATH};
use telephony::plan::Plan;

use crate::router::Route;
use crate::signed::Arrived;
use crate::state::ServerState;
use crate::webhooks::document;

/// Two rounds of the music, sixteen seconds: then a caller who waits hears their position again.
static MUSIC: LazyLock<Bytes> = LazyLock::new(|| {
    let mut samples = vec![0; 16 * 8_000];
    HoldMusic::new().fill(&mut samples);
    write_wav(8_000, 1, &samples).into()
});

/// Returns what carriers ask and tell of calls that come in.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::webhook(PATH, incoming),
        Route::webhook(format!("{PATH}/fallback"), fallback),
        Route::webhook(format!("{PATH}/status"), status),
        Route::webhook(format!("{PATH}/menu/{{menu}}/{{misses}}"), menu),
        Route::webhook(format!("{PATH}/forwarded"), forwarded),
        Route::webhook(format!("{PATH}/message"), message),
        Route::webhook(format!("{PATH}/recording"), recording),
        Route::webhook(format!("{PATH}/queue/{{queue}}/wait"), waiting),
        Route::webhook(format!("{PATH}/queue/{{queue}}/left"), left),
        Route::webhook(format!("{PATH}/queue/{{queue}}/line"), in_line),
        Route::webhook(format!("{PATH}/queue/{{queue}}/meets"), meets),
        Route::webhook(format!("{PATH}/queue/{{queue}}/next/{{round}}"), next_in_line),
        Route::webhook(format!("{PATH}/served"), served),
        Route::webhook(format!("{PATH}/operator/{{queue}}/{{asked}}"), operator),
        Route::webhook(format!("{PATH}/operator-status"), operator_status),
        Route::webhook(format!("{PATH}/chosen"), chosen),
        Route::open(MUSIC_PATH, music),
    ]
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
