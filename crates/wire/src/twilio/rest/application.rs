//! Applications: addresses kept at Twilio under one name, for numbers and calls to point at.

use super::checks::{INVALID, any_text, flag, method, parameters, text, url_or_none};
use super::loose::resource;
use super::route::{Asked, delete, get, list, post, segment};
use super::{API_VERSION, Paging, RestError};
use crate::http::{HttpRequest, Method};

parameters! {
    /// An application to be made, or what to change of one. Empty text takes a setting away.
    ApplicationSettings {
        optional {
            /// Its name.
            friendly_name: Option<String> = any_text("FriendlyName");
            /// Where calls ask for a document.
            voice_url: Option<String> = url_or_none("VoiceUrl", INVALID);
            /// How they ask.
            voice_method: Option<Method> = method("VoiceMethod");
            /// Where they ask if that fails.
            voice_fallback_url: Option<String> = url_or_none("VoiceFallbackUrl", INVALID);
            /// How they ask there.
            voice_fallback_method: Option<Method> = method("VoiceFallbackMethod");
            /// Where the end of a call is reported.
            status_callback: Option<String> = url_or_none("StatusCallback", INVALID);
            /// How it is reported.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// Look the caller's name up.
            voice_caller_id_lookup: Option<bool> = flag("VoiceCallerIdLookup");
            /// Where messages go.
            sms_url: Option<String> = url_or_none("SmsUrl", INVALID);
            /// How they go there.
            sms_method: Option<Method> = method("SmsMethod");
            /// Where they go if that fails.
            sms_fallback_url: Option<String> = url_or_none("SmsFallbackUrl", INVALID);
            /// How they go there.
            sms_fallback_method: Option<Method> = method("SmsFallbackMethod");
            /// Where the states of a message are reported.
            message_status_callback: Option<String> = url_or_none("MessageStatusCallback", INVALID);
        }
    }
}

parameters! {
    /// Which applications to list.
    ApplicationFilter {
        optional {
            /// Those of this name.
            friendly_name: Option<String> = text("FriendlyName");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

resource! {
    /// An application as the API shows it.
    ApplicationResource shows [sid] {
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Its name.
        friendly_name: String,
        /// Where the states of a message are reported.
        message_status_callback: String,
        /// `AP…`.
        sid: String,
        /// How messages go to the fallback.
        sms_fallback_method: String,
        /// Where they go if `sms_url` fails.
        sms_fallback_url: String,
        /// How they go.
        sms_method: String,
        /// The older name of `message_status_callback`.
        sms_status_callback: String,
        /// Where they go.
        sms_url: String,
        /// Where the end of a call is reported.
        status_callback: String,
        /// How.
        status_callback_method: String,
        /// The path of the resource.
        uri: String,
        /// Looks the caller's name up.
        voice_caller_id_lookup: bool,
        /// How calls ask at the fallback.
        voice_fallback_method: String,
        /// Where they ask if `voice_url` fails.
        voice_fallback_url: String,
        /// How they ask.
        voice_method: String,
        /// Where they ask for a document.
        voice_url: String,
        /// Other accounts may use it.
        public_application_connect_enabled: bool,
    }
}

impl ApplicationResource {
    /// Returns a new application.
    pub fn with(account: &str, sid: &str, settings: &ApplicationSettings) -> Self {
        let how = |method: Option<Method>| Some(method.unwrap_or(Method::Post).as_str().to_owned());
        Self {
            account_sid: Some(account.to_owned()),
            api_version: Some(API_VERSION.into()),
            friendly_name: Some(settings.friendly_name.clone().unwrap_or_default()),
            message_status_callback: settings.message_status_callback.clone(),
            sid: Some(sid.to_owned()),
            sms_fallback_method: how(settings.sms_fallback_method),
            sms_fallback_url: settings.sms_fallback_url.clone(),
            sms_method: how(settings.sms_method),
            sms_url: settings.sms_url.clone(),
            status_callback: settings.status_callback.clone(),
            status_callback_method: how(settings.status_callback_method),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Applications/{sid}.json")),
            voice_caller_id_lookup: Some(settings.voice_caller_id_lookup.unwrap_or(false)),
            voice_fallback_method: how(settings.voice_fallback_method),
            voice_fallback_url: settings.voice_fallback_url.clone(),
            voice_method: how(settings.voice_method),
            voice_url: settings.voice_url.clone(),
            public_application_connect_enabled: Some(false),
            ..Self::default()
        }
    }
}

/// What can be asked of applications.
#[derive(Clone, PartialEq, Debug)]
pub enum ApplicationRequest {
    /// Make one. Answer 201.
    Create(Box<ApplicationSettings>),
    /// List them.
    List {
        /// Which.
        filter: ApplicationFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `AP…`.
        application: String,
    },
    /// Change one.
    Update {
        /// `AP…`.
        application: String,
        /// What to change.
        settings: Box<ApplicationSettings>,
    },
    /// Delete one. Answer 204.
    Delete {
        /// `AP…`.
        application: String,
    },
}

impl ApplicationRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Create(Box::new(ApplicationSettings::from_form(&asked.form)?)),
            (Method::Get, []) => Self::List { filter: ApplicationFilter::from_form(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [application]) => Self::Fetch { application: own(application) },
            (Method::Post, [application]) => {
                Self::Update { application: own(application), settings: Box::new(ApplicationSettings::from_form(&asked.form)?) }
            }
            (Method::Delete, [application]) => Self::Delete { application: own(application) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = format!("{account}/Applications");
        let one = |application: &str| format!("{all}/{}", segment(application));
        match self {
            Self::Create(settings) => post(all, &settings.to_form()),
            Self::List { filter, paging } => list(all, filter.to_form(), paging),
            Self::Fetch { application } => get(one(application)),
            Self::Update { application, settings } => post(one(application), &settings.to_form()),
            Self::Delete { application } => delete(one(application)),
        }
    }
}
