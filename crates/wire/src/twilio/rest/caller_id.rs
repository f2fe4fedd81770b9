//! Numbers that are not the account's own but may be shown as the caller: their owner proved them.

use super::address::looks_like_a_number;
use super::checks::{INVALID, is_as_asked, method, parameters, text, url, within};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RestError, address};
use crate::http::{Form, HttpRequest, Method};

parameters! {
    /// A number to be proved: Twilio rings it, and its owner keys in the code of the reply. `Debug` does not show which.
    ValidateCallerId {
        required {
            /// The number.
            phone_number: String = number_to_prove("PhoneNumber");
        }
        optional {
            /// Its name.
            friendly_name: Option<String> = text("FriendlyName");
            /// Seconds until it rings, 0 to 60.
            call_delay: Option<u32> = within("CallDelay", 0..=60, INVALID);
            /// Keys for the extension behind it.
            extension: Option<String> = text("Extension");
            /// Where to report the outcome.
            status_callback: Option<String> = url("StatusCallback", INVALID);
            /// How to report it.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
        }
    }
}

fn number_to_prove(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    match form.filled(key) {
        Some(number) if looks_like_a_number(number) => Ok(number.to_owned()),
        _ => Err(RestError::invalid(21401, "PhoneNumber is not a valid phone number")),
    }
}

parameters! {
    /// Which of them to list. `Debug` shows which parameters are set.
    CallerIdFilter {
        optional {
            /// This number.
            phone_number: Option<String> = text("PhoneNumber");
            /// Those of this name.
            friendly_name: Option<String> = text("FriendlyName");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

impl CallerIdFilter {
    /// Returns whether a number passes the filter.
    pub fn passes(&self, number: &CallerIdResource) -> bool {
        is_as_asked(self.phone_number.as_deref(), number.phone_number.as_deref())
            && is_as_asked(self.friendly_name.as_deref(), number.friendly_name.as_deref())
    }
}

resource! {
    /// A number that may be shown, as the API shows it. `Debug` does not show which.
    CallerIdResource shows [sid] {
        /// `PN…`.
        sid: String,
        /// `AC…`.
        account_sid: String,
        /// Its name.
        friendly_name: String,
        /// The number.
        phone_number: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// The path of the resource.
        uri: String,
    }
}

impl CallerIdResource {
    /// Returns a number that was proved.
    pub fn proved(account: &str, sid: &str, number: &str, name: Option<&str>) -> Self {
        Self {
            sid: Some(sid.to_owned()),
            account_sid: Some(account.to_owned()),
            friendly_name: Some(name.map_or_else(|| address::formatted(number), str::to_owned)),
            phone_number: Some(number.to_owned()),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/OutgoingCallerIds/{sid}.json")),
            ..Self::default()
        }
    }
}

resource! {
    /// The reply to [`ValidateCallerId`]. `Debug` shows no code.
    ValidationResource shows [call_sid] {
        /// `AC…`.
        account_sid: String,
        /// The call that rings the number.
        call_sid: String,
        /// Its name.
        friendly_name: String,
        /// The number.
        phone_number: String,
        /// What its owner keys in: show it to the user.
        validation_code: String,
    }
}

/// What can be asked of the numbers that may be shown.
#[derive(Clone, PartialEq, Debug)]
pub enum CallerIdRequest {
    /// Prove one. Answer 200 with [`ValidationResource`].
    Validate(ValidateCallerId),
    /// List them.
    List {
        /// Which.
        filter: CallerIdFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `PN…`.
        number: String,
    },
    /// Give one another name.
    Rename {
        /// `PN…`.
        number: String,
        /// Its new name.
        friendly_name: String,
    },
    /// Take one away. Answer 204.
    Delete {
        /// `PN…`.
        number: String,
    },
}

impl CallerIdRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Validate(ValidateCallerId::from_form(&asked.form)?),
            (Method::Get, []) => Self::List { filter: CallerIdFilter::from_form(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [number]) => Self::Fetch { number: own(number) },
            (Method::Post, [number]) => {
                Self::Rename { number: own(number), friendly_name: asked.form.get("FriendlyName").unwrap_or_default().to_owned() }
            }
            (Method::Delete, [number]) => Self::Delete { number: own(number) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/OutgoingCallerIds");
        let one = |number: &str| format!("{all}/{}", segment(number));
        match self {
            Self::Validate(validate) => post(all, &validate.to_form()),
            Self::List { filter, paging } => list(all, filter.to_form(), paging),
            Self::Fetch { number } => get(one(number)),
            Self::Rename { number, friendly_name } => {
                let mut form = Form::new();
                form.push("FriendlyName", friendly_name.clone());
                post(one(number), &form)
            }
            Self::Delete { number } => delete(one(number)),
        }
    }
}
