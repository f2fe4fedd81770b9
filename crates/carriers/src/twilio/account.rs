//! The account at Twilio: credentials, numbers, permissions, prices, test credentials.
//!
//! What surprised us: an API key cannot show the account, and is refused like a wrong one if it tries; permissions and prices
//! live on hosts of their own; a subaccount has no balance (404), which is "not known" here; test credentials are told from
//! live ones by what they may *not* do, so one harmless question goes first and nothing is created before its answer.
//!
//! Source: the OpenAPI description of 2026-04 for resources; Twilio's page "Test Credentials" for magic numbers; Twilio's page
//! "Try out Twilio Voice" and the pages of errors 573002 and 13805 for trial limits.

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
use wire::http::{FORM_TYPE, Form, HttpReply, Method};
use wire::twilio::callback::{CallCallback, Progress};
use wire::twilio::error_codes;
use wire::twilio::rest::{
    self, AccountResource, BalanceResource, BuyNumber, CallInstructions, CallerIdFilter, CallerIdRequest, CallerIdResource, CreateCall,
    CreateMessage, CredentialsFault, DialingPermissionRequest, MessageRequest, NumberFilter, NumberPrices, NumberRequest, NumberResource,
    NumberSettings, Page, Paging, PricingRequest, RestRequest, UsageFilter, UsagePeriod, UsageRequest, UsageResource, test_credentials,
};
use wire::twilio::signature::{Algorithm, HEADER};
use wire::twilio::status::CallStatus;

use super::{NAME, Twilio, accepted, no_reply};

/// Calls end after this time unless another limit was agreed with Twilio.
///
/// Source: the page of `<Dial>`, 2026: four hours.
const LONGEST_CALL: Duration = Duration::from_secs(4 * 3_600);

/// The longest `Timeout` of a create.
const LONGEST_RINGING: Duration = Duration::from_secs(600);

/// Calls of a trial account end after ten minutes, with warning 13805.
const LONGEST_TRIAL_CALL: Duration = Duration::from_secs(600);

/// What else a trial forbids.
const TRIAL_LIMITS: &str = "it calls at most five verified numbers, from a number that Twilio assigns to each, for 30 days, and a notice is \
                            spoken before our first sentence";

/// A call that does not exist, for samples.
const NO_CALL: &str = "CA00000000000000000000000000000000";

/// A number of fiction that no account owns.
const NOT_OWNED: &str = "+12025550100";

impl Twilio {
    /// Asks the host that answers this kind of request; nothing that rings or costs may go this way.
    async fn ask_account(&self, request: &RestRequest) -> Result<HttpReply, CarrierError> {
        // The origins are ours, made from one that was accepted; only an exotic one could fail here.
        let shell = self.http.beside(&request.product().beside(&self.base_url)).map_err(|_| CarrierError::Unreachable { carrier: NAME })?;
        shell.send(&request.write()).await.map_err(no_reply).and_then(accepted)
    }

    fn number_request(&self, request: NumberRequest) -> RestRequest {
        RestRequest::Number { account: self.account_sid.clone(), request }
    }

    /// Sends a create with test credentials; returns the code of the refusal, if any.
    async fn try_create(&self, request: &RestRequest) -> Result<Option<u32>, CarrierError> {
        let reply = self.http.send_once(&request.write()).await.map_err(no_reply)?;
        match accepted(reply) {
            Ok(_) => Ok(None),
            Err(CarrierError::Rejected { code, .. }) => Ok(Some(code)),
            Err(other) => Err(other),
        }
    }
}

#[async_trait]
impl CarrierAccount for Twilio {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> AccountAbilities {
        AccountAbilities {
            proved_numbers: true,
            balance: true,
            permissions: true,
            prices: true,
            webhooks: true,
            test_credentials: true,
            longest_ringing: LONGEST_RINGING,
            longest_call: LONGEST_CALL,
        }
    }

    fn check_form(&self) -> Result<(), BadForm> {
        [Some(&self.token), self.key.as_ref()].into_iter().flatten().try_for_each(|credentials| {
            // That auth tokens are 32 hexadecimal digits stands in no document; everything else does.
            credentials.well_formed().map_err(|fault| BadForm { what: fault.to_string(), is_certain: fault != CredentialsFault::AuthToken })
        })
    }

    async fn identity(&self) -> Result<Identity, CarrierError> {
        let reply = self.ask_as_account(&rest::fetch_account(&self.account_sid)).await?;
        let account: AccountResource = read(&reply)?;
        let trial = match account.kind.as_deref() {
            Some("Trial") => Some(Trial::Yes { longest_call: LONGEST_TRIAL_CALL, limits: TRIAL_LIMITS }),
            Some("Full") => Some(Trial::No),
            _ => None,
        };
        let is_active = account.status.as_deref().map(|status| status == "active");
        Ok(Identity { is_active, trial, provider_time: reply.header("date").and_then(date::parse) })
    }

    async fn check_key(&self) -> Result<Option<()>, CarrierError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        self.ask_account(&key.check()).await.map(|_| Some(()))
    }

    async fn numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError> {
        let request = NumberRequest::List { filter: NumberFilter::default(), paging: Paging::first(1_000) };
        let page: Page<NumberResource> = page(&self.ask_account(&self.number_request(request)).await?)?;
        Ok(page.items.into_iter().filter_map(owned).collect())
    }

    async fn number(&self, number: &PhoneNumber) -> Result<Option<OwnedNumber>, CarrierError> {
        let filter = NumberFilter { phone_number: Some(number.as_e164().to_owned()), ..NumberFilter::default() };
        let request = NumberRequest::List { filter, paging: Paging::default() };
        let page: Page<NumberResource> = page(&self.ask_account(&self.number_request(request)).await?)?;
        // The filter also finds numbers that merely hold these digits.
        Ok(page.items.into_iter().filter_map(owned).find(|owned| &owned.number == number))
    }

    async fn set_webhooks(&self, number: &OwnedNumber, voice: &str, fallback: &str, status: &str) -> Result<(), CarrierError> {
        let settings = NumberSettings {
            voice_url: Some(voice.to_owned()),
            voice_method: Some(Method::Post),
            voice_fallback_url: Some(fallback.to_owned()),
            voice_fallback_method: Some(Method::Post),
            status_callback: Some(status.to_owned()),
            status_callback_method: Some(Method::Post),
            ..NumberSettings::default()
        };
        self.ask_account(&self.number_request(NumberRequest::Update { number: number.id.clone(), settings: Box::new(settings) })).await.map(|_| ())
    }

    async fn is_proved(&self, number: &PhoneNumber) -> Result<Option<bool>, CarrierError> {
        let filter = CallerIdFilter { phone_number: Some(number.as_e164().to_owned()), ..CallerIdFilter::default() };
        let request = CallerIdRequest::List { filter, paging: Paging::default() };
        let reply = self.ask_account(&RestRequest::CallerId { account: self.account_sid.clone(), request }).await?;
        let page: Page<CallerIdResource> = page(&reply)?;
        Ok(Some(page.items.iter().any(|proved| proved.phone_number.as_deref() == Some(number.as_e164()))))
    }

    async fn balance(&self) -> Result<Option<Balance>, CarrierError> {
        let Some(reply) = known(self.ask_account(&RestRequest::FetchBalance { account: self.account_sid.clone() }).await)? else {
            return Ok(None);
        };
        let balance: BalanceResource = read(&reply)?;
        Ok(balance.micros().zip(balance.currency).map(|(micros, currency)| Balance { micros, currency }))
    }

    async fn dialing(&self, region: &str) -> Result<Option<DialingPermission>, CarrierError> {
        let request = RestRequest::DialingPermission(DialingPermissionRequest { country: region.to_owned() });
        let Some(reply) = known(self.ask_account(&request).await)? else {
            return Ok(None);
        };
        let permission: rest::DialingPermission = read(&reply)?;
        Ok(Some(DialingPermission { ordinary: permission.low_risk_numbers_enabled, special: permission.high_risk_special_numbers_enabled }))
    }

    async fn price(&self, from: &PhoneNumber, to: &PhoneNumber) -> Result<Option<Price>, CarrierError> {
        let request = PricingRequest::Number { to: to.as_e164().to_owned(), from: Some(from.as_e164().to_owned()) };
        let Some(reply) = known(self.ask_account(&RestRequest::Pricing(request)).await)? else {
            return Ok(None);
        };
        let prices: NumberPrices = read(&reply)?;
        Ok(prices.outbound_micros().zip(prices.price_unit).map(|(amount, currency)| Price { amount: Micros(amount), currency }))
    }

    async fn spent_this_month(&self) -> Result<Option<Price>, CarrierError> {
        let filter = UsageFilter { category: Some("totalprice".into()), ..UsageFilter::default() };
        let request = UsageRequest { period: Some(UsagePeriod::ThisMonth), filter, paging: Paging::default() };
        let Some(reply) = known(self.ask_account(&RestRequest::Usage { account: self.account_sid.clone(), request }).await)? else {
            return Ok(None);
        };
        let page: Page<UsageResource> = page(&reply)?;
        let total = page.items.into_iter().find(|record| record.category.as_deref() == Some("totalprice"));
        Ok(total.and_then(|total| {
            let amount = u64::try_from(total.price_micros()?).ok()?;
            Some(Price { amount: Micros(amount), currency: total.price_unit?.to_uppercase() })
        }))
    }

    /// Asks first for the account, which test credentials may not see: 403. Whoever may see it is live, and no create follows.
    async fn try_test_credentials(&self) -> Result<Vec<TestCase>, TestError> {
        match self.ask_as_account(&rest::fetch_account(&self.account_sid)).await {
            Ok(_) => return Err(TestError::Live),
            // 403 and not 401: known, but only for tests.
            Err(CarrierError::Unauthorized { code: 403 | 20008, .. }) => {}
            Err(other) => return Err(other.into()),
        }
        let mut cases = Vec::new();
        for (what, request, expected) in test_requests(&self.account_sid) {
            let found = self.try_create(&request).await?;
            // The first one is accepted with any test credentials; if it is not, we do not know what these are.
            let is_strange = cases.is_empty() && found != expected;
            cases.push(TestCase { what, expected, found });
            if is_strange {
                break;
            }
        }
        Ok(cases)
    }

    fn sample_webhook(&self, url: &str) -> Option<SampleRequest> {
        let progress = Progress { sequence_number: Some(0), ..Progress::default() };
        let call = CallCallback::document_request(&self.account_sid, NO_CALL, NOT_OWNED, NOT_OWNED, CallStatus::Completed).with_progress(progress);
        let form = call.to_form();
        let signature = self.keys.signing().sign(url, &form, Algorithm::HmacSha1);
        Some(SampleRequest { headers: vec![("content-type".into(), FORM_TYPE.into()), (HEADER.into(), signature)], body: form.encode() })
    }

    fn sample_handshake(&self, url: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(HEADER.into(), self.keys.signing().sign(url, &Form::new(), Algorithm::HmacSha1))])
    }

    fn explain(&self, code: u32) -> Explanation {
        // Codes below 1000 are HTTP's own: the reply named none of Twilio's.
        let status = u16::try_from(code).ok().filter(|status| *status < 1_000).unwrap_or(400);
        Explanation { name: error_codes::symptom_of(code).map(|symptom| symptom.name), sentence: error_codes::sentence(code, status).into_owned() }
    }
}

/// Every magic number that Twilio documents, as a request and the code that it gives.
fn test_requests(account: &str) -> Vec<(String, RestRequest, Option<u32>)> {
    use test_credentials::{BUY_AREA, BUY_NUMBER, CALL_FROM, CALL_TO, MESSAGE_FROM, MESSAGE_TO, UNOWNED_CALLER, VALID_FROM};
    let call = |from: &str, to: &str| {
        let call = Box::new(CreateCall::new(to, from, CallInstructions::Twiml("<Response/>".into())));
        RestRequest::CreateCall { account: account.to_owned(), call }
    };
    let message = |from: &str, to: &str| {
        let request = MessageRequest::Create(Box::new(CreateMessage::text(to, from, "test")));
        RestRequest::Message { account: account.to_owned(), request }
    };
    let buy = |buy: BuyNumber| RestRequest::Number { account: account.to_owned(), request: NumberRequest::Buy(buy) };
    let mut requests = vec![(format!("a call from {VALID_FROM} to {VALID_FROM}"), call(VALID_FROM, VALID_FROM), None)];
    requests.extend(CALL_FROM.iter().map(|(from, code)| (format!("a call from {from}"), call(from, VALID_FROM), *code)));
    requests.push(("a call from a number that is not owned".into(), call(NOT_OWNED, VALID_FROM), Some(UNOWNED_CALLER)));
    requests.extend(CALL_TO.iter().map(|(to, code)| (format!("a call to {to}"), call(VALID_FROM, to), *code)));
    requests.extend(MESSAGE_FROM.iter().map(|(from, code)| (format!("a message from {from}"), message(from, VALID_FROM), *code)));
    requests.extend(MESSAGE_TO.iter().map(|(to, code)| (format!("a message to {to}"), message(VALID_FROM, to), *code)));
    requests.extend(BUY_NUMBER.iter().map(|(number, code)| {
        let one = BuyNumber { phone_number: Some((*number).to_owned()), ..BuyNumber::default() };
        (format!("buying {number}"), buy(one), *code)
    }));
    requests.extend(BUY_AREA.iter().map(|(area, code)| {
        let any = BuyNumber { area_code: Some((*area).to_owned()), ..BuyNumber::default() };
        (format!("buying a number of the area {area}"), buy(any), *code)
    }));
    requests
}

/// Returns our view of a number, or `None` for one that we cannot call from.
fn owned(resource: NumberResource) -> Option<OwnedNumber> {
    let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    let taken_by = match (is_set(&resource.trunk_sid), is_set(&resource.voice_application_sid)) {
        (true, _) => Some("trunk"),
        (false, true) => Some("application"),
        (false, false) => None,
    };
    Some(OwnedNumber {
        id: resource.sid?,
        number: PhoneNumber::parse(resource.phone_number.as_deref()?).ok()?,
        has_voice: resource.capabilities.as_ref().and_then(|can| can.get("voice")?.as_bool()),
        voice_url: resource.voice_url.unwrap_or_default(),
        status_url: resource.status_callback.unwrap_or_default(),
        taken_by,
    })
}

/// What the account does not have is not known, and no error.
fn known(reply: Result<HttpReply, CarrierError>) -> Result<Option<HttpReply>, CarrierError> {
    match reply {
        Err(CarrierError::Rejected { code: 404 | 20404, .. }) => Ok(None),
        other => other.map(Some),
    }
}

fn read<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Result<T, CarrierError> {
    rest::read_reply(reply).ok_or(CarrierError::Unclear { carrier: NAME })
}

fn page<T: serde::de::DeserializeOwned>(reply: &HttpReply) -> Result<Page<T>, CarrierError> {
    Page::read(reply).map_err(|_| CarrierError::Unclear { carrier: NAME })
}
