//! The account: whether the credentials are right, what is left on it, whether it is on trial.

use super::loose::resource;
use super::{AuthId, Outgoing};
use crate::plivo::decimal::Decimal;

/// Builds the request that shows the account: the cheapest way to know whether the credentials are right. Answer
/// [`AccountResource`].
pub fn fetch_account(account: &AuthId) -> Outgoing {
    Outgoing::get(account, "/")
}

resource! {
    /// An account.
    AccountResource shows [auth_id, account_type] {
        /// `standard`, or `developer` on trial.
        account_type: String,
        /// `MA…`.
        auth_id: String,
        /// Whose it is.
        name: String,
        /// Where they live.
        address: String,
        /// Where they live.
        city: String,
        /// Where they live.
        state: String,
        /// The zone of all times that say none.
        timezone: String,
        /// More is paid in when it is used up.
        auto_recharge: bool,
        /// `prepaid` or `postpaid`.
        billing_mode: String,
        /// What is left, in US dollars.
        cash_credits: Decimal,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}

impl AccountResource {
    /// Returns an account in use, not on trial, in UTC.
    pub fn standard(account: &AuthId, cash_micros: u64) -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            account_type: text("standard"),
            auth_id: text(account.as_str()),
            name: text("Practice account"),
            address: text(""),
            city: text(""),
            state: text(""),
            timezone: text("UTC"),
            auto_recharge: Some(false),
            billing_mode: text("prepaid"),
            cash_credits: Some(Decimal::of_micros(cash_micros)),
            resource_uri: Some(format!("/v1/Account/{account}/")),
            ..Self::default()
        }
    }

    /// Returns whether the account is on trial, and so may call verified numbers only.
    pub fn is_trial(&self) -> bool {
        self.account_type.as_deref() == Some("developer")
    }

    /// Returns what is left, in millionths of a US dollar; less than nothing if the account owes.
    pub fn cash_micros(&self) -> Option<i64> {
        self.cash_credits.as_ref()?.micros()
    }
}
