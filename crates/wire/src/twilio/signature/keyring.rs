//! All secrets that a webhook may be signed with: the auth token, the one before or after it while tokens are changed, and
//! shared keys by their names.

use super::{Algorithm, Forged, Signed, SigningKey, open_with};
use crate::http::Form;

/// The secrets of an account. Requests signed with any of them are genuine.
#[derive(Clone, Debug)]
pub struct Keyring {
    /// Never empty; the first one signs.
    tokens: Vec<SigningKey>,
    shared: Vec<(String, SigningKey)>,
}

impl Keyring {
    /// Returns the ring with the account's auth token.
    pub fn new(auth_token: &str) -> Self {
        Self { tokens: vec![SigningKey::new(auth_token)], shared: Vec::new() }
    }

    /// Returns the ring with another auth token that is accepted as well: while tokens are changed, Twilio signs with either.
    #[must_use]
    pub fn and_token(mut self, auth_token: &str) -> Self {
        self.tokens.push(SigningKey::new(auth_token));
        self
    }

    /// Returns the ring with a shared key, which signs with SHA-256 and is named in the settings header.
    #[must_use]
    pub fn and_shared(mut self, name: impl Into<String>, secret: &str) -> Self {
        self.shared.push((name.into(), SigningKey::new(secret)));
        self
    }

    /// Returns the key that signs.
    pub fn signing(&self) -> &SigningKey {
        &self.tokens[0]
    }

    /// Checks a webhook as [`SigningKey::open`] does, with every key that may have signed it.
    ///
    /// # Errors
    /// [`Forged`] if none fits.
    pub fn open<'a>(&self, signed: &Signed<'a>) -> Result<Form<'a>, Forged> {
        open_with(self.candidates(signed.settings), signed)
    }

    /// Checks the handshake of a socket as [`SigningKey::verify_socket`] does.
    ///
    /// # Errors
    /// [`Forged`] if no key fits.
    pub fn verify_socket(&self, url: &str, signature: Option<&str>, settings: Option<&str>) -> Result<(), Forged> {
        let fits = self.candidates(settings).any(|key| key.verify_socket(url, signature, settings).is_ok());
        if fits { Ok(()) } else { Err(Forged) }
    }

    /// The shared key that is named and known, or else every token: one that signs with SHA-256 names itself too.
    fn candidates(&self, settings: Option<&str>) -> impl Iterator<Item = &SigningKey> {
        let is_shared = Algorithm::from_settings(settings) == Some(Algorithm::HmacSha256);
        let named = settings.unwrap_or_default().split(',').find_map(|part| part.trim().strip_prefix("key="));
        let shared = self.shared.iter().find(|(name, _)| is_shared && Some(name.as_str()) == named).map(|(_, key)| key);
        let tokens = if shared.is_some() { &[][..] } else { &self.tokens };
        shared.into_iter().chain(tokens)
    }
}
