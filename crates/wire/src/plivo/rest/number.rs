//! Phone numbers: those of the account, and those for sale. A number has no address of its own: it points to an application.

use super::body::{any_text, needed, number, parameters, query_of, text};
use super::id::ResourceId;
use super::loose::resource;
use super::route::Asked;
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::Method;
use crate::plivo::decimal::Decimal;

/// What can be asked of numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum NumberRequest {
    /// List those of the account. Answer a page of [`NumberResource`].
    List {
        /// Which.
        filter: NumberFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one. Answer [`NumberResource`].
    Fetch {
        /// Its digits.
        number: ResourceId,
    },
    /// Change one. Answer 202 `changed`.
    Update {
        /// Its digits.
        number: ResourceId,
        /// What.
        update: UpdateNumber,
    },
    /// Give one back. Answer 204.
    Release {
        /// Its digits.
        number: ResourceId,
    },
    /// Look for some to buy. Answer a page of [`NumberForSale`].
    Search {
        /// Which.
        search: NumberSearch,
        /// Which page.
        paging: Paging,
    },
    /// Buy one. Answer 201 with [`NumbersBought`].
    Buy {
        /// Its digits.
        number: ResourceId,
        /// How it is used.
        update: UpdateNumber,
    },
}

impl NumberRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        let query = &asked.query;
        let update = || UpdateNumber::from_body(&asked.body);
        Ok(match (asked.method, parts) {
            (Method::Get, ["Number"]) => Self::List { filter: NumberFilter::from_body(query)?, paging: asked.paging()? },
            (Method::Get, ["Number", number]) => Self::Fetch { number: ResourceId::of_number(number)? },
            (Method::Post, ["Number", number]) => Self::Update { number: ResourceId::of_number(number)?, update: update()? },
            (Method::Delete, ["Number", number]) => Self::Release { number: ResourceId::of_number(number)? },
            (Method::Get, ["PhoneNumber"]) => Self::Search { search: NumberSearch::from_body(query)?, paging: asked.paging()? },
            (Method::Post, ["PhoneNumber", number]) => Self::Buy { number: ResourceId::of_number(number)?, update: update()? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        let list = |below: &str, parameters, paging: &Paging| {
            let mut query = query_of(parameters);
            paging.write(&mut query);
            Outgoing::get_with(account, below, &query)
        };
        match self {
            Self::List { filter, paging } => list("/Number/", filter.to_body(), paging),
            Self::Fetch { number } => Outgoing::get(account, &format!("/Number/{number}/")),
            Self::Update { number, update } => Outgoing::post(account, &format!("/Number/{number}/"), update.to_body()),
            Self::Release { number } => Outgoing::delete(account, &format!("/Number/{number}/")),
            Self::Search { search, paging } => list("/PhoneNumber/", search.to_body(), paging),
            Self::Buy { number, update } => Outgoing::post(account, &format!("/PhoneNumber/{number}/"), update.to_body()),
        }
    }
}

parameters! {
    /// Which numbers to list.
    NumberFilter {
        optional {
            /// Those that begin so.
            number_startswith: Option<String> = text("number_startswith");
            /// `local`, `tollfree`, `mobile`, `national`, `fixed`.
            r#type: Option<String> = text("type");
            /// `voice`, `sms`, `mms`, between commas.
            services: Option<String> = text("services");
            /// Those of this name.
            alias: Option<String> = text("alias");
            /// Those of this subaccount.
            subaccount: Option<String> = text("subaccount");
        }
        also ["limit", "offset", "cursor"]
    }
}

parameters! {
    /// Which numbers for sale to look for.
    NumberSearch {
        required {
            /// `US`, …
            country_iso: String = needed("country_iso");
        }
        optional {
            /// `local`, `tollfree`, `mobile`, `national`, `fixed`.
            r#type: Option<String> = text("type");
            /// Digits behind the country code.
            pattern: Option<String> = text("pattern");
            /// Where.
            region: Option<String> = text("region");
            /// `voice`, `sms`, `mms`, between commas.
            services: Option<String> = text("services");
            /// The area of a local number.
            lata: Option<u32> = number("lata");
        }
        also ["limit", "offset", "cursor"]
    }
}

parameters! {
    /// A change of a number. An empty text takes a setting away.
    UpdateNumber {
        optional {
            /// The application that its calls run.
            app_id: Option<String> = any_text("app_id");
            /// Which subaccount it belongs to.
            subaccount: Option<String> = any_text("subaccount");
            /// Its name.
            alias: Option<String> = any_text("alias");
        }
        also ["number"]
    }
}

resource! {
    /// A number of the account.
    NumberResource shows [number_type] {
        /// Its digits.
        number: String,
        /// `local`, `tollfree`, `mobile`, `national`, `fixed`.
        number_type: String,
        /// The path of the application that its calls run; missing if there is none, and then nobody answers.
        application: String,
        /// It takes and makes calls.
        voice_enabled: bool,
        /// It takes and sends texts.
        sms_enabled: bool,
        /// It takes and sends pictures.
        mms_enabled: bool,
        /// What a month costs.
        monthly_rental_rate: Decimal,
        /// What a minute of an incoming call costs.
        voice_rate: Decimal,
        /// What an incoming text costs.
        sms_rate: Decimal,
        /// What an incoming picture costs.
        mms_rate: Decimal,
        /// Its country.
        country: String,
        /// Its region.
        region: String,
        /// Its city.
        city: String,
        /// Whose it is.
        carrier: String,
        /// Its name.
        alias: String,
        /// The path of its subaccount.
        sub_account: String,
        /// The day it was bought.
        added_on: String,
        /// The day it is paid for next.
        renewal_date: String,
        /// It is in use.
        active: bool,
        /// Whether callers' names are looked up.
        cnam_lookup: String,
        /// What its country's law demanded.
        compliance_application_id: String,
        /// Whether that was accepted.
        compliance_status: String,
        /// Of American texts.
        tendlc_campaign_id: String,
        /// Of American texts.
        tendlc_registration_status: String,
        /// Of American texts.
        toll_free_sms_verification: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}

resource! {
    /// A number that can be bought.
    NumberForSale shows [] {
        /// Its digits.
        number: String,
        /// What a month costs.
        monthly_rental_rate: Decimal,
        /// What it costs at once.
        setup_rate: Decimal,
        /// What a minute of an incoming call costs.
        voice_rate: Decimal,
        /// Its kind.
        r#type: String,
        /// Its first digits.
        prefix: String,
        /// Its region.
        region: String,
        /// What must be proven before it can be used.
        restriction: String,
    }
    sometimes {}
}

resource! {
    /// What Plivo answers to a purchase.
    NumbersBought shows [status] {
        /// `created`.
        message: String,
        /// What became of each.
        numbers: Vec<NumberBought>,
        /// `fulfilled` or `pending`.
        status: String,
    }
    sometimes {}
}

resource! {
    /// One number that was bought.
    NumberBought shows [status] {
        /// Its digits.
        number: String,
        /// `Success`, …
        status: String,
    }
    sometimes {}
}
