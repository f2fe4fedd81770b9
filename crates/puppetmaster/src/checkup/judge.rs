//! The rules of the check: what was found out, and what it means. Pure.

use std::time::Duration;

use ports::carrier::CarrierError;
use ports::carrier_account::{AccountAbilities, BadForm, Balance, CarrierAccount, DialingPermission, Identity, OwnedNumber, Price, Trial};
use telephony::cost::Micros;
use telephony::{PhoneNumber, Timestamp};

use super::{Finding, codes};

/// A clock that is off by less is right enough for everything.
const CLOCK_FINE: Duration = assistant::clock_watch::AGREES_WITHIN;

/// A clock that is off by more makes calling hours wrong.
const CLOCK_WRONG: Duration = Duration::from_secs(300);

/// How credentials are written.
pub fn form(form: &Result<(), BadForm>) -> Finding {
    const CHECK: &str = "credentials";
    match form {
        Ok(()) => Finding::green(CHECK, "well-formed"),
        Err(bad) if bad.is_certain => Finding::red(CHECK, &codes::CREDENTIALS_FORM, bad.what.clone()),
        Err(bad) => Finding::yellow(CHECK, &codes::CREDENTIALS_FORM, bad.what.clone()),
    }
}

/// Why the provider did not answer as wished.
pub fn refused(check: &str, account: &dyn CarrierAccount, error: &CarrierError) -> Finding {
    match error {
        CarrierError::Unauthorized { code, .. } => {
            let explained = account.explain(*code);
            let name = explained.name.map_or_else(String::new, |name| format!("{name}: "));
            Finding::red(check, &codes::CREDENTIALS_REFUSED, format!("{name}{} (code {code})", explained.sentence))
        }
        CarrierError::Rejected { code, message, .. } => Finding::yellow(check, &codes::NOT_KNOWN, format!("{message} (code {code})")),
        CarrierError::Throttled { .. } | CarrierError::Unreachable { .. } | CarrierError::Unclear { .. } => {
            Finding::red(check, &codes::PROVIDER_UNREACHABLE, error.to_string())
        }
    }
}

/// Whether the account can be used.
pub fn identity(identity: &Identity) -> Vec<Finding> {
    let mut findings = vec![match identity.is_active {
        Some(false) => Finding::red("account", &codes::ACCOUNT_INACTIVE, "it is suspended or closed"),
        Some(true) => Finding::green("account", "accepted and active"),
        None => Finding::green("account", "accepted"),
    }];
    findings.push(match &identity.trial {
        Some(Trial::Yes { longest_call, limits }) => {
            Finding::yellow("trial", &codes::TRIAL, format!("the account is on trial: calls end after {} min, {limits}", longest_call.as_secs() / 60))
        }
        Some(Trial::No) => Finding::green("trial", "a full account"),
        None => Finding::yellow("trial", &codes::NOT_KNOWN, "the provider does not say whether the account is on trial"),
    });
    findings
}

/// Whether our clock is right by the provider's.
pub fn clock(ours: Timestamp, provider: Option<Timestamp>) -> Finding {
    let Some(provider) = provider else {
        return Finding::yellow("clock", &codes::NOT_KNOWN, "the provider's reply had no date");
    };
    let off = Duration::from_millis(ours.as_millis().abs_diff(provider.as_millis()));
    let text = format!("{} s {} the provider's", off.as_secs(), if ours > provider { "ahead of" } else { "behind" });
    match off {
        off if off <= CLOCK_FINE => Finding::green("clock", format!("within {} s of the provider's", CLOCK_FINE.as_secs())),
        off if off <= CLOCK_WRONG => Finding::yellow("clock", &codes::CLOCK, text),
        _ => Finding::red("clock", &codes::CLOCK, text),
    }
}

/// Whether the number of the account is its own and can speak.
pub fn number(number: &PhoneNumber, found: Option<&OwnedNumber>) -> Finding {
    let shown = number.in_international_format();
    match found.map(|owned| owned.has_voice) {
        None => Finding::red("number", &codes::NUMBER_NOT_OWNED, format!("{shown} is not a number of this account")),
        Some(Some(false)) => Finding::red("number", &codes::NUMBER_WITHOUT_VOICE, format!("{shown} is the account's, but has no voice")),
        Some(Some(true)) => Finding::green("number", format!("{shown} is the account's and can speak")),
        Some(None) => Finding::yellow("number", &codes::NOT_KNOWN, format!("{shown} is the account's; whether it can speak is not said")),
    }
}

/// Whether callees may see this number. `is_owned` and `is_proved` are about the number that they would see.
pub fn caller_id(number: &PhoneNumber, is_owned: bool, is_proved: Option<bool>) -> Finding {
    let shown = number.in_international_format();
    match (is_owned, is_proved) {
        (true, _) => Finding::green("caller ID", format!("{shown}, a number of the account")),
        (false, Some(true)) => Finding::green("caller ID", format!("{shown}, verified")),
        (false, Some(false)) => Finding::red("caller ID", &codes::CALLER_ID, format!("{shown} is neither the account's nor verified")),
        (false, None) => Finding::yellow("caller ID", &codes::NOT_KNOWN, format!("whether {shown} may be shown is not known")),
    }
}

/// Where calls that come in to our number go.
pub fn webhooks(number: &OwnedNumber, origin: &str) -> Finding {
    const CHECK: &str = "incoming calls";
    if let Some(what) = number.taken_by {
        return Finding::yellow(CHECK, &codes::WEBHOOKS, format!("the number's calls are taken by {what} at the provider, not by its webhook"));
    }
    if number.voice_url.is_empty() {
        return Finding::yellow(CHECK, &codes::WEBHOOKS, "the number has no webhook: whoever rings it back hears an error");
    }
    match number.voice_url.strip_prefix(origin) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Finding::green(CHECK, "come to our public address"),
        _ => {
            let text = format!("go to {}, not to our public address", origin_of(&number.voice_url));
            let is_old_tunnel = [".ngrok", ".trycloudflare.com"].iter().any(|tunnel| number.voice_url.contains(tunnel));
            let found = Finding::yellow(CHECK, &codes::WEBHOOKS, text);
            if is_old_tunnel {
                found.with_fix("It is the address of a tunnel, which changes at every start: run `puppetmaster setup` again.")
            } else {
                found
            }
        }
    }
}

/// Scheme and host of an address: the rest may hold what is nobody's business.
fn origin_of(url: &str) -> &str {
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let end = url[host_at..].find(['/', '?', '#']).map_or(url.len(), |at| host_at + at);
    &url[..end]
}

/// Whether a country may be called.
pub fn country(region: &str, permission: Option<DialingPermission>) -> Finding {
    let check = format!("country {region}");
    match permission.and_then(|permission| permission.ordinary) {
        Some(true) => Finding::green(check, "may be called"),
        Some(false) => Finding::red(check, &codes::COUNTRY, "the account may not call it (Country Not Enabled)"),
        None => Finding::yellow(check, &codes::NOT_KNOWN, "whether the account may call it is not known"),
    }
}

/// Whether our time limits fit into the provider's.
pub fn limits(call: Duration, ringing: Duration, abilities: &AccountAbilities, trial: Option<&Trial>) -> Finding {
    const CHECK: &str = "time limits";
    let longest = match trial {
        Some(Trial::Yes { longest_call, .. }) => (*longest_call).min(abilities.longest_call),
        _ => abilities.longest_call,
    };
    if call > longest {
        return Finding::yellow(
            CHECK,
            &codes::LIMITS,
            format!("calls may last {} s here, but {} s at the provider", call.as_secs(), longest.as_secs()),
        );
    }
    if ringing > abilities.longest_ringing {
        let text = format!("it may ring {} s here, but {} s at the provider", ringing.as_secs(), abilities.longest_ringing.as_secs());
        return Finding::yellow(CHECK, &codes::LIMITS, text);
    }
    Finding::green(CHECK, format!("calls of {} s after {} s of ringing fit", call.as_secs(), ringing.as_secs()))
}

/// Whether enough is left for a day.
pub fn balance(balance: Option<&Balance>, per_day: Micros, spent: Option<&Price>) -> Finding {
    const CHECK: &str = "balance";
    let Some(balance) = balance else {
        return Finding::yellow(CHECK, &codes::NOT_KNOWN, "what is left is not known");
    };
    let amount = Micros(balance.micros.unsigned_abs());
    let sign = if balance.micros < 0 { "-" } else { "" };
    let spent = spent.map_or_else(String::new, |spent| format!("; this month cost {} {} so far", spent.amount, spent.currency));
    let text = format!("{sign}{amount} {}{spent}", balance.currency);
    if balance.micros <= 0 {
        return Finding::red(CHECK, &codes::BALANCE, text);
    }
    if amount < per_day {
        Finding::yellow(CHECK, &codes::BALANCE, format!("{text}, less than the budget of a day"))
    } else {
        Finding::green(CHECK, text)
    }
}

/// Whether our rate card has the account's price. `ours` is per begun minute of a leg.
pub fn price(price: Option<&Price>, ours: Micros, currency: &str) -> Finding {
    const CHECK: &str = "price";
    let Some(price) = price else {
        return Finding::yellow(CHECK, &codes::NOT_KNOWN, "what calls cost this account is not known");
    };
    let theirs = format!("a minute costs {} {}", price.amount, price.currency);
    if price.currency != currency {
        return Finding::yellow(CHECK, &codes::PRICE, format!("{theirs}, but our rate card is in {currency}"));
    }
    if price.amount > ours {
        Finding::yellow(CHECK, &codes::PRICE, format!("{theirs}, and {ours} by our rate card"))
    } else {
        Finding::green(CHECK, theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn owned(change: impl FnOnce(&mut OwnedNumber)) -> OwnedNumber {
        let number = PhoneNumber::parse("+12125550123").unwrap();
        let mut owned =
            OwnedNumber { id: "PN1".into(), number, has_voice: Some(true), voice_url: String::new(), status_url: String::new(), taken_by: None };
        change(&mut owned);
        owned
    }

    fn seen(finding: &Finding) -> (Level, Option<&'static str>) {
        (finding.level, finding.code)
    }

    const ABILITIES: AccountAbilities = AccountAbilities {
        proved_numbers: true,
        balance: true,
        permissions: true,
        prices: true,
        webhooks: true,
        test_credentials: true,
        longest_ringing: Duration::from_secs(600),
        longest_call: Duration::from_secs(14_400),
    };

    #[test]
    fn a_wrong_form_is_red_and_an_unusual_one_yellow() {
        let bad = |is_certain| form(&Err(BadForm { what: "x".into(), is_certain })).level;
        assert_eq!((form(&Ok(())).level, bad(true), bad(false)), (Level::Green, Level::Red, Level::Yellow));
    }

    #[test]
    fn a_number_must_be_owned_and_speak() {
        let ours = PhoneNumber::parse("+12125550123").unwrap();
        let voice = |has_voice| seen(&number(&ours, Some(&owned(|owned| owned.has_voice = has_voice))));
        assert_eq!(seen(&number(&ours, None)), (Level::Red, Some("doctor.number_not_owned")));
        assert_eq!(voice(Some(false)), (Level::Red, Some("doctor.number_without_voice")));
        assert_eq!((voice(Some(true)).0, voice(None)), (Level::Green, (Level::Yellow, Some("doctor.not_known"))));
    }

    #[test]
    fn what_callees_see_is_owned_or_proved() {
        let ours = PhoneNumber::parse("+12125550123").unwrap();
        assert_eq!(caller_id(&ours, true, None).level, Level::Green);
        assert_eq!(caller_id(&ours, false, Some(true)).level, Level::Green);
        assert_eq!(seen(&caller_id(&ours, false, Some(false))), (Level::Red, Some("doctor.caller_id")));
        assert_eq!(caller_id(&ours, false, None).level, Level::Yellow);
    }

    #[test]
    fn webhooks_must_be_ours_to_be_green() {
        let at = |url: &str| webhooks(&owned(|owned| owned.voice_url = url.into()), "https://pm.example.com");
        assert_eq!(at("https://pm.example.com/carrier/inbound").level, Level::Green);
        assert_eq!(at("https://pm.example.com.evil.example/x").level, Level::Yellow);
        assert_eq!(at("").level, Level::Yellow);
        let old = at("https://a1b2.ngrok-free.app/voice?secret=1");
        assert!(old.fix.unwrap().contains("tunnel") && !old.text.contains("secret"), "{}", old.text);
        assert_eq!(webhooks(&owned(|owned| owned.taken_by = Some("trunk")), "https://pm.example.com").level, Level::Yellow);
    }

    #[test]
    fn trial_limits_shorten_calls() {
        let trial = Trial::Yes { longest_call: Duration::from_secs(600), limits: "x" };
        let (call, ring) = (Duration::from_secs(900), Duration::from_secs(40));
        assert_eq!(limits(call, ring, &ABILITIES, Some(&trial)).level, Level::Yellow);
        assert_eq!(limits(call, ring, &ABILITIES, Some(&Trial::No)).level, Level::Green);
        assert_eq!(limits(Duration::from_secs(20_000), ring, &ABILITIES, None).level, Level::Yellow);
        assert_eq!(limits(call, Duration::from_secs(601), &ABILITIES, None).level, Level::Yellow);
    }

    #[test]
    fn money_that_is_gone_is_red() {
        let of = |micros| balance(Some(&Balance { micros, currency: "USD".into() }), Micros(5_000_000), None);
        assert_eq!((of(-1).level, of(0).level, of(4_999_999).level, of(5_000_000).level), (Level::Red, Level::Red, Level::Yellow, Level::Green));
        assert_eq!(of(-500_000).text, "-0.50 USD");
        assert_eq!(balance(None, Micros::ZERO, None).level, Level::Yellow);
    }

    #[test]
    fn a_dearer_minute_than_ours_is_told() {
        let of = |amount, currency: &str| price(Some(&Price { amount: Micros(amount), currency: currency.into() }), Micros(14_000), "USD").level;
        assert_eq!((of(14_000, "USD"), of(14_001, "USD"), of(1, "EUR")), (Level::Green, Level::Yellow, Level::Yellow));
    }

    #[test]
    fn a_clock_is_right_within_half_a_minute() {
        let at = |millis: i64| clock(Timestamp(1_000_000_000 + millis), Some(Timestamp(1_000_000_000))).level;
        assert_eq!((at(30_000), at(-30_001), at(300_000), at(-301_000)), (Level::Green, Level::Yellow, Level::Yellow, Level::Red));
        assert_eq!(clock(Timestamp(0), None).level, Level::Yellow);
    }

    #[test]
    fn a_country_is_enabled_or_not_or_not_known() {
        let of = |ordinary| seen(&country("GB", Some(DialingPermission { ordinary, special: None })));
        assert_eq!((of(Some(true)).0, of(Some(false))), (Level::Green, (Level::Red, Some("doctor.country_not_enabled"))));
        assert_eq!((of(None).0, country("GB", None).level), (Level::Yellow, Level::Yellow));
    }
}
