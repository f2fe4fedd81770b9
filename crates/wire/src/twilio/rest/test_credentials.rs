//! Test credentials and magic numbers: what Twilio answers to them, as data.
//!
//! A test account is a pair of its own (`AC…` and token). It never rings, never charges, never calls back; everything but
//! three creates is refused with 403. All other checks of a request run as for a live account, before these.
//!
//! Source: Twilio's page "Test Credentials", a capture of 2025. That the refusal has the code 20008 is from memory.

use super::{BuyNumber, CreateCall, CreateMessage, MessageRequest, NumberRequest, RestError, RestRequest};

/// The number that every create accepts as its sender: a test account owns no other.
pub const VALID_FROM: &str = "+15005550006";

/// A number, and the code that it is refused with; `None` for one that is accepted.
pub type Magic = (&'static str, Option<u32>);

/// What a call from these gives; any other is [`UNOWNED_CALLER`].
pub const CALL_FROM: &[Magic] = &[("+15005550001", Some(21212)), (VALID_FROM, None)];

/// What a call from a number that is not in [`CALL_FROM`] gives.
pub const UNOWNED_CALLER: u32 = 21210;

/// What a call to these gives; any other number is accepted.
pub const CALL_TO: &[Magic] =
    &[("+15005550001", Some(21217)), ("+15005550002", Some(21214)), ("+15005550003", Some(21215)), ("+15005550004", Some(21216))];

/// What a message from these gives; any other is [`UNOWNED_SENDER`].
pub const MESSAGE_FROM: &[Magic] = &[("+15005550001", Some(21212)), (VALID_FROM, None), ("+15005550007", Some(21606)), ("+15005550008", Some(21611))];

/// What a message from a number that is not in [`MESSAGE_FROM`] gives.
pub const UNOWNED_SENDER: u32 = 21606;

/// What a message to these gives; any other number is accepted.
pub const MESSAGE_TO: &[Magic] = &[
    ("+15005550001", Some(21211)),
    ("+15005550002", Some(21612)),
    ("+15005550003", Some(21408)),
    ("+15005550004", Some(21610)),
    ("+15005550009", Some(21614)),
];

/// What buying these gives. What any other gives is not documented; here it is not available (21422).
pub const BUY_NUMBER: &[Magic] = &[("+15005550000", Some(21422)), ("+15005550001", Some(21421)), (VALID_FROM, None)];

/// What buying any number of these areas gives. What any other gives is not documented; here there is none (21452).
pub const BUY_AREA: &[Magic] = &[("533", Some(21452)), ("500", None)];

/// Decides whether a test account may ask this, and what the magic numbers in it give.
///
/// # Errors
/// The refusal to answer with. `Ok` is answered like a live request, except that nothing happens.
pub fn check(request: &RestRequest) -> Result<(), RestError> {
    match request {
        RestRequest::CreateCall { call, .. } => check_call(call),
        RestRequest::Message { request: MessageRequest::Create(message), .. } => check_message(message),
        RestRequest::Number { request: NumberRequest::Buy(number), .. } => check_purchase(number),
        _ => Err(RestError::new(403, 20008, "Resource not accessible with Test Account Credentials")),
    }
}

fn check_call(call: &CreateCall) -> Result<(), RestError> {
    refuse(find(CALL_FROM, &call.from).unwrap_or(Some(UNOWNED_CALLER)))?;
    refuse(find(CALL_TO, &call.to).unwrap_or(None))
}

fn check_message(message: &CreateMessage) -> Result<(), RestError> {
    if let Some(from) = &message.from {
        refuse(find(MESSAGE_FROM, from).unwrap_or(Some(UNOWNED_SENDER)))?;
    }
    refuse(find(MESSAGE_TO, &message.to).unwrap_or(None))
}

fn check_purchase(number: &BuyNumber) -> Result<(), RestError> {
    match (&number.phone_number, &number.area_code) {
        (Some(number), _) => refuse(find(BUY_NUMBER, number).unwrap_or(Some(21422))),
        (None, Some(area)) => refuse(find(BUY_AREA, area).unwrap_or(Some(21452))),
        (None, None) => refuse(Some(21421)),
    }
}

fn find(table: &[Magic], number: &str) -> Option<Option<u32>> {
    table.iter().find(|(magic, _)| *magic == number).map(|(_, code)| *code)
}

/// The sentences are Twilio's in spirit; clients match on the code.
fn refuse(code: Option<u32>) -> Result<(), RestError> {
    let Some(code) = code else {
        return Ok(());
    };
    let meaning = crate::twilio::error_codes::lookup(code).map_or("Invalid parameter", |entry| entry.meaning);
    Err(RestError::invalid(code, meaning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::rest::CallInstructions;

    fn call(from: &str, to: &str) -> Result<(), u32> {
        let call = CreateCall::new(to, from, CallInstructions::Twiml("<Response/>".into()));
        check(&RestRequest::CreateCall { account: "AC1".into(), call: Box::new(call) }).map_err(|error| error.code)
    }

    fn message(from: &str, to: &str) -> Result<(), u32> {
        let request = MessageRequest::Create(Box::new(CreateMessage::text(to, from, "x")));
        check(&RestRequest::Message { account: "AC1".into(), request }).map_err(|error| error.code)
    }

    #[test]
    fn calls_give_what_the_page_says() {
        assert_eq!(call(VALID_FROM, VALID_FROM), Ok(()));
        assert_eq!(call(VALID_FROM, "+12125550123"), Ok(()));
        assert_eq!(call("+15005550001", "+12125550123"), Err(21212));
        assert_eq!(call("+12125550100", "+12125550123"), Err(21210));
        assert_eq!(call(VALID_FROM, "+15005550001"), Err(21217));
        assert_eq!(call(VALID_FROM, "+15005550002"), Err(21214));
        assert_eq!(call(VALID_FROM, "+15005550003"), Err(21215));
        assert_eq!(call(VALID_FROM, "+15005550004"), Err(21216));
    }

    #[test]
    fn messages_give_what_the_page_says() {
        assert_eq!(message(VALID_FROM, "+12125550123"), Ok(()));
        assert_eq!(message("+15005550001", "+12125550123"), Err(21212));
        assert_eq!(message("+15005550007", "+12125550123"), Err(21606));
        assert_eq!(message("+15005550008", "+12125550123"), Err(21611));
        assert_eq!(message("+12125550100", "+12125550123"), Err(21606));
        let to = [("+15005550001", 21211), ("+15005550002", 21612), ("+15005550003", 21408), ("+15005550004", 21610), ("+15005550009", 21614)];
        for (to, code) in to {
            assert_eq!(message(VALID_FROM, to), Err(code));
        }
    }

    #[test]
    fn purchases_give_what_the_page_says() {
        let buy = |number: Option<&str>, area: Option<&str>| {
            let buy = BuyNumber { phone_number: number.map(str::to_owned), area_code: area.map(str::to_owned), ..BuyNumber::default() };
            check(&RestRequest::Number { account: "AC1".into(), request: NumberRequest::Buy(buy) }).map_err(|error| error.code)
        };
        assert_eq!(buy(Some("+15005550000"), None), Err(21422));
        assert_eq!(buy(Some("+15005550001"), None), Err(21421));
        assert_eq!(buy(Some(VALID_FROM), None), Ok(()));
        assert_eq!((buy(None, Some("533")), buy(None, Some("500"))), (Err(21452), Ok(())));
    }

    #[test]
    fn everything_else_is_refused() {
        let error = check(&RestRequest::FetchAccount { account: "AC1".into() }).unwrap_err();
        assert_eq!((error.status, error.code), (403, 20008));
    }

    #[test]
    fn every_refusal_has_a_sentence() {
        for table in [CALL_FROM, CALL_TO, MESSAGE_FROM, MESSAGE_TO, BUY_NUMBER, BUY_AREA] {
            for code in table.iter().filter_map(|(_, code)| *code) {
                assert!(crate::twilio::error_codes::lookup(code).is_some(), "{code}");
            }
        }
    }
}
