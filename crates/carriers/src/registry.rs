//! Finds a phone provider by its name in the configuration.

use std::net::SocketAddr;
use std::sync::Arc;

use ports::carrier::{Abilities, Callbacks, Carrier, Line};
use ports::carrier_account::CarrierAccount;
use telephony::Private;
use thiserror::Error;

use wire::plivo::rest::{AuthId, AuthIdError};

use crate::http::HttpConfigError;
use crate::plivo::{self, Plivo, PlivoConfig};
use crate::twilio::{self, ApiKey, Twilio, TwilioConfig};

/// The names that [`open`] knows: the practice network first, for it is the default.
pub const PROVIDERS: [&str; 3] = ["mock", "twilio", "plivo"];

/// What an account at any provider needs.
#[derive(Clone, Default, Debug)]
pub struct Account {
    /// The account's name at the provider.
    pub id: String,
    /// Its secret.
    pub secret: Private<String>,
    /// The secret before or after this one, while they are changed: what either has signed is accepted.
    pub other_secret: Option<Private<String>>,
    /// Name and secret of a key that signs requests in place of the account's secret.
    pub key: Option<(String, Private<String>)>,
    /// Whether a signature of webhooks is taken that does not cover what they say; Plivo still sends one beside its newer kind.
    pub takes_old_signatures: bool,
    /// Calls that may be asked for in a second; `None` for the provider's usual figure.
    pub calls_per_second: Option<u32>,
    /// What stands in place of the provider's own address. `mock` has none of its own, so needs it.
    pub base_url: Option<String>,
}

/// A provider, ready to be used.
#[derive(Clone)]
pub struct Provider {
    /// Dials and ends.
    pub carrier: Arc<dyn Carrier>,
    /// Verifies, reads and answers what it sends.
    pub callbacks: Arc<dyn Callbacks>,
    /// Shows and arranges the account.
    pub account: Arc<dyn CarrierAccount>,
    /// Whether real telephones ring.
    pub line: Line,
}

/// Why a provider cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum OpenError {
    /// No such name.
    #[error("the phone provider `{name}` is not known; the known ones are mock, twilio and plivo")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The practice network's address is missing.
    #[error("the practice network has no address; start it first, or set its address")]
    NoAddress,
    /// The practice network is said to be on another machine, where real telephones might ring without the rules that protect them.
    #[error("the practice network must be on this machine: http://127.0.0.1:PORT")]
    NotLoopback,
    /// The account's name is none of Plivo's.
    #[error(transparent)]
    AuthId(#[from] AuthIdError),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] HttpConfigError),
}

/// A provider for which the practice network can stand in, and which can be the second.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Practised {
    /// Twilio.
    #[default]
    Twilio,
    /// Plivo.
    Plivo,
}

impl Practised {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Twilio, Self::Plivo];

    /// Returns the name by which [`open`] knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Plivo => "plivo",
        }
    }

    /// Returns what it can do.
    pub const fn abilities(self) -> Abilities {
        match self {
            Self::Twilio => twilio::ABILITIES,
            Self::Plivo => plivo::ABILITIES,
        }
    }
}

/// Opens the practice network: the adapter of that provider at another address, on the other line. Nothing is sent.
///
/// # Errors
/// The address is missing or not on this machine, or the settings cannot be used.
pub fn open_practice(practised: Practised, account: Account) -> Result<Provider, OpenError> {
    let base_url = account.base_url.clone().ok_or(OpenError::NoAddress).and_then(loopback)?;
    // The practice network keeps its own pace, which is what tests of it want to see.
    match practised {
        Practised::Twilio => open_twilio(account, base_url, Line::Practice, None),
        Practised::Plivo => open_plivo(account, base_url, Line::Practice, None),
    }
}

/// Opens a provider. Nothing is sent.
///
/// `mock` is the practice network spoken to as Twilio; see [`open_practice`].
///
/// # Errors
/// The name is not known, or the settings cannot be used.
pub fn open(name: &str, account: Account) -> Result<Provider, OpenError> {
    match name {
        "mock" => open_practice(Practised::Twilio, account),
        "twilio" => {
            let base_url = account.base_url.clone().unwrap_or_else(|| twilio::ORIGIN.to_owned());
            let pace = account.calls_per_second.unwrap_or(twilio::CALLS_PER_SECOND);
            open_twilio(account, base_url, Line::Real, Some(pace))
        }
        "plivo" => {
            let base_url = account.base_url.clone().unwrap_or_else(|| plivo::ORIGIN.to_owned());
            let pace = account.calls_per_second.unwrap_or(plivo::CALLS_PER_SECOND);
            open_plivo(account, base_url, Line::Real, Some(pace))
        }
        other => Err(OpenError::Unknown { name: other.to_owned() }),
    }
}

fn open_twilio(account: Account, base_url: String, line: Line, calls_per_second: Option<u32>) -> Result<Provider, OpenError> {
    let twilio = Arc::new(Twilio::new(TwilioConfig {
        base_url,
        line,
        calls_per_second,
        other_auth_token: account.other_secret,
        api_key: account.key.map(|(sid, secret)| ApiKey { sid, secret }),
        ..TwilioConfig::new(account.id, account.secret)
    })?);
    Ok(Provider { carrier: twilio.clone(), callbacks: twilio.clone(), account: twilio, line })
}

fn open_plivo(account: Account, base_url: String, line: Line, calls_per_second: Option<u32>) -> Result<Provider, OpenError> {
    let plivo = Arc::new(Plivo::new(PlivoConfig {
        base_url,
        line,
        calls_per_second,
        other_auth_token: account.other_secret,
        takes_v2: account.takes_old_signatures,
        ..PlivoConfig::new(AuthId::parse(&account.id)?, account.secret)
    })?);
    Ok(Provider { carrier: plivo.clone(), callbacks: plivo.clone(), account: plivo, line })
}

/// Lets an address of this machine pass. Practice is lenient with hours and caps because nobody real is rung there.
fn loopback(base_url: String) -> Result<String, OpenError> {
    let authority = base_url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_loopback = authority.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    if is_loopback { Ok(base_url) } else { Err(OpenError::NotLoopback) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(base_url: Option<&str>) -> Account {
        Account { id: "AC1".into(), secret: Private::new("s3cr3t".into()), base_url: base_url.map(str::to_owned), ..Account::default() }
    }

    #[test]
    fn practice_needs_an_address_and_rings_nobody() {
        assert_eq!(open("mock", account(None)).err(), Some(OpenError::NoAddress));
        assert_eq!(open("mock", account(Some("http://127.0.0.1:9"))).unwrap().line, Line::Practice);
        assert_eq!(open("mock", account(Some("http://[::1]:9"))).unwrap().line, Line::Practice);
        let plivos = |base_url| Account { id: "MAXXXXXXXXXXXXXXXXXX".into(), ..account(base_url) };
        let opened = open_practice(Practised::Plivo, plivos(Some("http://127.0.0.1:9"))).unwrap();
        assert_eq!((opened.line, opened.carrier.name()), (Line::Practice, "plivo"));
        assert_eq!(open_practice(Practised::Plivo, plivos(Some("http://10.0.0.1:9"))).err(), Some(OpenError::NotLoopback));
        for elsewhere in ["https://api.twilio.com", "http://127.0.0.1@api.twilio.com:80", "http://10.0.0.1:80", "127.0.0.1:80", ""] {
            assert_eq!(open("mock", account(Some(elsewhere))).err(), Some(OpenError::NotLoopback), "{elsewhere}");
        }
    }

    #[test]
    fn plivo_is_opened_by_an_auth_id_and_rings_real_telephones() {
        assert_eq!(open("plivo", account(None)).err(), Some(OpenError::AuthId(AuthIdError::NotAnAuthId)));
        let opened = open("plivo", Account { id: " MAXXXXXXXXXXXXXXXXXX\n".into(), ..account(None) }).unwrap();
        assert_eq!((opened.line, opened.carrier.name()), (Line::Real, "plivo"));
    }

    #[test]
    fn an_unknown_name_says_which_are_known() {
        let error = open("vonage", account(None)).err().unwrap().to_string();
        assert!(PROVIDERS.iter().all(|name| error.contains(name)), "{error}");
    }
}
