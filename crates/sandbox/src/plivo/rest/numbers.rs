//! The number of the account: shown, and pointed to an application. No other exists, and none can be bought.

use wire::plivo::rest::{CountKey, Done, NumberForSale, NumberRequest, NumberResource, Page, RestError};

use super::{Answer, Asked, page_of};
use crate::plivo::Service;
use crate::plivo::holdings::id_of;

impl Service {
    pub(super) fn number_request(&self, request: NumberRequest, asked: &Asked<'_>) -> Answer {
        match request {
            NumberRequest::List { filter, paging } => {
                let own = self.holdings.with(|held| held.number.clone());
                let begins = filter.number_startswith.unwrap_or_default();
                let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
                let serves = |service: &str| match service {
                    "voice" => own.voice_enabled == Some(true),
                    "sms" => own.sms_enabled == Some(true),
                    _ => false,
                };
                let fits = own.number.as_deref().is_some_and(|number| number.starts_with(begins.trim_start_matches('+')))
                    && same(&filter.r#type, &own.number_type)
                    && same(&filter.alias, &own.alias)
                    && same(&filter.subaccount, &own.sub_account)
                    && filter.services.as_deref().is_none_or(|services| services.split(',').map(str::trim).all(serves));
                let all: Vec<NumberResource> = Some(own).into_iter().filter(|_| fits).collect();
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::TotalCount))
            }
            NumberRequest::Fetch { number } => {
                self.check_own(number.as_str())?;
                let own = self.holdings.with(|held| held.number.clone());
                Ok(NumberResource { api_id: Some(asked.api_id.clone()), ..own }.reply(200))
            }
            NumberRequest::Update { number, update } => {
                self.check_own(number.as_str())?;
                self.holdings.with(|held| {
                    if let Some(application) = &update.app_id {
                        let id = id_of(application).to_owned();
                        if !id.is_empty() && held.applications.get(&id).is_none() {
                            return Err(RestError::invalid("app_id", "no application of the account"));
                        }
                        held.point_number(&self.account, Some(&id));
                    }
                    let set = |place: &mut Option<String>, said: Option<String>| {
                        if let Some(said) = said {
                            *place = Some(said).filter(|said| !said.is_empty());
                        }
                    };
                    set(&mut held.number.alias, update.alias);
                    set(&mut held.number.sub_account, update.subaccount);
                    Ok(Done::new(&asked.api_id, "changed").reply(202))
                })
            }
            NumberRequest::Search { paging, .. } => {
                Ok(Page::<NumberForSale>::reply(&asked.api_id, asked.target, &paging, &[], 0, CountKey::TotalCount))
            }
            // The one number is needed for practice, so it cannot be given back.
            NumberRequest::Release { number } => {
                self.check_own(number.as_str())?;
                Err(RestError::new(403, "the practice network's number cannot be released"))
            }
            NumberRequest::Buy { .. } => Err(RestError::not_found()),
        }
    }

    fn check_own(&self, number: &str) -> Result<(), RestError> {
        if self.owns(number) { Ok(()) } else { Err(RestError::not_found()) }
    }
}
