//! The account itself and what is left on it.

use wire::date;
use wire::http::HttpReply;
use wire::twilio::rest::{AccountResource, BalanceResource};

use crate::twilio::Service;

/// What is left on the account. Practice costs nothing, so it stays.
const BALANCE: &str = "100.00";

impl Service {
    pub(super) fn account(&self) -> HttpReply {
        let since = date::rfc2822(self.network.opened_at);
        AccountResource { date_created: Some(since.clone()), date_updated: Some(since), ..AccountResource::active(&self.credentials.account_sid) }
            .reply(200)
    }

    pub(super) fn balance(&self) -> HttpReply {
        let text = |text: &str| Some(text.to_owned());
        BalanceResource { account_sid: text(&self.credentials.account_sid), balance: text(BALANCE), currency: text("USD") }.reply(200)
    }
}
