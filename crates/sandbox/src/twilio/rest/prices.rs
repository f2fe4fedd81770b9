//! The price list, and which countries can be called.
//!
//! The list is Twilio's for the United States, May 2026; practice calls are free whatever it says. Calls go to the United
//! States and Canada, where the cast lives.

use telephony::PhoneNumber;
use wire::http::HttpReply;
use wire::twilio::rest::{
    CallPrice, CountryPrices, DialingPermission, DialingPermissionRequest, NumberPrices, PricingRequest, RentalPrices, RestError,
};

use super::pages::meta_page;
use super::{Answer, path};
use crate::twilio::Service;

/// A country that can be called: its letters, its name, its continent.
struct Country {
    iso: &'static str,
    name: &'static str,
    /// First digits of dearer numbers, and what a begun minute costs; then the rest.
    outbound: &'static [(&'static str, &'static str, &'static str)],
    inbound: &'static [(&'static str, &'static str)],
    rental: &'static [(&'static str, &'static str)],
}

/// Source: Twilio's voice pricing page, 2026-05; the price for Alaska is of an older example of its pricing API.
const UNITED_STATES: Country = Country {
    iso: "US",
    name: "United States",
    outbound: &[
        ("1907", "Programmable Outbound Minute - United States - Alaska", "0.090"),
        ("1", "Programmable Outbound Minute - United States", "0.014"),
    ],
    inbound: &[("local", "0.0085"), ("toll free", "0.022")],
    rental: &[("local", "1.15"), ("toll free", "2.15")],
};

/// Countries that can be called beside the one that has prices here.
const OTHERS: [(&str, &str); 1] = [("CA", "Canada")];

impl Service {
    pub(super) fn prices(&self, request: PricingRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        let us = &UNITED_STATES;
        match request {
            PricingRequest::Number { to, from } => {
                let number = PhoneNumber::parse(&to).ok().filter(|number| is_of(number, us.iso)).ok_or_else(unknown)?;
                let digits = number.as_e164().trim_start_matches('+').to_owned();
                let (.., price) = us.outbound.iter().find(|(prefix, ..)| digits.starts_with(prefix)).ok_or_else(unknown)?;
                let outbound = CallPrice { origination_prefixes: Some(vec!["ALL".into()]), ..plain(price) };
                Ok(NumberPrices {
                    country: Some(us.name.into()),
                    destination_number: Some(number.as_e164().to_owned()),
                    origination_number: from,
                    inbound_call_price: Some(CallPrice::default()),
                    iso_country: Some(us.iso.into()),
                    outbound_call_prices: Some(vec![outbound]),
                    price_unit: Some("USD".into()),
                    url: Some(format!("{}/v2/Voice/Numbers/{}", self.network.base_url, number.as_e164())),
                }
                .reply(200))
            }
            PricingRequest::Country { country } if country.eq_ignore_ascii_case(us.iso) => Ok(self.country_prices(us)),
            PricingRequest::Countries { paging } => {
                let listed = serde_json::json!({
                    "country": us.name,
                    "iso_country": us.iso,
                    "url": format!("{}/v2/Voice/Countries/{}", self.network.base_url, us.iso),
                });
                Ok(meta_page(("countries", &self.network.base_url), target, &paging, &[listed], |country| country["iso_country"].as_str()))
            }
            PricingRequest::Rental { country } if country.eq_ignore_ascii_case(us.iso) => Ok(RentalPrices {
                country: Some(us.name.into()),
                iso_country: Some(us.iso.into()),
                phone_number_prices: Some(us.rental.iter().map(|(kind, price)| of_kind(kind, price)).collect()),
                price_unit: Some("USD".into()),
                url: Some(format!("{}/v1/PhoneNumbers/Countries/{}", self.network.base_url, us.iso)),
            }
            .reply(200)),
            PricingRequest::Country { .. } | PricingRequest::Rental { .. } => Err(unknown()),
        }
    }

    fn country_prices(&self, country: &Country) -> HttpReply {
        let outbound = country.outbound.iter().map(|(prefix, name, price)| CallPrice {
            destination_prefixes: Some(vec![(*prefix).to_owned()]),
            origination_prefixes: Some(vec!["ALL".into()]),
            friendly_name: Some((*name).to_owned()),
            ..plain(price)
        });
        CountryPrices {
            country: Some(country.name.into()),
            iso_country: Some(country.iso.into()),
            outbound_prefix_prices: Some(outbound.collect()),
            inbound_call_prices: Some(country.inbound.iter().map(|(kind, price)| of_kind(kind, price)).collect()),
            price_unit: Some("USD".into()),
            url: Some(format!("{}/v2/Voice/Countries/{}", self.network.base_url, country.iso)),
        }
        .reply(200)
    }

    /// Shows what may be called in a country that can be called; of others nothing is known here.
    pub(super) fn dialing_permission(&self, request: &DialingPermissionRequest, target: &str) -> Answer {
        let iso = request.country.to_ascii_uppercase();
        let us = (UNITED_STATES.iso, UNITED_STATES.name);
        let (iso, name) = OTHERS.into_iter().chain([us]).find(|(code, _)| *code == iso).ok_or_else(|| RestError::not_found(path(target)))?;
        Ok(DialingPermission {
            iso_code: Some(iso.into()),
            name: Some(name.into()),
            continent: Some("NORTH_AMERICA".into()),
            country_codes: Some(vec!["+1".into()]),
            low_risk_numbers_enabled: Some(true),
            high_risk_special_numbers_enabled: Some(false),
            high_risk_tollfraud_numbers_enabled: Some(false),
            url: Some(format!("{}/v1/DialingPermissions/Countries/{iso}", self.network.base_url)),
        }
        .reply(200))
    }

    /// Returns whether a number may be called: that of a country with a permission, or that of a callee.
    pub(super) fn may_be_called(&self, number: &PhoneNumber) -> bool {
        let is_permitted = || OTHERS.iter().map(|(iso, _)| *iso).chain([UNITED_STATES.iso]).any(|iso| is_of(number, iso));
        is_permitted() || self.network.config.cast.find(number).is_some()
    }
}

/// Returns whether a number is of a country; numbers for fiction, which no plan knows, are American.
fn is_of(number: &PhoneNumber, iso: &str) -> bool {
    match number.region() {
        Some(region) => region == iso,
        None => iso == UNITED_STATES.iso && number.as_e164().starts_with("+1"),
    }
}

fn plain(price: &str) -> CallPrice {
    CallPrice { base_price: Some(price.to_owned()), current_price: Some(price.to_owned()), ..CallPrice::default() }
}

fn of_kind(kind: &str, price: &str) -> CallPrice {
    CallPrice { number_type: Some(kind.to_owned()), ..plain(price) }
}
