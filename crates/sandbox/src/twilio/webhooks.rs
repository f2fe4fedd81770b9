//! Requests from the carrier to the program: signed, bounded in time and size, retried only if no connection came about.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::{Client, RequestBuilder};
use telephony::Timestamp;
use telephony::leg::LegState;
use wire::http::{FORM_TYPE, Form, Method};
use wire::twilio::connection::{ConnectionOverrides, RetryOn};
use wire::twilio::signature::{Algorithm, HEADER, SigningKey};
use wire::twilio::status::CallStatus;

use super::log::{Exchange, Log, Reply};
use crate::SandboxError;
use crate::clock::wall_clock;
use crate::faults::{FaultSwitches, WebhookFault};
use crate::program::{self, HookReply, Unreached};

/// What the carrier calls itself.
const AGENT: &str = "TwilioProxy/1.1";

/// Largest document. Twilio: 64 KB.
const MAX_DOCUMENT_BYTES: usize = 64 * 1_024;

/// Sends webhooks of one account.
#[derive(Clone)]
pub struct Webhooks {
    client: Client,
    key: SigningKey,
    timeout: Duration,
    log: Log,
    faults: FaultSwitches,
}

/// Why there is no answer, with Twilio's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HookError {
    /// 11100 bad address, 11200 time or transport, 11205 no connection, 11215 redirects, 11750 size.
    pub code: u32,
}

impl From<Unreached> for HookError {
    fn from(why: Unreached) -> Self {
        let code = match why {
            Unreached::BadAddress => 11_100,
            Unreached::NoConnection => 11_205,
            Unreached::TooManyRedirects => 11_215,
            Unreached::TooLong => 11_750,
            Unreached::NoAnswer => 11_200,
        };
        Self { code }
    }
}

impl Webhooks {
    /// Prepares the client.
    pub fn new(key: SigningKey, timeout: Duration, log: Log, faults: FaultSwitches) -> Result<Self, SandboxError> {
        let client = program::client(timeout)?;
        Ok(Self { client, key, timeout, log, faults })
    }

    /// Returns the key that sockets are signed with as well.
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Tells news to an absolute address and returns what came back, whatever its status.
    pub async fn send(&self, method: Method, url: &str, form: &Form<'_>) -> Result<HookReply, HookError> {
        let fault = self.fault_of(form);
        let state = form.get("CallStatus").and_then(|status| CallStatus::parse(status).leg_state());
        if fault.is_some_and(|fault| fault.loses(state.is_some_and(LegState::is_terminal))) {
            return Err(HookError { code: 11_205 });
        }
        self.deliver(method, url, form, fault).await
    }

    /// Asks for a document at an absolute address and returns what came back, whatever its status.
    pub async fn ask(&self, method: Method, url: &str, form: &Form<'_>) -> Result<HookReply, HookError> {
        self.deliver(method, url, form, self.fault_of(form)).await
    }

    /// Every request about a call names it.
    fn fault_of(&self, form: &Form<'_>) -> Option<WebhookFault> {
        self.faults.of_call(form.get("CallSid")?).webhook
    }

    async fn deliver(&self, method: Method, url: &str, form: &Form<'_>, fault: Option<WebhookFault>) -> Result<HookReply, HookError> {
        match fault {
            Some(WebhookFault::Late(late)) => tokio::time::sleep(late).await,
            Some(WebhookFault::Forged) => self.forge(method, url, form).await,
            Some(WebhookFault::Lost | WebhookFault::EndLost | WebhookFault::Twice | WebhookFault::Reordered) | None => {}
        }
        let token = super::fresh_sid("").map_err(|_| HookError { code: 11_200 })?;
        let (at, began) = (wall_clock(), Instant::now());
        let reply = self.send_once(method, url, form, (&self.key, &token)).await;
        self.keep(method, url, form, &reply, (at, began.elapsed()));
        if fault == Some(WebhookFault::Twice) {
            // What is answered to the second counts for nothing.
            let _ = self.send_once(method, url, form, (&self.key, &token)).await;
        }
        reply
    }

    /// Somebody else says that the call has failed. A program that believes it has not checked the signature.
    async fn forge(&self, method: Method, url: &str, form: &Form<'_>) {
        let Ok(secret) = super::fresh_sid("") else { return };
        let mut forged = Form::new();
        for (key, value) in form.pairs() {
            forged.push(key.to_owned(), if key == "CallStatus" { "failed".to_owned() } else { value.to_owned() });
        }
        // Whatever is answered, nobody who forges waits for it.
        let _ = self.send_once(method, url, &forged, (&SigningKey::new(&secret), &secret)).await;
    }

    fn keep(&self, method: Method, url: &str, form: &Form<'_>, reply: &Result<HookReply, HookError>, (at, took): (Timestamp, Duration)) {
        let Some(call_sid) = form.get("CallSid") else { return };
        self.log.keep(Exchange {
            call_sid: call_sid.to_owned(),
            at,
            method,
            url: url.to_owned(),
            parameters: form.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            reply: reply.as_ref().ok().map(|reply| Reply::new(reply.status, &reply.content_type, &reply.body)),
        });
    }

    async fn send_once(&self, method: Method, url: &str, form: &Form<'_>, signing: (&SigningKey, &str)) -> Result<HookReply, HookError> {
        let (_, said) = ConnectionOverrides::of(url);
        let within = self.timeout.min(Duration::from_millis(said.total_millis().into()));
        tokio::time::timeout(within, self.try_again(method, url, form, signing, &said)).await.map_err(|_| HookError { code: 11_200 })?
    }

    /// Sends as often as the address says, or as Twilio does by itself: once more, if no connection came about.
    async fn try_again(
        &self,
        method: Method,
        url: &str,
        form: &Form<'_>,
        signing: (&SigningKey, &str),
        said: &ConnectionOverrides,
    ) -> Result<HookReply, HookError> {
        let mut retries = 0;
        loop {
            let request = self.request(method, url, form, signing)?.timeout(Duration::from_millis(said.read_millis().into()));
            let sent = request.send().await;
            let failed_with = match &sent {
                Err(error) if error.is_connect() => Some(RetryOn::Connect),
                Err(_) => Some(RetryOn::Read),
                Ok(reply) if reply.status().is_client_error() => Some(RetryOn::ClientError),
                Ok(reply) if reply.status().is_server_error() => Some(RetryOn::ServerError),
                Ok(_) => None,
            };
            if failed_with.is_none_or(|on| retries >= said.retries_after(on)) {
                return Ok(program::read(sent.map_err(|error| program::why(&error))?, MAX_DOCUMENT_BYTES).await?);
            }
            retries += 1;
        }
    }

    /// Fetches a file.
    pub async fn fetch(&self, url: &str) -> Result<HookReply, HookError> {
        Ok(program::fetch(&self.client, url, AGENT).await?)
    }

    fn request(&self, method: Method, url: &str, form: &Form<'_>, (key, token): (&SigningKey, &str)) -> Result<RequestBuilder, HookError> {
        // Connection overrides (#rc=2&rt=500) are not part of the address.
        let bare = url.split('#').next().unwrap_or(url);
        let builder = match method {
            Method::Get => {
                let query = form.encode();
                let joint = if bare.contains('?') { '&' } else { '?' };
                let full = format!("{bare}{joint}{query}");
                let signature = key.sign(&full, &Form::new(), Algorithm::HmacSha1);
                self.client.get(program::web_address(&full)?).header(HEADER, signature)
            }
            Method::Post | Method::Delete => {
                let signature = key.sign(bare, form, Algorithm::HmacSha1);
                let kind = HeaderValue::from_static("application/x-www-form-urlencoded; charset=UTF-8");
                debug_assert!(kind.as_bytes().starts_with(FORM_TYPE.as_bytes()));
                self.client.post(program::web_address(bare)?).header(HEADER, signature).header(CONTENT_TYPE, kind).body(form.encode())
            }
        };
        Ok(builder.header(USER_AGENT, AGENT).header("I-Twilio-Idempotency-Token", token).header("Accept", "*/*"))
    }
}

/// Resolves an address against that of the current document.
pub fn resolve(base: Option<&str>, url: &str) -> Result<String, HookError> {
    Ok(program::resolve(base, url)?)
}
