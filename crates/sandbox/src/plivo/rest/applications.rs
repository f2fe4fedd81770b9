//! Applications: where the calls and texts of a number go.

use wire::http::HttpReply;
use wire::plivo::rest::{
    ApplicationCreated, ApplicationRequest, ApplicationResource, CountKey, CreateApplication, Done, Page, RestError, UpdateApplication,
};

use super::{Answer, Asked, internal, page_of};
use crate::plivo::Service;
use crate::plivo::holdings::apply;

impl Service {
    pub(super) fn application_request(&self, request: ApplicationRequest, asked: &Asked<'_>) -> Answer {
        match request {
            ApplicationRequest::Create(create) => {
                let settings = settings_of(&create);
                let made = self.holdings.with(|held| held.add_application(&self.account, &settings)).map_err(|_| internal())?;
                let created = ApplicationCreated {
                    message: Some("created".to_owned()),
                    app_id: Some(made),
                    api_id: Some(asked.api_id.clone()),
                    ..ApplicationCreated::default()
                };
                Ok(created.reply(201))
            }
            ApplicationRequest::List { filter, paging } => {
                let passes = |application: &&ApplicationResource| {
                    let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
                    same(&filter.app_name, &application.app_name) && same(&filter.subaccount, &application.sub_account)
                };
                let all: Vec<ApplicationResource> = self.holdings.with(|held| held.applications.newest_first().filter(passes).cloned().collect());
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::TotalCount))
            }
            ApplicationRequest::Fetch { application } => self.holdings.with(|held| {
                let found = held.applications.get(application.as_str()).ok_or_else(RestError::not_found)?;
                Ok(ApplicationResource { api_id: Some(asked.api_id.clone()), ..found.clone() }.reply(200))
            }),
            ApplicationRequest::Update { application, update } => self.holdings.with(|held| {
                apply(held.applications.get_mut(application.as_str()).ok_or_else(RestError::not_found)?, &update);
                Ok(Done::new(&asked.api_id, "changed").reply(202))
            }),
            ApplicationRequest::Delete { application } => self.holdings.with(|held| {
                let gone = held.applications.remove(application.as_str()).ok_or_else(RestError::not_found)?;
                if held.number.application == gone.resource_uri {
                    held.point_number(&self.account, None);
                }
                Ok(HttpReply::empty(204))
            }),
        }
    }
}

/// Returns what is said of a new application as a change of one that says nothing.
fn settings_of(create: &CreateApplication) -> UpdateApplication {
    UpdateApplication {
        app_name: Some(create.app_name.clone()),
        answer_url: Some(create.answer_url.clone()),
        answer_method: create.answer_method,
        hangup_url: Some(create.hangup_url.clone()),
        hangup_method: create.hangup_method,
        fallback_answer_url: create.fallback_answer_url.clone(),
        fallback_method: create.fallback_method,
        message_url: create.message_url.clone(),
        message_method: create.message_method,
        default_number_app: create.default_number_app,
        default_endpoint_app: create.default_endpoint_app,
        subaccount: create.subaccount.clone(),
        log_incoming_messages: create.log_incoming_messages,
        others: create.others.clone(),
    }
}
