//! What calls and numbers cost by Twilio's list, on a host of its own. Prices are text.
//!
//! Of several destination prefixes the longest one that fits counts.

use super::loose::{inner, resource};
use super::price::amount_micros;
use super::route::{Asked, Product, get_bare, list_bare, segment};
use super::{Paging, RestError};
use crate::http::{Form, HttpRequest, Method};

resource! {
    /// What calls to a number cost. `Debug` shows the country only.
    NumberPrices shows [iso_country] {
        /// Its name for people.
        country: String,
        /// The number to call.
        destination_number: String,
        /// The number to call from.
        origination_number: String,
        /// What calls from it cost.
        inbound_call_price: CallPrice,
        /// Two letters.
        iso_country: String,
        /// What calls to it cost.
        outbound_call_prices: Vec<CallPrice>,
        /// Upper case.
        price_unit: String,
        /// The address of the resource.
        url: String,
    }
}

impl NumberPrices {
    /// Returns what a begun minute to the number costs this account, in millionths of the currency unit: the dearest of
    /// those listed, since not every reply says from where each counts.
    pub fn outbound_micros(&self) -> Option<u64> {
        let prices = self.outbound_call_prices.as_deref()?.iter();
        prices.filter_map(CallPrice::micros).max()
    }
}

resource! {
    /// What calls to and from a country cost.
    CountryPrices shows [iso_country] {
        /// Its name for people.
        country: String,
        /// Two letters.
        iso_country: String,
        /// What calls to it cost, by the first digits of the number.
        outbound_prefix_prices: Vec<CallPrice>,
        /// What calls from it cost, by the kind of our number.
        inbound_call_prices: Vec<CallPrice>,
        /// Upper case.
        price_unit: String,
        /// The address of the resource.
        url: String,
    }
}

impl CountryPrices {
    /// Returns the price that counts for a number: that of the longest prefix that fits, and of those the dearest.
    pub fn for_number(&self, number: &str) -> Option<&CallPrice> {
        let digits = number.trim_start_matches('+');
        let prices = self.outbound_prefix_prices.as_deref()?.iter();
        let fit = |price: &&CallPrice| {
            let prefixes = price.destination_prefixes.as_deref().unwrap_or_default();
            prefixes.iter().filter(|prefix| digits.starts_with(prefix.as_str())).map(String::len).max()
        };
        prices
            .filter_map(|price| Some((fit(&price)?, price.micros(), price)))
            .max_by_key(|(length, micros, _)| (*length, *micros))
            .map(|(.., price)| price)
    }
}

resource! {
    /// What numbers of a country cost a month.
    RentalPrices shows [iso_country] {
        /// Its name for people.
        country: String,
        /// Two letters.
        iso_country: String,
        /// By kind.
        phone_number_prices: Vec<CallPrice>,
        /// Upper case.
        price_unit: String,
        /// The address of the resource.
        url: String,
    }
}

resource! {
    /// One price.
    CallPrice shows [number_type, base_price, current_price] {
        /// `local`, `toll free`, `mobile`, …
        #[serde(skip_serializing_if = "Option::is_none")]
        number_type: String,
        /// A decimal, as text: by the list.
        base_price: String,
        /// A decimal, as text: for this account.
        current_price: String,
        /// First digits of the number to call.
        #[serde(skip_serializing_if = "Option::is_none")]
        destination_prefixes: Vec<String>,
        /// First digits of the number to call from; `ALL`.
        #[serde(skip_serializing_if = "Option::is_none")]
        origination_prefixes: Vec<String>,
        /// Its name for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        friendly_name: String,
    }
}

inner!(CallPrice);

impl CallPrice {
    /// Returns the price for this account in millionths of the currency unit; by the list if it has none of its own.
    pub fn micros(&self) -> Option<u64> {
        let text = self.current_price.as_deref().or(self.base_price.as_deref())?;
        u64::try_from(amount_micros(text)?).ok()
    }
}

/// What can be asked of prices. `Debug` shows no number.
#[derive(Clone, PartialEq)]
pub enum PricingRequest {
    /// Of calls to a number. Answered with [`NumberPrices`].
    Number {
        /// The number to call.
        to: String,
        /// The number to call from.
        from: Option<String>,
    },
    /// Of calls to and from a country. Answered with [`CountryPrices`].
    Country {
        /// Two letters.
        country: String,
    },
    /// The countries that have prices.
    Countries {
        /// Which page.
        paging: Paging,
    },
    /// Of numbers of a country. Answered with [`RentalPrices`].
    Rental {
        /// Two letters.
        country: String,
    },
}

impl PricingRequest {
    /// Where this is answered.
    pub const PRODUCT: Product = Product::Pricing;

    pub(super) fn parse(asked: &Asked<'_>, version: &str, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        match (asked.method, version, rest) {
            (Method::Get, "v2", ["Voice", "Numbers", number]) => {
                Ok(Self::Number { to: own(number), from: asked.query.filled("OriginationNumber").map(str::to_owned) })
            }
            (Method::Get, "v2", ["Voice", "Countries", country]) => Ok(Self::Country { country: own(country) }),
            (Method::Get, "v2", ["Voice", "Countries"]) => Ok(Self::Countries { paging: asked.paging()? }),
            (Method::Get, "v1", ["PhoneNumbers", "Countries", country]) => Ok(Self::Rental { country: own(country) }),
            _ => Err(asked.unknown()),
        }
    }

    pub(super) fn write(&self) -> HttpRequest {
        match self {
            Self::Number { to, from } => {
                let mut query = Form::new();
                query.push_some("OriginationNumber", from.clone());
                get_bare(super::with_query(&format!("/v2/Voice/Numbers/{}", segment(to)), &query))
            }
            Self::Country { country } => get_bare(format!("/v2/Voice/Countries/{}", segment(country))),
            Self::Countries { paging } => list_bare("/v2/Voice/Countries", Form::new(), paging),
            Self::Rental { country } => get_bare(format!("/v1/PhoneNumbers/Countries/{}", segment(country))),
        }
    }
}

impl std::fmt::Debug for PricingRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number { .. } => f.write_str("Number"),
            Self::Country { country } => write!(f, "Country({country})"),
            Self::Countries { .. } => f.write_str("Countries"),
            Self::Rental { country } => write!(f, "Rental({country})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts() {
        let price = |prefix: &str, price: &str| CallPrice {
            destination_prefixes: Some(vec![prefix.to_owned()]),
            current_price: Some(price.to_owned()),
            ..CallPrice::default()
        };
        let country = CountryPrices { outbound_prefix_prices: Some(vec![price("1", "0.014"), price("1907", "0.09")]), ..CountryPrices::default() };
        let micros = |number: &str| country.for_number(number).and_then(CallPrice::micros);
        assert_eq!((micros("+12125550123"), micros("+19075550123"), micros("+4930555")), (Some(14_000), Some(90_000), None));
    }
}
