//! `/sandbox/faults`: what goes wrong, shown, added to and taken away while the network runs. For programs of this machine.
//!
//! `POST` takes `{"faults": ["webhook=lost"], "to": "+12125550123", "times": 1}`; the last two may be left out.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Weak;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use telephony::PhoneNumber;
use wire::http::HttpReply;

use super::response;
use crate::faults::{FAULTS, FaultError, FaultSwitches, Faults, Rule};
use crate::twilio::Service;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    faults: Vec<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    times: Option<NonZeroU32>,
}

pub(super) async fn show(state: State<Weak<Service>>, peer: ConnectInfo<SocketAddr>) -> Response {
    with_switches(state, peer, |switches| rules(200, switches))
}

pub(super) async fn add(state: State<Weak<Service>>, peer: ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    with_switches(state, peer, |switches| {
        let posted: Posted = match serde_json::from_slice(&body) {
            Ok(posted) => posted,
            Err(error) => return refuse("sandbox.bad_fault", &format!("the rule cannot be read: {error}")),
        };
        match rule(posted).and_then(|rule| switches.add(rule)) {
            Ok(()) => rules(201, switches),
            Err(error) => refuse("sandbox.bad_fault", &format!("{error}; known are: {FAULTS}")),
        }
    })
}

pub(super) async fn clear(state: State<Weak<Service>>, peer: ConnectInfo<SocketAddr>) -> Response {
    with_switches(state, peer, |switches| {
        switches.clear();
        HttpReply::empty(204)
    })
}

fn with_switches(
    State(service): State<Weak<Service>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    act: impl FnOnce(&FaultSwitches) -> HttpReply,
) -> Response {
    let Some(service) = service.upgrade() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    if !peer.ip().is_loopback() {
        return StatusCode::FORBIDDEN.into_response();
    }
    response(act(&service.network.faults))
}

fn rule(posted: Posted) -> Result<Rule, FaultError> {
    let faults = Faults::parse(posted.faults.iter().map(String::as_str))?;
    let to = posted.to.map(|to| PhoneNumber::parse(&to).map(|number| number.as_e164().to_owned())).transpose().map_err(|_| FaultError::BadNumber)?;
    Ok(Rule { faults, to, times: posted.times.map(NonZeroU32::get) })
}

fn rules(status: u16, switches: &FaultSwitches) -> HttpReply {
    let rules: Vec<_> = switches.rules().iter().map(|rule| json!({ "faults": rule.faults.names(), "to": rule.to, "times": rule.times })).collect();
    HttpReply::json(status, &json!({ "rules": rules }))
}

fn refuse(code: &str, detail: &str) -> HttpReply {
    HttpReply::json(400, &json!({ "code": code, "detail": detail }))
}
