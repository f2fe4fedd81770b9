//! What calls, texts and numbers cost. Rates are US dollars: a minute, a text, a month.

use serde_json::Value;

use super::loose::resource;
use super::{AuthId, Outgoing};
use crate::http::Form;
use crate::plivo::decimal::Decimal;

/// Builds the request that shows the prices of a country: `US`, … Answer [`PricingResource`].
pub fn fetch_pricing(account: &AuthId, country_iso: &str) -> Outgoing {
    let mut query = Form::new();
    query.push("country_iso", country_iso);
    Outgoing::get_with(account, "/Pricing/", &query)
}

resource! {
    /// The prices of a country. Read them with the functions here.
    PricingResource shows [country_iso] {
        /// Its name.
        country: String,
        /// Its code on the telephone.
        country_code: u32,
        /// Its code in letters.
        country_iso: String,
        /// Of texts.
        message: Value,
        /// Of numbers.
        phone_numbers: Value,
        /// Of calls.
        voice: Value,
    }
    sometimes {}
}

impl PricingResource {
    /// Returns what a minute to a number costs, in millionths: the rate of the longest prefix of `to`, and of those the one
    /// that says most about `from`; without a table, the rate of local numbers.
    ///
    /// Since 2021 the price depends on the caller's number too.
    pub fn outbound_micros(&self, to: &str, from: &str) -> Option<u64> {
        let bare = |number: &str| number.trim_start_matches('+').to_owned();
        let (to, from) = (bare(to), bare(from));
        let outbound = self.voice.as_ref()?.get("outbound")?;
        let rates = outbound.get("rates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let best = rates.iter().filter_map(|rate| Some((longest(rate.get("prefix")?, &to)?, origin(rate, &from)?, micros(rate)?)));
        match best.max_by_key(|(prefix, origin, _)| (*prefix, *origin)) {
            Some((_, _, rate)) => Some(rate),
            None => micros(outbound.get("local")?),
        }
    }

    /// Returns what a minute of an incoming call costs, in millionths; `kind` is `local`, `tollfree`, or `ip` for SIP.
    pub fn inbound_micros(&self, kind: &str) -> Option<u64> {
        micros(self.voice.as_ref()?.get("inbound")?.get(kind)?)
    }

    /// Returns what a minute of an outgoing SIP call costs, in millionths.
    pub fn outbound_ip_micros(&self) -> Option<u64> {
        micros(self.voice.as_ref()?.get("outbound")?.get("ip")?)
    }

    /// Returns what a text costs, in millionths.
    pub fn message_micros(&self) -> Option<u64> {
        micros(self.message.as_ref()?.get("outbound")?)
    }

    /// Returns what a number costs a month, in millionths; `kind` is `local` or `tollfree`.
    pub fn number_micros(&self, kind: &str) -> Option<u64> {
        micros(self.phone_numbers.as_ref()?.get(kind)?)
    }
}

fn micros(rate: &Value) -> Option<u64> {
    Decimal::of_json(rate.get("rate")?)?.micros().and_then(|micros| u64::try_from(micros).ok())
}

/// Returns the length of the longest prefix in a list that a number begins with.
fn longest(prefixes: &Value, number: &str) -> Option<usize> {
    prefixes.as_array()?.iter().filter_map(Value::as_str).filter(|prefix| number.starts_with(*prefix)).map(str::len).max()
}

/// Returns how much a rate says about where the call comes from: nothing (`*`, or no word of it) is 0.
fn origin(rate: &Value, from: &str) -> Option<usize> {
    let Some(origins) = rate.get("origination_prefix") else {
        return Some(0);
    };
    let anywhere = origins.as_array()?.iter().any(|origin| origin == "*").then_some(0);
    longest(origins, from).or(anywhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_and_then_the_nearest_origin_set_the_price() {
        let rates = serde_json::json!({"voice": {"outbound": {"local": {"rate": "0.03"}, "rates": [
            {"prefix": ["1"], "origination_prefix": ["*"], "rate": "0.012"},
            {"prefix": ["1"], "origination_prefix": ["1"], "rate": "0.0115"},
            {"prefix": ["1907", "1908"], "rate": "0.179"},
            {"prefix": ["44"], "origination_prefix": ["44"], "rate": "0.001"},
        ]}}});
        let pricing: PricingResource = serde_json::from_value(rates).unwrap();
        let cost = |to: &str, from: &str| pricing.outbound_micros(to, from);
        assert_eq!(cost("+14155550199", "+14155550100"), Some(11_500));
        assert_eq!(cost("14155550199", "442079460000"), Some(12_000));
        assert_eq!(cost("+19075550199", "+14155550100"), Some(179_000));
        assert_eq!(cost("+442079460000", "+14155550100"), Some(30_000));
        assert_eq!(PricingResource::default().outbound_micros("1", "1"), None);
    }
}
