//! What the account used and what that cost, by category and day: the truth of a month.

use serde_json::{Map, Value};

use super::checks::{flag, parameters, text};
use super::loose::resource;
use super::price::amount_micros;
use super::route::{Asked, list};
use super::{Paging, RestError};
use crate::http::{HttpRequest, Method};
use crate::words::words;

words! {
    /// How records are cut into pieces.
    UsagePeriod {
        /// One record a day.
        Daily = "Daily",
        /// That of today.
        Today = "Today",
        /// That of yesterday.
        Yesterday = "Yesterday",
        /// That of this month.
        ThisMonth = "ThisMonth",
        /// That of the month before.
        LastMonth = "LastMonth",
        /// One record a month.
        Monthly = "Monthly",
        /// One record a year.
        Yearly = "Yearly",
        /// One of all.
        AllTime = "AllTime",
    }
}

parameters! {
    /// Which records to list.
    UsageFilter {
        optional {
            /// `calls`, `calls-outbound`, `totalprice`, `recordings`, …
            category: Option<String> = text("Category");
            /// `2026-10-01`, or an offset such as `-30days`.
            start_date: Option<String> = text("StartDate");
            /// `2026-10-31`, or an offset such as `-1days`.
            end_date: Option<String> = text("EndDate");
            /// Those of accounts below this one too. Yes if not said.
            include_subaccounts: Option<bool> = flag("IncludeSubaccounts");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

resource! {
    /// What was used of one category.
    UsageResource shows [category, start_date, end_date] {
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// ISO 8601: how far it is counted.
        as_of: String,
        /// Which.
        category: String,
        /// How many, as text.
        count: String,
        /// Of what: `calls`, …
        count_unit: String,
        /// Its name for people.
        description: String,
        /// `2026-10-01`.
        start_date: String,
        /// `2026-10-20`.
        end_date: String,
        /// A decimal, as text; positive for what we pay, unlike that of a call.
        price: String,
        /// Lower case.
        price_unit: String,
        /// How much, as text.
        usage: String,
        /// Of what: `minutes`, …
        usage_unit: String,
        /// Paths of the same in other pieces.
        subresource_uris: Map<String, Value>,
        /// The path of the resource.
        uri: String,
    }
}

impl UsageResource {
    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<i64> {
        amount_micros(self.price.as_deref()?)
    }
}

/// List what was used.
#[derive(Clone, PartialEq, Debug)]
pub struct UsageRequest {
    /// In which pieces; one of the whole time asked for if not said.
    pub period: Option<UsagePeriod>,
    /// Which.
    pub filter: UsageFilter,
    /// Which page.
    pub paging: Paging,
}

impl UsageRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let period = match rest {
            [] => None,
            [period] => match UsagePeriod::parse(period) {
                UsagePeriod::Other(_) => return Err(asked.unknown()),
                known => Some(known),
            },
            _ => return Err(asked.unknown()),
        };
        if asked.method != Method::Get {
            return Err(RestError::method_not_allowed());
        }
        Ok(Self { period, filter: UsageFilter::from_form(&asked.query)?, paging: asked.paging()? })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let path = match &self.period {
            Some(period) => format!("{account}/Usage/Records/{period}"),
            None => format!("{account}/Usage/Records"),
        };
        list(path, self.filter.to_form(), &self.paging)
    }
}
