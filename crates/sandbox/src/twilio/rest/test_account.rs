//! The test account: creates are checked and answered as if they were real, and nothing happens.

use wire::twilio::rest::test_credentials::{CALL_TO, VALID_FROM, check};
use wire::twilio::rest::{CallResource, CreateCall, MessageRequest, MessageResource, NumberRequest, NumberResource, RestError, RestRequest};

use super::{Answer, calls, internal};
use crate::twilio::{Service, fresh_sid};

impl Service {
    /// Answers what the test account may ask.
    pub(super) fn pretend(&self, request: RestRequest) -> Answer {
        check(&request)?;
        let account = &self.test_credentials.account_sid;
        let sid = |kind: &str| fresh_sid(kind).map_err(|_| internal());
        match request {
            RestRequest::CreateCall { call, .. } => {
                check_callee(&call)?;
                Ok(CallResource::queued(account, &sid("CA")?, &call.to, &call.from).reply(201))
            }
            RestRequest::Message { request: MessageRequest::Create(message), .. } => {
                Ok(MessageResource::queued(account, &sid(super::messages::kind_of(&message))?, &message).reply(201))
            }
            RestRequest::Number { request: NumberRequest::Buy(buy), .. } => {
                let number = buy.phone_number.as_deref().unwrap_or(VALID_FROM);
                Ok(NumberResource::plain(account, &sid("PN")?, number).reply(201))
            }
            _ => Err(RestError::new(403, 20_008, "Resource not accessible with Test Account Credentials")),
        }
    }
}

/// Numbers are checked as for a live call, but for those that mean something here.
fn check_callee(call: &CreateCall) -> Result<(), RestError> {
    let is_magic = call.to == VALID_FROM || CALL_TO.iter().any(|(number, _)| *number == call.to);
    if is_magic { Ok(()) } else { calls::number_of(&call.to).map(|_| ()) }
}
