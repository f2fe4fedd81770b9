//! The promises about money beside the callee's leg, and about what is told of it.

use std::time::Duration;

use assistant::budget::{Budget, Payer};
use assistant::dialing::Pause;
use assistant::expense::{Expense, ExpenseId, ExpenseKind};
use assistant::notification::{Channel, News};
use assistant::spending_alert::{Alert, AlertRules, Span};
use assistant::task::TaskState;
use assistant::trouble::Trouble;
use ports::outbox::Outbox;
use ports::policy_store::PolicyStore;
use ports::task_store::{FurtherLeg, StoreError, TaskStore};
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, Disposition, PhoneNumber, Timestamp};

use super::{NOON, begin, finish, payer};

fn expense(name: &str, attempt: Option<&AttemptId>, kind: ExpenseKind, worst: u64) -> Expense {
    Expense {
        id: ExpenseId(name.into()),
        kind,
        attempt: attempt.cloned(),
        telephone: kind.rings().then(telephone),
        worst_case: Micros(worst),
        budget: Budget::default(),
        alerts: AlertRules::default(),
        at: NOON,
    }
}

/// The user's own telephone.
fn telephone() -> PhoneNumber {
    PhoneNumber::parse("+12125550150").unwrap()
}

/// A leg that lives at the carrier is found by its name, and one without a name by the telephone that it rings. Whose call it
/// belongs to stands beside it, also once that is over.
pub async fn a_further_leg_is_found_again(store: &impl TaskStore) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let leg = expense("e1", Some(&attempt), ExpenseKind::UserLeg, 140_000);
    store.reserve(&leg).await.unwrap();
    let (call, other) = (CarrierCallId::new("CA7"), CarrierCallId::new("CA8"));
    let stranger = PhoneNumber::parse("+12125550199").unwrap();
    let found = async |call: &CarrierCallId, to: &PhoneNumber| store.further_legs(call, to, NOON).await.unwrap();
    let nameless = FurtherLeg { attempt: Some(attempt.clone()), call: None, began_at: NOON };
    assert_eq!(found(&call, &telephone()).await, [nameless]);
    assert_eq!(found(&call, &stranger).await, []);
    store.name_leg(&leg.id, &call).await.unwrap();
    store.name_leg(&leg.id, &other).await.unwrap();
    let named = FurtherLeg { attempt: Some(attempt.clone()), call: Some(call.clone()), began_at: NOON };
    assert_eq!(found(&call, &stranger).await, std::slice::from_ref(&named), "the first name stays, whatever number the carrier shows");
    assert_eq!(found(&other, &telephone()).await, [], "another call to the same telephone");
    store.finish_attempt(&attempt, &finish(Disposition::Conversed, None, 60), TaskState::Done).await.unwrap();
    assert_eq!(found(&call, &telephone()).await, [named]);
    assert_eq!(store.further_legs(&call, &telephone(), NOON + Duration::from_millis(1)).await.unwrap(), [], "it was begun before");
    store.close_expenses(NOON + Duration::from_secs(3 * 86_400)).await.unwrap();
    assert_eq!(found(&call, &telephone()).await, [], "it is forgotten once no leg can live any more");
}

/// A further leg is reserved for its call's task and user, and costs what it cost, once.
pub async fn a_further_leg_is_paid_by_its_call(store: &impl TaskStore) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let before = store.spending(&payer("t1"), NOON).await.unwrap();
    let leg = expense("e1", Some(&attempt), ExpenseKind::UserLeg, 140_000);
    store.reserve(&leg).await.unwrap();
    assert_eq!(store.spending(&payer("t1"), NOON).await.unwrap(), before.with(Micros(140_000)));
    assert!(store.spend(&leg.id, Micros(28_000), NOON).await.unwrap());
    assert!(!store.spend(&leg.id, Micros(99_000), NOON).await.unwrap(), "once");
    let after = store.spending(&payer("t1"), NOON).await.unwrap();
    assert_eq!((after.last_day, after.reserved, after.task), (Micros(28_000), before.reserved, before.task.plus(Micros(28_000))));
    let stranger = AttemptId::new("a9");
    assert_eq!(store.reserve(&expense("e2", Some(&stranger), ExpenseKind::UserLeg, 1)).await, Err(StoreError::NotFound));
}

/// What nobody saw the end of counts with its worst case: when its call ends, or at the next start.
pub async fn what_a_crash_leaves_open_counts_in_full(store: &impl TaskStore) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    store.reserve(&expense("e1", Some(&attempt), ExpenseKind::GuestLeg, 140_000)).await.unwrap();
    store.reserve(&expense("e2", None, ExpenseKind::TextMessage, 8_300)).await.unwrap();
    store.finish_attempt(&attempt, &finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    let spending = async || store.spending(&Payer::default(), NOON).await.unwrap();
    assert_eq!((spending().await.last_day, spending().await.reserved), (Micros(140_000), Micros(8_300)));
    assert_eq!(store.reserve(&expense("e3", Some(&attempt), ExpenseKind::UserLeg, 1)).await, Err(StoreError::Conflict), "its call is over");
    assert_eq!((store.close_expenses(NOON).await.unwrap(), store.close_expenses(NOON).await.unwrap()), (1, 0));
    assert_eq!((spending().await.last_day, spending().await.reserved), (Micros(148_300), Micros::ZERO));
}

/// Neither budget nor pause is passed by a further leg; a text message rings nobody.
pub async fn a_further_leg_obeys_pause_and_budget(store: &(impl TaskStore + PolicyStore)) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let poor = Expense { budget: Budget { per_day: Micros(180_001), ..Budget::default() }, ..expense("e1", Some(&attempt), ExpenseKind::UserLeg, 2) };
    assert_eq!(store.reserve(&poor).await, Err(StoreError::Overtaken));
    PolicyStore::pause(store, &Pause { since: NOON, reason: None }).await.unwrap();
    assert_eq!(store.reserve(&expense("e2", Some(&attempt), ExpenseKind::GuestLeg, 0)).await, Err(StoreError::Overtaken));
    store.reserve(&expense("e3", None, ExpenseKind::TextMessage, 8_300)).await.unwrap();
    store.resume(NOON).await.unwrap();
    store.reserve(&expense("e4", Some(&attempt), ExpenseKind::GuestLeg, 14_000)).await.unwrap();
}

/// A trouble is told once by every channel, and again only if it is another one or came back after a while. It is no alert about money.
pub async fn a_trouble_is_told_once(store: &(impl TaskStore + Outbox)) {
    let day = Duration::from_secs(86_400);
    let twilio = Trouble::Credentials { provider: "twilio".into() };
    let tell = async |trouble: &Trouble, at: Timestamp| store.tell_trouble(trouble, at - day, at).await.unwrap();
    let later = NOON + Duration::from_secs(3_600);
    assert!(tell(&twilio, NOON).await && !tell(&twilio, later).await, "once");
    assert!(tell(&Trouble::Credentials { provider: "plivo".into() }, later).await, "of the other one it was not told");
    assert!(tell(&twilio, NOON + day).await);
    let troubles = store.troubles(NOON).await.unwrap();
    assert_eq!(troubles.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [later, NOON + day], "since then");
    assert_eq!(store.alerts(NOON - day).await.unwrap(), []);
    store.address(&[Channel::Webhook], NOON, NOON + day).await.unwrap();
    let due = store.due(NOON + day, 9).await.unwrap();
    assert_eq!(due.len(), 3);
    for delivery in due {
        let telling = store.telling(&delivery).await.unwrap().unwrap();
        assert!(matches!(telling.news, News::Trouble(Trouble::Credentials { .. })), "{telling:?}");
    }
}

/// A threshold is told once, by every channel, with what passed it.
pub async fn a_threshold_is_told_once(store: &(impl TaskStore + Outbox)) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let channels = [Channel::Webhook, Channel::Command];
    let budget = Budget { per_day: Micros(400_000), ..Budget::default() };
    for (name, worst) in [("e1", 20_000), ("e2", 10_000)] {
        let leg = Expense { budget, ..expense(name, Some(&attempt), ExpenseKind::UserLeg, worst) };
        store.reserve(&leg).await.unwrap();
    }
    let passed = Alert::Passed { span: Span::Day, percent: 50, spent: Micros(200_000), cap: Micros(400_000) };
    let much = Alert::MuchMoney { spent: Micros(200_000), usual: Micros::ZERO };
    let told = store.alerts(NOON - Duration::from_secs(1)).await.unwrap();
    assert!(told.contains(&(NOON, passed)), "{told:?}");
    assert_eq!(told.iter().filter(|(_, alert)| !matches!(alert, Alert::MuchMoney { .. })).count(), 1, "{told:?}");
    assert!(!told.contains(&(NOON, much)), "the whole of it went above a quarter of the day's budget with the first call");
    store.address(&channels, NOON, NOON).await.unwrap();
    let due = store.due(NOON, 9).await.unwrap();
    assert_eq!(due.len(), told.len() * channels.len());
    for delivery in due {
        let telling = store.telling(&delivery).await.unwrap().unwrap();
        assert!(matches!(&telling.news, News::Spending(alert) if told.contains(&(telling.at, *alert))), "{telling:?}");
    }
}
