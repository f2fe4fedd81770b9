//! Asks the account everything that a first call would stumble over, and judges it.

use std::sync::Arc;

use carriers::registry::{self, Provider};
use ports::carrier::CarrierError;
use ports::carrier_account::{CarrierAccount, Identity, OwnedNumber};
use ports::clock::Clock;
use telephony::PhoneNumber;

use super::reach::Watch;
use super::{Finding, codes, judge};
use crate::config::Config;
use crate::failure::{self, Failure};
use crate::wiring;

/// What a provider is for us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Second,
}

/// Returns what the check of the configured phone provider finds; all that can be asked is asked, whatever else failed.
pub async fn check(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    look(config, Place::First, clock).await
}

/// Returns what the check of the second phone provider finds, each line with its name; nothing if there is none.
pub async fn check_second(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let Some(config) = config.with_second_first() else { return Vec::new() };
    let name = config.phone_provider.as_str();
    let findings = look(&config, Place::Second, clock).await;
    findings.into_iter().map(|finding| Finding { check: format!("{name}, the second: {}", finding.check), ..finding }).collect()
}

async fn look(config: &Config, place: Place, clock: &dyn Clock) -> Vec<Finding> {
    let Some(number) = config.caller_id() else {
        return vec![Finding::failed("phone provider", Failure::new(&failure::codes::CARRIER_SETTINGS, "no number to call from is set"))];
    };
    let provider = match open(config) {
        Ok(provider) => provider,
        Err(failure) => return vec![Finding::failed("phone provider", failure)],
    };
    let account = provider.account.as_ref();
    let mut findings = vec![judge::form(&account.check_form())];
    let identity = who(account, clock, &mut findings).await;
    // With wrong credentials every further question has the same answer.
    let is_refused = findings.iter().any(|finding| finding.code == Some(codes::CREDENTIALS_REFUSED.code));
    if identity.is_some() || !is_refused {
        let owned = numbers(account, config, number, &mut findings).await;
        match place {
            Place::First => incoming(config, owned.as_ref(), &mut findings),
            Place::Second => findings.push(Finding::yellow("incoming calls", &codes::WEBHOOKS_OF_SECOND, codes::WEBHOOKS_OF_SECOND.text)),
        }
        countries(account, config, &mut findings).await;
        money(account, config, number, &mut findings).await;
    }
    let trial = identity.as_ref().and_then(|identity| identity.trial.as_ref());
    findings.push(judge::limits(config.limits.call.get(), config.limits.ring_timeout.get(), &account.abilities(), trial));
    findings.extend(public_address(config, place, &provider).await);
    findings
}

/// Opens the configured phone provider, for checks.
///
/// # Errors
/// The settings cannot be used.
pub fn open(config: &Config) -> Result<Provider, Failure> {
    let wrong = |error: registry::OpenError| Failure::new(&failure::codes::CARRIER_SETTINGS, error.to_string());
    registry::open(config.phone_provider.as_str(), wiring::provider_account(config)).map_err(wrong)
}

async fn who(account: &dyn CarrierAccount, clock: &dyn Clock, findings: &mut Vec<Finding>) -> Option<Identity> {
    let identity = match account.identity().await {
        Ok(identity) => identity,
        Err(error) => {
            findings.push(judge::refused("account", account, &error));
            return None;
        }
    };
    // The reply has just come, so now is its time.
    let now = clock.now();
    findings.extend(judge::identity(&identity));
    match account.check_key().await {
        Ok(None) => {}
        Ok(Some(())) => findings.push(Finding::green("API key", "accepted")),
        Err(CarrierError::Unauthorized { code, .. }) => {
            findings.push(Finding::red("API key", &codes::KEY_REFUSED, format!("{} (code {code})", account.explain(code).sentence)));
        }
        Err(error) => findings.push(judge::refused("API key", account, &error)),
    }
    findings.push(judge::clock(now, identity.provider_time));
    Some(identity)
}

/// Looks for the number we call from among the account's, and for the one that callees see.
async fn numbers(account: &dyn CarrierAccount, config: &Config, shown: &PhoneNumber, findings: &mut Vec<Finding>) -> Option<OwnedNumber> {
    let named = config.account_number();
    let own = named.unwrap_or(shown);
    let owned = match account.number(own).await {
        Ok(owned) => owned,
        Err(error) => {
            findings.push(judge::refused("number", account, &error));
            return None;
        }
    };
    let is_shown = own == shown;
    // A number that is only shown needs no number of the account beside it.
    if is_shown && named.is_none() && owned.is_none() {
        findings.push(proved(account, shown).await);
        return None;
    }
    findings.push(judge::number(own, owned.as_ref()));
    if is_shown {
        if owned.is_some() {
            findings.push(judge::caller_id(shown, true, None));
        }
    } else {
        match account.number(shown).await {
            Ok(Some(_)) => findings.push(judge::caller_id(shown, true, None)),
            Ok(None) => findings.push(proved(account, shown).await),
            Err(error) => findings.push(judge::refused("caller ID", account, &error)),
        }
    }
    owned
}

async fn proved(account: &dyn CarrierAccount, number: &PhoneNumber) -> Finding {
    match account.is_proved(number).await {
        Ok(is_proved) => judge::caller_id(number, false, is_proved),
        Err(error) => judge::refused("caller ID", account, &error),
    }
}

fn incoming(config: &Config, owned: Option<&OwnedNumber>, findings: &mut Vec<Finding>) {
    if let (Some(owned), Some(origin)) = (owned, &config.public_url) {
        findings.push(judge::webhooks(owned, origin.as_str()));
    }
}

async fn countries(account: &dyn CarrierAccount, config: &Config, findings: &mut Vec<Finding>) {
    let regions = config.allowed_regions();
    if regions.is_empty() {
        findings.push(Finding::red("countries", &codes::NO_COUNTRY, "`allowed_regions` names none"));
    }
    for region in regions {
        findings.push(match account.dialing(&region).await {
            Ok(permission) => judge::country(&region, permission),
            Err(error) => judge::refused(&format!("country {region}"), account, &error),
        });
    }
}

async fn money(account: &dyn CarrierAccount, config: &Config, number: &PhoneNumber, findings: &mut Vec<Finding>) {
    // What was spent only adds to the line; that it is not known is no finding of its own.
    let spent = account.spent_this_month().await.ok().flatten();
    if !config.is_budget_set {
        findings.push(Finding::red("budget", &codes::NO_BUDGET, "none is set, so nothing is dialed"));
    }
    findings.push(match account.balance().await {
        Ok(balance) => judge::balance(balance.as_ref(), config.budget.per_day, spent.as_ref()),
        Err(error) => judge::refused("balance", account, &error),
    });
    let rates = config.rate_card();
    findings.push(match account.price(number, number).await {
        Ok(price) => judge::price(price.as_ref(), rates.leg_per_minute, &rates.currency),
        Err(error) => judge::refused("price", account, &error),
    });
}

async fn public_address(config: &Config, place: Place, provider: &Provider) -> Vec<Finding> {
    let Some(origin) = &config.public_url else {
        return Vec::new();
    };
    let watch = Watch::open(config.listen, origin.as_str(), Arc::clone(&provider.callbacks)).await;
    let under = if place == Place::First { origin.as_str().to_owned() } else { server::router::second_origin(origin.as_str().trim_end_matches('/')) };
    let findings = watch.findings(provider.account.as_ref(), &under).await;
    watch.close().await;
    findings
}
