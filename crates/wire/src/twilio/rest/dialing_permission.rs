//! Which countries the account may call, on a host of its own. Ask before a call abroad, to explain 21215 before it comes.

use super::RestError;
use super::loose::resource;
use super::route::{Asked, Product, get_bare, segment};
use crate::http::{HttpRequest, Method};

resource! {
    /// What the account may call in a country.
    DialingPermission shows [iso_code, low_risk_numbers_enabled] {
        /// Two letters.
        iso_code: String,
        /// Its name for people.
        name: String,
        /// Its continent.
        continent: String,
        /// What its numbers begin with: `+44`, …
        country_codes: Vec<String>,
        /// Ordinary numbers can be called.
        low_risk_numbers_enabled: bool,
        /// Special services can be called.
        high_risk_special_numbers_enabled: bool,
        /// Numbers that are often misused can be called.
        high_risk_tollfraud_numbers_enabled: bool,
        /// The address of the resource.
        url: String,
    }
}

/// Show what the account may call in a country. Answered with [`DialingPermission`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialingPermissionRequest {
    /// Two letters.
    pub country: String,
}

impl DialingPermissionRequest {
    /// Where this is answered.
    pub const PRODUCT: Product = Product::Voice;

    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        match (asked.method, rest) {
            (Method::Get, ["Countries", country]) => Ok(Self { country: (*country).to_owned() }),
            _ => Err(asked.unknown()),
        }
    }

    pub(super) fn write(&self) -> HttpRequest {
        get_bare(format!("/v1/DialingPermissions/Countries/{}", segment(&self.country)))
    }
}
