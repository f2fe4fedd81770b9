//! Whether the public address leads to us, and whether what the provider signs for it is accepted here.
//!
//! Opens our own server on the configured address for the time of the check, sends ourselves a webhook and a media socket's
//! handshake through the public address, signed as the provider would, and watches them arrive. If another program listens
//! there, it is taken for a running copy of ours, and its answers tell.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carriers::probe::{self, Answer, NoAnswer};
use engine::directory::Directory;
use engine::metrics::Metrics;
use ports::carrier::{CallbackError, Callbacks, CarrierEvent, MediaCodec, RelayCodec, WebhookRequest};
use ports::carrier_account::CarrierAccount;
use server::serve::{Bound, ServeError};
use server::{Server, ServerState};
use telephony::AttemptId;
use telephony::plan::Plan;

use super::{Finding, codes};
use crate::wiring;

/// How long the way through the public address may take. The provider waits 15 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who answers behind the public address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Door {
    /// Our own server, for the time of the check.
    Ours,
    /// A program that was there already.
    Another,
    /// Nobody: the address cannot be had.
    Closed(String),
}

/// What happened to one request that we sent to ourselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trip {
    /// What came back.
    pub answer: Result<Answer, NoAnswer>,
    /// Whether it arrived at our own server, and then whether its signature was accepted.
    pub arrived: Option<bool>,
}

/// A server for the time of a check.
pub struct Watch {
    door: Door,
    witness: Arc<Witness>,
    server: Option<Server>,
}

impl Watch {
    /// Opens the door on an address.
    pub async fn open(listen: std::net::SocketAddr, origin: &str, callbacks: Arc<dyn Callbacks>) -> Self {
        let witness = Arc::new(Witness { inner: callbacks, seen: Mutex::default() });
        let (door, server) = match Bound::to(listen).await {
            Ok(bound) => (Door::Ours, Some(bound.serve(state(witness.clone(), origin)))),
            Err(ServeError::PortInUse { .. }) => (Door::Another, None),
            Err(error) => (Door::Closed(error.to_string()), None),
        };
        Self { door, witness, server }
    }

    /// Ends the server.
    pub async fn close(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }

    /// Sends a signed webhook to an address of ours.
    pub async fn webhook(&self, account: &dyn CarrierAccount, url: &str) -> Option<Trip> {
        let sample = account.sample_webhook(url)?;
        let answer = probe::ask(url, &sample.headers, Some(sample.body), PATIENCE).await;
        Some(Trip { answer, arrived: self.witness.take() })
    }

    /// Opens a signed media socket and lets it go.
    async fn socket(&self, account: &dyn CarrierAccount, origin: &str) -> Option<Trip> {
        let media = server::router::addresses(origin, &AttemptId::new("check")).media;
        let mut headers = probe::handshake();
        headers.extend(account.sample_handshake(&media)?);
        // The same place, in the words of HTTP.
        let url = media.replacen("ws", "http", 1);
        let answer = probe::ask(&url, &headers, None, PATIENCE).await;
        Some(Trip { answer, arrived: self.witness.take() })
    }

    /// Tries both ways through the public address.
    pub async fn findings(&self, account: &dyn CarrierAccount, origin: &str) -> Vec<Finding> {
        if let Door::Closed(why) = &self.door {
            return vec![Finding::red("public address", &codes::CANNOT_LISTEN, why.clone())];
        }
        let attempt = AttemptId::new(format!("check-{}", wiring::make_token()));
        let status = server::router::addresses(origin, &attempt).status;
        let mut findings = Vec::new();
        match self.webhook(account, &status).await {
            Some(trip) => findings.push(judge_webhook(&self.door, &trip)),
            None => {
                findings.push(Finding::yellow("public address", &codes::NOT_KNOWN, "only the provider can sign, so it cannot be tried from here"))
            }
        }
        if findings.iter().all(|finding| finding.code.is_none())
            && let Some(trip) = self.socket(account, origin).await
        {
            findings.push(judge_socket(&self.door, &trip));
        }
        findings
    }
}

/// What a webhook's trip means.
fn judge_webhook(door: &Door, trip: &Trip) -> Finding {
    const CHECK: &str = "public address";
    let answer = match &trip.answer {
        Ok(answer) => answer,
        Err(why) if trip.arrived.is_none() => return Finding::red(CHECK, &codes::PUBLIC_URL_UNREACHABLE, why.to_string()),
        Err(why) => return Finding::red(CHECK, &codes::PUBLIC_URL_UNREACHABLE, format!("our webhook arrived, but its answer did not: {why}")),
    };
    let status = answer.status;
    match (door, trip.arrived, status) {
        (_, None, 300..=399) => Finding::red(CHECK, &codes::PUBLIC_URL_REDIRECTS, format!("it redirects (HTTP {status})")),
        (_, Some(false), _) | (Door::Another, None, 403) => {
            Finding::red(CHECK, &codes::SIGNATURE_REFUSED, "our webhook arrived, but its signature does not fit the address that it arrived with")
        }
        (_, Some(true), 200..=299) => Finding::green(CHECK, "a signed webhook came through and was verified"),
        (_, Some(true), _) => {
            Finding::red(CHECK, &codes::PUBLIC_URL_UNREACHABLE, format!("our webhook was verified, but its answer came back as HTTP {status}"))
        }
        (Door::Another, None, 204) => Finding::green(CHECK, "a signed webhook was verified by the program that runs already"),
        (_, None, _) => Finding::red(CHECK, &codes::PUBLIC_URL_ELSEWHERE, format!("something else answers there (HTTP {status})")),
    }
}

/// What a socket's trip means.
fn judge_socket(door: &Door, trip: &Trip) -> Finding {
    const CHECK: &str = "media sockets";
    match (&trip.answer, trip.arrived) {
        (Ok(Answer { status: 101, .. }), Some(true)) => Finding::green(CHECK, "come through and are verified"),
        (Ok(Answer { status: 101, .. }), None) if *door == Door::Another => Finding::green(CHECK, "come through to the program that runs already"),
        (_, Some(false)) => Finding::red(CHECK, &codes::SIGNATURE_REFUSED, "the handshake arrived, but its signature does not fit the address"),
        (Ok(Answer { status, .. }), _) => Finding::red(CHECK, &codes::SOCKET_REFUSED, format!("the handshake was answered with HTTP {status}")),
        (Err(why), _) => Finding::red(CHECK, &codes::SOCKET_REFUSED, why.to_string()),
    }
}

/// Lets everything pass and notes whether the last signature was accepted.
struct Witness {
    inner: Arc<dyn Callbacks>,
    seen: Mutex<Option<bool>>,
}

impl Witness {
    fn note(&self, is_verified: bool) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_verified);
    }

    fn take(&self) -> Option<bool> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Callbacks for Witness {
    fn read(&self, request: &WebhookRequest<'_>) -> Result<CarrierEvent, CallbackError> {
        let read = self.inner.read(request);
        self.note(!matches!(read, Err(CallbackError::Forged)));
        read
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<(), CallbackError> {
        let verified = self.inner.verify(request);
        self.note(verified.is_ok());
        verified
    }

    fn verify_socket(&self, url: &str, header: &dyn Fn(&str) -> Option<String>) -> Result<(), CallbackError> {
        let verified = self.inner.verify_socket(url, header);
        self.note(verified.is_ok());
        verified
    }

    fn document(&self, plan: &Plan) -> (String, &'static str) {
        self.inner.document(plan)
    }

    fn media_codec(&self) -> Box<dyn MediaCodec> {
        self.inner.media_codec()
    }

    fn relay_codec(&self) -> Option<Box<dyn RelayCodec>> {
        self.inner.relay_codec()
    }
}

/// A server without any calls: whatever is asked of it is verified, and then it knows of nothing.
fn state(witness: Arc<Witness>, origin: &str) -> ServerState {
    let directory = Arc::new(Directory::default());
    ServerState {
        // Whichever of two providers is tried, at its own addresses.
        second: Some(witness.clone()),
        reception: None,
        callbacks: witness,
        directory: directory.clone(),
        admission: directory,
        capacity: None,
        metrics: Arc::new(Metrics::default()),
        public_origin: origin.into(),
        sockets_are_signed: true,
        start_within: PATIENCE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn answer(status: u16) -> Result<Answer, NoAnswer> {
        Ok(Answer { status, location: None, body: String::new() })
    }

    fn webhook(door: Door, answer: Result<Answer, NoAnswer>, arrived: Option<bool>) -> (Level, Option<&'static str>) {
        let finding = judge_webhook(&door, &Trip { answer, arrived });
        (finding.level, finding.code)
    }

    #[test]
    fn only_a_verified_webhook_with_its_answer_is_green() {
        assert_eq!(webhook(Door::Ours, answer(204), Some(true)), (Level::Green, None));
        for (answer, arrived, code) in [
            (Err(NoAnswer::NoSuchHost), None, "doctor.public_url_unreachable"),
            (Err(NoAnswer::NoReply), Some(true), "doctor.public_url_unreachable"),
            (answer(502), None, "doctor.public_url_elsewhere"),
            (answer(200), None, "doctor.public_url_elsewhere"),
            (answer(204), None, "doctor.public_url_elsewhere"),
            (answer(301), None, "doctor.public_url_redirects"),
            (answer(403), Some(false), "doctor.signature_refused"),
            (answer(502), Some(true), "doctor.public_url_unreachable"),
        ] {
            assert_eq!(webhook(Door::Ours, answer, arrived), (Level::Red, Some(code)));
        }
    }

    #[test]
    fn a_program_that_runs_already_is_judged_by_its_answers() {
        assert_eq!(webhook(Door::Another, answer(204), None), (Level::Green, None));
        assert_eq!(webhook(Door::Another, answer(403), None), (Level::Red, Some("doctor.signature_refused")));
        assert_eq!(webhook(Door::Another, answer(404), None), (Level::Red, Some("doctor.public_url_elsewhere")));
    }

    #[test]
    fn a_socket_must_be_opened() {
        let socket = |door: Door, answer, arrived| judge_socket(&door, &Trip { answer, arrived }).code;
        assert_eq!(socket(Door::Ours, answer(101), Some(true)), None);
        assert_eq!(socket(Door::Another, answer(101), None), None);
        assert_eq!(socket(Door::Ours, answer(101), None), Some("doctor.socket_refused"));
        assert_eq!(socket(Door::Ours, answer(426), None), Some("doctor.socket_refused"));
        assert_eq!(socket(Door::Ours, answer(403), Some(false)), Some("doctor.signature_refused"));
        assert_eq!(socket(Door::Ours, Err(NoAnswer::NoReply), None), Some("doctor.socket_refused"));
    }
}
