//! A standing approval: the user's yes, given beforehand, to calls of a narrow kind.
//!
//! Narrow means: one number, at most so much money a call, until a day not further off than a quarter of a year, and, if the user
//! says so, one type of errand. It gives each receipt that it covers an approval of its own, which binds that receipt's hash like any
//! other; so what is changed afterwards is not covered. Taken back, it voids what it has given and nobody has used.

use std::time::Duration;

use dialogue::brief::TaskType;
use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{PhoneNumber, Timestamp};
use thiserror::Error;

use crate::approval::{Approval, ApprovedBy, Receipt};
use crate::codes;

/// A yes to calls of a narrow kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StandingApproval {
    /// The name under which it is kept.
    pub id: String,
    /// Calls to this number alone.
    pub number: PhoneNumber,
    /// Errands of this type alone; `None` for any.
    pub task_type: Option<TaskType>,
    /// The most that one call may cost if it lasts to its limit.
    pub most_a_call: Micros,
    /// When it was given.
    pub given_at: Timestamp,
    /// From this moment on it is void.
    pub expires_at: Timestamp,
    /// Set once it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A standing approval that would last too long, or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a standing approval ends after it begins, and at most 92 days later; give an earlier end")]
pub struct TooLong;

impl TooLong {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        codes::APPROVAL_STANDING.code
    }
}

impl StandingApproval {
    /// The longest that one is good for: a quarter of a year, after which the user shall look again.
    pub const LONGEST: Duration = Duration::from_secs(92 * 24 * 3_600);

    /// Checks that it ends in time.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn check(&self) -> Result<(), TooLong> {
        if self.given_at < self.expires_at && self.expires_at <= self.given_at + Self::LONGEST { Ok(()) } else { Err(TooLong) }
    }

    /// Returns whether it stands at this moment.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.given_at <= now && now < self.expires_at
    }

    /// Returns the approval of a receipt that it covers; `None` if it does not.
    pub fn approve(&self, receipt: &Receipt, now: Timestamp) -> Option<Approval> {
        let is_covered = self.number == receipt.number
            && self.task_type.is_none_or(|task_type| task_type == receipt.task_type)
            && receipt.worst_case_cost <= self.most_a_call;
        if !is_covered || !self.stands(now) {
            return None;
        }
        let approval = Approval::of(receipt, ApprovedBy::Standing(self.id.clone()), now, Approval::good_for(&receipt.schedule, now));
        Some(Approval { expires_at: approval.expires_at.min(self.expires_at), ..approval })
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::approval::Quote;
    use crate::task::Task;

    const NOW: Timestamp = Timestamp(1_795_539_600_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn receipt() -> Receipt {
        let task = Task::example(NOW);
        let quote = Quote {
            opening: "Hello, this is an automated assistant.".into(),
            is_recorded: false,
            estimated_cost: Micros(36_000),
            worst_case_cost: Micros(180_000),
            currency: "USD".into(),
            second: None,
            notices: Vec::new(),
        };
        Receipt::of(&task, quote)
    }

    fn standing() -> StandingApproval {
        StandingApproval {
            id: "s1".into(),
            number: receipt().number,
            task_type: Some(TaskType::InformationInquiry),
            most_a_call: Micros(180_000),
            given_at: NOW,
            expires_at: NOW + DAY * 30,
            revoked_at: None,
        }
    }

    #[test]
    fn what_it_covers_is_approved_for_that_receipt_alone() {
        let approval = standing().approve(&receipt(), NOW).unwrap();
        assert_eq!(approval.by, ApprovedBy::Standing("s1".into()));
        assert_eq!((approval.receipt_hash, approval.expires_at), (receipt().hash(), NOW + Approval::GOOD_FOR));
        let near_its_end = NOW + DAY * 30 - Duration::from_secs(60);
        assert_eq!(standing().approve(&receipt(), near_its_end).unwrap().expires_at, NOW + DAY * 30, "no yes outlives it");
    }

    #[test]
    fn what_is_out_of_its_scope_is_not() {
        let not = |change: fn(&mut StandingApproval), now: Timestamp| {
            let mut standing = standing();
            change(&mut standing);
            assert_eq!(standing.approve(&receipt(), now), None);
        };
        not(|standing| standing.number = PhoneNumber::parse("+12125552672").unwrap(), NOW);
        not(|standing| standing.task_type = Some(TaskType::Complaint), NOW);
        not(|standing| standing.most_a_call = Micros(179_999), NOW);
        not(|standing| standing.revoked_at = Some(NOW), NOW);
        not(|_| {}, NOW + DAY * 30);
        not(|_| {}, NOW - DAY);
    }

    #[test]
    fn it_ends_within_a_quarter_of_a_year() {
        let ends = |after: Duration| StandingApproval { expires_at: NOW + after, ..standing() }.check();
        assert_eq!((ends(DAY * 92), ends(DAY * 93), ends(Duration::ZERO)), (Ok(()), Err(TooLong), Err(TooLong)));
    }
}
