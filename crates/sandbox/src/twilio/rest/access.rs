//! Who asks: the account, one of its keys, or its test account.

use wire::http::basic_credentials;
use wire::twilio::rest::RestRequest;

use crate::twilio::Service;

/// Who has signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asker {
    /// The account with its token.
    Account,
    /// One of its keys.
    Key,
    /// The test account with its token.
    TestAccount,
}

impl Service {
    /// Returns who has signed in, if anybody.
    pub(super) fn who(&self, authorization: Option<&str>) -> Option<Asker> {
        let (user, password) = authorization.and_then(basic_credentials)?;
        if user == self.credentials.account_sid && password == self.credentials.auth_token {
            return Some(Asker::Account);
        }
        if user == self.test_credentials.account_sid && password == self.test_credentials.auth_token {
            return Some(Asker::TestAccount);
        }
        let is_key = self.holdings.with(|held| held.keys.get(&user).is_some_and(|key| key.secret == password));
        is_key.then_some(Asker::Key)
    }

    /// Returns whether a request is about the asker's own account, and nothing that keys may not see: the account itself and
    /// other keys.
    pub(super) fn may(&self, asker: Asker, request: &RestRequest) -> bool {
        let own = match asker {
            Asker::Account | Asker::Key => &self.credentials.account_sid,
            Asker::TestAccount => &self.test_credentials.account_sid,
        };
        let is_withheld = asker == Asker::Key && matches!(request, RestRequest::FetchAccount { .. } | RestRequest::Key { .. });
        !is_withheld && request.account().is_none_or(|account| account == own)
    }
}
