//! Somebody whom we rang rings back: whether their call continues the errand.
//!
//! Pure. A call is no attempt of ours, so nobody has to clear it; but an errand that is finished or given up is not taken up
//! again, and who asked never to be called is not talked to about one.

use std::time::Duration;

use dialogue::report::Outcome;

use crate::task::TaskState;

/// How long after our last call a ring-back is one.
pub const GOOD_FOR: Duration = Duration::from_secs(14 * 24 * 3_600);

/// What is known of the latest task for which a caller's number was rung.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Past {
    /// How far it came.
    pub state: TaskState,
    /// Whether an attempt is live.
    pub is_live: bool,
    /// What the latest attempt that has ended came to.
    pub outcome: Option<Outcome>,
    /// The number asked never to be called again.
    pub has_opted_out: bool,
}

/// What becomes of a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RingBack {
    /// The errand goes on.
    Continues,
    /// They rang because we had rung, but there is nothing left to talk about.
    Settled,
    /// Nothing connects them with us.
    Stranger,
}

/// Returns what becomes of a caller whose number had this task.
///
/// A task is over for its user once its report says "achieved", whatever its state: an attempt that reached nobody ends its
/// task as well, and just that one is worth ringing back for.
pub fn decide(past: &Past) -> RingBack {
    if past.has_opted_out || past.is_live {
        return RingBack::Stranger;
    }
    match past.state {
        TaskState::Canceled | TaskState::Failed => RingBack::Settled,
        TaskState::Draft | TaskState::AwaitingApproval | TaskState::Approved | TaskState::Running | TaskState::Done => {
            if past.outcome == Some(Outcome::Achieved) { RingBack::Settled } else { RingBack::Continues }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_still_open_goes_on() {
        let past = Past { state: TaskState::Done, is_live: false, outcome: Some(Outcome::NotAchieved), has_opted_out: false };
        let table = [
            (past, RingBack::Continues),
            (Past { outcome: Some(Outcome::Unconfirmed), ..past }, RingBack::Continues),
            (Past { state: TaskState::AwaitingApproval, outcome: None, ..past }, RingBack::Continues),
            (Past { outcome: Some(Outcome::Achieved), ..past }, RingBack::Settled),
            (Past { state: TaskState::Canceled, ..past }, RingBack::Settled),
            (Past { is_live: true, ..past }, RingBack::Stranger),
            (Past { has_opted_out: true, ..past }, RingBack::Stranger),
        ];
        for (past, expected) in table {
            assert_eq!(decide(&past), expected, "{past:?}");
        }
    }
}
