//! SQLite passes the contract of every task store, and keeps words as ciphertext.

use assistant::compliance::do_not_call::{Channel, Suppression};
use assistant::compliance::registry::{Listing, RegistryAnswer};
use ports::policy_store::PolicyStore;
use ports::task_store::TaskStore;
use store::contract::{self, NOON};
use store::{Access, ListKind, Options, RegistryError, Store};
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
    tasks_are_found_by_what_they_are,
    an_identity_is_used_once,
    a_task_that_has_ended_stays,
    an_approval_is_used_once,
    a_task_has_one_live_attempt,
    one_of_many_dials,
    a_place_is_given_once,
    money_is_reserved_once,
    a_task_follows_its_attempt,
    an_attempt_never_goes_back,
    recent_attempts_are_found,
    an_attempt_ends_once,
    what_comes_twice_is_kept_once,
    the_rules_learn_what_was_done,
    an_attempt_that_was_put_off_is_no_try,
    a_number_whose_call_has_no_name_is_not_rung,
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

macro_rules! passes_money {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::money::$promise(&store).await;
            }
        )*
    };
}

passes_money!(
    a_further_leg_is_paid_by_its_call,
    a_further_leg_is_found_again,
    what_a_crash_leaves_open_counts_in_full,
    a_further_leg_obeys_pause_and_budget,
    a_threshold_is_told_once,
    a_trouble_is_told_once,
);

passes_outbox!(an_end_is_told_once_a_channel, old_news_is_not_told);

macro_rules! passes_recordings {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::recordings::$promise(&store).await;
            }
        )*
    };
}

passes_recordings!(a_recording_is_awaited_until_it_is_over, an_unwanted_recording_is_not_kept);

passes_inbound!(a_visit_is_kept_once, a_message_is_settled_once, a_callee_is_recognised, a_ring_back_is_an_attempt);

macro_rules! passes_policy {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::policy::$promise(&store).await;
            }
        )*
    };
}

passes_policy!(
    a_clearance_is_kept_with_its_dial,
    a_dial_that_was_barred_meanwhile_is_not_made,
    a_refusal_is_kept_and_stays,
    what_was_heard_and_what_was_entered_is_one_list,
    an_entry_is_lifted_once,
    consents_come_back_and_are_revoked_once,
    line_kinds_are_known_by_number,
    a_standing_approval_taken_back_voids_what_it_gave,
    a_pause_lasts_until_it_is_ended,
);

macro_rules! passes_plans {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::plans::$promise(&store).await;
            }
        )*
    };
}

passes_plans!(
    a_plan_comes_back_as_it_was,
    what_is_due_comes_in_order,
    what_follows_an_attempt_is_not_forgotten,
    a_task_is_changed_until_it_runs,
    calls_of_tasks_that_were_given_up_are_found,
);

macro_rules! passes_batches {
    ($($promise:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = Store::open(directory.path(), Options::new(Access::Dialing)).await.unwrap();
                contract::batches::$promise(&store).await;
            }
        )*
    };
}

passes_batches!(
    a_batch_is_kept_whole_or_not_at_all,
    one_yes_approves_all_or_none,
    a_batch_keeps_its_pace,
    a_change_voids_the_yes_to_the_rest,
    a_batch_is_given_up_with_its_running_calls,
    what_comes_back_follows_once,
    a_series_is_changed_and_ended,
);

#[tokio::test]
async fn a_registry_is_looked_up_after_a_restart_and_replaced_whole() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new(Access::Looking);
    let number = |text| telephony::PhoneNumber::parse(text).unwrap();
    let (listed, other, elsewhere) = (number("+12125552671"), number("+12125552672"), number("+14155552671"));
    let store = Store::open(directory.path(), options).await.unwrap();
    assert_eq!(store.registry().await.unwrap(), None);
    assert_eq!(store.standing(&listed).await.unwrap().registry, RegistryAnswer::NoList);
    assert!(matches!(store.import_registry(&b"2125552671\n"[..], ListKind::Changes, NOON, NOON).await, Err(RegistryError::NoBase)));
    let (imported, edition) = store.import_registry(&b"2125552671\n3055550000\n"[..], ListKind::Full, NOON, NOON).await.unwrap();
    assert_eq!((imported.lines, edition.snapshot.numbers, edition.areas, edition.snapshot.as_of), (2, 2, 2, NOON));
    store.close().await;
    drop(store);

    let store = Store::open(directory.path(), options).await.unwrap();
    let listing = async |store: &Store, number| match store.standing(number).await.unwrap().registry {
        RegistryAnswer::Found { listing, snapshot } => (listing, snapshot.numbers),
        RegistryAnswer::NoList => panic!("there is a list"),
    };
    assert_eq!(listing(&store, &listed).await, (Listing::Listed, 2));
    assert_eq!(listing(&store, &other).await, (Listing::NotListed, 2));
    assert_eq!(listing(&store, &elsewhere).await, (Listing::AreaNotLoaded, 2));

    let later = NOON + std::time::Duration::from_secs(86_400);
    let changes = &b"212,5552671,2026-11-25,D\n415,5552671,2026-11-25,A\n"[..];
    let (_, edition) = store.import_registry(changes, ListKind::Changes, later, later).await.unwrap();
    assert_eq!((edition.snapshot.numbers, edition.areas), (2, 3));
    assert_eq!(listing(&store, &listed).await, (Listing::NotListed, 2));
    assert_eq!(listing(&store, &elsewhere).await, (Listing::Listed, 2));
    let wrong = store.import_registry(&b"2125552671\nnumber\n"[..], ListKind::Full, later, later).await.unwrap_err();
    assert_eq!(wrong.to_string().split(':').next(), Some("line 2"));
    assert_eq!(store.registry().await.unwrap(), Some(edition), "a wrong list changes nothing");
    let files = std::fs::read_dir(directory.path().join("registry")).unwrap().count();
    assert_eq!(files, 1, "the old list and the broken draft are gone");
    std::fs::write(std::fs::read_dir(directory.path().join("registry")).unwrap().next().unwrap().unwrap().path(), b"damaged").unwrap();
    assert_eq!(store.standing(&listed).await.unwrap().registry, RegistryAnswer::NoList, "no leave to call");
}

/// A database from before the list keeps the stop requests that it has.
#[tokio::test]
async fn stop_requests_from_before_the_list_stand_on_it() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new(Access::Dialing);
    let store = Store::open(directory.path(), options).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    store.close().await;
    // As the migration leaves a row of the old table: the number is known to its attempt alone.
    let script = "import sqlite3, sys\nbase = sqlite3.connect(sys.argv[1])\nbase.execute('UPDATE suppressions SET body = NULL')\nbase.commit()";
    let status = std::process::Command::new("python3").args(["-c", script]).arg(directory.path().join("puppetmaster.db")).status().unwrap();
    assert!(status.success());
    drop(store);
    let store = Store::open(directory.path(), options).await.unwrap();
    assert!(store.has_opted_out(&task.number).await.unwrap());
    let kept = store.suppressions(None, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].value, Suppression::stop_request(task.number.clone(), Channel::Speech, attempt, NOON));
    assert_eq!(store.suppressions_of(&task.number).await.unwrap(), kept);
}

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
