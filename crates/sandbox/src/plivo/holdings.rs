//! What the account has beside calls and recordings: its number, applications, messages, and recordings written down.

use std::sync::{Mutex, PoisonError};

use wire::http::Method;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{ApplicationResource, AuthId, MessageResource, NumberResource, TranscriptionResource, UpdateApplication};

use super::fresh_nonce;
use crate::shelf::Shelf;

/// Of each kind so many are remembered: more than anybody makes by hand, little enough to keep.
const MOST: usize = 1_000;

/// Messages that are remembered.
const MOST_MESSAGES: usize = 10_000;

/// What the account has.
pub struct Holdings(Mutex<Held>);

/// The same, open.
pub struct Held {
    /// The number of the account.
    pub number: NumberResource,
    /// By id.
    pub applications: Shelf<ApplicationResource>,
    /// By UUID.
    pub messages: Shelf<MessageResource>,
    /// By recording.
    pub transcriptions: Shelf<TranscriptionResource>,
}

impl Holdings {
    /// Returns an account with one number, whose calls go nowhere yet.
    pub fn new(account: &AuthId, from_number: &str, minute_rate: Decimal) -> Self {
        Self(Mutex::new(Held {
            number: own_number(account, from_number.trim_start_matches('+'), minute_rate),
            applications: Shelf::new(MOST),
            messages: Shelf::new(MOST_MESSAGES),
            transcriptions: Shelf::new(MOST),
        }))
    }

    /// Does something with what is held; nothing in it may wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut Held) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    /// Returns the application that the number points to, if it does and that one is there.
    pub fn application_of_number(&self) -> Option<&ApplicationResource> {
        let path = self.number.application.as_deref()?;
        self.applications.get(id_of(path))
    }

    /// Makes an application.
    pub fn add_application(&mut self, account: &AuthId, settings: &UpdateApplication) -> Result<String, getrandom::Error> {
        let id = fresh_application_id()?;
        let text = |text: &str| Some(text.to_owned());
        let mut application = ApplicationResource {
            app_id: text(&id),
            answer_method: text(Method::Post.as_str()),
            hangup_method: text(Method::Post.as_str()),
            fallback_method: text(Method::Post.as_str()),
            message_method: text(Method::Post.as_str()),
            default_app: Some(false),
            default_endpoint_app: Some(false),
            enabled: Some(true),
            public_uri: Some(false),
            sip_uri: Some(format!("sip:{id}@app.plivo.com")),
            resource_uri: Some(application_path(account, &id)),
            ..ApplicationResource::default()
        };
        apply(&mut application, settings);
        self.applications.add(id.clone(), application);
        Ok(id)
    }

    /// Lets the number run an application; an empty id, or none, takes it away.
    pub fn point_number(&mut self, account: &AuthId, application: Option<&str>) {
        self.number.application = application.filter(|id| !id.is_empty()).map(|id| application_path(account, id));
    }
}

/// Changes an application as far as something is said. New numbers cannot be had here, so what they run says nothing but itself.
pub fn apply(application: &mut ApplicationResource, settings: &UpdateApplication) {
    let UpdateApplication {
        app_name,
        answer_url,
        answer_method,
        hangup_url,
        hangup_method,
        fallback_answer_url,
        fallback_method,
        message_url,
        message_method,
        default_number_app,
        default_endpoint_app,
        subaccount,
        // Only what Plivo's own log keeps.
        log_incoming_messages: _,
        others: _,
    } = settings;
    let set = |place: &mut Option<String>, said: Option<&str>| {
        if let Some(said) = said {
            *place = Some(said.to_owned());
        }
    };
    set(&mut application.app_name, app_name.as_deref());
    for (place, url) in [
        (&mut application.answer_url, answer_url),
        (&mut application.hangup_url, hangup_url),
        (&mut application.fallback_answer_url, fallback_answer_url),
        (&mut application.message_url, message_url),
    ] {
        set(place, url.as_ref().map(|url| url.as_str()));
    }
    for (place, method) in [
        (&mut application.answer_method, answer_method),
        (&mut application.hangup_method, hangup_method),
        (&mut application.fallback_method, fallback_method),
        (&mut application.message_method, message_method),
    ] {
        set(place, method.map(Method::as_str));
    }
    set(&mut application.sub_account, subaccount.as_deref());
    application.default_app = default_number_app.or(application.default_app);
    application.default_endpoint_app = default_endpoint_app.or(application.default_endpoint_app);
}

/// Returns the id at the end of an application's path.
pub fn id_of(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn application_path(account: &AuthId, id: &str) -> String {
    format!("/v1/Account/{account}/Application/{id}/")
}

/// Returns 17 digits, which is how Plivo's applications are named.
fn fresh_application_id() -> Result<String, getrandom::Error> {
    Ok(format!("2{}", &fresh_nonce()?[..16]))
}

fn own_number(account: &AuthId, digits: &str, minute_rate: Decimal) -> NumberResource {
    let text = |text: &str| Some(text.to_owned());
    NumberResource {
        number: text(digits),
        number_type: text("local"),
        voice_enabled: Some(true),
        sms_enabled: Some(true),
        mms_enabled: Some(false),
        monthly_rental_rate: Some(Decimal::of_micros(0)),
        voice_rate: Some(minute_rate),
        sms_rate: Some(Decimal::of_micros(0)),
        country: text("United States"),
        active: Some(true),
        resource_uri: Some(format!("/v1/Account/{account}/Number/{digits}/")),
        ..NumberResource::default()
    }
}
