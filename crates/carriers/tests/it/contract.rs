//! What every carrier does, whatever its formats: the suite that each adapter passes.
//!
//! The heart of it: placing a call sends at most one request, and after it went out nothing but a clear answer counts.
//! To add an adapter, write a [`Fixture`] and its line in the table at the end.

use std::sync::Arc;
use std::time::Duration;

use assistant::approval::{Approval, ApprovedBy, Quote, Receipt};
use assistant::budget::Spending;
use assistant::compliance::calling_hours;
use assistant::compliance::standing::Standing;
use assistant::dialing::DiskState;
use assistant::policy::{self, Cleared, Facts, Rules};
use assistant::rate_limit::Usage;
use assistant::task::{CalleeKind, Limits, Schedule, Task, TaskState};
use dialogue::brief::{Persona, TaskType};
use ports::carrier::{CallRequest, Carrier, CarrierError, Line};
use telephony::cost::Micros;
use telephony::leg::LegState;
use telephony::{AttemptId, CarrierCallId, PhoneNumber, Private, TaskId, Timestamp};

use crate::peer::{Act, Peer};

/// What the contract must know of one carrier's formats.
pub trait Fixture: Sync {
    /// Returns an adapter for a peer, on the practice line.
    fn carrier(&self, origin: &str, total_timeout: Duration) -> Arc<dyn Carrier>;

    /// Returns what the carrier answers to a create that it accepts: a call of this name, queued.
    fn created(&self, call: &str) -> Act;

    /// Returns what the carrier answers to a create for a number that is not valid, with its code. The text of the answer
    /// holds the number, as the carriers' own do.
    fn refused(&self, number: &str) -> (Act, u32);

    /// Returns what the carrier answers to an end of a call that lives.
    fn ended(&self, call: &str) -> Act;

    /// Returns what the carrier shows of a call of this name.
    fn shown(&self, call: &str) -> Act;

    /// Returns how many requests it takes to find out that a call is not there to be ended.
    fn asks_to_end(&self) -> usize {
        1
    }

    /// Returns what the carrier answers about a call that it does not know.
    fn missing(&self) -> Act;
}

const NUMBER: &str = "+12125550123";
/// 2026-11-24 17:00 UTC, noon in New York.
const NOON: Timestamp = Timestamp(1_795_539_600_000);
const PATIENT: Duration = Duration::from_secs(20);
const HASTY: Duration = Duration::from_millis(200);

/// Returns leave to dial once, as only the policy gives it.
pub fn cleared(number: &str, attempt: &str) -> Cleared {
    let task = Task {
        id: TaskId::new("t1"),
        task_type: TaskType::InformationInquiry,
        number: PhoneNumber::parse(number).unwrap(),
        line: Line::Practice,
        callee_kind: CalleeKind::Business,
        intent: Private::new("Ask what time they close today".into()),
        principal: Private::new("Sam Miller".into()),
        context: Private::default(),
        voicemail_message: None,
        persona: Persona::default(),
        limits: Limits::default(),
        schedule: Schedule::default(),
        created_at: NOON,
        state: TaskState::Approved,
    };
    let quote = Quote {
        opening: "Hello, this is an automated assistant.".into(),
        is_recorded: true,
        estimated_cost: Micros::ZERO,
        worst_case_cost: Micros::ZERO,
        currency: "USD".into(),
        second: None,
        notices: Vec::new(),
    };
    let receipt = Receipt::of(&task, quote);
    let approval = Approval::of(&receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR);
    let hours = calling_hours::callee_hours(&receipt.number, receipt.callee_kind, NOON, receipt.limits.total_time);
    let decision = policy::decide(&Facts {
        attempt: AttemptId::new(attempt),
        receipt: &receipt,
        approval: Some(&approval),
        is_approval_used: false,
        attempts_made: 0,
        has_opted_out: false,
        standing: &Standing::default(),
        now: NOON,
        hours: &hours,
        usage: Usage::default(),
        spending: Spending::default(),
        pause: None,
        resting: None,
        disk: DiskState::default(),
        clock: None,
        rules: &Rules { allowed_regions: vec!["US".into()], ..Rules::default() },
    });
    decision.verdict.unwrap()
}

/// Returns a call to be placed.
pub fn request(number: &str, attempt: &str) -> CallRequest {
    CallRequest {
        attempt: AttemptId::new(attempt),
        to: PhoneNumber::parse(number).unwrap(),
        from: PhoneNumber::parse("+15005550006").unwrap(),
        answer_url: "https://pm.example.com/answer/a1".into(),
        fallback_url: "https://pm.example.com/fallback/a1".into(),
        status_url: "https://pm.example.com/status/a1".into(),
        ring_timeout: Duration::from_millis(29_500),
        time_limit: Duration::from_secs(600),
        machine_url: None,
    }
}

/// Places a call with a peer that does one thing; returns what came of it and how many requests arrived.
async fn place(fixture: &impl Fixture, act: Act, timeout: Duration) -> (Result<String, CarrierError>, usize) {
    let peer = Peer::start([act]).await;
    let carrier = fixture.carrier(&peer.origin, timeout);
    let placed = carrier.place_call(cleared(NUMBER, "a1"), &request(NUMBER, "a1")).await;
    (placed.map(|call| call.id.as_str().to_owned()), peer.received().len())
}

pub async fn an_accepted_call_has_its_name(fixture: &impl Fixture) {
    let (placed, requests) = place(fixture, fixture.created("CA1"), PATIENT).await;
    assert_eq!((placed, requests), (Ok("CA1".into()), 1));
}

pub async fn nobody_listening_means_nothing_was_sent(fixture: &impl Fixture) {
    let carrier = fixture.carrier(&Peer::nobody().await, PATIENT);
    let placed = carrier.place_call(cleared(NUMBER, "a1"), &request(NUMBER, "a1")).await;
    assert_eq!(placed, Err(CarrierError::Unreachable { carrier: carrier.name() }));
}

/// Whatever breaks after bytes were sent leaves the call unclear, and is never repaired by dialing again.
pub async fn no_clear_answer_is_never_followed_by_a_second_dial(fixture: &impl Fixture) {
    let breaks = [
        (Act::Hang, HASTY),
        (Act::Close, PATIENT),
        (Act::Reset, PATIENT),
        (Act::HalfReply, PATIENT),
        (Act::reply(500, "oops"), PATIENT),
        (Act::reply(503, "{}"), PATIENT),
        (Act::reply(201, "not json"), PATIENT),
        (Act::reply(201, "{}"), PATIENT),
    ];
    for (act, timeout) in breaks {
        let (placed, requests) = place(fixture, act.clone(), timeout).await;
        assert!(matches!(placed, Err(CarrierError::Unclear { .. })), "{act:?}: {placed:?}");
        assert_eq!(requests, 1, "{act:?}");
    }
}

pub async fn refusals_are_sorted_by_what_helps(fixture: &impl Fixture) {
    for status in [401, 403] {
        let (placed, requests) = place(fixture, Act::reply(status, "{}"), PATIENT).await;
        assert!(matches!(placed, Err(CarrierError::Unauthorized { .. })), "{placed:?}");
        assert_eq!(requests, 1);
    }

    let busy = Act::Reply { status: 429, header: Some(("retry-after", "7")), body: "{}".into() };
    let (placed, requests) = place(fixture, busy, PATIENT).await;
    assert!(matches!(placed, Err(CarrierError::Throttled { wait: Some(wait), .. }) if wait == Duration::from_secs(7)), "{placed:?}");
    assert_eq!(requests, 1);

    let (act, expected) = fixture.refused(NUMBER);
    let (placed, requests) = place(fixture, act, PATIENT).await;
    let Err(CarrierError::Rejected { code, message, .. }) = placed else { panic!("{placed:?}") };
    assert_eq!((code, requests), (expected, 1));
    assert!(!message.is_empty() && !message.contains("5550123"), "{message}");
}

pub async fn a_redirect_is_not_followed(fixture: &impl Fixture) {
    let elsewhere = Peer::start([fixture.created("CA1")]).await;
    let location: &'static str = Box::leak(format!("{}/elsewhere", elsewhere.origin).into_boxed_str());
    for status in [302, 307, 308] {
        let (placed, _) = place(fixture, Act::Reply { status, header: Some(("location", location)), body: String::new() }, PATIENT).await;
        assert!(matches!(placed, Err(CarrierError::Rejected { .. })), "{placed:?}");
    }
    assert_eq!(elsewhere.received().len(), 0);
}

/// A connection kept from an earlier request may be dead; a create must not meet it.
pub async fn a_create_never_meets_a_dead_connection(fixture: &impl Fixture) {
    let Act::Reply { status, body, .. } = fixture.shown("CA1") else { panic!("a plain reply") };
    let peer = Peer::start([Act::ReplyAndClose { status, body }, fixture.created("CA1")]).await;
    let carrier = fixture.carrier(&peer.origin, PATIENT);
    carrier.fetch_call(&CarrierCallId::new("CA1")).await.unwrap();
    let placed = carrier.place_call(cleared(NUMBER, "a1"), &request(NUMBER, "a1")).await;
    assert_eq!(placed.map(|call| call.state), Ok(LegState::Queued));
    assert_eq!((peer.received().len(), peer.connections()), (2, 2));
}

pub async fn a_clearance_is_good_for_its_own_call_only(fixture: &impl Fixture) {
    let peer = Peer::start([fixture.created("CA1")]).await;
    let carrier = fixture.carrier(&peer.origin, PATIENT);
    for other in [request("+12125550124", "a1"), request(NUMBER, "a2")] {
        let placed = carrier.place_call(cleared(NUMBER, "a1"), &other).await;
        assert!(matches!(placed, Err(CarrierError::Rejected { .. })), "{placed:?}");
    }
    assert_eq!(peer.connections(), 0);
}

pub async fn ending_is_tried_again_and_an_ended_call_is_no_error(fixture: &impl Fixture) {
    let call = CarrierCallId::new("CA1");
    let peer = Peer::start([Act::reply(503, "{}"), Act::Close, fixture.ended("CA1")]).await;
    assert_eq!(fixture.carrier(&peer.origin, PATIENT).end_call(&call).await, Ok(()));
    assert_eq!(peer.received().len(), 3);

    let peer = Peer::start([fixture.missing()]).await;
    assert_eq!(fixture.carrier(&peer.origin, PATIENT).end_call(&call).await, Ok(()));
    assert_eq!(peer.received().len(), fixture.asks_to_end());

    let peer = Peer::start([Act::reply(500, "{}")]).await;
    assert!(matches!(fixture.carrier(&peer.origin, PATIENT).end_call(&call).await, Err(CarrierError::Unclear { .. })));
    assert_eq!(peer.received().len(), 3);

    let carrier = fixture.carrier(&Peer::nobody().await, PATIENT);
    assert_eq!(carrier.end_call(&call).await, Err(CarrierError::Unreachable { carrier: carrier.name() }));
}

pub async fn an_unknown_call_is_none(fixture: &impl Fixture) {
    let peer = Peer::start([fixture.missing()]).await;
    assert_eq!(fixture.carrier(&peer.origin, PATIENT).fetch_call(&CarrierCallId::new("CA9")).await, Ok(None));
}

/// Makes one test of each clause for each carrier.
macro_rules! contract_table {
    ($($carrier:ident => $fixture:expr),+ $(,)?) => {
        $(
            mod $carrier {
                $crate::contract::clauses! { $fixture =>
                    an_accepted_call_has_its_name,
                    nobody_listening_means_nothing_was_sent,
                    no_clear_answer_is_never_followed_by_a_second_dial,
                    refusals_are_sorted_by_what_helps,
                    a_redirect_is_not_followed,
                    a_create_never_meets_a_dead_connection,
                    a_clearance_is_good_for_its_own_call_only,
                    ending_is_tried_again_and_an_ended_call_is_no_error,
                    an_unknown_call_is_none,
                }
            }
        )+
    };
}

macro_rules! clauses {
    ($fixture:expr => $($clause:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $clause() {
                $crate::contract::$clause(&$fixture).await;
            }
        )*
    };
}

use clauses;

contract_table! {
    twilio => crate::twilio::TwilioFixture,
    plivo => crate::plivo::PlivoFixture,
}
