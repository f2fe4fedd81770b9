//! Twilio's side of the wire: [`Service`] answers REST requests and runs one driver a call.

mod announce;
mod between;
mod call;
mod conferences;
mod handshake;
mod holdings;
mod inbound;
mod log;
mod place;
mod queues;
mod registry;
mod rest;
mod rest_beside;
mod rest_conferences;
mod rest_queues;
mod webhooks;

use std::sync::Arc;

use wire::twilio::signature::SigningKey;

use crate::network::Network;
use crate::{Credentials, SandboxError};
use conferences::Conferences;
use holdings::Holdings;
use log::Log;
use queues::Queues;
use registry::Registry;
use webhooks::Webhooks;

pub(crate) use inbound::NumberAt;
pub(crate) use rest::router;

/// What all requests and calls share.
pub(crate) struct Service {
    network: Arc<Network>,
    credentials: Credentials,
    /// The account whose requests are answered as if they were real, while nothing happens.
    test_credentials: Credentials,
    registry: Registry,
    holdings: Holdings,
    log: Log,
    webhooks: Webhooks,
    conferences: Conferences,
    queues: Queues,
}

impl Service {
    /// Puts Twilio in front of a network.
    pub fn new(network: Arc<Network>, (credentials, test_credentials): (Credentials, Credentials)) -> Result<Self, SandboxError> {
        let (config, log) = (&network.config, Log::default());
        let webhooks = Webhooks::new(SigningKey::new(&credentials.auth_token), config.times.webhook_timeout, log.clone(), network.faults.clone())?;
        Ok(Self {
            holdings: Holdings::new(&credentials, config.voice_url.as_deref())?,
            queues: Queues::new(config.times.pace),
            credentials,
            test_credentials,
            registry: Registry::default(),
            log,
            webhooks,
            conferences: Conferences::default(),
            network,
        })
    }

    /// Returns the network that it stands in front of.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Returns the SID of the conference that lives under a name, or of a new one.
    fn conference_named(&self, name: &str) -> Option<String> {
        if let Some(sid) = self.conferences.find_live(name) {
            return Some(sid);
        }
        let sid = fresh_sid("CF").ok()?;
        let (news, sender) = conferences::send_in_order(self.webhooks.clone());
        self.conferences.open(&self.credentials.account_sid, &sid, name, self.network.new_room(), news);
        self.network.spawn(sender);
        Some(sid)
    }
}

/// Makes an account.
pub(crate) fn fresh_credentials() -> Result<Credentials, SandboxError> {
    fresh_account("+12125550100")
}

/// Makes the account for requests that do nothing.
pub(crate) fn fresh_test_credentials() -> Result<Credentials, SandboxError> {
    fresh_account(wire::twilio::rest::test_credentials::VALID_FROM)
}

fn fresh_account(from_number: &str) -> Result<Credentials, SandboxError> {
    let failed = |_| SandboxError::CannotSetUp { what: "the system gives no random numbers" };
    Ok(Credentials { account_sid: fresh_sid("AC").map_err(failed)?, auth_token: fresh_sid("").map_err(failed)?, from_number: from_number.into() })
}

/// Returns a prefix and 32 random hexadecimal digits.
fn fresh_sid(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(prefix.to_owned(), |sid, byte| format!("{sid}{byte:02x}")))
}
