//! The account at Plivo: credentials, numbers, prices, what is left.
//!
//! What surprised us: a number has no address of its own, it points to an application which has; so one is made for each number
//! that is sent to us, and no other application is touched. Countries that may be called, numbers of others that may be shown
//! and what a month has cost are not told over REST, and there are no credentials for tests.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use ports::carrier::CarrierError;
use ports::carrier_account::{
    AccountAbilities, BadForm, Balance, CarrierAccount, DialingPermission, Explanation, Identity, OwnedNumber, Price, SampleRequest, TestCase,
    TestError, Trial,
};
use telephony::PhoneNumber;
use telephony::cost::Micros;
use wire::date;
use wire::http::{FORM_TYPE, Form, Method};
use wire::plivo::callback::{CallCallback, CallParameters};
use wire::plivo::error_codes;
use wire::plivo::party::{Party, bare};
use wire::plivo::rest::{
    AccountResource, ApplicationCreated, ApplicationFilter, ApplicationRequest, ApplicationResource, CreateApplication, NumberFilter, NumberRequest,
    NumberResource, Page, Paging, PricingResource, RestError, UpdateApplication, UpdateNumber, fetch_account, fetch_pricing, next_page,
};
use wire::plivo::signature::{HEADER, NONCE_HEADER};
use wire::plivo::status::{CallEvent, CallStatus, Direction};

use super::{CURRENCY, NAME, Plivo, address, identity, read};

/// Calls that are not limited by us end after four hours; a limit of ours may be a day.
///
/// Source: Plivo's pages on account limits and on placing a call, 2026.
const LONGEST_CALL: Duration = Duration::from_secs(86_400);

/// The `ring_timeout` that holds if none is said; whether a longer one is taken is not documented.
const LONGEST_RINGING: Duration = Duration::from_secs(120);

/// What a trial forbids. That it has a limit of its own for the length of calls is not documented.
const TRIAL_LIMITS: &str = "it calls only numbers that were verified in the console (sandbox numbers)";

/// Pages of numbers that are read at most, twenty a page: the first thousand.
const MAX_PAGES: usize = 50;

/// Length of an Auth Token, as seen in Plivo's own examples.
const TOKEN_LENGTH: usize = 40;

/// A call that does not exist, for samples.
const NO_CALL: &str = "00000000-0000-0000-0000-000000000000";

/// The nonce of samples: twenty digits, as Plivo's.
const NONCE: &str = "00000000000000000001";

impl Plivo {
    /// Returns our view of a number, or `None` for one that we cannot call from. Applications are asked for once each.
    async fn owned(
        &self,
        resource: NumberResource,
        known: &mut HashMap<String, Option<ApplicationResource>>,
    ) -> Result<Option<OwnedNumber>, CarrierError> {
        let Some(number) = resource.number.as_deref().and_then(|text| Party::parse(text).number().cloned()) else {
            return Ok(None);
        };
        // `/v1/Account/MA…/Application/123/`, or the name alone.
        let application = resource.application.as_deref().and_then(|uri| uri.trim_end_matches('/').rsplit('/').next()).filter(|id| !id.is_empty());
        if let Some(id) = application
            && !known.contains_key(id)
        {
            let fetch = ApplicationRequest::Fetch { application: identity(id)? };
            let found = match self.ask_for(&fetch.write(&self.account)).await? {
                Some(reply) => Some(read(&reply)?),
                None => None,
            };
            known.insert(id.to_owned(), found);
        }
        let application = application.and_then(|id| known.get(id)?.as_ref());
        let told = |text: Option<&String>| text.cloned().unwrap_or_default();
        Ok(Some(OwnedNumber {
            id: bare(&number).to_owned(),
            has_voice: resource.voice_enabled,
            voice_url: told(application.and_then(|application| application.answer_url.as_ref())),
            status_url: told(application.and_then(|application| application.hangup_url.as_ref())),
            taken_by: None,
            number,
        }))
    }

    /// Returns the application that sends a number's calls to us, if there is one.
    async fn application(&self, name: &str) -> Result<Option<String>, CarrierError> {
        let filter = ApplicationFilter { app_name: Some(name.to_owned()), ..ApplicationFilter::default() };
        let list = ApplicationRequest::List { filter, paging: Paging::default() };
        let page: Page<ApplicationResource> =
            Page::read(&self.ask(&list.write(&self.account)).await?).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
        // The filter may also find names that merely begin so.
        Ok(page.items.into_iter().find(|found| found.app_name.as_deref() == Some(name)).and_then(|found| found.app_id))
    }
}

#[async_trait]
impl CarrierAccount for Plivo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> AccountAbilities {
        AccountAbilities {
            proved_numbers: false,
            balance: true,
            permissions: false,
            prices: true,
            webhooks: true,
            test_credentials: false,
            longest_ringing: LONGEST_RINGING,
            longest_call: LONGEST_CALL,
        }
    }

    /// The Auth ID was read already; that tokens have forty signs stands in no document.
    fn check_form(&self) -> Result<(), BadForm> {
        let token = self.token.expose();
        if token.len() == TOKEN_LENGTH && token.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(());
        }
        Err(BadForm {
            what: "the Auth Token is not 40 signs without blanks; copy it from the overview page of the Plivo console".into(),
            is_certain: false,
        })
    }

    async fn identity(&self) -> Result<Identity, CarrierError> {
        let reply = self.ask(&fetch_account(&self.account)).await?;
        let account: AccountResource = read(&reply)?;
        let trial = match account.account_type.as_deref() {
            Some(_) if account.is_trial() => Some(Trial::Yes { longest_call: LONGEST_CALL, limits: TRIAL_LIMITS }),
            Some("standard") => Some(Trial::No),
            _ => None,
        };
        Ok(Identity { is_active: None, trial, provider_time: reply.header("date").and_then(date::parse) })
    }

    async fn check_key(&self) -> Result<Option<()>, CarrierError> {
        Ok(None)
    }

    async fn numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError> {
        let mut known = HashMap::new();
        let mut owned = Vec::new();
        let mut request = NumberRequest::List { filter: NumberFilter::default(), paging: Paging::default() }.write(&self.account);
        for _ in 0..MAX_PAGES {
            let reply = self.ask(&request).await?;
            let page: Page<NumberResource> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
            let next = next_page(&page);
            for resource in page.items {
                owned.extend(self.owned(resource, &mut known).await?);
            }
            match next {
                Some(next) => request = next,
                None => break,
            }
        }
        Ok(owned)
    }

    async fn number(&self, number: &PhoneNumber) -> Result<Option<OwnedNumber>, CarrierError> {
        let fetch = NumberRequest::Fetch { number: identity(bare(number))? };
        match self.ask_for(&fetch.write(&self.account)).await? {
            Some(reply) => self.owned(read(&reply)?, &mut HashMap::new()).await,
            None => Ok(None),
        }
    }

    async fn set_webhooks(&self, number: &OwnedNumber, voice: &str, fallback: &str, status: &str) -> Result<(), CarrierError> {
        let name = format!("puppetmaster-{}", number.id);
        let post = Some(Method::Post);
        let app_id = match self.application(&name).await? {
            Some(id) => {
                let update = UpdateApplication {
                    answer_url: Some(address(voice)?),
                    answer_method: post,
                    hangup_url: Some(address(status)?),
                    hangup_method: post,
                    fallback_answer_url: Some(address(fallback)?),
                    fallback_method: post,
                    ..UpdateApplication::default()
                };
                let update = ApplicationRequest::Update { application: identity(&id)?, update: Box::new(update) };
                self.ask(&update.write(&self.account)).await?;
                id
            }
            None => {
                let create = CreateApplication {
                    answer_method: post,
                    hangup_method: post,
                    fallback_answer_url: Some(address(fallback)?),
                    fallback_method: post,
                    ..CreateApplication::new(name, address(voice)?, address(status)?)
                };
                let created: ApplicationCreated = read(&self.ask(&ApplicationRequest::Create(Box::new(create)).write(&self.account)).await?)?;
                created.app_id.ok_or(CarrierError::Unclear { carrier: NAME })?
            }
        };
        let update =
            NumberRequest::Update { number: identity(&number.id)?, update: UpdateNumber { app_id: Some(app_id), ..UpdateNumber::default() } };
        self.ask(&update.write(&self.account)).await.map(drop)
    }

    async fn is_proved(&self, _number: &PhoneNumber) -> Result<Option<bool>, CarrierError> {
        Ok(None)
    }

    async fn balance(&self) -> Result<Option<Balance>, CarrierError> {
        let account: AccountResource = read(&self.ask(&fetch_account(&self.account)).await?)?;
        Ok(account.cash_micros().map(|micros| Balance { micros, currency: CURRENCY.to_owned() }))
    }

    async fn dialing(&self, _region: &str) -> Result<Option<DialingPermission>, CarrierError> {
        Ok(None)
    }

    async fn price(&self, from: &PhoneNumber, to: &PhoneNumber) -> Result<Option<Price>, CarrierError> {
        let Some(region) = to.region() else {
            return Ok(None);
        };
        let Some(reply) = self.ask_for(&fetch_pricing(&self.account, &region)).await? else {
            return Ok(None);
        };
        let prices: PricingResource = read(&reply)?;
        let micros = prices.outbound_micros(to.as_e164(), from.as_e164());
        Ok(micros.map(|micros| Price { amount: Micros(micros), currency: CURRENCY.to_owned() }))
    }

    async fn spent_this_month(&self) -> Result<Option<Price>, CarrierError> {
        Ok(None)
    }

    async fn try_test_credentials(&self) -> Result<Vec<TestCase>, TestError> {
        Err(TestError::None)
    }

    fn sample_webhook(&self, url: &str) -> Option<SampleRequest> {
        let call = CallParameters {
            call_uuid: NO_CALL.to_owned(),
            event: Some(CallEvent::Hangup),
            status: Some(CallStatus::Completed),
            direction: Some(Direction::Outbound),
            ..CallParameters::default()
        };
        let callback = CallCallback { call, ..CallCallback::default() };
        let form = callback.to_form();
        let signature = self.keys.sign(Method::Post, url, &form, NONCE);
        let headers = [("content-type", FORM_TYPE), (HEADER, signature.as_str()), (NONCE_HEADER, NONCE)];
        Some(SampleRequest { headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), body: form.encode() })
    }

    fn sample_handshake(&self, url: &str) -> Option<Vec<(String, String)>> {
        // Plivo signs a socket as if it were asked for over plain HTTP.
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let signature = self.keys.sign(Method::Get, &format!("http://{rest}"), &Form::new(), NONCE);
        Some(vec![(HEADER.to_owned(), signature), (NONCE_HEADER.to_owned(), NONCE.to_owned())])
    }

    /// Codes below 1000 are HTTP's own, which stand for a code that Plivo does not have; the others are causes of an end.
    fn explain(&self, code: u32) -> Explanation {
        if let Some(cause) = error_codes::cause(code).filter(|_| code >= 1_000) {
            return Explanation { name: Some(cause.name), sentence: cause.sentence() };
        }
        let status = u16::try_from(code).ok().filter(|status| *status < 1_000).unwrap_or(400);
        Explanation { name: None, sentence: error_codes::refusal(&RestError::new(status, "")).sentence() }
    }
}
