//! Calls that come to our number: signature first, then the engine's reception, then its plan as a document.

use std::sync::{Arc, LazyLock};

use ::assistant::menu::Place;
use audio::hold_music::HoldMusic;
use audio::wav::write_wav;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use engine::reception::Reception;
use engine::reception::addresses::{MUSIC_PATH, PATH};
use ports::carrier::CarrierEvent;
use telephony::plan::Plan;

use crate::state::ServerState;
use crate::webhooks::{Refused, verified};

/// Two rounds of the music, sixteen seconds: then a caller who waits hears their position again.
static MUSIC: LazyLock<Bytes> = LazyLock::new(|| {
    let mut samples = vec![0; 16 * 8_000];
    HoldMusic::new().fill(&mut samples);
    write_wav(8_000, 1, &samples).into()
});

/// What a request of the carrier is made of.
type Request = (Uri, Method, HeaderMap, Bytes);

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
        .route(&format!("{PATH}/served"), post(served))
        .route(&format!("{PATH}/operator/{{queue}}/{{asked}}"), post(operator))
        .route(&format!("{PATH}/operator-status"), post(operator_status))
        .route(MUSIC_PATH, get(music))
}

async fn music() -> Response {
    ([(header::CONTENT_TYPE, "audio/wav")], MUSIC.clone()).into_response()
}

async fn incoming(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.incoming(event).await),
        Err(refused) => refused.into_response(),
    }
}

async fn fallback(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, _)) => document(&state, &reception.fallback()),
        Err(refused) => refused.into_response(),
    }
}

async fn menu(
    State(state): State<ServerState>,
    Path((menu, misses)): Path<(String, u8)>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.menu(&Place { menu, misses }, event).await),
        Err(refused) => refused.into_response(),
    }
}

async fn forwarded(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.forwarded(&event)),
        Err(refused) => refused.into_response(),
    }
}

async fn message(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.message_taken(&event).await),
        Err(refused) => refused.into_response(),
    }
}

async fn waiting(State(state): State<ServerState>, Path(queue): Path<String>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.waiting(&queue, &event)),
        Err(refused) => refused.into_response(),
    }
}

async fn left(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.left_queue(&event)),
        Err(refused) => refused.into_response(),
    }
}

/// The user's telephone was answered for who waits.
async fn operator(
    State(state): State<ServerState>,
    Path((queue, asked)): Path<(String, u8)>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => document(&state, &reception.operator(&queue, asked > 0, &event)),
        Err(refused) => refused.into_response(),
    }
}

async fn operator_status(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => {
            reception.operator_status(&event);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

/// The user and a caller have parted.
async fn served(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok(_) => document(&state, &Plan::hang_up()),
        Err(refused) => refused.into_response(),
    }
}

async fn status(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => {
            reception.status(event).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn recording(State(state): State<ServerState>, uri: Uri, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    match open(&state, &(uri, method, headers, body)) {
        Ok((reception, event)) => {
            reception.recording(event).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

/// Checks the signature before anything else; an installation that takes no calls then knows no such page.
fn open(state: &ServerState, (uri, method, headers, body): &Request) -> Result<(Arc<Reception>, CarrierEvent), Refused> {
    let event = verified(state, uri, method, headers, body)?;
    let reception = state.reception.clone().ok_or((StatusCode::NOT_FOUND, ""))?;
    Ok((reception, event))
}

fn document(state: &ServerState, plan: &Plan) -> Response {
    let (document, content_type) = state.callbacks.document(plan);
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}
