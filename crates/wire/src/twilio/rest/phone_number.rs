//! Numbers that the account owns, and where their calls go.
//!
//! What surprised us: an address that is not set is empty text and not `null`, and `voice_url` counts for nothing while the
//! number belongs to an application or a trunk.

use serde_json::{Map, Value};

use super::address::looks_like_a_number;
use super::checks::{INVALID, any_text, flag, method, parameters, text, url_or_none};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RestError, address};
use crate::http::{Form, HttpRequest, Method};

parameters! {
    /// What to change of a number. `Debug` shows which parameters are set. Empty text takes a setting away.
    NumberSettings {
        optional {
            /// Its name.
            friendly_name: Option<String> = any_text("FriendlyName");
            /// Where incoming calls ask for a document.
            voice_url: Option<String> = url_or_none("VoiceUrl", INVALID);
            /// How they ask.
            voice_method: Option<Method> = method("VoiceMethod");
            /// Where they ask if that fails.
            voice_fallback_url: Option<String> = url_or_none("VoiceFallbackUrl", INVALID);
            /// How they ask there.
            voice_fallback_method: Option<Method> = method("VoiceFallbackMethod");
            /// `AP…`: the application that says all this in its place.
            voice_application_sid: Option<String> = any_text("VoiceApplicationSid");
            /// Where the end of a call is reported.
            status_callback: Option<String> = url_or_none("StatusCallback", INVALID);
            /// How it is reported.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// Look the caller's name up.
            voice_caller_id_lookup: Option<bool> = flag("VoiceCallerIdLookup");
            /// `voice` or `fax`.
            voice_receive_mode: Option<String> = text("VoiceReceiveMode");
            /// `TK…`: the trunk that takes the calls in its place.
            trunk_sid: Option<String> = any_text("TrunkSid");
            /// Where messages go.
            sms_url: Option<String> = url_or_none("SmsUrl", INVALID);
            /// How they go there.
            sms_method: Option<Method> = method("SmsMethod");
            /// Where they go if that fails.
            sms_fallback_url: Option<String> = url_or_none("SmsFallbackUrl", INVALID);
            /// How they go there.
            sms_fallback_method: Option<Method> = method("SmsFallbackMethod");
            /// `AP…`: the application that says this in its place.
            sms_application_sid: Option<String> = any_text("SmsApplicationSid");
        }
    }
}

parameters! {
    /// A number to be bought: this very one, or any of an area.
    BuyNumber {
        optional {
            /// This one.
            phone_number: Option<String> = number_to_buy("PhoneNumber");
            /// Any of this area: three digits.
            area_code: Option<String> = text("AreaCode");
            /// Its name.
            friendly_name: Option<String> = text("FriendlyName");
            /// Where incoming calls ask for a document.
            voice_url: Option<String> = url_or_none("VoiceUrl", INVALID);
            /// How they ask.
            voice_method: Option<Method> = method("VoiceMethod");
        }
    }
}

fn number_to_buy(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        Some(number) if !looks_like_a_number(number) => Err(RestError::invalid(21421, format!("{number} is not a valid number"))),
        number => Ok(number.map(str::to_owned)),
    }
}

parameters! {
    /// Which numbers to list. `Debug` shows which parameters are set.
    NumberFilter {
        optional {
            /// Those that look like this; `*` stands for any digit.
            phone_number: Option<String> = text("PhoneNumber");
            /// Those of this name.
            friendly_name: Option<String> = text("FriendlyName");
            /// Those that are new to Twilio.
            beta: Option<bool> = flag("Beta");
            /// `twilio` or `hosted`.
            origin: Option<String> = text("Origin");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

impl NumberFilter {
    /// Returns whether a number passes the filter.
    pub fn passes(&self, number: &NumberResource) -> bool {
        let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        same(&self.friendly_name, &number.friendly_name)
            && same(&self.origin, &number.origin)
            && self.beta.is_none_or(|beta| number.beta.unwrap_or(false) == beta)
            && self.phone_number.as_deref().is_none_or(|pattern| number.phone_number.as_deref().is_some_and(|number| contains(number, pattern)))
    }
}

/// Returns whether a number holds this pattern somewhere.
fn contains(number: &str, pattern: &str) -> bool {
    let (number, pattern) = (number.as_bytes(), pattern.as_bytes());
    let fits = |window: &[u8]| window.iter().zip(pattern).all(|(is, wanted)| *wanted == b'*' || is == wanted);
    pattern.is_empty() || number.windows(pattern.len()).any(fits)
}

resource! {
    /// A number of the account as the API shows it. `Debug` does not show which.
    NumberResource shows [sid, status] {
        /// `AC…`.
        account_sid: String,
        /// Whether an address must be given to own it.
        address_requirements: String,
        /// `AD…`.
        address_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// New to Twilio.
        beta: bool,
        /// What it can do: `voice`, `sms`, `mms`, `fax`.
        capabilities: Map<String, Value>,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Whether emergency calls can be made from it.
        emergency_status: String,
        /// `AD…`.
        emergency_address_sid: String,
        /// Whether that address is registered.
        emergency_address_status: String,
        /// Its name.
        friendly_name: String,
        /// `RI…`.
        identity_sid: String,
        /// `twilio` or `hosted`.
        origin: String,
        /// The number.
        phone_number: String,
        /// `PN…`.
        sid: String,
        /// `AP…`.
        sms_application_sid: String,
        /// How messages go to the fallback.
        sms_fallback_method: String,
        /// Where they go if `sms_url` fails.
        sms_fallback_url: String,
        /// How they go.
        sms_method: String,
        /// Where they go.
        sms_url: String,
        /// Where the end of a call is reported.
        status_callback: String,
        /// How.
        status_callback_method: String,
        /// `TK…`.
        trunk_sid: String,
        /// The path of the resource.
        uri: String,
        /// `AP…`.
        voice_application_sid: String,
        /// Looks the caller's name up.
        voice_caller_id_lookup: bool,
        /// How calls ask at the fallback.
        voice_fallback_method: String,
        /// Where they ask if `voice_url` fails.
        voice_fallback_url: String,
        /// How they ask.
        voice_method: String,
        /// `voice` or `fax`.
        voice_receive_mode: String,
        /// Where calls ask for a document.
        voice_url: String,
        /// `BU…`.
        bundle_sid: String,
        /// `in-use` as a rule.
        status: String,
        /// `local`, `toll-free`, `mobile`, …
        #[serde(rename = "type")]
        kind: String,
    }
}

impl NumberResource {
    /// Returns a number that can speak and send messages, with nothing set.
    pub fn plain(account: &str, sid: &str, number: &str) -> Self {
        let text = |text: &str| Some(text.to_owned());
        let can = ["voice", "sms", "mms"].map(|what| (what.to_owned(), Value::Bool(true)));
        Self {
            account_sid: text(account),
            address_requirements: text("none"),
            api_version: text(API_VERSION),
            beta: Some(false),
            capabilities: Some(Map::from_iter(can.into_iter().chain([("fax".to_owned(), Value::Bool(false))]))),
            emergency_status: text("Inactive"),
            emergency_address_status: text("unregistered"),
            friendly_name: Some(address::formatted(number)),
            origin: text("twilio"),
            phone_number: text(number),
            sid: text(sid),
            sms_application_sid: text(""),
            sms_fallback_method: text("POST"),
            sms_fallback_url: text(""),
            sms_method: text("POST"),
            sms_url: text(""),
            status_callback: text(""),
            status_callback_method: text("POST"),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/IncomingPhoneNumbers/{sid}.json")),
            voice_application_sid: text(""),
            voice_caller_id_lookup: Some(false),
            voice_fallback_method: text("POST"),
            voice_fallback_url: text(""),
            voice_method: text("POST"),
            voice_receive_mode: text("voice"),
            voice_url: text(""),
            status: text("in-use"),
            kind: text("local"),
            ..Self::default()
        }
    }

    /// Takes settings over.
    pub fn apply(&mut self, settings: &NumberSettings) {
        let texts = [
            (&settings.friendly_name, &mut self.friendly_name),
            (&settings.voice_url, &mut self.voice_url),
            (&settings.voice_fallback_url, &mut self.voice_fallback_url),
            (&settings.voice_application_sid, &mut self.voice_application_sid),
            (&settings.status_callback, &mut self.status_callback),
            (&settings.voice_receive_mode, &mut self.voice_receive_mode),
            (&settings.sms_url, &mut self.sms_url),
            (&settings.sms_fallback_url, &mut self.sms_fallback_url),
            (&settings.sms_application_sid, &mut self.sms_application_sid),
        ];
        for (new, old) in texts {
            if new.is_some() {
                old.clone_from(new);
            }
        }
        let methods = [
            (settings.voice_method, &mut self.voice_method),
            (settings.voice_fallback_method, &mut self.voice_fallback_method),
            (settings.status_callback_method, &mut self.status_callback_method),
            (settings.sms_method, &mut self.sms_method),
            (settings.sms_fallback_method, &mut self.sms_fallback_method),
        ];
        for (new, old) in methods {
            if let Some(new) = new {
                *old = Some(new.as_str().to_owned());
            }
        }
        self.voice_caller_id_lookup = settings.voice_caller_id_lookup.or(self.voice_caller_id_lookup);
        if let Some(trunk) = &settings.trunk_sid {
            self.trunk_sid = Some(trunk.clone()).filter(|trunk| !trunk.is_empty());
        }
    }

    /// Returns whether calls can be made with it and come to it; `None` if the reply does not say.
    pub fn has_voice(&self) -> Option<bool> {
        self.capabilities.as_ref()?.get("voice")?.as_bool()
    }

    /// Returns whether `voice_url` counts for nothing, because an application or a trunk takes the calls.
    pub fn is_taken_elsewhere(&self) -> bool {
        let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        is_set(&self.voice_application_sid) || is_set(&self.trunk_sid)
    }
}

/// What can be asked of the account's numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum NumberRequest {
    /// Buy one. Answer 201.
    Buy(BuyNumber),
    /// List them.
    List {
        /// Which.
        filter: NumberFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `PN…`.
        number: String,
    },
    /// Change where its calls go.
    Update {
        /// `PN…`.
        number: String,
        /// What to change.
        settings: Box<NumberSettings>,
    },
    /// Give one back. Answer 204.
    Release {
        /// `PN…`.
        number: String,
    },
}

impl NumberRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => {
                let buy = BuyNumber::from_form(&asked.form)?;
                if buy.phone_number.is_none() && buy.area_code.is_none() {
                    return Err(RestError::invalid(21421, "PhoneNumber or AreaCode is required"));
                }
                Self::Buy(buy)
            }
            (Method::Get, []) => Self::List { filter: NumberFilter::from_form(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [number]) => Self::Fetch { number: own(number) },
            (Method::Post, [number]) => Self::Update { number: own(number), settings: Box::new(NumberSettings::from_form(&asked.form)?) },
            (Method::Delete, [number]) => Self::Release { number: own(number) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/IncomingPhoneNumbers");
        let one = |number: &str| format!("{all}/{}", segment(number));
        match self {
            Self::Buy(buy) => post(all, &buy.to_form()),
            Self::List { filter, paging } => list(all, filter.to_form(), paging),
            Self::Fetch { number } => get(one(number)),
            Self::Update { number, settings } => post(one(number), &settings.to_form()),
            Self::Release { number } => delete(one(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_a_pattern() {
        let number = NumberResource::plain("AC1", "PN1", "+15005550006");
        let passes = |pattern: &str| NumberFilter { phone_number: Some(pattern.into()), ..NumberFilter::default() }.passes(&number);
        assert!(passes("+15005550006") && passes("500") && passes("5**555") && passes("*"));
        assert!(!passes("501") && !passes("+150055500061"));
    }

    #[test]
    fn settings_are_taken_over_and_taken_away() {
        let mut number = NumberResource::plain("AC1", "PN1", "+15005550006");
        number.apply(&NumberSettings { voice_url: Some("https://e.com/v".into()), trunk_sid: Some("TK1".into()), ..NumberSettings::default() });
        assert_eq!((number.voice_url.as_deref(), number.is_taken_elsewhere()), (Some("https://e.com/v"), true));
        number.apply(&NumberSettings { voice_url: Some(String::new()), trunk_sid: Some(String::new()), ..NumberSettings::default() });
        assert_eq!((number.voice_url.as_deref(), number.is_taken_elsewhere(), number.has_voice()), (Some(""), false, Some(true)));
    }
}
