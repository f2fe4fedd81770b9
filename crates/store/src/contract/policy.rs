//! The promises of every [`PolicyStore`]: decisions, the do-not-call list, consents, line kinds, the pause.

use std::time::Duration;

use assistant::approval::ApprovedBy;
use assistant::compliance::consent::{Consent, ConsentBasis, Evidence, GivenConsent, Revocation, StatedBy};
use assistant::compliance::do_not_call::{Bars, Channel, Lifted, Suppression};
use assistant::compliance::line_kind::{KindSource, KnownLine, LineKind};
use assistant::compliance::standing::Standing;
use assistant::dialing::Pause;
use assistant::policy::Rules;
use assistant::standing_approval::StandingApproval;
use dialogue::brief::TaskType;
use ports::policy_store::{Kept, PolicyStore};
use ports::task_store::{StoreError, TaskStore};
use telephony::cost::Micros;
use telephony::{AttemptId, PhoneNumber, Private, TaskId};

use super::{NOON, approval, begin, cleared, cleared_under, receipt, task};

/// A store of both kinds.
pub trait Both: TaskStore + PolicyStore {}

impl<T: TaskStore + PolicyStore> Both for T {}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

/// A pause and a stop request that come between the decision and the intent are seen, and the approval stays good.
pub async fn a_dial_that_was_barred_meanwhile_is_not_made(store: &dyn Both) {
    let task = task("t1");
    store.create_task(&task, &receipt(&task)).await.unwrap();
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    let rules = Rules { strict_practice: true, ..Rules::default() };
    let (permit, practice) = (cleared_under(&rules, &task, "a1", NOON), cleared(&task, "a1", NOON));
    store.pause(&Pause { since: NOON, reason: None }).await.unwrap();
    assert_eq!(store.commit_intent(&task.id, &permit).await, Err(StoreError::Overtaken), "paused");
    assert_eq!(store.commit_intent(&task.id, &practice).await, Err(StoreError::Overtaken), "paused");
    assert!(store.resume(NOON).await.unwrap());
    store.opt_out(&task.number, &AttemptId::new("another"), NOON - Duration::from_secs(1)).await.unwrap();
    assert_eq!(store.commit_intent(&task.id, &permit).await, Err(StoreError::Overtaken), "asked to be left alone");
    assert_eq!(store.attempts(&task.id).await.unwrap(), []);
    // On the practice network nobody is disturbed.
    store.commit_intent(&task.id, &practice).await.unwrap();
}

/// The decision that clears a dial is there if and only if its intent is.
pub async fn a_clearance_is_kept_with_its_dial(store: &dyn Both) {
    let task = task("t1");
    store.create_task(&task, &receipt(&task)).await.unwrap();
    let permit = cleared(&task, "a1", NOON);
    assert_eq!(store.commit_intent(&task.id, &permit).await, Err(StoreError::Conflict), "nobody said yes");
    assert_eq!(store.decisions(&task.id).await.unwrap(), []);
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    store.commit_intent(&task.id, &permit).await.unwrap();
    assert_eq!(store.decisions(&task.id).await.unwrap(), [permit.record().clone()]);
    assert!(permit.record().is_cleared);
}

/// A refusal is kept once an attempt, in order, for its task alone.
pub async fn a_refusal_is_kept_and_stays(store: &dyn Both) {
    let (task, _) = begin(store, "t1", "a1").await;
    let mut refused = cleared(&task, "a2", NOON + Duration::from_secs(1)).record().clone();
    refused.is_cleared = false;
    store.keep_decision(&task.id, &refused).await.unwrap();
    let kept = store.decisions(&task.id).await.unwrap();
    assert_eq!((kept.len(), &kept[1]), (2, &refused));
    assert_eq!(store.keep_decision(&task.id, &refused).await, Err(StoreError::Conflict));
    assert_eq!(store.decisions(&TaskId::new("t9")).await.unwrap(), []);
    let stranger = cleared(&task, "a3", NOON).record().clone();
    assert!(store.keep_decision(&TaskId::new("t9"), &stranger).await.is_err(), "of no task");
}

/// A stop request that was heard on a call and an entry that the user made stand on the same list.
pub async fn what_was_heard_and_what_was_entered_is_one_list(store: &dyn Both) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    let other = number("+12125550124");
    let entry = |bars| Suppression {
        bars,
        channel: Channel::Writing,
        attempt: None,
        ..Suppression::stop_request(other.clone(), Channel::Key, attempt.clone(), NOON + Duration::from_secs(1))
    };
    assert!(store.suppress("e1", &entry(Bars::Solicitation)).await.unwrap());
    assert!(!store.suppress("e2", &entry(Bars::Solicitation)).await.unwrap(), "it says the same");
    assert!(store.suppress("e3", &entry(Bars::User(Private::new("Sam Miller".into())))).await.unwrap());
    assert!(store.suppress("e4", &entry(Bars::TaskType(TaskType::Complaint))).await.unwrap());
    assert!(!store.has_opted_out(&other).await.unwrap(), "not everything is barred");

    let heard =
        Kept { id: format!("heard-{attempt}"), value: Suppression::stop_request(task.number.clone(), Channel::Speech, attempt.clone(), NOON) };
    let all = store.suppressions(None, 10).await.unwrap();
    assert_eq!(all.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), [heard.id.as_str(), "e1", "e3", "e4"]);
    assert_eq!(all[0], heard);
    assert_eq!(store.suppressions(Some(&heard.id), 2).await.unwrap(), all[1..3], "a part behind an entry");
    assert_eq!(store.suppressions_of(&other).await.unwrap(), all[1..]);
    let standing = store.standing(&other).await.unwrap();
    assert_eq!(standing.suppressions, all[1..].iter().map(|kept| kept.value.clone()).collect::<Vec<_>>());
}

/// An entry is lifted once, and then the number may be put on the list again.
pub async fn an_entry_is_lifted_once(store: &dyn Both) {
    let callee = number("+12125550124");
    let entry = Suppression { attempt: None, ..Suppression::stop_request(callee.clone(), Channel::Installation, AttemptId::new("-"), NOON) };
    store.suppress("e1", &entry).await.unwrap();
    assert!(store.has_opted_out(&callee).await.unwrap());
    let lifted = Lifted::by_administrator(NOON, "They wrote that they want to be called again.").unwrap();
    assert_eq!(store.lift("e9", &lifted).await, Err(StoreError::NotFound));
    store.lift("e1", &lifted).await.unwrap();
    assert!(!store.has_opted_out(&callee).await.unwrap());
    assert_eq!(store.suppressions(None, 10).await.unwrap()[0].value.lifted.as_ref(), Some(&lifted), "it is still told");
    assert_eq!(store.lift("e1", &lifted).await, Err(StoreError::Conflict));
    assert!(store.suppress("e2", &entry).await.unwrap());
    assert!(store.has_opted_out(&callee).await.unwrap());
}

/// Consents come back as they were given, of one number or of all, and are taken back once.
pub async fn consents_come_back_and_are_revoked_once(store: &dyn Both) {
    let given = |text, seconds| {
        let evidence = Evidence { stated_by: StatedBy::User, wording: Private::new("She said yes.".into()), artifact_sha256: None };
        let granted_at = NOON + Duration::from_secs(seconds);
        let given = GivenConsent {
            number: number(text),
            basis: ConsentBasis::PriorExpress,
            topic: None,
            granted_at,
            expires_at: None,
            revoked: None,
            evidence,
        };
        Consent::new(given).unwrap()
    };
    let (first, second) = (given("+12125550124", 0), given("+12125550125", 1));
    store.keep_consent("c1", &first, NOON).await.unwrap();
    store.keep_consent("c2", &second, NOON).await.unwrap();
    assert_eq!(store.keep_consent("c2", &second, NOON).await, Err(StoreError::Conflict));
    let kept = |id: &str, consent: &Consent| Kept { id: id.into(), value: consent.clone() };
    assert_eq!(store.consents(None).await.unwrap(), [kept("c1", &first), kept("c2", &second)]);
    assert_eq!(store.consents(Some(&number("+12125550125"))).await.unwrap(), [kept("c2", &second)]);
    let revocation = Revocation { at: NOON, channel: Channel::Writing };
    assert_eq!(store.revoke_consent("c9", &revocation).await, Err(StoreError::NotFound));
    store.revoke_consent("c1", &revocation).await.unwrap();
    assert_eq!(store.revoke_consent("c1", &revocation).await, Err(StoreError::Conflict));
    assert_eq!(store.standing(&number("+12125550124")).await.unwrap().consents, [first.revoked(NOON, Channel::Writing)]);
}

/// What somebody said of a line is known by its number, the latest counting.
pub async fn line_kinds_are_known_by_number(store: &dyn Both) {
    let callee = number("+12125550124");
    assert_eq!(store.standing(&callee).await.unwrap(), Standing::default());
    for kind in [LineKind::Residential, LineKind::PersonalMobile] {
        let line = KnownLine { kind, source: KindSource::Lookup, checked_at: Some(NOON) };
        store.keep_line(&callee, &line, NOON).await.unwrap();
        assert_eq!(store.standing(&callee).await.unwrap().line, Some(line));
        assert_eq!(store.lines().await.unwrap(), [(callee.clone(), line)]);
    }
    assert_eq!(store.standing(&number("+12125550125")).await.unwrap().line, None);
}

/// A standing approval comes back as it was given; taken back, it voids what it has approved and nobody has dialed.
pub async fn a_standing_approval_taken_back_voids_what_it_gave(store: &dyn Both) {
    let first = task("t1");
    let standing = StandingApproval {
        id: "s1".into(),
        number: first.number.clone(),
        task_type: Some(first.task_type),
        most_a_call: Micros(1_000_000),
        given_at: NOON,
        expires_at: NOON + Duration::from_secs(86_400),
        revoked_at: None,
    };
    store.keep_standing_approval(&standing).await.unwrap();
    assert_eq!(store.standing_approvals(None).await.unwrap(), std::slice::from_ref(&standing));
    assert_eq!(store.standing_approvals(Some(&number("+12125550124"))).await.unwrap(), []);
    let second = task("t2");
    for task in [&first, &second] {
        store.create_task(task, &receipt(task)).await.unwrap();
        store.approve(&task.id, &standing.approve(&receipt(task), NOON).unwrap()).await.unwrap();
        assert_eq!(store.approval(&task.id).await.unwrap().unwrap().0.by, ApprovedBy::Standing("s1".into()));
    }
    store.commit_intent(&first.id, &cleared(&first, "a1", NOON)).await.unwrap();
    assert_eq!(store.revoke_standing_approval("s9", NOON).await, Err(StoreError::NotFound));
    store.revoke_standing_approval("s1", NOON).await.unwrap();
    assert_eq!(store.revoke_standing_approval("s1", NOON).await, Err(StoreError::Conflict));
    assert_eq!(store.standing_approvals(None).await.unwrap()[0].revoked_at, Some(NOON));
    assert_eq!(store.approval(&second.id).await.unwrap().unwrap().0.expires_at, NOON);
    assert!(store.approval(&first.id).await.unwrap().unwrap().0.expires_at > NOON, "what was dialed stays as it was");
    assert_eq!(store.commit_intent(&second.id, &cleared(&second, "a2", NOON)).await, Err(StoreError::Conflict), "not even in mid-dial");
}

/// A pause stands until it is ended, and keeps its beginning.
pub async fn a_pause_lasts_until_it_is_ended(store: &dyn Both) {
    assert_eq!(store.paused().await.unwrap(), None);
    assert!(!store.resume(NOON).await.unwrap());
    store.pause(&Pause { since: NOON, reason: None }).await.unwrap();
    let reason = Some(Private::new("holidays".to_owned()));
    store.pause(&Pause { since: NOON + Duration::from_secs(9), reason: reason.clone() }).await.unwrap();
    assert_eq!(store.paused().await.unwrap(), Some(Pause { since: NOON, reason }));
    assert!(store.resume(NOON).await.unwrap());
    assert_eq!(store.paused().await.unwrap(), None);
}
