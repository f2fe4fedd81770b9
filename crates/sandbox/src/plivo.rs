//! Plivo's side of the wire: [`Service`] answers REST requests and runs one driver a call.
//!
//! What Plivo's pages leave open is answered here in the way that is hardest on a program: a document with one unknown element
//! ends the call, a recording that names no length ends after a minute, a stream that is not kept alive ends with its document.

mod adding;
mod between;
mod call;
mod conferences;
mod handshake;
mod holdings;
mod inbound;
mod parties;
mod party_tape;
mod place;
mod registry;
mod rest;
mod room_recording;
mod room_sounds;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use wire::plivo::decimal::Decimal;
use wire::plivo::party::Party;
use wire::plivo::rest::AuthId;
use wire::plivo::signature::SigningKeys;

use crate::network::Network;
use crate::{PlivoCredentials, SandboxError};
use conferences::Conferences;
use holdings::Holdings;
use parties::Parties;
use registry::Registry;
use webhooks::Webhooks;

pub(crate) use inbound::NumberAt;
pub(crate) use rest::router;

/// What all requests and calls share.
pub(crate) struct Service {
    network: Arc<Network>,
    credentials: PlivoCredentials,
    account: AuthId,
    registry: Registry,
    holdings: Holdings,
    conferences: Conferences,
    parties: Parties,
    /// Members are counted over all conferences.
    members: AtomicU32,
    webhooks: Webhooks,
}

impl Service {
    /// Puts Plivo in front of a network.
    pub fn new(network: Arc<Network>, credentials: PlivoCredentials) -> Result<Self, SandboxError> {
        let account = AuthId::parse(&credentials.auth_id).map_err(|_| SandboxError::CannotSetUp { what: "Plivo's account has no Auth ID" })?;
        let keys = SigningKeys::new(&credentials.auth_token);
        let webhooks = Webhooks::new(keys, network.config.times.webhook_timeout, network.faults.clone())?;
        let minute_rate = Decimal::of_micros(network.config.plivo_minute_micros);
        Ok(Self {
            holdings: Holdings::new(&account, &credentials.from_number, minute_rate),
            network,
            credentials,
            account,
            registry: Registry::default(),
            conferences: Conferences::default(),
            parties: Parties::default(),
            members: AtomicU32::new(0),
            webhooks,
        })
    }

    /// Returns whether a number, however it is written, is the account's.
    pub(crate) fn owns(&self, number: &str) -> bool {
        Party::parse(number) == Party::parse(&self.credentials.from_number)
    }

    /// Returns the name of the next member of a conference.
    fn next_member(&self) -> String {
        (self.members.fetch_add(1, Ordering::SeqCst) + 1).to_string()
    }

    /// Returns what a minute of a call costs.
    fn minute_rate(&self) -> Decimal {
        Decimal::of_micros(self.network.config.plivo_minute_micros)
    }

    /// Returns the address of a recording's sound.
    fn recording_url(&self, recording: &str, format: &str) -> String {
        format!("{}/v1/Account/{}/Recording/{recording}.{format}", self.network.base_url, self.account)
    }
}

/// Makes an account.
pub(crate) fn fresh_credentials() -> Result<PlivoCredentials, SandboxError> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = [0; 18 + 30];
    getrandom::fill(&mut bytes).map_err(|_| SandboxError::CannotSetUp { what: "the system gives no random numbers" })?;
    let letters = bytes[..18].iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    Ok(PlivoCredentials {
        auth_id: ['M', 'A'].into_iter().chain(letters).collect(),
        auth_token: base64_of(&bytes[18..]),
        from_number: "+12125550101".to_owned(),
    })
}

/// Returns 30 bytes as 40 signs of base64, which is how Plivo's tokens look.
fn base64_of(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextets = bytes.chunks_exact(3).flat_map(|three| {
        let joined = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        [18, 12, 6, 0].map(|shift| char::from(SIGNS[(joined >> shift & 63) as usize]))
    });
    sextets.collect()
}

/// Returns a random UUID.
fn fresh_uuid() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

/// Returns the 20 digits that go with each webhook.
fn fresh_nonce() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(b'0' + byte % 10)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_looks_like_plivos() {
        let credentials = fresh_credentials().unwrap();
        assert!(AuthId::parse(&credentials.auth_id).is_ok());
        assert_eq!(credentials.auth_token.len(), 40);
        let uuid = fresh_uuid().unwrap();
        assert_eq!((uuid.len(), uuid.matches('-').count(), &uuid[14..15]), (36, 4, "4"));
        assert!(fresh_nonce().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
    }
}
