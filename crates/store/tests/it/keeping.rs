//! What is kept goes when its time is over or when it is erased, and nothing else goes with it.

use std::path::Path;
use std::time::Duration;

use assistant::budget::Payer;
use assistant::compliance::do_not_call::{Bars, Channel, Lifted, Suppression};
use assistant::compliance::line_kind::{KindSource, KnownLine, LineKind};
use assistant::compliance::retention::{DataClass, Retention};
use assistant::task::TaskState;
use assistant::task_filter::{Page, TaskFilter};
use dialogue::report::Outcome;
use ports::inbound_store::InboundStore;
use ports::policy_store::PolicyStore;
use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::{StoreError, TaskStore};
use store::contract::{self, NOON};
use store::{Access, Erased, Options, Store, Vault, Whose};
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, Disposition, PhoneNumber, Timestamp};

const DAY: Duration = Duration::from_secs(86_400);

async fn open(directory: &Path) -> (Store, Vault) {
    let vault = Vault::open(directory).unwrap();
    (Store::open(directory, Options::new(Access::Dialing)).await.unwrap(), vault)
}

/// A call that ended at noon, with its words, recording and trace.
async fn one_call(store: &Store, vault: &Vault) -> AttemptId {
    let (_, attempt) = contract::begin(store, "t1", "a1").await;
    store.append_turn(&attempt, 1, &contract::turn(1, "We close at nine.")).await.unwrap();
    for kind in ObjectKind::ALL {
        let mut writer = vault.create(&attempt, kind).unwrap();
        writer.append(b"We close at nine.").unwrap();
        writer.finish().unwrap();
    }
    let end = contract::finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
    store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
    attempt
}

#[tokio::test]
async fn each_class_goes_after_its_own_time() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let task = contract::task("t1");
    let retention = Retention { recording_days: 10, transcript_days: 20, trace_days: 30, task_days: 40 };
    let after = |days: u32| NOON + DAY * days + Duration::from_secs(62);
    assert_eq!(store.expire(&vault, &retention, NOON + DAY * 10).await.unwrap(), [], "not a minute early");
    for (days, class) in [(10, DataClass::Recording), (20, DataClass::Transcript), (30, DataClass::Trace), (40, DataClass::Task)] {
        assert_eq!(store.expire(&vault, &retention, after(days)).await.unwrap(), [(class, 1)], "{days}");
        assert_eq!(store.expire(&vault, &retention, after(days)).await.unwrap(), [], "once");
        assert_eq!(vault.read(&attempt, ObjectKind::Recording).await.unwrap(), None);
        assert_eq!(store.turns(&attempt).await.unwrap().is_empty(), days >= 20);
        assert_eq!(vault.read(&attempt, ObjectKind::Trace).await.unwrap().is_none(), days >= 30);
        assert_eq!(store.task(&task.id).await.unwrap().is_none(), days >= 40);
    }
    assert!(store.attempts(&task.id).await.unwrap()[0].finish.as_ref().unwrap().report.is_none());
    let calls = store.ended_calls(Timestamp(0), Timestamp(i64::MAX)).await.unwrap();
    assert_eq!((calls.len(), calls[0].cost.0, calls[0].outcome), (1, 28_000, Some(Outcome::Achieved)), "what it was and cost stays");
    let words: Vec<String> = store.audit_entries(20).await.unwrap().into_iter().map(|entry| entry.event).filter(|word| word == "expired").collect();
    assert_eq!(words.len(), 4);
    assert_eq!(store.verify_audit(Vec::new()).await.unwrap().findings, []);
}

#[tokio::test]
async fn what_has_no_end_and_what_is_running_stays() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let (live, _) = contract::begin(&store, "t2", "a2").await;
    let for_good = Retention { recording_days: 0, transcript_days: 0, trace_days: 0, task_days: 0 };
    assert_eq!(store.expire(&vault, &for_good, NOON + DAY * 10_000).await.unwrap(), []);
    assert!(vault.read(&attempt, ObjectKind::Recording).await.unwrap().is_some());
    store.expire(&vault, &Retention::default(), NOON + DAY * 10_000).await.unwrap();
    assert!(store.task(&live.id).await.unwrap().is_some() && store.unfinished().await.unwrap().len() == 1, "a running call keeps its task");
}

/// Has a carrier still have the recording of a call.
async fn awaited(store: &Store, attempt: &AttemptId) {
    let awaited = AwaitedRecording {
        attempt: attempt.clone(),
        carrier: "twilio".into(),
        call: CarrierCallId::new("CA1"),
        recording: None,
        progress: RecordingProgress::Wanted,
        silences: Vec::new(),
        is_heard_out: true,
        deletes_there: true,
        since: NOON,
    };
    store.await_recording(&awaited).await.unwrap();
}

async fn progress(store: &Store) -> RecordingProgress {
    store.awaited_recordings().await.unwrap()[0].progress
}

#[tokio::test]
async fn what_is_still_at_the_carrier_is_not_fetched_once_it_is_erased_or_over_its_time() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    awaited(&store, &attempt).await;
    let number = contract::task("t1").number;
    let visit = CarrierCallId::new("CA9");
    store.begin_visit(&AttemptId::new("v1"), &visit, Some(&number), NOON).await.unwrap();
    store.leave_message(&visit, &CarrierRecordingId::new("RE9"), None, NOON).await.unwrap();
    assert_eq!((progress(&store).await, store.unfetched().await.unwrap().len()), (RecordingProgress::Wanted, 1));
    store.erase(&vault, Whose::Callee(&number), NOON + Duration::from_secs(3_600)).await.unwrap();
    assert_eq!((progress(&store).await, store.unfetched().await.unwrap().len()), (RecordingProgress::Unwanted, 0));

    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    awaited(&store, &attempt).await;
    let retention = Retention { recording_days: 10, transcript_days: 0, trace_days: 0, task_days: 0 };
    store.expire(&vault, &retention, NOON + DAY * 10).await.unwrap();
    assert_eq!(progress(&store).await, RecordingProgress::Wanted, "not a minute early");
    store.expire(&vault, &retention, NOON + DAY * 10 + Duration::from_secs(1)).await.unwrap();
    assert_eq!(progress(&store).await, RecordingProgress::Unwanted);
}

#[tokio::test]
async fn erasing_leaves_figures_caps_and_wishes() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let number = contract::task("t1").number;
    store.opt_out(&number, &attempt, NOON).await.unwrap();
    store.begin_visit(&AttemptId::new("v1"), &CarrierCallId::new("CA9"), Some(&number), NOON).await.unwrap();
    let later = NOON + Duration::from_secs(3_600);
    let money = store.spending(&Payer::default(), later).await.unwrap();
    let erased = store.erase(&vault, Whose::Callee(&number), later).await.unwrap();
    assert_eq!(erased, Erased { subjects: 1, calls: 2 });
    assert_eq!(store.task(&contract::task("t1").id).await.unwrap(), None);
    assert_eq!((store.turns(&attempt).await.unwrap(), vault.list().unwrap()), (Vec::new(), Vec::new()));
    assert_eq!(store.visits(9).await.unwrap()[0].caller, None);
    assert!(store.has_opted_out(&number).await.unwrap(), "the wish outlives everything");
    assert_eq!(store.spending(&Payer::default(), later).await.unwrap(), money, "a budget is not lifted by erasing");
    assert_eq!(store.usage(&number, later - Duration::from_secs(80_000)).await.unwrap().attempts_to_number, 1, "nor is a cap");
    store.expire(&vault, &Retention::default(), NOON + DAY * 2).await.unwrap();
    assert_eq!(store.usage(&number, Timestamp(0)).await.unwrap().attempts_to_number, 0, "until it counts no more");
    assert_eq!(store.erase(&vault, Whose::Callee(&number), later).await.unwrap(), Erased::default(), "nothing is left to erase");
    let entries = store.audit_entries(100).await.unwrap();
    let subject = entries.iter().find(|entry| entry.event == "erased").unwrap().details["subject"].clone();
    assert_eq!(entries.iter().find(|entry| entry.event == "task_made").unwrap().details["subject"], subject);
}

#[tokio::test]
async fn a_wish_outlives_its_callee_and_every_other_key() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let number = contract::task("t1").number;
    let narrow = Suppression {
        bars: Bars::Solicitation,
        channel: Channel::Writing,
        ..Suppression::stop_request(number.clone(), Channel::Speech, attempt, NOON)
    };
    store.suppress("n1", &narrow).await.unwrap();
    store.erase(&vault, Whose::Everybody, NOON + DAY).await.unwrap();
    let entries = store.suppressions_of(&number).await.unwrap();
    assert_eq!(entries.iter().map(|kept| &kept.value.bars).collect::<Vec<_>>(), [&Bars::Solicitation], "the gate still sees it");
    assert_eq!(store.standing(&number).await.unwrap().suppressions.len(), 1);
    assert_eq!(store.suppressions(None, 9).await.unwrap(), [], "who it is about is not known");
    // Every key but its own may go.
    let keys = directory.path().join("keys");
    store.close().await;
    std::fs::remove_file(keys.join("do-not-call.key")).unwrap();
    let opened = Store::open(directory.path(), Options::new(Access::Looking)).await;
    assert_eq!(opened.err(), Some(StoreError::WrongKey), "without it nobody is dialed");
}

#[tokio::test]
async fn an_erased_callee_may_take_the_wish_back() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let number = contract::task("t1").number;
    store.opt_out(&number, &attempt, NOON).await.unwrap();
    store.erase(&vault, Whose::Callee(&number), NOON + DAY).await.unwrap();
    let entry = store.suppressions_of(&number).await.unwrap().remove(0);
    assert_eq!((&entry.value.bars, &entry.value.attempt), (&Bars::Everything, &Some(attempt)));
    store.lift(&entry.id, &Lifted::by_callee(NOON + DAY, Channel::Writing)).await.unwrap();
    assert!(!store.has_opted_out(&number).await.unwrap() && store.suppressions_of(&number).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_somebody_entered_is_not_swept_away_for_want_of_a_call() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let number = |last: u32| PhoneNumber::parse(&format!("+121255501{last:02}")).unwrap();
    let entered = Suppression { attempt: None, ..Suppression::stop_request(number(1), Channel::Installation, AttemptId::new("-"), NOON) };
    store.suppress("d1", &entered).await.unwrap();
    let line = KnownLine { kind: LineKind::PersonalMobile, source: KindSource::User, checked_at: None };
    store.keep_line(&number(2), &line, NOON).await.unwrap();
    store.expire(&vault, &Retention::default(), NOON + DAY).await.unwrap();
    assert_eq!(store.suppressions(None, 9).await.unwrap()[0].value, entered);
    assert_eq!(store.lines().await.unwrap(), [(number(2), line)]);
    // What a call brought is no more than its hash once the call is over its time.
    let attempt = one_call(&store, &vault).await;
    let callee = contract::task("t1").number;
    store.opt_out(&callee, &attempt, NOON).await.unwrap();
    store.expire(&vault, &Retention::default(), NOON + DAY * 400).await.unwrap();
    assert_eq!(store.suppressions(None, 9).await.unwrap().len(), 1);
    assert!(store.has_opted_out(&callee).await.unwrap());
}

#[tokio::test]
async fn a_running_call_is_in_the_way_and_everybody_is_everybody() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    let attempt = one_call(&store, &vault).await;
    let (_, live) = contract::begin(&store, "t2", "a2").await;
    let number = PhoneNumber::parse("+12125550123").unwrap();
    assert_eq!(store.erase(&vault, Whose::Callee(&number), NOON).await, Err(StoreError::Conflict));
    assert!(
        vault.read(&attempt, ObjectKind::Trace).await.unwrap().is_some() && !store.turns(&attempt).await.unwrap().is_empty(),
        "nothing was erased"
    );
    store.finish_attempt(&live, &contract::finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    store.begin_visit(&AttemptId::new("v1"), &CarrierCallId::new("CA8"), Some(&PhoneNumber::parse("+12125550177").unwrap()), NOON).await.unwrap();
    assert_eq!(store.erase(&vault, Whose::Everybody, NOON).await.unwrap(), Erased { subjects: 2, calls: 3 });
    assert_eq!((store.tasks(&TaskFilter::default(), Page::newest(9)).await.unwrap(), vault.list().unwrap()), (Vec::new(), Vec::new()));
    let keys = std::fs::read_dir(directory.path().join("keys")).unwrap().count();
    assert_eq!(keys, 2, "the installation's own and that of the do-not-call list");
}

#[tokio::test]
async fn an_export_comes_back_as_it_was_and_a_running_call_does_not() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, vault) = open(first.path()).await;
    let attempt = one_call(&store, &vault).await;
    store.begin_visit(&AttemptId::new("v1"), &CarrierCallId::new("CA9"), Some(&contract::task("t1").number), NOON).await.unwrap();
    let export = store.export(Whose::Everybody, NOON).await.unwrap();
    assert_eq!(export.calls(), ["a1", "v1"]);
    let (other, _) = open(second.path()).await;
    other.import(&export, NOON).await.unwrap();
    let task = contract::task("t1").id;
    assert_eq!(other.task(&task).await.unwrap(), store.task(&task).await.unwrap());
    assert_eq!(other.receipt(&task).await.unwrap(), store.receipt(&task).await.unwrap());
    assert_eq!(other.attempts(&task).await.unwrap(), store.attempts(&task).await.unwrap());
    assert_eq!(
        (other.turns(&attempt).await.unwrap(), other.visits(9).await.unwrap()),
        (store.turns(&attempt).await.unwrap(), store.visits(9).await.unwrap())
    );
    assert_eq!(
        other.ended_calls(Timestamp(0), Timestamp(i64::MAX)).await.unwrap(),
        store.ended_calls(Timestamp(0), Timestamp(i64::MAX)).await.unwrap()
    );
    assert_eq!(other.import(&export, NOON).await, Err(StoreError::Conflict), "it is there");
    // What was read in is erased like anything else.
    let erased = other.erase(&vault, Whose::Callee(&contract::task("t1").number), NOON).await.unwrap();
    assert_eq!(erased, Erased { subjects: 1, calls: 2 });

    contract::begin(&store, "t2", "a2").await;
    let running = store.export(Whose::Everybody, NOON).await.unwrap();
    let third = tempfile::tempdir().unwrap();
    let (empty, _) = open(third.path()).await;
    assert_eq!(empty.import(&running, NOON).await, Err(StoreError::Corrupt));
    assert!(
        empty.tasks(&TaskFilter::default(), Page::newest(9)).await.unwrap().is_empty() && empty.unfinished().await.unwrap().is_empty(),
        "all or nothing"
    );
}
