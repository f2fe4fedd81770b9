//! Requests from the carrier to the program: signed three ways, tried again as the address says.
//!
//! The connection times of an address are taken for the whole of a try: over loopback it connects at once or never.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, RequestBuilder};
use wire::http::{FORM_TYPE, Form, Method};
use wire::plivo::callback::{Delivery, get_url};
use wire::plivo::document::MAX_BYTES;
use wire::plivo::signature::{HEADER, MAIN_HEADER, NONCE_HEADER, SigningKeys, V2_HEADER, V2_MAIN_HEADER, V2_NONCE_HEADER};
use wire::plivo::status::CallEvent;

use super::fresh_nonce;
use crate::SandboxError;
use crate::faults::{FaultSwitches, WebhookFault};
use crate::program::{self, HookReply, Unreached};

/// What the carrier calls itself; what Plivo says is not known.
const AGENT: &str = "Plivo";

/// Sends webhooks of one account.
#[derive(Clone)]
pub struct Webhooks {
    client: Client,
    keys: SigningKeys,
    timeout: Duration,
    faults: FaultSwitches,
}

impl Webhooks {
    /// Prepares the client. No try takes longer than `timeout`, whatever its address says.
    pub fn new(keys: SigningKeys, timeout: Duration, faults: FaultSwitches) -> Result<Self, SandboxError> {
        Ok(Self { client: program::client(timeout)?, keys, timeout, faults })
    }

    /// Returns the keys that sockets are signed with as well.
    pub const fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Tells news of a call to an address and returns what came back, whatever its status.
    pub async fn send(&self, call: &str, method: Method, url: &str, form: &Form<'_>) -> Result<HookReply, Unreached> {
        let fault = self.faults.of_call(call).webhook;
        if fault.is_some_and(|fault| fault.loses(form.get("Event") == Some(CallEvent::Hangup.as_str()))) {
            return Err(Unreached::NoConnection);
        }
        self.deliver(method, url, form, fault).await
    }

    /// Asks for a document of a call and returns what came back, whatever its status.
    pub async fn ask(&self, call: &str, method: Method, url: &str, form: &Form<'_>) -> Result<HookReply, Unreached> {
        self.deliver(method, url, form, self.faults.of_call(call).webhook).await
    }

    /// Fetches a file.
    pub async fn fetch(&self, url: &str) -> Result<HookReply, Unreached> {
        program::fetch(&self.client, url, AGENT).await
    }

    async fn deliver(&self, method: Method, url: &str, form: &Form<'_>, fault: Option<WebhookFault>) -> Result<HookReply, Unreached> {
        match fault {
            Some(WebhookFault::Late(late)) => tokio::time::sleep(late).await,
            Some(WebhookFault::Forged) => self.forge(method, url, form).await,
            Some(WebhookFault::Lost | WebhookFault::EndLost | WebhookFault::Twice | WebhookFault::Reordered) | None => {}
        }
        // What is tried again is the same webhook, and has the same nonce.
        let nonce = fresh_nonce().map_err(|_| Unreached::NoAnswer)?;
        let reply = self.try_within(method, url, form, (&self.keys, &nonce)).await;
        if fault == Some(WebhookFault::Twice) {
            // What is answered to the second counts for nothing.
            let _ = self.try_within(method, url, form, (&self.keys, &nonce)).await;
        }
        reply
    }

    /// Somebody else says that the call has failed. A program that believes it has not checked the signature.
    async fn forge(&self, method: Method, url: &str, form: &Form<'_>) {
        let Ok(secret) = fresh_nonce() else { return };
        let mut forged = Form::new();
        for (key, value) in form.pairs() {
            forged.push(key.to_owned(), if key == "CallStatus" { "failed".to_owned() } else { value.to_owned() });
        }
        // Whatever is answered, nobody who forges waits for it.
        let _ = self.try_within(method, url, &forged, (&SigningKeys::new(&secret), &secret)).await;
    }

    async fn try_within(&self, method: Method, url: &str, form: &Form<'_>, signing: (&SigningKeys, &str)) -> Result<HookReply, Unreached> {
        let said = Delivery::of_url(url);
        let tries = self.try_again(method, url, form, signing, &said);
        tokio::time::timeout(said.total_timeout, tries).await.map_err(|_| Unreached::NoAnswer)?
    }

    async fn try_again(
        &self,
        method: Method,
        url: &str,
        form: &Form<'_>,
        signing: (&SigningKeys, &str),
        said: &Delivery,
    ) -> Result<HookReply, Unreached> {
        let mut retries = 0;
        loop {
            let sent = self.request(method, url, form, signing)?.timeout(said.read_timeout.min(self.timeout)).send().await;
            let wants_another = match &sent {
                Err(error) if error.is_connect() => said.retry_on.connect_timeout,
                Err(_) => said.retry_on.read_timeout,
                Ok(reply) if reply.status().is_client_error() => said.retry_on.client_errors,
                Ok(reply) if reply.status().is_server_error() => said.retry_on.server_errors,
                Ok(_) => false,
            };
            if !wants_another || retries >= said.retries {
                return program::read(sent.map_err(|error| program::why(&error))?, MAX_BYTES).await;
            }
            retries += 1;
        }
    }

    fn request(&self, method: Method, url: &str, form: &Form<'_>, (keys, nonce): (&SigningKeys, &str)) -> Result<RequestBuilder, Unreached> {
        // The fragment says how to ask, and is not sent.
        let bare = url.split('#').next().unwrap_or(url);
        let (builder, signature, old) = match method {
            Method::Get => {
                let full = get_url(bare, form);
                let signatures = (keys.sign(Method::Get, &full, &Form::new(), nonce), keys.sign_v2(&full, nonce));
                (self.client.get(program::web_address(&full)?), signatures.0, signatures.1)
            }
            Method::Post | Method::Delete => {
                let signatures = (keys.sign(Method::Post, bare, form, nonce), keys.sign_v2(bare, nonce));
                let post = self.client.post(program::web_address(bare)?).header(CONTENT_TYPE, FORM_TYPE).body(form.encode());
                (post, signatures.0, signatures.1)
            }
        };
        // The account is the main one, so both headers are by the same token.
        let builder = builder.header(HEADER, &signature).header(MAIN_HEADER, &signature).header(NONCE_HEADER, nonce);
        let builder = builder.header(V2_HEADER, &old).header(V2_MAIN_HEADER, &old).header(V2_NONCE_HEADER, nonce);
        Ok(builder.header(USER_AGENT, AGENT))
    }
}
