//! Applications: addresses under one name.

use wire::date;
use wire::http::{HttpReply, Method};
use wire::twilio::rest::{ApplicationRequest, ApplicationResource, CallInstructions, CreateCall, RestError};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::twilio::{Service, fresh_sid};

impl Service {
    pub(super) fn applications(&self, request: ApplicationRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        let account = &self.credentials.account_sid;
        let now = Some(date::rfc2822(wall_clock()));
        self.holdings.with(|held| match request {
            ApplicationRequest::Create(settings) => {
                let sid = fresh_sid("AP").map_err(|_| internal())?;
                let made =
                    ApplicationResource { date_created: now.clone(), date_updated: now, ..ApplicationResource::with(account, &sid, &settings) };
                let reply = made.reply(201);
                held.applications.add(sid, made);
                Ok(reply)
            }
            ApplicationRequest::List { filter, paging } => {
                let fits = |application: &&ApplicationResource| filter.friendly_name.is_none() || application.friendly_name == filter.friendly_name;
                let all: Vec<ApplicationResource> = held.applications.newest_first().filter(fits).cloned().collect();
                Ok(page("applications", target, &paging, &all, |application| application.sid.as_deref()))
            }
            ApplicationRequest::Fetch { application } => Ok(held.applications.get(&application).ok_or_else(unknown)?.reply(200)),
            ApplicationRequest::Update { application, settings } => {
                let changed = held.applications.get_mut(&application).ok_or_else(unknown)?;
                // What is new is said whole, so the old is kept only where nothing is said.
                let new = ApplicationResource::with(account, &application, &settings);
                merge(changed, new, &settings);
                changed.date_updated = now;
                Ok(changed.reply(200))
            }
            ApplicationRequest::Delete { application } => held.applications.remove(&application).map(|_| HttpReply::empty(204)).ok_or_else(unknown),
        })
    }

    /// Puts what an application says in place of its name. Its addresses go before those of the request.
    pub(in crate::twilio) fn instruct(&self, create: &mut CreateCall) -> Result<(), RestError> {
        let CallInstructions::Application(sid) = &create.instructions else { return Ok(()) };
        let unknown = || RestError::invalid(21_218, "Invalid ApplicationSid");
        let application = self.holdings.with(|held| held.applications.get(sid).cloned()).ok_or_else(unknown)?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let method = |text: &Option<String>| text.as_deref().and_then(Method::parse);
        let url = filled(application.voice_url).ok_or_else(|| RestError::invalid(21_205, "The application has no VoiceUrl"))?;
        create.instructions = CallInstructions::Url { url, method: method(&application.voice_method).unwrap_or(Method::Post) };
        create.fallback_url = filled(application.voice_fallback_url);
        create.fallback_method = method(&application.voice_fallback_method);
        create.status_callback = filled(application.status_callback);
        create.status_callback_method = method(&application.status_callback_method);
        Ok(())
    }
}

/// Takes over what the settings say. `new` is made of them, so a field counts if the settings have its like.
fn merge(old: &mut ApplicationResource, new: ApplicationResource, settings: &wire::twilio::rest::ApplicationSettings) {
    let texts = [
        (settings.friendly_name.is_some(), &mut old.friendly_name, new.friendly_name),
        (settings.voice_url.is_some(), &mut old.voice_url, new.voice_url),
        (settings.voice_method.is_some(), &mut old.voice_method, new.voice_method),
        (settings.voice_fallback_url.is_some(), &mut old.voice_fallback_url, new.voice_fallback_url),
        (settings.voice_fallback_method.is_some(), &mut old.voice_fallback_method, new.voice_fallback_method),
        (settings.status_callback.is_some(), &mut old.status_callback, new.status_callback),
        (settings.status_callback_method.is_some(), &mut old.status_callback_method, new.status_callback_method),
        (settings.sms_url.is_some(), &mut old.sms_url, new.sms_url),
        (settings.sms_method.is_some(), &mut old.sms_method, new.sms_method),
        (settings.sms_fallback_url.is_some(), &mut old.sms_fallback_url, new.sms_fallback_url),
        (settings.sms_fallback_method.is_some(), &mut old.sms_fallback_method, new.sms_fallback_method),
        (settings.message_status_callback.is_some(), &mut old.message_status_callback, new.message_status_callback),
    ];
    for (is_said, old, new) in texts {
        if is_said {
            *old = new;
        }
    }
    if settings.voice_caller_id_lookup.is_some() {
        old.voice_caller_id_lookup = new.voice_caller_id_lookup;
    }
}
