//! The account, its number and the prices.

use serde_json::json;
use wire::http::HttpReply;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{AccountResource, CountKey, NumberRequest, NumberResource, Page, PricingResource, RestError};

use super::{Answer, Asked, page_of};
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

    pub(super) fn number_request(&self, request: NumberRequest, asked: &Asked<'_>) -> Answer {
        let own = self.own_number();
        match request {
            NumberRequest::List { filter, paging } => {
                let begins = filter.number_startswith.unwrap_or_default();
                let fits = own.number.as_deref().is_some_and(|number| number.starts_with(begins.trim_start_matches('+')));
                let all: Vec<NumberResource> = Some(own).into_iter().filter(|_| fits).collect();
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::TotalCount))
            }
            NumberRequest::Fetch { number } if own.number.as_deref() == Some(number.as_str()) => {
                Ok(NumberResource { api_id: Some(asked.api_id.clone()), ..own }.reply(200))
            }
            // No other number exists, and none can be bought.
            NumberRequest::Search { paging, .. } => {
                Ok(Page::<NumberResource>::reply(&asked.api_id, asked.target, &paging, &[], 0, CountKey::TotalCount))
            }
            NumberRequest::Fetch { .. } | NumberRequest::Update { .. } | NumberRequest::Release { .. } | NumberRequest::Buy { .. } => {
                Err(RestError::not_found())
            }
        }
    }

    fn own_number(&self) -> NumberResource {
        let text = |text: &str| Some(text.to_owned());
        let digits = self.credentials.from_number.trim_start_matches('+');
        NumberResource {
            number: text(digits),
            number_type: text("local"),
            voice_enabled: Some(true),
            sms_enabled: Some(false),
            mms_enabled: Some(false),
            monthly_rental_rate: Some(Decimal::of_micros(0)),
            voice_rate: Some(self.minute_rate()),
            country: text("United States"),
            active: Some(true),
            resource_uri: Some(format!("/v1/Account/{}/Number/{digits}/", self.account)),
            ..NumberResource::default()
        }
    }
}
