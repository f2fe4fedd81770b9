//! The account and the prices.

use serde_json::json;
use wire::http::HttpReply;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{AccountResource, PricingResource, RestError};

use super::{Answer, Asked};
use crate::plivo::Service;

/// What the practice account has: a hundred dollars, whatever is called.
const CASH_MICROS: u64 = 100_000_000;

impl Service {
    pub(super) fn show_account(&self, asked: &Asked<'_>) -> HttpReply {
        AccountResource { api_id: Some(asked.api_id.clone()), ..AccountResource::standard(&self.account, CASH_MICROS) }.reply(200)
    }

    /// The practice network has one price, for wherever is called.
    pub(super) fn show_prices(&self, country_iso: &str, asked: &Asked<'_>) -> Answer {
        if country_iso.len() != 2 || !country_iso.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(RestError::invalid("country_iso", "two letters, as in US"));
        }
        let (rate, free) = (self.minute_rate(), Decimal::of_micros(0));
        let prices = PricingResource {
            country: Some("United States".to_owned()),
            country_code: Some(1),
            country_iso: Some(country_iso.to_ascii_uppercase()),
            message: Some(json!({ "inbound": { "rate": free }, "outbound": { "rate": free } })),
            phone_numbers: Some(json!({ "local": { "rate": free }, "tollfree": { "rate": free } })),
            voice: Some(json!({
                "inbound": { "ip": { "rate": rate }, "local": { "rate": rate }, "tollfree": { "rate": rate } },
                "outbound": { "ip": { "rate": rate }, "local": { "rate": rate }, "tollfree": { "rate": rate }, "rates": [{ "prefix": ["1"], "rate": rate }] },
            })),
            api_id: Some(asked.api_id.clone()),
            ..PricingResource::default()
        };
        Ok(prices.reply(200))
    }
}
