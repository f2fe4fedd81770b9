//! A webhook that its carrier has signed: no handler sees any other.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::reception::Reception;
use ports::carrier::{CallbackError, CarrierEvent, WebhookRequest};

use crate::state::ServerState;

/// What a signed webhook says. Refused before anything else is looked at: 403 without a good signature, 400 if it cannot be
/// read, with a word on what and never a value of it.
pub(crate) struct Signed(pub CarrierEvent);

impl FromRequest<ServerState> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Response> {
        verified(request, state, |webhook| state.callbacks.read(webhook)).await.map(Self)
    }
}

/// A signed webhook that is about no call: there is nothing in it to read.
pub(crate) struct SignedOnly;

impl FromRequest<ServerState> for SignedOnly {
    type Rejection = Response;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Response> {
        verified(request, state, |webhook| state.callbacks.verify(webhook)).await.map(|()| Self)
    }
}

async fn verified<T>(
    request: Request,
    state: &ServerState,
    read: impl FnOnce(&WebhookRequest<'_>) -> Result<T, CallbackError>,
) -> Result<T, Response> {
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
    let url = state.public_url(uri.path_and_query().map_or("/", |path| path.as_str()));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let webhook = WebhookRequest { method: method.as_str(), url: &url, header: &header, body: &body };
    read(&webhook).map_err(|error| match error {
        CallbackError::Forged => {
            state.metrics.refused_callbacks.fetch_add(1, Ordering::Relaxed);
            StatusCode::FORBIDDEN.into_response()
        }
        CallbackError::Unreadable { what } => (StatusCode::BAD_REQUEST, what).into_response(),
    })
}

/// The same for calls that come in. An installation that takes none knows no such page.
pub(crate) struct Arrived {
    /// Who takes it.
    pub reception: Arc<Reception>,
    /// What the webhook says.
    pub event: CarrierEvent,
}

impl FromRequest<ServerState> for Arrived {
    type Rejection = Response;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Response> {
        let Signed(event) = Signed::from_request(request, state).await?;
        let reception = state.reception.clone().ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
        Ok(Self { reception, event })
    }
}
