//! The way in for programs of this machine: `POST /sandbox/ring` makes somebody of the cast ring a number of an account,
//! `POST /sandbox/number` says where such calls go.
//!
//! Whose number it is decides whose call it is: Twilio's own and Plivo's own differ. The carriers' REST APIs show and set
//! the same.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use simulator::network::PracticeLeg;
use telephony::PhoneNumber;

use crate::caller::{LIMIT_S, RINGS_S, caller};
use crate::network::Network;
use crate::{plivo, twilio};

/// Both carriers, for as long as they live.
#[derive(Clone)]
pub struct Carriers {
    /// Twilio's side.
    pub twilio: Weak<twilio::Service>,
    /// Plivo's side.
    pub plivo: Weak<plivo::Service>,
}

/// Who rings whom.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring {
    from: String,
    to: String,
}

/// Where the calls of a number go, in the words of its carrier.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberAt {
    /// Twilio's number.
    Twilio(twilio::NumberAt),
    /// Plivo's number.
    Plivo(plivo::NumberAt),
}

/// Why nobody rings.
pub struct Refused {
    status: u16,
    code: &'static str,
    message: &'static str,
}

impl Refused {
    /// Makes a refusal: HTTP status, stable code, and what to do.
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// All lines are busy.
    pub const fn no_line() -> Self {
        Self::new(503, "sandbox.no_line", "all lines of the practice network are busy; ring again later")
    }
}

/// Somebody who rings.
pub struct Ringing {
    /// Their number.
    pub from: PhoneNumber,
    /// Them, as a leg that rings.
    pub leg: PracticeLeg,
}

/// The number that is to ring is none of an account's.
pub const NOT_OURS: Refused = Refused::new(400, "sandbox.not_our_number", "`to` must be the account's own number");

/// All routes on one page.
pub fn router(carriers: Carriers) -> Router {
    Router::new().route("/sandbox/ring", post(ring)).route("/sandbox/number", post(number)).with_state(carriers)
}

async fn ring(State(carriers): State<Carriers>, ConnectInfo(peer): ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    let rung = carriers.open(peer).and_then(|(twilio, plivo)| {
        let ring: Ring = read(&body, "the body must be {\"from\": \"+1…\", \"to\": \"+1…\"}")?;
        if plivo.owns(&ring.to) {
            let uuid = plivo.ring(somebody(twilio.network(), &ring.from)?, &ring.to)?;
            return Ok(serde_json::json!({ "call_uuid": uuid }));
        }
        let sid = twilio.ring(somebody(twilio.network(), &ring.from)?, &ring.to)?;
        Ok(serde_json::json!({ "call_sid": sid }))
    });
    match rung {
        Ok(body) => json(201, &body),
        Err(refused) => refused.into_response(),
    }
}

async fn number(State(carriers): State<Carriers>, ConnectInfo(peer): ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    let set = carriers.open(peer).and_then(|(twilio, plivo)| {
        let shape = "the body must be {\"voice_url\": \"http…\"}, perhaps with voice_fallback_url and status_callback, or for \
                     Plivo's number {\"answer_url\": \"http…\"}, perhaps with fallback_answer_url, hangup_url and message_url";
        match read(&body, shape)? {
            NumberAt::Twilio(at) => twilio.point_number(at),
            NumberAt::Plivo(at) => plivo.point_number(&at),
        }
    });
    match set {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refused) => refused.into_response(),
    }
}

impl Carriers {
    /// Returns both carriers to a program of this machine.
    fn open(&self, peer: SocketAddr) -> Result<(Arc<twilio::Service>, Arc<plivo::Service>), Refused> {
        let both = self.twilio.upgrade().zip(self.plivo.upgrade());
        let both = both.ok_or(Refused::new(503, "sandbox.closed", "the practice network closes"))?;
        if !peer.ip().is_loopback() {
            return Err(Refused::new(403, "sandbox.not_loopback", "this is for programs of the same machine"));
        }
        Ok(both)
    }
}

/// Finds who rings.
fn somebody(network: &Network, from: &str) -> Result<Ringing, Refused> {
    let bad = |code, message| Refused::new(400, code, message);
    let from = PhoneNumber::parse(from).map_err(|_| bad("sandbox.bad_number", "`from` is no telephone number"))?;
    let script = network.config.cast.find(&from).and_then(|script| caller(&script));
    let script = script.ok_or(bad("sandbox.nobody_there", "`from` must be the number of somebody of the cast who talks"))?;
    let leg = PracticeLeg::new(Arc::new(script), network.leg_config(Duration::ZERO, RINGS_S, LIMIT_S));
    Ok(Ringing { from, leg })
}

fn read<'a, T: Deserialize<'a>>(body: &'a Bytes, shape: &'static str) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|_| Refused::new(400, "sandbox.bad_request", shape))
}

fn json(status: u16, body: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        json(self.status, &serde_json::json!({ "code": self.code, "message": self.message }))
    }
}
