//! What is cleared, and each thing that is not.

use dialogue::brief::{Persona, TaskType};
use telephony::{Private, TaskId};

use super::*;
use crate::approval::{ApprovedBy, MaySay, Quote, SecondProvider};
use crate::breaker::Trouble;
use crate::compliance::line_kind::KnownLine;
use crate::compliance::{calling_hours, consent};
use crate::decision_record::Answer;
use crate::task::{Limits, Schedule, Task, TaskState};
use dialogue::detail::FactClass;

const NOON: Timestamp = Timestamp(1_795_539_600_000); // 2026-11-24 17:00 UTC, noon in New York

fn task(line: Line, number: &str) -> Task {
    Task {
        id: TaskId::new("t1"),
        task_type: TaskType::InformationInquiry,
        number: PhoneNumber::parse(number).unwrap(),
        line,
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
    }
}

fn receipt(task: &Task) -> Receipt {
    let quote = Quote {
        opening: "Hello, this is an automated assistant calling for Sam Miller.".into(),
        is_recorded: true,
        estimated_cost: Micros(36_000),
        worst_case_cost: Micros(180_000),
        currency: "USD".into(),
        second: None,
        notices: Vec::new(),
    };
    Receipt::of(task, quote)
}

/// A world in which everything is in order; tests change one thing.
struct World {
    receipt: Receipt,
    approval: Option<Approval>,
    is_approval_used: bool,
    attempts_made: u32,
    has_opted_out: bool,
    standing: Standing,
    now: Timestamp,
    usage: Usage,
    spending: Spending,
    pause: Option<Pause>,
    resting: Option<Resting>,
    disk: DiskState,
    clock: Option<ClockDoubt>,
    rules: Rules,
}

fn world(line: Line) -> World {
    let number = if line == Line::Practice { "+12125550123" } else { "+12125552671" };
    let receipt = receipt(&task(line, number));
    let approval = Approval::of(&receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR);
    World {
        receipt,
        approval: Some(approval),
        is_approval_used: false,
        attempts_made: 0,
        has_opted_out: false,
        standing: Standing::default(),
        now: NOON,
        usage: Usage::default(),
        spending: Spending::default(),
        pause: None,
        resting: None,
        disk: DiskState { free_bytes: Some(1_000_000_000), has_failed: false },
        clock: None,
        rules: Rules { allowed_regions: vec!["US".into()], ..Rules::default() },
    }
}

impl World {
    fn decide(&self) -> Decision {
        self.ask(decide)
    }

    fn explain(&self) -> DecisionRecord {
        self.ask(explain)
    }

    fn ask<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let hours = calling_hours::callee_hours(&self.receipt.number, self.receipt.callee_kind, self.now, self.receipt.limits.total_time);
        ask(&Facts {
            attempt: AttemptId::new("a1"),
            receipt: &self.receipt,
            approval: self.approval.as_ref(),
            is_approval_used: self.is_approval_used,
            attempts_made: self.attempts_made,
            has_opted_out: self.has_opted_out,
            standing: &self.standing,
            now: self.now,
            hours: &hours,
            usage: self.usage,
            spending: self.spending,
            pause: self.pause.as_ref(),
            resting: self.resting,
            disk: self.disk,
            clock: self.clock,
            rules: &self.rules,
        })
    }
}

type Change = fn(&mut World);

/// Changes one thing in a world and returns the codes of the refusals, then of the notices.
fn with(line: Line, change: Change) -> (Vec<&'static str>, Vec<String>) {
    let mut world = world(line);
    change(&mut world);
    let decision = world.decide();
    let notices = decision.notices.into_iter().map(|notice| notice.code).collect();
    match decision.verdict {
        Ok(_) => (Vec::new(), notices),
        Err(refusals) => (refusals.as_slice().iter().map(|refusal| refusal.code).collect(), notices),
    }
}

#[test]
fn what_is_in_order_is_cleared_with_its_limits() {
    let world = world(Line::Real);
    let cleared = world.decide().verdict.unwrap();
    assert_eq!(cleared.attempt(), &AttemptId::new("a1"));
    assert_eq!(cleared.number(), &world.receipt.number);
    assert_eq!(cleared.receipt_hash(), &world.receipt.hash());
    assert_eq!(cleared.worst_case_cost(), Micros(180_000));
    assert_eq!(cleared.time_limit(), Duration::from_secs(600));
}

#[test]
fn leave_for_a_second_provider_is_part_of_what_was_approved_and_is_given_once() {
    let mut world = world(Line::Real);
    assert_eq!(world.decide().verdict.unwrap().take_reserve(), None);
    let plivo = |from: &str| Some(SecondProvider { provider: "plivo".into(), from: PhoneNumber::parse(from).ok(), mode: None });
    world.receipt.second = plivo("+12125552600");
    let refused = world.decide().verdict.unwrap_err();
    assert_eq!(refused.first().code, "approval.void", "the user has not seen it");
    world.approval = Some(Approval::of(&world.receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR));
    let mut cleared = world.decide().verdict.unwrap();
    let spare = cleared.take_reserve().unwrap().release();
    assert_eq!((spare.attempt(), spare.number(), spare.receipt_hash()), (cleared.attempt(), cleared.number(), cleared.receipt_hash()));
    assert_eq!((spare.time_limit(), spare.worst_case_cost()), (cleared.time_limit(), cleared.worst_case_cost()));
    let mut spare = spare;
    assert_eq!((cleared.take_reserve(), spare.take_reserve()), (None, None), "there is no third");
    world.receipt.second = plivo("+12125552601");
    assert_eq!(world.decide().verdict.unwrap_err().first().code, "approval.void", "another number would be shown");
}

#[test]
fn a_clearance_holds_as_long_as_its_caps_leave_room() {
    let cleared = world(Line::Real).decide().verdict.unwrap();
    let (usage, spending) = (Usage::default(), Spending::default());
    assert!(cleared.still_holds(&usage, &spending));
    assert!(!cleared.still_holds(&Usage { live_calls: 4, ..usage }, &spending));
    assert!(!cleared.still_holds(&Usage { attempts_to_number: 3, ..usage }, &spending));
    assert!(!cleared.still_holds(&usage, &Spending { reserved: Micros(4_900_000), ..spending }));
    let practice = world(Line::Practice).decide().verdict.unwrap();
    assert!(practice.still_holds(&Usage { attempts_to_number: 30, ..usage }, &spending), "nobody real is rung");
    assert!(!practice.still_holds(&Usage { live_calls: 4, ..usage }, &spending));
}

#[test]
fn one_thing_out_of_order_is_one_refusal() {
    let table: [(Change, &str); 15] = [
        (|w| w.approval = None, "approval.missing"),
        (|w| w.is_approval_used = true, "approval.used"),
        (|w| w.approval.as_mut().unwrap().expires_at = w.now, "approval.expired"),
        (|w| w.approval.as_mut().unwrap().approved_at = w.now + Duration::from_millis(1), "approval.expired"),
        (|w| w.receipt.intent = Private::new("Ask for the owner's name".into()), "approval.void"),
        (|w| w.attempts_made = 1, "cap.attempts"),
        (|w| w.usage.attempts_to_number = 3, "cap.number"),
        (|w| w.usage.live_calls = 4, "cap.concurrency"),
        (|w| w.now = w.now + Duration::from_secs(9 * 3_600), "hours.outside"),
        (|w| w.spending.last_day = Micros(4_900_000), "budget.day"),
        (|w| w.spending.last_month = Micros(49_900_000), "budget.month"),
        (|w| w.rules.budget.per_call = Micros(1), "budget.call"),
        (|w| w.has_opted_out = true, "number.opted_out"),
        (|w| w.rules.allowed_regions.clear(), "number.region"),
        (|w| w.rules.own_numbers = vec![w.receipt.number.clone()], "number.own"),
    ];
    for (change, code) in table {
        assert_eq!(with(Line::Real, change), (vec![code], Vec::new()));
    }
}

#[test]
fn the_schedule_is_kept_also_on_the_practice_line() {
    let early = |w: &mut World| {
        w.receipt.schedule.not_before = Some(w.now + Duration::from_secs(60));
        w.approval = Some(Approval::of(&w.receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR));
    };
    let late = |w: &mut World| {
        w.receipt.schedule.not_after = Some(w.now);
        w.approval = Some(Approval::of(&w.receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR));
    };
    assert_eq!(with(Line::Practice, early).0, ["schedule.too_early"]);
    assert_eq!(with(Line::Real, late).0, ["schedule.expired"]);
}

#[test]
fn an_edit_of_any_field_voids_the_approval() {
    let edits: [fn(&mut Receipt); 19] = [
        |r| r.task = TaskId::new("t2"),
        |r| r.task_type = TaskType::Complaint,
        |r| r.number = PhoneNumber::parse("+12125552672").unwrap(),
        |r| r.callee_kind = CalleeKind::Consumer,
        |r| r.intent = Private::new("else".into()),
        |r| r.principal = Private::new("Alex".into()),
        |r| r.opening = Private::new("Hi".into()),
        |r| r.may_say = Private::new(vec![MaySay { label: "name".into(), value: "Sam".into(), class: FactClass::Name, condition: String::new() }]),
        |r| r.voicemail_message = Some(Private::new(String::new())),
        |r| r.persona = Persona::Concise,
        |r| r.limits.ring_timeout = Duration::from_secs(41),
        |r| r.limits.total_time = Duration::from_secs(601),
        |r| r.limits.max_cost = Micros(1_000_001),
        |r| r.limits.max_attempts = 2,
        |r| r.schedule.not_before = Some(Timestamp(0)),
        |r| r.schedule.not_after = Some(NOON + Duration::from_secs(60)),
        |r| r.is_recorded = false,
        |r| r.worst_case_cost = Micros(180_001),
        |r| r.currency = "EUR".into(),
    ];
    for (index, edit) in edits.into_iter().enumerate() {
        let mut world = world(Line::Real);
        edit(&mut world.receipt);
        let refusals = world.decide().verdict.unwrap_err();
        assert!(refusals.as_slice().iter().any(|refusal| refusal.code == "approval.void"), "edit {index}");
    }
}

#[test]
fn notices_do_not_void_an_approval() {
    let mut world = world(Line::Practice);
    world.receipt.notices.push(Notice::new("hours.outside", "late"));
    assert!(world.decide().verdict.is_ok());
}

#[test]
fn practice_turns_what_protects_people_into_notices() {
    let everything = |w: &mut World| {
        w.now = w.now + Duration::from_secs(9 * 3_600);
        w.usage.attempts_to_number = 9;
        w.has_opted_out = true;
    };
    let codes = ["number.opted_out", "cap.number", "hours.outside"];
    assert_eq!(with(Line::Practice, everything), (Vec::new(), codes.map(String::from).to_vec()));
    let strictly = |w: &mut World| {
        w.rules.strict_practice = true;
        w.now = w.now + Duration::from_secs(9 * 3_600);
        w.usage.attempts_to_number = 9;
        w.has_opted_out = true;
    };
    assert_eq!(with(Line::Practice, strictly), (codes.to_vec(), Vec::new()));
}

#[test]
fn practice_needs_approval_and_money_like_everything_else() {
    assert_eq!(with(Line::Practice, |w| w.approval = None).0, ["approval.missing"]);
    assert_eq!(with(Line::Practice, |w| w.rules.budget.per_call = Micros(1)).0, ["budget.call"]);
    assert_eq!(with(Line::Practice, |w| w.usage.live_calls = 4).0, ["cap.concurrency"]);
}

#[test]
fn refusals_come_in_the_order_of_the_rules() {
    let mut world = world(Line::Real);
    world.approval = None;
    world.attempts_made = 1;
    world.now = world.now + Duration::from_secs(9 * 3_600);
    world.spending.last_day = Micros(5_000_000);
    world.usage.live_calls = 4;
    let refusals = world.decide().verdict.unwrap_err();
    let rules: Vec<Rule> = refusals.as_slice().iter().map(|refusal| refusal.rule).collect();
    assert_eq!(rules, [Rule::Caps, Rule::Hours, Rule::Approval, Rule::Budget, Rule::Concurrency]);
    assert!(rules.is_sorted());
}

/// Approves the receipt as it stands, after a change to it.
fn approve(world: &mut World) {
    world.approval = Some(Approval::of(&world.receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR));
}

#[test]
fn a_private_person_is_called_by_machine_only_with_leave() {
    let private: Change = |w| {
        w.receipt.callee_kind = CalleeKind::Consumer;
        w.now = Timestamp(NOON.0 + 4 * 3_600_000);
        approve(w);
    };
    assert_eq!(with(Line::Real, private).0, ["consent.missing"]);
    let mut world = world(Line::Real);
    private(&mut world);
    let leave = consent::tests::given(&world.receipt.number, consent::ConsentBasis::PriorExpress);
    world.standing.consents = vec![consent::Consent::new(leave).unwrap()];
    let decision = world.decide();
    assert!(decision.verdict.is_ok(), "{:?}", decision.verdict);
    assert_eq!(decision.record.consent, Some(consent::ConsentBasis::PriorExpress));
    assert_eq!(with(Line::Practice, private), (Vec::new(), Vec::new()), "nobody real is rung");
}

#[test]
fn a_line_that_was_looked_up_is_what_it_is() {
    use crate::compliance::line_kind::{KindSource, LineKind};
    let mobile: Change = |w| w.standing.line = Some(KnownLine { kind: LineKind::BusinessMobile, source: KindSource::Lookup, checked_at: Some(NOON) });
    assert_eq!(with(Line::Real, mobile).0, ["consent.missing"], "a plumber's mobile, though the user says a business picks up");
}

#[test]
fn a_stop_request_of_any_scope_is_heeded() {
    use do_not_call::{Bars, Channel, Suppression};
    let stopped = |bars| {
        let mut world = world(Line::Real);
        let request = Suppression::stop_request(world.receipt.number.clone(), Channel::Speech, AttemptId::new("a0"), NOON);
        world.standing.suppressions = vec![Suppression { bars, ..request }];
        world.decide().verdict.map_or_else(|refusals| refusals.first().code, |_| "ok")
    };
    assert_eq!(stopped(Bars::Everything), "number.opted_out");
    assert_eq!(stopped(Bars::TaskType(TaskType::InformationInquiry)), "do_not_call.scope");
    assert_eq!(stopped(Bars::TaskType(TaskType::Complaint)), "ok");
    assert_eq!(stopped(Bars::Solicitation), "ok");
}

#[test]
fn who_sells_is_refused_unless_everything_allows_it() {
    use crate::compliance::registry::{Listing, RegistryAnswer, Snapshot};
    let selling: Change = |w| {
        w.receipt.intent = Private::new("Sell them our home insurance".into());
        approve(w);
    };
    assert_eq!(with(Line::Real, selling).0, ["solicitation.refused", "registry.missing", "consent.missing"]);
    assert_eq!(with(Line::Practice, selling), (Vec::new(), vec!["solicitation.refused".into(), "registry.missing".into()]));
    let mut world = world(Line::Real);
    selling(&mut world);
    world.rules.solicitation = Solicitation::WithRegistry;
    let snapshot = Snapshot { as_of: NOON, sha256: "ab".repeat(32), numbers: 1 };
    world.standing.registry = RegistryAnswer::Found { listing: Listing::NotListed, snapshot };
    let written = consent::tests::given(&world.receipt.number, consent::ConsentBasis::PriorExpressWritten);
    world.standing.consents = vec![consent::Consent::new(written).unwrap()];
    assert!(world.decide().verdict.is_ok(), "{:?}", world.decide().verdict);
    // Sunday ten in New York: an errand might ring a shop; the window of the state's law is open as well. On Saturday in
    // South Dakota no machine sells.
    world.receipt.number = PhoneNumber::parse("+16055552671").unwrap();
    let written = consent::tests::given(&world.receipt.number, consent::ConsentBasis::PriorExpressWritten);
    world.standing.consents = vec![consent::Consent::new(written).unwrap()];
    world.now = Timestamp(NOON.0 + 4 * 86_400_000);
    world.receipt.schedule = Schedule::default();
    world.approval = Some(Approval::of(&world.receipt, ApprovedBy::User, world.now, Approval::GOOD_FOR));
    assert_eq!(world.decide().verdict.unwrap_err().first().code, "hours.outside");
}

#[test]
fn every_decision_keeps_what_it_rests_on() {
    let world = world(Line::Real);
    let record = world.decide().record;
    assert!(record.is_cleared && record.asked.iter().map(|asked| asked.question).eq(Question::ALL));
    assert_eq!((record.receipt_hash, record.decided_at), (world.receipt.hash(), NOON));
    assert_eq!(record.places.iter().map(|place| (place.zone.as_str(), place.rings_at)).collect::<Vec<_>>(), [("America/New_York", 720)]);
    assert_eq!(record.data.len(), 9);
    let kept = serde_json::to_string(&world.decide().record).unwrap();
    assert_eq!(serde_json::from_str::<DecisionRecord>(&kept).unwrap(), world.decide().record);
}

#[test]
fn nothing_is_dialed_without_room_on_the_disk_or_trust_in_it() {
    let full: Change = |w| w.rules.least_free_bytes = 1_000_000_001;
    let failed: Change = |w| w.disk.has_failed = true;
    for line in [Line::Real, Line::Practice] {
        assert_eq!((with(line, full).0, with(line, failed).0), (vec!["dialing.no_space"], vec!["dialing.disk_failed"]));
    }
}

#[test]
fn nothing_is_dialed_while_every_provider_rests() {
    let rests: Change = |w| w.resting = Some(Resting { until: NOON + Duration::from_secs(60), trouble: Trouble::OutOfOrder });
    assert_eq!(with(Line::Real, rests).0, ["dialing.carrier_rests"]);
    assert_eq!(with(Line::Practice, rests).0, ["dialing.carrier_rests"]);
}

#[test]
fn nothing_is_dialed_by_a_clock_that_jumped() {
    let jumped: Change = |w| w.clock = Some(ClockDoubt { seconds: 7_200 });
    assert_eq!(with(Line::Real, jumped).0, ["dialing.clock_untrusted"]);
    assert_eq!(with(Line::Practice, jumped).0, ["dialing.clock_untrusted"]);
}

#[test]
fn a_pause_stops_every_line_and_what_is_missing_a_real_one() {
    let paused: Change = |w| w.pause = Some(Pause { since: NOON, reason: None });
    let missing: Change = |w| w.rules.missing = vec![Missing::Budget];
    assert_eq!(with(Line::Practice, paused).0, ["dialing.paused"]);
    assert_eq!(with(Line::Real, paused).0, ["dialing.paused"]);
    assert_eq!(with(Line::Practice, missing), (Vec::new(), Vec::new()));
    assert_eq!(with(Line::Real, missing).0, ["dialing.no_budget"]);
}

#[test]
fn too_many_beginnings_wait_on_a_real_line_and_are_told_on_the_practice_one() {
    let fast: Change = |w| w.usage.begun = rate_limit::Begun { in_second: 1, oldest_in_second: Some(w.now), ..rate_limit::Begun::default() };
    assert_eq!(with(Line::Real, fast).0, ["cap.pace"]);
    assert_eq!(with(Line::Practice, fast), (Vec::new(), vec!["cap.pace".into()]));
}

#[test]
fn an_explanation_asks_all_but_the_approval_and_gives_no_key() {
    let mut world = world(Line::Real);
    world.approval = None;
    let record = world.explain();
    assert!(record.is_cleared && record.asked.iter().map(|asked| asked.question).eq(Question::ALL));
    let approval = record.asked.iter().find(|asked| asked.question == Question::Approval).unwrap();
    assert!(matches!(approval.answer, Answer::NotAsked { .. }));
    assert_eq!(record.allowed_when(), None);
    world.now = Timestamp(NOON.0 + 9 * 3_600_000);
    let opening = Timestamp(NOON.0 + 20 * 3_600_000);
    assert_eq!(world.explain().allowed_when(), Some(AllowedWhen::From(opening)), "eight in the morning there");
    world.pause = Some(Pause { since: NOON, reason: None });
    assert_eq!(world.explain().allowed_when(), Some(AllowedWhen::AfterRemedy));
}

#[test]
fn a_clearance_carries_its_own_record() {
    let decision = world(Line::Real).decide();
    assert_eq!(decision.verdict.unwrap().record(), &decision.record);
}

#[test]
fn a_refused_number_ends_the_questions_in_the_record_as_well() {
    let mut world = world(Line::Real);
    world.rules.allowed_regions.clear();
    let record = world.decide().record;
    assert!(!record.is_cleared && record.asked.iter().map(|asked| asked.question).eq(Question::ALL));
    let not_asked = record.asked.iter().filter(|asked| matches!(asked.answer, Answer::NotAsked { .. })).count();
    assert_eq!(not_asked, Question::ALL.len() - 5, "four steps passed, the fifth refused");
}

#[test]
fn a_decision_explains_itself_a_line_a_question() {
    let mut world = world(Line::Real);
    world.approval = None;
    world.now = Timestamp(NOON.0 + 9 * 3_600_000);
    let text = world.decide().record.explain();
    let without_data: String =
        text.lines().filter(|line| !line.starts_with("data:")).map(|line| format!("{}\n", line.split(" (by ").next().unwrap())).collect();
    expect_test::expect![[r#"
            would not be dialed at 2026-11-25 02:00 UTC
            yes  emergency lines  reaches none
            yes  network          a real telephone
            yes  number range     of ordinary price
            yes  numbering plan   such a number can exist
            yes  country          US is allowed
            yes  kind of number   a landline or mobile
            yes  own number       not our own
            yes  dialing          switched on
            yes  do-not-call list not on the list
            yes  purpose          an errand
            -    registry         not asked: the call sells nothing
            yes  consent          none is needed
            yes  calls to number  0 in 24 hours, the cap is 3
            yes  attempts         0 made, the task allows 1
            yes  schedule         at any time
            no   hours            it is 21:00 there, and the call must be over in decent hours [hours.outside]. Wait until it is. If a business picks up, say so (`callee_kind: business`): its hours are longer. allowed from 2026-11-25 13:00 UTC
            no   approval         nobody has approved this call [approval.missing]. Look at the receipt and approve it: `puppetmaster task approve`. allowed after that
            yes  budget           at most 0.18 USD; spent in 24 hours 0.00, cap 5.00
            yes  pace             0 begun in a second, 0 in a minute, 0 in 24 hours, 0 in 7 days, 0 in 30 days; the caps are 1, 20, 100, 300 and 1000
            yes  free line        0 running, the cap is 4
            line: a business landline (the user says so); region: US; plan: a landline or mobile
            place: America/New_York Tue 21:00: closed
            law: US US-NY
        "#]].assert_eq(&without_data);
    let data: Vec<&str> = text.lines().filter(|line| line.starts_with("data:")).collect();
    assert!(data.len() == 10 && data[9].starts_with("data: time zones 20"), "{data:?}");
}

#[test]
fn a_record_tells_nothing_private() {
    let world = world(Line::Real);
    let record = world.decide().record;
    let text = format!("{} {:?} {}", record.explain(), record, serde_json::to_string(&record).unwrap());
    assert!(!text.contains("5552671") && !text.contains("Sam") && !text.contains("close"), "{text}");
}

#[test]
fn a_refusal_tells_nothing_private() {
    let mut world = world(Line::Real);
    world.approval = None;
    world.rules.allowed_regions.clear();
    let text = format!("{:?} {:?}", world.decide(), world.receipt);
    assert!(!text.contains("2125552671") && !text.contains("Sam") && !text.contains("close"), "{text}");
}
