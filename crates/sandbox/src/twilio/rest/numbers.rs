//! Numbers of the account, and those that it can buy.

use wire::date;
use wire::http::HttpReply;
use wire::twilio::rest::{
    AvailableCountry, AvailableFilter, AvailableNumber, AvailableRequest, BuyNumber, NumberRequest, NumberResource, NumberSettings, RestError,
};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::twilio::holdings::Held;
use crate::twilio::{Service, fresh_sid};

/// The area that numbers are offered in if none is named.
const USUAL_AREA: &str = "212";

/// Numbers that are offered in each area: the last lines of those reserved for fiction, 0150 to 0199.
const OFFERED: std::ops::RangeInclusive<u32> = 150..=199;

impl Service {
    pub(super) fn numbers(&self, request: NumberRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        self.holdings.with(|held| match request {
            NumberRequest::Buy(buy) => self.buy(held, &buy),
            NumberRequest::List { filter, paging } => {
                let all: Vec<NumberResource> = held.numbers.newest_first().filter(|number| filter.passes(number)).cloned().collect();
                Ok(page("incoming_phone_numbers", target, &paging, &all, |number| number.sid.as_deref()))
            }
            NumberRequest::Fetch { number } => Ok(held.numbers.get(&number).ok_or_else(unknown)?.reply(200)),
            NumberRequest::Update { number, settings } => {
                if let Some(sid) = settings.voice_application_sid.as_deref().filter(|sid| !sid.is_empty())
                    && held.applications.get(sid).is_none()
                {
                    return Err(RestError::invalid(21_218, "Invalid ApplicationSid"));
                }
                let number = held.numbers.get_mut(&number).ok_or_else(unknown)?;
                number.apply(&settings);
                number.date_updated = Some(date::rfc2822(wall_clock()));
                Ok(number.reply(200))
            }
            NumberRequest::Release { number } => held.numbers.remove(&number).map(|_| HttpReply::empty(204)).ok_or_else(unknown),
        })
    }

    fn buy(&self, held: &mut Held, buy: &BuyNumber) -> Answer {
        let number = match (&buy.phone_number, &buy.area_code) {
            (Some(number), _) => match number.strip_prefix("+1") {
                _ if !number.strip_prefix('+').is_some_and(|digits| (7..=15).contains(&digits.len())) => {
                    return Err(RestError::invalid(21_421, "PhoneNumber is invalid"));
                }
                Some(rest) if rest.len() == 10 && self.offered(held, &rest[..3]).any(|offered| offered == *number) => number.clone(),
                _ => return Err(RestError::invalid(21_422, "PhoneNumber is not available")),
            },
            (None, area) => {
                let area = area.as_deref().unwrap_or(USUAL_AREA);
                let none = || RestError::invalid(21_452, "No phone numbers found in area code");
                self.offered(held, area).next().ok_or_else(none)?
            }
        };
        let sid = fresh_sid("PN").map_err(|_| internal())?;
        let now = Some(date::rfc2822(wall_clock()));
        let mut resource = NumberResource::plain(&self.credentials.account_sid, &sid, &number);
        (resource.date_created, resource.date_updated) = (now.clone(), now);
        resource.apply(&NumberSettings {
            friendly_name: buy.friendly_name.clone(),
            voice_url: buy.voice_url.clone(),
            voice_method: buy.voice_method,
            ..NumberSettings::default()
        });
        let reply = resource.reply(201);
        held.numbers.add(sid, resource);
        Ok(reply)
    }

    /// Returns the numbers of an area that nobody has: neither the account nor a callee.
    fn offered<'a>(&'a self, held: &'a Held, area: &str) -> impl Iterator<Item = String> + use<'a> {
        let is_area = area.len() == 3 && area.bytes().all(|b| b.is_ascii_digit()) && !area.starts_with(['0', '1']) && !area.ends_with("11");
        let area = area.to_owned();
        OFFERED.filter(move |_| is_area).map(move |line| format!("+1{area}555{line:04}")).filter(|number| {
            let is_callees = self.network.config.cast.scripts().any(|script| script.number.as_e164() == number);
            !is_callees && held.own_number(number).is_none()
        })
    }

    pub(super) fn available(&self, request: AvailableRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        let us = AvailableCountry::local(&self.credentials.account_sid, "US", "United States");
        match request {
            AvailableRequest::Countries { paging } => Ok(page("countries", target, &paging, &[us], |country| country.country_code.as_deref())),
            AvailableRequest::Country { country } if country == "US" => Ok(us.reply(200)),
            AvailableRequest::Numbers { country, kind, filter, paging } if country == "US" && kind == "Local" => {
                let area = filter.area_code.as_deref().unwrap_or(USUAL_AREA);
                let all: Vec<AvailableNumber> = self.holdings.with(|held| {
                    self.offered(held, area).filter(|number| fits(&filter, number)).map(|number| AvailableNumber::plain("US", &number)).collect()
                });
                Ok(page("available_phone_numbers", target, &paging, &all, |number| number.phone_number.as_deref()))
            }
            AvailableRequest::Country { .. } | AvailableRequest::Numbers { .. } => Err(unknown()),
        }
    }
}

/// All numbers here can speak and send messages, so only asking for those that cannot finds none.
fn fits(filter: &AvailableFilter, number: &str) -> bool {
    let pattern = filter.contains.as_deref().unwrap_or_default().as_bytes();
    let is_like = |window: &[u8]| window.iter().zip(pattern).all(|(is, wanted)| *wanted == b'*' || is == wanted);
    let contains = pattern.is_empty() || number.as_bytes().windows(pattern.len()).any(is_like);
    contains && filter.voice_enabled != Some(false) && filter.sms_enabled != Some(false)
}
