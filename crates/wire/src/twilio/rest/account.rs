//! The account: whether the credentials are right, whether it is on trial.

use serde::{Deserialize, Serialize};

use super::API_VERSION;
use crate::http::HttpReply;

/// An account. Its `auth_token`, which Twilio sends along, is neither read nor written.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountResource {
    /// `AC…`.
    pub sid: Option<String>,
    /// Its name.
    pub friendly_name: Option<String>,
    /// `active`, `suspended` or `closed`.
    pub status: Option<String>,
    /// `Trial` or `Full`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The path of the resource.
    pub uri: Option<String>,
}

impl AccountResource {
    /// Returns an account in use, not on trial.
    pub fn active(sid: &str) -> Self {
        Self {
            sid: Some(sid.to_owned()),
            friendly_name: Some("Practice account".into()),
            status: Some("active".into()),
            kind: Some("Full".into()),
            uri: Some(format!("/{API_VERSION}/Accounts/{sid}.json")),
        }
    }

    /// Returns the reply that carries the account.
    pub fn reply(&self) -> HttpReply {
        HttpReply::json(200, self)
    }
}
