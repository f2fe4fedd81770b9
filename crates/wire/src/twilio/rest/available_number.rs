//! Numbers that can be bought. The shapes are from memory of Twilio's pages "AvailablePhoneNumber … resource".

use serde_json::{Map, Value};

use super::checks::{flag, parameters, text};
use super::loose::{inner, resource};
use super::route::{Asked, get, list, segment};
use super::{API_VERSION, Paging, RestError, address};
use crate::http::{Form, HttpRequest, Method};

parameters! {
    /// Which numbers to list. `Debug` shows which parameters are set.
    AvailableFilter {
        optional {
            /// Those of this area: three digits.
            area_code: Option<String> = text("AreaCode");
            /// Those that look like this; `*` stands for any digit.
            contains: Option<String> = text("Contains");
            /// Those that can speak.
            voice_enabled: Option<bool> = flag("VoiceEnabled");
            /// Those that can send messages.
            sms_enabled: Option<bool> = flag("SmsEnabled");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

resource! {
    /// A number that can be bought. `Debug` does not show which.
    AvailableNumber shows [iso_country, region] {
        /// The number as people write it.
        friendly_name: String,
        /// The number.
        phone_number: String,
        /// The local access area, a number as text.
        lata: String,
        /// Its town.
        locality: String,
        /// Where its calls are counted from.
        rate_center: String,
        /// Degrees, as text.
        latitude: String,
        /// Degrees, as text.
        longitude: String,
        /// Its state.
        region: String,
        /// Its post code.
        postal_code: String,
        /// Two letters.
        iso_country: String,
        /// Whether an address must be given to own it.
        address_requirements: String,
        /// New to Twilio.
        beta: bool,
        /// What it can do: `voice`, `SMS`, `MMS`. Unlike those of a number that is owned, some are in capitals.
        capabilities: Map<String, Value>,
    }
}

impl AvailableNumber {
    /// Returns a number of this country that can speak and send messages, at no place.
    pub fn plain(country: &str, number: &str) -> Self {
        let can = ["voice", "SMS", "MMS"].map(|what| (what.to_owned(), Value::Bool(true)));
        Self {
            friendly_name: Some(address::formatted(number)),
            phone_number: Some(number.to_owned()),
            iso_country: Some(country.to_owned()),
            address_requirements: Some("none".into()),
            beta: Some(false),
            capabilities: Some(Map::from_iter(can)),
            ..Self::default()
        }
    }
}

resource! {
    /// A country whose numbers can be bought.
    AvailableCountry shows [country_code] {
        /// Two letters.
        country_code: String,
        /// Its name.
        country: String,
        /// The path of the resource.
        uri: String,
        /// New to Twilio.
        beta: bool,
        /// Paths of its numbers, by kind.
        subresource_uris: Map<String, Value>,
    }
}

inner!(AvailableCountry);

impl AvailableCountry {
    /// Returns a country with ordinary numbers.
    pub fn local(account: &str, code: &str, name: &str) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{account}/AvailablePhoneNumbers/{code}");
        Self {
            country_code: Some(code.to_owned()),
            country: Some(name.to_owned()),
            subresource_uris: Some(Map::from_iter([("local".to_owned(), Value::from(format!("{base}/Local.json")))])),
            uri: Some(format!("{base}.json")),
            beta: Some(false),
        }
    }
}

/// What can be asked of numbers that can be bought.
#[derive(Clone, PartialEq, Debug)]
pub enum AvailableRequest {
    /// List the countries.
    Countries {
        /// Which page.
        paging: Paging,
    },
    /// Show a country.
    Country {
        /// Two letters.
        country: String,
    },
    /// List its numbers.
    Numbers {
        /// Two letters.
        country: String,
        /// `Local`, `TollFree`, `Mobile`, …
        kind: String,
        /// Which.
        filter: AvailableFilter,
        /// Which page.
        paging: Paging,
    },
}

impl AvailableRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Get, []) => Self::Countries { paging: asked.paging()? },
            (Method::Get, [country]) => Self::Country { country: own(country) },
            (Method::Get, [country, kind]) => {
                let filter = AvailableFilter::from_form(&asked.query)?;
                Self::Numbers { country: own(country), kind: own(kind), filter, paging: asked.paging()? }
            }
            (_, [] | [_] | [_, _]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/AvailablePhoneNumbers");
        match self {
            Self::Countries { paging } => list(all, Form::new(), paging),
            Self::Country { country } => get(format!("{all}/{}", segment(country))),
            Self::Numbers { country, kind, filter, paging } => {
                list(format!("{all}/{}/{}", segment(country), segment(kind)), filter.to_form(), paging)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::rest::RestRequest;

    #[test]
    fn requests_are_read_as_they_are_written() {
        let filter = AvailableFilter { area_code: Some("510".into()), voice_enabled: Some(true), ..AvailableFilter::default() };
        for request in [
            AvailableRequest::Countries { paging: Paging::default() },
            AvailableRequest::Country { country: "US".into() },
            AvailableRequest::Numbers { country: "US".into(), kind: "Local".into(), filter, paging: Paging::first(3) },
        ] {
            let request = RestRequest::Available { account: "AC1".into(), request };
            let written = request.write();
            let read = RestRequest::parse(written.method.as_str(), &written.target, &written.body).unwrap();
            assert_eq!(read, request);
        }
    }
}
