//! Tries the provider's test credentials: the magic numbers give what is documented, and nothing rings.

use carriers::registry::{self, Account};
use ports::carrier_account::{CarrierAccount, TestCase, TestError};

use super::{Finding, codes, judge};
use crate::config::{Config, Provider};
use crate::failure::{self, Failure};
use crate::wiring;

/// Returns what the test credentials of the configuration give.
pub async fn check(config: &Config) -> Vec<Finding> {
    if config.phone_provider == Provider::Plivo {
        return vec![Finding::yellow("test credentials", &codes::NOT_KNOWN, TestError::None.to_string())];
    }
    let twilio = &config.twilio;
    let (Some(sid), Some(token)) = (&twilio.test_account_sid, &twilio.test_auth_token) else {
        return vec![Finding::red("test credentials", &codes::TEST_CREDENTIALS_MISSING, codes::TEST_CREDENTIALS_MISSING.text)];
    };
    let account = Account { id: sid.as_str().into(), secret: token.clone(), key: None, other_secret: None, ..wiring::twilio_account(config) };
    match registry::open("twilio", account) {
        Ok(provider) => tried(provider.account.as_ref()).await,
        Err(error) => vec![Finding::failed("test credentials", Failure::new(&failure::codes::CARRIER_SETTINGS, error.to_string()))],
    }
}

async fn tried(account: &dyn CarrierAccount) -> Vec<Finding> {
    match account.try_test_credentials().await {
        Ok(cases) => cases.iter().map(|case| judged(account, case)).collect(),
        Err(TestError::Live) => vec![Finding::red("test credentials", &codes::TEST_CREDENTIALS_LIVE, codes::TEST_CREDENTIALS_LIVE.text)],
        Err(TestError::None) => vec![Finding::yellow("test credentials", &codes::NOT_KNOWN, TestError::None.to_string())],
        Err(TestError::Carrier(error)) => vec![judge::refused("test credentials", account, &error)],
    }
}

fn judged(account: &dyn CarrierAccount, case: &TestCase) -> Finding {
    let told = |code: Option<u32>| code.map_or_else(|| "accepted".to_owned(), |code| format!("refused with {code}"));
    if case.is_as_documented() {
        let why = case.found.map_or_else(String::new, |code| format!(": {}", account.explain(code).sentence));
        return Finding::green(case.what.clone(), format!("{}, as documented{why}", told(case.found)));
    }
    let text = format!("{}, documented is: {}", told(case.found), told(case.expected));
    Finding::yellow(case.what.clone(), &codes::TEST_CREDENTIALS_STRANGE, text)
}
