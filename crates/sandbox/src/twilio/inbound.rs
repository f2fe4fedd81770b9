//! The way in: somebody of the cast rings a number of the account, and the number's settings say what happens then.
//!
//! `POST /sandbox/ring` makes somebody ring, `POST /sandbox/number` sets where the calls go; both for programs of this
//! machine only. `IncomingPhoneNumbers` shows and sets the same.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use serde::Deserialize;
use simulator::network::PracticeLeg;
use simulator::script::{Ask, Line, LineBehaviour, Scene, Script, Then};
use telephony::PhoneNumber;
use telephony::leg::LegState;
use wire::http::{HttpReply, Method};
use wire::twilio::rest::{CallInstructions, CreateCall, NumberSettings};
use wire::twilio::status::CallEvent;

use super::call::Origin;
use super::rest::response;
use super::{Service, fresh_sid};

/// How long a ring may last before the network gives up, in seconds.
const RINGS_S: u32 = 60;

/// Longest inbound call, in seconds.
const LIMIT_S: u32 = 4 * 3_600;

/// Who rings whom.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ring {
    from: String,
    to: String,
}

/// Where the calls of the account's number go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberAt {
    voice_url: String,
    #[serde(default)]
    voice_fallback_url: Option<String>,
    #[serde(default)]
    status_callback: Option<String>,
}

/// Why nobody rings.
struct Refused {
    status: u16,
    code: &'static str,
    message: &'static str,
}

impl Refused {
    const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    fn response(&self) -> Response {
        response(HttpReply::json(self.status, &serde_json::json!({ "code": self.code, "message": self.message })))
    }
}

/// The number that is to ring is none of the account's.
const NOT_OURS: Refused = Refused::new(400, "sandbox.not_our_number", "`to` must be the account's own number");

fn service_for(service: &Weak<Service>, peer: SocketAddr) -> Result<Arc<Service>, Refused> {
    let service = service.upgrade().ok_or(Refused::new(503, "sandbox.closed", "the practice network closes"))?;
    if !peer.ip().is_loopback() {
        return Err(Refused::new(403, "sandbox.not_loopback", "this is for programs of the same machine"));
    }
    Ok(service)
}

fn read<'a, T: Deserialize<'a>>(body: &'a Bytes, shape: &'static str) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|_| Refused::new(400, "sandbox.bad_request", shape))
}

/// `POST /sandbox/ring`.
pub(super) async fn ring(State(service): State<Weak<Service>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    let rung = service_for(&service, peer).and_then(|service| {
        let ring: Ring = read(&body, "the body must be {\"from\": \"+1…\", \"to\": \"+1…\"}")?;
        service.ring(&ring)
    });
    match rung {
        Ok(sid) => response(HttpReply::json(201, &serde_json::json!({ "call_sid": sid }))),
        Err(refused) => refused.response(),
    }
}

/// `POST /sandbox/number`.
pub(super) async fn number(State(service): State<Weak<Service>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    let set = service_for(&service, peer).and_then(|service| {
        let at: NumberAt = read(&body, "the body must be {\"voice_url\": \"http…\"}, perhaps with voice_fallback_url and status_callback")?;
        let settings = NumberSettings {
            voice_url: Some(at.voice_url),
            voice_fallback_url: at.voice_fallback_url,
            status_callback: at.status_callback,
            ..NumberSettings::default()
        };
        let first = &service.credentials.from_number;
        service.holdings.with(|held| held.own_number_mut(first).map(|number| number.apply(&settings))).ok_or(NOT_OURS)
    });
    match set {
        Ok(()) => response(HttpReply::empty(204)),
        Err(refused) => refused.response(),
    }
}

impl Service {
    fn ring(self: &Arc<Self>, ring: &Ring) -> Result<String, Refused> {
        let bad = |code, message| Refused::new(400, code, message);
        let from = PhoneNumber::parse(&ring.from).map_err(|_| bad("sandbox.bad_number", "`from` is no telephone number"))?;
        let script = self.network.config.cast.find(&from).and_then(|script| caller(&script));
        let script = script.ok_or(bad("sandbox.nobody_there", "`from` must be the number of somebody of the cast who talks"))?;
        let number = self.holdings.with(|held| held.own_number_mut(&ring.to).cloned()).ok_or(NOT_OURS)?;
        let no_url = Refused::new(409, "sandbox.no_voice_url", "the number has no voice_url; set it with POST /sandbox/number");
        let method = |text: &Option<String>| text.as_deref().and_then(Method::parse).unwrap_or(Method::Post);
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let application = set(&number.voice_application_sid).map(CallInstructions::Application);
        let own = || set(&number.voice_url).filter(|_| set(&number.trunk_sid).is_none());
        let instructions = application.or_else(|| own().map(|url| CallInstructions::Url { url, method: method(&number.voice_method) }));
        let mut create = CreateCall::new(ring.to.clone(), from.as_e164(), instructions.ok_or(no_url)?);
        create.fallback_url = set(&number.voice_fallback_url);
        create.fallback_method = Some(method(&number.voice_fallback_method));
        create.status_callback = set(&number.status_callback);
        create.status_callback_method = Some(method(&number.status_callback_method));
        create.status_events = vec![CallEvent::Completed];
        self.instruct(&mut create).map_err(|_| Refused::new(409, "sandbox.no_voice_url", "the number's application is gone, or has no voice_url"))?;
        let leg = PracticeLeg::new(Arc::new(script), self.network.leg_config(Duration::ZERO, RINGS_S, LIMIT_S));
        let busy = Refused::new(503, "sandbox.no_line", "all lines of the practice network are busy; ring again later");
        let token = fresh_sid("").map_err(|_| Refused::new(500, "sandbox.no_chance", "the system gives no random numbers"))?;
        let placed = self.place(create, leg, Origin::Inbound { token }, LegState::Ringing).ok_or(busy)?;
        Ok(placed.sid)
    }
}

/// Returns somebody of the cast as a caller: they talk once they are talked to. `None` if they never talk.
fn caller(script: &Script) -> Option<Script> {
    let (name, _) = script.first_scene()?;
    let name = name.to_owned();
    let mut script = script.clone();
    script.line = Line { ring_after_ms: 0, answer_after_ms: 0, behaviour: LineBehaviour::Answers };
    if let Some(Scene::Person(person)) = script.scenes.get_mut(&name) {
        let greeting: Vec<String> = std::mem::take(&mut person.greeting).into_iter().map(|saying| saying.say).collect();
        if !greeting.is_empty() {
            person.asks.insert(0, Ask { after_line: 1, say: greeting.join(" "), then: Then::Stay });
        }
    }
    Some(script)
}
