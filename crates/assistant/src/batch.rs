//! Many similar calls at once: rows of a table become drafts, all their receipts get one yes, and they are dialed at a pace.
//!
//! The reader of CSV or YAML is a shell's; here a row is a list of named fields. All mistakes are told at once, each with its
//! row. The one approval binds every receipt of the batch: change one and none is approved.

mod pace;
mod progress;
mod row;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use telephony::cost::Micros;
use telephony::{Private, TaskId, Timestamp};
use thiserror::Error;

use crate::approval::{Approval, ApprovedBy, Receipt, ReceiptHash};
use crate::codes;

pub use pace::{Begun, COUNTED_OVER, NextStart, Pace};
pub use progress::{BatchLine, BatchReport};
pub use row::{Draft, MOST_ROWS, Row, RowProblem, Template, drafts};

/// A batch: which calls belong to it, its tasks know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// Made by the shell.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What the user calls it: the name of its file, if nothing else.
    pub name: Private<String>,
    /// How fast its calls are dialed.
    pub pace: Pace,
    /// The hash of what the user has said yes to; `None` if they have not, or if a call was changed since.
    pub approved: Option<ReceiptHash>,
}

/// What the user is shown of a batch, beside each receipt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BatchReceipt {
    /// Each task with the hash of its receipt, in order.
    pub tasks: Vec<(TaskId, ReceiptHash)>,
    /// What usual calls of this kind cost, all together.
    pub estimated_cost: Micros,
    /// What they cost if each lasts to its time limit.
    pub worst_case_cost: Micros,
    /// ISO 4217 code of both.
    pub currency: String,
    /// How fast they are dialed.
    pub pace: Pace,
}

/// Why a batch cannot be approved.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum BatchError {
    /// Nothing to approve.
    #[error("the batch has no calls; give at least one row")]
    Empty,
    /// Sums of different money.
    #[error("the batch mixes {first} and {other}; make one batch for each currency")]
    Currencies {
        /// Of the first task.
        first: String,
        /// Of another.
        other: String,
    },
    /// The same task twice.
    #[error("a task stands in the batch twice; take one of them out")]
    Doubled,
    /// Not what was shown.
    #[error("a call of the batch was changed after it was shown; look at the batch again and approve it anew")]
    Changed,
}

impl BatchError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Currencies { .. } | Self::Doubled => codes::BATCH_UNFIT.code,
            Self::Changed => codes::APPROVAL_VOID.code,
        }
    }
}

impl BatchReceipt {
    /// Puts the receipts of a batch together.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn of(receipts: &[Receipt], pace: Pace) -> Result<Self, BatchError> {
        let first = receipts.first().ok_or(BatchError::Empty)?;
        if let Some(other) = receipts.iter().find(|receipt| receipt.currency != first.currency) {
            return Err(BatchError::Currencies { first: first.currency.clone(), other: other.currency.clone() });
        }
        let tasks: Vec<(TaskId, ReceiptHash)> = receipts.iter().map(|receipt| (receipt.task.clone(), receipt.hash())).collect();
        let mut ids: Vec<&TaskId> = tasks.iter().map(|(task, _)| task).collect();
        ids.sort();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(BatchError::Doubled);
        }
        let sum = |cost: fn(&Receipt) -> Micros| receipts.iter().map(cost).fold(Micros::ZERO, Micros::plus);
        Ok(Self {
            tasks,
            estimated_cost: sum(|receipt| receipt.estimated_cost),
            worst_case_cost: sum(|receipt| receipt.worst_case_cost),
            currency: first.currency.clone(),
            pace,
        })
    }

    /// Returns the SHA-256 of everything that the user is shown: one line a field, each with its length before it.
    pub fn hash(&self) -> ReceiptHash {
        let mut text = String::from("batch 1\n");
        let mut field = |name: &str, value: &str| text.push_str(&format!("{name} {} {value}\n", value.len()));
        for (task, hash) in &self.tasks {
            field("task", task.as_str());
            field("receipt", hash.as_str());
        }
        field("estimated_cost", &self.estimated_cost.0.to_string());
        field("worst_case_cost", &self.worst_case_cost.0.to_string());
        field("currency", &self.currency);
        field("calls_at_once", &self.pace.calls_at_once.to_string());
        field("calls_an_hour", &self.pace.calls_an_hour.to_string());
        field("least_gap_ms", &self.pace.least_gap.as_millis().to_string());
        ReceiptHash::new(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Takes one yes to the whole batch: returns the approval of each task.
    ///
    /// `shown` is the hash of what the user saw; `receipts` are as they stand now.
    ///
    /// # Errors
    /// [`BatchError::Changed`] if they differ in anything; nothing is approved then.
    pub fn approve(
        shown: &ReceiptHash,
        receipts: &[Receipt],
        pace: Pace,
        by: ApprovedBy,
        at: Timestamp,
        good_for: Duration,
    ) -> Result<Vec<(TaskId, Approval)>, BatchError> {
        if Self::of(receipts, pace)?.hash() != *shown {
            return Err(BatchError::Changed);
        }
        Ok(receipts.iter().map(|receipt| (receipt.task.clone(), Approval::of(receipt, by.clone(), at, good_for))).collect())
    }
}

#[cfg(test)]
mod tests {
    use telephony::cost::RateCard;

    use super::*;
    use crate::approval::Quote;
    use crate::task::Task;

    const NOON: Timestamp = Timestamp(1_795_539_600_000);

    fn receipt(id: &str, rates: &RateCard) -> Receipt {
        let task = Task { id: TaskId::new(id), ..Task::example(NOON) };
        let quote = Quote {
            opening: "Hello, this is an automated assistant calling for Sam Miller.".into(),
            is_recorded: false,
            estimated_cost: rates.call_cost(Duration::from_secs(3 * 60)),
            worst_case_cost: rates.call_cost(task.limits.total_time),
            currency: rates.currency.clone(),
            second: None,
            notices: Vec::new(),
        };
        Receipt::of(&task, quote)
    }

    fn batch(count: usize) -> Vec<Receipt> {
        (0..count).map(|index| receipt(&format!("t{index}"), &RateCard::twilio_us())).collect()
    }

    /// The example of the founding document: 50 calls of three minutes, at 0.013 to 0.022 a minute.
    #[test]
    fn fifty_calls_of_three_minutes_cost_what_the_founding_document_says() {
        let minutes = 50 * 3;
        let (least, most) = (Micros(minutes * 13_000), Micros(minutes * 22_000));
        assert_eq!((least.to_string(), most.to_string()), ("1.95".into(), "3.30".into()));
        let shown = BatchReceipt::of(&batch(50), Pace::default()).unwrap();
        assert_eq!(shown.estimated_cost, Micros(minutes * (14_000 + 4_000)), "the leg and its media stream");
        assert_eq!(shown.estimated_cost.to_string(), "2.70");
        assert!(least <= shown.estimated_cost && shown.estimated_cost <= most);
        let legs = RateCard { stream_per_minute: Micros::ZERO, ..RateCard::twilio_us() }.call_cost(Duration::from_secs(180));
        assert_eq!(Micros(legs.0 * 50).to_string(), "2.10");
        assert_eq!(RateCard::twilio_us().call_cost(Duration::from_secs(181)), Micros(72_000), "a begun minute costs a whole one");
    }

    #[test]
    fn one_yes_approves_every_call_of_the_batch() {
        let receipts = batch(3);
        let shown = BatchReceipt::of(&receipts, Pace::default()).unwrap();
        let approvals = BatchReceipt::approve(&shown.hash(), &receipts, Pace::default(), ApprovedBy::User, NOON, Approval::GOOD_FOR).unwrap();
        assert_eq!(approvals.len(), 3);
        for (receipt, (task, approval)) in receipts.iter().zip(approvals) {
            assert_eq!((task, approval.receipt_hash, approval.approved_at), (receipt.task.clone(), receipt.hash(), NOON));
        }
    }

    #[test]
    fn a_change_to_any_call_voids_the_yes_to_all() {
        let receipts = batch(3);
        let shown = BatchReceipt::of(&receipts, Pace::default()).unwrap().hash();
        let approve = |receipts: &[Receipt], pace| BatchReceipt::approve(&shown, receipts, pace, ApprovedBy::User, NOON, Approval::GOOD_FOR);
        let mut changed = receipts.clone();
        changed[1].intent = Private::new("Ask for the owner".into());
        assert_eq!(approve(&changed, Pace::default()).unwrap_err(), BatchError::Changed);
        assert_eq!(approve(&receipts[..2], Pace::default()).unwrap_err(), BatchError::Changed, "one taken out");
        assert_eq!(approve(&batch(4), Pace::default()).unwrap_err(), BatchError::Changed, "one put in");
        let faster = Pace { calls_an_hour: 600, ..Pace::default() };
        assert_eq!(approve(&receipts, faster).unwrap_err().code(), "approval.void");
    }

    #[test]
    fn a_batch_that_makes_no_sense_is_refused() {
        assert_eq!(BatchReceipt::of(&[], Pace::default()).unwrap_err().code(), "batch.unfit");
        let euros = receipt("t9", &RateCard { currency: "EUR".into(), ..RateCard::twilio_us() });
        let mixed = [receipt("t1", &RateCard::twilio_us()), euros];
        assert_eq!(
            BatchReceipt::of(&mixed, Pace::default()).unwrap_err().to_string(),
            "the batch mixes USD and EUR; make one batch for each currency"
        );
        let twice = [receipt("t1", &RateCard::twilio_us()), receipt("t1", &RateCard::twilio_us())];
        assert_eq!(BatchReceipt::of(&twice, Pace::default()), Err(BatchError::Doubled));
    }
}
