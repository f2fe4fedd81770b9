//! How a request signs in: the account with its auth token, or an API key. The path names the account either way.
//!
//! What surprised us: an API key cannot show the account itself, so [`Credentials::check`] asks for a number instead; and its
//! secret signs no webhook, the auth token of the account does.

use std::fmt;

use telephony::Private;

use super::{NumberFilter, NumberRequest, Paging, RestRequest};
use crate::http::{basic_authorization, basic_credentials};

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AC…`: whose calls they are.
    pub account_sid: String,
    /// What signs in.
    pub secret: Secret,
}

/// What signs in.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The account's own token.
    AuthToken(Private<String>),
    /// A key made for this program, which can be taken away alone.
    ApiKey {
        /// `SK…`.
        sid: String,
        /// Its secret.
        secret: Private<String>,
    },
}

/// Why credentials are not even written rightly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CredentialsFault {
    /// Not `AC` and 32 hexadecimal digits.
    #[error("an account SID is AC and 32 hexadecimal digits")]
    AccountSid,
    /// Not `SK` and 32 hexadecimal digits.
    #[error("the SID of an API key is SK and 32 hexadecimal digits")]
    KeySid,
    /// Not 32 hexadecimal digits.
    #[error("an auth token is 32 hexadecimal digits")]
    AuthToken,
    /// Nothing.
    #[error("the secret is empty")]
    Empty,
}

impl Credentials {
    /// Returns those of an account with its auth token.
    pub fn token(account_sid: impl Into<String>, auth_token: Private<String>) -> Self {
        Self { account_sid: account_sid.into(), secret: Secret::AuthToken(auth_token) }
    }

    /// Returns those of an account with an API key.
    pub fn key(account_sid: impl Into<String>, sid: impl Into<String>, secret: Private<String>) -> Self {
        Self { account_sid: account_sid.into(), secret: Secret::ApiKey { sid: sid.into(), secret } }
    }

    /// Returns user and password of HTTP Basic.
    pub fn basic(&self) -> (&str, &str) {
        match &self.secret {
            Secret::AuthToken(token) => (&self.account_sid, token.expose()),
            Secret::ApiKey { sid, secret } => (sid, secret.expose()),
        }
    }

    /// Returns the `Authorization` header.
    pub fn authorization(&self) -> String {
        let (user, password) = self.basic();
        basic_authorization(user, password)
    }

    /// Returns whether an `Authorization` header is this one's. Takes the same time wherever it differs.
    pub fn accept(&self, header: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        let Some((user, password)) = basic_credentials(header) else {
            return false;
        };
        let (our_user, our_password) = self.basic();
        bool::from(user.as_bytes().ct_eq(our_user.as_bytes()) & password.as_bytes().ct_eq(our_password.as_bytes()))
    }

    /// Checks how they are written, without asking anybody. Catches most mistakes of copying. That auth tokens are 32
    /// hexadecimal digits is what accounts show, no document says it: take it for a warning.
    ///
    /// # Errors
    /// Which part is not written as Twilio does.
    pub fn well_formed(&self) -> Result<(), CredentialsFault> {
        if !is_sid(&self.account_sid, "AC") {
            return Err(CredentialsFault::AccountSid);
        }
        match &self.secret {
            Secret::AuthToken(token) if !is_hex(token.expose()) => Err(CredentialsFault::AuthToken),
            Secret::ApiKey { sid, .. } if !is_sid(sid, "SK") => Err(CredentialsFault::KeySid),
            Secret::ApiKey { secret, .. } if secret.expose().is_empty() => Err(CredentialsFault::Empty),
            Secret::AuthToken(_) | Secret::ApiKey { .. } => Ok(()),
        }
    }

    /// Returns the cheapest request that tells whether they are right: the account itself, or one of its numbers if a key asks.
    pub fn check(&self) -> RestRequest {
        let account = self.account_sid.clone();
        match self.secret {
            Secret::AuthToken(_) => RestRequest::FetchAccount { account },
            Secret::ApiKey { .. } => {
                let request = NumberRequest::List { filter: NumberFilter::default(), paging: Paging::first(1) };
                RestRequest::Number { account, request }
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// Returns whether a text is an identity of this kind: two letters and 32 hexadecimal digits.
pub fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind).is_some_and(is_hex)
}

fn is_hex(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn private(text: &str) -> Private<String> {
        Private::new(text.to_owned())
    }

    #[test]
    fn either_kind_signs_in_and_is_accepted() {
        let token = Credentials::token(ACCOUNT, private(TOKEN));
        let key = Credentials::key(ACCOUNT, "SK00000000000000000000000000000001", private("s3cr3t"));
        assert!(token.accept(&token.authorization()) && key.accept(&key.authorization()));
        assert!(!token.accept(&key.authorization()) && !token.accept("Basic !!") && !token.accept(""));
        assert_eq!(key.basic().0, "SK00000000000000000000000000000001");
    }

    #[test]
    fn a_key_asks_for_a_number_and_a_token_for_the_account() {
        assert!(matches!(Credentials::token(ACCOUNT, private(TOKEN)).check(), RestRequest::FetchAccount { .. }));
        let request = Credentials::key(ACCOUNT, "SK1", private("x")).check().write();
        assert_eq!(request.target, "/2010-04-01/Accounts/AC00000000000000000000000000000001/IncomingPhoneNumbers.json?PageSize=1");
    }

    #[test]
    fn mistakes_of_copying_are_told_apart() {
        let token = |account: &str, token: &str| Credentials::token(account, private(token)).well_formed();
        assert_eq!(token(ACCOUNT, TOKEN), Ok(()));
        assert_eq!(token("AC1", TOKEN), Err(CredentialsFault::AccountSid));
        assert_eq!(token(ACCOUNT, "test_token"), Err(CredentialsFault::AuthToken));
        assert_eq!(Credentials::key(ACCOUNT, "AC1", private("x")).well_formed(), Err(CredentialsFault::KeySid));
        assert_eq!(Credentials::key(ACCOUNT, "SK00000000000000000000000000000001", private("")).well_formed(), Err(CredentialsFault::Empty));
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Credentials::token(ACCOUNT, private(TOKEN))), "Credentials");
    }
}
