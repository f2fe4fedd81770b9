//! What the rules ask about the past, and the port as a whole.

use assistant::approval::{Approval, Receipt};
use assistant::attempt::AttemptState;
use assistant::audit::AuditEvent;
use assistant::budget::{Payer, Spending};
use assistant::compliance::do_not_call::{Channel, Suppression};
use assistant::expense::{Expense, ExpenseId};
use assistant::policy::{Cleared, Rules};
use assistant::rate_limit::{Begun, COUNTED_OVER, PACE_OVER, Usage};
use assistant::refusal::Refusals;
use assistant::spending_alert::Alert;
use assistant::statistics::{EndedCall, TaskCounts};
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use async_trait::async_trait;
use dialogue::transcript::Turn;
use ports::task_store::{AttemptRecord, Finish, FurtherLeg, LegEvent, OpenAttempt, StoreError, TaskStore, Unsettled};
use sqlx::SqliteExecutor;
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, PhoneNumber, TaskId, Timestamp};

use crate::attempts::{amount, column};
use crate::database::{Store, Survives, told};
use crate::stop_spool::StopRequest;

impl Store {
    /// Counts attempts, within a transaction or outside of one.
    pub(crate) async fn usage_in(&self, connection: impl SqliteExecutor<'_>, number: &PhoneNumber, now: Timestamp) -> Result<Usage, StoreError> {
        let select = sqlx::query(
            "SELECT count(*) FILTER (WHERE callee_key = ?1 AND began_at > ?2 AND coalesce(disposition, '') <> 'throttled'),
                 min(began_at) FILTER (WHERE callee_key = ?1 AND began_at > ?2 AND coalesce(disposition, '') <> 'throttled'),
                 (SELECT count(*) FROM attempts WHERE state <> 'terminal'),
                 count(*) FILTER (WHERE began_at > ?3), min(began_at) FILTER (WHERE began_at > ?3),
                 count(*) FILTER (WHERE began_at > ?4), min(began_at) FILTER (WHERE began_at > ?4),
                 count(*) FILTER (WHERE began_at > ?5), min(began_at) FILTER (WHERE began_at > ?5),
                 count(*) FILTER (WHERE began_at > ?6), min(began_at) FILTER (WHERE began_at > ?6),
                 count(*) FILTER (WHERE began_at > ?7), min(began_at) FILTER (WHERE began_at > ?7),
                 (SELECT count(*) FROM attempts WHERE callee_key = ?1 AND state IN ('dialing', 'unknown')
                     AND NOT EXISTS (SELECT 1 FROM calls WHERE attempt_id = id))
             FROM attempts WHERE began_at > min(?2, ?3, ?4, ?5, ?6, ?7) AND direction = 'outbound'",
        );
        let mut select = select.bind(self.seal.lookup(number.as_e164())).bind((now - COUNTED_OVER).as_millis());
        for span in PACE_OVER {
            select = select.bind((now - span).as_millis());
        }
        let row = select.fetch_one(connection).await.map_err(|error| told(&error))?;
        let count = |index| amount(&row, index).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let oldest = |index| column::<Option<i64>>(&row, index).map(|at| at.map(Timestamp));
        Ok(Usage {
            attempts_to_number: count(0)?,
            oldest_of_them: oldest(1)?,
            live_calls: count(2)?,
            begun: Begun {
                in_second: count(3)?,
                oldest_in_second: oldest(4)?,
                in_minute: count(5)?,
                oldest_in_minute: oldest(6)?,
                in_day: count(7)?,
                oldest_in_day: oldest(8)?,
                in_week: count(9)?,
                oldest_in_week: oldest(10)?,
                in_month: count(11)?,
                oldest_in_month: oldest(12)?,
            },
            nameless_to_number: count(13)?,
        })
    }

    async fn insert_opt_out(&self, number: &PhoneNumber, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let entry = Suppression::stop_request(number.clone(), Channel::Speech, attempt.clone(), at);
        if self.insert_suppression(&mut transaction, &format!("heard-{attempt}"), &entry).await? {
            let subject = self.subject_of(&mut transaction, number, at).await?;
            self.audit(&mut transaction, at, &AuditEvent::StopRequested { subject, attempt: attempt.clone() }).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    /// Keeps a stop request: in the list, or, if the database does not take it, beside that until it does.
    async fn keep_opt_out(&self, number: &PhoneNumber, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
        let Err(error) = self.insert_opt_out(number, attempt, at).await else { return Ok(()) };
        let _turn = self.stop_spool.turn().await;
        let request = StopRequest { number: number.clone(), attempt: attempt.clone(), at };
        match self.stop_spool.keep(&self.seal, &request) {
            Ok(()) => {
                tracing::warn!(%error, "a stop request is kept beside the database until that takes it");
                Ok(())
            }
            Err(beside) => {
                tracing::warn!(%beside, "nor can a stop request be kept beside the database");
                Err(error)
            }
        }
    }

    /// Moves the stop requests that wait beside the database into it. What it does not take goes on waiting.
    pub(crate) async fn take_spooled_in(&self) {
        // Who may not dial has never spooled anything.
        if self.may_dial().is_err() {
            return;
        }
        let _turn = self.stop_spool.turn().await;
        if let Err(error) = self.stop_spool.prepare() {
            tracing::warn!(%error, "there is no second place for stop requests");
        }
        let waiting = self.stop_spool.waiting(&self.seal);
        if waiting.is_empty() {
            return;
        }
        let mut is_whole = true;
        for request in &waiting {
            if let Err(error) = self.insert_opt_out(&request.number, &request.attempt, request.at).await {
                tracing::warn!(%error, "a stop request still waits beside the database");
                is_whole = false;
            }
        }
        if !is_whole {
            return;
        }
        match self.stop_spool.empty() {
            Ok(()) => tracing::info!(requests = waiting.len(), "stop requests that waited beside the database are in the list"),
            // They are taken in once more, which changes nothing.
            Err(error) => tracing::warn!(%error, "stop requests that are in the list could not be forgotten beside it"),
        }
    }

    /// Returns whether a stop request of this number waits beside the database, after that was given a chance to take it.
    pub(crate) async fn is_spooled(&self, number: &PhoneNumber) -> bool {
        let waits = || self.stop_spool.waiting(&self.seal).iter().any(|request| request.number == *number);
        if !waits() {
            return false;
        }
        self.take_spooled_in().await;
        waits()
    }

    async fn select_opt_out(&self, number: &PhoneNumber) -> Result<bool, StoreError> {
        if self.is_spooled(number).await {
            return Ok(true);
        }
        let select =
            sqlx::query("SELECT 1 FROM suppressions WHERE callee_key = ? AND bars_everything AND lifted_at IS NULL").bind(self.barring(number));
        Ok(select.fetch_optional(self.read()).await.map_err(|error| told(&error))?.is_some())
    }
}

#[async_trait]
impl TaskStore for Store {
    async fn create_task(&self, task: &Task, receipt: &Receipt) -> Result<(), StoreError> {
        self.insert_task(task, receipt).await
    }

    async fn task(&self, id: &TaskId) -> Result<Option<Task>, StoreError> {
        self.select_task(id).await
    }

    async fn receipt(&self, id: &TaskId) -> Result<Option<Receipt>, StoreError> {
        self.select_receipt(id).await
    }

    async fn tasks(&self, filter: &TaskFilter, page: Page) -> Result<Vec<Task>, StoreError> {
        self.select_tasks(filter, page).await
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, StoreError> {
        self.count_listed(filter).await
    }

    async fn set_task_state(&self, id: &TaskId, state: TaskState, at: Timestamp) -> Result<(), StoreError> {
        self.update_task_state(id, state, at).await
    }

    async fn approve(&self, id: &TaskId, approval: &Approval) -> Result<(), StoreError> {
        self.insert_approval(id, approval).await
    }

    async fn approval(&self, id: &TaskId) -> Result<Option<(Approval, bool)>, StoreError> {
        self.select_approval(id).await
    }

    async fn commit_intent(&self, id: &TaskId, cleared: &Cleared) -> Result<(), StoreError> {
        self.insert_intent(id, cleared).await
    }

    async fn advance(&self, attempt: &AttemptId, state: AttemptState, call: Option<&CarrierCallId>, at: Timestamp) -> Result<bool, StoreError> {
        self.advance_attempt(attempt, state, call, at).await
    }

    async fn record_leg_event(&self, attempt: &AttemptId, event: &LegEvent, at: Timestamp) -> Result<bool, StoreError> {
        self.insert_leg_event(attempt, event, at).await
    }

    async fn append_turn(&self, attempt: &AttemptId, number: u32, turn: &Turn) -> Result<(), StoreError> {
        self.insert_turn(attempt, number, turn).await
    }

    async fn finish_attempt(&self, attempt: &AttemptId, finish: &Finish, then: TaskState) -> Result<bool, StoreError> {
        self.end_attempt(attempt, finish, then).await
    }

    async fn settle_price(&self, attempt: &AttemptId, price: Micros, at: Timestamp, rules: &Rules) -> Result<bool, StoreError> {
        self.update_price(attempt, price, at, rules).await
    }

    async fn unsettled(&self, since: Timestamp, at_most: u32) -> Result<Vec<Unsettled>, StoreError> {
        self.select_unsettled(since, at_most).await
    }

    async fn unfinished(&self) -> Result<Vec<OpenAttempt>, StoreError> {
        self.select_unfinished().await
    }

    async fn recent(&self, since: Timestamp) -> Result<Vec<OpenAttempt>, StoreError> {
        self.select_recent(since).await
    }

    async fn attempts(&self, id: &TaskId) -> Result<Vec<AttemptRecord>, StoreError> {
        self.select_attempts(id).await
    }

    async fn turns(&self, attempt: &AttemptId) -> Result<Vec<Turn>, StoreError> {
        self.select_turns(attempt).await
    }

    async fn usage(&self, number: &PhoneNumber, now: Timestamp) -> Result<Usage, StoreError> {
        self.usage_in(self.read(), number, now).await
    }

    async fn spending(&self, payer: &Payer, now: Timestamp) -> Result<Spending, StoreError> {
        self.spending_in(self.read(), payer, now).await
    }

    async fn reserve(&self, expense: &Expense) -> Result<(), StoreError> {
        self.insert_expense(expense).await
    }

    async fn spend(&self, expense: &ExpenseId, cost: Micros, at: Timestamp) -> Result<bool, StoreError> {
        self.end_expense(expense, cost, at).await
    }

    async fn name_leg(&self, expense: &ExpenseId, call: &CarrierCallId) -> Result<(), StoreError> {
        self.update_leg_name(expense, call).await
    }

    async fn further_legs(&self, call: &CarrierCallId, telephone: &PhoneNumber, since: Timestamp) -> Result<Vec<FurtherLeg>, StoreError> {
        self.select_legs(call, telephone, since).await
    }

    async fn close_expenses(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.end_expenses_of_nobody(at).await
    }

    async fn alerts(&self, since: Timestamp) -> Result<Vec<(Timestamp, Alert)>, StoreError> {
        self.select_alerts(since).await
    }

    async fn opt_out(&self, number: &PhoneNumber, attempt: &AttemptId, at: Timestamp) -> Result<(), StoreError> {
        self.keep_opt_out(number, attempt, at).await
    }

    async fn has_opted_out(&self, number: &PhoneNumber) -> Result<bool, StoreError> {
        self.select_opt_out(number).await
    }

    async fn refused(&self, id: &TaskId, refusals: &Refusals, at: Timestamp) -> Result<(), StoreError> {
        let codes = refusals.as_slice().iter().map(|refusal| refusal.code.to_owned()).collect();
        self.note(&AuditEvent::Refused { task: id.clone(), codes }, at).await
    }

    async fn ended_calls(&self, since: Timestamp, until: Timestamp) -> Result<Vec<EndedCall>, StoreError> {
        self.select_ended_calls(since, until).await
    }

    async fn task_counts(&self, since: Timestamp, until: Timestamp) -> Result<TaskCounts, StoreError> {
        self.count_tasks(since, until).await
    }

    fn make_room(&self) -> bool {
        self.disk.release_ballast()
    }
}
