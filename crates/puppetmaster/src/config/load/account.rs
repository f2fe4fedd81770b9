//! Whether the account of the phone provider in use is complete, is one, and is reached over encrypted ways.

use std::collections::BTreeMap;

use super::Loading;
use crate::config::Provider;
use crate::config::keys::{self, ROOT};
use crate::config::problem::{BAD_VALUE, MISSING_KEY, Problem};
use crate::config::setting::{AccountId, PublicUrl};

/// What the configuration says of an account at one provider.
struct Account {
    /// The provider's name for people.
    provider: &'static str,
    /// The keys that it needs, and whether each is missing.
    needed: Vec<(&'static str, bool)>,
    /// The key that names the account.
    id_path: &'static str,
    /// What it says, if it says anything.
    id: Option<AccountId>,
    /// Whether that can be an account there.
    is_id: fn(&str) -> bool,
    /// What can be.
    expected: &'static str,
    /// The key of the API's address.
    api_path: &'static str,
    /// What it says.
    api_url: Option<PublicUrl>,
}

impl Loading<'_> {
    /// Tells what is wrong with the accounts of the provider in use and of the second one; the practice network needs none.
    pub(super) fn whole_account(&mut self, unresolved: &BTreeMap<&'static str, Problem>) {
        let config = &self.loaded.config;
        let (provider, second) = (config.phone_provider, config.second_provider);
        let first = if provider.is_real() { provider.as_str() } else { config.practised.as_str() };
        if let Some(second) = second.filter(|second| second.as_str() == first) {
            let what = format!("`{ROOT}.second_provider` is {}, which is the first one already", second.as_str());
            let help = "Name the other one, or take `second_provider` away.";
            self.problems.push(Problem::new(&BAD_VALUE, self.origin_of("second_provider"), what).with_help(help));
            return;
        }
        let has_no_number = config.caller_id().is_none();
        self.one_account("phone_provider", provider, has_no_number, unresolved);
        let Some(second) = second.filter(|_| provider.is_real()) else { return };
        let has_no_number = self.loaded.config.second_number().is_none();
        self.one_account("second_provider", Provider::of(second), has_no_number, unresolved);
    }

    fn one_account(&mut self, key: &'static str, provider: Provider, has_no_number: bool, unresolved: &BTreeMap<&'static str, Problem>) {
        let Some(account) = self.account(provider, has_no_number) else { return };
        self.needed(key, provider, &account.needed, unresolved);
        if account.id.is_some_and(|id| !(account.is_id)(id.as_str())) {
            let what = format!("`{ROOT}.{}` is no {} account", account.id_path, account.provider);
            let help = format!("Expected: {}, as the {} console shows it.", account.expected, account.provider);
            self.problems.push(Problem::new(&BAD_VALUE, self.origin_of(account.id_path), what).with_help(help));
        }
        self.addresses(account.provider, account.api_path, account.api_url);
    }

    fn account(&self, provider: Provider, has_no_number: bool) -> Option<Account> {
        let config = &self.loaded.config;
        match provider {
            Provider::Mock | Provider::Sip => None,
            Provider::Twilio => Some(Account {
                provider: "Twilio",
                needed: vec![
                    ("twilio.account_sid", config.twilio.account_sid.is_none()),
                    ("twilio.auth_token", config.twilio.auth_token.is_none()),
                    ("twilio.phone_number", has_no_number),
                    ("twilio.api_secret", config.twilio.api_key.is_some() && config.twilio.api_secret.is_none()),
                    ("twilio.api_key", config.twilio.api_key.is_none() && config.twilio.api_secret.is_some()),
                ],
                id_path: "twilio.account_sid",
                id: config.twilio.account_sid.clone(),
                is_id: is_twilio_account,
                expected: "AC and 32 digits and letters a to f",
                api_path: "twilio.api_url",
                api_url: config.twilio.api_url.clone(),
            }),
            Provider::Plivo => Some(Account {
                provider: "Plivo",
                needed: vec![
                    ("plivo.auth_id", config.plivo.auth_id.is_none()),
                    ("plivo.auth_token", config.plivo.auth_token.is_none()),
                    ("plivo.phone_number", has_no_number),
                ],
                id_path: "plivo.auth_id",
                id: config.plivo.auth_id.clone(),
                is_id: |id| wire::plivo::rest::AuthId::parse(id).is_ok(),
                expected: "MA (or SA of a subaccount) and 18 capitals and digits",
                api_path: "plivo.api_url",
                api_url: config.plivo.api_url.clone(),
            }),
        }
    }

    /// Tells which keys the provider that stands in `key` needs and lacks; all need an address that leads here, which is told once.
    fn needed(&mut self, key: &'static str, provider: Provider, of_provider: &[(&'static str, bool)], unresolved: &BTreeMap<&'static str, Problem>) {
        let config = &self.loaded.config;
        let is_first = key == "phone_provider";
        let of_all = [
            ("public_url", is_first && config.public_url.is_none()),
            // A free port is another one at every start; nothing outside could lead to it.
            ("listen", is_first && config.listen.port() == 0),
        ];
        let missing: Vec<&'static str> = of_provider
            .iter()
            .chain(&of_all)
            .filter_map(|(path, is_missing)| is_missing.then_some(*path))
            .filter(|path| !unresolved.contains_key(path) && !self.failed.contains(path))
            .collect();
        for needed in missing.into_iter().filter_map(keys::find) {
            let fixed = if needed.path == "listen" { " with a fixed port" } else { "" };
            let what = format!("`{key}: {}` needs `{}`{fixed}", provider.as_str(), needed.full_path());
            let help = format!("Set it in the file, or set {} in the environment or in `.env`. {}", needed.variable(), needed.about);
            self.problems.push(Problem::new(&MISSING_KEY, self.origin_of(key), what).with_help(help));
        }
    }

    /// Looks at the two addresses that secrets and sound go to.
    fn addresses(&mut self, provider: &str, api_path: &str, api_url: Option<PublicUrl>) {
        if api_url.as_ref().is_some_and(|url| !url.is_encrypted() && !url.is_loopback()) {
            let what = format!("`{ROOT}.{api_path}` is not encrypted");
            let help = "Expected: an origin that begins with https://, or one on this machine; the credentials are sent there.";
            self.problems.push(Problem::new(&BAD_VALUE, self.origin_of(api_path), what).with_help(help));
        }
        // What stands in for the provider on this machine reaches us without encryption.
        let is_inside = |url: &PublicUrl| url.is_loopback() && api_url.as_ref().is_some_and(PublicUrl::is_loopback);
        if self.loaded.config.public_url.as_ref().is_some_and(|url| !url.is_encrypted() && !is_inside(url)) {
            let what = format!("`{ROOT}.public_url` is not encrypted");
            let help = format!("Expected: an origin that begins with https://; {provider} opens media sockets only to encrypted ones.");
            self.problems.push(Problem::new(&BAD_VALUE, self.origin_of("public_url"), what).with_help(help));
        }
    }
}

fn is_twilio_account(sid: &str) -> bool {
    sid.strip_prefix("AC").is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}
