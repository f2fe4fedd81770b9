//! Tasks, attempts, calls, turns, reports and costs on disk. Each method is one transaction.
//!
//! The dial protocol is in the order of the methods: [`TaskStore::commit_intent`], then
//! [`TaskStore::advance`] to `dialing` before any byte leaves, then what the carrier says, then
//! [`TaskStore::finish_attempt`], which has an effect once.

use std::time::Duration;

use assistant::approval::{Approval, Receipt};
use assistant::attempt::{AttemptState, Direction};
use assistant::budget::{Payer, Spending};
use assistant::codes;
use assistant::expense::{Expense, ExpenseId};
use assistant::policy::{Cleared, Rules};
use assistant::rate_limit::Usage;
use assistant::refusal::Refusals;
use assistant::spending_alert::Alert;
use assistant::statistics::{EndedCall, TaskCounts};
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use async_trait::async_trait;
use dialogue::report::Report;
use dialogue::transcript::Turn;
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, Disposition, PhoneNumber, TaskId, Timestamp};
use thiserror::Error;

/// Keeps what must survive a crash.
#[async_trait]
pub trait TaskStore: Send + Sync {
    /// Keeps a new task with the receipt that is shown for it.
    async fn create_task(&self, task: &Task, receipt: &Receipt) -> Result<(), StoreError>;

    /// Returns a task.
    async fn task(&self, id: &TaskId) -> Result<Option<Task>, StoreError>;

    /// Returns the receipt that was shown when a task was created.
    async fn receipt(&self, id: &TaskId) -> Result<Option<Receipt>, StoreError>;

    /// Returns a part of the tasks that are wanted, newest first. What was erased of a task leaves nothing to list.
    async fn tasks(&self, filter: &TaskFilter, page: Page) -> Result<Vec<Task>, StoreError>;

    /// Returns how many tasks are wanted.
    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, StoreError>;

    /// Moves a task to another state; a task that has ended stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if no event leads there from where the task is.
    async fn set_task_state(&self, id: &TaskId, state: TaskState, at: Timestamp) -> Result<(), StoreError>;

    /// Keeps a yes to a task's receipt; a task that waited for it is approved.
    async fn approve(&self, id: &TaskId, approval: &Approval) -> Result<(), StoreError>;

    /// Returns the latest approval of a task, and whether an attempt has used it up.
    async fn approval(&self, id: &TaskId) -> Result<Option<(Approval, bool)>, StoreError>;

    /// Writes down that an attempt will dial with the decision that cleared it, reserves its worst cost and its place among the
    /// running calls, uses its approval up and sets its task running: all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the approval is used up already, another attempt of the task lives, or the task has ended:
    /// somebody else was first. [`StoreError::Overtaken`] if other calls have meanwhile taken the money or the place that the
    /// clearance counted on ([`Cleared::still_holds`]), dialing was paused, or the callee asked not to be called: ask the gate again. [`StoreError::Locked`] if this process may not dial
    /// from this database.
    async fn commit_intent(&self, id: &TaskId, cleared: &Cleared) -> Result<(), StoreError>;

    /// Moves an attempt forward; late news has no effect, but the carrier's name of the call is always kept. Returns
    /// whether it moved.
    async fn advance(&self, attempt: &AttemptId, state: AttemptState, call: Option<&CarrierCallId>, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps what the carrier said of a leg, once a key. Returns whether it was new.
    async fn record_leg_event(&self, attempt: &AttemptId, event: &LegEvent, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps a turn of the transcript, once a number.
    async fn append_turn(&self, attempt: &AttemptId, number: u32, turn: &Turn) -> Result<(), StoreError>;

    /// Ends an attempt: disposition, report and cost, once; its task, if it was running, becomes `then`. Returns whether this
    /// was the first end.
    async fn finish_attempt(&self, attempt: &AttemptId, finish: &Finish, then: TaskState) -> Result<bool, StoreError>;

    /// Keeps the price that the carrier has settled, in µ of the installation's currency, in place of our own reckoning.
    /// The first price stays. Returns whether this was it.
    ///
    /// A price that passes a threshold of the budget is told in the same transaction.
    async fn settle_price(&self, attempt: &AttemptId, price: Micros, at: Timestamp, rules: &Rules) -> Result<bool, StoreError>;

    /// Returns answered attempts that ended since `since` and whose price the carrier has not told yet, newest first.
    async fn unsettled(&self, since: Timestamp, at_most: u32) -> Result<Vec<Unsettled>, StoreError>;

    /// Returns the attempts that have not ended, oldest first: what a crash left behind.
    async fn unfinished(&self) -> Result<Vec<OpenAttempt>, StoreError>;

    /// Returns the attempts that were begun since then, ended or not, oldest first: whose a call at the carrier may be.
    async fn recent(&self, since: Timestamp) -> Result<Vec<OpenAttempt>, StoreError>;

    /// Returns the attempts of a task, oldest first.
    async fn attempts(&self, id: &TaskId) -> Result<Vec<AttemptRecord>, StoreError>;

    /// Returns the turns of an attempt in order.
    async fn turns(&self, attempt: &AttemptId) -> Result<Vec<Turn>, StoreError>;

    /// Returns how often a number was tried, how many calls were begun lately and how many are live, for the caps.
    ///
    /// Counts back from `now` over the spans of [`assistant::rate_limit`].
    async fn usage(&self, number: &PhoneNumber, now: Timestamp) -> Result<Usage, StoreError>;

    /// Returns what was spent and reserved, for the budget: of all, and of the task and the user who would pay.
    ///
    /// Counts back from `now` over the spans of [`assistant::budget`].
    async fn spending(&self, payer: &Payer, now: Timestamp) -> Result<Spending, StoreError>;

    /// Reserves what a further leg or a text message may cost, before it is caused.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] if the budget does not bear it any more, or it would ring while dialing is paused: ask
    /// [`assistant::expense::check`] with fresh facts. [`StoreError::NotFound`] if its attempt is unknown, and
    /// [`StoreError::Conflict`] if that has ended.
    async fn reserve(&self, expense: &Expense) -> Result<(), StoreError>;

    /// Keeps what an expense has cost, once; its reserve is free again. Returns whether this was the first end.
    ///
    /// An expense whose attempt ends first counts with its worst case: nobody saw how it ended.
    async fn spend(&self, expense: &ExpenseId, cost: Micros, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps the carrier's name of a further leg; the first stays.
    async fn name_leg(&self, expense: &ExpenseId, call: &CarrierCallId) -> Result<(), StoreError>;

    /// Returns the further legs, begun since then, that a call at the carrier may be: the one of this name, or those without a name
    /// that ring this telephone. Oldest first; those that were begun more than two days ago are forgotten.
    async fn further_legs(&self, call: &CarrierCallId, telephone: &PhoneNumber, since: Timestamp) -> Result<Vec<FurtherLeg>, StoreError>;

    /// Ends the expenses of no attempt that a crash left open, with their worst case. Returns how many.
    async fn close_expenses(&self, at: Timestamp) -> Result<u64, StoreError>;

    /// Returns the alerts about money since then, oldest first.
    async fn alerts(&self, since: Timestamp) -> Result<Vec<(Timestamp, Alert)>, StoreError>;

    /// Puts a stop request that was heard on a call on the do-not-call list: the number is never called again, for nobody.
    /// Committed when it returns.
    async fn opt_out(&self, number: &PhoneNumber, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError>;

    /// Returns whether a number must never be called again: an entry of the do-not-call list that bars everything stands.
    async fn has_opted_out(&self, number: &PhoneNumber) -> Result<bool, StoreError>;

    /// Keeps in the audit log that the gate refused a task.
    async fn refused(&self, id: &TaskId, refusals: &Refusals, at: Timestamp) -> Result<(), StoreError>;

    /// Returns what is kept for statistics of the attempts that ended within this time, the earliest first, and calls that came
    /// in and belong to no task with them.
    async fn ended_calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<EndedCall>, StoreError>;

    /// Counts the tasks that were made within this time, by their state now.
    async fn task_counts(&self, since: Timestamp, until: Timestamp) -> Result<TaskCounts, StoreError>;

    /// Gives up the space that is held for the last rows of a call on a full disk. Returns whether there was any, so that trying
    /// again may help.
    fn make_room(&self) -> bool {
        false
    }
}

/// What a carrier said of a leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegEvent {
    /// The call at the carrier.
    pub call: CarrierCallId,
    /// Tells doubles apart.
    pub key: String,
    /// The state it told, as a word.
    pub state: Option<String>,
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Finish {
    /// On the line.
    pub disposition: Disposition,
    /// In the errand; `None` if nothing could be reported.
    pub report: Option<Report>,
    /// How long the answered part lasted.
    pub answered_for: Duration,
    /// What it cost by the rate card.
    pub cost: Micros,
    /// When.
    pub at: Timestamp,
    /// What was measured on the way.
    pub measured: Measured,
}

/// What is measured of a call, for statistics.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Measured {
    /// The carrier that connected it, by its name; `None` if that is not known any more.
    pub provider: Option<String>,
    /// Whether a recording of it was kept.
    pub is_recorded: bool,
    /// From the callee's last sound to our first, for each of our turns that answers one, in whole milliseconds.
    pub response_times: Vec<Duration>,
    /// Why the provider that was asked first placed no call, if a second one was asked.
    pub passed_over: Option<String>,
    /// How long the carrier asked to wait before the next call, if it placed none for that; in whole milliseconds.
    pub asked_wait: Option<Duration>,
}

/// An attempt as it stands towards the carrier: one that has not ended, or, where it is said, one that has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenAttempt {
    /// Which.
    pub attempt: AttemptId,
    /// Of which task.
    pub task: TaskId,
    /// Who rang whom.
    pub direction: Direction,
    /// The callee's number.
    pub number: PhoneNumber,
    /// How far it came.
    pub state: AttemptState,
    /// Its call at the carrier, if it is known.
    pub call: Option<CarrierCallId>,
    /// When it was begun.
    pub began_at: Timestamp,
}

/// A telephone that was rung beside the callee's, as the books have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FurtherLeg {
    /// The call that it belongs to.
    pub attempt: Option<AttemptId>,
    /// Its name at the carrier, if that is known.
    pub call: Option<CarrierCallId>,
    /// When leave to ring it was given.
    pub began_at: Timestamp,
}

/// An attempt that cost something, of which nobody knows yet how much.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsettled {
    /// Which.
    pub attempt: AttemptId,
    /// The carrier that connected it, by its name; `None` if that is not known.
    pub provider: Option<String>,
    /// Its call at the carrier.
    pub call: CarrierCallId,
    /// How long the answered part lasted.
    pub answered_for: Duration,
}

/// An attempt as it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct AttemptRecord {
    /// Which.
    pub attempt: AttemptId,
    /// Who rang whom.
    pub direction: Direction,
    /// How far it came.
    pub state: AttemptState,
    /// Its call at the carrier, if it is known.
    pub call: Option<CarrierCallId>,
    /// When it was begun.
    pub began_at: Timestamp,
    /// Whether its cost is the carrier's price, or is nothing; else it is our own reckoning.
    pub is_settled: bool,
    /// How it ended, if it has.
    pub finish: Option<Finish>,
}

/// Why the store cannot do it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum StoreError {
    /// Another program holds the database. Stop it, or wait and try again.
    #[error("the database is in use by another program")]
    Locked,
    /// A newer program wrote the database. Use that one, or name another data folder.
    #[error("the database has version {found}; this program knows up to {known}")]
    Newer {
        /// Its version.
        found: i64,
        /// The newest we know.
        known: i64,
    },
    /// No space left. Free some and try again; nothing was written.
    #[error("the disk is full")]
    Full,
    /// The disk did not confirm a write: it counts as lost, and may yet turn out to be there. Nothing is dialed until the program is
    /// started again.
    #[error("the disk did not confirm a write")]
    Unsynced,
    /// The file is not a database, or is damaged. Restore it from a backup, or name another data folder.
    #[error("the database is damaged")]
    Corrupt,
    /// Somebody else did it first.
    #[error("this was done already")]
    Conflict,
    /// Other calls have taken the money or the place that this one counted on. Ask the gate again.
    #[error("other calls have meanwhile used up what this one needs")]
    Overtaken,
    /// There is no such task or attempt.
    #[error("there is no such record")]
    NotFound,
    /// The key that seals texts is missing or another one. Restore `vault.key` from a backup.
    #[error("the vault's key is missing or is another one")]
    WrongKey,
    /// Anything else; says what the database said, never what was to be written.
    #[error("the database cannot be used: {what}")]
    Unavailable {
        /// What it said.
        what: String,
    },
}

impl StoreError {
    /// Returns the stable code of the error, an entry of [`assistant::codes::CODES`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked => codes::STORE_LOCKED.code,
            Self::Newer { .. } => codes::STORE_NEWER.code,
            Self::Full => codes::STORE_FULL.code,
            Self::Unsynced => codes::STORE_UNSYNCED.code,
            Self::Corrupt => codes::STORE_CORRUPT.code,
            Self::Conflict => codes::STORE_CONFLICT.code,
            Self::Overtaken => codes::STORE_OVERTAKEN.code,
            Self::NotFound => codes::STORE_NOT_FOUND.code,
            Self::WrongKey => codes::STORE_WRONG_KEY.code,
            Self::Unavailable { .. } => codes::STORE_UNAVAILABLE.code,
        }
    }
}
