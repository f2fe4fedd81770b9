//! Causes as Plivo lists them.

use serde_json::Value;
use telephony::leg::LegState;
use wire::plivo::error_codes::{Outcome, Remedy, all, cause};
use wire::plivo::status::{CallStatus, HangupSource, leg_state_at_end};

use super::{golden, text};

const CAUSES: &str = include_str!("../../fixtures/plivo/hangup_causes.json");

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::CompletedByLimit => "completed_by_limit",
        Outcome::NoAnswer => "no_answer",
        Outcome::Busy => "busy",
        Outcome::Rejected => "rejected",
        Outcome::Canceled => "canceled",
        Outcome::Machine => "machine",
        Outcome::AnsweredElsewhere => "answered_elsewhere",
        Outcome::Failed => "failed",
    }
}

#[test]
fn every_cause_of_the_list_is_known_with_its_name_and_outcome() {
    let golden = golden(CAUSES);
    let causes = golden["causes"].as_array().unwrap();
    assert_eq!((causes.len(), all().len()), (56, 56));
    for listed in causes {
        let code = u32::try_from(listed["code"].as_u64().unwrap()).unwrap();
        let cause = cause(code).unwrap_or_else(|| panic!("{code}"));
        assert_eq!((cause.name, outcome(cause.outcome)), (text(listed, "name"), text(listed, "outcome")), "{code}");
        // What may be tried again later is not a matter of settings, and what must be fixed first is not one of waiting.
        match text(listed, "retry") {
            "after_fix" => assert!(!matches!(cause.remedy, Remedy::Wait | Remedy::Nothing), "{code}"),
            "later" => assert!(matches!(cause.remedy, Remedy::Wait | Remedy::Nothing), "{code}"),
            _ => assert!(cause.remedy != Remedy::Wait, "{code}"),
        }
        if let Some(status) = listed["call_status_likely"].as_str() {
            assert_eq!(leg_state_at_end(Some(code), None), CallStatus::parse(status).leg_state(), "{code}");
        }
        assert!(leg_state_at_end(Some(code), Some(&CallStatus::Failed)).unwrap().is_terminal(), "{code}");
    }
}

#[test]
fn every_word_of_the_list_is_known() {
    let golden = golden(CAUSES);
    let words = |key: &str| golden[key].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let sources: Vec<_> = HangupSource::ALL.iter().map(|source| source.as_str().to_owned()).collect();
    assert_eq!(words("sources_wire"), sources);
    for status in words("call_status") {
        assert!(!matches!(CallStatus::parse(&status), CallStatus::Other(_)), "{status}");
    }
}

#[test]
fn who_said_no_is_told_by_the_sip_code() {
    let of = |code: u32| (leg_state_at_end(Some(code), None), cause(code).and_then(|cause| cause.sip_code()));
    assert_eq!(of(3020), (Some(LegState::Failed), Some(603)));
    assert_eq!(of(3130), (Some(LegState::Failed), Some(608)));
    assert_eq!(of(3010), (Some(LegState::Busy), Some(486)));
    assert_eq!(of(9000), (Some(LegState::Canceled), None));
    assert_eq!(of(9100), (Some(LegState::Completed), None));
}

#[test]
fn each_status_of_the_api_helps_as_the_official_libraries_sort_it() {
    let golden = golden(include_str!("../../fixtures/plivo/sdk_errors.json"));
    let statuses: &Value = &golden["python"]["status"];
    for (status, exception) in statuses.as_object().unwrap() {
        let error = wire::plivo::rest::RestError::new(status.parse().unwrap(), "");
        let remedy = wire::plivo::error_codes::refusal(&error).remedy;
        let expected = match exception.as_str().unwrap().split([' ', '(']).next().unwrap() {
            "AuthenticationError" | "ForbiddenError" => Remedy::FixAccount,
            "ResourceNotFoundError" => Remedy::Nothing,
            "PlivoServerError" => Remedy::Wait,
            "PlivoRestError" if status == "402" => Remedy::FixAccount,
            "PlivoRestError" => Remedy::Wait,
            _ => Remedy::Report,
        };
        assert_eq!(remedy, expected, "{status}");
    }
}
