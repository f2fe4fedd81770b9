//! The promises of an outbox.

use std::time::Duration;

use assistant::notification::{Channel, News};
use assistant::task::TaskState;
use dialogue::report::Outcome;
use ports::outbox::{Outbox, Tried};
use ports::task_store::TaskStore;
use telephony::Disposition;

use super::{NOON, begin, finish};

/// An end is told once a channel: also if the attempt is ended twice, addressed twice, or tried after it was delivered.
pub async fn an_end_is_told_once_a_channel(store: &(impl TaskStore + Outbox)) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    let later = NOON + Duration::from_secs(100);
    let channels = [Channel::Webhook, Channel::Command];
    store.address(&channels, NOON, later).await.unwrap();
    assert_eq!(store.due(later, 9).await.unwrap(), [], "it has not ended");
    let end = finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
    for _ in 0..2 {
        store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
        store.address(&channels, NOON, later).await.unwrap();
    }
    let due = store.due(later, 9).await.unwrap();
    assert_eq!(due.iter().map(|delivery| delivery.channel).collect::<Vec<_>>(), [Channel::Command, Channel::Webhook]);
    assert_eq!(due[0].event, due[1].event, "one event");
    assert_eq!(store.due(NOON, 9).await.unwrap(), [], "not before its time");
    let telling = store.telling(&due[0]).await.unwrap().unwrap();
    let News::CallEnded(call) = &telling.news else { panic!("{telling:?}") };
    assert_eq!((&call.task, call.outcome, call.disposition), (&task.id, Some(Outcome::Achieved), Disposition::Conversed));
    assert_eq!(call.summary.as_ref().map(|summary| summary.expose().as_str()), Some("They close at nine."));

    store.tried(&due[0], &Tried::Delivered, later).await.unwrap();
    let again = later + Duration::from_secs(5);
    store.tried(&due[1], &Tried::Later { trouble: "busy", at: again }, later).await.unwrap();
    assert_eq!(store.due(later, 9).await.unwrap(), [], "one is delivered, the other waits");
    let due = store.due(again, 9).await.unwrap();
    assert_eq!((due.len(), due[0].channel, due[0].tries), (1, Channel::Webhook, 1));
    store.tried(&due[0], &Tried::GivenUp { trouble: "refused" }, again).await.unwrap();
    store.tried(&due[0], &Tried::Later { trouble: "busy", at: again }, again).await.unwrap();
    assert_eq!(store.due(again + Duration::from_secs(1_000_000), 9).await.unwrap(), [], "what is given up stays so");
}

/// Who switches notifications on hears of the calls to come, not of all that ever were.
pub async fn old_news_is_not_told(store: &(impl TaskStore + Outbox)) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let end = finish(Disposition::Busy, None, 0);
    store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
    let much_later = NOON + Duration::from_secs(1_000_000);
    store.address(&[Channel::Email], NOON + Duration::from_secs(1), much_later).await.unwrap();
    store.address(&[Channel::Email], NOON, much_later).await.unwrap();
    assert_eq!(store.due(much_later, 9).await.unwrap(), []);
}
