//! SQLite passes the contract of every task store, and keeps words as ciphertext.

use ports::task_store::TaskStore;
use store::contract::{self, NOON};
use store::{Access, Options, Store};
use telephony::Disposition;

macro_rules! passes {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::$promise(&store).await;
            }
        )*
    };
}

passes!(
    tasks_come_back_as_they_were,
    an_identity_is_used_once,
    a_task_that_has_ended_stays,
    an_approval_is_used_once,
    a_task_has_one_live_attempt,
    one_of_many_dials,
    a_place_is_given_once,
    money_is_reserved_once,
    a_task_follows_its_attempt,
    an_attempt_never_goes_back,
    an_attempt_ends_once,
    what_comes_twice_is_kept_once,
    the_rules_learn_what_was_done,
    a_price_is_settled_once,
    open_prices_are_found,
    a_stop_request_is_kept,
    ended_attempts_are_counted,
);

macro_rules! passes_inbound {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::inbound::$promise(&store).await;
            }
        )*
    };
}

macro_rules! passes_outbox {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::outbox::$promise(&store).await;
            }
        )*
    };
}

passes_outbox!(an_end_is_told_once_a_channel, old_news_is_not_told);

passes_inbound!(a_visit_is_kept_once, a_message_is_settled_once, a_callee_is_recognised, a_ring_back_is_an_attempt);

#[tokio::test]
async fn rows_outlive_the_process_that_wrote_them() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new(Access::Dialing);
    let store = Store::open(directory.path(), options).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    store.append_turn(&attempt, 1, &contract::turn(1, "We close at nine.")).await.unwrap();
    store.close().await;
    drop(store);
    let again = Store::open(directory.path(), options).await.unwrap();
    assert_eq!(again.unfinished().await.unwrap()[0].task, task.id);
    assert_eq!(again.turns(&attempt).await.unwrap(), [contract::turn(1, "We close at nine.")]);
}

#[tokio::test]
async fn no_word_number_or_name_lies_in_the_clear() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    store.append_turn(&attempt, 1, &contract::turn(1, "We close at nine.")).await.unwrap();
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    let end = contract::finish(Disposition::Conversed, Some(dialogue::report::Outcome::Achieved), 61);
    store.finish_attempt(&attempt, &end, assistant::task::TaskState::Done).await.unwrap();
    store.close().await;
    let mut searched = 0;
    let keys = std::fs::read_dir(directory.path().join("keys")).unwrap();
    let files = std::fs::read_dir(directory.path()).unwrap().chain(keys).map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(path).unwrap();
        searched += bytes.len();
        for secret in ["2125550123", "Sam Miller", "close", "party size", "automated assistant", "nine"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} lies in the clear");
        }
    }
    assert!(searched > 50_000, "{searched} bytes were searched");
}
