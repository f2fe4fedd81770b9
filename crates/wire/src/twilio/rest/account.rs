//! The account: whether the credentials are right, whether it is on trial, what is left on it.

use serde_json::{Map, Value};

use super::API_VERSION;
use super::loose::resource;
use super::price::amount_micros;

resource! {
    /// An account. Its `auth_token`, which Twilio sends along, is neither read nor written.
    AccountResource shows [sid, status, kind] {
        /// `AC…`.
        sid: String,
        /// Its name.
        friendly_name: String,
        /// `active`, `suspended` or `closed`.
        status: String,
        /// `Trial` or `Full`.
        #[serde(rename = "type")]
        kind: String,
        /// The account that owns this one: itself, if it is none of another's.
        owner_account_sid: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// The path of the resource.
        uri: String,
        /// Paths of what belongs to the account.
        subresource_uris: Map<String, Value>,
    }
}

impl AccountResource {
    /// Returns an account in use, not on trial.
    pub fn active(sid: &str) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{sid}");
        let below = [("calls", "Calls"), ("balance", "Balance")].map(|(key, part)| (key.to_owned(), Value::from(format!("{base}/{part}.json"))));
        Self {
            sid: Some(sid.to_owned()),
            friendly_name: Some("Practice account".into()),
            status: Some("active".into()),
            kind: Some("Full".into()),
            owner_account_sid: Some(sid.to_owned()),
            uri: Some(format!("{base}.json")),
            subresource_uris: Some(Map::from_iter(below)),
            ..Self::default()
        }
    }

    /// Returns whether it can be used.
    pub fn is_active(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "active")
    }

    /// Returns whether it is on trial: verified recipients only, ten minutes a call.
    pub fn is_trial(&self) -> bool {
        self.kind.as_deref() == Some("Trial")
    }
}

resource! {
    /// What is left on an account. Accounts of another account have none.
    BalanceResource shows [currency] {
        /// `AC…`.
        account_sid: String,
        /// A decimal, as text; positive for what is left.
        balance: String,
        /// `USD`.
        currency: String,
    }
}

impl BalanceResource {
    /// Returns what is left in millionths of the currency unit; negative for what is owed.
    pub fn micros(&self) -> Option<i64> {
        amount_micros(self.balance.as_deref()?)
    }
}
